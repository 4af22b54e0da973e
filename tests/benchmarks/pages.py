"""Pages to measure reading on: drawn and worn out in grades, and real ones."""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import numpy as np
from PIL import Image

from demo.plain import PROSE
from pipeline.model.scan import MediaType
from pipeline.model.unicode import collapse, normalize
from pipeline.pdf.rasterize import open_scan
from tests import drawing
from tests.drawing import Face, Person, Pixels, Sheet, make_person, to_date_line

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"

_REAL = "nghi_dinh_96_2016"
_REAL_PAGES = range(2, 7)
"""Page 1's text was taken down without its two-column head."""

LEFT, RIGHT, MIDDLE, BOTTOM = 30.0, 195.0, 112.5, 272.0
"""Of the print, millimetres."""

_NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
_MOTTO = "Độc lập - Tự do - Hạnh phúc"


@dataclass(frozen=True, slots=True)
class BenchPage:
    """A page as a file, and what is printed on it in each order one may read."""

    grade: str
    data: bytes
    media_type: MediaType
    orders: tuple[str, ...]
    number: int = 1
    """Of the page in the file."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    image: Pixels
    orders: tuple[str, ...]
    dpi: int

    def worn(self, *changes: Callable[[Pixels], Pixels]) -> "_Drawn":
        image = self.image
        for change in changes:
            image = change(image)
        return replace(self, image=image)

    def as_png(self, grade: str) -> BenchPage:
        data = drawing.to_png(self.image, self.dpi)
        return BenchPage(grade, data, MediaType.PNG, self.orders)


def draw_grades(pages: int, seed: int) -> Iterator[BenchPage]:
    """Draw every grade with as many pages; the same seed draws the same."""
    papers = [_draw_paper(index, seed) for index in range(pages)]
    fine = [_draw_paper(index, seed, dpi=300) for index in range(pages)]
    for grade, wear in _WEAR.items():
        for index, paper in enumerate(papers):
            yield paper.worn(drawing.gray, partial(wear, seed=index)).as_png(grade)
    for quality in (80, 60, 40):
        for paper in papers:
            data = drawing.to_jpeg(paper.image, paper.dpi, quality=quality)
            yield BenchPage(f"JPEG {quality}", data, MediaType.JPEG, paper.orders)
    for paper in fine:
        yield paper.worn(drawing.gray).as_png("clean 300 dpi")
    for grade, source in (("bilevel 200 dpi", papers), ("bilevel 300 dpi", fine)):
        for paper in source:
            data = drawing.to_pdf([paper.image], paper.dpi, "g4")
            yield BenchPage(grade, data, MediaType.PDF, paper.orders)
    for index in range(pages):
        coarse = _draw_paper(index, seed, dpi=150).worn(drawing.gray)
        yield coarse.as_png("150 dpi")
    for index in range(pages):
        yield _draw_letter(index, seed, seal=True).as_png("seal over signature")
        yield _draw_letter(index, seed, stamp=True).as_png("incoming stamp")
        yield _draw_form(index, seed).as_png("dotted form")
        yield (
            _draw_form(index, seed)
            .worn(drawing.gray, partial(drawing.tilted, degrees=0.6))
            .as_png("dotted form, tilt 0.6°")
        )
        yield _one_word(index, seed).as_png("one word")
        back = drawing.blank_back(bleed=0.1 + 0.2 * index / pages, seed=seed + index)
        yield _Drawn(back.image, ("",), 200).as_png("blank back")


def real_pages() -> Iterator[BenchPage]:
    """Hand out the scanned pages whose text is known; none where they are not."""
    scan = SAMPLES / "scans" / f"{_REAL}_p1-6.pdf"
    if not scan.exists():
        return
    data = scan.read_bytes()
    for number in _REAL_PAGES:
        truth = scan.with_name(f"{_REAL}_p{number}.txt").read_text("utf-8")
        orders = (truth, f"{number} {truth}")
        yield BenchPage("real, pages 2-6", data, MediaType.PDF, orders, number)
    with open_scan(scan, MediaType.PDF) as opened:
        for number in _REAL_PAGES:
            raster = opened.render(number)
            truth = scan.with_name(f"{_REAL}_p{number}.txt").read_text("utf-8")
            turned = np.ascontiguousarray(np.rot90(raster.image, number % 3 + 1))
            yield BenchPage(
                "real, turned",
                drawing.to_png(turned, round(raster.dpi)),
                MediaType.PNG,
                (truth, f"{number} {truth}"),
            )


def _whole(image: Pixels, seed: int) -> Pixels:
    return image


def _tilt(degrees: float) -> Callable[..., Pixels]:
    def tilt(image: Pixels, seed: int) -> Pixels:
        return drawing.tilted(image, degrees if seed % 2 else -degrees)

    return tilt


def _turn(turns: int) -> Callable[..., Pixels]:
    return lambda image, seed: drawing.turned(image, turns)


def _fax(image: Pixels, seed: int) -> Pixels:
    """Halve the resolution down the page, as fax machines do, and blacken it."""
    height, width = image.shape
    small = Image.fromarray(image).resize((width, height // 2), Image.Resampling.BOX)
    return drawing.bilevel(np.array(small.resize((width, height)), np.uint8))


def _borders(image: Pixels, seed: int) -> Pixels:
    """Scan past the sheet: black edges, two punch holes and the staple's shadow."""
    worn = image.copy()
    worn[:, :14] = worn[-20:, :] = 10
    for y in (0.36, 0.64):
        row, column = int(y * worn.shape[0]), 75
        rows, columns = np.ogrid[: worn.shape[0], : worn.shape[1]]
        worn[(rows - row) ** 2 + (columns - column) ** 2 < 24**2] = 20
    worn[60:64, 60:130] = 120
    return worn


_WEAR: dict[str, Callable[..., Pixels]] = {
    "clean 200 dpi": _whole,
    **{f"tilt {degrees:g}°": _tilt(degrees) for degrees in (0.3, 0.5, 1, 2, 5)},
    **{f"turned {90 * turns}°": _turn(turns) for turns in (1, 2, 3)},
    "turned 90°, tilt 2°": lambda image, seed: drawing.turned(
        drawing.tilted(image, 2.0), 1
    ),
    **{
        f"blur {radius:g}": lambda image, seed, radius=radius: drawing.blurred(
            image, radius
        )
        for radius in (1.0, 1.6)
    },
    "uneven light": lambda image, seed: drawing.uneven_light(image, 0.35, seed),
    **{
        f"specks {100 * share:g} %": lambda image, seed, share=share: drawing.speckled(
            image, share, seed
        )
        for share in (0.005, 0.02)
    },
    **{
        f"specks 1 %, tilt {degrees:g}°": lambda image, seed, degrees=degrees: (
            drawing.speckled(drawing.tilted(image, degrees), 0.01, seed)
        )
        for degrees in (0.8, 2)
    },
    "black borders, holes": _borders,
    "fax 200 × 100 dpi": _fax,
}


def _draw_paper(index: int, seed: int, *, dpi: int = 200) -> _Drawn:
    """Draw letters and pages of prose by turns."""
    if index % 2:
        return _draw_prose(index, seed, dpi)
    return _draw_letter(index, seed, dpi=dpi)


def _draw_prose(index: int, seed: int, dpi: int) -> _Drawn:
    sheet = Sheet(dpi)
    lines = _print_prose(sheet, 24.0, BOTTOM, _sentences(seed + index), size=12.0)
    return _Drawn(sheet.finish().image, ("\n".join(lines),), dpi)


def _draw_letter(
    index: int, seed: int, *, seal: bool = False, stamp: bool = False, dpi: int = 200
) -> _Drawn:
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
    return _Drawn(image, tuple("\n".join([*head, *body]) for head in heads), dpi)


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


def _draw_form(index: int, seed: int) -> _Drawn:
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
        y = sheet.filled(label, value, y) + 1.5
    return _Drawn(sheet.finish().image, ("\n".join(lines),), 200)


def _one_word(index: int, seed: int) -> _Drawn:
    word = random.Random(seed + index).choice(("MẬT", "Phụ lục", "HẾT", "Trang", "12"))
    sheet = Sheet(200)
    sheet.print(word, MIDDLE, (25, 140, 280)[index % 3], 14, align="middle")
    return _Drawn(drawing.gray(sheet.finish().image), (word,), 200)


def _print_prose(
    sheet: Sheet, y: float, bottom: float, sentences: Iterator[str], *, size: float
) -> list[str]:
    lines: list[str] = []
    for sentence in sentences:
        rows = sheet.wrap(sentence, RIGHT - LEFT, size, indent=10)
        if y + len(rows) * sheet.leading(size) > bottom:
            return lines
        y = sheet.paragraph(sentence, y, size) + 1.5
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
