"""Boxes and sizes of things on a page, in whole pixels."""

from collections.abc import Iterable
from dataclasses import dataclass

POINTS_PER_INCH = 72.0
"""PDF user space units per inch (ISO 32000-1, 8.3.2.3)."""


@dataclass(frozen=True, slots=True, order=True)
class BoundingBox:
    """An axis-aligned box in whole pixels, half open like a Python slice.

    ``right`` and ``bottom`` are the first column and row *outside* the box, so that
    ``image[box.top:box.bottom, box.left:box.right]`` is exactly its contents.

    Raises:
        ValueError: an edge is negative, or the box is empty.
    """

    left: int
    top: int
    right: int
    bottom: int

    def __post_init__(self) -> None:
        if min(self.left, self.top) < 0:
            raise ValueError(f"box starts outside the page: {self}")
        if self.right <= self.left or self.bottom <= self.top:
            raise ValueError(f"box is empty: {self}")

    @property
    def width(self) -> int:
        """Columns in the box."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Rows in the box."""
        return self.bottom - self.top

    @property
    def middle(self) -> tuple[float, float]:
        """Centre as ``(x, y)``."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def overlap(self, other: "BoundingBox") -> int:
        """Count the pixels two boxes share."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0, across) * max(0, down)

    def padded(self, margin: int, *, width: int, height: int) -> "BoundingBox":
        """Grow by *margin* pixels each way, cut to a *width* × *height* page."""
        return BoundingBox(
            max(0, self.left - margin),
            max(0, self.top - margin),
            min(width, self.right + margin),
            min(height, self.bottom + margin),
        )

    def to_points(
        self, *, dpi: float, page_height: int
    ) -> tuple[float, float, float, float]:
        """Convert to PDF user space: points, origin bottom left, y up.

        Args:
            dpi: resolution of the page image, pixels per inch.
            page_height: height of the page image, pixels.

        Returns:
            ``(x0, y0, x1, y1)`` in points with ``x0 < x1`` and ``y0 < y1``
            (ISO 32000-1, 8.3.2.3).
        """
        scale = POINTS_PER_INCH / dpi
        return (
            self.left * scale,
            (page_height - self.bottom) * scale,
            self.right * scale,
            (page_height - self.top) * scale,
        )


def enclosing(boxes: Iterable[BoundingBox]) -> BoundingBox:
    """Find the smallest box around all *boxes*.

    Raises:
        ValueError: there are no boxes.
    """
    every = tuple(boxes)
    if not every:
        raise ValueError("no boxes to enclose")
    return BoundingBox(
        min(box.left for box in every),
        min(box.top for box in every),
        max(box.right for box in every),
        max(box.bottom for box in every),
    )
