"""Papers to measure reading on, fresh from the printer, in the layouts of an office."""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from demo.plain import PROSE
from pipeline.model.unicode import collapse, normalize
from tests import drawing
from tests.drawing import Face, Person, Pixels, Sheet, make_person, to_date_line

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"

LEFT, RIGHT, MIDDLE, BOTTOM = 30.0, 195.0, 112.5, 272.0
"""Of the print, millimetres."""

_NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
_MOTTO = "Độc lập - Tự do - Hạnh phúc"
_COLUMNS = (LEFT, 42.0, 88.0, 116.0, 165.0, RIGHT)
"""Edges of a table's columns, millimetres."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page, and what is printed on it in each order one may read."""

    image: Pixels
    orders: tuple[str, ...]
    dpi: int = 200

    def worn(self, *changes: Callable[[Pixels], Pixels]) -> "Drawn":
        """Put the picture through *changes*, one after the other."""
        image = self.image
        for change in changes:
            image = change(image)
        return replace(self, image=image)


def draw_paper(index: int, seed: int, *, dpi: int = 200) -> Drawn:
    """Draw letters and pages of prose by turns."""
    if index % 2:
        return draw_prose(index, seed, dpi)
    return draw_letter(index, seed, dpi=dpi)


def draw_prose(
    index: int,
    seed: int,
    dpi: int = 200,
    *,
    size: float = 12.0,
    face: Face = Face.REGULAR,
) -> Drawn:
    """Draw a page of law, *size* in points."""
    sheet = Sheet(dpi)
    sentences = _sentences(seed + index)
    lines = _print_prose(sheet, 24.0, BOTTOM, sentences, size=size, face=face)
    return Drawn(sheet.finish().image, ("\n".join(lines),), dpi)


def draw_letter(
    index: int, seed: int, *, seal: bool = False, stamp: bool = False, dpi: int = 200
) -> Drawn:
    """Draw a paper with the two-column head of Decree 30 and a signature."""
    signer = make_person(seed + index)
    agency = f"ỦY BAN NHÂN DÂN XÃ {signer.commune.upper()}"
    sheet = Sheet(dpi)
    heads = _print_head(sheet, agency, signer, random.Random(seed + index))
    sheet.print("QUYẾT ĐỊNH", MIDDLE, 62, 14, Face.BOLD, align="middle")
    body = ["QUYẾT ĐỊNH"]
    body += _print_prose(sheet, 82.0, 212.0, _sentences(seed + index), size=13.0)
    for y, text in ((222.0, "CHỦ TỊCH"), (252.0, signer.full_name)):
        sheet.print(text, 150, y, 13, Face.BOLD, align="middle")
        body.append(text)
    sheet.sign(150, 240, seed + index)
    image = sheet.finish().image
    if seal:
        image = drawing.with_seal(image, (136, 246), agency, dpi=dpi)
    if stamp:
        came = f"{signer.born.replace(year=2025):%d/%m/%Y}"
        image = drawing.with_stamp(image, str(1000 + index), came, (58, 58), dpi=dpi)
    return Drawn(image, tuple("\n".join([*head, *body]) for head in heads), dpi)


def _print_head(
    sheet: Sheet, agency: str, signer: Person, chance: random.Random
) -> tuple[list[str], list[str]]:
    """Print the two columns; gives them one after the other, and row by row."""
    left, right = 61.0, 149.0
    names = [" ".join(row) for row in sheet.wrap(agency, 70, 12, Face.BOLD)]
    for row, name in enumerate(names):
        y = 22 + row * sheet.leading(12)
        sheet.print(name, left, y, 12, Face.BOLD, align="middle")
    _print_nation(sheet, right)
    number = f"Số: {chance.randint(1, 999)}/QĐ-UBND"
    day = to_date_line(signer.commune, signer.born.replace(year=2025, day=11))
    sheet.print(number, left, 38, 13, align="middle")
    sheet.print(day, right, 38, 13, Face.ITALIC, align="middle")
    by_columns = [*names, number, _NATION, _MOTTO, day]
    by_rows = [names[0], _NATION, *names[1:], _MOTTO, number, day]
    return by_columns, by_rows


def _print_nation(sheet: Sheet, x: float) -> None:
    sheet.print(_NATION, x, 22, 12, Face.BOLD, align="middle")
    sheet.print(_MOTTO, x, 22 + sheet.leading(13), 13, Face.BOLD, align="middle")


def draw_form(
    index: int, seed: int, *, ink: tuple[int, int, int] = drawing.INK
) -> Drawn:
    """Draw a form typed over its dotted leaders, the values in *ink*."""
    person = make_person(seed + index)
    sheet = Sheet(200)
    _print_nation(sheet, MIDDLE)
    lines = [_NATION, _MOTTO, "TỜ KHAI"]
    sheet.print("TỜ KHAI", MIDDLE, 42, 14, Face.BOLD, align="middle")
    y = 56.0
    for label, value in (
        ("Họ, chữ đệm, tên người yêu cầu:", person.full_name),
        ("Ngày, tháng, năm sinh:", person.birthday),
        ("Giới tính:", person.sex),
        ("Dân tộc:", person.ethnicity),
        ("Quốc tịch:", person.nationality),
        ("Số định danh cá nhân:", person.personal_id),
        ("Nơi cư trú:", person.residence),
        ("Quê quán:", person.hometown),
        ("Nơi sinh:", person.hospital),
        ("Số điện thoại liên hệ:", person.phone),
        ("Nội dung đề nghị:", random.Random(seed + index).choice(PROSE)),
    ):
        lines.append(f"{label} {value}")
        y = sheet.filled(label, value, y, ink=ink) + 1.5
    return Drawn(sheet.finish().image, ("\n".join(lines),), 200)


def draw_table(index: int, seed: int) -> Drawn:
    """Draw a list of people in a ruled table."""
    chance = random.Random(seed + index)
    sheet = Sheet(200)
    title = "DANH SÁCH NHẬN HỖ TRỢ"
    sheet.print(title, MIDDLE, 28, 14, Face.BOLD, align="middle")
    rows = [("TT", "Họ và tên", "Ngày sinh", "Nơi cư trú", "Số tiền")]
    for number in range(1, 21):
        person = make_person(chance.randrange(10**6))
        money = f"{chance.randint(300, 9999)}.000"
        home = f"{person.hamlet}, {person.commune}"
        rows.append((str(number), person.full_name, person.birthday, home, money))
    y, height = 36.0, 9.0
    for row in rows:
        face = Face.BOLD if row is rows[0] else Face.REGULAR
        for edge, text in zip(_COLUMNS, row, strict=False):
            sheet.print(text, edge + 1.5, y + 6, 11.5, face)
        sheet.rule(LEFT, y, RIGHT, y)
        y += height
    sheet.rule(LEFT, y, RIGHT, y)
    for edge in _COLUMNS:
        sheet.rule(edge, 36.0, edge, y)
    by_columns = [" ".join(column) for column in zip(*rows, strict=True)]
    by_rows = [" ".join(row) for row in rows]
    orders = tuple("\n".join([title, *order]) for order in (by_rows, by_columns))
    return Drawn(sheet.finish().image, orders)


def draw_card(index: int, seed: int, *, magnified: float = 1.0) -> Drawn:
    """Draw a copy of an identity card, its front and its back by turns."""
    side: Literal["front", "back"] = "back" if index % 2 else "front"
    person = make_person(seed + index)
    page = drawing.draw_id_card(person, side, magnified=magnified)
    return Drawn(page.image, (page.text,))


def draw_dates(index: int, seed: int) -> Drawn:
    """Draw number and date lines, as many as fit: italic print that readers confuse."""
    chance = random.Random(seed + index)
    sheet = Sheet(200)
    lines, y = [], 26.0
    while y < BOTTOM:
        size = chance.choice((13.0, 14.0))
        place = make_person(chance.randrange(10**6)).commune
        day = date(2015, 1, 1) + timedelta(days=chance.randrange(4000))
        number = f"Số: {chance.randint(1, 4999)}/QĐ-UBND"
        sheet.print(number, 61, y, size, align="middle")
        sheet.print(to_date_line(place, day), 149, y, size, Face.ITALIC, align="middle")
        lines.append((number, to_date_line(place, day)))
        y += 3 * sheet.leading(size)
    by_columns = [line for column in zip(*lines, strict=True) for line in column]
    by_rows = [" ".join(line) for line in lines]
    return Drawn(sheet.finish().image, ("\n".join(by_rows), "\n".join(by_columns)))


def draw_one_word(index: int, seed: int) -> Drawn:
    """Draw a page with nothing but a word or a page number on it."""
    word = random.Random(seed + index).choice(("MẬT", "Phụ lục", "HẾT", "Trang", "12"))
    sheet = Sheet(200)
    sheet.print(word, MIDDLE, (25, 140, 280)[index % 3], 14, align="middle")
    return Drawn(drawing.gray(sheet.finish().image), (word,), 200)


def _print_prose(
    sheet: Sheet,
    y: float,
    bottom: float,
    sentences: Iterator[str],
    *,
    size: float,
    face: Face = Face.REGULAR,
) -> list[str]:
    lines: list[str] = []
    for sentence in sentences:
        rows = sheet.wrap(sentence, RIGHT - LEFT, size, face, indent=10)
        if y + len(rows) * sheet.leading(size) > bottom:
            return lines
        y = sheet.paragraph(sentence, y, size, face) + 1.5
        lines += [" ".join(row) for row in rows]
    return lines


def _sentences(seed: int) -> Iterator[str]:
    chance = random.Random(seed)
    prose = _prose()
    start = chance.randrange(len(prose))
    while True:
        yield prose[start % len(prose)]
        start += 1


@cache
def _prose() -> tuple[str, ...]:
    """Take legal prose where it is, else what the demonstration prints."""
    found = []
    for path in sorted((SAMPLES / "text").glob("legal_*.txt")):
        lines = map(collapse, normalize(path.read_text("utf-8")).splitlines())
        found += [
            line
            for line in lines
            if 60 < len(line) < 600 and not re.search(r"[|_{}<>]|\.{3}", line)
        ]
    return tuple(found) or PROSE
