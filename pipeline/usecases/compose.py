"""Decide what a batch is: which pages make which paper, and what the papers say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from pipeline.extract.crosscheck import Paper, find_conflicts
from pipeline.extract.rules import extract_fields
from pipeline.messages import translate
from pipeline.model.dossier import (
    Completeness,
    Plan,
    PlannedDocument,
    PlannedDossier,
    Span,
)
from pipeline.model.quality import Defect, PageDefect
from pipeline.model.scan import Counter, MediaType, ScanBatch
from pipeline.model.template import SEPARATOR, UNKNOWN, DocType, Procedure
from pipeline.model.text import ReadPage
from pipeline.split.boundaries import split_pages
from pipeline.split.sheets import Keyring, SheetRules, find_sheets
from pipeline.usecases.completeness import (
    check_completeness,
    doubt_completeness,
)
from pipeline.usecases.dossier_codes import doubt_code, read_codes, shared_codes
from pipeline.usecases.paper_names import find_procedure

_ID_DIGITS = 16
"""Digits of the batch id in a dossier id: 64 bits, and short enough to read out."""

UNKNOWN_PAPER = "a paper of unknown type"
UNREADABLE_PAGE = "a page could not be read"
CONTRADICTION = "papers of this dossier contradict one another"
BAD_SCAN = "a page should be scanned again"
MIXED_FOLDER = "papers of different dossiers lie in one folder"

SHEET_TITLE = "Separator sheet"
"""Title of a sheet that is kept, before it is translated."""


@dataclass(frozen=True, slots=True)
class Composer:
    """Turns read pages into a plan; pure, and never fails on paper."""

    doctypes: tuple[DocType, ...]
    keys: Keyring = field(default_factory=dict, repr=False)
    """Keys that our own sheets are signed with."""

    keep_sheets: bool = False
    """Separator sheets are papers of the dossier they stand before."""

    procedures: tuple[Procedure, ...] = ()
    review: frozenset[Defect] = frozenset()
    """Defects of pages that a person has to look at."""

    keep_blank_backs: bool = True
    """Blank backs are filed with their paper; else they stay in the original only."""

    def sheets_in(self, pages: Iterable[ReadPage]) -> tuple[str, ...]:
        """List the nonces of our own sheets on *pages*."""
        found = (find_sheets(page.codes, self.keys) for page in pages)
        tokens = (sheet.token for sheets in found for sheet in sheets)
        return tuple(dict.fromkeys(token.nonce for token in tokens if token))

    def compose(
        self,
        batch: ScanBatch,
        recipe: str,
        pages: tuple[ReadPage, ...],
        counter: Counter | None,
        *,
        today: date,
        used: frozenset[str] = frozenset(),
        defects: tuple[PageDefect, ...] = (),
    ) -> Plan:
        """Cut *pages* into dossiers and documents and read their fields.

        Every page is in exactly one document, or is a separator. Blank backs that are
        not kept are named by the document they lie in; they cut nothing and count for
        nothing either way.

        Args:
            batch: the pages' batch.
            recipe: how they were read.
            pages: all of them, in order.
            counter: where they were scanned, with its rules.
            today: the counter's date.
            used: nonces of those of our sheets that came with an earlier batch.
            defects: pages that should be scanned again.
        """
        rules = _rules(counter, self.keys, used)
        spans = split_pages(pages, self.doctypes, rules)
        groups = _into_dossiers(spans, keep_sheets=self.keep_sheets)
        if batch.media_type is MediaType.FOLDER:
            groups = _as_one(groups)
        bad = {each.page for each in defects if each.defect in self.review}
        backs = frozenset() if self.keep_blank_backs else _blank_backs(pages, defects)
        if counter is not None and not counter.both_sides:
            backs = frozenset()  # a blank page lay the wrong way
        work = _Work(self, batch, pages, counter, today, frozenset(bad), backs)
        shared = shared_codes(group.code for group in groups)
        dossiers = tuple(
            work.dossier(ordinal, group, shared=group.code in shared)
            for ordinal, group in enumerate(groups, start=1)
        )
        filed = {
            number
            for group in groups
            for span in group.papers
            for number in range(span.first, span.last + 1)
        }
        separators = tuple(
            page.page.number for page in pages if page.page.number not in filed
        )
        return Plan(batch.id, recipe, dossiers, separators, self.sheets_in(pages))


@dataclass(slots=True)
class _Group:
    """The papers of one dossier, and the sheets before them."""

    sheets: list[Span]
    papers: list[Span] = field(default_factory=list)
    doubts: tuple[str, ...] = ()

    @property
    def code(self) -> str | None:
        """The mã hồ sơ: of a paper, else of the leader sheet."""
        found = (span.dossier_code for span in (*self.papers, *self.sheets))
        return next((code for code in found if code), None)


@dataclass(frozen=True, slots=True)
class _Work:
    """One batch on the table."""

    by: Composer
    batch: ScanBatch
    pages: tuple[ReadPage, ...]
    counter: Counter | None
    today: date
    bad: frozenset[int]
    """Numbers of the pages to be scanned again."""

    backs: frozenset[int]
    """Numbers of the blank pages that are not filed unless a paper begins with one."""

    def dossier(self, ordinal: int, group: _Group, *, shared: bool) -> PlannedDossier:
        """Decide one dossier."""
        types = {doctype.code: doctype for doctype in self.by.doctypes}
        documents = tuple(
            self._document(number, span, types)
            for number, span in enumerate(group.papers, start=1)
        )
        code = group.code
        doubts = [
            *doubt_code(code, documents, self.counter, shared=shared, today=self.today),
            *group.doubts,
            *(doubt for span in group.papers for doubt in span.doubts),
        ]
        if any(span.doctype == UNKNOWN for span in group.papers):
            doubts.append(UNKNOWN_PAPER)
        own = _pages_of(group.papers, self.pages)
        if any(not page.page.readable for page in own):
            doubts.append(UNREADABLE_PAGE)
        conflicts = find_conflicts(
            [
                Paper(each.number, types[each.span.doctype], each.fields)
                for each in documents
                if each.span.doctype in types
            ]
        )
        if conflicts:
            doubts.append(CONTRADICTION)
        procedure = self._procedure(documents)
        completeness = self._completeness(documents, procedure)
        doubts += doubt_completeness(completeness)
        if any(page.page.number in self.bad for page in own):
            doubts.append(BAD_SCAN)
        before = [span for span in group.sheets if span not in group.papers]
        every = (*_pages_of(before, self.pages), *own)
        return PlannedDossier(
            id=f"{self.batch.id[:_ID_DIGITS]}-{ordinal:02d}",
            code=code,
            procedure=procedure,
            documents=documents,
            doubts=tuple(dict.fromkeys(doubts)),
            conflicts=conflicts,
            readings=tuple(read_codes(every, self.by.keys)),
            completeness=completeness,
        )

    def _document(
        self, number: int, span: Span, types: Mapping[str, DocType]
    ) -> PlannedDocument:
        if span.doctype == SEPARATOR:
            return PlannedDocument(number, span, translate(SHEET_TITLE), ())
        doctype = types.get(span.doctype) or DocType(UNKNOWN, "")
        own = _pages_of([span], self.pages)
        fields = extract_fields(own, span, doctype, today=self.today)
        behind_first = range(span.first + 1, span.last + 1)
        left_out = tuple(each for each in behind_first if each in self.backs)
        return PlannedDocument(number, span, doctype.title, fields, left_out)

    def _procedure(self, documents: tuple[PlannedDocument, ...]) -> str | None:
        usual = self.counter.procedure if self.counter else None
        return find_procedure(documents, self.by.procedures, usual)

    def _completeness(
        self, documents: tuple[PlannedDocument, ...], code: str | None
    ) -> Completeness | None:
        known = self.by.procedures
        own = next((each for each in known if each.code == code), None)
        return check_completeness(documents, self.pages, self.by.doctypes, known, own)


def _rules(counter: Counter | None, keys: Keyring, used: frozenset[str]) -> SheetRules:
    if counter is None:
        return SheetRules(keys=keys, used=used)
    return SheetRules(counter.patch, counter.id, keys, used)


def _into_dossiers(spans: Iterable[Span], *, keep_sheets: bool) -> list[_Group]:
    """Group papers: a receipt's code or a separator sheet begins the next dossier.

    Sheets go with what stands behind them; where that is nothing they are in none.
    """
    groups: list[_Group] = []
    sheets: list[Span] = []
    for span in spans:
        if span.doctype == SEPARATOR and not span.doubts:
            sheets.append(span)
            continue
        if not groups or span.starts_dossier:
            groups.append(_Group([]))
        groups[-1].sheets += sheets
        groups[-1].papers += [*sheets, span] if keep_sheets else [span]
        sheets = []
    return groups


def _as_one(groups: list[_Group]) -> list[_Group]:
    """Put the papers of a folder together: whoever filled it says they are one dossier.

    Where the papers say otherwise, a person has to look.
    """
    if not groups:
        return []
    codes = {group.code for group in groups if group.code}
    return [
        _Group(
            [sheet for group in groups for sheet in group.sheets],
            [paper for group in groups for paper in group.papers],
            (MIXED_FOLDER,) if len(codes) > 1 else (),
        )
    ]


def _blank_backs(
    pages: Iterable[ReadPage], defects: Iterable[PageDefect]
) -> frozenset[int]:
    """Find the pages without anything on them that nobody has to look at."""
    looked_at = {each.page for each in defects}
    return frozenset(
        read.page.number
        for read in pages
        if read.page.blank
        and read.page.readable
        and not (read.codes or read.unread or read.page.number in looked_at)
    )


def _pages_of(
    spans: Iterable[Span], pages: tuple[ReadPage, ...]
) -> tuple[ReadPage, ...]:
    return tuple(page for span in spans for page in pages[span.first - 1 : span.last])
