"""Decide whether a page begins a paper, by what stands on it and what lies before."""

from dataclasses import dataclass, replace

from pipeline.model.dossier import Span
from pipeline.model.template import SEPARATOR, UNKNOWN, DocType, Within
from pipeline.split.doctypes import Heading
from pipeline.split.evidence import SIDE_WORDS, Evidence

RESEMBLES = "the heading resembles that of another type"
NUMBERED = "a heading stands on a page that is numbered as a later one"
BARE_HEADING = "a short heading stands on a later page without a national heading"
ANNEX = "a form inside an annex was kept with its document"
MAYBE_ANNEX = "the form may be an annex of the document before it"
FULL = "a page follows a paper that is already complete"
NO_BACK = "the second side was not recognized"
STRAY_BACK = "a second side without its first"

_SHORT_HEADING = 2
"""Words up to which a heading needs the national heading on its page: LUẬT and QUYẾT
ĐỊNH also stand alone at the top of later pages."""

WEAK = 0.6
"""A cut that something speaks for, while the type stays unknown or uncertain."""

_MARKED = 0.85
_CARD_BY_CODE = 0.85
_WITHOUT_HEADER = 0.9
"""Factor on a heading's confidence where no national heading was read."""


@dataclass(frozen=True, slots=True)
class Start:
    """Why a page begins a paper."""

    reason: str
    confidence: float
    doctype: DocType | None = None
    heading: Heading | None = None
    doubts: tuple[str, ...] = ()


@dataclass(slots=True)
class Paper:
    """The paper that pages are being added to."""

    first: int
    last: int
    start: Start
    starts_dossier: bool
    dossier_code: str | None
    doubts: list[str]
    serial: str | None = None
    sides: int = 1
    """Pages with something on them."""

    is_sheet: bool = False
    """A separator that is not trusted: kept, and nothing is added but its back."""

    in_annex: bool = False

    @property
    def doctype(self) -> DocType | None:
        """The type it began as."""
        return self.start.doctype

    @property
    def is_full(self) -> bool:
        """Whether a paper of this type has no more sides."""
        longest = self.doctype.longest if self.doctype else None
        return longest is not None and self.sides >= longest

    def is_of(self, doctype: DocType | None) -> bool:
        """Tell whether it is of *doctype*."""
        return doctype is not None and doctype == self.doctype

    def close(self) -> Span:
        """Put the paper down as it is."""
        heading = self.start.heading
        return Span(
            first=self.first,
            last=self.last,
            doctype=self._code_of_type(),
            reason=self.start.reason,
            confidence=round(self.start.confidence, 3),
            heading=heading.text if heading else "",
            heading_box=heading.box if heading else None,
            starts_dossier=self.starts_dossier,
            dossier_code=self.dossier_code,
            doubts=tuple(dict.fromkeys(self.doubts)),
            serial=self.serial,
        )

    def _code_of_type(self) -> str:
        if self.is_sheet:
            return SEPARATOR
        return self.doctype.code if self.doctype else UNKNOWN


def by_looks(page: Evidence) -> Start | None:
    """Find what on the page itself says that a paper begins here."""
    heading = page.heading
    if heading is not None:
        known = page.header or heading.doctype.within is Within.ANYWHERE
        return Start(
            "heading",
            heading.confidence * (1 if known else _WITHOUT_HEADER),
            heading.doctype,
            heading,
            (RESEMBLES,) if heading.resembles else (),
        )
    if page.card is not None:
        return Start("code", _CARD_BY_CODE, page.card)
    if page.marked is not None:
        return Start("marker", _MARKED if page.header else WEAK, page.marked)
    if page.numbered is not None and page.header:
        return Start("marker", _MARKED, page.numbered)
    if page.serials:
        return Start("code", WEAK)
    if page.header:
        return Start("new-layout", WEAK)
    return None


def start_after(paper: Paper, page: Evidence) -> Start | None:
    """Decide whether *page* begins a paper while *paper* is open."""
    start = by_looks(page)
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


def _belongs(paper: Paper, page: Evidence, start: Start) -> bool:
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


def _after_complete(paper: Paper, page: Evidence) -> Start | None:
    """Decide about a page that shows nothing, after papers of fixed length.

    The stamp of a certified copy, alone on its page, goes with what it certifies.
    """
    doctype = paper.doctype
    if page.certified:
        return None
    if page.back is not None and (paper.is_full or not paper.is_of(page.back)):
        return Start("marker", WEAK, page.back, doubts=(STRAY_BACK,))
    if paper.is_full:
        return Start("new-layout", WEAK, doubts=(FULL,))
    if doctype is None or doctype.code in page.continues:
        return None
    if page.words > SIDE_WORDS or page.page_number is not None:
        return Start("new-layout", WEAK, doubts=(FULL,))
    paper.doubts.append(NO_BACK)
    return None
