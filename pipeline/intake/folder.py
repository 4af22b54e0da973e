"""See a folder inside a drop folder as one dossier: its files, in order, and its look.

Nothing is opened here, and no link is followed.
"""

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import IncompleteScan, OversizedScan, ScanRejected, UnsupportedScan
from pipeline.intake.names import fold, is_litter, is_temporary, matches
from pipeline.intake.settle import Look
from pipeline.model.joined import MOST_FILES

_MOST_ENTRIES = 2 * MOST_FILES
"""Entries of all kinds that are looked at: a folder without end holds nobody up."""

_DEEPEST = 20
"""Folders one in another: what lies deeper could not even be removed again."""

_DIGITS = re.compile(r"([0-9]+)")


class Found(NamedTuple):
    """A file or a folder that may be taken in, as it looks now."""

    look: Look
    files: tuple[Path, ...]
    """The file itself; of a folder all its files, in natural order of their names."""

    fault: ScanRejected | None = None
    """What forbids to take the folder in, whatever its files are."""

    is_folder: bool = False


class _Entry(NamedTuple):
    path: Path
    name: str
    """Below the folder."""

    found: os.stat_result


def look_at_folder(folder: Path, ignore: tuple[str, ...]) -> Found:
    """List the files of a folder and of the folders in it.

    Left alone are what file managers leave behind and names that match *ignore*.
    Anything else that is no plain file is a fault, lest a dossier lack a page silently.

    Raises:
        OSError: it, or a folder in it, cannot be listed, or is a link.
    """
    inode = os.lstat(folder)
    if not stat.S_ISDIR(inode.st_mode):
        raise NotADirectoryError(20, "not a folder")
    fault: ScanRejected | None = None
    files: list[_Entry] = []
    for number, entry in enumerate(_entries(folder), start=1):
        if number > _MOST_ENTRIES or len(files) >= MOST_FILES:
            fault = OversizedScan(f"a folder of more than {MOST_FILES} files")
            break
        if entry.name.count("/") >= _DEEPEST:
            fault = OversizedScan(f"more than {_DEEPEST} folders one in another")
            break
        if matches(entry.path.name, ignore):
            continue
        if is_temporary(entry.path.name):
            fault = fault or IncompleteScan("a file in the folder is being written")
        if stat.S_ISDIR(entry.found.st_mode):
            continue
        if not stat.S_ISREG(entry.found.st_mode) or entry.found.st_nlink > 1:
            fault = fault or UnsupportedScan("something in the folder is no plain file")
        files.append(entry)
    files.sort(key=lambda entry: natural_order(entry.name))
    look = Look(
        size=sum(entry.found.st_size for entry in files) + len(files),
        mtime_ns=max((entry.found.st_mtime_ns for entry in files), default=0),
        inode=inode.st_ino,
        parts=_fingerprint(files),
    )
    paths = tuple(entry.path for entry in files)
    return Found(look, paths, fault, is_folder=True)


def others_in(folder: Path, files: tuple[Path, ...]) -> Iterator[Path]:
    """List what is left alone in a folder and is no litter."""
    for entry in _entries(folder):
        if entry.path not in files and not stat.S_ISDIR(entry.found.st_mode):
            yield entry.path


def natural_order(name: str) -> tuple[object, ...]:
    """Order names as people count: 2 before 10, and *scan* before *scan (2)*.

    Args:
        name: may have folders before it.
    """
    parts = tuple(
        tuple(
            (int(piece), "") if index % 2 else (-1, piece)
            for text in (Path(part).stem, Path(part).suffix)
            for index, piece in enumerate(_DIGITS.split(fold(text)))
        )
        for part in Path(name).parts
    )
    return parts, name


def _entries(folder: Path) -> Iterator[_Entry]:
    """Walk through a folder and those in it, each before what is in it.

    Left out are litter, what vanishes meanwhile, and what lies too deep.
    """
    waiting = [(folder, "")]
    while waiting:
        place, prefix = waiting.pop()
        with os.scandir(place) as entries:
            for entry in entries:
                if is_litter(entry.name):
                    continue
                try:
                    found = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                path, name = Path(entry.path), prefix + entry.name
                if stat.S_ISDIR(found.st_mode) and prefix.count("/") < _DEEPEST:
                    waiting.append((path, f"{name}/"))
                yield _Entry(path, name, found)


def _fingerprint(files: list[_Entry]) -> str:
    """Sum up names, sizes and times: any change to a file gives another."""
    digest = hashlib.sha256()
    for entry in files:
        kind = stat.S_IFMT(entry.found.st_mode)
        seen = (entry.name, entry.found.st_size, entry.found.st_mtime_ns, kind)
        digest.update(repr(seen).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
