"""Compare every object with the manifest that names it, and manifests with digests."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from pipeline.errors import ObjectConflict, ObjectMissing
from pipeline.model.dossier import Manifest
from pipeline.model.proof import Finding
from pipeline.model.scan import MediaType, to_batch_id
from pipeline.parallel import in_order
from pipeline.storage import keys
from pipeline.storage.digest_check import Judge, check_digests
from pipeline.storage.digests import load_chains
from pipeline.storage.manifest import read_joined, read_manifest, read_plan
from pipeline.storage.store import History, NotAllowed, ObjectStore

UNNAMED = "no manifest names it: a filing under way, or what is left of one"
FOREIGN = "not an object of this archive"
GONE = "missing: a digest names it"

_SCAN_DIGITS = 16
"""Digits that the ids of a scan's dossiers begin with."""


def verify(
    store: ObjectStore, *, after: str = "", judge: Judge | None = None
) -> Iterator[Finding]:
    """Read everything but page results, and compare it with what names it.

    First the chain of digests, always whole. Then scan by scan its plan, manifests,
    papers and original; then originals that no manifest names, which tell their hash
    by their own name. A dossier whose manifest is put while this runs counts as filed.

    Args:
        store: what to read.
        after: `Finding.reached` of an earlier, unfinished run.
        judge: tells what a signature is worth; None: signatures are not looked into.

    Yields:
        Each object once, or for an original once for each run of its dossiers.

    Raises:
        StoreUnavailable, ConfigError: there is no usable answer; nothing is concluded.
    """
    chains = load_chains(store)
    check = _Verification(store, chains.objects(), _histories(store))
    yield from map(check.digest, check_digests(store, chains, judge))
    for findings in in_order(check.unit, check.units(after)):
        yield from findings
    yield from check.absent()
    yield from in_order(check.original, check.originals(after))


def _histories(store: ObjectStore) -> dict[str, History]:
    """Find objects that were overwritten or removed, where the store can tell."""
    try:
        return {
            each.key: each for area in keys.KEPT for each in store.histories(f"{area}/")
        }
    except NotAllowed:
        return {}  # `sohoa check` says what the identity in use may not


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is looked at in one piece: all dossiers of a scan, or a plan."""

    name: str
    """Empty: something foreign, which is looked at every time."""

    members: tuple[str, ...]


@dataclass(slots=True)
class _Verification:
    store: ObjectStore
    proven: dict[str, tuple[bytes, str]]
    """Hash of each manifest and plan that a digest names, and that digest's key."""

    histories: dict[str, History]
    listed: set[str] = field(default_factory=set)
    """Of what is proven or has a history: what is there."""

    scans: set[str] = field(default_factory=set)
    """Scans that became a dossier, by the first digits of their ids."""

    def digest(self, found: tuple[str, str | None]) -> Finding:
        """Add to what was found out about a digest that it was overwritten, if so."""
        key, fault = found
        if key in self.histories:
            self.listed.add(key)
            return Finding(key, fault or str(self.histories[key]))
        return Finding(key, fault)

    def units(self, after: str) -> Iterator[_Unit]:
        """Divide what lies below ``dossiers/``, leaving out units up to *after*."""
        every = (each.key for each in self.store.list_objects(f"{keys.DOSSIERS}/"))
        for name, grouped in groupby(every, _unit_name):
            members = tuple(grouped)
            for key in members:
                if key in self.proven or key in self.histories:
                    self.listed.add(key)
                revision = keys.find_revision(key)
                if revision and key == keys.manifest_key(*revision):
                    self.scans.add(revision.dossier_id[:_SCAN_DIGITS])
            if not name or name > after:
                yield _Unit(name, members)

    def unit(self, unit: _Unit) -> list[Finding]:
        """Look at all members of a unit."""
        found: list[Finding] = []
        originals: set[tuple[str, str]] = set()
        for revision, members in groupby(unit.members, keys.find_revision):
            if revision is None:
                found.extend(map(self.loose, members))
            else:
                found.extend(self.revision(revision, members, originals))
        if unit.name:
            found[-1] = found[-1]._replace(reached=unit.name)
        return found

    def absent(self) -> Iterator[Finding]:
        """Tell what the list should have held, after all units were looked at."""
        for key in sorted(self.proven.keys() - self.listed):
            fault = f"{GONE} ({self.proven[key][1]})"
            yield Finding(key, self.with_history(key, fault))
        for key, history in sorted(self.histories.items()):
            if history.removed and key not in self.listed and key not in self.proven:
                yield Finding(key, str(history))

    def originals(self, after: str) -> Iterator[str]:
        """List the originals that no manifest led to."""
        batches = Counter(map(keys.find_original, self._originals()))
        for key in self._originals():
            part = keys.find_part(key)
            batch_id = part.batch_id if part else keys.find_original(key)
            is_known = batch_id is not None and batch_id[:_SCAN_DIGITS] in self.scans
            alone = part is not None or batches[batch_id] == 1
            if key > after and not (is_known and alone):
                yield key

    def _originals(self) -> Iterator[str]:
        return (each.key for each in self.store.list_objects(f"{keys.ORIGINALS}/"))

    def original(self, key: str) -> Finding:
        """Compare an original with the hash that its batch is named by."""
        batch_id = keys.find_original(key)
        if part := keys.find_part(key):
            named = self.parts(part.joined_by, only=key)
            return next(named, Finding(key, UNNAMED))._replace(reached=key)
        if batch_id is None:
            return Finding(key, FOREIGN)
        try:
            found = self.store.digest(key)
        except ObjectMissing:
            return Finding(key, "missing", reached=key)
        fault = None
        if to_batch_id(found.sha256) != batch_id:
            fault = f"SHA-256 {found.sha256}, which is not that of its batch"
        for each in self.parts(key):
            fault = fault or (each.fault and f"{each.key}: {each.fault}")
        return Finding(key, fault, found.size, reached=key)

    def parts(self, key: str, *, only: str | None = None) -> Iterator[Finding]:
        """Compare the files that an original joins; nothing where it is a scan.

        Args:
            key: the original.
            only: key of the one file to compare; None: all.
        """
        if not key.endswith(MediaType.PAIR.suffix):
            return
        try:
            joined = read_joined(self.store.get(key), key)
        except (ObjectMissing, ObjectConflict):  # told of where it is compared itself
            return
        for name, part in zip(joined.names, joined.parts, strict=True):
            place = keys.part_key(key, name, part.media_type)
            if only in (None, place):
                yield self.compare(place, part.sha256, part.size)

    def loose(self, key: str) -> Finding:
        """Look at an object that belongs to no dossier."""
        if keys.find_plan(key) is None:
            return Finding(key, FOREIGN)
        try:
            data = self.store.get(key)
            plan = read_plan(data, key)
        except (ObjectMissing, ObjectConflict) as error:
            return Finding(key, _described(key, error))
        fault = None
        if keys.plan_key(plan.batch_id) != key:
            fault = f"holds the plan of batch {plan.batch_id}"
        return Finding(key, fault or self.changed(key, data), len(data))

    def revision(
        self,
        revision: keys.Revision,
        members: Iterable[str],
        originals: set[tuple[str, str]],
    ) -> Iterator[Finding]:
        """Compare one revision of a dossier with its manifest."""
        key = keys.manifest_key(*revision)
        try:
            data = self.store.get(key)
            manifest = read_manifest(data, key)
        except ObjectMissing:
            yield from (Finding(member, UNNAMED) for member in members)
            return
        except ObjectConflict as error:
            yield Finding(key, _described(key, error))
            yield from (Finding(each, UNNAMED) for each in members if each != key)
            return
        fault = _misplaced(manifest, revision) or self.changed(key, data)
        yield Finding(key, fault, len(data))
        named = {key}
        for document in manifest.documents:
            named |= {document.key, document.text_key}
            yield self.compare(document.key, document.sha256, document.size)
            yield self.compare(document.text_key, document.text_sha256)
        original = (manifest.original_key, manifest.original_sha256)
        if original not in originals:
            originals.add(original)
            yield self.compare(*original)
            yield from self.parts(manifest.original_key)
        yield from (Finding(each, UNNAMED) for each in members if each not in named)

    def changed(self, key: str, data: bytes) -> str | None:
        """Compare a manifest or plan with its digest, or else with its history."""
        found = hashlib.sha256(data)
        if key in self.proven:
            sha256, digest = self.proven[key]
            if found.digest() != sha256:
                return f"SHA-256 {found.hexdigest()}, {digest} says {sha256.hex()}"
        elif key in self.histories:
            return str(self.histories[key])
        return None

    def compare(self, key: str, sha256: str, size: int | None = None) -> Finding:
        """Read an object and compare it with what its manifest says."""
        try:
            found = self.store.digest(key)
        except ObjectMissing:
            return Finding(key, self.with_history(key, "missing"))
        except ValueError:
            return Finding(key, FOREIGN)
        fault = None
        if size is not None and found.size != size:
            fault = f"{found.size} bytes, its manifest says {size}"
        elif found.sha256 != sha256:
            fault = f"SHA-256 {found.sha256}, its manifest says {sha256}"
        return Finding(key, fault and self.with_history(key, fault), found.size)

    def with_history(self, key: str, fault: str) -> str:
        """Add what the store still has of an object: it may be mended with that."""
        if key not in self.histories:
            return fault
        self.listed.add(key)
        return f"{fault}; {self.histories[key]}"


def _unit_name(key: str) -> str:
    revision = keys.find_revision(key)
    if revision is not None:
        return f"{keys.DOSSIERS}/{revision.dossier_id[:_SCAN_DIGITS]}"
    return key if keys.find_plan(key) else ""


def _misplaced(manifest: Manifest, revision: keys.Revision) -> str | None:
    if (manifest.id, manifest.revision) != revision:
        return f"holds the manifest of {manifest.id}, revision {manifest.revision}"
    batch_id = keys.find_original(manifest.original_key)
    if batch_id is not None and batch_id != manifest.batch_id:
        return f"names the original of batch {batch_id}, not {manifest.batch_id}"
    return None


def _described(key: str, error: Exception) -> str:
    return str(error).removeprefix(f"{key}: ")
