"""Draw boxes on a page's picture, so that a person sees what was found where."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.imaging.arrays import WHITE, ColorImage, Image
from pipeline.model.geometry import BoundingBox

_LINE_MM = 0.35
_TEXT_MM = 2.2
"""Height of capitals, millimetres: readable where the page fills a screen."""

_MARGIN = 0.34
"""White added right of the page for the words, as a share of its width."""

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_FONT_PIXELS = 22.0
"""Height of its capitals at scale 1."""

_MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True)
class Mark:
    """A box and a few words about it."""

    box: BoundingBox
    text: str
    """ASCII: the font of OpenCV has no other letters; codes and names of fields are."""

    color: tuple[int, int, int]
    """Red, green, blue."""


def draw_marks(image: Image, marks: Sequence[Mark], dpi: float) -> ColorImage:
    """Draw *marks* on a copy of *image*, their words in a margin added on the right.

    Args:
        image: the page, grey or colour. Not changed.
        marks: boxes on the page; where they touch, the later one is seen.
        dpi: of the image: lines and letters have the same size on paper.
    """
    color = cv2.cvtColor(image, cv2.COLOR_GRAY2RGB) if image.ndim == 2 else image
    height, width = color.shape[:2]
    margin = np.full((height, round(_MARGIN * width), 3), WHITE, np.uint8)
    canvas = np.ascontiguousarray(np.hstack((color, margin)))
    line = max(1, round(_LINE_MM * dpi / _MM_PER_INCH))
    for mark in marks:
        box = mark.box
        corners = (box.left, box.top), (box.right, box.bottom)
        cv2.rectangle(canvas, *corners, mark.color, line)
    letters = round(_TEXT_MM * dpi / _MM_PER_INCH)
    last = 0
    for mark in sorted(marks, key=lambda each: each.box.middle[1]):
        base = max(round(mark.box.middle[1]) + letters // 2, last + 2 * letters)
        place = (width + letters, base)
        text = mark.text.encode("ascii", "replace").decode()
        end = (place[0] - letters // 2, base - letters // 2)
        start = (mark.box.right, round(mark.box.middle[1]))
        cv2.line(canvas, start, end, mark.color, 1, cv2.LINE_AA)
        scale = letters / _FONT_PIXELS
        cv2.putText(canvas, text, place, _FONT, scale, mark.color, line, cv2.LINE_AA)
        last = base
    return canvas
