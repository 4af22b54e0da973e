"""Take a claimed file in: its original safe first, then a batch or a clear refusal."""

import hashlib
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from pipeline.errors import (
    DuplicateScan,
    LateScan,
    ObjectConflict,
    ObjectMissing,
    OversizedScan,
    ScanRejected,
    SidesDiffer,
)
from pipeline.model.dossier import DossierStatus
from pipeline.model.intake import ClaimedFile
from pipeline.model.joined import SIDE_NAMES, FolderScan, Joined, Pair, Part
from pipeline.model.scan import ScanBatch, to_batch_id
from pipeline.model.state import ENDED_BADLY, BatchRecord, BatchState, RejectedScan
from pipeline.usecases.ports import Archive, Catalog, Inbox, Prober

log = logging.getLogger(__name__)

_CHUNK = 1 << 20
"""Bytes hashed at a time."""

_AT_ONCE = 3.0
"""Seconds that the files of one folder are looked into before others have a turn."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """The way in. Every step may be done again after a crash."""

    inbox: Inbox
    probe: Prober
    archive: Archive
    catalog: Catalog
    clock: Callable[[], datetime]
    max_pages: int = 2_000
    """Pages of a folder's files together; those of a file are the prober's matter."""

    monotonic: Callable[[], float] = time.monotonic
    _looked: dict[str, list[Part]] = field(default_factory=dict, init=False)
    """What was found in the first files of a long folder, by claim."""

    def receive(self, claimed: ClaimedFile) -> BatchRecord | RejectedScan | None:
        """Turn a claimed file into a recorded batch whose original is safe.

        Returns:
            The batch's record; the rejection, when the file was set aside; None when
            somebody still writes to the file and it went back to its drop folder, or
            when it is a folder of many files and others should have a turn: then the
            next call goes on.

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
        self._put(batch, claimed, self._joined_again(claimed, record))
        try:
            for dossier_id in self.catalog.dossiers_of(batch.id):
                self.archive.manifest(dossier_id)
        except ObjectMissing:
            log.error("batch %s begins again: the store lost its dossiers", batch.id)  # noqa: TRY400
            self.catalog.reopen(batch.id)
        else:
            self.inbox.release(claimed)

    def _accept(self, claimed: ClaimedFile) -> BatchRecord | None:
        joined = None
        if len(claimed.parts) > 1 or claimed.is_folder:
            joined = self._join(claimed)
            if joined is None:
                return None
        scan = self._part(claimed.path) if joined is None else _described(joined)
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
            key = self._put(batch, claimed, joined)
        except ObjectConflict:
            # The bytes read for the store are not those that were hashed.
            if self.inbox.is_unchanged(claimed):
                raise
            self._return_to_writer(claimed)
            return None
        record = self.catalog.register(batch, claimed.id, key)
        self._refuse_duplicate(claimed, record)
        if earlier is not None and earlier.claim != claimed.id:
            self._clear_staging(earlier)
        log.info("batch %s received: %d pages", batch.id, batch.page_count)
        return record

    def _put(
        self, batch: ScanBatch, claimed: ClaimedFile, joined: Joined | None
    ) -> str:
        if joined is None:
            return self.archive.put_original(batch, claimed.path)
        return self.archive.put_joined(batch, joined, claimed.parts)

    def _joined_again(self, claimed: ClaimedFile, record: BatchRecord) -> Joined | None:
        """Tell what joins the files of a claim that was received already."""
        if not record.batch.media_type.joins:
            return None
        key, sha256 = record.original_key, record.batch.sha256
        try:
            return self.archive.joined(key, sha256=sha256)
        except ObjectMissing:  # the store lost it: the files still tell
            parts = [self._part(path) for path in claimed.parts]
            return self._to_joined(claimed, parts)

    def _join(self, claimed: ClaimedFile) -> Joined | None:
        """Look into files that are one scan; all are refused where one is.

        Returns:
            What joins them; None where that takes long and others have their turn.
        """
        if claimed.fault is not None:
            raise claimed.fault
        ends = self.monotonic() + _AT_ONCE
        parts = self._looked.setdefault(claimed.id, [])
        for number, path in enumerate(claimed.parts, start=1):
            if number <= len(parts):
                continue
            if self.monotonic() > ends:
                return None
            try:
                parts.append(self._part(path))
            except ScanRejected as error:
                raise _of_part(error, claimed, path, number) from error
        del self._looked[claimed.id]
        return self._to_joined(claimed, parts)

    def _to_joined(self, claimed: ClaimedFile, parts: list[Part]) -> Joined:
        if claimed.is_folder:
            folder = FolderScan(tuple(parts))
            if folder.page_count > self.max_pages:
                raise OversizedScan(f"{folder.page_count} pages in a folder")
            return folder
        fronts, backs = parts
        if fronts.sha256 == backs.sha256:
            raise SidesDiffer("fronts and backs are the same file")
        try:
            return Pair(fronts, backs, claimed.backs_reversed)
        except ValueError as error:
            raise SidesDiffer(str(error)) from error

    def _part(self, path: Path) -> Part:
        sha256, found = hash_file(path), self.probe(path)
        return Part(sha256, found.media_type, found.page_count, path.stat().st_size)

    def _refuse_duplicate(
        self, claimed: ClaimedFile, earlier: BatchRecord | None
    ) -> None:
        if earlier is None or earlier.claim == claimed.id:
            return
        if earlier.state not in ENDED_BADLY:
            raise DuplicateScan(earlier.batch.id)

    def _clear_staging(self, earlier: BatchRecord) -> None:
        """Remove the file of a claim whose place another has taken: the same bytes.

        Where its share is away it is set aside later, as a duplicate.
        """
        with suppress(OSError):
            for each in self.inbox.claimed(earlier.batch.counter_id):
                if each.id == earlier.claim:
                    self.inbox.release(each)

    def _return_to_writer(self, claimed: ClaimedFile) -> None:
        """Give back what is still written to.

        Raises:
            LateScan: it is a folder, and the writer has begun another in its place.
        """
        self._looked.pop(claimed.id, None)
        if not self.inbox.put_back(claimed):
            raise LateScan("written to while it was taken in")
        log.info("claim %s put back: the file is still being written", claimed.id)

    def refuse(self, claimed: ClaimedFile, error: ScanRejected) -> RejectedScan:
        """Record a refusal and set the claim's files aside."""
        self._looked.pop(claimed.id, None)
        sha256 = None if claimed.is_folder else hash_file(claimed.path)
        rejected = RejectedScan(
            claim=claimed.id,
            counter_id=claimed.counter_id,
            sha256=sha256,
            reason=error.reason,
            rejected_at=self.clock(),
            batch_id=error.batch_id if isinstance(error, DuplicateScan) else None,
        )
        self.catalog.reject(rejected)
        self.inbox.set_aside(claimed, error.reason, str(error), error.part)
        log.info("claim %s set aside: %s", claimed.id, error.reason)
        return rejected


def _described(joined: Joined) -> Part:
    """Describe what joins files as if it were a scan: it is the batch's original."""
    return Part(
        sha256=hashlib.sha256(joined.to_json()).hexdigest(),
        media_type=joined.media_type,
        page_count=joined.page_count,
        size=sum(part.size for part in joined.parts),
    )


def _of_part(
    error: ScanRejected, claimed: ClaimedFile, path: Path, number: int
) -> ScanRejected:
    """Say of which file a refusal is."""
    if not claimed.is_folder:
        return type(error)(f"{SIDE_NAMES[number - 1]}: {error}")
    named = type(error)(f"file {number} of {len(claimed.parts)}: {error}")
    named.part = str(path.relative_to(claimed.path))
    return named


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
