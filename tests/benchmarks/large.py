"""Measure what a long scan takes: memory, scratch disk, time to the first page.

    OMP_THREAD_LIMIT=1 python -m tests.benchmarks.large --pages 1000
    OMP_THREAD_LIMIT=1 python -m tests.benchmarks.large --pages 10 100 500

Drawn A4 pages in colour at 300 dpi, each with the noise of a scanner, as JPEGs in one
PDF, go through `sohoa ingest` in processes of their own. Meanwhile the memory of all of
them is summed as proportional shares (PSS: what two of them share counts once), and so
is what lies in the scratch folder. When each page was ready is read from the files that
hold the results. Last figures: large.md beside this file.
"""

import argparse
import io
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pikepdf
from pikepdf import Dictionary, Stream
from PIL import Image

from demo.administrative import Administrative, draw_administrative
from pipeline.pdf.images import embed_picture
from pipeline.settings import default_config, load_counters

_DPI = 300
_WIDTH, _HEIGHT = 595.276, 841.89
_KINDS = 8
"""Different pages; the others are the last seven of these again and again."""

_SECONDS_BETWEEN = 0.5
"""Between two looks at memory and disk."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one scan took."""

    pages: int
    size: int
    """Bytes of the scan."""

    wall: float
    cpu: float
    first_page: float
    """Seconds from the start of the process, its imports included."""

    by_tenth: tuple[float, ...]
    """Wall seconds a page in each tenth of the scan."""

    memory: int
    """Most bytes all processes held at one time."""

    scratch: int
    """Most bytes that lay in the scratch folder at one time."""

    filed: int
    """Bytes of the filed document."""


def draw_scan(pages: int, path: Path) -> None:
    """Write a scan of one paper of *pages* color pages."""
    paper = Administrative(pages=_KINDS, seal=False)
    kinds = [_noisy(page.image) for page in draw_administrative(paper, dpi=_DPI)]
    with pikepdf.new() as pdf:
        for number in range(pages):
            kind = number if number < len(kinds) else 1 + number % (len(kinds) - 1)
            # A comment behind the end of the JPEG makes each a stream of its own.
            _add(pdf, kinds[kind] + f"{number:08}".encode())
        pdf.save(path)


def _add(pdf: pikepdf.Pdf, jpeg: bytes) -> None:
    pdf.add_blank_page(page_size=(_WIDTH, _HEIGHT))
    page = pdf.pages[-1]
    image = embed_picture(pdf, jpeg, ".jpg")
    page.obj.Resources = Dictionary(XObject=Dictionary(Im0=image))
    paint = f"q {_WIDTH} 0 0 {_HEIGHT} 0 0 cm /Im0 Do Q".encode()
    page.obj.Contents = pdf.make_indirect(Stream(pdf, paint))


def _noisy(page: np.ndarray) -> bytes:
    gray = page if page.ndim == 2 else page[..., 0]
    color = np.stack([gray, gray, gray], axis=-1).astype(np.int16)
    noise = np.random.default_rng(1).normal(0, 3, color.shape)
    color += noise.astype(np.int16) - np.array([4, 8, 16], np.int16)
    target = io.BytesIO()
    Image.fromarray(np.clip(color, 0, 255).astype(np.uint8)).save(
        target, "JPEG", quality=80, dpi=(_DPI, _DPI)
    )
    return target.getvalue()


def watch(command: list[str], home: Path) -> tuple[float, float, int, int]:
    """Run *command*; gives wall and CPU seconds, most memory and most scratch."""
    started = time.perf_counter()
    before = os.times()
    memory = scratch = 0
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            memory = max(memory, sum(map(_share, _with_children(process.pid))))
            scratch = max(scratch, _size(home / "scratch"))
            time.sleep(_SECONDS_BETWEEN)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait()
    after = os.times()
    cpu = after.children_user + after.children_system
    cpu -= before.children_user + before.children_system
    if process.returncode:
        raise SystemExit(f"sohoa ended with {process.returncode}")
    return time.perf_counter() - started, cpu, memory, scratch


def _with_children(process: int) -> Iterator[int]:
    yield process
    try:
        threads = list(Path(f"/proc/{process}/task").iterdir())
        children = [(each / "children").read_text().split() for each in threads]
    except OSError:  # it has just ended
        return
    for child in {int(number) for found in children for number in found}:
        yield from _with_children(child)


def _share(process: int) -> int:
    """Bytes of memory a process holds, its part of what is shared included."""
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0
    line = next(line for line in text.splitlines() if line.startswith("Pss:"))
    return int(line.split()[1]) * 1024


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue
    return total


def measure(pages: int, folder: Path, workers: int) -> Figures:
    """Ingest a scan of *pages* pages and tell what it took."""
    scan, home = folder / "scan.pdf", folder / "home"
    draw_scan(pages, scan)
    counter = load_counters(default_config())[0].id
    os.environ["PIPELINE_READING__WORKERS"] = str(workers)
    began = time.time()
    wall, cpu, memory, scratch = watch(
        [
            *(sys.executable, "-m", "pipeline", "ingest", str(scan)),
            *("--counter", counter, "--home", str(home), "--json"),
        ],
        home,
    )
    ready = sorted(
        path.stat().st_mtime - began
        for path in home.rglob("work/**/*.json")
        if path.stem.isdigit()
    )
    assert len(ready) == pages, len(ready)
    return Figures(
        pages=pages,
        size=scan.stat().st_size,
        wall=wall,
        cpu=cpu,
        first_page=ready[0],
        by_tenth=tuple(_by_tenth(ready)),
        memory=memory,
        scratch=scratch,
        filed=sum(path.stat().st_size for path in home.rglob("dossiers/**/*.pdf")),
    )


def _by_tenth(ready: list[float]) -> Iterator[float]:
    tenth = len(ready) // 10
    for number in range(10):
        first, last = number * tenth, (number + 1) * tenth - 1
        if last > first:
            yield (ready[last] - ready[first]) / (last - first)


def show(each: Figures) -> None:
    """Print a row."""
    tenths = " ".join(f"{seconds:.2f}" for seconds in each.by_tenth)
    print(
        f"| {each.pages} | {each.size / 1e6:.0f} | {each.wall:.0f} "
        f"| {each.cpu / each.pages:.2f} | {each.first_page:.1f} "
        f"| {each.memory / 1e6:.0f} | {each.scratch / each.size:.2f} "
        f"| {each.filed / 1e6:.0f} | {tenths} |",
        flush=True,
    )


def main() -> None:
    """Measure scans of the asked lengths and print a Markdown table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pages", type=int, nargs="+", default=[10, 100])
    options.add_argument("--workers", type=int, default=2)
    chosen = options.parse_args()
    print(
        "| pages | scan MB | wall s | CPU s a page | first page s | memory MB "
        "| scratch / scan | filed MB | wall s a page in each tenth |"
    )
    print("|--:|--:|--:|--:|--:|--:|--:|--:|---|")
    for pages in chosen.pages:
        with tempfile.TemporaryDirectory() as folder:
            show(measure(pages, Path(folder), chosen.workers))


if __name__ == "__main__":
    main()
