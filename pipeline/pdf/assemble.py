"""Put page pictures and their words together as one searchable archive PDF."""

import io
from collections.abc import Iterable
from dataclasses import dataclass

import pikepdf
from pikepdf import Dictionary, Stream

from pipeline.model.geometry import POINTS_PER_INCH
from pipeline.model.scan import Page
from pipeline.model.text import OcrPage
from pipeline.pdf.glyphless import GlyphlessFont
from pipeline.pdf.images import embed_picture
from pipeline.pdf.layers import LAYERS_SUFFIX, copy_layers
from pipeline.pdf.pdfa import PdfMetadata, mark_as_archive
from pipeline.pdf.textlayer import FONT_RESOURCE, write_text_layer

__all__ = ["PdfMetadata", "PdfPage", "assemble_pdf"]

_LONGEST_SIDE = 14_400.0
_SHORTEST_SIDE = 3.0
"""Points: limits of a page in PDF/A-2 (ISO 19005-2, 6.1.13)."""


@dataclass(frozen=True, slots=True)
class PdfPage:
    """One page to write."""

    picture: bytes
    """As `pipeline.pdf.picture.encode_picture` made it, or `encode_layers` of
    `pipeline.pdf.layers`. Empty: the page stays white."""

    suffix: str
    """``.tif`` or ``.jpg``; ``.pdf`` for layers."""

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
        try:
            resources.XObject, content = _embed(pdf, item, width, height)
        except ValueError as error:
            raise ValueError(f"page {item.page.number}: {error}") from error
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


def _embed(
    pdf: pikepdf.Pdf, item: PdfPage, width: float, height: float
) -> tuple[Dictionary, bytes]:
    """Put the page's images into *pdf*; also gives what paints them."""
    if item.suffix == LAYERS_SUFFIX:
        return copy_layers(pdf, item.picture, width, height)
    image = embed_picture(pdf, item.picture, item.suffix)
    paint = f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Im0 Do Q\n"
    return Dictionary(Im0=image), paint.encode()
