"""Keep objects as plain files: the embedded store of one machine."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import ConfigError, ObjectConflict, ObjectMissing, StoreUnavailable
from pipeline.storage.files import (
    hash_chunks,
    read_chunks,
    sync_folder,
    translated,
    write_file,
)
from pipeline.storage.keys import WORK, checked, checked_prefix
from pipeline.storage.store import Digest, Feature, Has, History, SelfTest, StoredObject

_STALE = 3600.0
"""Seconds after which a temporary file belongs to a try that died."""

_FILE_MODE = 0o440
_FOLDER_MODE = 0o750
"""The service's user and group only: the store is full of personal data."""

_LINK_TRIES = 5
"""A folder that is emptied meanwhile by `LocalStore.delete` is made again."""

_LOW_SPACE = 1 << 30
"""Bytes: room for the largest original that intake allows is nearly gone."""


_FEATURES = (
    Feature("written once", Has.YES, "a link to a free name"),
    Feature("wrong checksum refused", Has.YES, "before the object has its name"),
    Feature("old versions kept", Has.NO, "a folder keeps none"),
    Feature("object lock", Has.NO, "read-only files, which their owner can remove"),
    Feature("page results expire", Has.YES, "upkeep removes them"),
    Feature("encrypted at rest", Has.NO, "plain files: use an encrypted disk"),
    Feature("TLS", Has.NO, "nothing goes over a network"),
    Feature("identities with few rights", Has.NO, "the system's users and modes"),
)


class LocalStore:
    """Objects as read-only files below a folder, by their keys.

    An object is written under a temporary name, brought to the disk, and linked to its
    own name, which fails where the name is taken; then the folder is brought to the
    disk. So an object is there whole or not at all, also after a power cut, and is
    never overwritten. The file system must know hard links.
    """

    def __init__(self, root: Path) -> None:
        """Open the store, making its folder, and clear what dead tries left behind.

        Raises:
            ConfigError: the folder cannot be made or entered.
        """
        self._root = root
        self._temporary = root / ".tmp"
        with translated(f"store {root}"):
            self._make_folder(self._temporary)
            _remove_stale(self._temporary)

    @property
    def locks(self) -> None:
        """None: whoever owns the folder can remove files."""
        return

    def create(self, key: str, data: bytes) -> bool:
        """Store *data* if nothing is stored under *key*; see `ObjectStore.create`."""
        return self._create(checked(key), [data])

    def create_file(self, key: str, path: Path, *, sha256: str) -> bool:
        """Store a file; see `ObjectStore.create_file`."""
        with path.open("rb") as source:
            return self._create(checked(key), read_chunks(source), sha256)

    def get(self, key: str) -> bytes:
        """Load an object; a plain file has no recorded hash to compare with."""
        with self._opened(key) as file:
            return file.read()

    def get_file(self, key: str, path: Path, *, sha256: str) -> None:
        """Write an object to *path*; see `ObjectStore.get_file`."""
        with self._opened(key) as file:
            write_file(path, read_chunks(file), key=key, sha256=sha256)

    def digest(self, key: str) -> Digest:
        """Read an object back and hash it."""
        with self._opened(key) as file:
            return hash_chunks(read_chunks(file))

    def list_objects(self, prefix: str) -> Iterator[StoredObject]:
        """List a folder and what is below it, by name."""
        folder = self._root / checked_prefix(prefix)
        with translated(prefix):
            for path, size in _walk(folder):
                yield StoredObject(path.relative_to(self._root).as_posix(), size)

    def histories(self, prefix: str) -> Iterator[History]:
        """Find nothing: a folder keeps no versions."""
        checked_prefix(prefix)
        return iter(())

    def delete(self, key: str) -> None:
        """Remove an object of the work area, and folders it leaves empty."""
        if not checked(key).startswith(f"{WORK}/"):
            raise ValueError(f"{key}: only objects of the work area are ever removed")
        path = self._root / key
        with translated(key):
            path.unlink(missing_ok=True)
            with suppress(OSError):  # the first folder that is not empty
                for folder in path.parents:
                    if folder == self._root / WORK:
                        break
                    folder.rmdir()

    def check(self) -> SelfTest:
        """Try out links and space, and look at who may read."""
        problems = []
        try:
            if not self._links_are_exclusive():
                problems.append(
                    f"store {self._root}: the file system lets a link overwrite a file"
                )
        except (ConfigError, StoreUnavailable) as error:
            problems.append(f"{error}; does the file system know hard links?")
        free = shutil.disk_usage(self._root).free
        if free < _LOW_SPACE:
            problems.append(f"store {self._root}: {free >> 20} MiB are free")
        if self._root.stat().st_mode & 0o007:
            problems.append(f"store {self._root}: other users may enter it (chmod 750)")
        return SelfTest(tuple(problems), features=_FEATURES)

    def _create(
        self, key: str, chunks: Iterable[bytes], sha256: str | None = None
    ) -> bool:
        path = self._root / key
        with translated(key):
            if path.exists():
                # Whoever made it may not have come as far as this yet.
                sync_folder(path.parent)
                return False
            with self._written(chunks, key, sha256) as temporary:
                created = self._link(temporary, path)
            sync_folder(path.parent)
        return created

    @contextmanager
    def _written(
        self, chunks: Iterable[bytes], key: str, sha256: str | None
    ) -> Iterator[Path]:
        """Give a temporary file whose contents are on the disk; gone afterwards."""
        handle, name = tempfile.mkstemp(dir=self._temporary)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                found = hash_chunks(chunks, file)
                if sha256 is not None and found.sha256 != sha256:
                    raise ObjectConflict(
                        f"{key}: expected {sha256}, found {found.sha256}"
                    )
                file.flush()
                os.fchmod(handle, _FILE_MODE)
                os.fsync(handle)
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)

    def _link(self, temporary: Path, path: Path) -> bool:
        for _ in range(_LINK_TRIES):
            self._make_folder(path.parent)
            try:
                path.hardlink_to(temporary)
            except FileExistsError:
                return False
            except FileNotFoundError:
                continue
            return True
        raise StoreUnavailable(f"{path.name}: its folder vanished {_LINK_TRIES} times")

    def _make_folder(self, folder: Path) -> None:
        """Make a folder and those above it, each durable before the next."""
        missing = []
        while not folder.is_dir():
            missing.append(folder)
            folder = folder.parent
        for each in reversed(missing):
            # Emptied meanwhile, or between two looks of one mkdir: `_link` tries again.
            with suppress(FileNotFoundError, FileExistsError):
                each.mkdir(mode=_FOLDER_MODE, exist_ok=True)
                sync_folder(each.parent)

    @contextmanager
    def _opened(self, key: str) -> Iterator[BinaryIO]:
        path = self._root / checked(key)
        with translated(key):
            try:
                file = path.open("rb")
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
                raise ObjectMissing(key) from error
            with file:
                yield file

    def _links_are_exclusive(self) -> bool:
        with (
            translated(f"store {self._root}"),
            tempfile.TemporaryDirectory(dir=self._temporary) as folder,
        ):
            first, second = Path(folder, "first"), Path(folder, "second")
            first.touch()
            second.hardlink_to(first)
            try:
                second.hardlink_to(first)
            except FileExistsError:
                return True
        return False


def _remove_stale(folder: Path) -> None:
    """Remove temporary files old enough that nobody can still be writing them."""
    oldest = time.time() - _STALE
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            if path.is_file() and path.stat().st_mtime < oldest:
                path.unlink()


def _walk(folder: Path) -> Iterator[tuple[Path, int]]:
    """Find the files below *folder* and their sizes, folder by folder."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path))
            continue
        with suppress(FileNotFoundError):
            yield Path(entry.path), entry.stat(follow_symlinks=False).st_size
