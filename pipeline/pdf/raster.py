"""What opening a scan gives: pages as pixels, with their resolution and own words."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import PIL.Image

from pipeline.errors import PageUnreadable
from pipeline.imaging.arrays import ColorImage, GrayImage, Image
from pipeline.model.text import OcrPage

MAX_PIXELS = 250_000_000
"""Pixels of one page by default: A3 at 600 dpi is 70 million."""

MAX_DPI = 600.0
"""Pixels per inch by default: finer scans of paper hold grain, not letters."""

DPI_TOLERANCE = 1.02
"""Resolutions this close are one: 200.09 dpi is not brought down to 200."""

_GRAY_SPREAD = 3
"""Levels between the channels of a gray: office programs write rules in 124-124-123."""


@dataclass(frozen=True, slots=True)
class Raster:
    """One page as it would be seen, upright as far as the file knows."""

    image: Image
    """Grey where all colours of the page are grey."""

    dpi: float
    """Pixels per inch, the same in both directions."""

    bilevel: bool
    """Every pixel is 0 or 255."""

    words: OcrPage | None = None
    """The page's own words where its text layer is real; boxes in pixels."""


class Scan(Protocol):
    """An opened scan. Not safe to share between threads."""

    @property
    def page_count(self) -> int:
        """Pages in the file."""

    def render(self, number: int, *, max_dpi: float = MAX_DPI) -> Raster:
        """Draw page *number*, counted from 1, at its own resolution.

        Raises:
            PageUnreadable: this page alone cannot be drawn.
            ValueError: there is no such page.
        """

    def copy_page(self, number: int, shown: Raster) -> bytes | None:
        """Copy a page that is no picture as it is: letters and lines.

        Args:
            number: of the page, from 1.
            shown: what `render` gave for it.

        Returns:
            A PDF of one page (`pipeline.pdf.vector`) that looks like *shown* and has
            its words; None where the page cannot be kept so.
        """

    def close(self) -> None:
        """Release the file."""


def without_color(image: ColorImage) -> Image:
    """Reduce *image* to one channel where no eye finds a colour in it."""
    for rows in (image[::16], image):  # a colour page mostly shows in few rows
        highest, lowest = rows.max(axis=2), rows.min(axis=2)
        if np.any(highest - lowest > _GRAY_SPREAD):
            return image
    return np.ascontiguousarray(image[..., 1])


def is_bilevel(image: Image) -> bool:
    """Tell whether *image* is grey and holds only 0 and 255."""
    # Adding one wraps 255 to 0, so that both levels vanish under the mask.
    return image.ndim == 2 and not np.any((image + np.uint8(1)) & np.uint8(0xFE))


def to_bilevel(image: GrayImage) -> GrayImage:
    """Send each pixel of *image* to the nearer of 0 and 255."""
    return np.where(image < 128, np.uint8(0), np.uint8(255))


def check_number(number: int, page_count: int) -> None:
    """Raise ValueError where there is no page *number*."""
    if not 1 <= number <= page_count:
        raise ValueError(f"no page {number} in a scan of {page_count}")


def check_size(number: int, width: int, height: int, max_pixels: int) -> None:
    """Raise PageUnreadable, before anything is allocated, for a page too large."""
    if width * height > max_pixels:
        raise PageUnreadable(
            number, f"{width} x {height} pixels; at most {max_pixels} are allowed"
        )


@contextmanager
def own_size_limit() -> Iterator[None]:
    """Let our limit, read from the headers, stand in for Pillow's fixed one.

    Whoever opens a picture in this block has to check its size before loading it.
    """
    before = PIL.Image.MAX_IMAGE_PIXELS
    PIL.Image.MAX_IMAGE_PIXELS = None
    try:
        yield
    finally:
        PIL.Image.MAX_IMAGE_PIXELS = before
