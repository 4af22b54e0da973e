"""Cut whole files at hundreds of places: how many are taken for whole?"""

import argparse
import random
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import DamagedScan, IncompleteScan, ScanRejected
from pipeline.intake.probe import probe
from tests.intake.cuts import CUTS, Whole, whole_files
from tests.intake.files import LIMITS

SEED = 20261124


@dataclass
class Row:
    """What became of the cuts of one kind of file."""

    whole: Whole
    cuts: int = 0
    incomplete: int = 0
    damaged: int = 0
    accepted: list[int] = field(default_factory=list)
    """Places at which a truncated file was taken for whole."""

    shorter: int = 0
    """Cuts that left a whole, shorter file: what an update appended is gone."""

    def line(self) -> str:
        """Give the line of the table."""
        return (
            f"| {self.whole.family} | {self.whole.kind} | {len(self.whole.data)} "
            f"| {self.cuts} | {self.incomplete} | {self.damaged} "
            f"| {len(self.accepted)} | {self.shorter or ''} |"
        )


def cut_up(whole: Whole, count: int, seed: int, path: Path) -> Row:
    """Show *count* cuts of a file to the look inside."""
    row = Row(whole)
    path.write_bytes(whole.data)
    probe(path, LIMITS)
    for place in whole.cuts(count, random.Random(f"{whole.kind} {seed}")):
        path.write_bytes(whole.data[:place])
        row.cuts += 1
        try:
            probe(path, LIMITS)
        except IncompleteScan:
            row.incomplete += 1
        except DamagedScan:
            row.damaged += 1
        except ScanRejected:
            # Too short to show what it is: nobody takes it for a scan either.
            row.incomplete += 1
        else:
            if whole.is_shorter(place):
                row.shorter += 1
            else:
                row.accepted.append(place)
    return row


def main() -> int:
    """Print the table; exit code 1 where a truncated file was taken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cuts", type=int, default=CUTS)
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    print("| family | kind | bytes | cuts | incomplete | damaged | taken | shorter |")
    print("|---|---|--:|--:|--:|--:|--:|--:|")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for whole in whole_files():
            row = cut_up(whole, asked.cuts, asked.seed, Path(folder) / "scan")
            rows.append(row)
            print(row.line())
    taken = sum(len(row.accepted) for row in rows)
    print(
        f"\nseed {asked.seed}: {len(rows)} files, {sum(row.cuts for row in rows)} cuts;"
        f" truncated files taken for whole: {taken};"
        f" shorter whole files: {sum(row.shorter for row in rows)}"
    )
    for row in rows:
        if row.accepted:
            print(f"taken: {row.whole.kind}, cut at {row.accepted}")
    return bool(taken)


if __name__ == "__main__":
    sys.exit(main())
