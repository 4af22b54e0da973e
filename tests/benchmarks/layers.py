"""Measure pages filed as ink and paper against the same pages filed as JPEG.

    python -m tests.benchmarks.layers
    python -m tests.benchmarks.layers --crops /tmp/crops --skip-reading
    python -m tests.benchmarks.layers --jbig2 .cache/bin/jbig2 --skip-reading

Real pages in colour or grey, drawn ones with seal, stamp and signature, and drawn ones
that must stay JPEG. Each is put into a PDF three ways (untouched, JPEG, layers), drawn
by poppler and read again; words are counted wrong against the reading of the page
itself, so the untouched page shows what drawing alone costs. Last figures: layers.md.
"""

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.imaging.fidelity import Fidelity, measure_fidelity
from pipeline.imaging.layers import find_layers
from pipeline.imaging.prepare import PrepareOptions, prepare
from pipeline.model.scan import MediaType, Page
from pipeline.model.text import OcrPage
from pipeline.ocr.engine import OcrEngine, find_tessdata, open_engine
from pipeline.pdf.assemble import PdfMetadata, PdfPage, assemble_pdf
from pipeline.pdf.jbig2 import Jbig2Coder, find_coder
from pipeline.pdf.layers import LAYERS_SUFFIX, encode_layers
from pipeline.pdf.picture import encode_picture
from pipeline.pdf.rasterize import open_scan
from pipeline.pdf.second_renderer import draw_with_poppler
from pipeline.pdf.survey import Sheet
from tests.benchmarks.papers import SAMPLES
from tests.benchmarks.score import Score, score, total
from tests.drawing import Pixels
from tests.imaging.spoilt import SPOILT, draw_letter, scanned
from tests.pdf.drawn import scan_pdf

_META = PdfMetadata("Bench", datetime(2026, 11, 24, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class LayerPage:
    """A page to measure, and the group it is counted in."""

    group: str
    name: str
    image: Pixels
    dpi: float
    crop: tuple[int, int] = (0, 0)
    """Corner of what is worth looking at, millimetres."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a page takes."""

    page: LayerPage
    jpeg: int
    """Bytes of the PDF, without words."""

    layers: int | None
    """None: stays JPEG."""

    cpu: float
    """Seconds to take it apart, compare and encode."""

    fidelity: Fidelity
    scores: tuple[Score, Score, Score] | None
    """Untouched, JPEG, layers."""


def real_pages() -> Iterator[LayerPage]:
    """Hand out the samples that are not bilevel; three pages of one born digital."""
    sources = [(path, 99) for path in sorted((SAMPLES / "scans").glob("*.pdf"))]
    sources += [(path, 3) for path in sorted((SAMPLES / "born_digital").glob("*.pdf"))]
    for path, most in sources:
        with open_scan(path, MediaType.PDF) as scan:
            for number in range(1, min(most, scan.page_count) + 1):
                raster = scan.render(number, max_dpi=300)
                if not raster.bilevel:
                    dpi = round(raster.dpi)
                    kind = "born digital" if raster.words else f"real, {dpi} dpi"
                    name = f"{path.stem[:16]} {number}"
                    yield LayerPage(kind, name, raster.image, dpi, (100, 165))


def drawn_pages() -> Iterator[LayerPage]:
    """Draw letters with seal, stamp and signature, as a scanner gives them."""
    for dpi in (200, 300):
        for index in range(2):
            image = draw_letter(index, dpi=dpi)
            name = f"letter {index}, {dpi} dpi"
            page = scanned(image, seed=index)
            yield LayerPage(f"drawn, {dpi} dpi", name, page, dpi, (110, 200))


def unsuited_pages() -> Iterator[LayerPage]:
    """Draw what layers would spoil."""
    for name, image in SPOILT.items():
        yield LayerPage("must stay JPEG", name, image(), 200, (20, 10))


def measure(
    page: LayerPage, folder: Path, *, reading: bool, coder: Jbig2Coder | None = None
) -> Figures:
    """Encode a page both ways and, if asked, read both again."""
    before = _spent_by_children()
    started = time.process_time()
    layers = encode_layers(page.image, page.dpi, coder)
    cpu = time.process_time() - started + _spent_by_children() - before
    fidelity = measure_fidelity(page.image, find_layers(page.image, page.dpi), page.dpi)
    picture = encode_picture(page.image, bilevel=False, dpi=page.dpi)
    jpeg = _to_pdf(page, picture.data, picture.suffix)
    if layers is None:
        return Figures(page, len(jpeg), None, cpu, fidelity, None)
    made = _to_pdf(page, layers, LAYERS_SUFFIX)
    scores = None
    if reading:
        truth = _read(page.image, page.dpi)
        untouched = scan_pdf(page.image, dpi=page.dpi)
        texts = [_read_pdf(each, page, folder) for each in (untouched, jpeg, made)]
        one, two, three = (score(text, [truth]) for text in texts)
        scores = (one, two, three)
    return Figures(page, len(jpeg), len(made), cpu, fidelity, scores)


def _spent_by_children() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _to_pdf(page: LayerPage, picture: bytes, suffix: str) -> bytes:
    height, width = page.image.shape[:2]
    sheet = Page(1, width, height, page.dpi)
    return assemble_pdf([PdfPage(picture, suffix, sheet, OcrPage())], _META)


def _draw(pdf: bytes, page: LayerPage, folder: Path) -> Pixels:
    path = folder / "page.pdf"
    path.write_bytes(pdf)
    height, width = page.image.shape[:2]
    return draw_with_poppler(path, 1, Sheet(width, height, page.dpi))


def _read_pdf(pdf: bytes, page: LayerPage, folder: Path) -> str:
    return _read(_draw(pdf, page, folder), page.dpi)


def _read(image: Pixels, dpi: float) -> str:
    prepared = prepare(image, dpi, bilevel=False, options=PrepareOptions())
    return _engine().read(prepared.reading, dpi=prepared.reading_dpi).text


@cache
def _engine() -> OcrEngine:
    return open_engine("auto", tessdata=find_tessdata(None), model="vie")


def save_crop(page: LayerPage, folder: Path, target: Path) -> None:
    """Save 60 × 40 mm of the page and of its layers at 200 %, one above the other."""
    layers = encode_layers(page.image, page.dpi)
    if layers is None:
        return
    drawn = _draw(_to_pdf(page, layers, LAYERS_SUFFIX), page, folder)
    left, top, width, height = (
        round(millimetres * page.dpi / 25.4) for millimetres in (*page.crop, 60, 40)
    )
    place = np.s_[top : top + height, left : left + width]
    both = [
        np.broadcast_to(np.atleast_3d(each), (*each.shape[:2], 3))
        for each in (page.image, drawn)
    ]
    picture = Image.fromarray(np.concatenate([each[place] for each in both]))
    size = (2 * picture.width, 2 * picture.height)
    picture.resize(size, Image.Resampling.NEAREST).save(target / f"{page.name}.png")


def _report(every: list[Figures]) -> None:
    print("| page | JPEG, B | layers, B | CPU s | changed, dark, recolored, faint |")
    print("|---|--:|--:|--:|---|")
    for one in every:
        found = one.fidelity
        tiles = f"{found.changed}, {found.dark}, {found.recolored}, {found.faint}"
        size = "stays" if one.layers is None else f"{one.layers:,}"
        print(f"| {one.page.name} | {one.jpeg:,} | {size} | {one.cpu:.2f} | {tiles} |")
    print(
        "\n| group | pages | layers | JPEG, B | filed, B | largest, B | CPU s | WER % |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|---|")
    groups = list(dict.fromkeys(one.page.group for one in every))
    text = [one for one in every if one.page.group != "must stay JPEG"]
    for group in groups:
        _report_group(group, [one for one in every if one.page.group == group])
    _report_group("all text pages", text)


def _report_group(group: str, members: list[Figures]) -> None:
    filed = [one.layers or one.jpeg for one in members]
    jpeg = statistics.median(one.jpeg for one in members)
    taken = [one for one in members if one.layers is not None]
    cpu = max(one.cpu for one in members)
    print(
        f"| {group} | {len(members)} | {len(taken)} | {jpeg:,.0f} |"
        f" {statistics.median(filed):,.0f} | {max(filed):,} | {cpu:.2f} |"
        f" {_errors(taken)} |"
    )


def _errors(members: list[Figures]) -> str:
    scores = [one.scores for one in members if one.scores is not None]
    sums = [total(ways) for ways in zip(*scores, strict=True)]
    return ", ".join(f"{100 * each.word_errors / each.words:.2f}" for each in sums)


def main() -> None:
    """Measure all pages and print two tables in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--skip-reading", action="store_true")
    parser.add_argument("--jbig2", help="auto, or path of the encoder", default="off")
    parser.add_argument("--crops", type=Path, help="folder to save details to")
    options = parser.parse_args()
    every = []
    coder = find_coder(options.jbig2)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for source in (real_pages, drawn_pages, unsuited_pages):
            for page in source():
                reading = not options.skip_reading
                every.append(measure(page, folder, reading=reading, coder=coder))
                if options.crops is not None:
                    save_crop(page, folder, options.crops)
    print("WER: untouched, JPEG and layers, each drawn by poppler and read again\n")
    _report(every)


if __name__ == "__main__":
    main()
