"""Pages that a clerk should scan again, spoilt in grades."""

from collections.abc import Callable, Iterator

import cv2
import numpy as np

from pipeline.model.quality import Defect
from tests import drawing
from tests.benchmarks.papers import (
    Drawn,
    draw_card,
    draw_form,
    draw_letter,
    draw_prose,
    draw_table,
)
from tests.drawing import Pixels

_Spoil = Callable[[Pixels, int], Pixels]

_PAPERS: tuple[Callable[[int, int], Drawn], ...] = (
    draw_letter,
    draw_prose,
    draw_form,
    draw_table,
)
_FULL_PAPERS = (draw_letter, draw_prose, draw_table)
"""What is printed on these reaches both margins; of a form, only dots may be cut."""


def draw_spoilt(pages: int, seed: int) -> Iterator[tuple[Defect, str, Pixels, int]]:
    """Draw spoilt pages: what is wrong with them, the grade, the page, and its dpi."""
    for defect, grades in _SPOILT.items():
        for grade, spoil in grades.items():
            papers = _FULL_PAPERS if defect is Defect.CUT_OFF else _PAPERS
            for index in range(pages):
                paper = papers[index % len(papers)](index, seed)
                page = drawing.gray(paper.image)
                yield defect, grade, spoil(page, seed + index), paper.dpi
    for dpi in (75, 100, 150):
        for index in range(pages):
            draw = (draw_letter, draw_prose)[index % 2]
            coarse = draw(index, seed, dpi=dpi)  # type: ignore[operator] # both take it
            yield Defect.COARSE, f"{dpi} dpi", drawing.gray(coarse.image), dpi


def draw_odd(pages: int, seed: int) -> Iterator[tuple[str, Pixels, int]]:
    """Draw good pages that look like bad ones: grade, page and dpi."""
    for index in range(pages):
        card = drawing.gray(draw_card(index, seed).image)
        photograph = _photograph(seed + index)
        yield "photograph", photograph, 200
        yield "card in a black frame", _on_black(card), 200
        yield "tinted paper", np.asarray(card * 0.75, np.uint8), 200
        letter = drawing.gray(draw_letter(index, seed).image)
        yield "tilt 5°, corner at the edge", drawing.tilted(letter, 5.0), 200
        yield "narrow margins", _framed(letter), 200
        yield "pencil and stamp", _grained(letter, seed + index), 200


def moved(page: Pixels, length: int, *, down: bool = False) -> Pixels:
    """Let the page move by *length* pixels while it is scanned."""
    kernel = np.zeros((length, length), np.float32)
    if down:
        kernel[:, length // 2] = 1 / length
    else:
        kernel[length // 2] = 1 / length
    return np.asarray(cv2.filter2D(page, -1, kernel), np.uint8)


def faded(page: Pixels, share: float) -> Pixels:
    """Leave a *share* of the ink's darkness."""
    levels = drawing.PAPER - share * (drawing.PAPER - page.astype(np.float32))
    return np.asarray(levels, np.uint8)


def dimmed(page: Pixels, share: float, seed: int) -> Pixels:
    """Leave a *share* of the light, with the grain of a sensor that sees little."""
    grain = np.random.default_rng(seed).normal(0, 1.5, page.shape)
    return np.asarray(np.clip(page * share + grain, 0, 255), np.uint8)


def shifted(page: Pixels, across: float, down: float, dpi: int = 200) -> Pixels:
    """Lay the page askew on the glass by *across* and *down* millimetres."""
    x, y = round(across * dpi / 25.4), round(down * dpi / 25.4)
    moved_page = np.full_like(page, drawing.PAPER)
    height, width = page.shape
    source = page[max(0, -y) : height - max(0, y), max(0, -x) : width - max(0, x)]
    top, left = max(0, y), max(0, x)
    moved_page[top : top + source.shape[0], left : left + source.shape[1]] = source
    return moved_page


_SPOILT: dict[Defect, dict[str, _Spoil]] = {
    Defect.BLURRED: {
        **{
            f"blur {radius:g}": lambda page, seed, radius=radius: drawing.blurred(
                page, radius
            )
            for radius in (2.0, 2.5, 3.0, 4.0)
        },
        **{
            f"moved {length} px {way}": lambda page, seed, length=length, way=way: (
                moved(page, length, down=way == "down")
            )
            for length in (7, 11, 15)
            for way in ("across", "down")
        },
    },
    Defect.FAINT: {
        f"faint {share:.0%}": lambda page, seed, share=share: faded(page, share)
        for share in (0.28, 0.2, 0.12)
    },
    Defect.DARK: {
        f"light {share:.0%}": lambda page, seed, share=share: dimmed(page, share, seed)
        for share in (0.4, 0.3, 0.2, 0.12)
    },
    Defect.CUT_OFF: {
        **{
            f"cut {-across} mm at the left": lambda page, seed, across=across: shifted(
                page, across, 0
            )
            for across in (-34, -40, -60)
        },
        **{
            f"cut {across} mm at the right": lambda page, seed, across=across: shifted(
                page, across, 0
            )
            for across in (20, 30, 50)
        },
        "cut at the top": lambda page, seed: _cut_through_line(page),
        "cut at the bottom": lambda page, seed: np.ascontiguousarray(
            _cut_through_line(page[::-1])[::-1]
        ),
    },
}
"""How each defect comes about, the mildest first."""


def _cut_through_line(page: Pixels) -> Pixels:
    """Begin the picture in the middle of the first full line of print."""
    ink = np.count_nonzero(page < 128, axis=1)
    full = np.flatnonzero(ink > 0.5 * np.percentile(ink[ink > 0], 70))
    rows = np.split(full, np.flatnonzero(np.diff(full) > 1) + 1)
    line = max(rows[:8], key=len)
    return np.ascontiguousarray(page[int(np.median(line)) :])


def _photograph(seed: int) -> Pixels:
    """Draw clouds of all sizes, as a picture has them."""
    chance = np.random.default_rng(seed)
    height, width = 2339, 1654
    levels = np.zeros((height, width), np.float32)
    for cells in (3, 8, 30, 120, 400):
        noise = chance.random((cells, cells), np.float32) - 0.5
        levels += cv2.resize(noise, (width, height), interpolation=3) / cells**0.4
    low, high = np.percentile(levels, (1, 99))
    return np.asarray(np.clip((levels - low) / (high - low), 0, 1) * 255, np.uint8)


def _on_black(page: Pixels) -> Pixels:
    """Scan a small sheet with the lid open."""
    black = np.full_like(page, 12)
    black[300:1200, 300:1400] = page[300:1200, 300:1400]
    return black


def _framed(page: Pixels) -> Pixels:
    """Cut a page close around its print, with a border as forms have one."""
    rows, columns = np.nonzero(page < 128)
    top, bottom = max(0, rows.min() - 20), rows.max() + 20
    left, right = max(0, columns.min() - 20), columns.max() + 20
    return np.ascontiguousarray(page[top:bottom, left:right])


def _grained(page: Pixels, seed: int) -> Pixels:
    """Scan a copy of a copy on recycled paper."""
    grain = np.random.default_rng(seed).normal(0, 6, page.shape)
    levels = 0.8 * page.astype(np.float32) + 25 + grain
    return np.asarray(np.clip(drawing.blurred(levels.astype(np.uint8), 0.7), 0, 255))
