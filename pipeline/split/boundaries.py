"""Cut a batch into papers: every page in exactly one span, every cut with its reason.

Where the evidence is thin nothing is guessed silently: pages stay together or become
`UNKNOWN`, and the span carries the doubt to a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pipeline.model.dossier import Span
from pipeline.model.template import SEPARATOR, UNKNOWN, DocType, Within
from pipeline.model.text import ReadPage
from pipeline.split.doctypes import Heading
from pipeline.split.evidence import SIDE_WORDS, Evidence, weigh_page

TWO_CODES = "two different dossier codes stand on one page"
RECEIPT_WITHOUT_CODE = "a receipt without a readable dossier code"
RESEMBLES = "the heading resembles that of another type"
NUMBERED = "a heading stands on a page that is numbered as a later one"
FIRST_IS_NUMBERED = "the first page is numbered as a later one"
BARE_HEADING = "a short heading stands on a later page without a national heading"
ANNEX = "a form inside an annex was kept with its document"
MAYBE_ANNEX = "the form may be an annex of the document before it"
FULL = "a page follows a paper that is already complete"
NO_BACK = "the second side was not recognized"
STRAY_BACK = "a second side without its first"
LEADING_BLANK = "a blank page before any paper"
UNREADABLE = "a page that could not be read was kept where it stood"

_SHORT_HEADING = 2
"""Words up to which a heading needs the national heading on its page: LUẬT and QUYẾT
ĐỊNH also stand alone at the top of later pages."""

_NOTHING_KNOWN = 0.3
_UNREADABLE = 0.0
_WEAK = 0.6
"""A cut that something speaks for, while the type stays unknown or uncertain."""

_MARKED = 0.85
_CARD_BY_CODE = 0.85
_WITHOUT_HEADER = 0.9
"""Factor on a heading's confidence where no national heading was read."""


@dataclass(frozen=True, slots=True)
class _Start:
    """Why a page begins a paper."""

    reason: str
    confidence: float
    doctype: DocType | None = None
    heading: Heading | None = None
    doubts: tuple[str, ...] = ()


@dataclass(slots=True)
class _Paper:
    """The paper that pages are being added to."""

    first: int
    last: int
    start: _Start
    starts_dossier: bool
    dossier_code: str | None
    doubts: list[str]
    sides: int = 1
    """Pages with something on them."""

    in_annex: bool = False

    @property
    def doctype(self) -> DocType | None:
        return self.start.doctype

    @property
    def is_full(self) -> bool:
        longest = self.doctype.longest if self.doctype else None
        return longest is not None and self.sides >= longest

    def is_of(self, doctype: DocType | None) -> bool:
        return doctype is not None and doctype == self.doctype

    def close(self) -> Span:
        heading = self.start.heading
        return Span(
            first=self.first,
            last=self.last,
            doctype=self.doctype.code if self.doctype else UNKNOWN,
            reason=self.start.reason,
            confidence=round(self.start.confidence, 3),
            heading=heading.text if heading else "",
            heading_box=heading.box if heading else None,
            starts_dossier=self.starts_dossier,
            dossier_code=self.dossier_code,
            doubts=tuple(dict.fromkeys(self.doubts)),
        )


def split_pages(
    pages: Sequence[ReadPage], doctypes: Sequence[DocType]
) -> tuple[Span, ...]:
    """Cut *pages* into papers and separator sheets, in order.

    A page begins a paper when it carries a new dossier code, follows a separator
    sheet, or shows a heading, the markers of a type, an ID card's code or a national
    heading of its own. Any other page continues the paper before it; so do pages
    numbered 2 and more, blank backs, unreadable pages and the forms of an annex. A
    receipt always begins a paper: papers of two citizens must not join by our doubt.

    Args:
        pages: the batch, numbered from 1 without gaps.
        doctypes: the types to recognise.

    Returns:
        Spans without gap or overlap; neighbouring separator sheets, and the blank
        back of the last one, are one span of type `SEPARATOR`.
    """
    cutter = _Cutter()
    for page in pages:
        cutter.take(weigh_page(page, doctypes))
    return cutter.finish()


@dataclass(slots=True)
class _Cutter:
    """Walks through the pages once, holding the paper that is open."""

    spans: list[Span] = field(default_factory=list)
    paper: _Paper | None = None
    dossier_code: str | None = None
    sheet: int = 0
    """Number of the last separator sheet; the next page may be its blank back."""

    def take(self, page: Evidence) -> None:
        """Add the next page."""
        if page.separator and not page.dossier_codes and page.heading is None:
            self._add_separator(page.number)
        elif page.blank:
            self._add_blank(page)
        elif (start := self._start_of(page)) is not None:
            self._begin(page, start)
        else:
            self._go_on(page)

    def finish(self) -> tuple[Span, ...]:
        """Close the last paper."""
        self._close()
        return tuple(self.spans)

    def _start_of(self, page: Evidence) -> _Start | None:
        if any(code != self.dossier_code for code in page.dossier_codes):
            start = _by_looks(page) or _Start("code", _WEAK)
        elif self.paper is None:
            start = _by_looks(page) or self._from_nothing(page)
        elif page.readable:
            return _after(self.paper, page)
        else:
            return None
        if (page.page_number or 1) > 1:
            return replace(start, doubts=(*start.doubts, FIRST_IS_NUMBERED))
        return start

    def _from_nothing(self, page: Evidence) -> _Start:
        reason = "separator" if self.spans else "start"
        if page.readable:
            return _Start(reason, _NOTHING_KNOWN)
        return _Start(reason, _UNREADABLE, doubts=(UNREADABLE,))

    def _begin(self, page: Evidence, start: _Start) -> None:
        fresh = self.paper is None
        self._close()
        doubts = list(start.doubts)
        codes = page.dossier_codes
        leads = start.doctype is not None and start.doctype.leads_dossier
        if len(codes) > 1:
            doubts.append(TWO_CODES)
        elif leads and not codes:
            doubts.append(RECEIPT_WITHOUT_CODE)
        known = len(codes) == 1 and codes[0] == self.dossier_code
        starts = fresh or bool(codes and not known) or (leads and not codes)
        if starts:
            self.dossier_code = codes[0] if len(codes) == 1 else None
        self.paper = _Paper(
            first=page.number,
            last=page.number,
            start=start,
            starts_dossier=starts,
            dossier_code=codes[0] if len(codes) == 1 else None,
            doubts=doubts,
        )

    def _go_on(self, page: Evidence) -> None:
        assert self.paper is not None  # without one, every page is a start
        self.paper.last = page.number
        self.paper.sides += 1
        self.paper.in_annex |= page.appendix
        if not page.readable:
            self.paper.doubts.append(UNREADABLE)

    def _add_blank(self, page: Evidence) -> None:
        if self.paper is not None:
            self.paper.last = page.number
        elif self.spans and page.number == self.sheet + 1:
            self.spans[-1] = replace(self.spans[-1], last=page.number)
        else:  # a second blank page behind a sheet could be a faint first page
            doubts = (LEADING_BLANK,)
            self._begin(page, _Start("start", _NOTHING_KNOWN, doubts=doubts))

    def _add_separator(self, number: int) -> None:
        self._close()
        self.sheet = number
        if self.spans and self.spans[-1].doctype == SEPARATOR:
            self.spans[-1] = replace(self.spans[-1], last=number)
        else:
            self.spans.append(Span(number, number, SEPARATOR, "separator", 1.0))

    def _close(self) -> None:
        if self.paper is not None:
            self.spans.append(self.paper.close())
            self.paper = None


def _by_looks(page: Evidence) -> _Start | None:
    """Find what on the page itself says that a paper begins here."""
    heading = page.heading
    if heading is not None:
        known = page.header or heading.doctype.within is Within.ANYWHERE
        return _Start(
            "heading",
            heading.confidence * (1 if known else _WITHOUT_HEADER),
            heading.doctype,
            heading,
            (RESEMBLES,) if heading.resembles else (),
        )
    if page.card is not None:
        return _Start("code", _CARD_BY_CODE, page.card)
    if page.marked is not None:
        return _Start("marker", _MARKED if page.header else _WEAK, page.marked)
    if page.numbered is not None and page.header:
        return _Start("marker", _MARKED, page.numbered)
    if page.serial:
        return _Start("code", _WEAK)
    if page.header:
        return _Start("new-layout", _WEAK)
    return None


def _after(paper: _Paper, page: Evidence) -> _Start | None:
    """Decide whether *page* begins a paper while *paper* is open."""
    start = _by_looks(page)
    if start is None:
        return _after_complete(paper, page)
    if start.doctype is not None and start.doctype.leads_dossier:
        return start  # whatever speaks against it: two citizens' papers never join
    if _belongs(paper, page, start):
        return None
    official = paper.doctype is not None and paper.doctype.type_code is not None
    if official and page.form:
        return replace(start, doubts=(*start.doubts, MAYBE_ANNEX))
    return start


def _belongs(paper: _Paper, page: Evidence, start: _Start) -> bool:
    """Tell whether *page* belongs to *paper* though it looks like a first page."""
    if page.page_number is not None and page.page_number > 1:
        if start.heading is not None and page.page_number != paper.sides + 1:
            paper.doubts.append(NUMBERED)
        return True
    if paper.in_annex and page.form:
        paper.doubts.append(ANNEX)
        return True
    if start.heading is not None and _is_bare(page, start.heading):
        paper.doubts.append(BARE_HEADING)
        return True
    # The back of a card carries the code since 2024.
    return start.reason == "code" and paper.is_of(start.doctype) and not paper.is_full


def _is_bare(page: Evidence, heading: Heading) -> bool:
    return (
        heading.words <= _SHORT_HEADING
        and heading.doctype.within is not Within.ANYWHERE
        and not page.header
    )


def _after_complete(paper: _Paper, page: Evidence) -> _Start | None:
    """Decide about a page that shows nothing, after papers of fixed length."""
    doctype = paper.doctype
    if page.back is not None and (paper.is_full or not paper.is_of(page.back)):
        return _Start("marker", _WEAK, page.back, doubts=(STRAY_BACK,))
    if paper.is_full:
        return _Start("new-layout", _WEAK, doubts=(FULL,))
    if doctype is None or doctype.code in page.continues:
        return None
    if page.words > SIDE_WORDS or page.page_number is not None:
        return _Start("new-layout", _WEAK, doubts=(FULL,))
    paper.doubts.append(NO_BACK)
    return None
