"""PDF files for the tests, drawn here: scans, born-digital pages, and odd ones."""

import ctypes
import io
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import pytest
from numpy.typing import NDArray
from pikepdf import Array, Dictionary, Name, Stream

A4 = (595.28, 841.89)

LINES = (
    "ỦY BAN NHÂN DÂN XÃ HÒA BÌNH",
    "Số: 154/QĐ-UBND",
    "Căn cứ Luật Hộ tịch ngày 20 tháng 11 năm 2014;",
    "Xét đề nghị của công chức tư pháp - hộ tịch,",
    "QUYẾT ĐỊNH: Điều 1. Cấp trích lục khai sinh cho công dân",
)

_FONTS = Path("/usr/share/fonts/truetype")


def font_file() -> Path:
    """Find a typeface with all Vietnamese letters."""
    for name in ("noto/NotoSerif-Regular.ttf", "dejavu/DejaVuSans.ttf"):
        if (_FONTS / name).is_file():
            return _FONTS / name
    pytest.skip("neither Noto Serif nor DejaVu Sans is installed")


def page_of_bars(width: int = 827, height: int = 1170) -> NDArray[np.uint8]:
    """Draw a bilevel page whose four corners differ: the top left one is empty."""
    page = np.full((height, width), 255, np.uint8)
    page[20:60, -200:-20] = 0
    page[-90:-20, -60:-20] = 0
    page[-60:-20, 20:30] = 0
    for top in range(200, height - 200, 40):
        page[top : top + 12, 100 : width - 100 : 3] = 0
    return page


def scan_pdf(
    *images: NDArray[np.uint8],
    dpi: float = 100,
    size: tuple[float, float] | None = None,
    **entries: object,
) -> bytes:
    """Write *images*, one a page; *entries* go into every page dictionary."""
    pdf = pikepdf.new()
    for image in images:
        height, width = image.shape[:2]
        across, down = size or (width * 72 / dpi, height * 72 / dpi)
        _add_page(pdf, (across, down), f"{across} 0 0 {down} 0 0 cm /Im Do", entries)
        pdf.pages[-1].Resources = Dictionary(XObject=Dictionary(Im=_image(pdf, image)))
    return _saved(pdf)


def text_pdf(
    lines: tuple[str, ...] = LINES,
    *,
    mode: int = 0,
    picture: NDArray[np.uint8] | None = None,
    picture_on_top: bool = False,
    typeface: Path | None = None,
) -> bytes:
    """Let PDFium write an A4 page of *lines*, perhaps with a picture filling it."""
    pdf = pdfium.PdfDocument.new()
    page = pdf.new_page(*A4)
    if picture is not None and not picture_on_top:
        _fill(pdf, page, picture)
    data = (typeface or font_file()).read_bytes()
    font = pdfium_c.FPDFText_LoadFont(
        pdf,
        ctypes.cast(data, ctypes.POINTER(ctypes.c_uint8)),
        len(data),
        pdfium_c.FPDF_FONT_TRUETYPE,
        1,
    )
    for row, line in enumerate(lines):
        text = pdfium_c.FPDFPageObj_CreateTextObj(pdf, font, 14.0)
        units = ctypes.create_string_buffer(line.encode("utf-16-le") + b"\0\0")
        pdfium_c.FPDFText_SetText(
            text, ctypes.cast(units, ctypes.POINTER(ctypes.c_ushort))
        )
        pdfium_c.FPDFPageObj_Transform(text, 1, 0, 0, 1, 72, 740 - 24 * row)
        pdfium_c.FPDFTextObj_SetTextRenderMode(text, mode)
        pdfium_c.FPDFPage_InsertObject(page, text)
    if picture is not None and picture_on_top:
        _fill(pdf, page, picture)
    page.gen_content()
    target = io.BytesIO()
    pdf.save(target)
    pdf.close()
    return target.getvalue()


def with_annotation(
    data: bytes,
    rect: tuple[float, float, float, float],
    content: str,
    *,
    subtype: str = "/Stamp",
    in_form: bool = False,
) -> bytes:
    """Put an annotation that draws *content* on the first page of *data*."""
    pdf = pikepdf.open(io.BytesIO(data))
    helvetica = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    form = Stream(pdf, content.encode("latin-1"))
    form.Type, form.Subtype = Name.XObject, Name.Form
    form.BBox = Array([0, 0, rect[2] - rect[0], rect[3] - rect[1]])
    form.Resources = Dictionary(Font=Dictionary(F1=pdf.make_indirect(helvetica)))
    annotation = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name(subtype),
            Rect=Array(rect),
            F=4,
            AP=Dictionary(N=pdf.make_indirect(form)),
        )
    )
    if subtype == "/Widget":
        annotation.FT, annotation.T = Name.Sig, pikepdf.String("Signature1")
    if in_form:
        pdf.Root.AcroForm = Dictionary(Fields=Array([annotation]), SigFlags=3)
    pdf.pages[0].obj.Annots = Array([annotation])
    return _saved(pdf)


def with_entries(data: bytes, **entries: object) -> bytes:
    """Set *entries* in every page dictionary of *data*."""
    pdf = pikepdf.open(io.BytesIO(data))
    for page in pdf.pages:
        for key, value in entries.items():
            page.obj[Name("/" + key)] = value
    return _saved(pdf)


def _add_page(
    pdf: pikepdf.Pdf,
    size: tuple[float, float],
    content: str,
    entries: dict[str, object],
) -> None:
    pdf.add_blank_page(page_size=size)
    page = pdf.pages[-1]
    page.Contents = pdf.make_stream(content.encode())
    for key, value in entries.items():
        page.obj[Name("/" + key)] = value


def _image(pdf: pikepdf.Pdf, image: NDArray[np.uint8]) -> Stream:
    bilevel = image.ndim == 2 and set(np.unique(image)) <= {0, 255}
    pixels = np.packbits(image > 127, axis=1) if bilevel else image
    return Stream(
        pdf,
        pixels.tobytes(),
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=image.shape[1],
        Height=image.shape[0],
        BitsPerComponent=1 if bilevel else 8,
        ColorSpace=Name.DeviceGray if image.ndim == 2 else Name.DeviceRGB,
    )


def _fill(
    pdf: pdfium.PdfDocument, page: pdfium.PdfPage, picture: NDArray[np.uint8]
) -> None:
    image = pdfium.PdfImage.new(pdf)
    kind = pdfium_c.FPDFBitmap_Gray if picture.ndim == 2 else pdfium_c.FPDFBitmap_BGR
    bitmap = pdfium.PdfBitmap.new_native(picture.shape[1], picture.shape[0], kind)
    bitmap.to_numpy()[:] = picture
    image.set_bitmap(bitmap)
    image.set_matrix(pdfium.PdfMatrix().scale(*A4))
    page.insert_obj(image)


def _saved(pdf: pikepdf.Pdf) -> bytes:
    target = io.BytesIO()
    pdf.save(target)
    return target.getvalue()
