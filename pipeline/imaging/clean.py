"""Take specks and seals away from a page before it is read."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.arrays import ColorImage, GrayImage, Image, resize_to_dpi, to_gray

_SPECK_CONTRAST = 60
"""Levels by which a lone pixel differs from all its neighbors."""

_MANY_SPECKS = 0.0004
"""Share of all pixels from which a page counts as speckled; clean scans
have 0.00005 at most."""

_OUT_OF_PLACE = 40
"""Levels by which a speck differs from the median around it."""

_LARGEST_SPECK = 2
"""Pixels. With 3, the tips of strokes go too."""

_SMOOTHING = 0.8
"""Pixels, sigma: what is left of grain fades, strokes at 200 dpi do not."""

_SEAL_WORKING_DPI = 50
"""Seals are an inch and more: they are found on a small copy."""

_RED_LEAD = 45
"""Levels by which red ink is redder than green and blue."""

_SEAL_SIDES = (22.0, 55.0)
"""Millimetres across a round seal: 36 of a commune, with room for a tilted crest."""

_SEAL_GAP = 3.0
"""Millimetres between the parts of one seal: ring, letters, star."""


def despeckle(gray: GrayImage) -> GrayImage:
    """Take the specks off a page that is full of them; a clean one passes as it is.

    A pixel that stands out from the median around it goes where it has one neighbor
    of its kind at most; then the page is smoothed a little. At 0.5 / 2 / 4 % of salt
    and pepper that left 0.6 / 0.4 / 1.4 % of words wrong; a median of the whole page,
    which wears thin strokes away as well, 3.1 / 4.5 / 4.2 %. Dropping larger marks
    would eat the dots below and hooks above that tell Vietnamese words apart.
    """
    if speck_share(gray) < _MANY_SPECKS:
        return gray
    median = np.asarray(cv2.medianBlur(gray, 3), np.uint8)
    pepper = cv2.subtract(median, gray) > _OUT_OF_PLACE
    salt = cv2.subtract(gray, median) > _OUT_OF_PLACE
    calm = np.where(_lone(pepper) | _lone(salt), median, gray)
    return np.asarray(cv2.GaussianBlur(calm, (0, 0), _SMOOTHING), np.uint8)


def _lone(pixels: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep those of *pixels* with one neighbor among them at most."""
    around = cv2.boxFilter(pixels.astype(np.uint8), -1, (3, 3), normalize=False)
    alone: NDArray[np.bool_] = pixels & (around <= _LARGEST_SPECK)
    return alone


def speck_share(gray: GrayImage) -> float:
    """Measure the share of pixels darker or lighter than all their neighbors."""
    ring = np.ones((3, 3), np.uint8)
    ring[1, 1] = 0
    darker = cv2.subtract(cv2.erode(gray, ring), gray) > _SPECK_CONTRAST
    lighter = cv2.subtract(gray, cv2.dilate(gray, ring)) > _SPECK_CONTRAST
    return float(np.count_nonzero(darker) + np.count_nonzero(lighter)) / gray.size


_INK_UNDER_SEAL = 0.5
"""Share of the paper's red from which a pixel of a seal is bare: its blurred rims and
what JPEG makes of them are darker than its red, and were taken for letters."""


def red_free(image: Image, dpi: float) -> GrayImage:
    """Turn a page grey, with the ink of round red seals left out.

    Red ink is as light as paper in the red channel: signers' names under seals were
    read 8 of 8 there, 2 to 5 of 8 in grey. Only seals go: red headings of land
    certificates and identity cards, and stamps with numbers in them, stay.

    Args:
        image: grey (passes as it is) or color. Not changed.
        dpi: its resolution, pixels per inch.
    """
    if image.ndim == 2:
        return image
    gray = to_gray(image)
    seals = _find_seals(image, dpi)
    if not seals:
        return gray
    cleaned = gray.copy()
    for left, top, right, bottom in seals:
        spot = image[top:bottom, left:right]
        red = _redness(spot) > _RED_LEAD // 2
        around = cv2.dilate(red.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        channel = spot[..., 0]
        paper = int(np.percentile(channel, 75))
        bare = np.where(channel > _INK_UNDER_SEAL * paper, paper, channel)
        cleaned[top:bottom, left:right][around] = bare[around]
    return cleaned


def _redness(image: ColorImage) -> GrayImage:
    """Measure how far red stands above green and blue, levels."""
    red, green, blue = cv2.split(image)
    return np.asarray(cv2.subtract(red, cv2.max(green, blue)), np.uint8)


def _find_seals(image: ColorImage, dpi: float) -> list[tuple[int, int, int, int]]:
    """Find round red things: left, top, right, bottom, in pixels of *image*."""
    scale = min(1.0, _SEAL_WORKING_DPI / dpi)
    small = resize_to_dpi(image, dpi, dpi * scale)
    red = (_redness(small) > _RED_LEAD).astype(np.uint8)
    if not red.any():
        return []
    per_mm = dpi * scale / 25.4
    joint = np.ones((round(_SEAL_GAP * per_mm),) * 2, np.uint8)
    whole = cv2.morphologyEx(red, cv2.MORPH_CLOSE, joint)
    smallest, largest = (side * per_mm for side in _SEAL_SIDES)
    found = []
    for left, top, width, height, _ in cv2.connectedComponentsWithStats(whole)[2][1:]:
        short, long = sorted((width, height))
        if smallest <= short and long <= largest and long <= 1.3 * short:
            edges = (left - 2, top - 2, left + width + 2, top + height + 2)
            x0, y0, x1, y1 = (max(0, int(edge / scale)) for edge in edges)
            found.append((x0, y0, x1, y1))
    return found
