"""Draw heads of papers by the hundred: number, date, stamps, seals, and all wear."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tests import drawing
from tests.drawing import Face, Pixels, Sheet, to_date_line

_LEFT, _RIGHT, _MIDDLE = 61.0, 149.0, 112.5
"""Middles of the two columns and of the page, millimetres."""

_ISSUERS = (
    ("", "CHÍNH PHỦ", ("NĐ-CP", "NQ-CP"), "Hà Nội"),
    ("", "BỘ CÔNG AN", ("TT-BCA", "QĐ-BCA"), "Hà Nội"),
    ("", "BỘ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI", ("TT-BLĐTBXH",), "Hà Nội"),
    ("", "ỦY BAN NHÂN DÂN TỈNH QUẢNG TRỊ", ("QĐ-UBND", "KH-UBND"), "Quảng Trị"),
    ("UBND TỈNH ĐẮK LẮK", "SỞ TƯ PHÁP", ("TB-STP", "QĐ-STP"), "Đắk Lắk"),
    ("", "ỦY BAN NHÂN DÂN XÃ HƯỚNG PHÙNG", ("QĐ-UBND", "BC-UBND"), "Hướng Phùng"),
    ("UBND THÀNH PHỐ HỒ CHÍ MINH", "SỞ XÂY DỰNG", ("GPXD",), "TP. Hồ Chí Minh"),
    ("UBND XÃ HÒA SƠN", "TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG", ("TTPVHCC",), "Hòa Sơn"),
    ("", "HỘI ĐỒNG NHÂN DÂN TỈNH NGHỆ AN", ("NQ-HĐND",), "Nghệ An"),
    ("", "ỦY BAN NHÂN DÂN PHƯỜNG ĐÔNG HÀ", ("UBND", "TTr-UBND"), "Đông Hà"),
)
"""Agency above, agency, letters of its numbers, place."""

_WITH_YEAR = ("NĐ-CP", "TT-BCA", "TT-BLĐTBXH")
"""Letters of normative papers, whose numbers have a year."""

_FIRST, _DAYS = date(2004, 1, 1), 365 * 22

_KINDS = {
    "NĐ": "NGHỊ ĐỊNH", "TT": "THÔNG TƯ", "QĐ": "QUYẾT ĐỊNH", "NQ": "NGHỊ QUYẾT",
    "KH": "KẾ HOẠCH", "TB": "THÔNG BÁO", "BC": "BÁO CÁO", "TTr": "TỜ TRÌNH",
    "GPXD": "GIẤY PHÉP XÂY DỰNG",
}  # fmt: skip
_BODY = (
    "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;",
    "Căn cứ Nghị định số 118/2025/NĐ-CP ngày 09 tháng 6 năm 2025 của Chính phủ;",
    "Theo đề nghị của Giám đốc Sở Nội vụ và Chánh Văn phòng.",
)

_STAMPED = 0.35
"""Share of the heads with an incoming stamp."""

_SEALED = 0.1
"""Share of the heads with a seal."""

Wear = Callable[[Pixels, random.Random], Pixels]


@dataclass(frozen=True, slots=True)
class DrawnHead:
    """The first page of a paper, of which only the head and a few lines are printed."""

    image: Pixels
    dpi: int
    grade: str
    """What was done to it."""

    marks: str
    """``, stamp`` and ``, seal`` where there is one."""

    number: str
    issued: date


def draw_heads(count: int, seed: int) -> Iterator[DrawnHead]:
    """Draw heads that go through every kind of wear by turns."""
    grades = list(WEAR)
    for index in range(count):
        chance = random.Random(f"{seed} {index}")
        yield _draw_head(
            chance, grades[index % len(grades)], stamp=chance.random() < _STAMPED
        )


def _draw_head(chance: random.Random, grade: str, *, stamp: bool) -> DrawnHead:
    dpi = chance.choice((200, 200, 200, 300, 150))
    parent, agency, letters, place = chance.choice(_ISSUERS)
    issued = _FIRST + timedelta(days=chance.randrange(_DAYS))
    number = _number(chance, chance.choice(letters), issued.year)
    sheet = Sheet(dpi)
    y = _print_columns(sheet, parent, agency, chance)
    size = chance.choice((13, 13, 14))
    sheet.print(f"Số: {number}", _LEFT, y, size, align="middle")
    line = to_date_line(place, issued)
    sheet.print(line, _RIGHT, y, size, Face.ITALIC, align="middle")
    _print_text(sheet, number, y + (42 if stamp else 16))
    image = sheet.finish().image
    if stamp:
        image = _stamped(image, chance, issued, (61, y + 20), dpi)
    seal = chance.random() < _SEALED
    if seal:
        # A hanging seal (dấu treo) covers part of the agency's name.
        at = (chance.uniform(35, 75), chance.uniform(16, 24))
        image = drawing.with_seal(image, at, agency, dpi=dpi)
    worn = WEAR[grade](image, chance)
    marks = ", stamp" * stamp + ", seal" * seal
    return DrawnHead(worn, dpi, grade, marks, number, issued)


def _number(chance: random.Random, letters: str, year: int) -> str:
    figure = chance.choice((9, 99, 99, 999, 999, 9999))
    number = f"{chance.randint(1, figure):02d}"
    dated = letters in _WITH_YEAR or (letters == "NQ-HĐND" and year > 2015)
    return f"{number}/{year}/{letters}" if dated else f"{number}/{letters}"


def _print_columns(
    sheet: Sheet, parent: str, agency: str, chance: random.Random
) -> float:
    size = chance.choice((12, 12, 13))
    y = 22.0
    for text, face in ((parent, Face.REGULAR), (agency, Face.BOLD)):
        for row in sheet.wrap(text, 72, size, face):
            if row:
                sheet.print(" ".join(row), _LEFT, y, size, face, align="middle")
                y += sheet.leading(size)
    sheet.rule(_LEFT - 12, y - 3.4, _LEFT + 12, y - 3.4)
    nation = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    sheet.print(nation, _RIGHT, 22, 12, Face.BOLD, align="middle")
    slogan = "Độc lập - Tự do - Hạnh phúc"
    below = 22 + sheet.leading(13)
    sheet.print(slogan, _RIGHT, below, 13, Face.BOLD, align="middle")
    half = sheet.width_of(slogan, 13, Face.BOLD) / 2
    sheet.rule(_RIGHT - half, below + 1.8, _RIGHT + half, below + 1.8)
    return max(y + 2.5, 37.0)


def _print_text(sheet: Sheet, number: str, y: float) -> None:
    kind = number.rpartition("/")[2].partition("-")[0]
    if kind in _KINDS:
        sheet.print(_KINDS[kind], _MIDDLE, y, 14, Face.BOLD, align="middle")
        y += sheet.leading(14)
        subject = "Về việc kiện toàn Bộ phận tiếp nhận và trả kết quả"
        sheet.print(subject, _MIDDLE, y, 14, Face.BOLD, align="middle")
    else:
        sheet.print("Kính gửi: Sở Nội vụ", _MIDDLE, y, 14, align="middle")
    y += 14
    for text in _BODY:
        y = sheet.paragraph(text, y, 13, Face.ITALIC)


def _stamped(
    image: Pixels,
    chance: random.Random,
    issued: date,
    at: tuple[float, float],
    dpi: int,
) -> Pixels:
    """Stamp it as incoming some days later, below the number or touching it."""
    came = issued + timedelta(days=chance.randint(1, 9))
    form = chance.choice(("%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y"))
    place = (at[0] + chance.uniform(-8, 14), at[1] + chance.uniform(-3, 6))
    number = str(chance.randint(1, 9999))
    return drawing.with_stamp(image, number, came.strftime(form), place, dpi=dpi)


def _fax(image: Pixels, _chance: random.Random) -> Pixels:
    coarse = image[::2].repeat(2, axis=0)[: image.shape[0]]
    return drawing.bilevel(coarse)


WEAR: dict[str, Wear] = {
    "as printed": lambda image, _: image,
    "gray": lambda image, _: drawing.gray(image),
    "bilevel": lambda image, _: drawing.bilevel(image),
    "blur": lambda image, chance: drawing.blurred(image, chance.uniform(0.8, 1.6)),
    "JPEG": lambda image, chance: drawing.jpeg(image, chance.choice((40, 60, 80))),
    "tilt": lambda image, chance: drawing.tilted(image, chance.uniform(-5, 5)),
    "small tilt, bilevel": lambda image, chance: drawing.bilevel(
        drawing.tilted(image, chance.uniform(-0.9, 0.9))
    ),
    "specks": lambda image, chance: drawing.speckled(
        drawing.gray(image), chance.choice((0.005, 0.01, 0.02)), chance.randrange(999)
    ),
    "uneven light, JPEG": lambda image, chance: drawing.jpeg(
        drawing.uneven_light(image, 0.35, chance.randrange(999)), 60
    ),
    "fax": _fax,
    "tilt, specks": lambda image, chance: drawing.speckled(
        drawing.gray(drawing.tilted(image, chance.uniform(-3, 3))), 0.01
    ),
    "blur, tilt, JPEG": lambda image, chance: drawing.jpeg(
        drawing.blurred(drawing.tilted(image, chance.uniform(-2, 2)), 1.0), 50
    ),
}
"""What is done to a head, by name."""
