"""Compare the whole job with OCRmyPDF on one long scan, on the same processors.

    OMP_THREAD_LIMIT=1 python -m tests.benchmarks.throughput --pages 60

One PDF of drawn pages, each worn in one of the grades of the reading benchmark that a
counter's scanner makes, is digitized by `sohoa ingest` and by OCRmyPDF as its manual
advises for scans: with the same model, one after the other, each with all processors.
What counts for both is the text that poppler copies from the file they made. Last
figures: throughput.md beside this file.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.pdf.rasterize import open_scan
from pipeline.settings import default_config, load_counters
from tests import drawing
from tests.benchmarks.pages import BenchPage, draw_grades
from tests.benchmarks.read import link_models
from tests.benchmarks.score import Score, score, total

_GRADES = (
    "clean 200 dpi",
    "tilt 0.5°",
    "tilt 2°",
    "turned 180°",
    "specks 0.5 %",
    "uneven light",
    "black borders, holes",
    "JPEG 60",
    "bilevel 200 dpi",
    "12 pt",
)
_DPI = 200


@dataclass(frozen=True, slots=True)
class Run:
    """What one program made of the scan, and what it cost."""

    name: str
    wall: float
    cpu: float
    size: int
    result: Score


def draw_scan(pages: int, seed: int, path: Path) -> list[BenchPage]:
    """Write the scan, gray as from a feeder; returns its pages."""
    each = -(-pages // len(_GRADES))
    chosen = [page for page in draw_grades(each, seed) if page.grade in _GRADES]
    images = []
    for page in chosen[:pages]:
        source = path.with_suffix(".page")
        source.write_bytes(page.data)
        with open_scan(source, page.media_type) as scan:
            images.append(_gray(scan.render(page.number).image))
    path.write_bytes(drawing.to_pdf(images, _DPI, "jpeg", quality=80))
    return chosen[:pages]


def _gray(image: np.ndarray) -> np.ndarray:
    return image if image.ndim == 2 else drawing.gray(image)


def read_by_sohoa(scan: Path, folder: Path) -> list[Path]:
    """Digitize and file the scan; returns the filed documents in order."""
    counter = load_counters(default_config())[0].id
    home = folder / "home"
    subprocess.run(
        [
            *(sys.executable, "-m", "pipeline", "ingest", str(scan)),
            *("--counter", counter, "--home", str(home), "--json"),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return sorted(home.rglob("dossiers/**/*.pdf"))


def read_by_ocrmypdf(scan: Path, folder: Path) -> list[Path]:
    """Let OCRmyPDF make a searchable archive file of the scan."""
    made = folder / "ocrmypdf.pdf"
    clean = ["--clean"] if shutil.which("unpaper") else []
    models = folder / "tessdata"
    link_models(models)
    subprocess.run(
        [
            *("ocrmypdf", "--quiet", "-l", "vie", "--deskew", "--rotate-pages"),
            *(*clean, "--force-ocr", "--output-type", "pdfa"),
            *("--jobs", str(os.cpu_count()), str(scan), str(made)),
        ],
        check=True,
        env=os.environ | {"TESSDATA_PREFIX": str(models)},
    )
    return [made]


def measure(
    name: str,
    read: Callable[[Path, Path], list[Path]],
    scan: Path,
    pages: list[BenchPage],
    folder: Path,
) -> Run:
    """Let one program do the job and compare its text page by page."""
    before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    files = read(scan, folder)
    wall, after = (
        time.perf_counter() - wall,
        resource.getrusage(resource.RUSAGE_CHILDREN),
    )
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    texts = [text for file in files for text in _pages(file)]
    if len(texts) != len(pages):
        raise SystemExit(f"{name} made {len(texts)} pages of {len(pages)}")
    scores = (score(text, page.orders) for text, page in zip(texts, pages, strict=True))
    return Run(name, wall, cpu, sum(f.stat().st_size for f in files), total(scores))


def _pages(file: Path) -> list[str]:
    text = subprocess.run(
        ["pdftotext", "-raw", str(file), "-"], check=True, capture_output=True
    ).stdout.decode()
    return text.split("\f")[:-1]


def show(runs: list[Run], pages: int) -> None:
    """Print a row for each program, and the ratio of the two."""
    print(
        "| program | pages | wall s | pages a second | CPU s a page "
        "| processors busy | CER % | WER % | kB a page |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    for run in runs:
        found = run.result
        print(
            f"| {run.name} | {pages} | {run.wall:.0f} | {pages / run.wall:.2f} "
            f"| {run.cpu / pages:.2f} | {run.cpu / run.wall:.2f} "
            f"| {100 * found.letter_errors / found.letters:.2f} "
            f"| {100 * found.word_errors / found.words:.2f} "
            f"| {run.size / pages / 1000:.0f} |"
        )
    ours, peer = runs
    print(
        f"\nPages a second: {peer.wall / ours.wall:.1f} times the peer's; "
        f"processor's time: {ours.cpu / peer.cpu:.2f} of it."
    )


def main() -> None:
    """Draw the scan, let both read it, print a Markdown table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pages", type=int, default=60)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    if shutil.which("ocrmypdf") is None:
        raise SystemExit("ocrmypdf is not on the PATH")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scan = folder / "scan.pdf"
        pages = draw_scan(chosen.pages, chosen.seed, scan)
        programs = {"sohoa": read_by_sohoa, "OCRmyPDF": read_by_ocrmypdf}
        runs = [measure(*each, scan, pages, folder) for each in programs.items()]
        show(runs, len(pages))


if __name__ == "__main__":
    main()
