"""Measure cutting and extraction on whole made-up dossiers, from pixels to fields.

    python -m tests.benchmarks.extract --dossiers 24 --seed 1

Every page is drawn, worn, written as a file and goes the whole way of a scan: opened,
turned, prepared, read, cut and extracted by the same objects that work at a counter.
What was read is kept: a run that was stopped goes on, and a changed rule is measured
without reading again. Seconds are of the processor. Last figures: extract.md beside
this file.
"""

import argparse
import os
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

from pipeline.extract.rules import extract_fields
from pipeline.model.dossier import Field, FieldStatus
from pipeline.model.template import UNKNOWN, DocType, Kind
from pipeline.model.text import ReadPage
from pipeline.model.unicode import collapse, normalize, place_tones
from pipeline.split.boundaries import split_pages
from pipeline.templates import load_doctypes, load_thresholds
from tests.benchmarks.dossiers import OFFICE
from tests.benchmarks.readings import (
    ROOT,
    ReadPaper,
    drawing_version,
    kept_numbers,
    read_scan,
)
from tests.benchmarks.worst import Place, draw_worst
from tests.reading import CONFIG

TODAY = date(2026, 11, 24)
"""The last made-up day lies before."""

_EACH = 2
"""Dossiers stacked in one scan."""

_METADATA = "metadata"
"""Stands for the kind of the six fields that every paper has."""

_WRITTEN = "written"
"""Style of values drawn as if by hand: read as well as may be, never bound to be."""

_WORST = 10
_ALLOWED = 0.005
"""Share of the accepted values that may be wrong."""

_BINS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 1.01)

RIGHT, REVIEW, MISSING, WRONG = "right", "review", "missing", "wrong"
OUTCOMES = (RIGHT, REVIEW, MISSING, WRONG)
_MEASURED = re.compile(r"([\d.,]+) (?:m²|đồng)")
_PRINTED_DAY = re.compile(r"(\d{2})/(\d{2})/(\d{4})")


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one field of one paper."""

    doctype: str
    grade: str
    style: str
    name: str
    kind: str
    outcome: str
    same: bool
    """The value is what is printed, whoever has to look at it."""

    truth: str
    found: Field
    place: Place
    """Seed, first dossier of the scan, and page of the scan where the paper begins."""


@dataclass(slots=True)
class Score:
    """What was counted, of one scan or of all."""

    fields: list[Judged] = field(default_factory=list)
    cuts: Counter[str] = field(default_factory=Counter)
    """Beginnings of papers: ``hit``, ``missed`` and ``invented``."""

    types: Counter[str] = field(default_factory=Counter)
    """Papers by ``right`` and ``wrong`` type; one that was cut wrong is wrong."""

    mistaken: list[str] = field(default_factory=list)
    scans: int = 0
    stale: int = 0
    """Scans drawn before drawing or a template was changed."""

    marred: Counter[Place] = field(default_factory=Counter)
    """Papers by how many of their fields were not right; those of stale scans cannot be
    drawn again, and are left out."""

    pages: int = 0
    reading: float = 0.0
    extracting: float = 0.0

    def add(self, other: "Score") -> None:
        """Count another scan."""
        self.fields += other.fields
        self.mistaken += other.mistaken
        self.cuts += other.cuts
        self.types += other.types
        self.scans += other.scans
        self.stale += other.stale
        self.marred += other.marred
        self.pages += other.pages
        self.reading += other.reading
        self.extracting += other.extracting


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--dossiers", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument(
        "--cache",
        type=Path,
        default=ROOT / ".cache" / "bench-extract",
        help="folder for what was read",
    )
    parser.add_argument(
        "--keep", action="store_true", help="take what was read, whatever has changed"
    )
    parser.add_argument(
        "--kept", action="store_true", help="judge only what was read before"
    )
    parser.add_argument("--errors", action="store_true", help="list what was not right")
    parser.add_argument("--worst", type=Path, help="folder for the ten worst pages")
    told = parser.parse_args()
    os.environ["OMP_THREAD_LIMIT"] = "1"
    firsts = range(0, told.dossiers, _EACH)
    if told.kept:
        firsts = sorted(kept_numbers(told.seed, told.cache))
    work = partial(measure, told.seed, told.cache, told.keep or told.kept)
    total = Score()
    with ProcessPoolExecutor(told.jobs, get_context("spawn")) as pool:
        for score in pool.map(work, firsts):
            total.add(score)
    dossiers = total.scans * _EACH
    print(f"{dossiers} dossiers of seed {told.seed}, {total.pages} pages")
    print(f"{total.stale} of {total.scans} scans were drawn before the last change\n")
    print_score(total)
    print_reliability(total.fields)
    print_thresholds(total.fields)
    if told.errors:
        print_errors(total.fields)
    if told.worst:
        draw_worst(total.marred.most_common(_WORST), told.worst, _EACH)


def measure(seed: int, cache: Path, keep: bool, first: int) -> Score:
    """Draw, read, cut and extract one scan, and compare with what is printed."""
    scan = read_scan(seed, range(first, first + _EACH), cache, keep=keep)
    start = time.process_time()
    score = judge(scan.papers, scan.pages, (seed, first))
    score.extracting = time.process_time() - start
    score.reading = scan.seconds
    score.scans = 1
    score.stale = scan.drawn_by != drawing_version()
    if not score.stale:
        score.marred.update(f.place for f in score.fields if f.outcome != RIGHT)
    return score


def judge(
    papers: Sequence[ReadPaper], pages: tuple[ReadPage, ...], place: tuple[int, int]
) -> Score:
    """Cut and extract *pages* and compare with what is printed on *papers*."""
    doctypes = load_doctypes(CONFIG)
    by_code = {doctype.code: doctype for doctype in doctypes}
    score = Score(pages=len(pages))
    spans = split_pages(pages, doctypes)
    found = {
        (span.first, span.last): (
            span.doctype,
            extract_fields(
                pages[span.first - 1 : span.last],
                span,
                by_code.get(span.doctype) or DocType(UNKNOWN, ""),
                today=TODAY,
            ),
        )
        for span in spans
    }
    starts = set()
    first = 1
    for paper in papers:
        last = first + paper.pages - 1
        starts.add(first)
        doctype, fields = found.get((first, last), ("cut wrong", ()))
        right = doctype == paper.doctype
        score.types[RIGHT if right else WRONG] += 1
        if not right:
            score.mistaken.append(f"{paper.grade} {paper.doctype}: {doctype}")
        else:
            kinds = {rule.name: rule.kind for rule in by_code[doctype].fields}
            score.fields += judge_fields(paper, fields, kinds, (*place, first))
        first = last + 1
    begun = {span.first for span in spans}
    score.cuts.update(
        hit=len(starts & begun),
        missed=len(starts - begun),
        invented=len(begun - starts),
    )
    return score


def judge_fields(
    paper: ReadPaper,
    fields: Sequence[Field],
    kinds: Mapping[str, Kind],
    place: Place,
) -> Iterator[Judged]:
    """Compare all fields of a paper; those neither printed nor found are left out."""
    for found in fields:
        printed = paper.truth.get(found.name, "")
        if found.name in paper.unjudged or not (printed or found.value):
            continue
        same = to_compare(printed) == to_compare(found.value or "")
        if found.status is FieldStatus.MISSING:
            outcome = MISSING
        elif found.status is FieldStatus.REVIEW:
            outcome = REVIEW
        else:
            outcome = RIGHT if same else WRONG
        yield Judged(
            paper.doctype,
            paper.grade,
            paper.style,
            found.name,
            kinds.get(found.name, _METADATA),
            outcome,
            same,
            printed,
            found,
            place,
        )


def to_compare(text: str) -> str:
    """Bring what is printed and what was found to one form; every mark counts."""
    day = _PRINTED_DAY.fullmatch(text)
    if day:
        return "-".join(day.groups()[::-1])
    if text.isdigit() and len(text) < 3:
        return text.lstrip("0")
    measured = _MEASURED.fullmatch(text)
    if measured:
        return measured[1].replace(".", "").replace(",", ".")
    return collapse(place_tones(normalize(text))).casefold().strip(" .")


def print_score(total: Score) -> None:
    """Print what counts first, then the fields by type and by grade."""
    cuts, types = total.cuts, total.types
    f1 = 2 * cuts["hit"] / (2 * cuts["hit"] + cuts["missed"] + cuts["invented"])
    print(f"beginnings of papers: F1 {f1:.3f}")
    print(f"types right: {types[RIGHT]} of {types.total()}")
    for line in total.mistaken:
        print(f"  {line}")
    seconds = total.extracting / total.pages, total.reading / total.pages
    print("split and extract: {:.3f} s a page; reading: {:.2f} s".format(*seconds))
    print_table("type", total.fields, lambda each: each.doctype)
    print_table("kind", total.fields, lambda each: each.kind)
    print_table("values", total.fields, lambda each: each.style)
    typed = [each for each in total.fields if each.style != _WRITTEN]
    print_table("grade", typed, lambda each: each.grade)
    good = [each for each in typed if each.grade in OFFICE]
    print_table("all", good, lambda _: "clean and office, not written")
    print_table("all", typed, lambda _: "all grades, not written")
    print_table("all", total.fields, lambda _: "all")


def print_table(
    title: str, fields: Sequence[Judged], key: Callable[[Judged], str]
) -> None:
    """Print the outcomes of *fields*, grouped by *key*."""
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for each in fields:
        rows[key(each)][each.outcome] += 1
    heads = "".join(f" {outcome:>8} |" for outcome in OUTCOMES)
    print(f"\n| {title:34} |{heads}  right % |\n|---|{'--:|' * 5}")
    for name, counted in sorted(rows.items()):
        cells = "".join(f" {counted[outcome]:8} |" for outcome in OUTCOMES)
        share = 100 * counted[RIGHT] / counted.total()
        print(f"| {name:34} |{cells} {share:8.1f} |")


def print_reliability(fields: Sequence[Judged]) -> None:
    """Print how often values of a confidence are what is printed, accepted or not."""
    valued = [each for each in fields if each.found.value is not None]
    print("\n| confidence | mean | values | right % | accepted | accepted wrong |")
    print("|---|--:|--:|--:|--:|--:|")
    for low, high in pairwise(_BINS):
        mine = [each for each in valued if low <= each.found.confidence < high]
        if mine:
            right = 100 * sum(each.same for each in mine) / len(mine)
            accepted = [each for each in mine if each.found.status is FieldStatus.OK]
            wrong = sum(not each.same for each in accepted)
            span = f"{low:.2f} to {min(high, 1):.2f}"
            mean = sum(each.found.confidence for each in mine) / len(mine)
            print(
                f"| {span} | {mean:.3f} | {len(mine)} | {right:.1f} | {len(accepted)} "
                f"| {wrong} |"
            )


def print_thresholds(fields: Sequence[Judged]) -> None:
    """Print what each kind's threshold costs, and the lowest that would do.

    With no error among n accepted values, the share of errors is below 3/n with 95 %
    confidence (the rule of three): few values say little.
    """
    set_to = load_thresholds(CONFIG)
    print("\n| kind | values | threshold | accepted wrong | at most % | lowest |")
    print("|---|--:|--:|--:|--:|--:|")
    by_kind: dict[str, list[Judged]] = defaultdict(list)
    for each in fields:
        if each.found.value is not None:
            by_kind[each.kind].append(each)
    for kind, mine in sorted(by_kind.items()):
        accepted = [each for each in mine if each.found.status is FieldStatus.OK]
        wrong = sum(not each.same for each in accepted)
        most = min(100.0, 100 * (wrong + 3) / max(1, len(accepted)))
        least = set_to[Kind(kind)] if kind != _METADATA else 0.0
        lowest = _lowest_threshold(mine)
        print(
            f"| {kind} | {len(mine)} | {least or '-'} | {wrong} of {len(accepted)} "
            f"| {most:.1f} | {lowest:.2f} |"
        )


def _lowest_threshold(fields: Sequence[Judged]) -> float:
    """From which confidence on at most 0.5 % of the values are not what is printed."""
    order = sorted(fields, key=lambda each: -each.found.confidence)
    wrong, lowest = 0, 1.0
    for count, each in enumerate(order, 1):
        wrong += not each.same
        if wrong <= _ALLOWED * count:
            lowest = each.found.confidence
    return lowest


def print_errors(fields: Sequence[Judged]) -> None:
    """List what was not right; the people are made up."""
    for each in sorted(fields, key=lambda one: (one.outcome, one.doctype, one.name)):
        if each.outcome != RIGHT:
            print(
                f"{each.outcome:8} {each.grade:12} {each.style:8} "
                f"{each.doctype}.{each.name}: "
                f"{each.truth!r} read {each.found.value!r} "
                f"{each.found.confidence} {each.found.rule}"
            )


if __name__ == "__main__":
    main()
