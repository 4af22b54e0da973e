"""Measure cutting and extraction on whole made-up dossiers, from pixels to fields.

    python -m tests.benchmarks.extract --dossiers 24 --seed 1

Every page is drawn, worn, written as a file and goes the whole way of a scan: opened,
turned, prepared, read, cut and extracted by the same objects that work at a counter.
Seconds are of the processor. Last figures: extract.md beside this file.
"""

import argparse
import os
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from multiprocessing import get_context

from pipeline.extract.rules import extract_fields
from pipeline.model.dossier import Field, FieldStatus
from pipeline.model.template import UNKNOWN, DocType
from pipeline.model.text import ReadPage
from pipeline.model.unicode import collapse, normalize, place_tones
from pipeline.split.boundaries import split_pages
from pipeline.templates import load_doctypes
from tests.benchmarks.dossiers import OFFICE, Paper, draw_scan
from tests.reading import CONFIG, read_drawn

TODAY = date(2026, 11, 24)
"""The last made-up day lies before."""

_EACH = 2
"""Dossiers stacked in one scan."""

RIGHT, REVIEW, MISSING, WRONG = "right", "review", "missing", "wrong"
OUTCOMES = (RIGHT, REVIEW, MISSING, WRONG)
_MEASURED = re.compile(r"([\d.,]+) (?:m²|đồng)")
_PRINTED_DAY = re.compile(r"(\d{2})/(\d{2})/(\d{4})")


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one field of one paper."""

    doctype: str
    grade: str
    name: str
    outcome: str
    truth: str
    found: Field | None


@dataclass(slots=True)
class Score:
    """What was counted, of one scan or of all."""

    fields: list[Judged] = field(default_factory=list)
    cuts: Counter[str] = field(default_factory=Counter)
    """Beginnings of papers: ``hit``, ``missed`` and ``invented``."""

    types: Counter[str] = field(default_factory=Counter)
    """Papers by ``right`` and ``wrong`` type; one that was cut wrong is wrong."""

    mistaken: list[str] = field(default_factory=list)
    pages: int = 0
    reading: float = 0.0
    extracting: float = 0.0

    def add(self, other: "Score") -> None:
        """Count another scan."""
        self.fields += other.fields
        self.mistaken += other.mistaken
        self.cuts += other.cuts
        self.types += other.types
        self.pages += other.pages
        self.reading += other.reading
        self.extracting += other.extracting


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--dossiers", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2, choices=(1, 2))
    parser.add_argument("--errors", action="store_true", help="list what was not right")
    told = parser.parse_args()
    os.environ["OMP_THREAD_LIMIT"] = "1"
    total = Score()
    with ProcessPoolExecutor(told.workers, get_context("spawn")) as pool:
        every = range(told.dossiers)
        stacks = [every[first : first + _EACH] for first in every[::_EACH]]
        for score in pool.map(partial(measure, told.seed), stacks):
            total.add(score)
    print(f"{told.dossiers} dossiers of seed {told.seed}, {total.pages} pages\n")
    print_score(total)
    if told.errors:
        print_errors(total.fields)


def measure(seed: int, numbers: Sequence[int]) -> Score:
    """Draw, read, cut and extract one scan, and compare with what is printed."""
    papers = draw_scan(seed, numbers)
    start = time.process_time()
    pages = tuple(read_drawn([page for paper in papers for page in paper.pages]))
    read = time.process_time()
    score = judge(papers, pages)
    score.reading = read - start
    score.extracting = time.process_time() - read
    return score


def judge(papers: Sequence[Paper], pages: tuple[ReadPage, ...]) -> Score:
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
        last = first + len(paper.pages) - 1
        starts.add(first)
        doctype, fields = found.get((first, last), ("cut wrong", ()))
        right = doctype == paper.doctype
        score.types[RIGHT if right else WRONG] += 1
        if not right:
            score.mistaken.append(f"{paper.grade} {paper.doctype}: {doctype}")
        else:
            score.fields += judge_fields(paper, fields)
        first = last + 1
    begun = {span.first for span in spans}
    score.cuts.update(
        hit=len(starts & begun),
        missed=len(starts - begun),
        invented=len(begun - starts),
    )
    return score


def judge_fields(paper: Paper, fields: Sequence[Field]) -> Iterator[Judged]:
    """Compare all fields of a paper; those neither printed nor found are left out."""
    for found in fields:
        printed = paper.truth.get(found.name, "")
        if found.name in paper.unjudged or not (printed or found.value):
            continue
        if found.status is FieldStatus.MISSING:
            outcome = MISSING
        elif found.status is FieldStatus.REVIEW:
            outcome = REVIEW
        else:
            same = to_compare(printed) == to_compare(found.value or "")
            outcome = RIGHT if same else WRONG
        yield Judged(paper.doctype, paper.grade, found.name, outcome, printed, found)


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
    print_table("grade", total.fields, lambda each: each.grade)
    print_table("field", total.fields, lambda each: each.name)
    good = [each for each in total.fields if each.grade in OFFICE]
    print_table("all", good, lambda _: "clean and office")
    print_table("all", total.fields, lambda _: "all grades")


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


def print_errors(fields: Sequence[Judged]) -> None:
    """List what was not right; the people are made up."""
    for each in sorted(fields, key=lambda one: (one.outcome, one.doctype, one.name)):
        if each.outcome != RIGHT and each.found:
            print(
                f"{each.outcome:8} {each.grade:12} {each.doctype}.{each.name}: "
                f"{each.truth!r} read {each.found.value!r} "
                f"{each.found.confidence} {each.found.rule}"
            )


if __name__ == "__main__":
    main()
