"""Write drawn pages as the files a scanner drops."""

import io
from collections.abc import Iterable
from typing import Literal

import pikepdf
from pikepdf import Dictionary, Name
from PIL import Image
from PIL.TiffImagePlugin import (
    STRIPBYTECOUNTS,
    STRIPOFFSETS,
    TiffImageFile,
)

from demo.sheet import DrawnPage, Pixels
from demo.wear import bilevel

Mode = Literal["jpeg", "g4"]


def to_pdf(
    pages: Iterable[DrawnPage | Pixels],
    dpi: int = 200,
    mode: Mode = "jpeg",
    *,
    quality: int = 80,
) -> bytes:
    """Write pages as a scan without text: JPEG pictures, or CCITT group 4."""
    pdf = pikepdf.new()
    for page in pages:
        pixels = _pixels(page)
        height, width = pixels.shape[:2]
        across, down = width * 72 / dpi, height * 72 / dpi
        image = (
            _g4_image(pdf, pixels)
            if mode == "g4"
            else _jpeg_image(pdf, pixels, quality)
        )
        pdf.add_blank_page(page_size=(across, down))
        sheet = pdf.pages[-1]
        sheet.Resources = Dictionary(XObject=Dictionary(Im=image))
        sheet.Contents = pdf.make_stream(f"{across} 0 0 {down} 0 0 cm /Im Do".encode())
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True)
    return out.getvalue()


def to_tiff(
    pages: Iterable[DrawnPage | Pixels], dpi: int = 200, mode: Mode = "jpeg"
) -> bytes:
    """Write pages as one TIFF: group 4 frames, or LZW where *mode* is ``jpeg``."""
    frames = [_pixels(page) for page in pages]
    if mode == "g4":
        pictures = [Image.fromarray(bilevel(frame)).convert("1") for frame in frames]
    else:
        pictures = [Image.fromarray(frame) for frame in frames]
    out = io.BytesIO()
    pictures[0].save(
        out,
        "TIFF",
        save_all=True,
        append_images=pictures[1:],
        dpi=(dpi, dpi),
        compression="group4" if mode == "g4" else "tiff_lzw",
    )
    return out.getvalue()


def to_jpeg(page: DrawnPage | Pixels, dpi: int = 200, *, quality: int = 80) -> bytes:
    """Write one page as a JPEG file."""
    out = io.BytesIO()
    Image.fromarray(_pixels(page)).save(out, "JPEG", quality=quality, dpi=(dpi, dpi))
    return out.getvalue()


def to_png(page: DrawnPage | Pixels, dpi: int = 200) -> bytes:
    """Write one page as a PNG file."""
    out = io.BytesIO()
    Image.fromarray(_pixels(page)).save(out, "PNG", dpi=(dpi, dpi))
    return out.getvalue()


def _pixels(page: DrawnPage | Pixels) -> Pixels:
    return page.image if isinstance(page, DrawnPage) else page


def _jpeg_image(pdf: pikepdf.Pdf, pixels: Pixels, quality: int) -> pikepdf.Stream:
    height, width = pixels.shape[:2]
    return pdf.make_stream(
        to_jpeg(pixels, quality=quality),
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=width,
        Height=height,
        ColorSpace=Name.DeviceRGB if pixels.ndim == 3 else Name.DeviceGray,
        BitsPerComponent=8,
        Filter=Name.DCTDecode,
    )


def _g4_image(pdf: pikepdf.Pdf, pixels: Pixels) -> pikepdf.Stream:
    height, width = pixels.shape[:2]
    return pdf.make_stream(
        _group4(bilevel(pixels)),
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=width,
        Height=height,
        ColorSpace=Name.DeviceGray,
        BitsPerComponent=1,
        Filter=Name.CCITTFaxDecode,
        DecodeParms=Dictionary(K=-1, Columns=width, Rows=height, BlackIs1=True),
    )


def _group4(pixels: Pixels) -> bytes:
    """Compress to CCITT group 4: the single strip of a TIFF that Pillow writes.

    Pillow calls black 0, so black travels as what fax calls white: ``BlackIs1``.
    """
    out = io.BytesIO()
    picture = Image.fromarray(pixels).convert("1")
    picture.save(out, "TIFF", compression="group4", strip_size=pixels.size)
    with Image.open(out) as tiff:
        assert isinstance(tiff, TiffImageFile)
        (offset,) = tiff.tag_v2[STRIPOFFSETS]
        (length,) = tiff.tag_v2[STRIPBYTECOUNTS]
    return out.getvalue()[offset : offset + length]
