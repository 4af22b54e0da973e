"""Measure how well and how fast pages are read, beside the bare reader.

    python -m tests.benchmarks.read --pages 4 --seed 1
    python -m tests.benchmarks.read --grades tilt specks --peer ocrmypdf
    python -m tests.benchmarks.read --grades "real, pages" --pages 0 --careful

Each page goes, as a file, through the real reading path and through Tesseract alone:
the same model and engine mode, page segmentation 3, on the page as it is in the file.
The two take turns in processes of their own, so that a busy machine slows both. Last
figures: read.md beside this file.
"""

import argparse
import hashlib
import multiprocessing
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Literal

import tesserocr

from pipeline.bootstrap import open_page_reader
from pipeline.model.scan import MediaType
from pipeline.ocr.engine import find_tessdata
from pipeline.pdf.rasterize import open_scan
from pipeline.settings import Settings
from pipeline.usecases.read import PageReader, PageTask
from tests.benchmarks.pages import BenchPage, draw_grades, real_pages
from tests.benchmarks.score import Score, score, total
from tests.drawing import to_pdf

RECIPE = "benchmark"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one reader made of one page, and what it cost."""

    text: str
    wall: float
    cpu: float
    stages: tuple[tuple[str, float], ...]
    """CPU seconds by stage."""

    peak: int
    """Most memory its process has held so far, bytes."""


class _Here:
    """What a reading process keeps from page to page."""

    reader: PageReader
    bare: tesserocr.PyTessBaseAPI


def start_sohoa(home: Path) -> None:
    settings = Settings(home=home)
    _Here.reader = open_page_reader(settings)
    _Here.reader.clock = time.process_time


def read_by_sohoa(path: Path, media_type: MediaType, number: int) -> Outcome:
    return _read_by_sohoa(path, media_type, number, careful=False)


def read_carefully(path: Path, media_type: MediaType, number: int) -> Outcome:
    """Read as a counter's or procedure's ``careful`` asks for."""
    return _read_by_sohoa(path, media_type, number, careful=True)


def _read_by_sohoa(
    path: Path, media_type: MediaType, number: int, *, careful: bool
) -> Outcome:
    batch = hashlib.sha256(str(path).encode()).hexdigest()[:32]
    task = PageTask(batch, RECIPE, path, media_type, number, careful=careful)
    wall, cpu = time.perf_counter(), time.process_time()
    receipt = _Here.reader.read(task)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    found = _Here.reader.archive.find_page(batch, RECIPE, number)
    assert found is not None
    return Outcome(found.text.text, wall, cpu, receipt.seconds, _peak())


def start_bare(model: str) -> None:
    _Here.bare = tesserocr.PyTessBaseAPI(
        path=f"{find_tessdata(None)}/",
        lang=model,
        oem=tesserocr.OEM.LSTM_ONLY,
        psm=tesserocr.PSM.AUTO,
        variables={"debug_file": "/dev/null"},
    )


def read_bare(path: Path, media_type: MediaType, number: int) -> Outcome:
    with open_scan(path, media_type) as scan:
        page = scan.render(number)
    height, width = page.image.shape[:2]
    channels = 1 if page.image.ndim == 2 else 3
    pixels = page.image.tobytes()
    wall, cpu = time.perf_counter(), time.process_time()
    _Here.bare.SetImageBytes(pixels, width, height, channels, width * channels)
    _Here.bare.SetSourceResolution(round(page.dpi))
    text = _Here.bare.GetUTF8Text()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Outcome(text, wall, cpu, (("recognize", cpu),), _peak())


def start_ocrmypdf(folder: Path) -> None:
    link_models(folder)
    os.environ["TESSDATA_PREFIX"] = str(folder)


def link_models(folder: Path) -> None:
    """Put our model among the program's own files, which OCRmyPDF needs as well."""
    system = next(Path("/usr/share/tesseract-ocr").glob("*/tessdata"))
    folder.mkdir()
    for path in system.iterdir():
        (folder / path.name).symlink_to(path)
    model = folder / "vie.traineddata"
    model.unlink(missing_ok=True)
    model.symlink_to((find_tessdata(None) / model.name).resolve())


def read_by_ocrmypdf(path: Path, media_type: MediaType, number: int) -> Outcome:
    """Let OCRmyPDF read one page as its documentation advises for scans."""
    source, made = path.with_suffix(".peer.pdf"), path.with_suffix(".read.pdf")
    with open_scan(path, media_type) as scan:
        page = scan.render(number)
    mode: Literal["g4", "jpeg"] = "g4" if page.bilevel else "jpeg"
    source.write_bytes(to_pdf([page.image], round(page.dpi), mode, quality=95))
    clean = ["--clean"] if shutil.which("unpaper") else []
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall = time.perf_counter()
    subprocess.run(
        [
            *("ocrmypdf", "--quiet", "-l", "vie", "--deskew", "--rotate-pages"),
            *(*clean, "--force-ocr", "--output-type", "pdfa", "--jobs", "1"),
            *(str(source), str(made)),
        ],
        check=True,
    )
    wall = time.perf_counter() - wall
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    text = subprocess.run(
        ["pdftotext", "-raw", str(made), "-"], check=True, capture_output=True
    ).stdout.decode()
    return Outcome(text, wall, cpu, (), after.ru_maxrss * 1024)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


Read = Callable[[Path, MediaType, int], Outcome]


@dataclass(frozen=True, slots=True)
class Contestant:
    """One way to read pages, in a process of its own."""

    name: str
    read: Read
    process: Executor


def measure(
    pages: Iterable[BenchPage], contestants: Iterable[Contestant], folder: Path
) -> dict[str, dict[str, list[tuple[Score, Outcome]]]]:
    """Let the contestants read the pages by turns; results by grade and name."""
    results: dict[str, dict[str, list[tuple[Score, Outcome]]]]
    results = defaultdict(lambda: defaultdict(list))
    for index, page in enumerate(pages):
        path = folder / f"{index:04}"
        path.write_bytes(page.data)
        for each in contestants:
            done = each.process.submit(each.read, path, page.media_type, page.number)
            outcome = done.result()
            results[page.grade][each.name].append(
                (score(outcome.text, page.orders), outcome)
            )
        sys.stderr.write(f"\r{index + 1} {page.grade:40}")
    sys.stderr.write("\n")
    return results


def show(results: dict[str, dict[str, list[tuple[Score, Outcome]]]]) -> None:
    """Print a row a grade, each reader's figures side by side."""
    names = list(next(iter(results.values())))
    print(f"Each cell: {' / '.join(names)}.\n")
    print(
        "| grade | pages | CER % | CER % without marks | WER % | words found % "
        "| words | CPU s | wall s |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    for grade, by_name in results.items():
        rows = [_figures(by_name[name]) for name in names]
        cells = [" / ".join(column) for column in zip(*rows, strict=True)]
        print(f"| {grade} | {len(by_name[names[0]])} | {' | '.join(cells)} |")
    print()
    every = {
        name: [one for by_name in results.values() for one in by_name[name]]
        for name in names
    }
    for name, readings in every.items():
        peak = max(outcome.peak for _, outcome in readings) / 1e6
        cpu = statistics.mean(outcome.cpu for _, outcome in readings)
        print(f"- {name}: {cpu:.2f} CPU s a page, at most {peak:.0f} MB")
    _show_stages(every["sohoa"])


def _figures(readings: list[tuple[Score, Outcome]]) -> list[str]:
    whole = total(found for found, _ in readings)
    letters, words = max(whole.letters, 1), max(whole.words, 1)
    shares = (
        f"{100 * whole.letter_errors / letters:.2f}",
        f"{100 * whole.plain_errors / letters:.2f}",
        f"{100 * whole.word_errors / words:.2f}",
        f"{100 * whole.found / words:.1f}",
    )
    return [
        *(shares if whole.words else ("-",) * 4),
        str(whole.read),
        f"{statistics.mean(outcome.cpu for _, outcome in readings):.2f}",
        f"{statistics.mean(outcome.wall for _, outcome in readings):.2f}",
    ]


def _show_stages(readings: list[tuple[Score, Outcome]]) -> None:
    spent: dict[str, list[float]] = defaultdict(list)
    for _, outcome in readings:
        for stage, seconds in outcome.stages:
            spent[stage].append(1000 * seconds)
    print("\n| stage | median CPU ms a page | mean |")
    print("|---|--:|--:|")
    for stage, times in spent.items():
        print(f"| {stage} | {statistics.median(times):.0f} | {_mean(times):.0f} |")
    beside = sum(_mean(times) for stage, times in spent.items() if stage != "recognize")
    part = beside / _mean(spent["recognize"])
    print(f"\nEverything beside recognition: {beside:.0f} ms, {part:.2f} of it.")


def _mean(times: list[float]) -> float:
    return statistics.mean(times)


def main() -> None:
    """Run the measurements and print Markdown tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pages", type=int, default=4, help="drawn, of each grade")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--grades", nargs="*", help="only those that begin so")
    options.add_argument(
        "--careful", action="store_true", help="also read twice, as a procedure may ask"
    )
    options.add_argument("--peer", choices=["ocrmypdf"], help="another reader, too")
    chosen = options.parse_args()
    pages: Iterable[BenchPage] = chain(
        real_pages(), draw_grades(chosen.pages, chosen.seed)
    )
    if chosen.grades:
        wanted = tuple(chosen.grades)
        pages = (page for page in pages if page.grade.startswith(wanted))
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        contestants = _contestants(chosen.peer, folder, stack, careful=chosen.careful)
        results = measure(pages, contestants, folder)
        show(results)


def _contestants(
    peer: str | None, folder: Path, stack: ExitStack, *, careful: bool
) -> tuple[Contestant, ...]:
    def process(start: Callable[..., None], *args: object) -> Executor:
        context = multiprocessing.get_context("spawn")
        return stack.enter_context(
            ProcessPoolExecutor(1, context, initializer=start, initargs=args)
        )

    model = Settings().reading.model
    chosen = [Contestant("sohoa", read_by_sohoa, process(start_sohoa, folder / "home"))]
    if careful:
        twice = process(start_sohoa, folder / "careful")
        chosen.append(Contestant("careful", read_carefully, twice))
    chosen.append(Contestant("Tesseract", read_bare, process(start_bare, model)))
    if peer is None:
        return tuple(chosen)
    if shutil.which(peer) is None:
        print(f"{peer} is not installed: left out.\n")
        return tuple(chosen)
    other = process(start_ocrmypdf, folder / "tessdata")
    return *chosen, Contestant("OCRmyPDF", read_by_ocrmypdf, other)


if __name__ == "__main__":
    main()
