"""Read the fields of one document: spans and templates in, fields with evidence out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from pipeline.extract.addresses import find_current_units
from pipeline.extract.checks import apply_checks, to_review
from pipeline.extract.codes import (
    CodedValue,
    card_values,
    dossier_codes,
    plain_values,
    zone_values,
)
from pipeline.extract.form import Form
from pipeline.extract.identifiers import find_dossier_code
from pipeline.extract.labelled import thresholded, to_field
from pipeline.extract.metadata import missing, read_metadata
from pipeline.extract.values import DOUBTFUL, parse
from pipeline.model.dossier import METADATA_FIELDS, Field, FieldStatus, Span
from pipeline.model.geometry import BoundingBox
from pipeline.model.template import DocType, FieldRule, Kind, Take
from pipeline.model.text import OcrLine, OcrPage, OcrWord, PageCode, ReadPage
from pipeline.model.unicode import comparable

FROM_CODE = 0.99
"""Confidence of a value out of a barcode: codes carry their own check."""

_METADATA_TAKES = {
    Take.HEADER_NUMBER: "so_ky_hieu",
    Take.HEADER_DATE: "ngay_ban_hanh",
    Take.HEADER_AGENCY: "co_quan_ban_hanh",
    Take.SIGNER: "nguoi_ky",
    Take.SUBJECT: "trich_yeu",
    Take.TITLE: "loai_van_ban",
}


def extract_fields(
    pages: tuple[ReadPage, ...],
    span: Span,
    doctype: DocType,
    *,
    today: date | None = None,
) -> tuple[Field, ...]:
    """Read the six metadata fields and the fields of *doctype*, in this order.

    A number or a date is *ok* only where independent readings of its place agree, or
    where it was read once without any doubt; otherwise the best candidate goes to
    *review*. What is not on the paper is *missing*, and never guessed; a person looks
    where the template requires it.

    Args:
        pages: the span's pages, in order.
        span: why they belong together, with the heading that was recognised.
        doctype: the template; one without fields for an unknown paper.
        today: dates after it are doubted, but for those that look ahead by their
            label (when the result is due, when a card expires); None: not checked.

    Raises:
        ValueError: there are no pages.
    """
    if not pages:
        raise ValueError("a document needs pages")
    pages = tuple(_evidence(read) for read in pages)
    metadata = read_metadata(pages, span, doctype, today=today)
    forms = [Form(read, doctype.fields) for read in pages]
    cards = (card_values(pages), zone_values(pages)) if _is_card(doctype) else ()
    own: dict[str, Field] = {}
    for rule in doctype.fields:
        if rule.take in _METADATA_TAKES:
            found = metadata[_METADATA_TAKES[rule.take]]
            own[rule.name] = thresholded(replace(found, name=rule.name), rule, doctype)
        elif rule.take is Take.CODE:
            own[rule.name] = _of_code(rule, plain_values(pages, rule.kind))
        else:
            printed = _of_label(rule, forms, doctype, today)
            coded = _codes_for(rule, pages, cards)
            own[rule.name] = _preferred(rule, printed, coded)
    for rule in doctype.fields:
        if rule.required and own[rule.name].status is FieldStatus.MISSING:
            own[rule.name] = to_review(own[rule.name], "required, but not found")
    for rule in doctype.fields:
        value = own[rule.name].value
        if rule.kind is Kind.ADDRESS and value:
            units = find_current_units(value)
            own[rule.name] = replace(own[rule.name], current_units=units)
    fields = [own.pop(name, metadata[name]) for name in METADATA_FIELDS]
    return apply_checks([*fields, *own.values()], doctype.checks)


def _evidence(read: ReadPage) -> ReadPage:
    """The page without the letters that its bar codes were read as.

    Nothing but its number where it is blank or could not be read.
    """
    if not read.page.readable or read.page.blank:
        return ReadPage(read.page, OcrPage())
    if not read.codes:
        return read
    kept = (
        tuple(word for word in line.words if not _is_in_code(word, read.codes))
        for line in read.text.lines
    )
    return replace(read, text=OcrPage(tuple(OcrLine(words) for words in kept if words)))


def _is_in_code(word: OcrWord, codes: Sequence[PageCode]) -> bool:
    """Whether *word* lies mostly on a code, or covers most of one."""
    return any(
        2 * word.box.overlap(code.box) > min(_area(word.box), _area(code.box))
        for code in codes
    )


def _area(box: BoundingBox) -> int:
    return box.width * box.height


def _of_label(
    rule: FieldRule, forms: Sequence[Form], doctype: DocType, today: date | None
) -> Field:
    """Read the value beside the rule's label, on the first page that has one."""
    empty: Field = missing(rule.name)
    for form in forms:
        value = form.find(rule)
        if value is None:
            continue
        field = to_field(rule, value, form.read, doctype, today)
        if field.status is not FieldStatus.MISSING:
            return field
        empty = field
    return empty


def _codes_for(
    rule: FieldRule, pages: Sequence[ReadPage], cards: Sequence[dict[str, CodedValue]]
) -> tuple[CodedValue, ...]:
    """The different values that codes hold for a field, the most trusted first."""
    if rule.kind is Kind.DOSSIER_CODE:
        return dossier_codes(pages)
    found = [card[rule.name] for card in cards if rule.name in card]
    return tuple({each.value: each for each in reversed(found)}.values())[::-1]


def _preferred(rule: FieldRule, printed: Field, coded: tuple[CodedValue, ...]) -> Field:
    """Prefer the code to print; where they differ a person decides."""
    if not coded:
        return printed
    field = _of_code(rule, coded)
    differs = printed.value is not None and (
        comparable(printed.value) != comparable(field.value or "")
    )
    if not differs:
        return field
    believed = printed.status is FieldStatus.OK or (
        rule.kind is Kind.DOSSIER_CODE and find_dossier_code(printed.value or "")
    )
    return to_review(field, "print differs from code") if believed else field


def _of_code(rule: FieldRule, coded: tuple[CodedValue, ...]) -> Field:
    if not coded:
        return missing(rule.name)
    first = coded[0]
    parsed = parse(rule.kind, first.value)
    field = Field(
        rule.name,
        parsed.value or first.value,
        first.raw,
        FieldStatus.OK,
        FROM_CODE,
        first.page,
        first.box,
        first.source,
    )
    if parsed.certainty <= DOUBTFUL:
        field = to_review(field, parsed.note)
    return to_review(field, "codes differ") if len(coded) > 1 else field


def _is_card(doctype: DocType) -> bool:
    return any(comparable(text).startswith("can cuoc") for text in doctype.headings)
