"""Measure and remove the small tilt a sheet picks up in the feeder."""

from typing import NamedTuple

import cv2
import numpy as np

from pipeline.imaging.arrays import WHITE, GrayImage, Image
from pipeline.imaging.profile import InkPoints, find_ink, row_contrast

_COARSE_SIDE, _FINE_SIDE = 585, 1170
"""Pixels of the longer side: 50 dpi for A4 to find the peak, 100 dpi to climb it."""

_LIMIT = 9.5
"""Degrees searched either way: a peak at 9 must show both its sides."""

_FEWEST_POINTS = 150
"""Ink pixels at 50 dpi: about five words. Fewer may lie in any direction."""

_FLATTEST_PEAK = 0.7
"""Confidence below which there are no rows: text pages reach 0.78 (an ID card) to 0.98,
photographs and noise 0.1 to 0.5."""

_SUMMIT = 0.85
"""Part of the best score from which an angle belongs to the summit."""

_MIDDLE = WHITE // 2


class Skew(NamedTuple):
    """How far a page is tilted, and how far to trust the measurement."""

    degrees: float
    """Clockwise tilt of the text rows as seen on the page."""

    confidence: float
    """0.0 (no rows found: blank page, photograph) to 1.0."""


NO_SKEW = Skew(0.0, 0.0)
"""The answer for a page that shows no rows."""


def estimate_skew(gray: GrayImage) -> Skew:
    """Find the tilt at which ink gathers into the sharpest rows.

    A sweep by half a degree at 50 dpi finds the peak, one by a twentieth at 100 dpi
    its middle. The confidence is how far the peak stands above the median angle.

    Args:
        gray: the page at any resolution, ink dark. Not changed.

    Returns:
        The tilt up to 9.5 degrees either way; ``NO_SKEW`` for a blank page, a
        photograph, or a page that lies on its side.
    """
    ink = find_ink(gray, _COARSE_SIDE)
    if len(ink.x) < _FEWEST_POINTS:
        return NO_SKEW
    angles = np.arange(-_LIMIT, _LIMIT + 0.01, 0.5)
    scores = np.array([row_contrast(ink, angle) for angle in angles])
    confidence = 1 - float(np.median(scores) / scores.max())
    if confidence < _FLATTEST_PEAK:
        return NO_SKEW
    peak = _find_summit(find_ink(gray, _FINE_SIDE), float(angles[scores.argmax()]))
    return Skew(round(peak, 2) + 0.0, round(confidence, 3))


def rotate(
    image: Image,
    degrees: float,
    *,
    bilevel: bool = False,
    fill: tuple[int, ...] | None = None,
) -> Image:
    """Turn *image* clockwise about its middle, keeping its size.

    Args:
        image: grey or color. Not changed.
        degrees: clockwise; the negative of a skew straightens the page.
        bilevel: the page has 0 and 255 only, and shall have nothing else afterwards:
            it is turned in grey and cut at the middle.
        fill: what appears in the corners, per channel; the page's own paper if None.
    """
    height, width = image.shape[:2]
    middle = ((width - 1) / 2, (height - 1) / 2)
    turned = cv2.warpAffine(
        image,
        cv2.getRotationMatrix2D(middle, -degrees, 1.0),
        (width, height),
        flags=cv2.INTER_LINEAR if bilevel else cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=fill or _paper_color(image),
    )
    if bilevel:
        turned = cv2.threshold(turned, _MIDDLE, WHITE, cv2.THRESH_BINARY)[1]
    return np.asarray(turned, np.uint8)


def _find_summit(ink: InkPoints, near: float) -> float:
    """Find the middle of all angles whose score is close to the best one's.

    Scores are uneven at the top, where rows cross pixels: the middle of the summit
    errs by 0.12 degrees at worst, its highest point by 0.18.
    """
    angles = near + np.arange(-0.8, 0.81, 0.05)
    scores = np.array([row_contrast(ink, angle) for angle in angles])
    above = np.clip(scores - _SUMMIT * scores.max(), 0, None)
    return float(above @ angles / above.sum())


def _paper_color(image: Image) -> tuple[int, ...]:
    """Take the median of each channel: most of a page is paper."""
    sample = image[::16, ::16].reshape(-1, *image.shape[2:])
    return tuple(int(level) for level in np.atleast_1d(np.median(sample, axis=0)))
