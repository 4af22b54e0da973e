"""Keep dossiers from being removed: for the time of their procedure, or on hold."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.errors import ConfigError, ObjectMissing, StoreUnavailable
from pipeline.model.dossier import Manifest
from pipeline.model.retention import Retention
from pipeline.model.scan import MediaType
from pipeline.storage import keys
from pipeline.storage.manifest import read_joined, read_manifest
from pipeline.storage.store import NotLockable, ObjectStore

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Keeper:
    """Locks what belongs to a dossier, where the store can lock."""

    store: ObjectStore
    retention: Retention | None
    """None: dossiers are not locked; legal hold works all the same."""

    def retain(self, manifest: Manifest) -> bool:
        """Lock all of a dossier's revision, its plan and its scan, for its time.

        Scan and plan of several dossiers stay as long as the longest of them.

        Returns:
            Whether there was anything to do here.

        Raises:
            NotLockable: this store cannot.
        """
        locks = self.store.locks
        if self.retention is None or locks is None:
            return False
        until = self.retention.until(manifest)
        for key in self._parts(manifest):
            try:
                locks.retain(key, until)
            except ObjectMissing:
                if key != keys.plan_key(manifest.batch_id):
                    raise
        return True

    def try_to_retain(self, manifest: Manifest) -> None:
        """Lock a dossier if that can be done now, and log it if not."""
        try:
            self.retain(manifest)
        except (ConfigError, ObjectMissing, StoreUnavailable) as error:
            log.error("dossier %s is not locked: %s", manifest.id, error)  # noqa: TRY400

    def hold(self, name: str, on: bool) -> int:
        """Put a dossier or all of a batch under legal hold, or end it."""
        locks = self.store.locks
        if locks is None:
            raise NotLockable("a folder cannot hold what it keeps: use an S3 server")
        found = set(self._of_batch(name) if len(name) == _BATCH else self._of(name))
        if not found:
            raise ObjectMissing(f"there is no dossier and no batch {name}")
        for key in sorted(found):
            locks.hold(key, on)
        return len(found)

    def _of_batch(self, batch_id: str) -> Iterator[str]:
        plan = keys.plan_key(batch_id)
        for each in self.store.list_objects(f"{keys.ORIGINALS}/"):
            part = keys.find_part(each.key)
            if batch_id == (part.batch_id if part else keys.find_original(each.key)):
                yield each.key
        for each in self.store.list_objects(f"{keys.DOSSIERS}/"):
            revision = keys.find_revision(each.key)
            if each.key == plan or (
                revision and batch_id.startswith(revision.dossier_id.partition("-")[0])
            ):
                yield each.key

    def _of(self, dossier_id: str) -> Iterator[str]:
        for each in self.store.list_objects(keys.dossier_prefix(dossier_id)):
            yield each.key
            revision = keys.find_revision(each.key)
            if revision and each.key == keys.manifest_key(*revision):
                manifest = read_manifest(self.store.get(each.key), each.key)
                yield from self._scan(manifest.original_key)

    def _parts(self, manifest: Manifest) -> Iterator[str]:
        for document in manifest.documents:
            yield document.key
            yield document.text_key
        yield from self._scan(manifest.original_key)
        yield keys.plan_key(manifest.batch_id)
        yield keys.manifest_key(manifest.id, manifest.revision)

    def _scan(self, key: str) -> Iterator[str]:
        """List an original and, where it joins several files, those too."""
        yield key
        if key.endswith(MediaType.PAIR.suffix):
            joined = read_joined(self.store.get(key), key)
            for name, part in zip(joined.names, joined.parts, strict=True):
                yield keys.part_key(key, name, part.media_type)


_BATCH = 32
"""Characters of a batch's id; a dossier's has a dash and fewer."""
