"""Follow the chain of digests, and look at the signatures beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from pipeline.errors import ObjectMissing
from pipeline.storage import keys
from pipeline.storage.digests import Chains, StoredDigest
from pipeline.storage.store import ObjectStore

UNFOUNDED = "no digest says that it belongs to it"


class Judge(Protocol):
    """Tells what signatures and tokens are worth."""

    def signature_fault(self, data: bytes, signature: bytes) -> str | None:
        """Tell why *signature* does not prove *data*, if so."""

    def token_fault(self, data: bytes, token: bytes) -> str | None:
        """Tell why *token* does not prove when *data* was there, if so."""


def check_digests(
    store: ObjectStore, chains: Chains, judge: Judge | None
) -> Iterator[tuple[str, str | None]]:
    """Say of each digest, signature and token what is wrong with it, if anything."""
    yield from sorted(chains.damaged.items())
    founded: set[str] = set()
    check = _Check(store, chains, judge)
    for chain in chains.by_office.values():
        before: StoredDigest | None = None
        for each in chain:
            yield each.key, check.link_fault(each, before)
            yield from check.companions(each, founded)
            before = each
    for key in sorted(chains.beside - founded):
        yield key, UNFOUNDED


@dataclass(frozen=True, slots=True)
class _Check:
    store: ObjectStore
    chains: Chains
    judge: Judge | None

    def link_fault(
        self, stored: StoredDigest, before: StoredDigest | None
    ) -> str | None:
        """Compare what a digest says of the one before with that."""
        named = stored.digest.previous
        found = before.link if before else None
        if named == found:
            return None
        if named is None:
            return "says that it is the first, and is not"
        if found is None or named.key != found.key:
            return f"the digest before, {named.key}, is missing"
        return f"the digest before has SHA-256 {found.sha256}, not {named.sha256}"

    def companions(
        self, stored: StoredDigest, founded: set[str]
    ) -> Iterator[tuple[str, str | None]]:
        """Look at signature and token of a digest."""
        digest = stored.digest
        judge = self.judge
        for wanted, suffix, fault in (
            (
                digest.signed,
                keys.SIGNATURE_SUFFIX,
                judge and judge.signature_fault,
            ),
            (digest.timestamped, keys.STAMP_SUFFIX, judge and judge.token_fault),
        ):
            if not wanted:
                continue
            key = keys.digest_key(digest.office, digest.day, suffix)
            founded.add(key)
            try:
                proof = self.store.get(key)
            except ObjectMissing:
                yield key, "missing: its digest says that there is one"
                continue
            yield key, fault(stored.data, proof) if fault else None
