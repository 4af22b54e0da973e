"""The six fields every paper carries, from the layout of Decree 30/2020."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from pipeline.extract.agency import Agency, find_agency, is_spelt_otherwise
from pipeline.extract.checks import to_review
from pipeline.extract.confidence import of_words
from pipeline.extract.confirm import confirm
from pipeline.extract.header import (
    Found,
    Unread,
    doubted,
    find_closing_date,
    find_header_date,
    find_number,
    find_number_elsewhere,
)
from pipeline.extract.layout import Header, find_header
from pipeline.extract.names import is_rare_spelling
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
from pipeline.extract.values import is_spelt
from pipeline.model.dossier import Field, FieldStatus, Span
from pipeline.model.geometry import BoundingBox
from pipeline.model.template import UNKNOWN, DocType, Kind
from pipeline.model.text import OcrWord, ReadPage
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
    form = doctype.code != UNKNOWN and doctype.title not in (*KINDS, LETTER)
    header = find_header(first, _heading_top(span, first))
    heading = None if form else _heading(first, header)
    if header and heading:
        header = find_header(first, heading.box.top)
    number, dated, agency = _of_header(first, header)
    number = number or _in_its_place(find_number_elsewhere(first), form)
    dated = dated or _in_its_place(find_closing_date(pages), form)
    fields = (
        _voted("so_ky_hieu", number, first),
        _voted("ngay_ban_hanh", dated, first),
        _agency(agency, first, header),
        _signer(find_signer(pages), pages),
        _subject(first, header, heading),
        _kind(heading, span, doctype, first),
    )
    judged = {field.name: _judged(field, doctype) for field in fields}
    return _plausible(judged, number, today)


def _heading_top(span: Span, first: ReadPage) -> int | None:
    box = _heading_box(span, first)
    return box.top if box else None


def _heading_box(span: Span, first: ReadPage) -> BoundingBox | None:
    return span.heading_box if span.first == first.page.number else None


def _heading(first: ReadPage, header: Header | None) -> Heading | None:
    if header is None:
        return None
    bottom = max(header.bottom, header.motto.bottom + 0.25 * first.page.height)
    return find_heading(first.text, header, bottom)


def _of_header(
    first: ReadPage, header: Header | None
) -> tuple[Found | Unread | None, Found | Unread | None, Agency | None]:
    if header is None:
        return None, None, None
    number = find_number(first, header, None)
    issuer = (
        number.symbol.issuer if isinstance(number, Found) and number.symbol else None
    )
    agency = find_agency(header, number.box.top if number else None, issuer=issuer)
    if agency:
        number = find_number(first, header, agency.box.bottom)
    return number, find_header_date(first, header), agency


def _in_its_place(found: Found | None, form: bool) -> Found | None:
    """A number or date outside the header is only believed on forms."""
    if found is None or form:
        return found
    return replace(found, verdict=doubted(found.verdict, "not in its place"))


def _voted(name: str, found: Found | Unread | None, first: ReadPage) -> Field:
    if found is None:
        return missing(name)
    page = first.page.number
    if isinstance(found, Unread):
        rule = "header: filled in, but not understood"
        return Field(
            name, None, found.raw, FieldStatus.REVIEW, 0.0, page, found.box, rule
        )
    verdict = found.verdict
    return Field(
        name,
        verdict.candidate.value,
        verdict.candidate.raw,
        FieldStatus.OK if verdict.agreed else FieldStatus.REVIEW,
        verdict.confidence,
        found.page or page,
        found.box,
        "; ".join((f"{found.place}: {verdict.why}", *verdict.candidate.notes)),
    )


def _agency(agency: Agency | None, first: ReadPage, header: Header | None) -> Field:
    name = "co_quan_ban_hanh"
    if agency is None or header is None:
        return missing(name)
    words, _ = confirm(agency.words, Kind.AGENCY, first)
    confidence = _of_text(words, first, Kind.AGENCY)
    rules = ["header: agency"]
    if agency.known:
        confidence = max(confidence, IN_THE_LIST)
        rules.append("a known name")
    if agency.corroborated:
        confidence = max(confidence, CORROBORATED if agency.known else 0.0)
        rules.append("the number's letters agree")
    if not is_spelt(agency.value):
        confidence = min(confidence, NEVER_ACCEPTED)
        rules.append("damaged")
    if is_spelt_otherwise(agency, header):
        confidence = min(confidence, NEVER_ACCEPTED)
        rules.append("the date's place contradicts: another reading contradicts")
    if agency.contradicted:
        confidence = min(confidence, NEVER_ACCEPTED)
        rules.append("the number's letters disagree")
    return _found(name, agency.value, agency.raw, confidence, first, agency.box, rules)


def _signer(signer: Signer | None, pages: Sequence[ReadPage]) -> Field:
    name = "nguoi_ky"
    if signer is None:
        return missing(name)
    read = next(page for page in pages if page.page.number == signer.page)
    if signer.value is None:
        rules = ["signer: signed, but the name was not read"]
        unread = _found(name, None, signer.raw, 0.0, read, signer.box, rules)
        return replace(unread, status=FieldStatus.REVIEW)
    words, contradicted = confirm(signer.words, Kind.PERSON_NAME, read)
    confidence = _of_text(words, read, Kind.PERSON_NAME)
    rules = ["signer: below the signature"]
    exact = read.page.source == "text-layer"
    if not exact and (contradicted or is_rare_spelling(signer.value)):
        confidence = min(confidence, NEVER_ACCEPTED)
        rules.append("rare spelling or contradicted")
    if not signer.known_family:
        confidence = min(confidence, NEVER_ACCEPTED)
        rules.append("not a common family name")
    if not signer.centred:
        confidence = min(confidence, NEVER_ACCEPTED)
        rules.append("not below the office")
    return _found(name, signer.value, signer.raw, confidence, read, signer.box, rules)


def _subject(first: ReadPage, header: Header | None, heading: Heading | None) -> Field:
    name = "trich_yeu"
    subject: Subject | None = None
    if heading:
        subject = find_subject(first.text, heading.box, kind=heading.kind)
    elif header:
        subject = find_regarding(header)
    if subject is None:
        return missing(name)
    words, _ = confirm(subject.words, Kind.TEXT, first)
    confidence = _of_text(words, first, Kind.TEXT)
    rules = ["subject: below the heading" if heading else "subject: V/v"]
    if _is_repeated(subject, first):
        confidence = max(confidence, CORROBORATED)
        rules.append("the text says the same")
    begins = heading is None or subject.value[:1].isupper()
    if subject.cut or not begins or not is_spelt(subject.value):
        confidence = min(confidence, NEVER_ACCEPTED)
        rules.append("damaged")
    rules += subject.notes
    return _found(
        name, subject.value, subject.raw, confidence, first, subject.box, rules
    )


def _is_repeated(subject: Subject, first: ReadPage) -> bool:
    """Whether the enacting sentence below repeats the subject word for word."""
    below = " ".join(
        line.text
        for line in first.text.lines
        if line.box.middle[1] > subject.box.bottom
    )
    wanted, text = (re.sub(r"[\W_]", "", each.lower()) for each in (subject.raw, below))
    return len(wanted) > 12 and wanted in text


def _kind(
    heading: Heading | None, span: Span, doctype: DocType, first: ReadPage
) -> Field:
    """Choose the heading that was recognised, else the kind that is typed there."""
    name = "loai_van_ban"
    typed = heading.kind if heading else ""
    configured = doctype.title if doctype.code != UNKNOWN else ""
    value = span.heading if span.heading in KINDS else configured or typed
    if not value:
        return missing(name)
    confidence = span.confidence
    rules = ["title: the document's type"]
    if heading and comparable(typed) == comparable(value):
        confidence = max(confidence, CORROBORATED)
        rules = ["title: typed as heading"]
    elif heading and value != LETTER:
        confidence = min(confidence, NEVER_ACCEPTED)
        rules.append("another kind is typed as heading")
    box = heading.box if heading else _heading_box(span, first)
    return _found(name, value, typed or span.heading, confidence, first, box, rules)


def _of_text(words: Sequence[OcrWord], read: ReadPage, kind: Kind) -> float:
    return 1.0 if read.page.source == "text-layer" else of_words(words, kind)


def _found(
    name: str,
    value: str | None,
    raw: str,
    confidence: float,
    read: ReadPage,
    box: BoundingBox | None,
    rules: Sequence[str],
) -> Field:
    return Field(
        name,
        value,
        raw,
        FieldStatus.OK,
        round(confidence, 3),
        read.page.number,
        box,
        "; ".join(rules),
    )


def _judged(field: Field, doctype: DocType) -> Field:
    """The field for *review* below its threshold."""
    if field.status is FieldStatus.OK and field.confidence < doctype.least(field.name):
        return replace(field, status=FieldStatus.REVIEW)
    return field


def _plausible(
    fields: dict[str, Field], number: Found | Unread | None, today: date | None
) -> dict[str, Field]:
    """Doubt number and date that contradict one another, and a date to come."""
    dated = fields["ngay_ban_hanh"]
    symbol = number.symbol if isinstance(number, Found) else None
    if dated.value and symbol and symbol.year and f"{symbol.year}" != dated.value[:4]:
        numbered = fields["so_ky_hieu"]
        fields["so_ky_hieu"] = to_review(numbered, "year differs from the date's")
        fields["ngay_ban_hanh"] = to_review(dated, "year differs from the number's")
    if dated.value and today and dated.value > today.isoformat():
        why = "date in the future"
        fields["ngay_ban_hanh"] = to_review(fields["ngay_ban_hanh"], why)
    return fields
