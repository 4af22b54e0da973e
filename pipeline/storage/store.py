"""What the archive needs from a store of objects, whatever keeps them.

Keys have the closed form of `pipeline.storage.keys`; every method raises ``ValueError``
for another. ``tests/storage/test_contract.py`` holds every store to this page.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from pipeline.errors import ConfigError


class NotAllowed(ConfigError):
    """The identity in use has no right to do this; other identities may."""


class NotLockable(ConfigError):
    """This store cannot lock the object; another could."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object as listed."""

    key: str
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class History:
    """An object that was not written once and left alone, as a versioned store sees."""

    key: str
    older: int
    """How many earlier versions the store keeps of it."""

    removed: bool
    """Nothing is there now."""

    def __str__(self) -> str:
        done = "removed" if self.removed else "overwritten"
        plural = "" if self.older == 1 else "s"
        return f"{done}, the store keeps {self.older} older version{plural}"


@dataclass(frozen=True, slots=True)
class Digest:
    """What was found by reading an object from its first to its last byte."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Lock:
    """How an object is kept from being removed."""

    mode: str | None
    """``governance``: an administrator may end it; ``compliance``: nobody may."""

    until: datetime | None
    held: bool
    """Under legal hold, whatever the time."""


class Has(StrEnum):
    """Whether a store has a feature."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    """The identity in use may not ask."""


@dataclass(frozen=True, slots=True)
class Feature:
    """Something an archive wants of a store, and whether it is there."""

    name: str
    """One of `FEATURES`."""

    has: Has
    found: str = ""


FEATURES = (
    "written once",
    "wrong checksum refused",
    "old versions kept",
    "object lock",
    "page results expire",
    "encrypted at rest",
    "TLS",
    "identities with few rights",
)


@dataclass(frozen=True, slots=True)
class SelfTest:
    """What came of trying out a store."""

    problems: tuple[str, ...] = ()
    """One sentence each."""

    allowed: tuple[str, ...] = ()
    """What the identity in use was seen to have a right to."""

    refused: tuple[str, ...] = ()
    """What it has no right to, so that it could not be tried: no problem for an
    identity that is not meant to do it."""

    features: tuple[Feature, ...] = ()
    """What the store has of `FEATURES`, in their order; a lack is no problem."""


class Locks(Protocol):
    """What keeps stored objects from being removed, where a store can do that.

    All methods raise `NotLockable`, `NotAllowed`, `ObjectMissing` and
    `StoreUnavailable`.
    """

    def retain(self, key: str, until: datetime) -> None:
        """Keep an object until a time, or longer where it already is."""

    def hold(self, key: str, on: bool) -> None:
        """Put an object under legal hold, or end it."""

    def find(self, key: str) -> Lock:
        """Tell how an object is locked."""


class ObjectStore(Protocol):
    """Objects by key, written once and whole or not at all.

    All methods raise `StoreUnavailable` where there is no usable answer (nothing is
    then known to be written) and `ConfigError` where credentials, rights, buckets or
    folders are wrong. Safe for threads and for any number of processes.
    """

    @property
    def locks(self) -> Locks | None:
        """The locks of its objects; None where it cannot lock."""

    def create(self, key: str, data: bytes) -> bool:
        """Store *data* if nothing is stored under *key*; durable when this returns.

        Of any number of callers at once exactly one succeeds.

        Returns:
            False where an object is there already; it is left as it is. A request
            that was sent again after a lost answer may find its own object: compare
            contents before concluding that somebody else was first.
        """

    def create_file(self, key: str, path: Path, *, sha256: str) -> bool:
        """Store the file *path* as `create` does, without holding it in memory.

        Raises:
            ObjectConflict: the bytes read are not those of *sha256*; nothing is stored.
            OSError: *path* cannot be read.
        """

    def get(self, key: str) -> bytes:
        """Load an object.

        Raises:
            ObjectMissing: nothing is stored under *key*.
            ObjectConflict: the store itself recorded another hash.
        """

    def get_file(self, key: str, path: Path, *, sha256: str) -> None:
        """Write an object to *path*, which appears whole and right or not at all.

        Raises:
            ObjectMissing: nothing is stored under *key*.
            ObjectConflict: the stored bytes are not those of *sha256*.
        """

    def digest(self, key: str) -> Digest:
        """Read an object back and hash it: what is stored, not what was recorded.

        Raises:
            ObjectMissing: nothing is stored under *key*.
        """

    def list_objects(self, prefix: str) -> Iterator[StoredObject]:
        """List what is stored in a folder and below.

        What lies in one folder stands together; beyond that the order is the store's
        own. What comes or goes meanwhile may or may not be listed. Objects that others
        put there are listed too, under names that need not have the form of keys.
        """

    def histories(self, prefix: str) -> Iterator[History]:
        """List what was overwritten or removed in a folder and below.

        A store that keeps no versions knows of none.

        Raises:
            NotAllowed: the identity in use may not look at versions.
        """

    def delete(self, key: str) -> None:
        """Remove an object of the work area, if it is there.

        Raises:
            ValueError: the object is in another area; those are kept.
        """

    def check(self) -> SelfTest:
        """Try out what the archive relies on, as far as the identity in use may."""
