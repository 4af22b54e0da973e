"""Pages to measure reading on: drawn and worn out in grades, and real ones."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from PIL import Image

from pipeline.model.scan import MediaType
from pipeline.pdf.rasterize import open_scan
from tests import drawing
from tests.benchmarks.papers import (
    SAMPLES,
    Drawn,
    draw_card,
    draw_dates,
    draw_form,
    draw_letter,
    draw_one_word,
    draw_paper,
    draw_prose,
    draw_table,
)
from tests.drawing import Face, Pixels

_REAL = "nghi_dinh_96_2016"
_REAL_PAGES = range(2, 7)
"""Page 1's text was taken down without its two-column head."""


@dataclass(frozen=True, slots=True)
class BenchPage:
    """A page as a file, and what is printed on it in each order one may read."""

    grade: str
    data: bytes
    media_type: MediaType
    orders: tuple[str, ...]
    number: int = 1
    """Of the page in the file."""


def draw_grades(pages: int, seed: int) -> Iterator[BenchPage]:
    """Draw every grade with as many pages; the same seed draws the same."""
    yield from _worn_papers(pages, seed)
    yield from _files(pages, seed)
    for index in range(pages):
        for grade, draw in _LAYOUTS.items():
            yield _as_png(draw(index, seed), grade)


def _worn_papers(pages: int, seed: int) -> Iterator[BenchPage]:
    papers = [draw_paper(index, seed).worn(drawing.gray) for index in range(pages)]
    for grade, wear in _WEAR.items():
        for index, paper in enumerate(papers):
            yield _as_png(paper.worn(partial(wear, seed=index)), grade)


def _files(pages: int, seed: int) -> Iterator[BenchPage]:
    """Draw papers as scanners with other settings save them."""
    papers = [draw_paper(index, seed) for index in range(pages)]
    fine = [draw_paper(index, seed, dpi=300) for index in range(pages)]
    for quality in (80, 60, 40):
        for paper in papers:
            data = drawing.to_jpeg(paper.image, paper.dpi, quality=quality)
            yield BenchPage(f"JPEG {quality}", data, MediaType.JPEG, paper.orders)
    for paper in fine:
        yield _as_png(paper.worn(drawing.gray), "clean 300 dpi")
    for grade, source in (("bilevel 200 dpi", papers), ("bilevel 300 dpi", fine)):
        for paper in source:
            data = drawing.to_pdf([paper.image], paper.dpi, "g4")
            yield BenchPage(grade, data, MediaType.PDF, paper.orders)
    for index in range(pages):
        coarse = draw_paper(index, seed, dpi=150).worn(drawing.gray)
        yield _as_png(coarse, "150 dpi")


def _as_png(drawn: Drawn, grade: str) -> BenchPage:
    data = drawing.to_png(drawn.image, drawn.dpi)
    return BenchPage(grade, data, MediaType.PNG, drawn.orders)


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


def _bleed(share: float) -> Callable[..., Pixels]:
    def bleed(image: Pixels, seed: int) -> Pixels:
        back = drawing.page_of_text(seed=seed, lines=38).image
        return drawing.bled_through(image, back, share)

    return bleed


def _borders(image: Pixels, seed: int) -> Pixels:
    """Scan past the sheet: black edges, two punch holes."""
    worn = image.copy()
    worn[:, :14] = worn[-20:, :] = 10
    for y in (0.36, 0.64):
        row, column = int(y * worn.shape[0]), 75
        rows, columns = np.ogrid[: worn.shape[0], : worn.shape[1]]
        worn[(rows - row) ** 2 + (columns - column) ** 2 < 24**2] = 20
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
    "staple shadow": lambda image, seed: drawing.with_staple(image),
    **{f"bleed-through {100 * share:g} %": _bleed(share) for share in (0.15, 0.3)},
    "fax 200 × 100 dpi": _fax,
}


def _back(index: int, seed: int) -> Drawn:
    back = drawing.blank_back(bleed=0.1 + 0.05 * (index % 5), seed=seed + index)
    return Drawn(back.image, ("",))


def _tilted_form(index: int, seed: int) -> Drawn:
    form = draw_form(index, seed)
    return form.worn(drawing.gray, partial(drawing.tilted, degrees=0.6))


def _card_by_a_lamp(index: int, seed: int) -> Drawn:
    card = draw_card(index, seed, magnified=1.5)
    return card.worn(partial(drawing.uneven_light, drop=0.5, seed=index))


_LAYOUTS: dict[str, Callable[[int, int], Drawn]] = {
    **{f"{size} pt": partial(draw_prose, size=size) for size in (11, 12, 13, 14)},
    "Noto Serif 12 pt": partial(draw_prose, face=Face.NOTO),
    "Noto Sans 12 pt": partial(draw_prose, face=Face.SANS),
    "seal over signature": partial(draw_letter, seal=True),
    "incoming stamp": partial(draw_letter, stamp=True),
    "italic dates": draw_dates,
    "table": draw_table,
    "dotted form": draw_form,
    "dotted form, tilt 0.6°": _tilted_form,
    "blue ink": partial(draw_form, ink=drawing.BLUE),
    "identity card": draw_card,
    "identity card, 1.5 ×": partial(draw_card, magnified=1.5),
    "identity card, uneven light": _card_by_a_lamp,
    "one word": draw_one_word,
    "blank back": _back,
}
"""Papers of their own, by what is hard about them."""
