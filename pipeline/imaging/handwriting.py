"""Find what is written on a page and was not read: handwriting, mostly."""

from collections.abc import Iterable

import cv2
import numpy as np

from pipeline.imaging.arrays import GrayImage, paper_around, resize_to_dpi
from pipeline.model.geometry import BoundingBox

_DPI = 100.0
"""Where ink is looked for: strokes of a pen are three pixels wide."""

_INK_BELOW_PAPER = 80
"""Levels: a speck or a leader's dot, averaged to a pixel of this size, has less."""

_AROUND_WORDS = 0.8
"""Millimetres around a word that was read: marks and edges that its box cuts off."""

_JOIN_ACROSS, _JOIN_DOWN = 4.0, 0.6
"""Millimetres between strokes of one writing."""

_HEIGHTS, _WIDTHS = (2.2, 16.0), (4.0, 150.0)
"""Millimetres, from and to: below are leaders and rules, above pictures and seals."""

_LEAST_INK = 24
"""Pixels of ink in one writing; less is dirt."""

_MOST = 60
"""Writings of one page; what has more is a picture or no page of words."""

_MM_PER_INCH = 25.4


def find_unread_ink(
    gray: GrayImage, words: Iterable[BoundingBox], dpi: float
) -> tuple[BoundingBox, ...]:
    """Find places with the size and ink of writing where no word was read.

    Args:
        gray: the page, ink dark. Not changed.
        words: boxes of what was read, or has not to be: codes.
        dpi: of the page; boxes are pixels of it.

    Returns:
        Boxes from top to bottom; none where there are more than a page of writing has.
    """
    small = resize_to_dpi(gray, dpi, _DPI)
    scale = small.shape[1] / gray.shape[1]
    ink = (cv2.subtract(paper_around(small), small) > _INK_BELOW_PAPER).astype(np.uint8)
    mm = _DPI / _MM_PER_INCH
    around = round(_AROUND_WORDS * mm)
    for box in words:
        top, bottom = (round(edge * scale) for edge in (box.top, box.bottom))
        left, right = (round(edge * scale) for edge in (box.left, box.right))
        ink[
            max(0, top - around) : bottom + around,
            max(0, left - around) : right + around,
        ] = 0
    shape = (round(_JOIN_DOWN * mm) * 2 + 1, round(_JOIN_ACROSS * mm) | 1)
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones(shape, np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    inked = np.bincount(labels[ink > 0], minlength=count)
    boxes = [
        _to_box(left, top, width, height, 1 / scale)
        for label, (left, top, width, height, _) in enumerate(stats.tolist())
        if label
        and inked[label] >= _LEAST_INK
        and _HEIGHTS[0] * mm <= height <= _HEIGHTS[1] * mm
        and _WIDTHS[0] * mm <= width <= _WIDTHS[1] * mm
    ]
    boxes.sort(key=lambda box: (box.top, box.left))
    return tuple(boxes) if len(boxes) <= _MOST else ()


def _to_box(left: int, top: int, width: int, height: int, scale: float) -> BoundingBox:
    return BoundingBox(
        round(left * scale),
        round(top * scale),
        round((left + width) * scale),
        round((top + height) * scale),
    )
