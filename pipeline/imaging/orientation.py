"""Tell whether the rows of a page run across it or down it."""

from typing import NamedTuple

import numpy as np

from pipeline.imaging.arrays import GrayImage
from pipeline.imaging.profile import InkPoints, find_ink, row_contrast

_WORKING_SIDE = 585
"""Pixels of the longer side: 50 dpi for A4."""

_FEWEST_POINTS = 150
"""Ink pixels there: about five words. Fewer may lie in any direction."""

_TILTS = np.arange(-8, 8.1, 0.5)
"""Degrees: a page in the feeder may lie on its side and be tilted too."""


class Axis(NamedTuple):
    """Which way the text rows run."""

    vertical_rows: bool
    """True: down the page, which lies on its side."""

    confidence: float
    """0.0 (cannot tell: blank page, photograph) to 1.0."""


def estimate_axis(gray: GrayImage) -> Axis:
    """Compare how sharply ink gathers into rows across and down the page.

    Says nothing about up and down: that takes reading.

    Args:
        gray: the page at any resolution, ink dark. Not changed.

    Returns:
        The axis; ``Axis(False, 0.0)`` for a page with fewer than about five words.
    """
    ink = find_ink(gray, _WORKING_SIDE, frames=False)
    if len(ink.x) < _FEWEST_POINTS:
        return Axis(vertical_rows=False, confidence=0.0)
    across, down = _sharpest(ink), _sharpest(ink.across())
    weaker, stronger = sorted((across, down))
    return Axis(down > across, round(1 - weaker / stronger, 3))


def _sharpest(ink: InkPoints) -> float:
    return max(row_contrast(ink, angle) for angle in _TILTS)
