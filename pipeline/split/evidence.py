"""Gather what one page says about where it belongs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from pipeline.model.sheet import SHEET_TITLES
from pipeline.model.template import DocType, Kind, Take
from pipeline.model.text import ReadPage
from pipeline.split.doctypes import Heading, find_heading
from pipeline.split.printed_code import find_printed_code
from pipeline.split.rows import Row, fold_phrase, lay_out
from pipeline.split.separators import (
    dossier_codes,
    is_identity_card,
    is_separator,
    serials,
)
from pipeline.split.sheets import ANY_COUNTER, Sheet, SheetRules, judge_sheet

_NATIONAL = (
    "cong hoa xa hoi chu nghia viet nam",
    "doc lap tu do hanh phuc",
    "dang cong san viet nam",
)
"""Quốc hiệu and tiêu ngữ, and what the Party prints instead (Decree 30/2020)."""

_NATIONAL_ALIKE = 82
"""Percent of letters of the national heading that must be there."""

_HEADER = 1 / 3
"""Share of the page's height that a header fills at most."""

_NUMBER_EDGE = 0.09
"""Share of the page's height, top or bottom, in which a page number stands."""

_NUMBER_CENTRE = 0.15
_NUMBER = re.compile(r"(?:trang )?(\d{1,3})(?: \d{1,3})?")
"""Alone at the centre: ``2``, ``- 2 -``, ``Trang 2/5``."""

_LETTERS = re.compile(r"[Ss]ố:? *\d{1,5}[ /⁄]+(?:\d{4}[ /⁄]+)?([A-ZĐ]+r?) *[-–]")
"""The first letters of a paper's number: the type, or on a công văn the agency."""

_FORM = re.compile(r"^(?:mau (?:so )?(?:\d|[a-z]{1,4}\d)|.*ban hanh kem theo)")
_APPENDIX = "phu luc"

_MARKER_ALIKE = 85
_V = re.compile(r"(/)[yw]$")
"""``V/y``: a stamp or a speck below the second v gives it a tail."""

_SLASH = re.compile(r"[/\\|⁄ı]")
_TITLE_ALIKE = 85
_TITLES = tuple(map(fold_phrase, (*SHEET_TITLES.values(), "PATCH T", "PATCHT")))
"""Titles of separator sheets. Patch T has no other, and its bars may be torn."""

SHEET_WORDS = 120
"""Words that a separator sheet has at most; more is a paper with a sticker on it."""

_BEYOND_DOUBT = 2
"""Marks of a later page; one may stand on a first page, too."""

_CERTIFIED = "ban sao dung voi ban chinh"
"""``Chứng thực bản sao đúng với bản chính`` (Decree 23/2015/NĐ-CP, model words)."""

SIDE_WORDS = 150
"""Words that a side of a card has at most, with what a copier adds around it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one page says; nothing here is a decision."""

    number: int
    blank: bool
    readable: bool
    sheet: Sheet | None
    """The separator on the page, be it a sheet or a sticker on a paper."""

    dossier_codes: tuple[str, ...]
    serials: tuple[str, ...]
    """Archive serial numbers (``ASN00123``)."""

    card: DocType | None
    """The type whose QR code is on the page."""

    heading: Heading | None
    marked: DocType | None
    """A type without heading, all of whose markers are on the page."""

    numbered: DocType | None
    """The type whose letters stand in the paper's number; a stamp may hide its
    heading, rarely both."""

    header: bool
    """The national heading stands at the top: every first page of an official paper
    and of a form has it, and no other page."""

    page_number: int | None
    appendix: bool
    form: bool
    """``Mẫu số …`` or ``Ban hành kèm theo …`` stands at the top."""

    words: int
    continues: frozenset[str]
    """Codes of types of which this looks like a later page."""

    back: DocType | None
    """A type of which this is a later page, beyond doubt: two of its marks."""

    both_sides: bool
    """The heading of a card stands here, and two marks of its back: one sheet."""

    certified: bool
    """The stamp of a certified copy: it goes with the paper before it."""

    printed_code: str | None
    """The mã hồ sơ behind ``Mã hồ sơ:``, where every reading of it is the same."""

    @property
    def is_sheet(self) -> bool:
        """Whether nothing but a separator stands on the page."""
        return (
            self.sheet is not None
            and not self.dossier_codes
            and self.heading is None
            and self.card is None
            and self.words <= SHEET_WORDS
        )


def weigh_page(
    page: ReadPage,
    doctypes: Sequence[DocType],
    rules: SheetRules = ANY_COUNTER,
) -> Evidence:
    """Gather the evidence of *page*; never fails, whatever stands on it."""
    rows = lay_out(page.page, page.text)
    own = own_rows(rows)
    codes = page.codes
    marks = {doctype.code: _marks_of(doctype, rows) for doctype in doctypes}
    heading = find_heading(own, doctypes)
    words = len(page.text.words)
    printed = find_printed_code(page, rows)
    return Evidence(
        number=page.page.number,
        blank=page.page.blank,
        readable=page.page.readable,
        sheet=judge_sheet(
            codes,
            rules,
            patched=is_separator(codes),
            titled=words <= SHEET_WORDS and any(map(_is_sheet_title, rows)),
        ),
        dossier_codes=dossier_codes(codes),
        serials=serials(codes),
        card=_card_type(doctypes) if is_identity_card(codes) else None,
        heading=heading,
        marked=None if heading else _find_marked(own, doctypes),
        numbered=_find_numbered(own, doctypes),
        header=any(_is_national(row) for row in rows),
        page_number=_find_page_number(rows),
        appendix=any(_is_appendix(row) for row in own),
        form=any(_is_form_line(row) for row in rows),
        words=words,
        continues=frozenset(
            doctype.code
            for doctype in doctypes
            if not doctype.further_pages or marks[doctype.code]
        ),
        back=next(
            (
                doctype
                for doctype in doctypes
                if marks[doctype.code] >= _BEYOND_DOUBT and words <= SIDE_WORDS
            ),
            None,
        ),
        printed_code=printed.value if printed and printed.sure else None,
        both_sides=heading is not None and marks[heading.doctype.code] >= _BEYOND_DOUBT,
        certified=any(_holds(row, _CERTIFIED) for row in rows),
    )


def _is_sheet_title(row: Row) -> bool:
    return row.capitals > 0.7 and any(
        fuzz.ratio(row.folded, title) >= _TITLE_ALIKE for title in _TITLES
    )


def own_rows(rows: Sequence[Row]) -> list[Row]:
    """Leave out what names no paper: the national heading, ``Mẫu số …``."""
    return [row for row in rows if not (_is_national(row) or _is_form_line(row))]


def _is_national(row: Row) -> bool:
    return row.top <= _HEADER and any(
        len(row.folded) >= 0.8 * len(phrase)
        and (row.capitals > 0.7 or len(row.folded) <= 1.5 * len(phrase))
        and fuzz.partial_ratio(row.folded, phrase) >= _NATIONAL_ALIKE
        for phrase in _NATIONAL
    )


def _is_form_line(row: Row) -> bool:
    return row.top <= _HEADER and _FORM.match(row.folded) is not None


def _is_appendix(row: Row) -> bool:
    return (
        row.top <= _HEADER
        and row.capitals > 0.7
        and row.folded.startswith(_APPENDIX)
        and len(row.words) <= 4
    )


def _find_page_number(rows: Sequence[Row]) -> int | None:
    for row in rows:
        at_edge = row.bottom <= _NUMBER_EDGE or row.top >= 1 - _NUMBER_EDGE
        if at_edge and abs(row.middle - 0.5) <= _NUMBER_CENTRE:
            match = _NUMBER.fullmatch(row.folded)
            if match:
                return int(match[1])
    return None


def _find_marked(rows: Sequence[Row], doctypes: Sequence[DocType]) -> DocType | None:
    for doctype in doctypes:
        if doctype.markers and all(
            any(_opens(row, marker) for row in rows) for marker in doctype.markers
        ):
            return doctype
    return None


def _find_numbered(rows: Sequence[Row], doctypes: Sequence[DocType]) -> DocType | None:
    for row in rows:
        match = _LETTERS.match(row.text) if row.top <= _HEADER else None
        if match is None:
            continue
        for doctype in doctypes:
            if match[1] in doctype.abbreviations:
                return doctype
    return None


def _opens(row: Row, marker: str) -> bool:
    """Tell whether *row* begins with *marker*, in the upper half of the page."""
    if row.top > 0.5:
        return False
    if len(marker) <= 4:  # "V/v": the stroke is often read as another one
        word = _SLASH.sub("/", row.words[0].text.casefold()).strip(".:")
        return _V.sub(r"\1v", word) == marker.casefold()
    wanted = fold_phrase(marker)
    return fuzz.ratio(row.folded[: len(wanted)], wanted) >= _MARKER_ALIKE


def _marks_of(doctype: DocType, rows: Sequence[Row]) -> int:
    """Count the marks of a later page of *doctype*."""
    return sum(
        any(_holds(row, fold_phrase(mark)) for row in rows)
        for mark in doctype.further_pages
    )


def _holds(row: Row, phrase: str) -> bool:
    if len(row.folded) < len(phrase):
        return False
    return fuzz.partial_ratio(phrase, row.folded) >= _MARKER_ALIKE


def _card_type(doctypes: Sequence[DocType]) -> DocType | None:
    """Find the type that takes a citizen's number from a code."""
    return next(
        (
            doctype
            for doctype in doctypes
            for field in doctype.fields
            if field.take is Take.CODE and field.kind is Kind.PERSONAL_ID
        ),
        None,
    )
