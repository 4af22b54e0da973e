"""Draw the pages again that went worst, with all that was found on them."""

from collections.abc import Iterable
from pathlib import Path

from pipeline.bootstrap import load_settings, open_template_trial
from tests.benchmarks.dossiers import draw_scan
from tests.drawing import to_pdf
from tests.reading import CONFIG

Place = tuple[int, int, int]
"""Seed, first dossier of a scan, page of the scan where a paper begins."""


def draw_worst(places: Iterable[tuple[Place, int]], folder: Path, each: int) -> None:
    """Draw, read and mark the papers at *places*; names tell type and errors."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = load_settings(CONFIG)
    for rank, ((seed, first, page), errors) in enumerate(places, 1):
        begins = 1
        for paper in draw_scan(seed, range(first, first + each)):
            if begins == page:
                break
            begins += len(paper.pages)
        scan = folder / f"{rank:02d}.pdf"
        scan.write_bytes(to_pdf(paper.pages))
        name = f"{rank:02d}-{paper.doctype}-{paper.grade}-{paper.style}-{errors}"
        # One trial a file: what it read once, it does not read again.
        with open_template_trial(settings) as trial:
            for tried in trial.run(scan, paper.doctype):
                for found in tried.pages:
                    path = folder / f"{name}-{found.number}.png"
                    path.write_bytes(found.picture)
        scan.unlink()
