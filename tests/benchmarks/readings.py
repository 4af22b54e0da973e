"""Keep what was read of drawn dossiers, so that a long benchmark can go on later.

Reading costs minutes, extracting milliseconds: a rule is tuned on what was read before.
"""

import gzip
import hashlib
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from pipeline.model.text import ReadPage
from tests.benchmarks.dossiers import Paper, draw_scan
from tests.reading import CONFIG, read_drawn

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class ReadPaper:
    """A drawn paper without its pictures: what is printed on it."""

    doctype: str
    grade: str
    style: str
    pages: int
    truth: Mapping[str, str]
    unjudged: frozenset[str]


@dataclass(frozen=True, slots=True)
class ReadScan:
    """A scan of whole dossiers, drawn and read."""

    seed: int
    numbers: tuple[int, ...]
    drawn_by: str
    """`drawing_version` when it was drawn."""

    seconds: float
    """Of the processor, for drawing and reading."""

    papers: tuple[ReadPaper, ...]
    pages: tuple[ReadPage, ...]


_FORM = TypeAdapter(ReadScan)


def drawing_version() -> str:
    """Name all that decides what is drawn: programs and templates."""
    paths = [*(ROOT / "demo").glob("*.py"), *(CONFIG / "doctypes").glob("*.yaml")]
    paths += [ROOT / "tests/benchmarks/dossiers.py"]
    parts = (path.name.encode() + path.read_bytes() for path in sorted(paths))
    return hashlib.sha256(b"".join(parts)).hexdigest()[:12]


def read_scan(
    seed: int, numbers: Sequence[int], folder: Path, *, keep: bool
) -> ReadScan:
    """Give a scan from *folder*, or draw and read it and keep it there.

    Args:
        seed: of the run.
        numbers: of the dossiers that the scan is stacked of.
        folder: where scans are kept.
        keep: take what was read before, though drawing has changed since.
    """
    path = folder / f"{seed}-{numbers[0]:04d}.json.gz"
    if path.exists():
        scan = _FORM.validate_json(gzip.decompress(path.read_bytes()))
        same = scan.drawn_by == drawing_version() and scan.numbers == tuple(numbers)
        if keep or same:
            return scan
    start = time.process_time()
    papers = draw_scan(seed, numbers)
    pages = tuple(read_drawn([page for paper in papers for page in paper.pages]))
    scan = ReadScan(
        seed,
        tuple(numbers),
        drawing_version(),
        time.process_time() - start,
        tuple(map(_without_pictures, papers)),
        pages,
    )
    folder.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}")
    part.write_bytes(gzip.compress(_FORM.dump_json(scan), mtime=0))
    part.replace(path)
    return scan


def kept_numbers(seed: int, folder: Path) -> Iterator[int]:
    """List the first dossiers of the scans of *seed* that were read."""
    for path in sorted(folder.glob(f"{seed}-*.json.gz")):
        yield int(path.name.split("-")[1].split(".")[0])


def _without_pictures(paper: Paper) -> ReadPaper:
    return ReadPaper(
        paper.doctype,
        paper.grade,
        paper.style,
        len(paper.pages),
        paper.truth,
        paper.unjudged,
    )
