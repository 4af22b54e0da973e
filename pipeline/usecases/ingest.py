"""The whole job for one file in this process, without a server."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import CatalogBusy, ConfigError, DuplicateScan, ScanRejected
from pipeline.model.dossier import Manifest
from pipeline.model.intake import ClaimedFile
from pipeline.model.quality import PageDefect
from pipeline.model.scan import to_batch_id
from pipeline.model.state import ENDED_BADLY, BatchRecord, BatchState, RejectedScan
from pipeline.model.text import PageReceipt, ReadPage
from pipeline.usecases.digitize import Digitizer
from pipeline.usecases.page_pool import PagePool
from pipeline.usecases.ports import Archive, Catalog, Inbox, Prober
from pipeline.usecases.read import PageTask
from pipeline.usecases.receive import Receiver, hash_file

log = logging.getLogger(__name__)

OnDefects = Callable[[tuple[PageDefect, ...], int], None]
"""Told of the pages that should be scanned again, and how many the scan has."""

OnPage = Callable[[PageReceipt, int], None]
"""Told of each page that was read, and how many the scan has."""


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of a file."""

    outcome: str
    """filed, review, set_aside, duplicate, working or failed."""

    batch_id: str | None
    sha256: str | None
    reason: str | None
    pages: int
    manifests: tuple[Manifest, ...] = ()
    defects: tuple[PageDefect, ...] = ()
    """Pages that should be scanned again."""


@dataclass(frozen=True, slots=True)
class Ingester:
    """Adopts a file and leads it to its end."""

    inbox: Inbox
    receiver: Receiver
    digitizer: Digitizer
    archive: Archive
    catalog: Catalog

    def ingest(
        self,
        path: Path,
        counter_id: str,
        owner: str,
        on_page: OnPage,
        backs: Path | None = None,
        *,
        reverse: bool = True,
        on_defects: OnDefects = lambda _defects, _pages: None,
    ) -> Ingested:
        """File *path* as if it had been dropped at a counter; the file itself stays.

        With *backs*, the other sides of the same sheets, scanned apart; *reverse* tells
        that they begin with the last sheet.

        Where an earlier try was cut short, this one goes on with it. A scan that is
        filed already is not taken in again; one that failed begins anew.

        Raises:
            PipelineError: anything but a fault of the paper.
        """
        record = None
        if backs is None:
            record = self.catalog.batch(to_batch_id(hash_file(path)))
        if record is None or record.state in ENDED_BADLY:
            claimed = self.inbox.adopt(path, counter_id, backs, reverse=reverse)
            received = self._receive(claimed)
            if isinstance(received, BatchRecord):
                record = received
            elif received.batch_id is None:
                return self._refused(received)
            else:
                record = self.catalog.batch(received.batch_id)
        if record is None:  # gone between two questions
            raise CatalogBusy("the batch received before is not found")
        if record.state in _FILED:
            return replace(
                self._settled(record), outcome="duplicate", reason=DuplicateScan.reason
            )
        try:
            self._digitize(record, owner, on_page, on_defects)
        except ScanRejected:
            log.info("batch %s set aside", record.batch.id)
        return self._settled(record)

    def _receive(self, claimed: ClaimedFile) -> BatchRecord | RejectedScan:
        """Take a copy in; one that cannot be is removed, for the file itself stays."""
        try:
            received = self.receiver.receive(claimed)
        except BaseException:
            self.inbox.release(claimed)
            raise
        if received is None:
            raise ConfigError(
                f"claim {claimed.id}: somebody else writes into the staging folder"
            )
        return received

    def _digitize(
        self, record: BatchRecord, owner: str, on_page: OnPage, on_defects: OnDefects
    ) -> None:
        with self.digitizer.work_on(record.batch.id, owner) as work:
            if work is None:
                return
            on_defects(work.check_pages(), record.batch.page_count)
            for receipt in work.read_pages():
                on_page(receipt, record.batch.page_count)
            work.file(work.compose())

    def _settled(self, record: BatchRecord) -> Ingested:
        for claimed in self.inbox.claimed():
            if claimed.id == record.claim:
                self.receiver.settle(claimed)
        now = self.catalog.batch(record.batch.id) or record
        return Ingested(
            outcome=_OUTCOMES[now.state],
            batch_id=now.batch.id,
            sha256=now.batch.sha256,
            reason=now.reason,
            pages=now.batch.page_count,
            manifests=self._manifests(now.batch.id),
            defects=now.defects or (),
        )

    def _refused(self, rejected: RejectedScan) -> Ingested:
        return Ingested(
            outcome="set_aside",
            batch_id=None,
            sha256=rejected.sha256,
            reason=rejected.reason,
            pages=0,
        )

    def _manifests(self, batch_id: str) -> tuple[Manifest, ...]:
        return tuple(
            self.archive.manifest(dossier_id)
            for dossier_id in self.catalog.dossiers_of(batch_id)
        )


_FILED = (BatchState.FILED, BatchState.REVIEW)

_OUTCOMES = {
    BatchState.FILED: "filed",
    BatchState.REVIEW: "review",
    BatchState.SET_ASIDE: "set_aside",
    BatchState.FAILED: "failed",
    BatchState.RECEIVED: "working",
    BatchState.WORKING: "working",
}


@dataclass(frozen=True, slots=True)
class FileReader:
    """Recognizes the text of a file and keeps nothing."""

    probe: Prober
    pool: PagePool
    archive: Archive
    """A passing one, for the page results."""

    careful: bool = False
    """Every page is read twice."""

    def read(self, path: Path, batch_id: str, recipe: str) -> Iterator[ReadPage]:
        """Read every page, in order.

        Raises:
            ScanRejected: the file cannot be read.
        """
        found = self.probe(path)
        tasks = [
            PageTask(
                batch_id,
                recipe,
                path,
                found.media_type,
                number,
                careful=self.careful,
            )
            for number in range(1, found.page_count + 1)
        ]
        for receipt in self.pool.read(tasks):
            page = self.archive.find_page(batch_id, recipe, receipt.number)
            if page is not None:
                yield page
