"""Writers that behave like scanners: each is a generator of the pauses it makes.

Between two pauses a writer does one real thing to one real file. `watch_writing` lets
it and a real sweep take turns on a clock that is told the time.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image
from PIL.TiffImagePlugin import AppendingTiffWriter

from pipeline.intake.inbox import DropFolders

Writer = Iterator[float]
"""Yields the seconds it pauses."""

PIECES = 7
POLL = 2.0
RESTART = 30.0


@dataclass
class Clock:
    """Time that passes when it is told to."""

    seconds: float = 0.0
    skew: float = 0.0
    """Seconds that the clock of the file server is ahead."""

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime(2026, 11, 24, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def stamp(self, path: Path) -> None:
        """Give *path* the time of this clock, in whole seconds as old shares do."""
        whole = int(self.now().timestamp() + self.skew)
        os.utime(path, (whole, whole))


@dataclass(frozen=True)
class Seen:
    """A claim, and whether the writer had finished by then."""

    data: bytes
    finished: bool


def watch_writing(
    inbox: DropFolders | Callable[[], DropFolders],
    clock: Clock,
    writer: Writer,
    *,
    patience: float = 120.0,
) -> list[Seen]:
    """Sweep every `POLL` seconds while *writer* writes, and *patience* beyond.

    Args:
        inbox: the watch, or what starts one: then it begins anew once, half a minute
            after the writer did.
        clock: what time it is.
        writer: who writes.
        patience: seconds of watching beyond its end.
    """
    open_again = None if isinstance(inbox, DropFolders) else inbox
    watch = open_again() if open_again else inbox
    assert isinstance(watch, DropFolders)
    restarts = clock.seconds + RESTART
    seen: list[Seen] = []
    resumes: float | None = clock.seconds + next(writer)
    sweeps = clock.seconds + POLL / 2
    ends = float("inf")
    while sweeps < ends:
        if resumes is not None and resumes <= sweeps:
            clock.seconds = resumes
            pause = next(writer, None)
            resumes = None if pause is None else resumes + pause
            ends = clock.seconds + patience if pause is None else ends
            continue
        clock.seconds = sweeps
        if open_again and sweeps >= restarts:
            watch, open_again = open_again(), None
        seen += [
            Seen(claimed.path.read_bytes(), resumes is None)
            for claimed in watch.sweep()
        ]
        sweeps += POLL
    return seen


def copy_slowly(path: Path, data: bytes, pause: float, clock: Clock) -> Writer:
    """Copy over a slow share: one open file that grows piece by piece."""
    with path.open("wb", buffering=0) as file:
        for piece in _pieces(data):
            file.write(piece)
            clock.stamp(path)
            yield pause


def open_append_close(path: Path, data: bytes, pause: float, clock: Clock) -> Writer:
    """Grow like the copy, but open and close the file for every piece."""
    for piece in _pieces(data):
        with path.open("ab") as file:
            file.write(piece)
        clock.stamp(path)
        yield pause


def write_then_rename(path: Path, data: bytes, pause: float, clock: Clock) -> Writer:
    """Write under a temporary name, rename in the end."""
    growing = path.with_name(path.name + ".part")
    yield from copy_slowly(growing, data, pause, clock)
    growing.rename(path)
    yield pause


def preallocate(path: Path, data: bytes, pause: float, clock: Clock) -> Writer:
    """Take the whole size at once, then fill it."""
    with path.open("wb", buffering=0) as file:
        file.truncate(len(data))
        for piece in _pieces(data):
            yield pause
            file.write(piece)
            clock.stamp(path)


def preallocate_unseen(path: Path, data: bytes, pause: float, clock: Clock) -> Writer:
    """Fill a preallocated file whose time the server moves when it is closed."""
    with path.open("wb", buffering=0) as file:
        file.truncate(len(data))
        for piece in _pieces(data):
            os.utime(path, (1, 1))
            yield pause
            file.write(piece)
    clock.stamp(path)
    yield 0.0


def copy_then_touch(path: Path, data: bytes, pause: float, clock: Clock) -> Writer:
    """Copy at once, then let a virus scanner move the time again and again."""
    path.write_bytes(data)
    for _ in range(PIECES):
        with suppress(FileNotFoundError):  # taken meanwhile, and rightly
            clock.stamp(path)
        yield pause


def grow_pdf(
    path: Path, pages: list[Image.Image], pause: float, clock: Clock
) -> Writer:
    """Add each page by an incremental update: the file is valid after each."""
    for number, page in enumerate(pages):
        page.save(path, "PDF", append=number > 0 and path.exists())
        clock.stamp(path)
        yield pause


def grow_tiff(
    path: Path, pages: list[Image.Image], pause: float, clock: Clock
) -> Writer:
    """Add each page to the chain of directories: the file is valid after each."""
    for page in pages:
        with AppendingTiffWriter(str(path)) as file:
            page.save(file, "TIFF", compression="group4")
            file.newFrame()
        clock.stamp(path)
        yield pause


def then_mark(path: Path, writer: Writer) -> Writer:
    """Lay ``<name>.done`` beside the file when *writer* is done with it."""
    yield from writer
    path.with_name(path.name + ".done").touch()
    yield 0.0


def _pieces(data: bytes) -> Iterator[bytes]:
    size = -(-len(data) // PIECES)
    for start in range(0, len(data), size):
        yield data[start : start + size]


COPIERS: dict[str, Callable[[Path, bytes, float, Clock], Writer]] = {
    "slow copy": copy_slowly,
    "open, append, close": open_append_close,
    "temporary name, then rename": write_then_rename,
    "preallocated": preallocate,
    "preallocated, time stands still": preallocate_unseen,
    "touched again and again": copy_then_touch,
}
"""Ways to bring a finished file over."""

GROWERS: dict[str, Callable[[Path, list[Image.Image], float, Clock], Writer]] = {
    "pdf page by page": grow_pdf,
    "tiff page by page": grow_tiff,
}
"""Ways that leave a valid, shorter file between two pages."""
