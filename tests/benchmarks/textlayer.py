"""Measure what readers of filed PDFs copy and mark, against the words that were read.

    python -m tests.benchmarks.textlayer
    python -m tests.benchmarks.textlayer --pdfjs node_modules/pdfjs-dist --pages 1

Drawn pages and real scans, upright, on their side, landscape and tilted, go through the
page reader and the writer as they do when filed. poppler (``pdftotext -raw``), PDFium,
which is Chromium's viewer, and pdf.js, Firefox's, then say what text they find: their
words must be those that were stored, in order, with single spaces; and where poppler
and PDFium find them, horizontally. Last figures: textlayer.md.
"""

import argparse
import json
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import SequenceMatcher
from html import unescape
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium

from pipeline.imaging.deskew import rotate
from pipeline.imaging.prepare import PrepareOptions
from pipeline.model.scan import MediaType
from pipeline.model.text import OcrPage, ReadPage
from pipeline.ocr.engine import find_tessdata, open_engine
from pipeline.pdf.assemble import PdfMetadata, PdfPage, assemble_pdf
from pipeline.storage.archive import ObjectArchive
from pipeline.storage.local_store import LocalStore
from pipeline.usecases.read import PageReader, PageTask, ReadOptions
from tests.benchmarks.papers import SAMPLES, draw_paper
from tests.drawing import Pixels
from tests.pdf.drawn import scan_pdf

_META = PdfMetadata("Bench", datetime(2026, 11, 28, tzinfo=UTC))
_BATCH = "0" * 32
_SEED = 7


@dataclass(frozen=True, slots=True)
class Source:
    """A scan to file."""

    group: str
    data: bytes
    number: int = 1


@dataclass(slots=True)
class Tally:
    """What one group of pages came to."""

    pages: int = 0
    words: int = 0
    short: int = 0
    """Words of one letter."""

    wrong: dict[str, int] = field(default_factory=dict)
    """Words lost, added or changed, by reader."""

    doubled: dict[str, int] = field(default_factory=dict)
    """Gaps between words that are not one space, by reader."""

    off: dict[str, list[float]] = field(default_factory=dict)
    """Pixels that each edge of a word is off to the left or right, by reader."""


def sources(pages: int) -> Iterator[Source]:
    """Draw and take pages, *pages* of each drawn group and of each real scan."""
    for index in range(pages):
        drawn = draw_paper(index, _SEED).image
        yield Source("drawn, 200 dpi", scan_pdf(drawn, dpi=200))
        fine = draw_paper(index, _SEED, dpi=300).image
        yield Source("drawn, 300 dpi", scan_pdf(fine, dpi=300))
        for turn in (90, 180, 270):
            # Seen upright, stored on its side, as scanners do.
            turned = np.ascontiguousarray(np.rot90(drawn, turn // 90))
            yield Source("drawn, /Rotate", scan_pdf(turned, dpi=200, Rotate=turn))
            yield Source("drawn, on its side", scan_pdf(turned, dpi=200))
        wide = _landscape(drawn)
        yield Source("drawn, landscape", scan_pdf(wide, dpi=200))
        for tilt in (-2.0, -1.0, 0.5, 2.0):
            tilted = rotate(drawn, tilt)
            yield Source("drawn, tilted to 2°", scan_pdf(tilted, dpi=200))
    for path in sorted((SAMPLES / "scans").glob("*.pdf")):
        data = path.read_bytes()
        for number in range(1, pages + 1):
            yield Source("real scans", data, number)


def _landscape(page: Pixels) -> Pixels:
    """Lay two halves of an upright page side by side: wider than high."""
    half = page.shape[0] // 2
    return np.concatenate([page[:half], page[half : 2 * half]], axis=1)


class House:
    """Reads pages as they are read for filing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        tessdata = find_tessdata(None)
        self._archive = ObjectArchive(LocalStore(folder / "store"))
        self._reader = PageReader(
            self._archive,
            open_engine("auto", tessdata=tessdata, model="vie"),
            None,
            ReadOptions(
                PrepareOptions(),
                picture_dpi=300,
                max_pixels=80_000_000,
                layers=False,
                vectors=False,
                second_look=False,
            ),
        )
        self._count = 0

    def file(self, source: Source) -> tuple[ReadPage, bytes]:
        """Read a page and write it."""
        self._count += 1
        path = self._folder / f"{self._count}.pdf"
        path.write_bytes(source.data)
        recipe = f"r{self._count}"
        self._reader.read(PageTask(_BATCH, recipe, path, MediaType.PDF, source.number))
        page = self._archive.find_page(_BATCH, recipe, source.number)
        assert page is not None
        picture = self._archive.picture(_BATCH, recipe, page)
        made = PdfPage(picture, page.picture, page.page, page.text)
        return page, assemble_pdf([made], _META)


def read_poppler(pdf: Path) -> str:
    """Copy the text in the order of the file."""
    run = subprocess.run(
        ["pdftotext", "-raw", pdf, "-"], capture_output=True, check=True, text=True
    )
    return run.stdout.replace("\f", "")


def read_pdfium(pdf: Path) -> str:
    """Copy all text as Chromium's viewer does."""
    document = pdfium.PdfDocument(pdf)
    try:
        text = document[0].get_textpage().get_text_range()
    finally:
        document.close()
    return text.replace("\r\n", "\n")


def read_pdfjs(folder: Path) -> Callable[[Path], str]:
    """Make a reader of the pdf.js in *folder*."""
    script = Path(__file__).with_suffix(".mjs")

    def read(pdf: Path) -> str:
        run = subprocess.run(
            ["node", script, folder.absolute(), pdf],
            capture_output=True,
            check=True,
            text=True,
        )
        return str(json.loads(run.stdout)[0])

    return read


def poppler_edges(pdf: Path, dpi: float) -> Iterator[tuple[str, float, float]]:
    """Find words and their left and right edges, pixels."""
    run = subprocess.run(
        ["pdftotext", "-raw", "-bbox", pdf, "-"],
        capture_output=True,
        check=True,
        text=True,
    )
    pattern = r'<word xMin="(.+?)" yMin=".+?" xMax="(.+?)" yMax=".+?">(.*?)</word>'
    for left, right, word in re.findall(pattern, run.stdout):
        yield unescape(word), float(left) * dpi / 72, float(right) * dpi / 72


def pdfium_edges(pdf: Path, dpi: float) -> Iterator[tuple[str, float, float]]:
    """Find the same by the boxes of letters."""
    document = pdfium.PdfDocument(pdf)
    text = document[0].get_textpage()
    everything = text.get_text_range()
    count = text.count_chars()
    word, left, right = "", 0.0, 0.0
    for index in range(min(count, len(everything))):
        letter = everything[index]
        if letter.isspace():
            if word:
                yield word, left * dpi / 72, right * dpi / 72
            word = ""
            continue
        box = text.get_charbox(index, loose=True)
        left = box[0] if not word else left
        right = box[2]
        word += letter
    if word:
        yield word, left * dpi / 72, right * dpi / 72
    document.close()


def count_wrong(found: list[str], expected: list[str]) -> int:
    """Count words lost, added or changed."""
    if found == expected:
        return 0
    matcher = SequenceMatcher(None, expected, found, autojunk=False)
    return sum(
        max(a2 - a1, b2 - b1)
        for kind, a1, a2, b1, b2 in matcher.get_opcodes()
        if kind != "equal"
    )


def measure(
    text: OcrPage,
    dpi: float,
    pdf: Path,
    readers: dict[str, Callable[[Path], str]],
    tally: Tally,
) -> None:
    """Add a page to the tally of its group."""
    words = [word.text for word in text.words]
    tally.pages += 1
    tally.words += len(words)
    tally.short += sum(len(word) == 1 for word in words)
    for name, read in readers.items():
        found = read(pdf)
        wrong = count_wrong(found.split(), words)
        doubled = len(re.findall(r"\S(?:  +|\t)\S", found))
        tally.wrong[name] = tally.wrong.get(name, 0) + wrong
        tally.doubled[name] = tally.doubled.get(name, 0) + doubled
    boxes = [word.box for word in text.words]
    for name, edges in (("poppler", poppler_edges), ("PDFium", pdfium_edges)):
        placed = list(edges(pdf, dpi))
        matcher = SequenceMatcher(None, words, [each[0] for each in placed], False)
        off = tally.off.setdefault(name, [])
        for at, place, count in matcher.get_matching_blocks():
            for step in range(count):
                box, (_, left, right) = boxes[at + step], placed[place + step]
                off += [abs(left - box.left), abs(right - box.right)]


def _report(tallies: dict[str, Tally], readers: Iterable[str]) -> None:
    print(
        "| group | pages | words | of one letter | wrong: "
        + ", ".join(readers)
        + " | spaces not single | x off, px: p95, max (poppler; PDFium) |"
    )
    print("|---|--:|--:|--:|---|---|---|")
    for group, tally in tallies.items():
        wrong = ", ".join(str(count) for count in tally.wrong.values())
        doubled = ", ".join(str(count) for count in tally.doubled.values())
        off = "; ".join(
            f"{np.percentile(each, 95):.2f}, {max(each):.1f}"
            for each in tally.off.values()
        )
        print(
            f"| {group} | {tally.pages} | {tally.words:,} | {tally.short} |"
            f" {wrong} | {doubled} | {off} |"
        )


def main() -> None:
    """Measure all pages and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=2, help="of each group and scan")
    parser.add_argument("--pdfjs", type=Path, help="folder of the package pdfjs-dist")
    parser.add_argument("--only", default="", help="groups that begin so")
    parser.add_argument("--keep", type=Path, help="folder to keep what is wrong in")
    options = parser.parse_args()
    readers: dict[str, Callable[[Path], str]] = {
        "poppler": read_poppler,
        "PDFium": read_pdfium,
    }
    if options.pdfjs is not None:
        readers["pdf.js"] = read_pdfjs(options.pdfjs)
    tallies: dict[str, Tally] = {}
    with tempfile.TemporaryDirectory() as name:
        house, pdf = House(Path(name)), Path(name) / "filed.pdf"
        for number, source in enumerate(sources(options.pages), start=1):
            if not source.group.startswith(options.only):
                continue
            page, data = house.file(source)
            pdf.write_bytes(data)
            tally = tallies.setdefault(source.group, Tally())
            before = sum(tally.wrong.values())
            measure(page.text, page.page.dpi, pdf, readers, tally)
            if options.keep is not None and sum(tally.wrong.values()) > before:
                (options.keep / f"{number}.pdf").write_bytes(data)
                words = "\n".join(line.text for line in page.text.lines)
                (options.keep / f"{number}.txt").write_text(words)
    _report(tallies, readers)


if __name__ == "__main__":
    main()
