"""Compare what a dossier should hold with what was found in it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.extract.components import (
    PAPERS,
    Column,
    ListedPaper,
    read_paper_table,
)
from pipeline.model.dossier import (
    Completeness,
    PaperCheck,
    PlannedDocument,
    Presence,
)
from pipeline.model.template import SEPARATOR, Component, DocType, Procedure
from pipeline.model.text import ReadPage
from pipeline.usecases.paper_names import PaperNames, names_of, plain

MISSING_PAPER = "a paper that the receipt or the procedure lists was not found"
NOT_DIGITIZED = "a paper that must be digitized was not found"
TOO_FEW = "fewer papers were found than the receipt lists"
WRONG_PAGES = "a paper has not as many pages as the receipt says"
TABLE_NOT_READ = "the receipt's list of papers was not read whole"

_SHOWN = "xuat trinh"


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
        names_of(doctypes, procedures, procedure),
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
    names: PaperNames
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
                yield self._check(Presence.EXTRA, doctype, None, len(papers))

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
        return self._check(
            presence,
            doctype,
            expected,
            len(papers),
            row,
            pages_expected=pages_expected,
            pages_found=pages_found if papers else None,
        )

    def _unknown(self, row: ListedPaper, *, possible: bool) -> PaperCheck:
        """Check a row of no known type: papers that nothing lists may be it."""
        shown = row.count(*PAPERS, Column.PAGES) is None and _is_shown(row)
        presence = Presence.UNKNOWN if possible else Presence.MISSING
        if shown:
            presence = Presence.SHOWN
        return self._check(presence, None, row.count(*PAPERS), 0, row)

    def _demanded(self, component: Component) -> Iterator[PaperCheck]:
        """Check what the procedure lists and the receipt does not."""
        found = len(self.found.get(component.doctype, []))
        if found or component.required:
            count = component.count
            yield self._check(_presence(count, found), component.doctype, count, found)

    def _check(
        self,
        presence: Presence,
        doctype: str | None,
        expected: int | None,
        found: int,
        row: ListedPaper | None = None,
        **pages: int | None,
    ) -> PaperCheck:
        component = self._component(doctype)
        return PaperCheck(
            presence,
            doctype,
            self.titles.get(doctype or "", ""),
            row.name if row else "",
            expected,
            found,
            must_digitize=component is not None and component.must_digitize,
            number=row.number if row else None,
            page=row.page if row else None,
            box=row.box if row else None,
            **pages,
        )

    def _component(self, doctype: str | None) -> Component | None:
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
    return _SHOWN in plain(row.name)


def _pages_of(
    document: PlannedDocument, pages: Sequence[ReadPage]
) -> Sequence[ReadPage]:
    return pages[document.span.first - 1 : document.span.last]
