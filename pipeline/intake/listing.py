"""List what may be taken out of a drop folder, going by name and kind of file."""

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from pipeline.intake.folder import Found, look_at_folder
from pipeline.intake.names import is_litter, is_temporary, matches
from pipeline.intake.places import PROCESSED, SET_ASIDE
from pipeline.intake.settle import Look
from pipeline.model.scan import FolderRules, Subfolders

log = logging.getLogger(__name__)

STATUS_FILE = "TRANG-THAI.txt"
"""Our own file in a drop folder: what became of today's scans."""

_DONE = ".done"
"""Ending of the marker that some scanners lay beside a finished file."""

_STATUS = STATUS_FILE.upper()
_OWN_FOLDERS = (SET_ASIDE, PROCESSED)


def list_scans(drop: Path, rules: FolderRules) -> Iterator[tuple[Path, Found]]:
    """List regular files with one name, without what *rules* leave out.

    Where *rules* ask for a marker, only files that have theirs are listed. Where
    they say that folders are dossiers, those are listed too, unless they are empty.
    """
    files: dict[Path, Look] = {}
    folders: list[Path] = []
    for path, found in _entries(drop):
        if stat.S_ISREG(found.st_mode) and found.st_nlink == 1:
            files[path] = Look.of(found)
        elif stat.S_ISDIR(found.st_mode) and path.name not in _OWN_FOLDERS:
            folders.append(path)
    for path, look in files.items():
        if not _is_left_out(path, rules, files):
            yield path, Found(look, (path,))
    for path in folders if rules.subfolders is Subfolders.DOSSIERS else ():
        if not _is_left_out(path, rules, files):
            yield from _dossier(path, rules)


def marker_of(path: Path) -> Path:
    """Name the marker of a file or a folder."""
    return path.with_name(path.name + _DONE)


def _entries(drop: Path) -> Iterator[tuple[Path, os.stat_result]]:
    with os.scandir(drop) as entries:
        for entry in entries:
            name = entry.name
            if is_temporary(name) or is_litter(name) or name.upper() == _STATUS:
                continue
            try:
                found = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            yield Path(entry.path), found


def _is_left_out(path: Path, rules: FolderRules, files: dict[Path, Look]) -> bool:
    if matches(path.name, rules.ignore):
        return True
    is_marked = not path.name.endswith(_DONE) and marker_of(path) in files
    return rules.done_marker and not is_marked


def _dossier(path: Path, rules: FolderRules) -> Iterator[tuple[Path, Found]]:
    try:
        found = look_at_folder(path, rules.ignore)
    except OSError as error:  # it vanished, or is not ours to read
        log.debug("a folder cannot be listed: %s", error.strerror)
        return
    if found.files:
        yield path, found
