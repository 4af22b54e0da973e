"""Fit the thresholds of `config/kinds.yaml` to what was measured on drawn dossiers.

    python -m tests.benchmarks.thresholds --seed 21 --write   # fits, writes, prints
    python -m tests.benchmarks.thresholds --seed 31           # proves on others

A threshold is the lowest confidence from which, with 95 % certainty, at most 0.5 % of
the accepted values are wrong (Clopper and Pearson 1934, one-sided). Kinds with too few
values for that to be shown share the values of their pool, and where these are too few
as well, those of all. Readings are taken as `tests.benchmarks.extract` kept them.
"""

import argparse
import math
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from pipeline.model.template import METADATA_KINDS, Kind
from pipeline.templates import load_thresholds
from tests.benchmarks.extract import Judged, measure, print_reliability
from tests.benchmarks.readings import ROOT, kept_numbers
from tests.reading import CONFIG

ALLOWED = 0.005
"""Share of the accepted values that may be wrong."""

LOWEST, HIGHEST = 0.80, 0.99
"""Between these a threshold lies: a type's own default, and what all readings give
together at most."""

_CERTAINTY = 0.95
_LAST, _LAST_WRONG = 40, 1
"""Of the last values that a threshold lets in so many may be wrong: a bad handful would
hide behind hundreds that are sure."""

POOLS: Mapping[str, frozenset[Kind]] = {
    "texts": frozenset((Kind.TEXT, Kind.ADDRESS, Kind.AGENCY, Kind.PERSON_NAME)),
    "lists": frozenset((Kind.SEX, Kind.ETHNICITY, Kind.NATIONALITY)),
    "numbers": frozenset(Kind)
    - {Kind.TEXT, Kind.ADDRESS, Kind.AGENCY, Kind.PERSON_NAME}
    - {Kind.SEX, Kind.ETHNICITY, Kind.NATIONALITY},
}
"""Kinds that are misread in the same way."""

_HEAD = """\
# Confidence under which a value goes before a person, by its kind. A field's own
# review_below counts before it; a document type's counts where it is higher.
# Fitted, not set by hand: at most 0.5 % of what is accepted is wrong, with 95 %
# certainty, of the kind's own values where they suffice, else of those of its pool:
#   python -m tests.benchmarks.thresholds --seed {seeds} --write
"""


@dataclass(frozen=True, slots=True)
class Fit:
    """A threshold, and the values it was fitted to."""

    threshold: float
    basis: str
    """``own``, the name of a pool, ``all``; ``-`` where nothing shows it."""

    accepted: int
    wrong: int

    @property
    def bound(self) -> float:
        """Share that may be wrong, with 95 % certainty."""
        return upper_bound(self.wrong, self.accepted)


Value = tuple[float, bool]
"""Confidence, and whether it is what is printed."""


def upper_bound(wrong: int, of: int, certainty: float = _CERTAINTY) -> float:
    """Give the share of errors that is not exceeded, having seen *wrong* in *of*."""
    if wrong >= of:
        return 1.0
    low, high = wrong / of, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _at_most(wrong, of, middle) > 1 - certainty:
            low = middle
        else:
            high = middle
    return high


def _at_most(wrong: int, of: int, share: float) -> float:
    """How probable it is to see no more than *wrong* errors in *of*."""
    return sum(
        math.exp(
            math.lgamma(of + 1)
            - math.lgamma(seen + 1)
            - math.lgamma(of - seen + 1)
            + seen * math.log(share)
            + (of - seen) * math.log1p(-share)
        )
        for seen in range(wrong + 1)
    )


def fit_threshold(values: Sequence[Value], basis: str) -> Fit | None:
    """Find the lowest threshold that keeps the bound; None where none does."""
    best: Fit | None = None
    steps = round((HIGHEST - LOWEST) * 100)
    for step in range(steps + 1):
        threshold = round(HIGHEST - step / 100, 2)
        taken = sorted(each for each in values if each[0] >= threshold)
        wrong = sum(not right for _, right in taken)
        last = sum(not right for _, right in taken[:_LAST])
        if upper_bound(wrong, len(taken)) <= ALLOWED and last <= _LAST_WRONG:
            best = Fit(threshold, basis, len(taken), wrong)
    return best


def fit_all(values: Mapping[Kind, Sequence[Value]]) -> dict[Kind, Fit]:
    """Fit every kind, by its own values or by those it shares.

    A kind whose own values are wrong more often than those it shares is not let in by
    their number: its threshold rises to where none of its own is wrong. (No threshold
    keeps out what is wrong and surer than `HIGHEST`.)
    """
    every = [each for mine in values.values() for each in mine]
    fits: dict[Kind, Fit] = {}
    for kind in Kind:
        own = values.get(kind, ())
        name, pool = next((n, kinds) for n, kinds in POOLS.items() if kind in kinds)
        shared = [each for other in pool for each in values.get(other, ())]
        fit = (
            fit_threshold(own, "own")
            or fit_threshold(shared, name)
            or fit_threshold(every, "all")
            or Fit(HIGHEST, "-", 0, 0)
        )
        if fit.basis != "own":
            wrong = [
                sure
                for sure, right in own
                if not right and fit.threshold <= sure < HIGHEST
            ]
            allowed = ALLOWED * sum(sure >= fit.threshold for sure, _ in own)
            if len(wrong) > max(1.0, allowed):
                above = math.floor(100 * max(wrong)) / 100 + 0.01
                fit = Fit(min(HIGHEST, round(above, 2)), fit.basis, 0, 0)
        fits[kind] = fit
    return fits


def gather(fields: Sequence[Judged]) -> dict[Kind, list[Value]]:
    """Sort what was read by kind; the kind of paper has no threshold of its own."""
    values: dict[Kind, list[Value]] = defaultdict(list)
    for each in fields:
        kind = METADATA_KINDS.get(each.name)
        if kind is None and each.kind in set(Kind):
            kind = Kind(each.kind)
        if kind is not None and each.found.value is not None:
            values[kind].append((each.found.confidence, each.same))
    return values


def to_yaml(fits: Mapping[Kind, Fit], seeds: Sequence[int]) -> str:
    """Write thresholds with what each rests on."""
    lines = [_HEAD.format(seeds=" ".join(map(str, seeds))), "review_below:\n"]
    for kind, fit in fits.items():
        why = f"{fit.basis}: {fit.wrong} wrong of {fit.accepted}"
        lines.append(f"  {kind.value}: {fit.threshold:.2f}  # {why}\n")
    return "".join(lines)


def print_fits(
    fits: Mapping[Kind, Fit],
    values: Mapping[Kind, Sequence[Value]],
    thresholds: Mapping[Kind, float],
) -> None:
    """Print what the thresholds in force do on *values*, and what would be fitted."""
    print("\n| kind | values | in force | accepted | wrong | at most % | fitted | by |")
    print("|---|--:|--:|--:|--:|--:|--:|---|")
    total = [0, 0, 0]
    for kind in Kind:
        mine = values.get(kind, ())
        taken = [right for sure, right in mine if sure >= thresholds[kind]]
        wrong = taken.count(False)
        bound = 100 * upper_bound(wrong, len(taken))
        fit = fits[kind]
        print(
            f"| {kind.value} | {len(mine)} | {thresholds[kind]:.2f} | {len(taken)} "
            f"| {wrong} | {bound:.2f} | {fit.threshold:.2f} | {fit.basis} |"
        )
        for at, count in enumerate((len(mine), len(taken), wrong)):
            total[at] += count
    bound = 100 * upper_bound(total[2], total[1])
    print(f"| all | {total[0]} | | {total[1]} | {total[2]} | {bound:.2f} | | |")
    for name, kinds in POOLS.items():
        taken = [
            right
            for kind in kinds
            for sure, right in values.get(kind, ())
            if sure >= thresholds[kind]
        ]
        wrong = taken.count(False)
        bound = 100 * upper_bound(wrong, len(taken))
        print(f"| *{name}* | | | {len(taken)} | {wrong} | {bound:.2f} | | |")


def judge_kept(seeds: Sequence[int], cache: Path, jobs: int) -> Iterator[Judged]:
    """Cut and extract all that was read of *seeds*."""
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        for seed in seeds:
            work = partial(measure, seed, cache, True)
            for score in pool.map(work, sorted(kept_numbers(seed, cache))):
                yield from score.fields


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--seed", type=int, nargs="+", required=True)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--cache", type=Path, default=ROOT / ".cache/bench-extract")
    parser.add_argument("--write", action="store_true", help="write kinds.yaml")
    told = parser.parse_args()
    os.environ["OMP_THREAD_LIMIT"] = "1"
    fields = list(judge_kept(told.seed, told.cache, told.jobs))
    values = gather(fields)
    fits = fit_all(values)
    thresholds = load_thresholds(CONFIG)
    if told.write:
        text = to_yaml(fits, told.seed)
        (CONFIG / "kinds.yaml").write_text(text, encoding="utf-8")
        thresholds = load_thresholds(CONFIG)
    print(f"{len(fields)} fields of seeds {', '.join(map(str, told.seed))}")
    print_fits(fits, values, thresholds)
    print_reliability(fields)


if __name__ == "__main__":
    main()
