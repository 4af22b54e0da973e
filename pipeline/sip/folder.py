"""Packages on a disk: written beside their place, then renamed; or compared there."""

import fcntl
import hashlib
import os
import shutil
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol, cast

from pipeline.errors import ConfigError, StoreUnavailable
from pipeline.sip.package import Package
from pipeline.sip.values import VIETNAM

FOLDER_MODE = 0o750
FILE_MODE = 0o640
"""Packages hold personal data: nobody else is to look."""

_CHUNK = 1 << 20
_PART = ".part"
_OURS = ".uuid-*.part*"
_COMPRESSED = {".xml", ".xsd", ".json", ".txt"}
"""PDFs and scans are compressed already."""


_UNREADABLE = (
    FileNotFoundError,
    IsADirectoryError,
    NotADirectoryError,
    KeyError,
    EOFError,
    zipfile.BadZipFile,
    RuntimeError,
    zlib.error,
)
"""What reading a damaged package raises; `zipfile` says RuntimeError of ways to
compress or encrypt that it does not know."""


@contextmanager
def target_folder(target: Path) -> Iterator[None]:
    """Have a folder to oneself, without what a killed export left in it.

    Raises:
        ConfigError: it cannot be made or entered.
        StoreUnavailable: another export is at work in it, or the disk failed.
    """
    try:
        target.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        handle = os.open(target, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise ConfigError(f"{target}: {error.strerror}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for left in target.glob(_OURS):
            _remove(left)
        yield
    except BlockingIOError as error:
        raise StoreUnavailable(f"{target}: another export writes to it") from error
    except OSError as error:
        raise StoreUnavailable(f"{target}: {error.strerror}") from error
    finally:
        os.close(handle)


@contextmanager
def part_folder(target: Path, name: str) -> Iterator[Path]:
    """Give a folder that is gone afterwards, unless it was renamed."""
    part = target / f".{name}{_PART}"
    part.mkdir(mode=FOLDER_MODE)
    try:
        yield part
    finally:
        _remove(part)
        _remove(_zip_part(target, name))


def write_folder(package: Package, part: Path, target: Path, name: str) -> Path:
    """Add the metadata to *part*, which holds the contents, and give it its name."""
    _complete(package, part)
    _sync_tree(part)
    final = target / name
    part.rename(final)
    _sync(target)
    return final


def write_zip(
    package: Package, part: Path, target: Path, name: str, at: datetime
) -> Path:
    """Do the same as ``<name>.zip``; in it is the folder *name*."""
    _complete(package, part)
    beside = _zip_part(target, name)
    with zipfile.ZipFile(beside, "w") as archive:
        for path in _paths(package):
            info = zipfile.ZipInfo(f"{name}/{path}", _clock(at))
            info.external_attr = FILE_MODE << 16
            is_text = PurePosixPath(path).suffix in _COMPRESSED
            info.compress_type = zipfile.ZIP_DEFLATED if is_text else zipfile.ZIP_STORED
            info.file_size = (part / path).stat().st_size
            with (part / path).open("rb") as source, archive.open(info, "w") as entry:
                shutil.copyfileobj(source, entry, _CHUNK)
    beside.chmod(FILE_MODE)
    _sync(beside)
    final = target / f"{name}.zip"
    beside.rename(final)
    _sync(target)
    return final


class Place(Protocol):
    """Where a package was written earlier."""

    def paths(self) -> set[str]:
        """List its files."""

    def open(self, path: str) -> BinaryIO:
        """Open one of them; ``KeyError`` or ``FileNotFoundError`` where it is not."""


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def paths(self) -> set[str]:
        return {
            each.relative_to(self._folder).as_posix()
            for each in self._folder.rglob("*")
            if each.is_symlink() or not each.is_dir()
        }

    def open(self, path: str) -> BinaryIO:
        return (self._folder / path).open("rb")


class _Zip:
    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive = archive
        self._name = name

    def paths(self) -> set[str]:
        start = f"{self._name}/"
        return {each.removeprefix(start) for each in self._archive.namelist()}

    def open(self, path: str) -> BinaryIO:
        return cast(BinaryIO, self._archive.open(f"{self._name}/{path}"))


@contextmanager
def find_written(target: Path, name: str, *, zipped: bool) -> Iterator[Place | None]:
    """Open a package that was written earlier; None where there is none."""
    final = target / (f"{name}.zip" if zipped else name)
    if not final.exists():
        yield None
    elif not zipped:
        yield _Folder(final)
    elif (archive := _open_zip(final)) is not None:
        with archive:
            yield _Zip(archive, name)
    else:
        yield _Nothing()


def _open_zip(path: Path) -> zipfile.ZipFile | None:
    """Open a .zip; None where its directory cannot be read."""
    try:
        return zipfile.ZipFile(path)
    except (*_UNREADABLE, ValueError, struct.error):
        return None


class _Nothing:
    """A file that is no package."""

    def paths(self) -> set[str]:
        return set()

    def open(self, path: str) -> BinaryIO:
        raise FileNotFoundError(path)


def digest(place: Place, path: str) -> tuple[str, int] | None:
    """Give SHA-256 and size of a file; None where it cannot be read."""
    hasher = hashlib.sha256()
    size = 0
    try:
        with place.open(path) as file:
            while chunk := file.read(_CHUNK):
                hasher.update(chunk)
                size += len(chunk)
    except _UNREADABLE:
        return None
    return hasher.hexdigest(), size


def read(place: Place, path: str) -> bytes:
    """Read a small file; empty where it cannot be read."""
    try:
        with place.open(path) as file:
            return file.read()
    except _UNREADABLE:
        return b""


def find_difference(package: Package, place: Place) -> str | None:
    """Compare a package with what was written; names a file that differs."""
    wanted = set(_paths(package))
    if strange := sorted(wanted ^ place.paths()):
        return strange[0]
    for path, data in package.metadata.items():
        if digest(place, path) != (hashlib.sha256(data).hexdigest(), len(data)):
            return path
    for each in package.contents:
        if digest(place, each.path) != (each.sha256, each.size):
            return each.path
    return None


def _paths(package: Package) -> list[str]:
    return sorted([*package.metadata, *(each.path for each in package.contents)])


def _complete(package: Package, part: Path) -> None:
    for path, data in package.metadata.items():
        place = part / path
        place.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        place.write_bytes(data)


def _sync_tree(folder: Path) -> None:
    """Set rights, and have all on the disk before the name says that it is whole."""
    for path in (*folder.rglob("*"), folder):
        path.chmod(FOLDER_MODE if path.is_dir() else FILE_MODE)
        _sync(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _zip_part(target: Path, name: str) -> Path:
    return target / f".{name}{_PART}.zip"


def _clock(at: datetime) -> tuple[int, int, int, int, int, int]:
    local = at.astimezone(VIETNAM)
    return local.year, local.month, local.day, local.hour, local.minute, local.second


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
