"""Drop files as scanners do, whatever the disk says."""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.chaos.plan import Manner
from tests.chaos.scans import Scan

_PIECES = 4
_PAUSE = 0.25
"""Seconds between two pieces: less than the quiet period."""

_AGAIN = 1.0
"""Seconds after which a scanner tries again that could not write."""


class Feeder:
    """Drops the files of a plan at their times, each on a thread of its own."""

    def __init__(
        self, root: Path, scans: Sequence[Scan], wait_until: Callable[[float], None]
    ) -> None:
        self._root = root
        self._scans = scans
        self._wait_until = wait_until
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._dropping: list[threading.Thread] = []

    def start(self) -> None:
        """Begin to drop."""
        self._thread.start()

    def finish(self) -> None:
        """Wait until all is dropped."""
        self._thread.join()
        for each in self._dropping:
            each.join()

    def _run(self) -> None:
        for scan in self._scans:
            self._wait_until(scan.drop.at)
            thread = threading.Thread(
                target=_drop, args=(self._root, scan), daemon=True
            )
            thread.start()
            self._dropping.append(thread)


def _drop(root: Path, scan: Scan) -> None:
    folder = root / scan.drop.counter
    while True:
        try:
            _write(folder, scan)
            return
        except OSError:
            for name in (scan.name, f"{scan.name}.part"):
                (folder / name).unlink(missing_ok=True)
            time.sleep(_AGAIN)


def _write(folder: Path, scan: Scan) -> None:
    renamed = scan.drop.manner is Manner.RENAMED
    path = folder / (f"{scan.name}.part" if renamed else scan.name)
    step = -(-len(scan.data) // _PIECES)
    with path.open("wb", buffering=0) as file:
        for start in range(0, len(scan.data), step):
            piece = scan.data[start : start + step]
            if file.write(piece) != len(piece):
                raise OSError("the disk is full")
            time.sleep(_PAUSE)
    if renamed:
        path.rename(folder / scan.name)
