"""Draw separator and leader sheets as a PDF: vector codes, embedded letters, A4.

PDFium makes the file: it embeds a TrueType font whole, with the table that lets the
text be copied again.
"""

import ctypes
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import zxingcpp

from pipeline.errors import ToolMissing
from pipeline.model.geometry import POINTS_PER_INCH

_MM = POINTS_PER_INCH / 25.4
_WIDTH, _HEIGHT = 210.0, 297.0
"""A4, millimetres."""

_FOLDERS = (
    Path("/usr/share/fonts/truetype/noto"),
    Path("/usr/share/fonts/noto"),
    Path("/usr/share/fonts/google-noto"),
)
_FACES = {"regular": "NotoSans-Regular.ttf", "bold": "NotoSans-Bold.ttf"}
Face = Literal["regular", "bold"]

_CODE_SIDE = 78.0
"""Millimetres of the large code: a dot of it is 1.3 mm, 5 pixels at 100 dpi."""

_SPARE_SIDE = 42.0
"""Millimetres of the same code in the corner, for where the large one is torn."""

_MARGIN = 20.0
_LEADING = 1.45
"""Baseline to baseline, in ems."""


@dataclass(frozen=True, slots=True)
class SheetPage:
    """What stands on one sheet, ready to read."""

    title: str
    code: str
    """Content of its QR code."""

    headline: str = ""
    """The mã hồ sơ, in large letters."""

    instructions: tuple[str, ...] = ()
    footer: str = ""


def draw_sheets(sheets: Iterable[SheetPage]) -> bytes:
    """Write a PDF with a page for each sheet.

    Raises:
        ToolMissing: Noto Sans is not installed.
        ValueError: there are no sheets.
    """
    document = pdfium.PdfDocument.new()
    try:
        fonts = {face: _load(document, name) for face, name in _FACES.items()}
        for sheet in sheets:
            page = document.new_page(_WIDTH * _MM, _HEIGHT * _MM)
            _Drawing(document, page, fonts).draw(sheet)
            pdfium_c.FPDFPage_GenerateContent(page.raw)
            page.close()
        if not len(document):
            raise ValueError("no sheets to draw")
        target = io.BytesIO()
        document.save(target)
        return target.getvalue()
    finally:
        document.close()


def _load(document: pdfium.PdfDocument, name: str) -> Any:
    path = next((each / name for each in _FOLDERS if (each / name).is_file()), None)
    if path is None:
        raise ToolMissing(f"{name} is not installed: apt-get install fonts-noto-core")
    data = path.read_bytes()
    buffer = (ctypes.c_ubyte * len(data)).from_buffer_copy(data)
    return pdfium_c.FPDFText_LoadFont(
        document.raw, buffer, len(data), pdfium_c.FPDF_FONT_TRUETYPE, True
    )


@dataclass(frozen=True, slots=True)
class _Drawing:
    """One page under the pen; places are millimetres from the top left corner."""

    document: pdfium.PdfDocument
    page: pdfium.PdfPage
    fonts: dict[str, Any]

    def draw(self, sheet: SheetPage) -> None:
        y = 34.0
        self._centered(sheet.title, y, 30, "bold")
        if sheet.headline:
            y += 18
            self._centered(sheet.headline, y, 24, "bold")
        y += 12
        self._code(sheet.code, (_WIDTH - _CODE_SIDE) / 2, y, _CODE_SIDE)
        y += _CODE_SIDE + 16
        for number, instruction in enumerate(sheet.instructions, start=1):
            y = self._paragraph(f"{number}. {instruction}", y, 14)
        corner = (_WIDTH - _MARGIN - _SPARE_SIDE, _HEIGHT - _MARGIN - _SPARE_SIDE)
        self._code(sheet.code, *corner, _SPARE_SIDE)
        room = _WIDTH - 3 * _MARGIN - _SPARE_SIDE
        self._paragraph(sheet.footer, _HEIGHT - _MARGIN - 14, 10, room=room)

    def _centered(self, text: str, y: float, size: float, face: Face) -> None:
        while self._width(text, size, face) > _WIDTH - 2 * _MARGIN:
            size *= 0.95
        self._put(text, (_WIDTH - self._width(text, size, face)) / 2, y, size, face)

    def _paragraph(
        self,
        text: str,
        y: float,
        size: float,
        *,
        room: float = _WIDTH - 2 * _MARGIN,
    ) -> float:
        """Print rows of words; gives the next baseline."""
        for row in self._rows(text, room, size):
            self._put(row, _MARGIN, y, size, "regular")
            y += size / _MM * _LEADING
        return y + 1.5

    def _rows(self, text: str, room: float, size: float) -> Iterator[str]:
        row: list[str] = []
        for word in text.split():
            if row and self._width(" ".join([*row, word]), size, "regular") > room:
                yield " ".join(row)
                row = []
            row.append(word)
        if row:
            yield " ".join(row)

    def _width(self, text: str, size: float, face: Face) -> float:
        item = self._text(text, size, face)
        left, bottom, right, top = (ctypes.c_float() for _ in range(4))
        pdfium_c.FPDFPageObj_GetBounds(item, left, bottom, right, top)
        pdfium_c.FPDFPageObj_Destroy(item)
        return (right.value - left.value) / _MM

    def _put(self, text: str, x: float, y: float, size: float, face: Face) -> None:
        item = self._text(text, size, face)
        place = (x * _MM, (_HEIGHT - y) * _MM)
        pdfium_c.FPDFPageObj_Transform(item, 1, 0, 0, 1, *place)
        pdfium_c.FPDFPage_InsertObject(self.page.raw, item)

    def _text(self, text: str, size: float, face: Face) -> Any:
        item = pdfium_c.FPDFPageObj_CreateTextObj(
            self.document.raw, self.fonts[face], size
        )
        letters = ctypes.create_string_buffer(f"{text}\0".encode("utf-16-le"))
        pdfium_c.FPDFText_SetText(item, ctypes.cast(letters, pdfium_c.FPDF_WIDESTRING))
        return item

    def _code(self, text: str, x: float, y: float, side: float) -> None:
        """Draw a QR code *side* millimetres wide, its quiet zone outside of it."""
        dots = _to_dots(text)
        dot = side / len(dots)
        for row, columns in enumerate(dots):
            for start, end in _runs(columns):
                bar = pdfium_c.FPDFPageObj_CreateNewRect(
                    (x + start * dot) * _MM,
                    (_HEIGHT - y - (row + 1) * dot) * _MM,
                    (end - start) * dot * _MM,
                    dot * _MM,
                )
                pdfium_c.FPDFPageObj_SetFillColor(bar, 0, 0, 0, 255)
                pdfium_c.FPDFPath_SetDrawMode(
                    bar, pdfium_c.FPDF_FILLMODE_WINDING, False
                )
                pdfium_c.FPDFPage_InsertObject(self.page.raw, bar)


def _to_dots(text: str) -> np.ndarray:
    """Encode *text* as QR with the most redundancy, without its quiet zone."""
    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="H")
    image = zxingcpp.write_barcode_to_image(symbol, scale=1, add_quiet_zones=False)
    return np.array(image, np.uint8) < 128


def _runs(row: np.ndarray) -> Iterator[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(row, prepend=False, append=False))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
