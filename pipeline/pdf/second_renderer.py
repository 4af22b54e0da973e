"""Draw a page with poppler where PDFium cannot."""

from pathlib import Path

import numpy as np
import PIL.Image
from pdf2image import convert_from_path
from pdf2image.exceptions import (
    PDFInfoNotInstalledError,
    PDFPageCountError,
    PDFPopplerTimeoutError,
    PDFSyntaxError,
)

from pipeline.errors import PageUnreadable
from pipeline.imaging.arrays import Image
from pipeline.pdf.raster import without_color
from pipeline.pdf.survey import Sheet

_SECONDS = 60
"""Time limit of one page; a colour page at 300 dpi takes one."""

_NEITHER = "neither PDFium nor poppler can draw it"

_FAILURES = (
    PDFPageCountError,
    PDFSyntaxError,
    PDFPopplerTimeoutError,
    OSError,
    ValueError,
)


def draw_with_poppler(path: Path, number: int, sheet: Sheet) -> Image:
    """Draw page *number* of the PDF at *path* with the pixels of *sheet*.

    Raises:
        PageUnreadable: poppler cannot draw it either, needs too long for it, or is
            not installed.
    """
    size = (sheet.width, sheet.height)
    drawn = _convert(path, number, size)
    if drawn.size != size:
        # For a page with /Rotate, pdftoppm takes the sizes for those before turning.
        drawn = _convert(path, number, (sheet.height, sheet.width))
    return without_color(np.asarray(drawn.convert("RGB")))


def _convert(path: Path, number: int, size: tuple[int, int]) -> PIL.Image.Image:
    try:
        drawn: list[PIL.Image.Image] = convert_from_path(
            path,
            first_page=number,
            last_page=number,
            size=size,
            use_cropbox=True,
            timeout=_SECONDS,
        )
    except PDFInfoNotInstalledError as error:
        raise PageUnreadable(number, f"{_NEITHER}: poppler is missing") from error
    except _FAILURES as error:
        raise PageUnreadable(number, _NEITHER) from error
    if not drawn:
        raise PageUnreadable(number, _NEITHER)
    return drawn[0]
