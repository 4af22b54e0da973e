"""Draw the files that are dropped: small, cheap to read, each with bytes of its own."""

import random
from dataclasses import dataclass

import numpy as np

from demo.codes import draw_code128
from demo.drawing import to_pdf, to_tiff
from demo.fonts import Face
from demo.sheet import LEFT, MIDDLE, Pixels, Sheet, national_heading
from tests.chaos.plan import GOOD, Drop, Kind, Plan

_DPI = 150


@dataclass(frozen=True, slots=True)
class Scan:
    """A file as it is dropped."""

    drop: Drop
    name: str
    data: bytes

    @property
    def good(self) -> bool:
        """Whether it has to end as dossiers."""
        return self.drop.kind in GOOD


def draw_scans(plan: Plan) -> tuple[Scan, ...]:
    """Draw the files of a plan; the same plan gives the same bytes."""
    scans: list[Scan] = []
    for drop in plan.drops:
        chance = random.Random(f"{plan.seed} {drop.number}")
        if drop.again is not None:
            data = scans[drop.again].data
            suffix = scans[drop.again].name.rpartition(".")[2]
        else:
            suffix, data = _draw(drop, chance)
        scans.append(Scan(drop, f"Hồ sơ {drop.number:04d}.{suffix}", data))
    return tuple(scans)


def _draw(drop: Drop, chance: random.Random) -> tuple[str, bytes]:
    code = f"H50.32.05-2610{drop.number // 10000 + 10:02d}-{drop.number % 10000:04d}"
    match drop.kind:
        case Kind.SLIP:
            return _file(chance, [_slip(code)])
        case Kind.TWO_SLIPS:
            return _file(chance, [_slip(code), _slip(f"{code[:-4]}9{code[-3:]}")])
        case Kind.LETTER:
            return _file(chance, [_letter(drop.number)])
        case Kind.DAMAGED:
            return "pdf", _damaged(to_pdf([_slip(code)], _DPI, "g4"))
        case Kind.CUT_OFF:
            whole = to_pdf([_slip(code)], _DPI, "g4")
            return "pdf", whole[: int(len(whole) * chance.uniform(0.3, 0.9))]
        case _:
            page = f"<!doctype html><title>503</title><p>{drop.number}</p>"
            return "pdf", page.encode()


def _file(chance: random.Random, pages: list[Pixels]) -> tuple[str, bytes]:
    if chance.random() < 0.5:
        return "tif", to_tiff(pages, _DPI, "g4")
    return "pdf", to_pdf(pages, _DPI, "g4")


def _slip(code: str) -> Pixels:
    """Draw a receipt with nothing to doubt, so that it is filed and handed off."""
    sheet = Sheet(_DPI)
    national_heading(sheet, 149, 18, 11)
    sheet.paste(draw_code128(code, _DPI), LEFT, 30)
    title = "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ"
    sheet.print(title, MIDDLE, 62, 14, Face.BOLD, align="middle")
    sheet.print(f"Mã hồ sơ: {code}", LEFT, 72, 13)
    sheet.print("Số lượng hồ sơ: 01 bộ", LEFT, 80, 13)
    return _upper(sheet)


def _letter(number: int) -> Pixels:
    sheet = Sheet(_DPI)
    sheet.print(f"Kính gửi quầy số {number}", LEFT, 60, 13)
    return _upper(sheet)


def _upper(sheet: Sheet) -> Pixels:
    """Tear the empty foot off: a smaller page is read faster."""
    return np.ascontiguousarray(sheet.finish().image[: sheet.px(250)])


def _damaged(whole: bytes) -> bytes:
    """Spoil the middle and leave the end, as a bad stick does."""
    middle = len(whole) // 2
    return whole[:64] + bytes(middle - 64) + whole[middle:]
