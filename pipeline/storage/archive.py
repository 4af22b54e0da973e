"""The archive: originals, page results, plans, documents and manifests as objects.

Satisfies `pipeline.usecases.ports.Archive` over any `ObjectStore`. Nothing is replaced:
where two tries meet, what was stored first counts for both.
"""

import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby
from pathlib import Path

from pipeline.errors import ObjectConflict, ObjectMissing
from pipeline.model.dossier import Document, Manifest, Plan, PlannedDocument
from pipeline.model.joined import Joined
from pipeline.model.proof import Finding, MadeDigest
from pipeline.model.retention import Retention
from pipeline.model.scan import ScanBatch
from pipeline.model.text import OcrPage, ReadPage
from pipeline.parallel import in_order
from pipeline.storage import keys
from pipeline.storage import manifest as formats
from pipeline.storage.digest_check import Judge
from pipeline.storage.digests import (
    NO_SEAL,
    Seal,
    StoredDigest,
    load_chains,
    make_digests,
)
from pipeline.storage.keeping import Keeper
from pipeline.storage.store import Digest, NotAllowed, ObjectStore
from pipeline.storage.verification import verify

__all__ = ["ObjectArchive", "ObjectStore"]

log = logging.getLogger(__name__)

_LAYERS = ".pdf"
"""Suffix of layers and vectors; pictures have others."""


class ObjectArchive:
    """The archive over a store of objects. Holds nothing itself; safe for threads."""

    def __init__(
        self,
        store: ObjectStore,
        *,
        retention: Retention | None = None,
        seal: Seal = NO_SEAL,
        judge: Judge | None = None,
    ) -> None:
        """Keep all in *store*.

        Args:
            store: where objects lie.
            retention: how long dossiers are locked; None: for no time.
            seal: signs and timestamps digests.
            judge: tells what their signatures are worth; None: nobody asks.
        """
        self._store = store
        self._keeper = Keeper(store, retention)
        self._seal = seal
        self._judge = judge

    def put_original(self, batch: ScanBatch, path: Path) -> str:
        """Store the scan, read it back by hash, and return its key.

        An identity that may only write cannot read back; then the store's promise
        stands alone: `ObjectStore.create_file` keeps nothing but bytes of this hash.

        Raises:
            ObjectConflict: what was read, here or from the store, is not the batch.
        """
        key = keys.original_key(batch)
        self._put_original(key, path, batch.sha256)
        return key

    def put_joined(
        self, batch: ScanBatch, joined: Joined, paths: Sequence[Path]
    ) -> str:
        """Store several files, then what joins them; returns the key of that.

        Each is read back as `put_original` does. What joins them is put last, so that
        it never names what is not there.
        """
        key = keys.original_key(batch)
        for name, part, path in zip(joined.names, joined.parts, paths, strict=True):
            place = keys.part_key(key, name, part.media_type)
            self._put_original(place, path, part.sha256)
        self._store.create(key, joined.to_json())
        return key

    def joined(self, key: str, *, sha256: str) -> Joined:
        """Load what joins several files."""
        return formats.read_joined(self._get_verified(key, sha256), key)

    def fetch_joined(
        self, key: str, folder: Path, *, sha256: str
    ) -> tuple[Joined, tuple[Path, ...]]:
        """Write the files that an original joins into *folder*."""
        joined = self.joined(key, sha256=sha256)
        paths = []
        for name, part in zip(joined.names, joined.parts, strict=True):
            path = folder / f"{name}{part.media_type.suffix}"
            place = keys.part_key(key, name, part.media_type)
            self._store.get_file(place, path, sha256=part.sha256)
            paths.append(path)
        return joined, tuple(paths)

    def _put_original(self, key: str, path: Path, sha256: str) -> None:
        self._store.create_file(key, path, sha256=sha256)
        try:
            found = self._store.digest(key)
        except NotAllowed:
            log.debug("%s not read back: no right to", key)
            return
        if found.sha256 != sha256:
            raise ObjectConflict(f"{key}: stored {found.sha256}, received {sha256}")

    def fetch_original(self, key: str, path: Path, *, sha256: str) -> None:
        """Write the stored scan to *path*, which appears whole or not at all."""
        self._store.get_file(key, path, sha256=sha256)

    def put_page(
        self,
        batch_id: str,
        recipe: str,
        page: ReadPage,
        picture: bytes,
        layers: bytes | None = None,
        vectors: bytes | None = None,
    ) -> str:
        """Keep a page result and its picture; the picture first, so it is never missed.

        Where another try kept a result of this page before, that one stays.
        """
        number = page.page.number

        def keep(data: bytes, suffix: str) -> str:
            digest = _sha256(data)
            name = keys.picture_key(
                batch_id, recipe, number, sha256=digest, suffix=suffix
            )
            self._store.create(name, data)
            return digest

        record = formats.write_page(
            page,
            picture_sha256=keep(picture, page.picture),
            layers_sha256=None if layers is None else keep(layers, _LAYERS),
            vectors_sha256=None if vectors is None else keep(vectors, _LAYERS),
        )
        key = keys.page_key(batch_id, recipe, number)
        self._store.create(key, record)
        return key

    def find_page(self, batch_id: str, recipe: str, number: int) -> ReadPage | None:
        """Find the result of a page; None where it is not read yet.

        Raises:
            ObjectConflict: what is kept is not a page result.
        """
        try:
            return self._page(keys.page_key(batch_id, recipe, number)).page
        except ObjectMissing:
            return None

    def picture(self, batch_id: str, recipe: str, page: ReadPage) -> bytes:
        """Load the picture that goes with a page result, by the hash kept in it."""
        number = page.page.number
        record = self._page(keys.page_key(batch_id, recipe, number))
        key = keys.picture_key(
            batch_id,
            recipe,
            number,
            sha256=record.picture_sha256,
            suffix=record.page.picture,
        )
        return self._get_verified(key, record.picture_sha256)

    def layers(self, batch_id: str, recipe: str, page: ReadPage) -> bytes | None:
        """Load the layers that go with a page result, by the hash kept in it."""
        record = self._page(keys.page_key(batch_id, recipe, page.page.number))
        return self._shown(batch_id, recipe, page, record.layers_sha256)

    def vectors(self, batch_id: str, recipe: str, page: ReadPage) -> bytes | None:
        """Load the vectors that go with a page result, by the hash kept in it."""
        record = self._page(keys.page_key(batch_id, recipe, page.page.number))
        return self._shown(batch_id, recipe, page, record.vectors_sha256)

    def _shown(
        self, batch_id: str, recipe: str, page: ReadPage, digest: str | None
    ) -> bytes | None:
        number = page.page.number
        if digest is None:
            return None
        key = keys.picture_key(batch_id, recipe, number, sha256=digest, suffix=_LAYERS)
        return self._get_verified(key, digest)

    def put_glance(self, batch_id: str, jpeg: bytes) -> None:
        """Keep the small picture of a batch's first page; the first one stays."""
        self._store.create(keys.glance_key(batch_id), jpeg)

    def glance(self, batch_id: str) -> bytes:
        """Load it.

        Raises:
            ObjectMissing: the page was not looked at yet, or it expired.
        """
        return self._store.get(keys.glance_key(batch_id))

    def decide(self, plan: Plan) -> Plan:
        """Keep *plan* if it is the first for its batch; return the one that counts."""
        key = keys.plan_key(plan.batch_id)
        if self._store.create(key, formats.write_plan(plan)):
            return plan
        return formats.read_plan(self._store.get(key), key)

    def find_plan(self, batch_id: str) -> Plan | None:
        """Find the plan that counts for a batch."""
        key = keys.plan_key(batch_id)
        try:
            return formats.read_plan(self._store.get(key), key)
        except ObjectMissing:
            return None

    def put_document(
        self,
        dossier_id: str,
        revision: int,
        planned: PlannedDocument,
        *,
        pdf: Path,
        pages: tuple[OcrPage, ...],
        sensitive: bool,
    ) -> Document:
        """Store a document's PDF and its words; invisible until the manifest is put."""
        span = planned.span
        place = (dossier_id, revision, planned.number, span.doctype)
        key, text_key = keys.document_key(*place), keys.text_key(*place)
        stored = self._keep_file(key, pdf)
        text = self._keep(text_key, formats.write_text(pages))
        return Document(
            number=planned.number,
            doctype=span.doctype,
            title=planned.title,
            first_page=span.first,
            last_page=span.last,
            fields=planned.fields,
            key=key,
            sha256=stored.sha256,
            size=stored.size,
            text_key=text_key,
            text_sha256=text.sha256,
            reason=span.reason,
            confidence=span.confidence,
            sensitive=sensitive,
            serial=span.serial,
            left_out=planned.left_out,
        )

    def fetch_document(self, document: Document, path: Path) -> None:
        """Write a document's PDF to *path*, verified by the hash of its manifest."""
        self._store.get_file(document.key, path, sha256=document.sha256)

    def put_signed(
        self, dossier_id: str, revision: int, document: Document, pdf: Path
    ) -> Document:
        """Store a document's PDF anew for *revision*; its words stay where they are."""
        place = (dossier_id, revision, document.number, document.doctype)
        key = keys.document_key(*place)
        stored = self._keep_file(key, pdf)
        return replace(document, key=key, sha256=stored.sha256, size=stored.size)

    def commit(self, manifest: Manifest) -> Manifest:
        """Put the manifest if it is the first, lock the dossier, return what counts.

        A dossier that cannot be locked now is filed all the same: it is logged, and
        tried again when the day is digested.

        Raises:
            ObjectConflict: the one that counts is of another batch.
        """
        key = keys.manifest_key(manifest.id, manifest.revision)
        if self._store.create(key, formats.write_manifest(manifest)):
            self._keeper.try_to_retain(manifest)
            return manifest
        first = self.manifest(manifest.id, manifest.revision)
        if first.batch_id != manifest.batch_id:
            raise ObjectConflict(
                f"{key}: of batch {first.batch_id}, not {manifest.batch_id}"
            )
        return first

    def manifest(self, dossier_id: str, revision: int | None = None) -> Manifest:
        """Load a manifest, the latest revision by default.

        Raises:
            ObjectMissing: there is no such dossier or revision.
            ObjectConflict: what is stored is not a manifest.
        """
        if revision is None:
            prefix = keys.dossier_prefix(dossier_id)
            found = list(self._revisions(prefix))
            if not found:
                raise ObjectMissing(f"{prefix}: no manifest")
            revision = max(found).number
        key = keys.manifest_key(dossier_id, revision)
        return formats.read_manifest(self._store.get(key), key)

    def manifest_file(self, manifest: Manifest) -> bytes:
        """Load a manifest as it is stored."""
        return self._store.get(keys.manifest_key(manifest.id, manifest.revision))

    def manifests(self) -> Iterator[Manifest]:
        """Load every revision of every dossier, a dossier's oldest first.

        A manifest that cannot be read is logged and passed over, so that one damaged
        object does not keep all others from the catalog; `verify` reports it.
        """
        every = self._revisions(f"{keys.DOSSIERS}/")
        by_dossier = groupby(every, lambda each: each.dossier_id)
        ordered = (each for _, revisions in by_dossier for each in sorted(revisions))
        for found in in_order(self._readable, ordered):
            if found is not None:
                yield found

    def _readable(self, revision: keys.Revision) -> Manifest | None:
        try:
            return self.manifest(*revision)
        except ObjectConflict as error:
            log.error("manifest passed over: %s", error)  # noqa: TRY400
            return None

    def document_text(self, document: Document) -> tuple[OcrPage, ...]:
        """Load the words of a document.

        Raises:
            ObjectConflict: they are not those the manifest was committed with.
        """
        data = self._get_verified(document.text_key, document.text_sha256)
        return formats.read_text(data, document.text_key)

    def read(self, key: str) -> bytes:
        """Load any object."""
        return self._store.get(key)

    def batches_at_work(self) -> Iterator[str]:
        """List the ids of the batches that the work area holds page results of."""
        every = self._store.list_objects(f"{keys.WORK}/")
        for batch_id, _ in groupby(keys.find_batch(each.key) for each in every):
            if batch_id is not None:
                yield batch_id

    def expire_work(self, batch_id: str) -> int:
        """Remove a filed batch's page results; returns how many objects went.

        Results go before pictures: cut short, it leaves pages that are not read yet,
        never a result whose picture is missing.
        """
        found = [
            each.key for each in self._store.list_objects(keys.work_prefix(batch_id))
        ]
        for key in sorted(found, key=lambda key: (not key.endswith(".json"), key)):
            self._store.delete(key)
        return len(found)

    def verify(self, *, after: str = "") -> Iterator[Finding]:
        """Compare every object with what names it; see `verification.verify`."""
        return verify(self._store, after=after, judge=self._judge)

    def make_digests(
        self, offices: Mapping[str, str], *, until: date, made_at: datetime
    ) -> Iterator[MadeDigest]:
        """Chain what was filed up to *until*; see `digests.make_digests`."""
        made = make_digests(
            self._store,
            offices,
            until=until,
            seal=self._seal,
            made_at=made_at,
            seen=self._keeper.try_to_retain,
        )
        return map(_as_made, made)

    def retain(self, manifest: Manifest) -> bool:
        """Lock a dossier for as long as its procedure demands; False: nothing to do."""
        return self._keeper.retain(manifest)

    def hold(self, name: str, on: bool) -> int:
        """Put a dossier or all of a batch under legal hold, or end it.

        Returns:
            How many objects were held or released.

        Raises:
            NotLockable: this store cannot.
            ObjectMissing: there is no such dossier or batch.
            ValueError: *name* is the id of neither.
        """
        return self._keeper.hold(name, on)

    def last_digests(self) -> tuple[MadeDigest, ...]:
        """Find the last digest of each office."""
        chains = load_chains(self._store).by_office
        return tuple(_as_made(chain[-1]) for _, chain in sorted(chains.items()))

    def _page(self, key: str) -> formats.PageRecord:
        return formats.read_page(self._store.get(key), key)

    def _keep(self, key: str, data: bytes) -> Digest:
        """Store *data*, or take what an earlier try stored and did not commit.

        The same plan and the same page results lie behind both, but an earlier version
        of a library may have written other bytes. They are read back, so the manifest
        names what is there.
        """
        offered = Digest(len(data), _sha256(data))
        return self._kept(key, offered, is_first=self._store.create(key, data))

    def _keep_file(self, key: str, path: Path) -> Digest:
        """Store a file as `_keep` stores bytes, without holding it in memory."""
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        offered = Digest(path.stat().st_size, sha256)
        created = self._store.create_file(key, path, sha256=sha256)
        return self._kept(key, offered, is_first=created)

    def _kept(self, key: str, offered: Digest, *, is_first: bool) -> Digest:
        if is_first:
            return offered
        stored = self._store.digest(key)
        if stored != offered:
            log.warning("%s kept as an earlier try wrote it", key)
        return stored

    def _get_verified(self, key: str, sha256: str) -> bytes:
        data = self._store.get(key)
        found = _sha256(data)
        if found != sha256:
            raise ObjectConflict(f"{key}: expected {sha256}, found {found}")
        return data

    def _revisions(self, prefix: str) -> Iterator[keys.Revision]:
        for each in self._store.list_objects(prefix):
            revision = keys.find_revision(each.key)
            if revision and each.key == keys.manifest_key(*revision):
                yield revision


def _as_made(stored: StoredDigest) -> MadeDigest:
    digest = stored.digest
    return MadeDigest(
        stored.key,
        stored.link.sha256,
        len(digest.objects),
        digest.signed,
        digest.timestamped,
    )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
