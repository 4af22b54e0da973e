"""Hostile files and mutants through the look inside: table of kind by outcome.

What is accepted goes all the way: rendered, read and filed by the real program. Nothing
active may be in what comes of it, and no page may be missing.

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

from pipeline.bootstrap import App, Ingested, load_settings, open_app
from pipeline.intake.probe import probe, probe_in_child
from pipeline.usecases.ports import Prober
from tests.intake.files import LIMITS
from tests.intake.hostile import (
    Hostile,
    Mutant,
    hostile_files,
    mutants,
    pages_of,
    verdict,
)
from tests.pdf.inert import active_parts

SEED = 20261124
MUTANTS = 10_000
IN_CHILD_EVERY = 50
"""Each so-manyth mutant is shown to a child too."""

PAGE_SECONDS = 20.0
"""Time limit of one try at a page."""

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
    parser.add_argument("--look-only", action="store_true", help="file nothing")
    asked = parser.parse_args()
    tally = Tally()
    filed = Tally()
    with tempfile.TemporaryDirectory() as folder:
        accepted = _show_files(Path(folder), tally)
        if not asked.look_only:
            _file_all(Path(folder), accepted, filed)
        fewer = _show_mutants(
            Path(folder) / "mutant", mutants(asked.mutants, asked.seed), tally
        )
    print("\n".join(tally.table()))
    print("\nWhat became of the accepted ones:\n")
    print("\n".join(filed.table()))
    tally.faults += filed.faults
    print(f"\nseed {asked.seed}; mutants accepted with fewer pages: {fewer}")
    print(f"slowest: {tally.slowest[0]:.2f} s, {tally.slowest[1]}")
    print("\n".join(tally.faults) or "no unhandled error, none over the time")
    return bool(tally.faults)


def _show_files(folder: Path, tally: Tally) -> list[Hostile]:
    """Show every file to a child; returns those that it accepts."""
    accepted = []
    for hostile in hostile_files():
        path = folder / hostile.name
        path.write_bytes(hostile.data)
        what = f"{hostile.kind}: {hostile.case}"
        prober = partial(probe_in_child, limits=LIMITS)
        found = tally.ask(what, hostile.kind, path, prober)
        if found not in hostile.allowed:
            tally.faults.append(f"{what}: {found}, not {sorted(hostile.allowed)}")
        if found == "OK":
            accepted.append(hostile)
        path.unlink()
    return accepted


def _file_all(folder: Path, accepted: list[Hostile], tally: Tally) -> None:
    """File what was accepted, and look at every PDF that came of it."""
    settings = load_settings(home=folder / "home")
    reading = settings.reading.model_copy(update={"page_seconds": PAGE_SECONDS})
    intake = settings.intake.model_copy(update={"max_pages": LIMITS.max_pages})
    settings = settings.model_copy(update={"reading": reading, "intake": intake})
    path = folder / "scan"
    with open_app(settings) as app:
        for hostile in accepted:
            what = f"{hostile.kind}: {hostile.case}"
            path.write_bytes(hostile.data)
            try:
                done = app.ingester.ingest(path, "demo", app.owner, lambda *_: None)
            except Exception as error:  # noqa: BLE001 - this is what we look for
                tally.faults.append(f"{what}: {type(error).__name__}: {error}")
                continue
            tally.outcomes[hostile.kind][done.outcome] += 1
            tally.faults += [f"{what}: {fault}" for fault in _faults(app, done)]


def _faults(app: App, done: Ingested) -> Iterator[str]:
    papers = [paper for manifest in done.manifests for paper in manifest.documents]
    pages = sum(paper.last_page - paper.first_page + 1 for paper in papers)
    if done.manifests and pages != done.pages:
        yield f"{pages} pages filed of {done.pages}"
    for paper in papers:
        if found := active_parts(app.archive.read(paper.key)):
            yield f"in a filed paper: {sorted(found)}"


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
