"""Type pages for the tests: words with boxes, as a perfect engine would read them."""

from dataclasses import replace

from pipeline.model.dossier import Span
from pipeline.model.geometry import BoundingBox
from pipeline.model.scan import Page
from pipeline.model.text import (
    OcrLine,
    OcrPage,
    OcrWord,
    PageCode,
    Reading,
    ReadPage,
    SecondLook,
)

LETTER, HEIGHT = 14, 30
"""Pixels across and down: 13 point print at 200 dpi."""

Row = tuple[int, int, str]
"""Left, top, text."""


def line(left: int, top: int, text: str, confidence: float = 0.997) -> OcrLine:
    words = []
    for word in text.split():
        right = left + LETTER * len(word)
        box = BoundingBox(left, top, right, top + HEIGHT)
        words.append(OcrWord(word, box, confidence))
        left = right + LETTER
    return OcrLine(tuple(words))


def page(
    *rows: Row,
    number: int = 1,
    source: str = "ocr",
    confidence: float = 0.997,
    looks: tuple[SecondLook, ...] = (),
    codes: tuple[PageCode, ...] = (),
) -> ReadPage:
    lines = tuple(line(left, top, text, confidence) for left, top, text in rows)
    return ReadPage(
        Page(number, 1654, 2339, 200.0, source=source), OcrPage(lines), codes, looks
    )


def look(
    row: Row, *, second: str | None = None, crop: str | None = None, sure: float = 0.95
) -> SecondLook:
    """A second look at a row: the page's reading, the crop's and the second model's."""
    left, top, text = row
    reader = "raw-line" if "ngày" in text.lower() else "line"
    readings = [Reading("page", text, sure)]
    readings += [Reading(reader, text if crop is None else crop, sure)]
    readings += [Reading("second-model", text if second is None else second, sure)]
    seen = tuple(reading for reading in readings if reading.text)
    return SecondLook(line(left, top, text).box, seen)


MOTTO: Row = (756, 190, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
SLOGAN: Row = (890, 235, "Độc lập - Tự do - Hạnh phúc")
AGENCY: Row = (300, 190, "BỘ CÔNG AN")
NUMBER: Row = (260, 300, "Số: 51/2025/TT-BCA")
DATE: Row = (850, 300, "Hà Nội, ngày 30 tháng 6 năm 2025")
HEADING: Row = (740, 410, "THÔNG TƯ")
SUBJECT: Row = (480, 460, "Quy định về cấp, thu hồi chứng nhận đăng ký xe")
BASIS: Row = (340, 620, "Căn cứ Luật Căn cước ngày 27 tháng 11 năm 2023;")


def circular(**changes: Row | None) -> tuple[Row, ...]:
    """The rows of a circular's first page; keyword arguments replace or drop rows."""
    rows: dict[str, Row | None] = {
        "agency": AGENCY,
        "motto": MOTTO,
        "slogan": SLOGAN,
        "number": NUMBER,
        "date": DATE,
        "heading": HEADING,
        "subject": SUBJECT,
        "basis": BASIS,
    }
    rows |= changes
    return tuple(row for row in rows.values() if row is not None)


def looked_at(read: ReadPage, *looks: SecondLook) -> ReadPage:
    return replace(read, second_looks=looks)


def span(doctype: str = "thong-tu", *, last: int = 1, heading: str = "") -> Span:
    return Span(1, last, doctype, "heading", 0.95, heading)
