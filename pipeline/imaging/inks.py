"""Tell the inks of a page apart: red and blue from black, and shades of each."""

from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.arrays import (
    ColorImage,
    GrayImage,
    Image,
    paper_around,
    resize_to_dpi,
)

Color: TypeAlias = tuple[int, ...]
"""Red, green, blue, or one level of gray; 0 to 255."""

Mask: TypeAlias = NDArray[np.bool_]

MOST_INKS = 7
"""Masks of a page: black, red, blue, and shades of them where there are any. Each
costs a kilobyte."""

_WORKING_DPI = 100.0
"""Where colors are told apart: the fringes of letters are gone."""

_LEAD = 0.33
"""Part of the ink's depth by which its color leads the others; black has 0.1."""

_LEAST_DEPTH, _LEAST_SHARE = 20, 40
"""Levels below the paper, and part (of 255) covered by strokes, of a small pixel whose
color counts."""

_AROUND, _MAJORITY, _GROW = 3.0, 0.7, 6.0
"""A color is believed where within these millimetres it has this part of it and black
together, and these millimetres on: fringes of letters are everywhere, but never more
than the letters."""

_FEWEST_SEED = 12
"""Pixels of a color within `_AROUND` that make a majority: less is a speck."""

_SHADE = 40
"""Levels in any channel by which a stroke's color differs from its ink's."""

_SMALLEST_STROKE, _SMALLEST_SHADE = 0.2, 3.0
"""Square millimetres: of a stroke whose color can be told (a dot is all soft edge), and
of all strokes that make a shade of its own."""


def find_colored(image: ColorImage, strokes: Mask, dpi: float) -> Mask:
    """Mark where ink is red and where it is blue.

    Args:
        image: not changed.
        strokes: where there is ink of any color.
        dpi: pixels per inch.

    Returns:
        Shape (2, height, width): red, blue. Never both.
    """
    height, width = image.shape[:2]
    target = min(dpi, _WORKING_DPI)
    small = resize_to_dpi(image, dpi, target)
    paper = cv2.merge([paper_around(np.asarray(each)) for each in cv2.split(small)])
    below = cv2.subtract(paper, small)
    share = resize_to_dpi(strokes.astype(np.uint8) * 255, dpi, target)
    ink = (share > _LEAST_SHARE) & (below.max(axis=2) > _LEAST_DEPTH)
    kinds = [each & ink for each in _lead(below)]
    black = ink & ~kinds[0] & ~kinds[1]
    regions = [_region(each, black, target) for each in kinds]
    found = np.zeros((2, height, width), np.bool_)
    if not any(region.any() for region in regions):
        return found
    # Where a seal lies over print, every pixel of the page decides for itself.
    smooth = cv2.blur(image, (3, 3))
    for kind, region in enumerate(regions):
        area = cv2.resize(region, (width, height), interpolation=cv2.INTER_NEAREST)
        y, x = np.nonzero(strokes & (area > 0))
        row = y * small.shape[0] // height
        column = x * small.shape[1] // width
        near = paper[row, column].astype(np.int16) - smooth[y, x]
        found[kind, y, x] = _lead(near)[kind]
    return found


def tell_shades(
    image: Image, depth: GrayImage, parts: list[Mask], dpi: float
) -> list[tuple[Mask, Color]]:
    """Give each part of the ink its color, and what differs from it a part of its own.

    Two pens of blue, a pencil beside print: strokes that hang together are taken for
    one shade, and strokes that differ from their part's color leave it together.

    Args:
        image: gray or color. Not changed.
        depth: levels below the paper.
        parts: disjoint masks.
        dpi: pixels per inch.

    Returns:
        At most `MOST_INKS` disjoint masks that cover *parts*, with their colors.
    """
    waiting = [part for part in parts if part.any()]
    done: list[tuple[Mask, Color]] = []
    while waiting:
        part = waiting.pop(0)
        color = _core_color(image, depth, part)
        room = len(done) + 1 + len(waiting) < MOST_INKS
        other = _find_other(image, depth, part, color, dpi) if room else None
        if other is not None:
            waiting.append(other)
            part = part & ~other
            color = _core_color(image, depth, part)
        done.append((part, color))
    return done


def odd_pixels(millimetres: float, dpi: float) -> int:
    """Convert to an odd number of pixels, the size of a kernel."""
    return max(1, round(millimetres * dpi / 25.4)) | 1


def _lead(below: NDArray[Any]) -> tuple[Mask, Mask]:
    """Tell whether ink is red and whether it is blue, by how far it is below paper."""
    levels = below.astype(np.int16)
    red, green, blue = levels[..., 0], levels[..., 1], levels[..., 2]
    least = _LEAD * levels.max(axis=-1)
    is_red: Mask = np.minimum(green, blue) - red > least
    is_blue: Mask = red - blue > least
    return is_red, is_blue & ~is_red


def _region(colored: Mask, black: Mask, dpi: float) -> NDArray[np.uint8]:
    """Mark where a color prevails, and around there, where its strokes may go on."""
    if np.count_nonzero(colored) < _FEWEST_SEED:
        return np.zeros(colored.shape, np.uint8)
    around = odd_pixels(2 * _AROUND, dpi)
    count = _count(colored, around)
    share = count / np.maximum(count + _count(black, around), 1)
    seeds = colored & (share > _MAJORITY) & (count > _FEWEST_SEED)
    grow = odd_pixels(2 * _GROW, dpi)
    around_seeds = cv2.dilate(seeds.astype(np.uint8), np.ones((grow, grow), np.uint8))
    return np.asarray(around_seeds, np.uint8)


def _count(mask: Mask, side: int) -> NDArray[np.float32]:
    """Count True pixels in the square around each pixel."""
    counts = cv2.boxFilter(mask.astype(np.float32), -1, (side, side), normalize=False)
    return np.asarray(np.round(counts), np.float32)


def _core_color(image: Image, depth: GrayImage, part: Mask) -> Color:
    """Take the median color of the darker half: the soft edges do not count."""
    deep = depth[part]
    core = image[part][deep >= np.median(deep)]
    return tuple(int(level) for level in np.atleast_1d(np.median(core, axis=0)))


def _find_other(
    image: Image, depth: GrayImage, part: Mask, color: Color, dpi: float
) -> Mask | None:
    """Find strokes of *part* whose color is not *color*, if there are enough."""
    count, labels = cv2.connectedComponents(part.astype(np.uint8))
    label = labels[part]
    area = np.bincount(label, minlength=count)
    weight = depth[part].astype(np.float64) ** 2  # the core of a stroke tells
    total = np.maximum(np.bincount(label, weight, count), 1.0)
    pixels = np.atleast_3d(image)[part]
    differs = np.zeros(count, np.bool_)
    for channel, level in enumerate(color):
        mean = np.bincount(label, weight * pixels[:, channel], count) / total
        differs |= np.abs(mean - level) > _SHADE
    per_mm2 = (dpi / 25.4) ** 2
    differs &= area >= _SMALLEST_STROKE * per_mm2
    rest = area.sum() - area[differs].sum()
    if min(area[differs].sum(), rest) < _SMALLEST_SHADE * per_mm2:
        return None
    other: Mask = differs[labels] & part
    # Thin strokes look lighter than they are: their cores may be of the same color.
    apart = np.subtract(_core_color(image, depth, other), color)
    return other if np.abs(apart).max() > _SHADE else None
