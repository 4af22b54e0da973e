"""Compare a page taken apart into layers with itself: would anybody miss anything?"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.arrays import WHITE, Image, resize_to_dpi
from pipeline.imaging.layers import Layers

_DPI = 100.0
"""Where pages are compared: what is seen on a screen at full width."""

_TILE_MM = 5.0

_CHANGED = 15.0
"""Mean difference of a tile, levels, that is seen. Text has 13 at most."""

_DARK = 25.0
"""Levels by which the background of a tile lies below the paper: filled with something
else than ink (photograph, highlighter, tint of a card)."""

_RECOLORED, _RECOLORED_MM2 = 60, 0.5
"""Levels in any channel that the inside of a stroke is off, and square millimetres of
a tile where it is: painted in the color of another ink that it crosses."""

_FAINT, _FEWEST_FAINT = 2.5, 4
"""Levels, smoothed, that something beside the ink is off, and pixels of a tile where it
is: the grain of paper reaches 1, a pencil stroke 3."""

_MOST_CHANGED, _MOST_DARK, _MOST_RECOLORED, _MOST_FAINT = 1, 3, 1, 1
"""Tiles of a page that is still the same. Real pages of text have 1, 0, 0 and 0 at most
(one whose colors the scanner displaced: 2 recolored); portraits, cards, pencil and
highlighter have 2, and mostly ten times as many, of one kind or another."""

_Levels = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Fidelity:
    """How many tiles of a page are not as they were."""

    worst: float
    """Largest mean difference of a tile, levels."""

    changed: int
    """Tiles that differ as a whole."""

    dark: int
    """Tiles that are no paper with writing on it."""

    recolored: int
    """Tiles whose ink got another color."""

    faint: int
    """Tiles with faint marks that the background blurs."""

    @property
    def holds(self) -> bool:
        """Whether the layers may stand for the page."""
        return (
            self.changed <= _MOST_CHANGED
            and self.dark <= _MOST_DARK
            and self.recolored <= _MOST_RECOLORED
            and self.faint <= _MOST_FAINT
        )


def measure_fidelity(image: Image, layers: Layers, dpi: float) -> Fidelity:
    """Put *layers* together and compare them with *image* in tiles of 5 mm.

    Args:
        image: the page the layers were made of. Not changed.
        layers: its background and inks.
        dpi: of the page, pixels per inch.
    """
    target = min(dpi, _DPI)
    page = np.atleast_3d(resize_to_dpi(image, dpi, target)).astype(np.float32)
    height, width = page.shape[:2]
    background = cv2.resize(layers.background, (width, height))
    rebuilt, ink = _put_together(np.atleast_3d(background), layers, dpi, target)
    off = rebuilt - page
    side = max(1, round(_TILE_MM * target / 25.4))
    mean = _tiles(np.abs(off).mean(axis=2), side).mean(axis=-1)
    darkest = np.atleast_3d(background).min(axis=2)
    median = np.median(_tiles(darkest, side), axis=-1)
    paper = np.percentile(median, 90)
    return Fidelity(
        worst=round(float(mean.max()), 1),
        changed=int(np.count_nonzero(mean > _CHANGED)),
        dark=int(np.count_nonzero(median < paper - _DARK)),
        recolored=_count_recolored(image, layers, dpi),
        faint=_count_faint(off, ink, side),
    )


def _put_together(
    background: NDArray[Any], layers: Layers, dpi: float, target: float
) -> tuple[_Levels, _Levels]:
    """Paint the inks over the background; also gives each pixel's share of ink."""
    rebuilt: NDArray[Any] = background.astype(np.float32)
    ink = np.zeros(background.shape[:2], np.float32)
    for each in layers.inks:
        mask = resize_to_dpi(each.mask.astype(np.uint8) * WHITE, dpi, target)
        share = mask.astype(np.float32) / WHITE
        color = np.array(each.color, np.float32)
        rebuilt = rebuilt + (color - rebuilt) * share[..., None]
        ink += share
    return rebuilt, ink


def _count_recolored(image: Image, layers: Layers, dpi: float) -> int:
    """Count tiles in which ink got another color; its soft edges do not count."""
    wrong = np.zeros(image.shape[:2], np.bool_)
    for ink in layers.inks:
        inside = cv2.erode(ink.mask.view(np.uint8), np.ones((3, 3), np.uint8))
        left, top, width, height = cv2.boundingRect(inside)
        if not width:
            continue
        place = np.s_[top : top + height, left : left + width]
        off = cv2.absdiff(image[place], np.full_like(image[place], ink.color))
        most = off if off.ndim == 2 else off.max(axis=2)
        wrong[place] |= (most > _RECOLORED) & (inside[place] > 0)
    if not wrong.any():
        return 0
    side = max(1, round(_TILE_MM * dpi / 25.4))
    pixels = np.count_nonzero(_tiles(wrong, side), axis=-1)
    return int(np.count_nonzero(pixels > _RECOLORED_MM2 * (dpi / 25.4) ** 2))


def _count_faint(off: _Levels, ink: _Levels, side: int) -> int:
    """Count tiles where something that is not in the ink's masks was lost."""
    touched = cv2.dilate((ink > 0.02).astype(np.uint8), np.ones((5, 5), np.uint8))
    beside = np.where(touched[..., None] > 0, np.float32(0), off)
    smooth = np.abs(np.atleast_3d(cv2.blur(beside, (3, 3)))).max(axis=2)
    pixels = np.count_nonzero(_tiles(smooth > _FAINT, side), axis=-1)
    return int(np.count_nonzero(pixels >= _FEWEST_FAINT))


def _tiles(values: NDArray[Any], side: int) -> NDArray[Any]:
    """Cut into squares, the last axis holding their pixels; edges count in full.

    What is left over at the right and the bottom is covered by mirroring.
    """
    height, width = values.shape
    padding = ((0, -height % side), (0, -width % side))
    whole = np.pad(values, padding, mode="symmetric")
    rows, columns = whole.shape[0] // side, whole.shape[1] // side
    cut = whole.reshape(rows, side, columns, side).transpose(0, 2, 1, 3)
    return cut.reshape(rows, columns, side * side)
