"""Tell, from its pixels alone, whether a page should be scanned again."""

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.imaging.arrays import GrayImage
from pipeline.imaging.quality import Ink, Quality
from pipeline.model.quality import Defect

_SMEARED, _SMEARED_SHARPNESS = 1.55, 0.5
"""Print whose edges are so much duller in one direction was moved while it was scanned;
good print has 1.2 at most, and what is this sharp can be read all the same."""

_INK_BELOW_PAPER = 80
"""Levels below white paper from which a pixel belongs to a letter."""

_LETTER = (1.0, 6.0)
"""Millimetres: smallest and largest height and width of what is left of a letter that
the edge of the picture cuts; specks are smaller, borders and pictures larger."""

_STRIP = 12.0
"""Millimetres along an edge that are looked at: a cut line goes on inside."""

_BESIDE = 2
"""Letters that stand on the line of a cut one, within the strip."""


@dataclass(frozen=True, slots=True)
class DefectLimits:
    """From where on a page counts as badly scanned."""

    sharpness: float = 0.37
    """Below: blurred. Print blurred by 2 pixels at 200 dpi has 0.35, by 1.6 0.41."""

    contrast: float = 0.3
    """Below: faint. Black print has 0.9, a good copy of a copy 0.5."""

    paper: float = 0.43
    """Level of the paper below which a page is too dark."""

    dpi: float = 190.0
    """Below: too coarse. The law asks for 200 (Decree 30/2020), scanners round."""

    cut_lines: int = 3
    """Lines of print cut at one side, from which on a page is cut off."""

    cut_letters: int = 8
    """Letters cut along the top or bottom, likewise."""


def find_defects(
    ink: Ink,
    dpi: float,
    quality: Quality,
    limits: DefectLimits,
    *,
    scanned_dpi: float | None = None,
) -> tuple[Defect, ...]:
    """List what is wrong with a page; a blank one has nothing wrong in itself.

    Args:
        ink: the page as scanned. Not changed.
        dpi: its resolution, pixels per inch.
        quality: as measured of the page.
        limits: from where on it counts.
        scanned_dpi: what it was scanned at, where the page was reduced since.
    """
    found = []
    if quality.paper < limits.paper:
        found.append(Defect.DARK)
    if (scanned_dpi or dpi) < limits.dpi:
        found.append(Defect.COARSE)
    if quality.blank or quality.is_picture:
        return tuple(found)
    smeared = quality.smear > _SMEARED and quality.sharpness < _SMEARED_SHARPNESS
    if quality.sharpness < limits.sharpness or smeared:
        found.append(Defect.BLURRED)
    elif quality.contrast < limits.contrast:
        found.append(Defect.FAINT)
    if _is_cut_off(ink.darker, dpi, limits):
        found.append(Defect.CUT_OFF)
    return tuple(found)


def _is_cut_off(darker: GrayImage, dpi: float, limits: DefectLimits) -> bool:
    """Tell whether lines of print run out of the picture on any side."""
    depth = round(_STRIP * dpi / 25.4)
    sides = (darker[:, :depth], darker[:, : -depth - 1 : -1])
    ends = (darker[:depth].T, darker[: -depth - 1 : -1].T)
    return any(_count_cut(side, dpi)[0] >= limits.cut_lines for side in sides) or any(
        _count_cut(end, dpi)[1] >= limits.cut_letters for end in ends
    )


def _count_cut(strip: GrayImage, dpi: float) -> tuple[int, int]:
    """Count lines and letters that column 0 of *strip* cuts.

    Returns:
        Rules, and cut letters that others stand beside on their line inwards; and all
        cut letters.
    """
    pixels = np.ascontiguousarray(strip > _INK_BELOW_PAPER, np.uint8)
    stats = cv2.connectedComponentsWithStats(pixels)[2][1:]
    smallest, largest = (side * dpi / 25.4 for side in _LETTER)
    sides = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
    at_edge = stats[:, cv2.CC_STAT_LEFT] == 0
    is_letter = (sides.max(axis=1) >= smallest) & (sides.max(axis=1) <= largest)
    top = stats[:, cv2.CC_STAT_TOP]
    middle = top + stats[:, cv2.CC_STAT_HEIGHT] / 2
    inner = np.sort(middle[is_letter & ~at_edge])
    cut = is_letter & at_edge
    reach = largest / 2.5
    beside = np.searchsorted(inner, middle[cut] + reach) - np.searchsorted(
        inner, middle[cut] - reach
    )
    thickness = sides.min(axis=1)
    rules = at_edge & (sides[:, 0] == strip.shape[1]) & (thickness < smallest)
    lines = np.count_nonzero(beside >= _BESIDE) + np.count_nonzero(rules)
    return int(lines), int(np.count_nonzero(cut))
