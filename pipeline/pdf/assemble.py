"""Put page pictures and their words together as one searchable archive PDF."""

import io
from collections.abc import Iterable
from dataclasses import dataclass

import pikepdf
import PIL.Image
from pikepdf import Dictionary, Name, Stream

from pipeline.model.geometry import POINTS_PER_INCH
from pipeline.model.scan import Page
from pipeline.model.text import OcrPage
from pipeline.pdf.glyphless import GlyphlessFont
from pipeline.pdf.pdfa import PdfMetadata, mark_as_archive
from pipeline.pdf.raster import own_size_limit
from pipeline.pdf.textlayer import FONT_RESOURCE, write_text_layer

__all__ = ["PdfMetadata", "PdfPage", "assemble_pdf"]

_LONGEST_SIDE = 14_400.0
_SHORTEST_SIDE = 3.0
"""Points: limits of a page in PDF/A-2 (ISO 19005-2, 6.1.13)."""

_GROUP_4 = "group4"
_STRIP_OFFSETS, _STRIP_SIZES, _PHOTOMETRIC, _FILL_ORDER = 273, 279, 262, 266
_BLACK_IS_ZERO = 1


@dataclass(frozen=True, slots=True)
class PdfPage:
    """One page to write."""

    picture: bytes
    """As `pipeline.pdf.picture.encode_picture` made it. Empty: the page stays white."""

    suffix: str
    """``.tif`` or ``.jpg``."""

    page: Page
    """Size and resolution; an unreadable page stays white."""

    text: OcrPage
    """Boxes in pixels of the page."""


def assemble_pdf(pages: Iterable[PdfPage], meta: PdfMetadata) -> bytes:
    """Write *pages* as one PDF/A-2u file.

    Pictures go in as they are, without being decoded. Pages are taken one at a time;
    what stays in memory is their encoded pictures. The same input gives the same
    bytes.

    Raises:
        ValueError: there are no pages, or a picture is not of a kind this module
            writes; the message names the page.
    """
    font = GlyphlessFont()
    with pikepdf.new() as pdf:
        reserved = pdf.make_indirect(Dictionary())
        for page in pages:
            _add_page(pdf, page, font, reserved)
        if not len(pdf.pages):
            raise ValueError("a document needs pages")
        for key, value in font.to_object(pdf).items():
            reserved[key] = value
        mark_as_archive(pdf, meta)
        target = io.BytesIO()
        pdf.save(
            target,
            min_version="1.7",
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )
    return target.getvalue()


def _add_page(
    pdf: pikepdf.Pdf, item: PdfPage, font: GlyphlessFont, font_object: pikepdf.Object
) -> None:
    width, height, scale = _size_in_points(item.page)
    pdf.add_blank_page(page_size=(width, height))
    page = pdf.pages[-1]
    resources = Dictionary()
    content = b""
    if item.picture and item.page.readable:
        image = _embed(pdf, item)
        resources.XObject = Dictionary(Im0=image)
        content = f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Im0 Do Q\n".encode()
    words = write_text_layer(item.text, font, scale=scale, height=height)
    if words:
        resources.Font = Dictionary({f"/{FONT_RESOURCE}": font_object})
    page.obj.Resources = resources
    page.obj.Contents = pdf.make_indirect(Stream(pdf, content + words))


def _size_in_points(page: Page) -> tuple[float, float, float]:
    """Find width, height and points per pixel: the size of the paper, within limits."""
    scale = POINTS_PER_INCH / page.dpi
    longer, shorter = max(page.width, page.height), min(page.width, page.height)
    scale = max(scale, _SHORTEST_SIDE / shorter)
    scale = min(scale, _LONGEST_SIDE / longer)
    return round(page.width * scale, 3), round(page.height * scale, 3), scale


def _embed(pdf: pikepdf.Pdf, item: PdfPage) -> pikepdf.Object:
    with own_size_limit(), PIL.Image.open(io.BytesIO(item.picture)) as picture:
        if item.suffix == ".tif" and picture.format == "TIFF":
            stream = _embed_fax(pdf, item, picture)
        elif item.suffix == ".jpg" and picture.format == "JPEG":
            stream = _embed_jpeg(pdf, item, picture)
        else:
            raise ValueError(
                f"page {item.page.number}: {picture.format} under {item.suffix}"
            )
        stream.Type, stream.Subtype = Name.XObject, Name.Image
        stream.Width, stream.Height = picture.size
    return pdf.make_indirect(stream)


def _embed_fax(pdf: pikepdf.Pdf, item: PdfPage, picture: PIL.Image.Image) -> Stream:
    tags = picture.tag_v2  # type: ignore[attr-defined] # of TIFF files only
    offsets, sizes = tags[_STRIP_OFFSETS], tags[_STRIP_SIZES]
    is_plain = tags.get(_FILL_ORDER, 1) == 1 and len(offsets) == 1
    if picture.info.get("compression") != _GROUP_4 or not is_plain:
        raise ValueError(f"page {item.page.number}: a TIFF not of one Group 4 strip")
    strip = item.picture[offsets[0] : offsets[0] + sizes[0]]
    return Stream(
        pdf,
        strip,
        Filter=Name.CCITTFaxDecode,
        DecodeParms=Dictionary(
            K=-1,
            Columns=picture.width,
            Rows=picture.height,
            # Group 4 knows runs of two kinds; which of them is ink, the TIFF says.
            BlackIs1=tags[_PHOTOMETRIC] == _BLACK_IS_ZERO,
        ),
        ColorSpace=Name.DeviceGray,
        BitsPerComponent=1,
    )


def _embed_jpeg(pdf: pikepdf.Pdf, item: PdfPage, picture: PIL.Image.Image) -> Stream:
    spaces = {"L": Name.DeviceGray, "RGB": Name.DeviceRGB}
    if picture.mode not in spaces:
        raise ValueError(f"page {item.page.number}: a JPEG of kind {picture.mode}")
    return Stream(
        pdf,
        item.picture,
        Filter=Name.DCTDecode,
        ColorSpace=spaces[picture.mode],
        BitsPerComponent=8,
    )
