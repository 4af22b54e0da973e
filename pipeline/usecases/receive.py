"""Take a claimed file in: its original safe first, then a batch or a clear refusal."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pipeline.errors import (
    DuplicateScan,
    ObjectConflict,
    ObjectMissing,
    ScanRejected,
    SidesDiffer,
)
from pipeline.model.dossier import DossierStatus
from pipeline.model.intake import ClaimedFile
from pipeline.model.pair import SIDE_NAMES, Pair, Side
from pipeline.model.scan import MediaType, ScanBatch, to_batch_id
from pipeline.model.state import ENDED_BADLY, BatchRecord, BatchState, RejectedScan
from pipeline.usecases.ports import Archive, Catalog, Inbox, Prober

log = logging.getLogger(__name__)

_CHUNK = 1 << 20
"""Bytes hashed at a time."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """The way in. Every step may be done again after a crash."""

    inbox: Inbox
    probe: Prober
    archive: Archive
    catalog: Catalog
    clock: Callable[[], datetime]

    def receive(self, claimed: ClaimedFile) -> BatchRecord | RejectedScan | None:
        """Turn a claimed file into a recorded batch whose original is safe.

        Returns:
            The batch's record; the rejection, when the file was set aside; None when
            somebody still writes to the file and it went back to its drop folder.

        Raises:
            StoreUnavailable, CatalogBusy: nothing is lost; the claim stays in staging.
        """
        known = self.catalog.batch_of_claim(claimed.id)
        if known is not None:
            return known
        refused = self.catalog.rejection_of_claim(claimed.id)
        if refused is not None:
            self.inbox.set_aside(claimed, refused.reason, "")
            return refused
        try:
            return self._accept(claimed)
        except ScanRejected as error:
            return self.refuse(claimed, error)

    def settle(self, claimed: ClaimedFile, *, keep: timedelta = timedelta(0)) -> None:
        """Clear staging of a file whose batch has come to an end.

        Args:
            claimed: a file in staging.
            keep: time after its filing that the file is kept. Some stores answer
                before what they took survives a power cut (docs/operations.md); until
                then this file is what can be filed again.
        """
        record = self.catalog.batch_of_claim(claimed.id)
        if record is None:
            return
        if record.state in (BatchState.FILED, BatchState.REVIEW):
            if not keep or self.clock() - record.changed_at >= keep:
                self._let_go(claimed, record)
        elif record.state is BatchState.SET_ASIDE:
            self.inbox.set_aside(claimed, record.reason or ScanRejected.reason, "")
        elif record.state is BatchState.FAILED:
            self.inbox.park(claimed)

    def _let_go(self, claimed: ClaimedFile, record: BatchRecord) -> None:
        """Release a file if the store shows what it became; else file it again."""
        batch = record.batch
        pair = None if claimed.backs is None else self._pair(claimed, claimed.backs)
        self._put(batch, claimed, pair)
        try:
            for dossier_id in self.catalog.dossiers_of(batch.id):
                self.archive.manifest(dossier_id)
        except ObjectMissing:
            log.error("batch %s begins again: the store lost its dossiers", batch.id)  # noqa: TRY400
            self.catalog.reopen(batch.id)
        else:
            self.inbox.release(claimed)

    def _accept(self, claimed: ClaimedFile) -> BatchRecord | None:
        pair = None if claimed.backs is None else self._pair(claimed, claimed.backs)
        scan = self._side(claimed.path) if pair is None else _joined(pair)
        batch = ScanBatch(
            id=to_batch_id(scan.sha256),
            counter_id=claimed.counter_id,
            sha256=scan.sha256,
            media_type=scan.media_type,
            page_count=scan.page_count,
            size=scan.size,
            received_at=claimed.claimed_at,
        )
        earlier = self.catalog.batch(batch.id)
        self._refuse_duplicate(claimed, earlier)
        if not self.inbox.is_unchanged(claimed):
            self._return_to_writer(claimed)
            return None
        try:
            key = self._put(batch, claimed, pair)
        except ObjectConflict:
            # The bytes read for the store are not those that were hashed.
            if self.inbox.is_unchanged(claimed):
                raise
            self._return_to_writer(claimed)
            return None
        record = self.catalog.register(batch, claimed.id, key)
        self._refuse_duplicate(claimed, record)
        if earlier is not None and earlier.claim != claimed.id:
            self._clear_staging(earlier.claim)
        log.info("batch %s received: %d pages", batch.id, batch.page_count)
        return record

    def _put(self, batch: ScanBatch, claimed: ClaimedFile, pair: Pair | None) -> str:
        if pair is None or claimed.backs is None:
            return self.archive.put_original(batch, claimed.path)
        return self.archive.put_pair(batch, pair, (claimed.path, claimed.backs))

    def _pair(self, claimed: ClaimedFile, backs: Path) -> Pair:
        """Look into fronts and backs; both are refused where one is, or they differ."""
        sides = []
        for name, path in zip(SIDE_NAMES, (claimed.path, backs), strict=True):
            try:
                sides.append(self._side(path))
            except ScanRejected as error:
                raise type(error)(f"{name}: {error}") from error
        if sides[0].sha256 == sides[1].sha256:
            raise SidesDiffer("fronts and backs are the same file")
        try:
            return Pair(sides[0], sides[1], claimed.backs_reversed)
        except ValueError as error:
            raise SidesDiffer(str(error)) from error

    def _side(self, path: Path) -> Side:
        sha256, found = hash_file(path), self.probe(path)
        return Side(sha256, found.media_type, found.page_count, path.stat().st_size)

    def _refuse_duplicate(
        self, claimed: ClaimedFile, earlier: BatchRecord | None
    ) -> None:
        if earlier is None or earlier.claim == claimed.id:
            return
        if earlier.state not in ENDED_BADLY:
            raise DuplicateScan(earlier.batch.id)

    def _clear_staging(self, claim: str) -> None:
        """Remove the file of a claim whose place another has taken: the same bytes."""
        for each in self.inbox.claimed():
            if each.id == claim:
                self.inbox.release(each)

    def _return_to_writer(self, claimed: ClaimedFile) -> None:
        log.info("claim %s put back: the file is still being written", claimed.id)
        self.inbox.put_back(claimed)

    def refuse(self, claimed: ClaimedFile, error: ScanRejected) -> RejectedScan:
        """Record a refusal and set the claim's files aside."""
        sha256 = hash_file(claimed.path)
        rejected = RejectedScan(
            claim=claimed.id,
            counter_id=claimed.counter_id,
            sha256=sha256,
            reason=error.reason,
            rejected_at=self.clock(),
            batch_id=error.batch_id if isinstance(error, DuplicateScan) else None,
        )
        self.catalog.reject(rejected)
        self.inbox.set_aside(claimed, error.reason, str(error))
        log.info("claim %s set aside: %s", claimed.id, error.reason)
        return rejected


def _joined(pair: Pair) -> Side:
    """Describe what joins a pair as if it were a scan: it is the batch's original."""
    return Side(
        sha256=hashlib.sha256(pair.to_json()).hexdigest(),
        media_type=MediaType.PAIR,
        page_count=pair.page_count,
        size=sum(side.size for side in pair.sides),
    )


def to_batch_state(status: DossierStatus) -> BatchState:
    """Say where a batch stands whose worst dossier has *status*."""
    return BatchState.FILED if status is DossierStatus.FILED else BatchState.REVIEW


def hash_file(path: Path) -> str:
    """Compute the SHA-256 of a file, in lower-case hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
