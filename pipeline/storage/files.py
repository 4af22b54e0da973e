"""Files as stores need them: hashed while copied, durable, errors in our own terms."""

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import ConfigError, ObjectConflict, StoreUnavailable
from pipeline.storage.store import Digest

CHUNK = 1 << 20
"""Bytes read at a time: large enough for disk speed, small beside a page."""

_FULL = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


def read_chunks(file: BinaryIO) -> Iterator[bytes]:
    """Read a file piece by piece."""
    while chunk := file.read(CHUNK):
        yield chunk


def hash_chunks(chunks: Iterable[bytes], target: BinaryIO | None = None) -> Digest:
    """Hash all of *chunks*, and write them to *target* on the way."""
    hasher = hashlib.sha256()
    size = 0
    for chunk in chunks:
        hasher.update(chunk)
        size += len(chunk)
        if target is not None:
            target.write(chunk)
    return Digest(size, hasher.hexdigest())


def write_file(path: Path, chunks: Iterable[bytes], *, key: str, sha256: str) -> None:
    """Write *chunks* to *path*, which appears whole and right or not at all.

    Raises:
        ObjectConflict: the chunks are not those of *sha256*.
        StoreUnavailable, ConfigError: the file cannot be written.
    """
    with translated(f"copy of {key}"):
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".fetch-")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                found = hash_chunks(chunks, file)
            if found.sha256 != sha256:
                raise ObjectConflict(f"{key}: expected {sha256}, found {found.sha256}")
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make names that were added to *folder* survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # Network file systems that refuse this write names through by themselves.
        with suppress_unsupported():
            os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def suppress_unsupported() -> Iterator[None]:
    """Pass over a call the file system does not know for folders."""
    try:
        yield
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn what the file system raises into what the pipeline means."""
    try:
        yield
    except OSError as error:
        found = os.strerror(error.errno) if error.errno else type(error).__name__
        if error.errno in _FULL:
            raise StoreUnavailable(f"{what}: the disk is full ({found})") from error
        if error.errno in _FORBIDDEN:
            raise ConfigError(f"{what}: not allowed by the system ({found})") from error
        raise StoreUnavailable(f"{what}: {found}") from error
