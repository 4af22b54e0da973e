"""Measure which badly scanned pages are found, and how often a good one is blamed.

    python -m tests.benchmarks.quality --pages 8 --seed 1

Spoilt pages are drawn in grades of each defect; good ones are every grade of the
reading benchmark, pages that look odd and are not, and every real scan there is.
Last figures: quality.md beside this file.
"""

import argparse
import io
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.bootstrap import App, open_app
from pipeline.imaging.arrays import to_gray
from pipeline.imaging.defects import DefectLimits, find_defects
from pipeline.imaging.quality import measure_quality, see_ink
from pipeline.model.quality import Defect
from pipeline.model.scan import MediaType
from pipeline.model.state import BatchRecord
from pipeline.pdf.rasterize import open_scan
from pipeline.settings import Settings, default_config
from tests.benchmarks.pages import draw_grades
from tests.benchmarks.papers import SAMPLES, draw_paper
from tests.benchmarks.spoilt import draw_odd, draw_spoilt
from tests.drawing import Pixels, to_pdf

LIMITS = DefectLimits()

_COARSE_GRADES = ("150 dpi",)
"""Grades of the reading benchmark that the law calls too coarse."""


class Tally:
    """Counts of pages, and of those on which a defect was found, by grade."""

    def __init__(self) -> None:
        self.pages: dict[str, int] = defaultdict(int)
        self.found: dict[str, dict[Defect, int]] = defaultdict(lambda: defaultdict(int))
        self.seconds: list[float] = []

    def add(self, grade: str, page: Pixels, dpi: float) -> None:
        """Judge a page."""
        began = time.process_time()
        gray = to_gray(page)
        ink = see_ink(gray)
        found = find_defects(ink, dpi, measure_quality(ink, dpi), LIMITS)
        self.seconds.append(time.process_time() - began)
        self.pages[grade] += 1
        for defect in found:
            self.found[grade][defect] += 1


def good_pages(pages: int, seed: int) -> Iterator[tuple[str, Pixels, int]]:
    """Hand out pages that nobody should scan again: grade, page and dpi."""
    for page in draw_grades(pages, seed):
        if page.grade in _COARSE_GRADES or page.media_type is MediaType.PDF:
            continue
        with Image.open(io.BytesIO(page.data)) as picture:
            dpi = round(picture.info["dpi"][0])
            yield page.grade, np.array(picture, np.uint8), dpi
    yield from draw_odd(pages, seed)
    yield from _real_scans()


def _real_scans() -> Iterator[tuple[str, Pixels, int]]:
    paths = [*(SAMPLES / "scans").glob("*.pdf"), *(SAMPLES / "tiff").glob("*.tif")]
    for path in sorted([*paths, *(SAMPLES / "separators").glob("*.pdf")]):
        kind = MediaType.TIFF if path.suffix == ".tif" else MediaType.PDF
        with open_scan(Path(path), kind) as scan:
            for number in range(1, scan.page_count + 1):
                raster = scan.render(number, max_dpi=300)
                if raster.words is None:
                    yield f"real: {path.parent.name}", raster.image, round(raster.dpi)


def time_scan(pages: int, seed: int) -> float:
    """Measure the seconds from a scan's acceptance until all its pages are judged.

    A color scan at 300 dpi goes the way of a dropped file: through the receiver, and
    past the desk of `pipeline.usecases.inspect`, with processes yet to be started.
    """
    papers = [draw_paper(index, seed, dpi=300) for index in range(min(pages, 6))]
    images = [papers[index % len(papers)].image for index in range(pages)]
    with tempfile.TemporaryDirectory() as folder:
        scan = Path(folder) / "scan.pdf"
        scan.write_bytes(to_pdf(images, 300, "jpeg", quality=80))
        settings = Settings(home=Path(folder) / "home", config=default_config())
        with open_app(settings) as app:
            claimed = app.inbox.adopt(scan, app.counters[0].id)
            began = time.perf_counter()
            record = app.receiver.receive(claimed)
            assert isinstance(record, BatchRecord)
            app.desk.ask(record, claimed)
            while _defects(app, record) is None:
                time.sleep(0.05)
            return time.perf_counter() - began


def _defects(app: App, record: BatchRecord) -> object:
    found = app.catalog.batch(record.batch.id)
    return found.defects if found else None


def main() -> None:
    """Run the measurements and print Markdown tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pages", type=int, default=4, help="drawn, of each grade")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--scan", type=int, default=30, help="pages of a timed scan")
    chosen = options.parse_args()
    seconds = time_scan(chosen.scan, chosen.seed)
    print(f"{chosen.scan} pages in colour at 300 dpi: judged {seconds:.1f} s after")
    print("acceptance, the original's safe-keeping included.\n")
    spoilt, expected = Tally(), {}
    for defect, grade, page, dpi in draw_spoilt(chosen.pages, chosen.seed):
        spoilt.add(grade, page, dpi)
        expected[grade] = defect
    good = Tally()
    for grade, page, dpi in good_pages(chosen.pages, chosen.seed):
        good.add(grade, page, dpi)
    sys.stderr.write("\n")
    _show_spoilt(spoilt, expected)
    _show_good(good)
    every = [1000 * each for each in spoilt.seconds + good.seconds]
    print(
        f"\nCPU ms a page: median {statistics.median(every):.0f}, "
        f"worst {max(every):.0f}, beside drawing it."
    )


def _show_spoilt(tally: Tally, expected: dict[str, Defect]) -> None:
    print("| defect | grade | pages | found % | also said |")
    print("|---|---|--:|--:|---|")
    for grade, defect in expected.items():
        count, found = tally.pages[grade], tally.found[grade]
        others = ", ".join(
            f"{other} {number}" for other, number in found.items() if other != defect
        )
        share = 100 * found[defect] / count
        print(f"| {defect} | {grade} | {count} | {share:.0f} | {others} |")


def _show_good(tally: Tally) -> None:
    blamed = sum(max(found.values(), default=0) for found in tally.found.values())
    count = sum(tally.pages.values())
    print(f"\nGood pages: {count}, blamed: {blamed} ({100 * blamed / count:.2f} %).\n")
    for grade, found in tally.found.items():
        said = ", ".join(f"{defect} {number}" for defect, number in found.items())
        if said:
            print(f"- {grade}: {said} of {tally.pages[grade]}")


if __name__ == "__main__":
    main()
