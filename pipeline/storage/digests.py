"""Chain what was filed, day by day and office by office, and prove the chain.

A digest names each manifest and plan of a day by its hash, and the office's digest
before. Who kept the hash of the last one can tell without our catalog, and without
trusting whoever runs the store, that no dossier was removed, changed or slipped in
before that day. ``scripts/check-digests`` does it with sed, sha256sum and openssl.
"""

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Protocol

from pipeline.errors import ObjectConflict, ObjectMissing
from pipeline.model.dossier import Manifest
from pipeline.parallel import in_order
from pipeline.storage import keys
from pipeline.storage.manifest import (
    DayDigest,
    Link,
    read_digest,
    read_manifest,
    write_digest,
)
from pipeline.storage.store import ObjectStore

log = logging.getLogger(__name__)

VIETNAM = timezone(timedelta(hours=7))


class Seal(Protocol):
    """The agency's key and a time stamping authority, as far as there are any."""

    @property
    def signs(self) -> bool:
        """Whether there is a key."""

    @property
    def timestamps(self) -> bool:
        """Whether there is an authority."""

    def sign(self, data: bytes) -> bytes:
        """Make a detached CMS signature of *data*, DER."""

    def timestamp(self, data: bytes) -> bytes:
        """Get an RFC 3161 token for *data*, DER."""


class NoSeal:
    """No key, no authority: the chain alone, which its digests say."""

    signs = False
    timestamps = False

    def sign(self, data: bytes) -> bytes:  # noqa: ARG002
        """Refuse."""
        raise ValueError("there is no key to sign with")

    def timestamp(self, data: bytes) -> bytes:  # noqa: ARG002
        """Refuse."""
        raise ValueError("there is no time stamping authority")


NO_SEAL = NoSeal()


@dataclass(frozen=True, slots=True)
class StoredDigest:
    """A digest that could be read, with the hash of its bytes."""

    key: str
    data: bytes
    digest: DayDigest

    @property
    def link(self) -> Link:
        """What the next digest says of this one."""
        return Link(self.key, hashlib.sha256(self.data).hexdigest())


@dataclass(slots=True)
class Chains:
    """All digests of a store."""

    by_office: dict[str, list[StoredDigest]] = field(default_factory=dict)
    """Oldest first."""

    damaged: dict[str, str] = field(default_factory=dict)
    """What is wrong with digests that cannot be read or stand in the wrong place."""

    beside: set[str] = field(default_factory=set)
    """Keys of signatures and tokens."""

    def objects(self) -> dict[str, tuple[bytes, str]]:
        """Say for each proven object its hash and the key of its digest."""
        return {
            key: (bytes.fromhex(sha256), each.key)
            for chain in self.by_office.values()
            for each in chain
            for key, sha256 in each.digest.objects.items()
        }


def load_chains(store: ObjectStore) -> Chains:
    """Read every digest. What cannot be read is told in `Chains.damaged`."""
    chains = Chains()
    found = []
    for each in store.list_objects(f"{keys.DIGESTS}/"):
        place = keys.find_digest(each.key)
        if place is None:
            chains.damaged[each.key] = "not an object of this archive"
        elif place.suffix == ".json":
            found.append(each.key)
        else:
            chains.beside.add(each.key)
    for key, stored in in_order(lambda key: (key, _load(store, key)), sorted(found)):
        if isinstance(stored, str):
            chains.damaged[key] = stored
        else:
            chains.by_office.setdefault(stored.digest.office, []).append(stored)
    return chains


def make_digests(
    store: ObjectStore,
    offices: Mapping[str, str],
    *,
    until: date,
    seal: Seal,
    made_at: datetime,
    seen: Callable[[Manifest], None] = lambda _: None,
) -> Iterator[StoredDigest]:
    """Digest what was filed up to the end of *until* and is in no digest yet.

    Doing it again makes only what is missing: signatures and tokens too, which a key
    or an authority that was away could not make before.

    Args:
        store: where all lies.
        offices: name of the office by the id of its counter. What a counter filed
            that is not there any more goes under the counter's id.
        until: the last day that is over in Vietnam.
        seal: what signs.
        made_at: the time now.
        seen: is given each manifest that is in no digest yet.
    """
    chains = load_chains(store)
    for key, problem in chains.damaged.items():
        log.error("digest %s: %s; its chain is not continued", key, problem)
    broken = {key.split("/")[1] for key in chains.damaged}
    for chain in chains.by_office.values():
        for each in chain:
            _seal(store, each, seal, chains.beside)
    for (folder, name), days in sorted(
        _undigested(store, chains, offices, seen).items()
    ):
        if folder not in broken:
            last = chains.by_office.get(folder, [None])[-1]
            for day, objects in _by_day(days, last, until):
                link = None if last is None else last.link
                digest = DayDigest(
                    folder,
                    name,
                    day,
                    made_at,
                    objects,
                    link,
                    signed=seal.signs,
                    timestamped=seal.timestamps,
                )
                stored = _keep(store, digest)
                _seal(store, stored, seal, set())
                yield stored
                last = stored


def _load(store: ObjectStore, key: str) -> StoredDigest | str:
    try:
        data = store.get(key)
        digest = read_digest(data, key)
    except (ObjectMissing, ObjectConflict) as error:
        return str(error).removeprefix(f"{key}: ")
    if key != keys.digest_key(digest.office, digest.day):
        return f"holds the digest of {digest.office}, {digest.day}"
    return StoredDigest(key, data, digest)


Filed = list[tuple[date, dict[str, str]]]
"""Days, and the objects that came on each, in no order."""


def _undigested(
    store: ObjectStore,
    chains: Chains,
    offices: Mapping[str, str],
    seen: Callable[[Manifest], None],
) -> dict[tuple[str, str], Filed]:
    """Read what no digest names, by office."""
    proven = chains.objects()
    found: dict[tuple[str, str], Filed] = {}

    def news() -> Iterable[str]:
        for each in store.list_objects(f"{keys.DOSSIERS}/"):
            revision = keys.find_revision(each.key)
            is_manifest = revision and each.key == keys.manifest_key(*revision)
            if is_manifest and each.key not in proven:
                yield each.key

    def read(key: str) -> tuple[str, date, dict[str, str]] | None:
        try:
            data = store.get(key)
            manifest = read_manifest(data, key)
        except ObjectConflict as error:
            log.error("in no digest: %s", error)  # noqa: TRY400 - `verify` tells more
            return None
        seen(manifest)
        objects = {key: hashlib.sha256(data).hexdigest()}
        plan = keys.plan_key(manifest.batch_id)
        if plan not in proven:
            try:
                objects[plan] = store.digest(plan).sha256
            except ObjectMissing:
                log.warning("batch %s has no plan", manifest.batch_id)
        day = manifest.filed_at.astimezone(VIETNAM).date()
        return manifest.counter_id, day, objects

    for each in in_order(read, news()):
        if each is not None:
            counter_id, day, objects = each
            name = offices.get(counter_id, counter_id)
            office = (keys.office_folder(name), name)
            found.setdefault(office, []).append((day, objects))
    return found


def _by_day(
    filed: Filed, last: StoredDigest | None, until: date
) -> Iterator[tuple[date, dict[str, str]]]:
    """Give each day's objects; what came late goes to the first day still open."""
    open_from = date.min if last is None else last.digest.day + timedelta(days=1)
    days: dict[date, dict[str, str]] = {}
    for day, objects in filed:
        days.setdefault(max(day, open_from), {}).update(objects)
    for day in sorted(days):
        if day <= until:
            yield day, days[day]


def _keep(store: ObjectStore, digest: DayDigest) -> StoredDigest:
    """Store a digest; where another upkeep was first, its digest counts."""
    key = keys.digest_key(digest.office, digest.day)
    data = write_digest(digest)
    if store.create(key, data):
        return StoredDigest(key, data, digest)
    stored = _load(store, key)
    if isinstance(stored, str):
        raise ObjectConflict(f"{key}: {stored}")
    return stored


def _seal(
    store: ObjectStore, stored: StoredDigest, seal: Seal, beside: set[str]
) -> None:
    digest = stored.digest
    for wanted, can, suffix, make in (
        (digest.signed, seal.signs, keys.SIGNATURE_SUFFIX, seal.sign),
        (digest.timestamped, seal.timestamps, keys.STAMP_SUFFIX, seal.timestamp),
    ):
        key = keys.digest_key(digest.office, digest.day, suffix)
        if wanted and can and key not in beside:
            store.create(key, make(stored.data))
