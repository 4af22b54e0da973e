"""The six fields every paper carries, from the layout of Decree 30/2020."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from pipeline.extract.agency import Agency, find_agency
from pipeline.extract.checks import to_review
from pipeline.extract.confidence import of_value, of_words
from pipeline.extract.header import (
    Found,
    Unread,
    find_closing_date,
    find_header_date,
    find_number,
    find_number_elsewhere,
)
from pipeline.extract.layout import Header, find_header
from pipeline.extract.signer import Signer, find_signer
from pipeline.extract.subject import (
    KINDS,
    LETTER,
    Heading,
    Subject,
    find_heading,
    find_regarding,
    find_subject,
)
from pipeline.extract.values import FITS, Parsed, is_spelt
from pipeline.model.dossier import Field, FieldStatus, Span
from pipeline.model.geometry import BoundingBox
from pipeline.model.template import UNKNOWN, DocType, Kind
from pipeline.model.text import ReadPage
from pipeline.model.unicode import comparable

CORROBORATED = 0.97
"""Confidence where two independent places of the paper say the same."""

IN_THE_LIST = 0.90
"""Confidence of a name that reads like one of a closed list."""

NEVER_ACCEPTED = 0.5
"""Confidence of what a person has to look at in any case."""


def missing(name: str, rule: str = "") -> Field:
    """A field that is not on the paper."""
    return Field(name, None, "", FieldStatus.MISSING, 0.0, rule=rule)


def read_metadata(
    pages: Sequence[ReadPage], span: Span, doctype: DocType, *, today: date | None
) -> dict[str, Field]:
    """Read number, date, agency, signer, subject and kind; all six are always there."""
    first = pages[0]
    heading_top = _heading_top(span, first)
    header = find_header(first, heading_top)
    heading = _heading(first, header, doctype)
    if header and heading:
        header = find_header(first, heading.box.top)
    number, dated, agency = _of_header(first, header)
    number = number or find_number_elsewhere(first, on_form=bool(doctype.fields))
    dated = dated or find_closing_date(pages)
    kind = heading.kind if heading else ""
    fields = {
        "so_ky_hieu": _voted("so_ky_hieu", number, first.page.number),
        "ngay_ban_hanh": _voted("ngay_ban_hanh", dated, first.page.number),
        "co_quan_ban_hanh": _agency(agency, first, doctype),
        "nguoi_ky": _signer(find_signer(pages), pages, doctype),
        "trich_yeu": _subject(first, header, heading, doctype),
        "loai_van_ban": _kind(kind, heading, span, doctype, first),
    }
    return _plausible(fields, number, today)


def _heading_top(span: Span, first: ReadPage) -> int | None:
    at_first = span.heading_box is not None and span.first == first.page.number
    return span.heading_box.top if span.heading_box and at_first else None


def _heading(
    first: ReadPage, header: Header | None, doctype: DocType
) -> Heading | None:
    """The typed kind; a form, whose type is known, has another heading."""
    form = doctype.code != UNKNOWN and doctype.title not in (*KINDS, LETTER)
    if header is None or form:
        return None
    bottom = max(header.bottom, header.motto.bottom + 0.25 * first.page.height)
    return find_heading(first.text, header, bottom)


def _of_header(
    first: ReadPage, header: Header | None
) -> tuple[Found | Unread | None, Found | Unread | None, Agency | None]:
    if header is None:
        return None, None, None
    roughly = find_number(first, header, None)
    top = roughly.box.top if roughly else None
    issuer = (
        roughly.symbol.issuer if isinstance(roughly, Found) and roughly.symbol else None
    )
    agency = find_agency(header, top, issuer=issuer)
    number = find_number(first, header, agency.box.bottom) if agency else roughly
    return number, find_header_date(first, header), agency


def _voted(name: str, found: Found | Unread | None, page: int) -> Field:
    if found is None:
        return missing(name)
    if isinstance(found, Unread):
        why = "header: filled in, but not understood"
        return Field(
            name, None, found.raw, FieldStatus.REVIEW, 0.0, page, found.box, why
        )
    verdict = found.verdict
    status = FieldStatus.OK if verdict.agreed else FieldStatus.REVIEW
    rule = "; ".join((f"{found.place}: {verdict.why}", *verdict.candidate.notes))
    return Field(
        name,
        verdict.candidate.value,
        verdict.candidate.raw,
        status,
        verdict.confidence,
        found.page or page,
        found.box,
        rule,
    )


def _plausible(
    fields: dict[str, Field], number: Found | Unread | None, today: date | None
) -> dict[str, Field]:
    """Doubt number and date that contradict one another, and a date to come."""
    dated = fields["ngay_ban_hanh"]
    numbered = fields["so_ky_hieu"]
    symbol = number.symbol if isinstance(number, Found) else None
    if dated.value and symbol and symbol.year and f"{symbol.year}" != dated.value[:4]:
        fields["so_ky_hieu"] = to_review(numbered, "year differs from the date's")
        fields["ngay_ban_hanh"] = to_review(dated, "year differs from the number's")
    if dated.value and today and dated.value > today.isoformat():
        why = "date in the future"
        fields["ngay_ban_hanh"] = to_review(fields["ngay_ban_hanh"], why)
    return fields


def _agency(agency: Agency | None, first: ReadPage, doctype: DocType) -> Field:
    name = "co_quan_ban_hanh"
    if agency is None:
        return missing(name)
    exact = first.page.source == "text-layer"
    confidence = 1.0 if exact else of_words(agency.words, Kind.AGENCY)
    rule = "header: agency"
    if agency.known:
        confidence = max(confidence, IN_THE_LIST)
        rule += "; a known name"
    if agency.corroborated:
        confidence = max(confidence, CORROBORATED if agency.known else 0.0)
        rule += "; the number's letters agree"
    if not is_spelt(agency.value):
        confidence = min(confidence, NEVER_ACCEPTED)
        rule += "; damaged"
    if agency.contradicted:
        confidence = min(confidence, NEVER_ACCEPTED)
        rule += "; the number's letters disagree"
    return _judged(
        Field(
            name,
            agency.value,
            agency.raw,
            FieldStatus.OK,
            confidence,
            first.page.number,
            agency.box,
            rule,
        ),
        doctype,
    )


def _signer(
    signer: Signer | None, pages: Sequence[ReadPage], doctype: DocType
) -> Field:
    name = "nguoi_ky"
    if signer is None:
        return missing(name)
    if signer.value is None:
        rule = "signer: signed, but the name was not read"
        return Field(
            name,
            None,
            signer.raw,
            FieldStatus.REVIEW,
            0.0,
            signer.page,
            signer.box,
            rule,
        )
    exact = any(
        p.page.source == "text-layer" for p in pages if p.page.number == signer.page
    )
    parsed = Parsed(signer.value, FITS)
    confidence = of_value(signer.words, Kind.PERSON_NAME, parsed, 1.0, exact)
    rule = "signer: below the signature"
    if not signer.known_family:
        confidence = min(confidence, NEVER_ACCEPTED)
        rule += "; not a common family name"
    if not signer.centred:
        confidence = min(confidence, NEVER_ACCEPTED)
        rule += "; not below the office"
    return _judged(
        Field(
            name,
            signer.value,
            signer.raw,
            FieldStatus.OK,
            confidence,
            signer.page,
            signer.box,
            rule,
        ),
        doctype,
    )


def _subject(
    first: ReadPage, header: Header | None, heading: Heading | None, doctype: DocType
) -> Field:
    name = "trich_yeu"
    subject: Subject | None = None
    if heading:
        page = first.text
        subject = find_subject(page, heading.box, kind=heading.kind)
    elif header:
        subject = find_regarding(header)
    if subject is None:
        return missing(name)
    exact = first.page.source == "text-layer"
    confidence = 1.0 if exact else of_words(subject.words, Kind.TEXT)
    rule = "subject: below the heading" if heading else "subject: V/v"
    if not exact and _repeated(subject, first):
        confidence = max(confidence, CORROBORATED)
        rule += "; the text says the same"
    if not is_spelt(subject.value) or (heading and not subject.value[:1].isupper()):
        confidence = min(confidence, NEVER_ACCEPTED)
        rule += "; damaged"
    rule = "; ".join((rule, *subject.notes))
    return _judged(
        Field(
            name,
            subject.value,
            subject.raw,
            FieldStatus.OK,
            confidence,
            first.page.number,
            subject.box,
            rule,
        ),
        doctype,
    )


def _repeated(subject: Subject, first: ReadPage) -> bool:
    """Whether the enacting sentence below repeats the subject word for word."""
    below = " ".join(
        line.text
        for line in first.text.lines
        if line.box.middle[1] > subject.box.bottom
    )
    wanted, text = (re.sub(r"[\W_]", "", each.lower()) for each in (subject.raw, below))
    return len(wanted) > 12 and wanted in text


def _kind(
    kind: str, heading: Heading | None, span: Span, doctype: DocType, first: ReadPage
) -> Field:
    """Choose the heading that was recognised, else the kind that is typed there."""
    name = "loai_van_ban"
    configured = doctype.title if doctype.code != UNKNOWN else ""
    value = configured or kind
    if span.heading in KINDS:
        value = span.heading
    if not value:
        return missing(name)
    rule = "title: the document's type"
    confidence = span.confidence
    if heading and comparable(kind) == comparable(value):
        confidence = max(confidence, CORROBORATED)
        rule = "title: typed as heading"
    elif heading and value in KINDS and value != LETTER:
        confidence = min(confidence, NEVER_ACCEPTED)
        rule += "; another kind is typed as heading"
    box = heading.box if heading else _heading_box(span, first)
    raw = kind or span.heading
    return _judged(
        Field(
            name,
            value,
            raw,
            FieldStatus.OK,
            confidence,
            first.page.number,
            box,
            rule,
        ),
        doctype,
    )


def _heading_box(span: Span, first: ReadPage) -> BoundingBox | None:
    return span.heading_box if span.first == first.page.number else None


def _judged(field: Field, doctype: DocType) -> Field:
    """The field as *ok*, or for *review* below the type's threshold."""
    if field.confidence < doctype.review_below:
        return replace(field, status=FieldStatus.REVIEW)
    return field
