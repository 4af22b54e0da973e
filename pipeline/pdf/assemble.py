"""Put page pictures and their words together as one searchable archive PDF."""

import io
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import pikepdf
from pikepdf import Dictionary, Job, Stream

from pipeline.model.geometry import POINTS_PER_INCH
from pipeline.model.scan import Page
from pipeline.model.text import OcrPage
from pipeline.pdf.glyphless import GlyphlessFont
from pipeline.pdf.images import embed_picture
from pipeline.pdf.layers import (
    LAYERS_SUFFIX,
    LONGEST_SIDE,
    SHORTEST_SIDE,
    copy_layers,
)
from pipeline.pdf.pdfa import PdfMetadata, mark_as_archive
from pipeline.pdf.printed_font import PrintedFont
from pipeline.pdf.stamp import FONT_RESOURCE as MARK_FONT
from pipeline.pdf.stamp import Mark, print_mark
from pipeline.pdf.textlayer import FONT_RESOURCE, write_text_layer
from pipeline.pdf.transplant import Transplanter

__all__ = ["Mark", "PdfMetadata", "PdfPage", "assemble_pdf", "write_pdf"]

_PAGES_OF_A_PART = 50
"""Pages held in memory at once; 50 photographs of 2 MB are 100 MB."""


@dataclass(frozen=True, slots=True)
class PdfPage:
    """One page to write."""

    picture: bytes
    """As `pipeline.pdf.picture.encode_picture` made it, `encode_layers` of
    `pipeline.pdf.layers` or `copy_vectors` of `pipeline.pdf.vector`. Empty: the page
    stays white."""

    suffix: str
    """``.tif`` or ``.jpg``; ``.pdf`` for layers and vectors."""

    page: Page
    """Size and resolution; an unreadable page stays white."""

    text: OcrPage
    """Boxes in pixels of the page; none beside vectors, which have their own words."""


def write_pdf(
    pages: Iterable[PdfPage], meta: PdfMetadata, path: Path, mark: Mark | None = None
) -> None:
    """Write *pages* as one PDF/A-2u file to *path*, however many there are.

    Pages are taken one at a time, and memory holds a few of them: a long document is
    put together from parts that lie beside *path* meanwhile, and take its size once
    more. The same input gives the same bytes.

    Raises:
        ValueError: as `assemble_pdf`.
        OSError: no room for the file or its parts.
    """
    rest = iter(pages)
    first = assemble_pdf(islice(rest, _PAGES_OF_A_PART), meta, mark)
    following = next(rest, None)
    if following is None:
        path.write_bytes(first)
        return
    with tempfile.TemporaryDirectory(prefix="parts-", dir=path.parent) as name:
        folder = Path(name)
        (folder / "0000.pdf").write_bytes(first)
        del first
        if mark is not None and not mark.every_page:
            mark = None
        _write_parts(chain([following], rest), meta, folder, mark)
        joined = folder / "joined.pdf"
        _join(sorted(folder.glob("*.pdf")), joined)
        _finish(joined, meta, path)


def _write_parts(
    pages: Iterator[PdfPage], meta: PdfMetadata, folder: Path, mark: Mark | None
) -> None:
    number = 1
    while (following := next(pages, None)) is not None:
        part = chain([following], islice(pages, _PAGES_OF_A_PART - 1))
        (folder / f"{number:04}.pdf").write_bytes(assemble_pdf(part, meta, mark))
        number += 1


def _join(parts: list[Path], path: Path) -> None:
    """Put the pages of *parts* into one file, and remove the parts."""
    Job(
        {
            "empty": "",
            "pages": [{"file": str(part), "range": "1-z"} for part in parts],
            "deterministicId": "",
            "outputFile": str(path),
        }
    ).run()
    for part in parts:
        part.unlink()


def _finish(joined: Path, meta: PdfMetadata, path: Path) -> None:
    """Mark the joined pages as an archive file; their streams are copied unread."""
    with pikepdf.open(joined, access_mode=pikepdf.AccessMode.stream) as pdf:
        mark_as_archive(pdf, meta)
        _save(pdf, path)


def assemble_pdf(
    pages: Iterable[PdfPage], meta: PdfMetadata, mark: Mark | None = None
) -> bytes:
    """Write *pages* as one PDF/A-2u file in memory; `write_pdf` needs less of it.

    *mark* is printed into the margin of the first page, or of each.

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
        into = Transplanter(pdf)
        marker = _Marker(pdf, mark) if mark and mark.lines else None
        for page in pages:
            _add_page(pdf, page, font, reserved, into)
            if marker is not None:
                marker.print_on(pdf.pages[-1], page)
        if not len(pdf.pages):
            raise ValueError("a document needs pages")
        for key, value in font.to_object(pdf).items():
            reserved[key] = value
        mark_as_archive(pdf, meta)
        target = io.BytesIO()
        _save(pdf, target)
    return target.getvalue()


def _save(pdf: pikepdf.Pdf, target: Path | io.BytesIO) -> None:
    pdf.save(
        target,
        min_version="1.7",
        deterministic_id=True,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
    )


def _add_page(
    pdf: pikepdf.Pdf,
    item: PdfPage,
    font: GlyphlessFont,
    font_object: pikepdf.Object,
    into: Transplanter,
) -> None:
    width, height, scale = _size_in_points(item.page)
    pdf.add_blank_page(page_size=(width, height))
    page = pdf.pages[-1]
    resources = Dictionary()
    content = b""
    if item.picture and item.page.readable:
        try:
            resources.XObject, content = _embed(pdf, item, width, height, into)
        except ValueError as error:
            raise ValueError(f"page {item.page.number}: {error}") from error
    words = write_text_layer(item.text, font, scale=scale, height=height)
    if words:
        resources.Font = Dictionary({f"/{FONT_RESOURCE}": font_object})
    page.obj.Resources = resources
    page.obj.Contents = pdf.make_indirect(Stream(pdf, content + words))


class _Marker:
    """Prints a mark on the pages of one file, with one font for all."""

    def __init__(self, pdf: pikepdf.Pdf, mark: Mark) -> None:
        self._mark = mark
        self._pdf = pdf
        self._font = PrintedFont(mark.font, mark.lines)
        self._object = pdf.make_indirect(self._font.to_object(pdf))

    def print_on(self, page: pikepdf.Page, item: PdfPage) -> None:
        """Print on the first page, or on each, after all that it shows."""
        if len(self._pdf.pages) > 1 and not self._mark.every_page:
            return
        width, height, _ = _size_in_points(item.page)
        picture = item.picture if item.page.readable else b""
        shown = print_mark(self._mark, self._font, picture, item.suffix, width, height)
        fonts = page.obj.Resources.get("/Font", Dictionary())
        fonts[f"/{MARK_FONT}"] = self._object
        page.obj.Resources.Font = fonts
        words = page.obj.Contents.read_bytes()
        page.obj.Contents = self._pdf.make_indirect(
            Stream(self._pdf, b"%b\n%b" % (words, shown))
        )


def _size_in_points(page: Page) -> tuple[float, float, float]:
    """Find width, height and points per pixel: the size of the paper, within limits."""
    scale = POINTS_PER_INCH / page.dpi
    longer, shorter = max(page.width, page.height), min(page.width, page.height)
    scale = max(scale, SHORTEST_SIDE / shorter)
    scale = min(scale, LONGEST_SIDE / longer)
    return round(page.width * scale, 3), round(page.height * scale, 3), scale


def _embed(
    pdf: pikepdf.Pdf, item: PdfPage, width: float, height: float, into: Transplanter
) -> tuple[Dictionary, bytes]:
    """Put the page's images into *pdf*; also gives what paints them."""
    if item.suffix == LAYERS_SUFFIX:
        return copy_layers(into, item.picture, width, height)
    image = embed_picture(pdf, item.picture, item.suffix)
    paint = f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Im0 Do Q\n"
    return Dictionary(Im0=image), paint.encode()
