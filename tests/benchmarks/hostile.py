"""Hostile files and mutants through the look inside: table of kind by outcome.

Every hostile file goes through a child as in operation, so do some of the mutants; the
others go through the same code in this process, which would die with the first crash.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pipeline.intake.probe import probe, probe_in_child
from pipeline.usecases.ports import Prober
from tests.intake.files import LIMITS
from tests.intake.hostile import Mutant, hostile_files, mutants, pages_of, verdict

SEED = 20261124
MUTANTS = 10_000
IN_CHILD_EVERY = 50
"""Each so-manyth mutant is shown to a child too."""

TOO_LONG = 10.0
"""Seconds within which there must be a verdict."""


@dataclass
class Tally:
    """What came out."""

    outcomes: dict[str, Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    faults: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")

    def ask(self, what: str, kind: str, path: Path, prober: Prober) -> str:
        """Take a verdict and its time down."""
        began = time.perf_counter()
        try:
            found = verdict(path, prober)
        except Exception as error:  # noqa: BLE001 - this is what we look for
            found = "UNHANDLED"
            self.faults.append(f"{what}: {type(error).__name__}: {error}")
        seconds = time.perf_counter() - began
        self.slowest = max(self.slowest, (seconds, what))
        if seconds > TOO_LONG:
            self.faults.append(f"{what}: {seconds:.1f} s")
        self.outcomes[kind][found] += 1
        return found

    def table(self) -> Iterator[str]:
        """Give the lines of a table."""
        reasons = sorted({reason for row in self.outcomes.values() for reason in row})
        yield f"| kind | files | {' | '.join(reasons)} |"
        yield f"|---|{'--:|' * (len(reasons) + 1)}"
        for kind, row in self.outcomes.items():
            cells = " | ".join(str(row[reason] or "") for reason in reasons)
            yield f"| {kind} | {row.total()} | {cells} |"


def main() -> int:
    """Print the table; exit code 1 where something was not handled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=MUTANTS)
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        _show_files(Path(folder), tally)
        fewer = _show_mutants(
            Path(folder) / "mutant", mutants(asked.mutants, asked.seed), tally
        )
    print("\n".join(tally.table()))
    print(f"\nseed {asked.seed}; mutants accepted with fewer pages: {fewer}")
    print(f"slowest: {tally.slowest[0]:.2f} s, {tally.slowest[1]}")
    print("\n".join(tally.faults) or "no unhandled error, none over the time")
    return bool(tally.faults)


def _show_files(folder: Path, tally: Tally) -> None:
    for hostile in hostile_files():
        path = folder / hostile.name
        path.write_bytes(hostile.data)
        what = f"{hostile.kind}: {hostile.case}"
        prober = partial(probe_in_child, limits=LIMITS)
        found = tally.ask(what, hostile.kind, path, prober)
        if found not in hostile.allowed:
            tally.faults.append(f"{what}: {found}, not {sorted(hostile.allowed)}")
        path.unlink()


def _show_mutants(path: Path, made: Iterator[Mutant], tally: Tally) -> int:
    """Show mutants; counts those that pass with fewer pages than their original."""
    here, child = (partial(one, limits=LIMITS) for one in (probe, probe_in_child))
    fewer = 0
    for number, mutant in enumerate(made):
        kind, what = f"mutant of {mutant.kind}", f"{mutant.kind} {mutant.seed}"
        path.write_bytes(mutant.data)
        found = tally.ask(what, kind, path, here)
        if found == "OK":
            fewer += here(path).page_count < pages_of(mutant.kind)
        if number % IN_CHILD_EVERY == 0:
            again = tally.ask(what, f"{kind}, in a child", path, child)
            if again != found:
                tally.faults.append(f"{what}: {found} here, {again} in a child")
    return fewer


if __name__ == "__main__":
    sys.exit(main())
