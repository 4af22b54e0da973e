"""Measure how well a page can be read, and whether there is anything on it."""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.arrays import (
    WHITE,
    Counts,
    GrayImage,
    count_levels,
    darkness,
    paper_around,
    percentile_of,
)

_INK_BELOW_PAPER = 100
"""Levels below white paper from which a pixel is ink for certain: print that shows
through from the back is not, nor is the grain of paper."""

_FAINTEST, _ABOVE_NOISE = 20, 6
"""Levels below white paper, and times the noise of the paper, from which a mark counts:
a pale carbon copy has 30, the grain of paper on a cheap scanner 2."""

_SHARE = 0.0001
"""Part of the page that faint marks take, at least: dirt takes less."""

_PRINT_SHARPNESS = 0.65
"""What is fainter than ink but as sharp is print; print from the back is blurred by the
paper it shines through."""

_OUT_OF_FOCUS, _OUT_OF_FOCUS_DEPTH = 0.36, 56
"""What is duller than this and still so dark is print out of focus: print from the back
that is spread so wide has no darkness left."""

_STEEP, _FEWEST_EDGES = 6.0, 50
"""An edge rises by this part of the ink's darkness, at least: print from the back does
not. Fewer edges in one direction tell nothing: the bars of a separator have few."""

_RULE_DARKNESS, _RULE_LENGTH = 0.7, 20.0
"""Part of the ink's darkness, and millimetres, from which a straight run is a rule."""

_PICTURE = 0.35
"""Share of the page under ink from which it is no print."""

_REFERENCE_DPI = 200.0
"""Edges are measured in pixels of this resolution."""


@dataclass(frozen=True, slots=True)
class Quality:
    """What a page's pixels promise."""

    sharpness: float
    """Rise of the ink's edges within two pixels at 200 dpi, as part of its darkness, in
    the duller direction; 0-1, 0 where there is no ink."""

    contrast: float
    """How much darker than its paper the ink is, 0-1; 0 where there is no ink."""

    blank: bool
    """There is no ink. Dirt and punch holes make a page not blank."""

    smear: float = 1.0
    """Times that edges are sharper in one direction than in the other: 1.4 for print,
    more where the paper moved while it was scanned."""

    paper: float = 1.0
    """Level of the lightest paper of the page, 0-1."""

    coverage: float = 0.0
    """Share of the page that is darker than its paper: 0.02 to 0.15 with print, more
    than half with a photograph."""

    @property
    def is_picture(self) -> bool:
        """Whether so much of the page is dark that it is no print but a photograph.

        It has its own sharpness, may well reach the edge, and has no rows to level.
        """
        return self.coverage > _PICTURE


class _Edges(NamedTuple):
    """Darkness of the marks darker than a level, and the rise of their edges."""

    depth: float
    across: float
    down: float

    @property
    def sharpness(self) -> float:
        return min(self.across, self.down)


class Ink(NamedTuple):
    """A page seen as ink on paper; what all its measurements begin with."""

    darker: GrayImage
    """How dark each pixel would be on white paper under even light."""

    paper: float
    """Level of the lightest paper of the page, 0-1."""

    shade: float
    """Part of the light that is missing where the paper is darkest, 0-1."""

    def flat(self) -> GrayImage:
        """Give the page under even light: paper white, ink as dark as on white."""
        return np.asarray(cv2.bitwise_not(self.darker), np.uint8)


def see_ink(gray: GrayImage) -> Ink:
    """Tell ink from paper, whatever the light.

    Args:
        gray: the page, ink dark. Not changed.
    """
    around = paper_around(gray)
    darkest, lightest = np.percentile(around[::8, ::8], (5, 90)) / WHITE
    shade = float(1 - darkest / max(lightest, 1 / WHITE))
    return Ink(darkness(gray, around), round(float(lightest), 3), round(shade, 3))


def measure_quality(ink: Ink, dpi: float) -> Quality:
    """Measure sharpness and contrast of the ink, and whether there is any.

    Args:
        ink: the page. Not changed.
        dpi: its resolution, pixels per inch.
    """
    darker, paper = ink.darker, ink.paper
    level = int(max(_FAINTEST, _ABOVE_NOISE * _measure_noise(darker)))
    levels = count_levels(darker)
    marks = _without_rules(darker, levels, level, dpi)
    if not marks.any():
        return Quality(0.0, 0.0, blank=True, paper=paper)
    edges = _measure_edges(darker, marks, dpi)
    if not (levels[_INK_BELOW_PAPER + 1 :].any() or _is_faint_print(edges, marks)):
        return Quality(0.0, 0.0, blank=True, paper=paper)
    duller, sharper = sorted((edges.across, edges.down))
    smear = sharper / max(duller, 0.01)
    return Quality(
        round(edges.sharpness, 3),
        round(edges.depth / WHITE, 3),
        blank=False,
        smear=round(smear, 2),
        paper=paper,
        coverage=round(float(np.count_nonzero(marks)) / marks.size, 4),
    )


def _without_rules(
    darker: GrayImage, levels: Counts, level: int, dpi: float
) -> NDArray[np.bool_]:
    """Mark what is darker than *level*, but for rules and frames.

    They are the darkest ink on a form, and their edges tell nothing across them.
    """
    marks: NDArray[np.bool_] = darker > level
    inked = levels.copy()
    inked[: level + 1] = 0
    if not inked.any():
        return marks
    # Whole levels: beside a fraction, numpy would turn the page into fractions, too.
    dark: NDArray[np.bool_] = darker > int(_RULE_DARKNESS * percentile_of(inked, 90))
    level_rules, upright_rules = _find_runs(dark, dpi), _find_runs(dark.T, dpi)
    if level_rules is not None:
        marks &= ~_around(level_rules)
    if upright_rules is not None:
        marks &= ~_around(upright_rules).T
    return marks


def _around(rules: NDArray[np.bool_]) -> NDArray[np.bool_]:
    grown = cv2.dilate(rules.astype(np.uint8), np.ones((5, 5), np.uint8))
    return np.asarray(grown, np.bool_)


def _find_runs(dark: NDArray[np.bool_], dpi: float) -> NDArray[np.bool_] | None:
    """Mark level runs as long as rules; every fourth column tells as much."""
    sampled = np.ascontiguousarray(dark[:, ::4], np.uint8)
    length = np.ones((1, round(_RULE_LENGTH * dpi / 25.4 / 4)), np.uint8)
    runs = np.asarray(cv2.morphologyEx(sampled, cv2.MORPH_OPEN, length), np.bool_)
    if not runs.any():
        return None
    return np.repeat(runs, 4, axis=1)[:, : dark.shape[1]] & dark


def _measure_noise(darker: GrayImage) -> float:
    """Estimate the grain of the paper, levels (standard deviation)."""
    rows = darker[::5].astype(np.int16)
    return 1.05 * float(np.median(np.abs(np.diff(rows, axis=1))))


def _measure_edges(darker: GrayImage, marks: NDArray[np.bool_], dpi: float) -> _Edges:
    depth = percentile_of(count_levels(darker, marks), 90)
    inner = marks[1:-1, 1:-1]
    across = cv2.absdiff(darker[1:-1, 2:], darker[1:-1, :-2])
    down = cv2.absdiff(darker[2:, 1:-1], darker[:-2, 1:-1])
    steep = inner & (cv2.max(across, down) > int(depth / _STEEP))
    is_across = across >= down
    steps = (
        count_levels(np.asarray(across, np.uint8), steep & is_across),
        count_levels(np.asarray(down, np.uint8), steep & ~is_across),
    )
    rises = [
        percentile_of(step, 75) if step.sum() >= _FEWEST_EDGES else None
        for step in steps
    ]
    found = [rise for rise in rises if rise is not None] or [0.0]
    scale = dpi / _REFERENCE_DPI / depth
    first, last = (min(1.0, rise * scale) for rise in (found[0], found[-1]))
    return _Edges(depth, first, last)


def _is_faint_print(edges: _Edges, marks: NDArray[np.bool_]) -> bool:
    if np.count_nonzero(marks) < _SHARE * marks.size:
        return False
    if edges.sharpness >= _PRINT_SHARPNESS:
        return True
    return edges.sharpness < _OUT_OF_FOCUS and edges.depth >= _OUT_OF_FOCUS_DEPTH
