"""What can be wrong with the scan of a page, so that it should be scanned again."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Defect(StrEnum):
    """One way in which a page came badly out of the scanner.

    A page that lies on its side or head is none: it is turned, and nothing is lost.
    """

    BLURRED = "blurred"
    """Out of focus, or moved: dirty glass, a page that did not lie flat."""

    FAINT = "faint"
    """The print hardly stands out from the paper."""

    DARK = "dark"
    """The paper itself is nearly black."""

    CUT_OFF = "cut-off"
    """Print runs out of the picture."""

    COARSE = "coarse"
    """Fewer pixels per inch than the law asks of a digitized copy."""

    WRONG_SIDE = "wrong-side"
    """Nothing on it where print is expected: the sheet lay the wrong way."""


@dataclass(frozen=True, slots=True, order=True)
class PageDefect:
    """A page of a scan that should be scanned again, and why."""

    page: int
    """Number in the scan, from 1."""

    defect: Defect


def group_pages(defects: Iterable[PageDefect]) -> dict[Defect, tuple[int, ...]]:
    """Gather the page numbers of each defect, in the order of `Defect`."""
    found = sorted(set(defects))
    return {
        kind: pages
        for kind in Defect
        if (pages := tuple(each.page for each in found if each.defect is kind))
    }
