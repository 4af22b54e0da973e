"""Measure how straight and upright pages come out, and how forms read then.

    python -m tests.benchmarks.geometry --tilts 200 --turns 400 --forms 2

Drawn pages of several layouts: tilted up to nine degrees, turned by quarter turns, with
few words, forms typed over dots, tables, photographs. Last figures: geometry.md.
"""

import argparse
import random
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator

from demo.plain import PROSE
from pipeline.imaging.arrays import to_gray
from pipeline.imaging.deskew import estimate_skew
from pipeline.imaging.prepare import PrepareOptions, prepare
from pipeline.model.unicode import collapse
from pipeline.ocr.engine import find_tessdata, open_engine
from pipeline.ocr.upright import find_quarter_turns
from pipeline.settings import Settings
from pipeline.templates import load_doctypes
from tests import drawing
from tests.benchmarks.dossiers import OFFICE
from tests.benchmarks.papers import (
    draw_card,
    draw_dates,
    draw_form,
    draw_letter,
    draw_prose,
    draw_table,
)
from tests.benchmarks.spoilt import draw_odd
from tests.drawing import FILLED, TYPED, Pixels, Sheet
from tests.reading import CONFIG

LAYOUTS: dict[str, Callable[[int], Pixels]] = {
    "letter": lambda seed: draw_letter(seed, 1).image,
    "prose": lambda seed: draw_prose(seed, 1).image,
    "form": lambda seed: draw_form(seed, 1).image,
    "table": lambda seed: draw_table(seed, 1).image,
    "number and date lines": lambda seed: draw_dates(seed, 1).image,
    "seal": lambda seed: draw_letter(seed, 1, seal=True).image,
    "stamp": lambda seed: draw_letter(seed, 1, stamp=True).image,
    "identity card": lambda seed: draw_card(seed, 1, magnified=1.5).image,
    "boxes": lambda seed: (
        drawing.draw_birth_certificate(drawing.make_family(seed)).image
    ),
    "few lines": lambda seed: drawing.page_of_text(lines=3, seed=seed).image,
}

MOST_TILT = 9.0


def measure_tilts(pages: int, seed: int) -> None:
    """Print what tilt is left by layout; tilts are even over the whole range."""
    chance = random.Random(seed)
    left: dict[str, list[float]] = defaultdict(list)
    unseen: dict[str, int] = defaultdict(int)
    for index in range(pages):
        name = list(LAYOUTS)[index % len(LAYOUTS)]
        tilt = chance.uniform(-MOST_TILT, MOST_TILT)
        page = drawing.tilted(drawing.gray(LAYOUTS[name](index)), tilt)
        found = estimate_skew(page)
        if found.confidence:
            left[name].append(abs(found.degrees - tilt))
        else:
            unseen[name] += 1
    print("| layout | pages | median left | worst left | left as it lay |")
    print("|---|--:|--:|--:|--:|")
    for name, degrees in left.items():
        count = len(degrees) + unseen[name]
        print(f"| {name} | {count} | {_figures(degrees)} | {unseen[name]} |")
    every = [each for degrees in left.values() for each in degrees]
    total = len(every) + sum(unseen.values())
    print(f"| all | {total} | {_figures(every)} | {sum(unseen.values())} |")
    straightened = [
        grade
        for grade, page, _ in draw_odd(4, seed)
        if grade == "photograph"
        and prepare(page, 200, bilevel=False, options=PrepareOptions()).skew
    ]
    print(f"\nPhotographs turned: {len(straightened)} of 4.\n")


def _figures(degrees: list[float]) -> str:
    return f"{statistics.median(degrees):.2f}° | {max(degrees):.2f}°"


def page_with(words: int, chance: random.Random) -> Pixels:
    """Draw a page with so many words on it, somewhere."""
    sheet = Sheet(200)
    text = " ".join(chance.choice(PROSE) for _ in range(1 + words // 12)).split()
    printed = [word for word in text if any(map(str.isalnum, word))]
    rows = sheet.wrap(" ".join(printed[:words]), 150, 13)
    y = chance.uniform(25, 200)
    for row in rows:
        sheet.print(" ".join(row), 35, y, 13)
        y += sheet.leading(13)
    return drawing.gray(sheet.finish().image)


def measure_turns(cases: int, seed: int) -> None:
    """Print how often a page with so many words is turned the right way."""
    settings = Settings()
    tessdata = find_tessdata(None)
    engine = open_engine("auto", tessdata=tessdata, model=settings.reading.second_model)
    chance = random.Random(seed)
    counts = (1, 3, 6, 9, 10, 12, 15, 20, 40, 80, 0)
    results: dict[int, list[str]] = defaultdict(list)
    for index in range(cases):
        words = counts[index % len(counts)]
        page = page_with(words, chance) if words else _any_layout(index)
        page = drawing.tilted(page, chance.uniform(-2, 2))
        turns = chance.randrange(4)
        found = find_quarter_turns(drawing.turned(page, turns), 200, engine)
        if not found.confidence:
            results[words].append("left")
        else:
            right = (found.quarter_turns + turns) % 4 == 0
            results[words].append("right" if right else "wrong")
    print("| words | pages | right | wrong | left as it lay |")
    print("|---|--:|--:|--:|--:|")
    for words in sorted(results):
        said = results[words]
        figures = " | ".join(str(said.count(x)) for x in ("right", "wrong", "left"))
        print(f"| {words or 'whole papers'} | {len(said)} | {figures} |")


def _any_layout(index: int) -> Pixels:
    draw = list(LAYOUTS.values())[index % 7]
    return drawing.gray(draw(index))


def measure_forms(rounds: int, seed: int) -> None:
    """Print the share of values read exactly, with what forms print wiped and not."""
    settings = Settings()
    engine = open_engine(
        "auto", tessdata=find_tessdata(None), model=settings.reading.model
    )
    tally: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for grade, page, values in _worn_forms(rounds, seed):
        prepared = prepare(page, 200, bilevel=False, options=PrepareOptions())
        texts = [
            collapse(engine.read(image, dpi=200).text)
            for image in (prepared.reading, to_gray(page))
        ]
        counts = tally[grade]
        counts[0] += len(values)
        for place, text in enumerate(texts, start=1):
            counts[place] += sum(value in text for value in values)
    print("\n| quality | values | read exactly % | untouched page % |")
    print("|---|--:|--:|--:|")
    for grade, (count, ours, bare) in tally.items():
        print(
            f"| {grade} | {count} | {100 * ours / count:.1f} "
            f"| {100 * bare / count:.1f} |"
        )
    whole = [sum(each) for each in zip(*tally.values(), strict=True)]
    print(
        f"| all | {whole[0]} | {100 * whole[1] / whole[0]:.1f} "
        f"| {100 * whole[2] / whole[0]:.1f} |"
    )


def _worn_forms(
    rounds: int, seed: int
) -> Iterator[tuple[str, Pixels, tuple[str, ...]]]:
    chance = random.Random(seed)
    doctypes = [each for each in load_doctypes(CONFIG) if "to-khai" in each.code]
    for index in range(rounds):
        for place, doctype in enumerate(doctypes):
            style = (FILLED, TYPED)[(index + place) % 2]
            page = drawing.draw_form(doctype, seed + index, style=style)[0]
            printed = collapse(" ".join(page.lines))
            values = tuple(
                value for value in page.truth.values() if value and value in printed
            )
            for grade in ("clean", "tilted", "JPEG 40", "uneven light"):
                yield grade, OFFICE[grade](drawing.gray(page.image), chance), values


def main() -> None:
    """Run the measurements and print Markdown tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--tilts", type=int, default=200, help="tilted pages")
    options.add_argument("--turns", type=int, default=400, help="turned pages")
    options.add_argument("--forms", type=int, default=2, help="of each type of form")
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    if chosen.tilts:
        measure_tilts(chosen.tilts, chosen.seed)
    if chosen.turns:
        measure_turns(chosen.turns, chosen.seed)
    if chosen.forms:
        measure_forms(chosen.forms, chosen.seed)


if __name__ == "__main__":
    main()
