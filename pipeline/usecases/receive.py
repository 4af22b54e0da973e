"""Take a claimed file in: its original safe first, then a batch or a clear refusal."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.errors import DuplicateScan, ObjectConflict, ScanRejected
from pipeline.model.dossier import DossierStatus
from pipeline.model.intake import ClaimedFile
from pipeline.model.scan import ScanBatch, to_batch_id
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
        sha256 = hash_file(claimed.path)
        try:
            return self._accept(claimed, sha256)
        except ScanRejected as error:
            return self._reject(claimed, sha256, error)

    def settle(self, claimed: ClaimedFile) -> None:
        """Clear staging of a file whose batch has come to an end."""
        record = self.catalog.batch_of_claim(claimed.id)
        if record is None:
            return
        if record.state in (BatchState.FILED, BatchState.REVIEW):
            self.inbox.release(claimed)
        elif record.state is BatchState.SET_ASIDE:
            self.inbox.set_aside(claimed, record.reason or ScanRejected.reason, "")
        elif record.state is BatchState.FAILED:
            self.inbox.park(claimed)

    def _accept(self, claimed: ClaimedFile, sha256: str) -> BatchRecord | None:
        found = self.probe(claimed.path)
        batch = ScanBatch(
            id=to_batch_id(sha256),
            counter_id=claimed.counter_id,
            sha256=sha256,
            media_type=found.media_type,
            page_count=found.page_count,
            size=claimed.path.stat().st_size,
            received_at=claimed.claimed_at,
        )
        earlier = self.catalog.batch(batch.id)
        self._refuse_duplicate(claimed, earlier)
        if not self.inbox.is_unchanged(claimed):
            self._return_to_writer(claimed)
            return None
        try:
            key = self.archive.put_original(batch, claimed.path)
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

    def _reject(
        self, claimed: ClaimedFile, sha256: str, error: ScanRejected
    ) -> RejectedScan:
        rejected = RejectedScan(
            claim=claimed.id,
            counter_id=claimed.counter_id,
            sha256=sha256,
            reason=error.reason,
            rejected_at=self.clock(),
            batch_id=to_batch_id(sha256) if isinstance(error, DuplicateScan) else None,
        )
        self.catalog.reject(rejected)
        self.inbox.set_aside(claimed, error.reason, str(error))
        log.info("claim %s set aside: %s", claimed.id, error.reason)
        return rejected


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
