"""Compare what a dossier should hold with what was found in it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from pipeline.extract.components import (
    PAPERS,
    Column,
    ListedPaper,
    read_paper_table,
)
from pipeline.model.dossier import (
    Completeness,
    FieldStatus,
    PaperCheck,
    PlannedDocument,
    Presence,
)
from pipeline.model.template import SEPARATOR, Component, DocType, Procedure
from pipeline.model.text import ReadPage
from pipeline.model.unicode import comparable

MISSING_PAPER = "a paper that the receipt or the procedure lists was not found"
NOT_DIGITIZED = "a paper that must be digitized was not found"
TOO_FEW = "fewer papers were found than the receipt lists"
WRONG_PAGES = "a paper has not as many pages as the receipt says"
TABLE_NOT_READ = "the receipt's list of papers was not read whole"

_ALIKE = 85
"""Percent of letters by which a listed name is that of a type."""

_REQUEST_ALIKE = 88
"""Percent of letters by which what is asked for is a procedure's title: ĐĂNG KÝ KHAI TỬ
has 81 of ĐĂNG KÝ KHAI SINH."""

_BEFORE_NAME = re.compile(
    r"^(?:(?:\d{1,2}|mot|hai|ban sao|ban chinh|ban photo|ban chup|ban goc|chung thuc"
    r"|co chung thuc|trich luc sao|mau|the) )+"
)
"""What may stand before a paper's own name, folded."""

_SHOWN = "xuat trinh"
_SHORTEST = 4
"""Letters of the shortest name that is compared: CCCD."""


@dataclass(frozen=True, slots=True)
class _Names:
    """Folded names of types."""

    names: tuple[tuple[str, str], ...]
    """Name and type; the longest name first."""

    def find(self, listed: str) -> str | None:
        """Find the type that a receipt lists as *listed*."""
        text = _plain(listed)
        short = _BEFORE_NAME.sub("", text)
        for name, doctype in self.names:
            length = len(name.split())
            for each in (text, short):
                start = " ".join(each.split()[:length])
                if fuzz.ratio(start, name) >= _ALIKE:
                    return doctype
        return None


def find_procedure(
    documents: Iterable[PlannedDocument],
    procedures: Sequence[Procedure],
    usual: str | None,
) -> str | None:
    """Tell a dossier's procedure: what its receipt asks for, else the *usual* one.

    None where something else than the usual one is asked for, that is not known here:
    papers must not be missed because another procedure would demand them.
    """
    asked = next(
        (
            field
            for document in documents
            for field in document.fields
            if field.name == "request" and field.value
        ),
        None,
    )
    if asked is None or not procedures:
        return usual
    text = _plain(asked.value or "")
    scores = {each.code: _likeness(text, _plain(each.title)) for each in procedures}
    best = max(scores, key=lambda code: scores[code])
    if scores[best] >= _REQUEST_ALIKE:
        return best
    return None if asked.status is FieldStatus.OK else usual


def check_completeness(
    documents: Sequence[PlannedDocument],
    pages: Sequence[ReadPage],
    doctypes: Sequence[DocType],
    procedures: Sequence[Procedure],
    procedure: Procedure | None,
) -> Completeness | None:
    """Compare a dossier's papers with its receipt's table and its procedure's list.

    Args:
        documents: the papers found, the receipt among them.
        pages: the whole batch.
        doctypes: all types.
        procedures: all procedures: they know names of papers.
        procedure: the dossier's own.

    Returns:
        None where nothing says what should be there.
    """
    leading = {doctype.code for doctype in doctypes if doctype.leads_dossier}
    tables = (
        read_paper_table(_pages_of(document, pages))
        for document in documents
        if document.span.doctype in leading
    )
    table = next(filter(None, tables), None)
    if table is None and (procedure is None or not procedure.components):
        return None
    found: dict[str, list[PlannedDocument]] = {}
    for document in documents:
        if document.span.doctype not in leading | {SEPARATOR}:
            found.setdefault(document.span.doctype, []).append(document)
    comparison = _Comparison(
        found,
        pages,
        {doctype.code: doctype.title for doctype in doctypes},
        _names_of(doctypes, procedures, procedure),
        procedure.components if procedure else (),
    )
    papers = tuple(comparison.compare(table.rows if table else (), leading))
    return Completeness(papers, table is not None, table is None or table.whole)


def doubt_completeness(found: Completeness | None) -> Iterator[str]:
    """Say why a dossier is not complete; a paper too many is no doubt."""
    if found is None:
        return
    for paper in found.wanting:
        if paper.presence is Presence.MISSING:
            yield NOT_DIGITIZED if paper.must_digitize else MISSING_PAPER
        else:
            yield TOO_FEW if paper.presence is Presence.FEWER else WRONG_PAGES
    if found.table and not found.table_whole:
        yield TABLE_NOT_READ


@dataclass(frozen=True, slots=True)
class _Comparison:
    """The papers of a dossier by type, and what is known of types."""

    found: dict[str, list[PlannedDocument]]
    pages: Sequence[ReadPage]
    titles: dict[str, str]
    names: _Names
    components: tuple[Component, ...]

    def compare(
        self, rows: Sequence[ListedPaper], leading: set[str]
    ) -> Iterator[PaperCheck]:
        """Check each row, each further component, and each paper that is left."""
        typed = [(row, self.names.find(row.name)) for row in rows]
        listed = {doctype for _, doctype in typed if doctype}
        left = {
            doctype: papers
            for doctype, papers in self.found.items()
            if doctype not in listed and self._component(doctype) is None
        }
        strangers = sum(map(len, left.values()))
        taken: set[str] = set()
        for row, doctype in typed:
            if doctype in leading:
                continue
            if doctype is None:
                yield self._unknown(row, possible=strangers > 0)
                strangers -= 1
            elif doctype not in taken:
                taken.add(doctype)
                same = [other for other, code in typed if code == doctype]
                yield self._listed(row, same, doctype)
        for component in self.components:
            if component.doctype not in listed | leading:
                yield from self._demanded(component)
        if strangers > 0 and all(doctype for _, doctype in typed):
            for doctype, papers in left.items():
                title = self.titles.get(doctype, "")
                yield PaperCheck(Presence.EXTRA, title, doctype, None, len(papers))

    def _listed(
        self, row: ListedPaper, same: Sequence[ListedPaper], doctype: str
    ) -> PaperCheck:
        papers = self.found.get(doctype, [])
        expected = _sum(each.count(*PAPERS) for each in same)
        pages_expected = row.count(Column.PAGES) if len(same) == 1 else None
        pages_found = sum(map(self._sides, papers))
        shown = not expected and pages_expected is None and _is_shown(row)
        presence = _presence(expected, len(papers))
        if shown and not papers:
            presence = Presence.SHOWN
        elif (
            len(papers) == 1
            and pages_expected is not None
            and pages_expected != pages_found
        ):
            presence = Presence.WRONG_PAGES
        component = self._component(doctype)
        return PaperCheck(
            presence,
            row.name,
            doctype,
            expected,
            len(papers),
            pages_expected,
            pages_found if papers else None,
            component is not None and component.must_digitize,
            row.number,
            row.page,
            row.box,
        )

    def _unknown(self, row: ListedPaper, *, possible: bool) -> PaperCheck:
        """Check a row of no known type: papers that nothing lists may be it."""
        shown = row.count(*PAPERS, Column.PAGES) is None and _is_shown(row)
        presence = Presence.UNKNOWN if possible else Presence.MISSING
        if shown:
            presence = Presence.SHOWN
        return PaperCheck(
            presence,
            row.name,
            None,
            row.count(*PAPERS),
            0,
            number=row.number,
            page=row.page,
            box=row.box,
        )

    def _demanded(self, component: Component) -> Iterator[PaperCheck]:
        """Check what the procedure lists and the receipt does not."""
        papers = self.found.get(component.doctype, [])
        if not papers and not component.required:
            return
        yield PaperCheck(
            _presence(component.count, len(papers)),
            self.titles.get(component.doctype, component.doctype),
            component.doctype,
            component.count,
            len(papers),
            must_digitize=component.must_digitize,
        )

    def _component(self, doctype: str) -> Component | None:
        return next((c for c in self.components if c.doctype == doctype), None)

    def _sides(self, document: PlannedDocument) -> int:
        return sum(not page.page.blank for page in _pages_of(document, self.pages))


def _presence(expected: int | None, found: int) -> Presence:
    if not found:
        return Presence.MISSING
    if expected is None or expected == found:
        return Presence.PRESENT
    return Presence.FEWER if found < expected else Presence.MORE


def _sum(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _is_shown(row: ListedPaper) -> bool:
    return _SHOWN in _plain(row.name)


def _names_of(
    doctypes: Sequence[DocType],
    procedures: Sequence[Procedure],
    own: Procedure | None,
) -> _Names:
    """Gather names of types; a name of two types only where one is of *own*."""
    names: dict[str, set[str]] = {}
    for doctype in doctypes:
        for name in (doctype.title, *doctype.headings):
            names.setdefault(_plain(name), set()).add(doctype.code)
    for procedure in procedures:
        for component in procedure.components:
            for name in component.names:
                names.setdefault(_plain(name), set()).add(component.doctype)
    for component in own.components if own else ():
        for name in component.names:
            names[_plain(name)] = {component.doctype}
    every = ((name, codes) for name, codes in names.items() if len(name) >= _SHORTEST)
    clear = [(name, next(iter(codes))) for name, codes in every if len(codes) == 1]
    return _Names(tuple(sorted(clear, key=lambda each: (-len(each[0]), each[0]))))


def _likeness(asked: str, title: str) -> float:
    """Compare what is asked for with a title, which receipts shorten at their end."""
    if len(asked) < len(title) / 3:
        return fuzz.ratio(asked, title)
    return fuzz.ratio(asked, title[: len(asked) + 1])


def _pages_of(
    document: PlannedDocument, pages: Sequence[ReadPage]
) -> Sequence[ReadPage]:
    return pages[document.span.first - 1 : document.span.last]


def _plain(text: str) -> str:
    return re.sub(r"[^0-9a-z]+", " ", comparable(text)).strip()
