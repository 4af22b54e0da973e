"""Show a page of a filed PDF as a picture, for the web page."""

import io

import PIL.Image
from pypdfium2 import PdfDocument, PdfiumError

from pipeline.errors import PageUnreadable
from pipeline.imaging.arrays import Image
from pipeline.pdf.draw import draw_page

MAX_WIDTH = 3000
"""Pixels: a page at 360 dpi; no screen shows more of it."""

_MAX_RATIO = 5.0
"""Height over width; a longer page is drawn narrower instead of taking all memory."""

_FASTEST = 1
"""Level of zlib: a page is drawn once, sent once, and thrown away."""


def page_count(pdf: bytes) -> int:
    """Count the pages of *pdf*.

    Raises:
        PageUnreadable: the bytes do not open as a PDF.
    """
    document = _open(pdf)
    try:
        return len(document)
    finally:
        document.close()


def render_page(pdf: bytes, number: int, *, width: int) -> bytes:
    """Draw page *number*, counted from 1, *width* pixels wide, as a PNG.

    Raises:
        PageUnreadable: there is no such page, or it cannot be drawn.
    """
    document = _open(pdf)
    try:
        document.init_forms()
        if not 1 <= number <= len(document):
            raise PageUnreadable(number, f"the document has {len(document)} pages")
        page = document[number - 1]
        across = max(1, min(width, MAX_WIDTH))
        down = round(across * page.get_height() / page.get_width())
        if down > across * _MAX_RATIO:
            down = round(across * _MAX_RATIO)
            across = max(1, round(down * page.get_width() / page.get_height()))
        return _to_png(draw_page(page, across, max(1, down)))
    except (PdfiumError, ZeroDivisionError, OverflowError) as error:
        raise PageUnreadable(number, "cannot be drawn") from error
    finally:
        document.close()


def _open(pdf: bytes) -> PdfDocument:
    try:
        return PdfDocument(pdf)
    except PdfiumError as error:
        raise PageUnreadable(1, "the document does not open as a PDF") from error


def _to_png(image: Image) -> bytes:
    target = io.BytesIO()
    PIL.Image.fromarray(image).save(target, "PNG", compress_level=_FASTEST)
    return target.getvalue()
