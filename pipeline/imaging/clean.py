"""Take specks and seals away from a page before it is read."""

import cv2
import numpy as np

from pipeline.imaging.arrays import ColorImage, GrayImage, Image, resize_to_dpi, to_gray

_SPECK_CONTRAST = 60
"""Levels by which a lone pixel differs from all its neighbors."""

_MANY_SPECKS = 0.0004
"""Share of all pixels from which a page counts as speckled; clean scans
have 0.00005 at most."""

_SEAL_WORKING_DPI = 50
"""Seals are an inch and more: they are found on a small copy."""

_RED_LEAD = 45
"""Levels by which red ink is redder than green and blue."""

_SEAL_SIDES = (22.0, 55.0)
"""Millimetres across a round seal: 36 of a commune, with room for a tilted crest."""

_SEAL_GAP = 3.0
"""Millimetres between the parts of one seal: ring, letters, star."""


def despeckle(gray: GrayImage) -> GrayImage:
    """Smooth a page that is full of specks; a clean one passes as it is.

    A 3 × 3 median takes words wrong from 15.4 to 1.7 % at 2 % of salt and pepper and
    costs nothing at 200 dpi. Dropping small or lone marks instead would eat most of
    the dots below and hooks above that tell Vietnamese words apart.
    """
    if speck_share(gray) < _MANY_SPECKS:
        return gray
    return np.asarray(cv2.medianBlur(gray, 3), np.uint8)


def speck_share(gray: GrayImage) -> float:
    """Measure the share of pixels darker or lighter than all their neighbors."""
    ring = np.ones((3, 3), np.uint8)
    ring[1, 1] = 0
    darker = cv2.subtract(cv2.erode(gray, ring), gray) > _SPECK_CONTRAST
    lighter = cv2.subtract(gray, cv2.dilate(gray, ring)) > _SPECK_CONTRAST
    return float(np.count_nonzero(darker) + np.count_nonzero(lighter)) / gray.size


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
        around = cv2.dilate(red.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        cleaned[top:bottom, left:right][around] = spot[..., 0][around]
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
