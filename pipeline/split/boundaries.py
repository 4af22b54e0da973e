"""Cut a batch into papers: every page in exactly one span, every cut with its reason.

Where the evidence is thin nothing is guessed silently: pages stay together or become
`UNKNOWN`, and the span carries the doubt to a person.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from pipeline.model.dossier import Span
from pipeline.model.sheet import Separates
from pipeline.model.template import SEPARATOR, DocType
from pipeline.model.text import ReadPage
from pipeline.split.evidence import Evidence, weigh_page
from pipeline.split.sheets import ANY_COUNTER, COPIED, Sheet, SheetRules
from pipeline.split.starts import WEAK, Paper, Start, by_looks, start_after

TWO_CODES = "two different dossier codes stand on one page"
RECEIPT_WITHOUT_CODE = "a receipt without a readable dossier code"
FIRST_IS_NUMBERED = "the first page is numbered as a later one"
LEADING_BLANK = "a blank page before any paper"
UNREADABLE = "a page that could not be read was kept where it stood"
LEADER_DISAGREES = "the leader sheet and the paper behind it name different dossiers"
TWO_LEADERS = "two leader sheets of different dossiers lie one on the other"
OTHER_DOSSIER = "the code printed on this paper is that of another dossier"
TWO_SERIALS = "two archive numbers stand on one page"

_NOTHING_KNOWN = 0.3
_UNREADABLE = 0.0


def split_pages(
    pages: Sequence[ReadPage],
    doctypes: Sequence[DocType],
    rules: SheetRules = ANY_COUNTER,
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
        rules: what separator sheets mean at this counter.

    Returns:
        Spans without gap or overlap; neighbouring separator sheets, and the blank
        back of the last one, are one span of type `SEPARATOR`. It starts a dossier
        unless it only divides papers, and has the code of a leader sheet. A separator
        that is not trusted is a paper of that type, with doubts, and the first of its
        dossier.
    """
    cutter = _Cutter()
    for page in pages:
        cutter.take(weigh_page(page, doctypes, rules))
    return cutter.finish()


@dataclass(slots=True)
class _Cutter:
    """Walks through the pages once, holding the paper that is open."""

    spans: list[Span] = field(default_factory=list)
    paper: Paper | None = None
    in_dossier: bool = False
    """Whether what comes next belongs to a dossier that has begun."""

    dossier_code: str | None = None
    printed_code: str | None = None
    """The code that papers of the dossier print, where it has no better one."""

    leader: str | None = None
    """Code of a leader sheet whose first paper is still to come."""

    waiting: tuple[str, ...] = ()
    """Doubts about the sheets before the next paper."""

    sheet: int = 0
    """Number of the last separator sheet; the next page may be its blank back."""

    nonces: dict[str, int] = field(default_factory=dict)
    """Sheets of this batch, with the last page they were seen on."""

    def take(self, page: Evidence) -> None:
        """Add the next page."""
        sheet = self._without_copies(page)
        if sheet is not None and page.is_sheet:
            self._take_sheet(page, sheet)
        elif sheet is not None:
            self._separate(sheet)
            self._begin(page, self._start_of(page) or self._from_nothing(page))
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

    def _without_copies(self, page: Evidence) -> Sheet | None:
        """Find the page's separator; doubtful where it came before in this batch."""
        sheet = page.sheet
        if sheet is None or sheet.nonce is None:
            return sheet
        seen = self.nonces.get(sheet.nonce)
        self.nonces[sheet.nonce] = page.number
        if seen is None or seen == page.number - 1:  # printed on both sides
            return sheet
        return Sheet(Separates.DOSSIER, doubts=(COPIED,))

    def _take_sheet(self, page: Evidence, sheet: Sheet) -> None:
        if not sheet.doubts:
            self._add_separator(page.number, sheet)
            return
        if self.paper is not None and self.paper.is_sheet:
            self.paper.last = page.number
            self.paper.doubts.extend(sheet.doubts)
            return
        self._separate(sheet)
        start = Start("separator", _NOTHING_KNOWN)
        self._begin(page, start, is_sheet=True)

    def _separate(self, sheet: Sheet) -> None:
        """Let what comes next begin a paper, and a dossier where the sheet says so."""
        self._close()
        self.waiting += sheet.doubts
        if sheet.separates is Separates.PAPER:
            return
        if self.leader not in (None, sheet.code):
            self.waiting += (TWO_LEADERS,)
        self.in_dossier = False
        self.dossier_code = self.leader = sheet.code or self.leader
        self.printed_code = None

    def _start_of(self, page: Evidence) -> Start | None:
        if any(code != self.dossier_code for code in page.dossier_codes):
            start = by_looks(page) or Start("code", WEAK)
        elif self.paper is None or self.paper.is_sheet:
            start = by_looks(page) or self._from_nothing(page)
        elif not page.readable:
            return None
        elif self._is_of_other_dossier(page):
            start = by_looks(page) or Start("code", WEAK)
        else:
            return start_after(self.paper, page)
        if (page.page_number or 1) > 1:
            return replace(start, doubts=(*start.doubts, FIRST_IS_NUMBERED))
        return start

    def _from_nothing(self, page: Evidence) -> Start:
        reason = "separator" if self.spans else "start"
        if page.readable:
            return Start(reason, _NOTHING_KNOWN)
        return Start(reason, _UNREADABLE, doubts=(UNREADABLE,))

    def _is_of_other_dossier(self, page: Evidence) -> bool:
        """Tell whether a page without a bar code prints another dossier's code."""
        known = self.dossier_code or self.printed_code
        return (
            not page.dossier_codes
            and page.printed_code is not None
            and known is not None
            and page.printed_code != known
        )

    def _begin(self, page: Evidence, start: Start, *, is_sheet: bool = False) -> None:
        behind_sheet = self.paper is not None and self.paper.is_sheet
        self._close()
        codes = page.dossier_codes
        code = codes[0] if len(codes) == 1 else None
        doubts = [*start.doubts, *self.waiting, *self._doubts_about(page, start)]
        starts = not behind_sheet and self._starts_dossier(page, start)
        if (starts or behind_sheet) and (codes or self.leader is None):
            self.dossier_code = code
            self.printed_code = None
        if not codes:
            self.printed_code = self.printed_code or page.printed_code
        self.in_dossier, self.leader, self.waiting = True, None, ()
        self.paper = Paper(
            first=page.number,
            last=page.number,
            start=start,
            starts_dossier=starts,
            dossier_code=code,
            doubts=doubts,
            sides=2 if page.both_sides else 1,
            serial=page.serials[0] if len(page.serials) == 1 else None,
            is_sheet=is_sheet,
        )

    def _starts_dossier(self, page: Evidence, start: Start) -> bool:
        codes = page.dossier_codes
        known = len(codes) == 1 and codes[0] == self.dossier_code
        leads = start.doctype is not None and start.doctype.leads_dossier
        return (
            not self.in_dossier
            or bool(codes and not known)
            or (leads and not codes)
            or self._is_of_other_dossier(page)
        )

    def _doubts_about(self, page: Evidence, start: Start) -> Iterator[str]:
        leads = start.doctype is not None and start.doctype.leads_dossier
        if len(page.dossier_codes) > 1:
            yield TWO_CODES
        elif leads and not page.dossier_codes and self.leader is None:
            yield RECEIPT_WITHOUT_CODE
        if self.leader and any(code != self.leader for code in page.dossier_codes):
            yield LEADER_DISAGREES
        if self._is_of_other_dossier(page) and (self.leader or not leads):
            yield LEADER_DISAGREES if self.leader else OTHER_DOSSIER
        if len(page.serials) > 1:
            yield TWO_SERIALS

    def _go_on(self, page: Evidence) -> None:
        assert self.paper is not None  # without one, every page is a start
        self.paper.last = page.number
        self.paper.sides += 1
        self.paper.in_annex |= page.appendix
        self.printed_code = self.printed_code or page.printed_code
        if not page.readable:
            self.paper.doubts.append(UNREADABLE)

    def _add_blank(self, page: Evidence) -> None:
        if self.paper is not None:
            self.paper.last = page.number
        elif self.spans and page.number == self.sheet + 1:
            self.spans[-1] = replace(self.spans[-1], last=page.number)
        else:  # a second blank page behind a sheet could be a faint first page
            doubts = (LEADING_BLANK,)
            self._begin(page, Start("start", _NOTHING_KNOWN, doubts=doubts))

    def _add_separator(self, number: int, sheet: Sheet) -> None:
        self._separate(sheet)
        self.sheet = number
        starts = sheet.separates is Separates.DOSSIER
        span = Span(
            number,
            number,
            SEPARATOR,
            "separator",
            1.0,
            starts_dossier=starts,
            dossier_code=sheet.code,
        )
        if self.spans and _is_trusted_sheet(self.spans[-1]):
            before = self.spans.pop()
            span = replace(
                span,
                first=before.first,
                starts_dossier=starts or before.starts_dossier,
                dossier_code=sheet.code or before.dossier_code,
            )
        self.spans.append(span)

    def _close(self) -> None:
        if self.paper is not None:
            self.spans.append(self.paper.close())
            self.paper = None


def _is_trusted_sheet(span: Span) -> bool:
    return span.doctype == SEPARATOR and not span.doubts
