"""List what may be taken out of a drop folder, going by name and kind of file."""

import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from pipeline.intake.settle import Look
from pipeline.model.scan import FolderRules

STATUS_FILE = "TRANG-THAI.txt"
"""Our own file in a drop folder: what became of today's scans."""

_DONE = ".done"
"""Ending of the marker that some scanners lay beside a finished file."""

_IGNORED = re.compile(
    r"(\..*|~.*|.*~|.*\.(tmp|temp|part|partial|crdownload|filepart|swp)"
    r"|thumbs\.db|desktop\.ini|" + re.escape(STATUS_FILE) + ")",
    re.IGNORECASE | re.DOTALL,
)
"""Hidden and temporary names: scanners and browsers rename when they are done."""


def list_scans(drop: Path, rules: FolderRules) -> Iterator[tuple[Path, Look]]:
    """List regular files with one name, without what *rules* leave out.

    Where *rules* ask for a marker, only files that have theirs are listed.
    """
    found = dict(_plain_files(drop))
    for path, look in found.items():
        if any(_matches(path.name, pattern) for pattern in rules.ignore):
            continue
        if rules.done_marker and (
            path.name.endswith(_DONE) or marker_of(path) not in found
        ):
            continue
        yield path, look


def marker_of(path: Path) -> Path:
    """Name the marker of a file."""
    return path.with_name(path.name + _DONE)


def _plain_files(drop: Path) -> Iterator[tuple[Path, Look]]:
    with os.scandir(drop) as entries:
        for entry in entries:
            if _IGNORED.fullmatch(entry.name):
                continue
            try:
                found = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            if stat.S_ISREG(found.st_mode) and found.st_nlink == 1:
                yield Path(entry.path), Look.of(found)


def _matches(name: str, pattern: str) -> bool:
    """Compare without case; Apple's shares send names with their marks apart."""
    return fnmatchcase(_plain(name), _plain(pattern))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
