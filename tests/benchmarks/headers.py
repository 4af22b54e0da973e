"""Measure how heads of papers are read: order of the columns, numbers and dates.

    python -m tests.benchmarks.headers --heads 300 --seed 1

Each head goes, as a file, through the real reading path, the splitting and the
extraction, as at a counter. For number and date the outcome is one of: accepted and
right, accepted and WRONG (must never be), shown to a person with the right candidate,
with another one, or without; or missing. Last figures: headers.md beside this file.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz.distance import LCSseq

from pipeline.bootstrap import open_page_reader
from pipeline.extract.rules import extract_fields
from pipeline.model.dossier import Field, FieldStatus
from pipeline.model.scan import MediaType
from pipeline.model.template import UNKNOWN, DocType
from pipeline.model.text import OcrPage, ReadPage
from pipeline.model.unicode import normalize
from pipeline.pdf.rasterize import open_scan
from pipeline.settings import FilingSettings, Settings
from pipeline.split.boundaries import split_pages
from pipeline.templates import load_doctypes
from pipeline.usecases.read import PageReader, PageTask
from tests import drawing
from tests.benchmarks.drawn_headers import WEAR, draw_heads
from tests.benchmarks.pages import SAMPLES
from tests.drawing import Pixels, to_date_line

_BATCH = "0" * 32
_OUTCOMES = ("right", "WRONG", "review, right", "review, other", "review, -", "missing")
_FIELDS = ("so_ky_hieu", "ngay_ban_hanh")
_NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
_SLOGAN = "Độc lập - Tự do - Hạnh phúc"


@dataclass(frozen=True, slots=True)
class Head:
    """A first page as a file, and what its head says."""

    grade: str
    data: bytes
    media_type: MediaType
    number: str
    issued: str
    """ISO 8601."""

    columns: str = ""
    """Its head, left column then right; empty where that is not measured."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What became of a head."""

    head: Head
    outcomes: tuple[str, str]
    """Of number and date."""

    cpu: float
    text: OcrPage


class ReadingPath:
    """The reading path of a counter, over a store in a folder of its own."""

    def __init__(self, home: Path) -> None:
        filing = FilingSettings(layers=False)  # pages are not filed here
        settings = Settings(home=home, filing=filing)
        self.reader: PageReader = open_page_reader(settings)
        self.doctypes = load_doctypes(settings.config)
        self.folder = home
        self.count = 0

    def measure(self, head: Head) -> Measured:
        self.count += 1
        path = self.folder / f"{self.count:05}"
        path.write_bytes(head.data)
        recipe = f"bench-{self.count}"
        started = time.process_time()
        self.reader.read(PageTask(_BATCH, recipe, path, head.media_type, 1))
        page = self.reader.archive.find_page(_BATCH, recipe, 1)
        assert page is not None
        fields = self._fields(page)
        outcomes = (
            _outcome(fields[_FIELDS[0]], head.number),
            _outcome(fields[_FIELDS[1]], head.issued),
        )
        cpu = time.process_time() - started
        self.reader.close()
        path.unlink()
        return Measured(head, outcomes, cpu, page.text)

    def _fields(self, page: ReadPage) -> dict[str, Field]:
        (span,) = split_pages((page,), self.doctypes)
        known = (each for each in self.doctypes if each.code == span.doctype)
        doctype = next(known, DocType(UNKNOWN, ""))
        return {each.name: each for each in extract_fields((page,), span, doctype)}


def _outcome(field: Field, truth: str) -> str:
    right = field.value == truth
    if field.status is FieldStatus.OK:
        return "right" if right else "WRONG"
    if field.status is FieldStatus.MISSING:
        return "missing"
    if field.value is None:
        return "review, -"
    return "review, right" if right else "review, other"


def drawn(count: int, seed: int) -> Iterator[Head]:
    """Draw heads in every wear."""
    for each in draw_heads(count, seed):
        data = drawing.to_png(each.image, each.dpi)
        grade = "sealed" if "seal" in each.marks else each.grade
        yield Head(grade, data, MediaType.PNG, each.number, each.issued.isoformat())


def real() -> Iterator[Head]:
    """Hand out the first pages of the real scans; none where they are not."""
    for paper in _papers():
        data = (SAMPLES / paper["file"]).read_bytes()
        yield Head(
            "real",
            data,
            MediaType.PDF,
            paper["so_ky_hieu"],
            paper["ngay_ban_hanh"],
            _columns(paper),
        )


def real_worn(seed: int) -> Iterator[Head]:
    """Put the real first pages through every wear."""
    for paper in _papers():
        with open_scan(SAMPLES / paper["file"], MediaType.PDF) as scan:
            raster = scan.render(1)
        pixels: Pixels = raster.image
        for grade, wear in WEAR.items():
            worn = wear(pixels, random.Random(f"{seed} {grade}"))
            yield Head(
                f"real, {grade}",
                drawing.to_png(worn, round(raster.dpi)),
                MediaType.PNG,
                paper["so_ky_hieu"],
                paper["ngay_ban_hanh"],
                _columns(paper),
            )


def _papers() -> list[dict[str, str]]:
    truth = SAMPLES / "truth.json"
    if not truth.exists():
        return []
    papers: list[dict[str, str]] = json.loads(truth.read_text(encoding="utf-8"))
    return [paper for paper in papers if paper["file"].startswith("scans/")]


def _columns(paper: dict[str, str]) -> str:
    from datetime import date

    issued = date.fromisoformat(paper["ngay_ban_hanh"])
    return "\n".join(
        (
            paper["co_quan_ban_hanh"].upper(),
            f"Số: {paper['so_ky_hieu']}",
            _NATION,
            _SLOGAN,
            to_date_line("Hà Nội", issued),
        )
    )


def order_error(text: OcrPage, columns: str) -> tuple[int, int, int]:
    """Count the words of a head, those not read in its order, and those not read.

    Words of stamps are no part of the head; they do not count where they stand
    between its words.
    """
    wanted = normalize(columns).split()
    seen = [word for line in text.lines[:_HEAD_LINES] for word in line.text.split()]
    in_order = LCSseq.similarity(wanted, seen)
    found = (Counter(wanted) & Counter(seen)).total()
    return len(wanted), len(wanted) - in_order, len(wanted) - found


_HEAD_LINES = 16
"""Lines of a page in which all of its head is, stamps and all."""


def show(measured: Iterable[Measured]) -> None:
    by_grade: dict[str, list[Measured]] = defaultdict(list)
    for each in measured:
        by_grade[each.head.grade].append(each)
    names = [f"{field} {name}" for field in ("number", "date") for name in _OUTCOMES]
    print("| heads | n |", " | ".join(names), "|")
    print("|---|" + "--:|" * (1 + len(names)))
    whole: Counter[str] = Counter()
    for grade, rows in sorted(by_grade.items()):
        counts = _count(rows)
        whole += counts
        cells = " | ".join(str(counts[name] or "") for name in names)
        print(f"| {grade} | {len(rows)} | {cells} |")
    print("| **all** |", sum(map(len, by_grade.values())), end=" | ")
    print(" | ".join(f"**{whole[name]}**" for name in names), "|")


def _count(rows: list[Measured]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for row in rows:
        for field, outcome in zip(("number", "date"), row.outcomes, strict=True):
            counts[f"{field} {outcome}"] += 1
    return counts


def show_order(measured: Iterable[Measured]) -> None:
    """Print a row a scan: words of its head, out of order, not found."""
    print("\n| head | words | ordered word errors % | recall |")
    print("|---|--:|--:|--:|")
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for each in measured:
        if not each.head.columns:
            continue
        counts = order_error(each.text, each.head.columns)
        for name in ((each.head.grade), "all"):
            sums[name] = [a + b for a, b in zip(sums[name], counts, strict=True)]
    for name, (words, errors, lost) in sums.items():
        shares = f"{100 * errors / words:.1f} | {1 - lost / words:.3f}"
        print(f"| {name} | {words} | {shares} |")


def main() -> None:
    """Run the measurements and print Markdown tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--heads", type=int, default=300, help="drawn heads")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--no-real", action="store_true")
    options.add_argument("--worn", action="store_true", help="real scans in every wear")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        path = ReadingPath(Path(name))
        sources = [] if chosen.no_real else [real()]
        if chosen.worn:
            sources.append(real_worn(chosen.seed))
        sources.append(drawn(chosen.heads, chosen.seed))
        measured: list[Measured] = []
        for source in sources:
            for head in source:
                measured.append(path.measure(head))
                last = measured[-1]
                sys.stderr.write(f"\r{len(measured)}")
                if last.outcomes != ("right", "right"):
                    sys.stderr.write(
                        f" {head.grade} {head.number} {head.issued} {last.outcomes}\n"
                    )
        show(measured)
        show_order(measured)
        print(f"\n{statistics.mean(m.cpu for m in measured):.2f} CPU s a head")


if __name__ == "__main__":
    main()
