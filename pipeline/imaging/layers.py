"""Take a page apart into a smooth background and the ink upon it, each kept small.

Mixed raster content (ITU-T T.44) as it suits office paper: strokes lie in bilevel masks
at the scan's own resolution, each painted in one flat color, and what remains is so
smooth that a quarter of the resolution holds it. Some pages do not suit:
`pipeline.imaging.fidelity` finds them by putting the page together again.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.arrays import (
    WHITE,
    GrayImage,
    Image,
    paper_around,
    resize_to_dpi,
    to_gray,
)
from pipeline.imaging.inks import Color, find_colored, odd_pixels, tell_shades

BACKGROUND_DPI = 75.0
"""Of the background: 4 kB a page, at 100 dpi 8, at 150 dpi 22."""

_FAINTEST = 40
"""Levels below the paper from which something is ink though nothing near is darker.
Fainter marks stay in the background, where `fidelity` looks for them."""

_STROKE = 0.45
"""Part of the darkest ink near it from which a pixel belongs to a stroke."""

_NEAR = 2.0
"""Millimetres between a pixel and the darkest ink it is compared with."""

_THIN, _ABOVE_MEAN, _AROUND = 0.3, 0.1, 1.2
"""Parts of the darkest ink near: a hair line need not be darker than the first, if it
is by the second above the mean of these millimetres around it."""

_THRESHOLD_DPI = 75.0
"""The darkest ink near is looked up on a copy of this resolution."""

_SOFT_EDGE = 0.17
"""Millimetres around a stroke that are not paper, either."""

_ENOUGH_PAPER = 64
"""Levels of 255: a background pixel a quarter of which is paper shows what it is; the
others are filled from around them."""


@dataclass(frozen=True, slots=True, eq=False)
class Ink:
    """Ink of one color."""

    mask: NDArray[np.bool_]
    """Shape of the page; True where it lies."""

    color: Color


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """A page taken apart; painted one over the other it is whole again."""

    background: Image
    """At `BACKGROUND_DPI`, or the page's resolution where that is lower; what lies
    under the ink is filled from around it. As many channels as the page."""

    inks: tuple[Ink, ...]
    """At least one, perhaps empty; no pixel is in two of them."""


def find_layers(image: Image, dpi: float) -> Layers:
    """Take *image* apart.

    Args:
        image: gray or color, ink darker than the paper around it. Not changed.
        dpi: its resolution, pixels per inch.
    """
    depth = _depth(to_gray(image))
    mask = _find_strokes(depth, dpi)
    parts = [mask]
    if image.ndim == 3:
        # Red and blue are darkest in one channel, where black has colored fringes.
        by_channel = _depth(np.min(image, axis=2))
        strokes = _find_strokes(by_channel, dpi)
        colored = find_colored(image, strokes, dpi)
        parts = [mask & ~(colored.any(axis=0)), *(strokes & each for each in colored)]
        depth = by_channel
    shades = tell_shades(image, depth, parts, dpi)
    whole = np.logical_or.reduce(parts)
    inks = tuple(Ink(*shade) for shade in shades)
    if not inks:
        inks = (Ink(whole, (0,) * (1 if image.ndim == 2 else 3)),)
    return Layers(_fill(image, whole, dpi), inks)


def _depth(gray: GrayImage) -> GrayImage:
    """Measure how far each pixel lies below the paper around it, levels."""
    return np.asarray(cv2.subtract(paper_around(gray), gray), np.uint8)


def _find_strokes(depth: GrayImage, dpi: float) -> NDArray[np.bool_]:
    """Mark the ink: as dark as about half of the darkest ink near it."""
    step = max(1, int(dpi / _THRESHOLD_DPI))
    darkest = cv2.dilate(depth, np.ones((step, step), np.uint8))[::step, ::step]
    reach = odd_pixels(2 * _NEAR, dpi / step)
    darkest = cv2.dilate(darkest, np.ones((reach, reach), np.uint8))
    darkest = cv2.blur(darkest, (reach // 2 | 1,) * 2)
    around = odd_pixels(_AROUND, dpi)
    mean = cv2.blur(depth, (around, around))[::step, ::step]
    least = np.clip(mean + _ABOVE_MEAN * darkest, _THIN * darkest, _STROKE * darkest)
    least = np.maximum(least, _FAINTEST).astype(np.uint8)
    height, width = depth.shape
    return np.asarray(depth > cv2.resize(least, (width, height)), np.bool_)


def _fill(image: Image, ink: NDArray[np.bool_], dpi: float) -> Image:
    """Shrink the page to its background, with no trace of the ink.

    Holes left as they are would take 87 kB a page instead of 7.
    """
    edge = odd_pixels(2 * _SOFT_EDGE, dpi)
    hole = cv2.dilate(ink.astype(np.uint8), np.ones((edge, edge), np.uint8))
    paper = np.asarray(
        cv2.threshold(hole, 0, WHITE, cv2.THRESH_BINARY_INV)[1], np.uint8
    )
    target = min(dpi, BACKGROUND_DPI)
    seen = resize_to_dpi(paper, dpi, target)
    bare = np.asarray(cv2.bitwise_and(image, image, mask=paper), np.uint8)
    kept = resize_to_dpi(bare, dpi, target)
    known = seen > _ENOUGH_PAPER
    share = np.maximum(seen, 1).astype(np.float32) / WHITE
    filled = np.atleast_3d(kept) / share[..., None] * known[..., None]
    reach = 5
    while not known.all() and reach < 4 * max(known.shape):
        around = np.atleast_3d(cv2.blur(filled, (reach, reach)))
        weight = cv2.blur(known.astype(np.float32), (reach, reach))
        new = ~known & (weight > 1e-4)
        filled[new] = around[new] / weight[new][:, None]
        known = known | new
        reach = 2 * reach + 1
    background = np.clip(filled, 0, WHITE).astype(np.uint8)
    return background if image.ndim == 3 else background[..., 0]
