"""Measure how surely separators and codes are found, and what is found by mistake.

    python -m tests.benchmarks.separators --seeds 2

Sheets are drawn at 300 dpi and scanned down, so that bars do not lie on pixels. They
are not straightened first, as pages of a real scan are. Last figures: separators.md.
"""

import argparse
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
from PIL import Image

from pipeline.imaging.arrays import to_gray
from pipeline.model.scan import Counter as Desk
from pipeline.model.sheet import SheetKind
from pipeline.model.text import PageCode
from pipeline.split.separators import (
    dossier_code,
    dossier_codes,
    find_codes,
    is_separator,
    serials,
)
from pipeline.split.sheets import find_sheets
from pipeline.usecases.sheets import SheetPrinter
from tests import drawing
from tests.drawing import DrawnPage, Pixels

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
CODE = "H15.50.05.13-261008-0975"
SERIAL = "ASN00123"
KEYS = {"K1": b"0123456789abcdef0123456789abcdef"}
_DESK = Desk("demo", "Quầy trình diễn", "UBND xã")
DRAWN, SCANNED = 300, 200

Codes = Sequence[PageCode]
Wear = Callable[[Pixels, int], Pixels]

_PRINTER = SheetPrinter(KEYS, lambda: datetime(2026, 10, 8, tzinfo=UTC))


def _own(seed: int) -> DrawnPage:
    return drawing.draw_printed(
        _PRINTER.separators(_DESK, SheetKind.DOSSIER, 1), dpi=DRAWN
    )[0]


def _leader(seed: int) -> DrawnPage:
    return drawing.draw_printed(_PRINTER.leaders(_DESK, [CODE]), dpi=DRAWN)[0]


def _receipt(seed: int, *, qr: bool) -> DrawnPage:
    person = drawing.make_family(seed).father
    return drawing.draw_receipt(person, CODE, drawing.Receipt(qr=qr), dpi=DRAWN)


def _is_own(codes: Codes) -> bool:
    return any(sheet.token for sheet in find_sheets(codes, KEYS))


def _has_serial(codes: Codes) -> bool:
    return serials(codes) == (SERIAL,)


def _has_code(codes: Codes) -> bool:
    return dossier_code(codes) == CODE


KINDS: Mapping[str, tuple[Callable[[int], DrawnPage], Callable[[Codes], bool]]] = {
    "PATCH-T, bars": (lambda _: drawing.draw_patch_t(dpi=DRAWN), is_separator),
    "PATCHT, Code 39": (
        lambda _: drawing.draw_code_sheet("PATCHT", dpi=DRAWN),
        is_separator,
    ),
    "PATCHT, CODE128": (
        lambda _: drawing.draw_code_sheet("PATCHT", "Code128", dpi=DRAWN),
        is_separator,
    ),
    "our separator sheet": (_own, _is_own),
    "our leader sheet": (_leader, _is_own),
    "receipt, CODE128": (lambda seed: _receipt(seed, qr=False), _has_code),
    "receipt, QR": (lambda seed: _receipt(seed, qr=True), _has_code),
    "sticker: mã hồ sơ, CODE128": (
        lambda seed: drawing.draw_labelled(CODE, "Code128", seed, dpi=DRAWN),
        _has_code,
    ),
    "sticker: ASN, Code 39": (
        lambda seed: drawing.draw_labelled(SERIAL, "Code39", seed, dpi=DRAWN),
        _has_serial,
    ),
    "sticker: ASN, QR": (
        lambda seed: drawing.draw_labelled(SERIAL, "QRCode", seed, dpi=DRAWN),
        _has_serial,
    ),
}
"""What is drawn, and how it must be read."""


def _faded(image: Pixels, seed: int) -> Pixels:
    """Ink at a third of its strength, on paper with grain."""
    grain = np.random.default_rng(seed).normal(0, 3, image.shape)
    pale = 225 - (255 - image.astype(np.float32)) * 0.35 + grain
    return np.clip(pale, 0, 255).astype(np.uint8)


def _scribbled(image: Pixels, seed: int) -> Pixels:
    """Three strokes of a pen across the page, as of somebody who ticks sheets off."""
    chance = random.Random(seed)
    page = image.copy()
    height, width = image.shape[:2]
    for _ in range(3):
        x, slope = chance.uniform(0.2, 0.8) * width, chance.uniform(-0.5, 0.5)
        for y in range(height):
            left = int(x + slope * y)
            page[y, max(0, left) : max(0, left + 5)] = 60
    return page


GRADES: Mapping[str, Wear] = {
    "clean": lambda image, _: image,
    "turned 90": lambda image, _: drawing.turned(image, 1),
    "turned 180": lambda image, _: drawing.turned(image, 2),
    "turned 270": lambda image, _: drawing.turned(image, 3),
    "tilted 3": lambda image, _: drawing.tilted(image, 3.0),
    "tilted -6": lambda image, _: drawing.tilted(image, -6.0),
    "low contrast": _faded,
    "JPEG 40": lambda image, _: drawing.jpeg(image, 40),
    "150 dpi": lambda image, _: scanned(image, SCANNED, 150),
    "bilevel": lambda image, _: drawing.bilevel(image),
    "speckled": lambda image, seed: drawing.speckled(image, 0.01, seed),
    "uneven light": lambda image, seed: drawing.uneven_light(image, 0.35, seed),
    "pen strokes": _scribbled,
}


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--seeds", type=int, default=2)
    told = parser.parse_args()
    found, drawn = measure(told.seeds)
    print(f"{sum(drawn.values())} pages\n")
    print("| | " + " | ".join(GRADES) + " |")
    print("|---" + "|:-:" * len(GRADES) + "|")
    for kind in KINDS:
        cells = (f"{found[kind, g]}/{drawn[kind, g]}" for g in GRADES)
        print(f"| {kind} | " + " | ".join(cells) + " |")
    for name, pages in (("real", real_pages()), ("drawn", papers(told.seeds))):
        count = wrong = 0
        for image, dpi in pages:
            count += 1
            wrong += bool(mistakes(find_codes(image, dpi)))
        print(f"\n{name} papers without a separator: {wrong} of {count} pages mistaken")


def measure(seeds: int) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """Count what was found and what was drawn, by kind and grade."""
    found: Counter[tuple[str, str]] = Counter()
    drawn: Counter[tuple[str, str]] = Counter()
    for kind, (draw, is_right) in KINDS.items():
        for seed in range(seeds):
            page = scanned(draw(seed).image, DRAWN, SCANNED)
            for grade, wear in GRADES.items():
                dpi = 150 if grade == "150 dpi" else SCANNED
                codes = find_codes(to_gray(wear(page, seed)), dpi)
                drawn[kind, grade] += 1
                found[kind, grade] += is_right(codes)
    return found, drawn


def mistakes(codes: Codes) -> list[str]:
    """List what cannot be on a page that has no separator and no code of a dossier."""
    return [
        *dossier_codes(codes),
        *serials(codes),
        *(["separator"] if is_separator(codes) else []),
        *("sheet" for _ in find_sheets(codes, KEYS)),
    ]


def papers(seeds: int) -> Iterator[tuple[Pixels, float]]:
    """Drawn papers without a code, worn in every grade."""
    for seed in range(seeds):
        family = drawing.make_family(seed)
        pages = [
            *drawing.draw_birth_declaration(family, pages=2),
            drawing.draw_birth_certificate(family),
            drawing.draw_application(family.father),
            *drawing.draw_administrative(drawing.Administrative(pages=2)),
            drawing.page_of_text(seed=seed),
        ]
        for page in pages:
            for grade, wear in GRADES.items():
                if grade != "150 dpi":
                    yield to_gray(wear(page.image, seed)), page.dpi


def real_pages() -> Iterator[tuple[Pixels, float]]:
    """Pages of the real scans, none of which has a separator; none without them."""
    for folder in ("scans", "born_digital"):
        for path in sorted((SAMPLES / folder).glob("*.pdf")):
            with pdfium.PdfDocument(path) as pdf:
                for page in pdf:
                    picture = page.render(scale=SCANNED / 72).to_pil().convert("L")
                    yield np.array(picture, np.uint8), SCANNED


def scanned(image: Pixels, drawn: int, dpi: int) -> Pixels:
    """Bring a page from one resolution to a lower one, as a scanner's lens does."""
    height, width = image.shape[:2]
    size = (round(width * dpi / drawn), round(height * dpi / drawn))
    return np.array(Image.fromarray(image).resize(size, Image.Resampling.BOX), np.uint8)


if __name__ == "__main__":
    main()
