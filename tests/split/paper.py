"""Pages typed as words with boxes, as an engine would read them."""

import base64
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.model.geometry import BoundingBox
from pipeline.model.scan import Page
from pipeline.model.sheet import SheetKind, SheetToken
from pipeline.model.template import DocType
from pipeline.model.text import OcrLine, OcrPage, OcrWord, PageCode, ReadPage
from pipeline.split.sheets import write_token
from pipeline.templates import load_doctypes

WIDTH, HEIGHT = 1654, 2339
LETTER, ROW, STEP = 17, 34, 52

DOCTYPES = load_doctypes(Path(__file__).parents[2] / "config")

MOTTO = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
OFFICIAL = (
    "ỦY BAN NHÂN DÂN | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "XÃ NẬM ĐĂM | Độc lập - Tự do - Hạnh phúc",
    "Số: 12/UBND-VP | Nậm Đăm, ngày 05 tháng 3 năm 2026",
)
"""A header of two columns, read as lines across both."""

BODY = (
    "Người yêu cầu đã nộp đủ giấy tờ theo quy định và đề nghị được giải quyết",
    "trong thời hạn mà pháp luật cho phép, kèm theo các bản sao có chứng thực.",
) * 8

CODE = "H15.50.05.13-261008-0975"
OTHER_CODE = "H15.50.05.13-261008-0976"
CARD_QR = "034187000123||Nguyễn Thị Mẫu|15021987|Nữ|Xã Mẫu, Hà Giang|01012022"


def doctype(code: str) -> DocType:
    """Find a shipped type."""
    return next(one for one in DOCTYPES if one.code == code)


def words(text: str, left: int, top: int, confidence: float = 0.96) -> list[OcrWord]:
    typed = []
    for word in text.split():
        right = left + LETTER * len(word)
        box = BoundingBox(left, top, right, top + ROW)
        typed.append(OcrWord(word, box, confidence))
        left = right + LETTER
    return typed


def line(text: str, top: int) -> OcrLine:
    """Type a line in the middle of the page, or ``left | right`` in two columns."""
    columns = [column.strip() for column in text.split("|")]
    centres = [WIDTH // 2] if len(columns) == 1 else [WIDTH // 4, WIDTH * 7 // 10]
    typed = []
    for column, centre in zip(columns, centres, strict=True):
        typed += words(column, max(20, centre - LETTER * len(column) // 2), top)
    return OcrLine(tuple(typed))


def typed(lines: Sequence[str], top: float = 0.05) -> OcrPage:
    first = round(top * HEIGHT)
    return OcrPage(
        tuple(
            line(text, first + STEP * index) for index, text in enumerate(lines) if text
        )
    )


def page(
    *lines: str,
    number: int = 1,
    top: float = 0.05,
    codes: Sequence[str] = (),
    blank: bool = False,
    readable: bool = True,
) -> ReadPage:
    return ReadPage(
        Page(number, WIDTH, HEIGHT, 200, blank=blank, readable=readable),
        typed(lines, top),
        tuple(code(text) for text in codes),
    )


def code(text: str) -> PageCode:
    symbology = "qr" if "|" in text else "code128"
    return PageCode(symbology, text, BoundingBox(900, 300, 1300, 380))


def stack(*sheets: ReadPage) -> tuple[ReadPage, ...]:
    """Number *sheets* as they lie."""
    return tuple(
        ReadPage(
            Page(
                number,
                WIDTH,
                HEIGHT,
                200,
                blank=sheet.page.blank,
                readable=sheet.page.readable,
            ),
            sheet.text,
            sheet.codes,
            sheet.second_looks,
        )
        for number, sheet in enumerate(sheets, 1)
    )


def receipt(*codes: str) -> ReadPage:
    heading = ("GIẤY TIẾP NHẬN HỒ SƠ", "VÀ HẸN TRẢ KẾT QUẢ")
    return page(*OFFICIAL, "", *heading, "", *BODY, codes=codes)


def form(heading: str, *, header: Sequence[str] = MOTTO) -> ReadPage:
    return page(*header, "", heading, "", *BODY)


def continued(printed: str = "") -> ReadPage:
    return page(printed, *BODY, top=0.03) if printed else page(*BODY, top=0.08)


def blank() -> ReadPage:
    return page(blank=True)


def sheet() -> ReadPage:
    return page("PATCH T", codes=["PATCHT"])


KEYS = {"K1": b"0123456789abcdef0123456789abcdef"}
"""What the sheets of these tests are signed with."""


def token(
    kind: SheetKind = SheetKind.DOSSIER,
    serial: int = 0,
    *,
    code: str | None = None,
    counter: str = "demo",
    key: bytes = KEYS["K1"],
) -> str:
    """The QR code of the printed sheet number *serial*."""
    nonce = base64.b32encode(serial.to_bytes(10)).decode()
    day = date(2026, 10, 8)
    return write_token(SheetToken(kind, counter, day, nonce, code), "K1", key)


def own_sheet(text: str, title: str = "TỜ PHÂN CÁCH HỒ SƠ") -> ReadPage:
    """A sheet of ours as it is read, *text* in its code."""
    box = BoundingBox(500, 700, 1100, 1300)
    return replace(
        page(title, "", "Đặt tờ này trước hồ sơ"), codes=(PageCode("qr", text, box),)
    )


def leader(code: str = CODE, serial: int = 0, **how: Any) -> ReadPage:
    signed = token(SheetKind.LEADER, serial, code=code, **how)
    return own_sheet(signed, "TỜ DẪN ĐẦU HỒ SƠ")
