"""The work on one batch, from its lease to its end, in steps a flow can show."""

import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.errors import (
    ObjectMissing,
    PipelineError,
    Remedy,
    ScanRejected,
    WorkTakenOver,
)
from pipeline.model.dossier import DossierStatus, Manifest, Plan
from pipeline.model.scan import Counter
from pipeline.model.state import BatchRecord, BatchState, Lease
from pipeline.model.text import PageReceipt
from pipeline.usecases.compose import Composer
from pipeline.usecases.file import Filer
from pipeline.usecases.page_pool import PagePool
from pipeline.usecases.ports import Archive, Catalog
from pipeline.usecases.read import PageTask, to_receipt
from pipeline.usecases.receive import to_batch_state

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WorkOptions:
    """How long a lease lasts, how often a batch is tried, and where copies lie."""

    lease_seconds: float
    attempts: int
    scratch: Path


@dataclass(frozen=True, slots=True)
class Digitizer:
    """Leads one batch through reading, composing and filing."""

    archive: Archive
    catalog: Catalog
    composer: Composer
    filer: Filer
    pool: PagePool
    counters: tuple[Counter, ...]
    recipe: str
    options: WorkOptions
    clock: Callable[[], datetime]

    @contextmanager
    def work_on(self, batch_id: str, owner: str) -> Iterator["Work | None"]:
        """Hold the batch's lease while its steps are done.

        Gives None where there is nothing to do: the batch is final, out of tries, or
        leased to somebody else. An error sets the batch aside where the paper is at
        fault, and otherwise returns the lease so that the next try can begin.
        """
        lease = self.catalog.lease(
            batch_id,
            owner,
            seconds=self.options.lease_seconds,
            attempts=self.options.attempts,
        )
        record = self.catalog.batch(batch_id)
        if lease is None or record is None:
            yield None
            return
        self.options.scratch.mkdir(parents=True, exist_ok=True)
        scratch = Path(
            tempfile.mkdtemp(prefix=f"{batch_id}-", dir=self.options.scratch)
        )
        try:
            yield Work(self, record, lease, scratch)
        except ScanRejected as error:
            self.catalog.finish(lease, BatchState.SET_ASIDE, error.reason)
            log.warning("batch %s set aside: %s", batch_id, error.reason)
            raise
        except WorkTakenOver:
            raise
        except BaseException:
            self.catalog.give_up(lease)
            raise
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


@dataclass(slots=True)
class Work:
    """One try at one batch."""

    by: Digitizer
    record: BatchRecord
    lease: Lease
    scratch: Path

    def read_pages(self) -> Iterator[PageReceipt]:
        """Read what the work area does not hold yet; yields in page order.

        Raises:
            WorkTakenOver: the lease ran out and another try has the batch.
            ScanRejected: the stored original no longer opens.
        """
        batch = self.record.batch
        done = 0
        tasks: list[PageTask] = []
        path = self.scratch / f"scan{batch.media_type.suffix}"
        for number in range(1, batch.page_count + 1):
            page = self.by.archive.find_page(batch.id, self.by.recipe, number)
            if page is None:
                tasks.append(
                    PageTask(batch.id, self.by.recipe, path, batch.media_type, number)
                )
                continue
            done += 1
            yield to_receipt(page, "")
        if not tasks:
            return
        self.by.archive.fetch_original(
            self.record.original_key, path, sha256=batch.sha256
        )
        for receipt in self.by.pool.read(tasks):
            done += 1
            self.beat(done)
            yield receipt

    def compose(self) -> Plan:
        """Decide what the batch is, or take the decision an earlier try made.

        Raises:
            ObjectMissing: a page result is gone.
        """
        batch = self.record.batch
        earlier = self.by.archive.find_plan(batch.id)
        if earlier is not None:
            return earlier
        pages = []
        for number in range(1, batch.page_count + 1):
            page = self.by.archive.find_page(batch.id, self.by.recipe, number)
            if page is None:
                raise ObjectMissing(f"page {number} of batch {batch.id}")
            pages.append(page)
        self.beat()
        counter = next((c for c in self.by.counters if c.id == batch.counter_id), None)
        plan = self.by.composer.compose(
            batch, self.by.recipe, tuple(pages), counter, today=self.by.clock().date()
        )
        return self.by.archive.decide(plan)

    def file(self, plan: Plan) -> tuple[Manifest, ...]:
        """Store the dossiers, index them, and end the batch.

        Raises:
            WorkTakenOver: another try has the batch; what it files is the same.
        """
        batch = self.record.batch
        manifests = tuple(
            self.by.filer.file(batch, self.record.original_key, plan, self.beat)
        )
        worst = (
            DossierStatus.REVIEW
            if any(m.status is DossierStatus.REVIEW for m in manifests)
            else DossierStatus.FILED
        )
        if not self.by.catalog.finish(self.lease, to_batch_state(worst), None):
            raise WorkTakenOver(f"batch {batch.id}")
        log.info("batch %s %s: %d dossiers", batch.id, worst, len(manifests))
        return manifests

    def beat(self, pages_done: int | None = None) -> None:
        """Renew the lease.

        Raises:
            WorkTakenOver: another try has it now.
        """
        done = self.record.batch.page_count if pages_done is None else pages_done
        if not self.by.catalog.renew(
            self.lease, seconds=self.by.options.lease_seconds, pages_done=done
        ):
            raise WorkTakenOver(f"batch {self.record.batch.id}")


def is_worth_retrying(error: BaseException) -> bool:
    """Ask the error itself; a torn scan will not improve by waiting."""
    return not isinstance(error, PipelineError) or error.remedy is Remedy.TRY_AGAIN
