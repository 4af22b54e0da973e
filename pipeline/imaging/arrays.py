"""Kinds of page image, and the moves between them that lose nothing."""

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.model.geometry import BoundingBox

cv2.setNumThreads(1)  # pages go to processes; threads on top would only wait

GrayImage: TypeAlias = NDArray[np.uint8]
"""Shape (height, width), ink dark."""

ColorImage: TypeAlias = NDArray[np.uint8]
"""Shape (height, width, 3), red, green, blue."""

Image: TypeAlias = GrayImage | ColorImage

Counts: TypeAlias = NDArray[np.int64]
"""Shape (256,): pixels of each level."""

_PAPER_SIDE = 292
"""Pixels of the longer side, about 1 mm each on A4, on which paper is measured."""

_BLACK = 40
"""Level below which nothing is paper: the inside of the scanner, a dark picture."""

WHITE = 255
"""Level of bare paper in a bilevel page."""


def to_gray(image: Image) -> GrayImage:
    """Weigh the colors of *image* into grey (ITU-R BT.601); grey passes as it is."""
    if image.ndim == 2:
        return image
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)


def turn(image: Image, quarter_turns: int) -> Image:
    """Turn *image* clockwise by a number of quarter turns."""
    return np.ascontiguousarray(np.rot90(image, -quarter_turns))


def crop(image: Image, box: BoundingBox) -> Image:
    """Cut *box* out of *image*, as a view that shares its pixels."""
    return image[box.top : box.bottom, box.left : box.right]


def paper_around(gray: GrayImage) -> GrayImage:
    """Estimate the level of the paper around every pixel, as if nothing were printed.

    The lightest of each 5 mm of an A4 page, smoothed: follows shadows and tinted paper,
    not letters. Inside anything larger, such as a photograph, it follows the picture.
    """
    height, width = gray.shape
    lightest = cv2.dilate(shrink_to(gray, _PAPER_SIDE), np.ones((5, 5), np.uint8))
    smooth = cv2.blur(lightest, (9, 9))
    return np.asarray(cv2.resize(smooth, (width, height)), np.uint8)


def darkness(gray: GrayImage, paper: GrayImage) -> GrayImage:
    """Measure how dark each pixel would be on white paper under even light.

    Args:
        gray: the page. Not changed.
        paper: the level of the paper around each pixel, as `paper_around` gives it.

    Returns:
        0 for paper to 255 for black; nothing stands out of what is black itself.
    """
    below = cv2.subtract(paper, gray)
    light = np.maximum(paper, np.uint8(_BLACK))
    return np.asarray(cv2.divide(below, light, scale=WHITE), np.uint8)


def shrink_to(image: Image, longest_side: int) -> Image:
    """Average *image* down to *longest_side* pixels on its longer side, if longer."""
    scale = longest_side / max(image.shape[:2])
    return resize_to_dpi(image, 1.0, scale) if scale < 1 else image


def resize_to_dpi(image: Image, dpi: float, target_dpi: float) -> Image:
    """Scale *image* from *dpi* to *target_dpi* pixels per inch.

    Downwards every new pixel is the mean of the area it covers: a thin stroke gets
    lighter instead of falling between samples, and a bilevel page becomes the grey
    page that reads best (1.25 % of words wrong against 1.83 % at 227 dpi bilevel).

    Raises:
        ValueError: a resolution is not positive.
    """
    if dpi <= 0 or target_dpi <= 0:
        raise ValueError(f"cannot scale from {dpi} to {target_dpi} dpi")
    height, width = image.shape[:2]
    scale = target_dpi / dpi
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if size == (width, height):
        return image
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, size, interpolation=how), np.uint8)


def count_levels(gray: GrayImage, where: NDArray[np.bool_] | None = None) -> Counts:
    """Count how many pixels have each of the 256 levels.

    Args:
        gray: not changed.
        where: the pixels that count; None: all.
    """
    mask = None if where is None else where.view(np.uint8)
    counts = cv2.calcHist([gray], [0], mask, [256], [0, 256])
    return np.asarray(counts, np.int64).ravel()


def percentile_of(counts: Counts, percent: float) -> float:
    """Find a percentile of pixels counted by level, as `numpy.percentile` does.

    Sorting the pixels themselves takes ten times as long.

    Raises:
        ValueError: nothing was counted.
    """
    reached = np.cumsum(counts)
    last = int(reached[-1]) - 1
    if last < 0:
        raise ValueError("no pixels to take a percentile of")
    place = last * percent / 100
    below = int(place)
    low, high = (
        int(np.searchsorted(reached, at, side="right"))
        for at in (below, min(below + 1, last))
    )
    return low + (high - low) * (place - below)
