"""Let PDFium draw a page on white paper, with all its forms show."""

from typing import Any

import numpy as np
import pypdfium2.raw as pdfium_c
from pypdfium2 import PdfBitmap, PdfPage

from pipeline.imaging.arrays import Image
from pipeline.pdf.raster import without_color


def draw_page(page: PdfPage, width: int, height: int, *, gray: bool = False) -> Image:
    """Draw *page* with exactly *width* × *height* pixels, as it is seen.

    The form environment of its document must have been set up before the page was
    opened. Nothing is checked here: ask for no more pixels than memory can hold.

    Args:
        page: rotation and crop box are obeyed.
        width: pixels.
        height: pixels.
        gray: nothing on the page has a colour; three times less to draw.
    """
    kind = pdfium_c.FPDFBitmap_Gray if gray else pdfium_c.FPDFBitmap_BGR
    flags = pdfium_c.FPDF_ANNOT | (
        pdfium_c.FPDF_GRAYSCALE if gray else pdfium_c.FPDF_REVERSE_BYTE_ORDER
    )
    forms: Any = page.pdf.formenv
    bitmap = PdfBitmap.new_native(width, height, kind, rev_byteorder=not gray)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
        place = (bitmap, page, 0, 0, width, height, 0, flags)
        pdfium_c.FPDF_RenderPageBitmap(*place)
        if forms:
            pdfium_c.FPDF_FFLDraw(forms, *place)
        pixels: Image = np.array(bitmap.to_numpy(), order="C")
    finally:
        bitmap.close()
    return pixels if gray else without_color(pixels)
