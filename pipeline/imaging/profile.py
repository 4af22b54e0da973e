"""How sharply the ink of a page gathers into rows, seen at a given tilt."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.arrays import GrayImage, paper_around, shrink_to

_DARKER_THAN_PAPER = 70
"""Levels below the paper around it from which a pixel is ink."""

_FRAME_SIDE, _FRAME_FILL = 0.25, 0.2
"""A frame or table is longer than this part of the page, and this empty."""

_PIECE_LENGTH, _PIECE_THICKNESS = 12, 1.7
"""Pixels: a piece of a rule is longer than most words and thinner than any."""


class InkPoints(NamedTuple):
    """Places of ink pixels on a reduced page, and the size of that page."""

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    width: int
    height: int

    def across(self) -> "InkPoints":
        """Look at the page from its side."""
        return InkPoints(self.y, self.x, self.height, self.width)


def find_ink(gray: GrayImage, longest_side: int, *, frames: bool = True) -> InkPoints:
    """Collect the ink of *gray*, reduced so that its longer side is *longest_side*.

    Averaging while reducing makes specks fade before they are counted. Without *frames*
    the borders of forms and tables are left out: they run both ways, whatever the text
    does.
    """
    small = shrink_to(gray, longest_side)
    ink = cv2.subtract(paper_around(small), small) > _DARKER_THAN_PAPER
    if not frames:
        ink &= ~_find_frames(ink)
    y, x = np.nonzero(ink)
    height, width = small.shape
    return InkPoints(x.astype(np.float32), y.astype(np.float32), width, height)


def row_contrast(ink: InkPoints, degrees: float) -> float:
    """Score how well rows tilted by *degrees* separate ink from gaps.

    The squared change between row sums: text that is level alternates between full
    rows and empty gaps (W. Postl, ICPR 1986). Rows two apart are compared, because
    between neighbors an unsheared page looks sharper than it is and draws the answer
    to zero. The page is sheared, not turned, by moving each column; for small angles
    rows come out the same.
    """
    slope = np.float32(np.tan(np.radians(degrees)))
    reach = ink.width * abs(slope)
    moved = ink.y - ink.x * slope
    rows = (moved + (reach if slope > 0 else 0)).astype(np.int32)
    sums = np.bincount(rows, minlength=ink.height + int(reach) + 2)
    steps = sums[2:] - sums[:-2]
    return float(steps @ steps)


def _find_frames(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark borders: long and hollow, or in thin pieces where a tilt broke them."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8))
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    length, area = np.maximum(width, height), stats[:, cv2.CC_STAT_AREA]
    whole = (length > _FRAME_SIDE * max(ink.shape)) & (
        area < _FRAME_FILL * width * height
    )
    pieces = (length > _PIECE_LENGTH) & (area < _PIECE_THICKNESS * length)
    is_frame = whole | pieces
    is_frame[0] = False  # label 0 is the paper
    found: NDArray[np.bool_] = is_frame[labels]
    return found
