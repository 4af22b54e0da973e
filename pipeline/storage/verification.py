"""Compare every object with the manifest that names it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from pipeline.errors import ObjectConflict, ObjectMissing
from pipeline.model.dossier import Manifest
from pipeline.storage import keys
from pipeline.storage.manifest import read_manifest, read_plan
from pipeline.storage.store import ObjectStore

Finding = tuple[str, str | None]
"""A key, and what is wrong with its object; None where nothing is."""

UNNAMED = "no manifest names it: a filing under way, or what is left of one"
FOREIGN = "not an object of this archive"


def verify(store: ObjectStore) -> Iterator[Finding]:
    """Read everything below ``dossiers/`` and the originals it names.

    A dossier whose manifest is put while this runs counts as filed. Originals that no
    manifest names are not looked at: received scans wait there, and rejected ones.

    Yields:
        Each object once, or for an original once for each run of its dossiers.

    Raises:
        StoreUnavailable, ConfigError: there is no usable answer; nothing is concluded.
    """
    check = _Verification(store)
    found = (each.key for each in store.list_objects(f"{keys.DOSSIERS}/"))
    for revision, members in groupby(found, keys.find_revision):
        if revision is None:
            yield from map(check.loose, members)
        else:
            yield from check.revision(revision, members)


@dataclass(slots=True)
class _Verification:
    store: ObjectStore
    last_original: tuple[str, str] = field(default=("", ""))
    """Key and expected hash: dossiers of one scan stand side by side in the list."""

    def loose(self, key: str) -> Finding:
        """Look at an object that belongs to no dossier."""
        try:
            if not key.startswith(keys.PLANS):
                return key, FOREIGN
            plan = read_plan(self.store.get(key), key)
            if keys.plan_key(plan.batch_id) != key:
                return key, f"holds the plan of batch {plan.batch_id}"
        except (ObjectMissing, ObjectConflict) as error:
            return key, _described(key, error)
        except ValueError:
            return key, FOREIGN
        return key, None

    def revision(
        self, revision: keys.Revision, members: Iterable[str]
    ) -> Iterator[Finding]:
        """Compare one revision of a dossier with its manifest."""
        key = keys.manifest_key(*revision)
        try:
            manifest = read_manifest(self.store.get(key), key)
        except ObjectMissing:
            yield from ((member, UNNAMED) for member in members)
            return
        except ObjectConflict as error:
            yield key, _described(key, error)
            yield from ((member, UNNAMED) for member in members if member != key)
            return
        yield key, _misplaced(manifest, revision)
        named = {key}
        for document in manifest.documents:
            named |= {document.key, document.text_key}
            yield self.compare(document.key, document.sha256, document.size)
            yield self.compare(document.text_key, document.text_sha256)
        original = (manifest.original_key, manifest.original_sha256)
        if original != self.last_original:
            yield self.compare(*original)
            self.last_original = original
        yield from ((member, UNNAMED) for member in members if member not in named)

    def compare(self, key: str, sha256: str, size: int | None = None) -> Finding:
        """Read an object and compare it with what its manifest says."""
        try:
            found = self.store.digest(key)
        except ObjectMissing:
            return key, "missing"
        except ValueError:
            return key, FOREIGN
        if size is not None and found.size != size:
            return key, f"{found.size} bytes, its manifest says {size}"
        if found.sha256 != sha256:
            return key, f"SHA-256 {found.sha256}, its manifest says {sha256}"
        return key, None


def _misplaced(manifest: Manifest, revision: keys.Revision) -> str | None:
    if (manifest.id, manifest.revision) != revision:
        return f"holds the manifest of {manifest.id}, revision {manifest.revision}"
    return None


def _described(key: str, error: Exception) -> str:
    return str(error).removeprefix(f"{key}: ")
