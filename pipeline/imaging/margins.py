"""Find room for a line of print in the margin of a page."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.arrays import GrayImage, paper_around

_INSET = 6.0
"""Millimetres from the edge: printers leave out less, scanners darken less."""

_BAND = 26.0
"""Millimetres from the edge that a margin reaches; Decree 30/2020 asks for 20-25."""

_GAP = 1.0
"""Millimetres left free around the print."""

_STEP = 1.0
"""Millimetres between two places tried."""

_INK = 45
"""Levels below the paper around it at which a pixel is ink."""

_DARK = 110
"""Level below which no print can be read, be it ink, a shadow or a picture."""

_MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True)
class Room:
    """Where print goes, millimetres from the top left corner of the page."""

    left: float
    top: float
    ink: float
    """Share of its area that holds ink; 0 where it covers nothing."""


def find_room(
    gray: GrayImage,
    dpi: float,
    width: float,
    height: float,
    *,
    from_top: bool,
    sides: tuple[float, ...] = (0.0, 1.0, 0.5),
    both_margins: bool = True,
) -> Room:
    """Find where *width* × *height* millimetres cover nothing that is on the page.

    Args:
        gray: the page; some 50 dpi are enough.
        dpi: its resolution.
        width: of the print, millimetres.
        height: of the print, millimetres.
        from_top: whether the top margin is preferred to the bottom one.
        sides: places along the margin by preference: 0 is left, 1 is right.
        both_margins: whether the other margin will do.

    Returns:
        The free place nearest to the edge; where there is none, that with least ink.
    """
    scale = dpi / _MM_PER_INCH
    page_height, page_width = (side / scale for side in gray.shape)
    sums = _sums(gray)
    best: Room | None = None
    for top_margin in (from_top, not from_top)[: 2 if both_margins else 1]:
        for inward in np.arange(_INSET, max(_INSET, _BAND - height) + 0.01, _STEP):
            top = inward if top_margin else page_height - inward - height
            for side in sides:
                left = _INSET + side * max(0.0, page_width - 2 * _INSET - width)
                ink = _share(sums, scale, (left, top, left + width, top + height))
                if best is None or ink < best.ink:
                    best = Room(float(left), max(0.0, float(top)), ink)
                if ink == 0.0:
                    return best
    assert best is not None
    return best


def _sums(gray: GrayImage) -> NDArray[np.int32]:
    """Count ink above and left of each corner, so that a box costs four look-ups."""
    paper = paper_around(gray).astype(np.int16)
    ink = ((paper - gray > _INK) | (gray < _DARK)).astype(np.uint8)
    return np.asarray(cv2.integral(ink), np.int32)


def _share(
    sums: NDArray[np.int32], scale: float, box: tuple[float, float, float, float]
) -> float:
    height, width = (side - 1 for side in sums.shape)
    left, top, right, bottom = box
    x0 = int(np.clip((left - _GAP) * scale, 0, width))
    y0 = int(np.clip((top - _GAP) * scale, 0, height))
    x1 = int(np.clip(np.ceil((right + _GAP) * scale), x0, width))
    y1 = int(np.clip(np.ceil((bottom + _GAP) * scale), y0, height))
    area = max(1, (x1 - x0) * (y1 - y0))
    return float(sums[y1, x1] - sums[y0, x1] - sums[y1, x0] + sums[y0, x0]) / area
