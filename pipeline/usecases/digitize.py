"""The work on one batch, from its lease to its end, in steps a flow can show."""

import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pipeline.errors import (
    EmptyScan,
    ObjectMissing,
    PipelineError,
    Remedy,
    ScanRejected,
    WorkTakenOver,
)
from pipeline.model.dossier import DossierStatus, Manifest, Plan, PlannedDossier
from pipeline.model.quality import PageDefect
from pipeline.model.scan import Counter, MediaType
from pipeline.model.signature import IncomingSignature
from pipeline.model.state import BatchRecord, BatchState, Lease, MarkKind
from pipeline.model.text import PageReceipt, ReadPage
from pipeline.usecases.compose import Composer
from pipeline.usecases.dossier_codes import SEEN_BEFORE, doubt_earlier
from pipeline.usecases.file import Filer
from pipeline.usecases.inspect import Inspector
from pipeline.usecases.page_pool import PagePool
from pipeline.usecases.ports import Archive, Catalog
from pipeline.usecases.read import PageTask, to_receipt
from pipeline.usecases.receive import to_batch_state

log = logging.getLogger(__name__)

_COUNTER_TIME = ZoneInfo("Asia/Ho_Chi_Minh")
"""The date in a dossier code is the counter's, not Greenwich's."""


@dataclass(frozen=True, slots=True)
class WorkOptions:
    """How long a lease lasts, how often a batch is tried, and where copies lie."""

    lease_seconds: float
    attempts: int
    scratch: Path


@dataclass(frozen=True, slots=True)
class Care:
    """Which counters have their pages read twice, and the recipe of those pages."""

    recipe: str = ""
    counters: frozenset[str] = frozenset()


def no_signatures(_path: Path) -> tuple[IncomingSignature, ...]:
    """Look for no signatures."""
    return ()


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
    care: Care = Care()
    judge: Callable[[Path], tuple[IncomingSignature, ...]] = no_signatures
    """Judges the signatures of a PDF that was received."""

    inspector: Inspector | None = None

    @contextmanager
    def work_on(self, batch_id: str, owner: str) -> Iterator["Work | None"]:
        """Hold the batch's lease while its steps are done.

        Gives None where there is nothing to do: the batch is final, out of tries, or
        leased to somebody else. An error sets the batch aside where the paper is at
        fault, and otherwise returns the lease so that the next try can begin. An
        outage or a stop from outside is no try: however long it lasts, the batch is
        taken up again when it is over.
        """
        with self._leased(batch_id, owner) as lease:
            if lease is None:
                yield None
                return
            with self._scratch(batch_id) as scratch:
                record = self.catalog.batch(batch_id)
                yield Work(self, record, lease, scratch) if record else None

    @contextmanager
    def _leased(self, batch_id: str, owner: str) -> Iterator[Lease | None]:
        lease = None
        try:
            lease = self.catalog.lease(
                batch_id,
                owner,
                seconds=self.options.lease_seconds,
                attempts=self.options.attempts,
            )
            yield lease
        except ScanRejected as error:
            if lease is not None:
                self.catalog.finish(lease, BatchState.SET_ASIDE, error.reason)
                log.warning("batch %s set aside: %s", batch_id, error.reason)
            raise
        except WorkTakenOver:
            raise
        except BaseException as error:
            excused = _is_nobodys_fault(error)
            with suppress(PipelineError):  # it runs out by itself
                if lease is not None:
                    self.catalog.give_up(lease, excused=excused)
                elif not isinstance(error, Exception):
                    # Stopped while asking: the lease may be ours without our knowing.
                    self.catalog.give_up_owned(batch_id, owner, excused=excused)
            raise

    @contextmanager
    def _scratch(self, batch_id: str) -> Iterator[Path]:
        self.options.scratch.mkdir(parents=True, exist_ok=True)
        folder = tempfile.mkdtemp(prefix=f"{batch_id}-", dir=self.options.scratch)
        try:
            yield Path(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@dataclass(slots=True)
class Work:
    """One try at one batch."""

    by: Digitizer
    record: BatchRecord
    lease: Lease
    scratch: Path
    _done: int = field(default=0, init=False)
    """Pages whose results are there."""

    _signatures: tuple[IncomingSignature, ...] | None = field(default=None, init=False)
    _fetched: list[PageTask] | None = field(default=None, init=False)
    """How to read each page, once the original is in the scratch folder."""

    @property
    def careful(self) -> bool:
        """Whether the counter wants its pages read twice."""
        return self.record.batch.counter_id in self.by.care.counters

    @property
    def recipe(self) -> str:
        """How the pages are read; careful readings are kept apart from others."""
        return self.by.care.recipe if self.careful else self.by.recipe

    def check_pages(self) -> tuple[PageDefect, ...]:
        """Tell which pages should be scanned again, unless that is known already.

        Raises:
            CatalogBusy, StoreUnavailable: no usable answer.
            ObjectMissing, ObjectConflict: the stored original is not what it was.
        """
        record = self.by.catalog.batch(self.record.batch.id) or self.record
        inspector = self.by.inspector
        if record.defects is not None or inspector is None or not inspector.enabled:
            return record.defects or ()
        places = [
            (task.path, task.media_type, task.number_in_file or task.number)
            for task in self._all_tasks()
        ]
        return inspector.inspect(record, places)

    def read_pages(self) -> Iterator[PageReceipt]:
        """Read what the work area does not hold yet; yields in page order.

        Where an earlier try has decided already, only what it read counts: nothing is
        read again with another recipe.

        Raises:
            WorkTakenOver: the lease ran out and another try has the batch.
            ScanRejected: the stored original no longer opens.
        """
        self._done = 0
        batch = self.record.batch
        plan = self.by.archive.find_plan(batch.id)
        if plan is not None and plan.recipe != self.recipe:
            yield from self._pages_of(plan)
            return
        missing: list[int] = []
        for number in range(1, batch.page_count + 1):
            page = self.by.archive.find_page(batch.id, self.recipe, number)
            if page is None:
                missing.append(number)
                continue
            self._done += 1
            yield to_receipt(page, "")
        if not missing:
            return
        self.by.pool.start()
        tasks = [each for each in self._all_tasks() if each.number in missing]
        for receipt in self.by.pool.read(tasks, self._still_reading):
            self._done += 1
            self._still_reading()
            yield receipt
        self._signatures = self._judge(tasks[0].path)
        for path in {task.path for task in tasks}:
            path.unlink(missing_ok=True)  # documents take its room
        self._fetched = None

    def _all_tasks(self) -> list[PageTask]:
        """Say where each page is; the original is fetched once in a try."""
        if self._fetched is None:
            self._fetched = self._fetch()
        return self._fetched

    def _fetch(self) -> list[PageTask]:
        batch, key = self.record.batch, self.record.original_key
        numbers = range(1, batch.page_count + 1)
        if not batch.media_type.joins:
            path = self.scratch / f"scan{batch.media_type.suffix}"
            self.by.archive.fetch_original(key, path, sha256=batch.sha256)
            return [self._task(path, batch.media_type, number) for number in numbers]
        joined, paths = self.by.archive.fetch_joined(
            key, self.scratch, sha256=batch.sha256
        )
        tasks = []
        for number in numbers:
            index, place = joined.place(number)
            task = self._task(paths[index], joined.parts[index].media_type, number)
            tasks.append(replace(task, number_in_file=place))
        return tasks

    def _judge(self, path: Path) -> tuple[IncomingSignature, ...]:
        is_pdf = self.record.batch.media_type is MediaType.PDF
        return self.by.judge(path) if is_pdf else ()

    def _judged_signatures(self) -> tuple[IncomingSignature, ...]:
        """Judge the original's signatures, unless that was done when it was read."""
        batch = self.record.batch
        if self._signatures is None and batch.media_type is MediaType.PDF:
            path = self.scratch / f"scan{batch.media_type.suffix}"
            self.by.archive.fetch_original(
                self.record.original_key, path, sha256=batch.sha256
            )
            self._signatures = self._judge(path)
            path.unlink(missing_ok=True)
        return self._signatures or ()

    def _task(self, path: Path, media_type: MediaType, number: int) -> PageTask:
        return PageTask(
            self.record.batch.id,
            self.recipe,
            path,
            media_type,
            number,
            careful=self.careful,
        )

    def _pages_of(self, plan: Plan) -> Iterator[PageReceipt]:
        for number in range(1, self.record.batch.page_count + 1):
            page = self.by.archive.find_page(plan.batch_id, plan.recipe, number)
            if page is not None:
                yield to_receipt(page, "")

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
            page = self.by.archive.find_page(batch.id, self.recipe, number)
            if page is None:
                raise ObjectMissing(f"page {number} of batch {batch.id}")
            pages.append(page)
        self._beat()
        return self.by.archive.decide(self._decide(tuple(pages)))

    def _decide(self, pages: tuple[ReadPage, ...]) -> Plan:
        batch, composer = self.record.batch, self.by.composer
        counter = next((c for c in self.by.counters if c.id == batch.counter_id), None)
        plan = composer.compose(
            batch,
            self.recipe,
            pages,
            counter,
            today=batch.received_at.astimezone(_COUNTER_TIME).date(),
            used=self._taken(MarkKind.SHEET, composer.sheets_in(pages)),
            defects=self.check_pages(),
        )
        plan = replace(plan, signatures=self._judged_signatures())
        codes = [dossier.code for dossier in plan.dossiers if dossier.code]
        plan = doubt_earlier(plan, self._taken(MarkKind.CODE, codes))
        return replace(
            plan,
            dossiers=tuple(self._compared(each, pages) for each in plan.dossiers),
        )

    def _compared(
        self, dossier: PlannedDossier, pages: tuple[ReadPage, ...]
    ) -> PlannedDossier:
        """Let a dossier go to a person whose papers were scanned before."""
        texts = [
            "\n\n".join(
                page.text.text
                for page in pages[planned.span.first - 1 : planned.span.last]
            )
            for planned in dossier.documents
        ]
        if not self.by.catalog.find_alike(texts, self.record.batch.id):
            return dossier
        return replace(dossier, doubts=(*dossier.doubts, SEEN_BEFORE))

    def _taken(self, kind: MarkKind, marks: Sequence[str]) -> frozenset[str]:
        """Ask which marks another batch had first; the rest are this batch's now."""
        if not marks:
            return frozenset()
        return self.by.catalog.claim_marks(self.record.batch.id, kind, marks)

    def file(self, plan: Plan) -> tuple[Manifest, ...]:
        """Store the dossiers, index them, and end the batch.

        Raises:
            WorkTakenOver: another try has the batch; what it files is the same.
            EmptyScan: nothing but separator sheets was scanned.
        """
        batch = self.record.batch
        if not plan.dossiers:
            raise EmptyScan("nothing but separator sheets")
        manifests = tuple(
            self.by.filer.file(batch, self.record.original_key, plan, self._beat)
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

    def _still_reading(self) -> None:
        self._renew(self._done)

    def _beat(self) -> None:
        """Give a sign of life once all pages are read."""
        self._renew(self.record.batch.page_count)

    def _renew(self, pages_done: int) -> None:
        if not self.by.catalog.renew(
            self.lease, seconds=self.by.options.lease_seconds, pages_done=pages_done
        ):
            raise WorkTakenOver(f"batch {self.record.batch.id}")


def _is_nobodys_fault(error: BaseException) -> bool:
    """Tell whether a try was ended by an outage or, like Ctrl-C, from outside.

    What the machine refuses, such as room on its disk, is an outage too: what a page
    does to its reader never comes here as an `OSError`.
    """
    if isinstance(error, PipelineError):
        return error.remedy is Remedy.TRY_AGAIN
    return isinstance(error, OSError) or not isinstance(error, Exception)


def is_worth_retrying(error: BaseException) -> bool:
    """Ask the error itself; a torn scan will not improve by waiting."""
    if isinstance(error, WorkTakenOver):
        return False
    return not isinstance(error, PipelineError) or error.remedy is Remedy.TRY_AGAIN
