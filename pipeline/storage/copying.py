"""Move a store's objects to another store, of whatever kind, and prove that they came.

Page results are left behind: they can be made again.
"""

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from pipeline.errors import ObjectConflict, ObjectMissing
from pipeline.model.dossier import Manifest
from pipeline.model.proof import Finding
from pipeline.parallel import in_order
from pipeline.storage import keys
from pipeline.storage.manifest import read_manifest
from pipeline.storage.store import Digest, ObjectStore, StoredObject

_IN_MEMORY = 8 << 20
"""Bytes of the largest object that is held in memory on its way."""

_ORDER = (keys.ORIGINALS, keys.DOSSIERS, keys.DIGESTS)
"""What is named comes before what names it."""

FOREIGN = "not copied: not an object of this archive"


def copy_objects(
    source: ObjectStore,
    target: ObjectStore,
    *,
    after: str = "",
    lock: Callable[[Manifest], object] = lambda _: None,
    locks: bool = True,
) -> Iterator[Finding]:
    """Copy what *target* lacks, read everything back, and set its locks again.

    A dossier's manifest comes after its papers, so that a copy cut short holds no
    dossier whose papers are missing. Nothing in *target* is replaced. Doing it again
    compares all objects of both.

    Args:
        source: only read.
        target: set up before; may hold some of the objects.
        after: `Finding.reached` of an earlier, unfinished run.
        lock: is given each manifest that came, to lock its dossier in *target*.
        locks: whether *target* gets the locks that objects have in *source*.

    Yields:
        Each object, with a fault where *target* holds other bytes.

    Raises:
        StoreUnavailable, ConfigError: a store gives no usable answer, or *target*
            cannot keep the lock that an object had.
    """
    copier = _Copier(source, target, lock, locks)
    for findings in in_order(copier.unit, _units(source, after)):
        yield from findings


@dataclass(frozen=True, slots=True)
class _Unit:
    name: str
    """Grows from unit to unit."""

    members: tuple[StoredObject, ...]


def _units(source: ObjectStore, after: str) -> Iterator[_Unit]:
    for number, area in enumerate(_ORDER):
        every = source.list_objects(f"{area}/")
        for folder, grouped in groupby(every, _folder):
            name = f"{number}:{folder}"
            if name > after:
                members = sorted(grouped, key=_manifest_last)
                yield _Unit(name, tuple(members))


def _folder(stored: StoredObject) -> str:
    """Plans all lie in one folder: each is a unit of its own."""
    key = stored.key
    return key if keys.find_plan(key) else key.rpartition("/")[0]


def _manifest_last(stored: StoredObject) -> bool:
    return stored.key.endswith(f"/{keys.MANIFEST}")


@dataclass(frozen=True, slots=True)
class _Copier:
    source: ObjectStore
    target: ObjectStore
    lock: Callable[[Manifest], object]
    locks: bool

    def unit(self, unit: _Unit) -> list[Finding]:
        found = [self.copy(each) for each in unit.members]
        found[-1] = found[-1]._replace(reached=unit.name)
        return found

    def copy(self, stored: StoredObject) -> Finding:
        """Copy one object, and its locks."""
        key = stored.key
        try:
            keys.checked(key)
        except ValueError:
            return Finding(key, FOREIGN)
        try:
            sent = self._send(stored)
            arrived = self.target.digest(key)
            if arrived == sent:
                self._lock(key)
                return Finding(key, None, sent.size)
        except ObjectMissing:  # it was listed, and is gone
            return Finding(key, "missing in the source")
        except ObjectConflict as error:
            return Finding(key, str(error).removeprefix(f"{key}: "))
        fault = f"the target has SHA-256 {arrived.sha256}, the source {sent.sha256}"
        return Finding(key, fault, sent.size)

    def _send(self, stored: StoredObject) -> Digest:
        key = stored.key
        if stored.size <= _IN_MEMORY:
            data = self.source.get(key)
            self.target.create(key, data)
            return Digest(len(data), hashlib.sha256(data).hexdigest())
        found = self.source.digest(key)
        with tempfile.TemporaryDirectory(prefix="sohoa-copy-") as folder:
            path = Path(folder, "object")
            self.source.get_file(key, path, sha256=found.sha256)
            self.target.create_file(key, path, sha256=found.sha256)
        return found

    def _lock(self, key: str) -> None:
        if not self.locks or self.target.locks is None:
            return
        if self.source.locks is not None:
            had = self.source.locks.find(key)
            if had.until is not None:
                self.target.locks.retain(key, had.until)
            if had.held:
                self.target.locks.hold(key, True)
        revision = keys.find_revision(key)
        if revision and key == keys.manifest_key(*revision):
            self.lock(read_manifest(self.target.get(key), key))
