"""Tell whether a blank page is the back of another, by the print that shows through."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.quality import Ink

Trace = NDArray[np.float32]
"""Shape `_CELLS`: mean darkness of the page's parts, less that of those around."""

_CELLS = (120, 85)
"""Rows and columns: parts of 2.5 mm of an A4 page, less than a line of print."""

_AROUND = (7, 7)
"""Parts over which it is evened out: pages of print are alike, but not their lines."""

_SLACK = 2
"""Parts by which a sheet may lie elsewhere on the glass, either way."""

_SHOWN = 0.15
"""Levels by which the parts of a blank page differ (standard deviation) where print
shows through; the grain of paper evens out to 0.05."""

_ALIKE = 0.45
"""Correlation from which one page's shadow is the other's print: it is 0.9 and more; of
another paper 0.1 to 0.4, and 0.8 where its lines happen to stand in the same places."""


def find_trace(ink: Ink) -> Trace:
    """Reduce a page to where its darkness lies.

    Args:
        ink: the page. Not changed.
    """
    rows, columns = _CELLS
    means = cv2.resize(
        ink.darker.astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA
    )
    return np.asarray(means - cv2.blur(means, _AROUND), np.float32)


def shows_through(blank: Trace) -> bool:
    """Tell whether print from the other side shows on a blank page."""
    return float(_inner(blank).std()) > _SHOWN


def is_back_of(blank: Trace, front: Trace) -> bool:
    """Tell whether what shows through on *blank* is the print of *front*.

    The sheet may have been turned over its long or its short edge, and lie a little
    elsewhere on the glass.
    """
    mirrored = (front[:, ::-1], front[::-1])
    return any(_correlation(blank, side) >= _ALIKE for side in mirrored)


def _correlation(blank: Trace, side: Trace) -> float:
    """Correlate two traces where they fit best within the slack."""
    found = cv2.matchTemplate(
        np.ascontiguousarray(side), _inner(blank), cv2.TM_CCOEFF_NORMED
    )
    return float(found.max())


def _inner(trace: Trace) -> Trace:
    return np.ascontiguousarray(trace[_SLACK:-_SLACK, _SLACK:-_SLACK])
