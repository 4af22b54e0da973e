"""Measure how well a page can be read, and whether there is anything on it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.arrays import GrayImage, paper_around

_INK_BELOW_PAPER = 90
"""Levels below the paper around it from which a pixel is ink for certain: print that
shows through from the back is not, nor is the grain of paper."""

_FAINT_BELOW_PAPER, _FAINT_SHARE, _FAINT_SHARPNESS = 40, 0.0001, 0.65
"""What is left of the ink on a pale carbon copy: fainter, at least this share of the
page, but still sharp. Print from the back is blurred by the paper it shines through."""

_FLAT = 10
"""Levels between neighbors that are no edge: the inside of bold strokes."""

_REFERENCE_DPI = 200.0
"""Edges are measured in pixels of this resolution."""

_SHARPEST_STEP = 0.5
"""Slope, as part of the contrast per pixel, of an ideal edge between two pixels seen by
a central difference."""


@dataclass(frozen=True, slots=True)
class Quality:
    """What a page's pixels promise."""

    sharpness: float
    """Acutance of the ink's edges, 0-1; 0 where there is no ink."""

    contrast: float
    """Paper level minus ink level, 0-1; 0 where there is no ink."""

    blank: bool
    """There is no ink. Dirt and punch holes make a page not blank."""


def measure_quality(gray: GrayImage, dpi: float) -> Quality:
    """Measure sharpness and contrast of the ink, and whether there is any.

    Args:
        gray: the page, ink dark. Not changed.
        dpi: its resolution, pixels per inch.
    """
    darker = np.asarray(cv2.subtract(paper_around(gray), gray), np.uint8)
    ink = darker > _INK_BELOW_PAPER
    if ink.any():
        sharpness, contrast = _measure_ink(gray, darker, ink, dpi)
        return Quality(sharpness, contrast, blank=False)
    ink = darker > _FAINT_BELOW_PAPER
    if np.count_nonzero(ink) >= _FAINT_SHARE * ink.size:
        sharpness, contrast = _measure_ink(gray, darker, ink, dpi)
        if sharpness >= _FAINT_SHARPNESS:
            return Quality(sharpness, contrast, blank=False)
    return Quality(sharpness=0.0, contrast=0.0, blank=True)


def _measure_ink(
    gray: GrayImage, darker: GrayImage, ink: NDArray[np.bool_], dpi: float
) -> tuple[float, float]:
    depth = float(np.median(darker[ink]))
    slope = _edge_slope(gray, ink) * dpi / _REFERENCE_DPI
    return round(min(1.0, slope / depth / _SHARPEST_STEP), 3), round(depth / 255, 3)


def _edge_slope(gray: GrayImage, ink: NDArray[np.bool_]) -> float:
    """Measure the steep side of the ink's edges, levels per pixel."""
    rows = np.flatnonzero(ink[:, 1:-1].any(axis=1))[::3]  # a third tells as much
    steps = np.abs(gray[rows, 2:].astype(np.int16) - gray[rows, :-2])
    edges = steps[ink[rows, 1:-1] & (steps > _FLAT)]
    return float(np.percentile(edges, 75)) / 2 if len(edges) else 0.0
