"""Look at all pages of a scan before any is read: which should be scanned again?

The clerk hears it while the citizen is still at the counter. It informs, and marks the
pages for a person; nothing waits for it and nothing is held back.
"""

import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from pipeline.errors import PageUnreadable, PipelineError, ScanRejected
from pipeline.imaging.arrays import resize_to_dpi, to_gray
from pipeline.imaging.defects import DefectLimits, find_defects
from pipeline.imaging.quality import measure_quality, see_ink
from pipeline.imaging.shadow import Trace, find_trace, is_back_of, shows_through
from pipeline.lifeline import end_with_parent
from pipeline.messages import defect_sentence
from pipeline.model.intake import ClaimedFile
from pipeline.model.quality import Defect, PageDefect, group_pages
from pipeline.model.scan import Counter, FolderRules, MediaType, Priority, Share
from pipeline.model.state import BatchRecord
from pipeline.pdf.picture import encode_picture
from pipeline.pdf.rasterize import Raster, Scan, open_scan
from pipeline.usecases.page_pool import ReadingContext, interrupts_held, limit_memory
from pipeline.usecases.ports import Archive, Catalog

log = logging.getLogger(__name__)

Place = tuple[Path, MediaType, int]
"""Where a page is: file, what it is, number of the page in it."""

_WORKING_DPI = 200
"""Finer pages are drawn at this resolution: enough to judge by, and quick."""

_GLANCE_SIDE = 240
"""Pixels of the longer side: letters of a text are one to two of them high."""

_GLANCE_DPI = 20.0
"""What the file says of its resolution; nobody prints it."""

_AHEAD = 4
"""Pages queued per process."""

_CLOSED_WITHIN = 1.0
"""Seconds until a thread that waits for a look notices that the pool is closed."""

_PAGES_PER_PROCESS = 1000
"""Pages after which a process is replaced: no leak lives long."""


@dataclass(frozen=True, slots=True)
class InspectOptions:
    """What a looking process may be told."""

    limits: DefectLimits = field(default_factory=DefectLimits)
    max_pixels: int = 250_000_000
    seconds: float = 10.0
    """Time limit of one page; one that takes longer goes unjudged."""

    memory: int = 1_500_000_000
    """Bytes of address space that a process may add to what it starts with."""

    workers: int = 2


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What one page shows at a glance."""

    defects: tuple[Defect, ...] = ()
    blank: bool = False
    trace: Trace | None = None
    """Where its darkness lies; None for pages drawn by a program, or not seen."""

    glance: bytes = b""
    """The first page as a small JPEG; empty for the others."""


def judge_scan(
    looks: Sequence[Look], *, both_sides: bool = True
) -> tuple[PageDefect, ...]:
    """Put together what is wrong with the pages of one scan.

    Args:
        looks: all pages in order.
        both_sides: whether blank backs are expected.

    Returns:
        Defects by page. A blank page lay the wrong way where the scanner takes one
        side only, where the whole scan is blank, or where print shows through that
        is on neither page beside it.
    """
    found = {
        PageDefect(number, defect)
        for number, look in enumerate(looks, start=1)
        for defect in look.defects
    }
    all_blank = all(look.blank for look in looks)
    for number, look in enumerate(looks, start=1):
        if not look.blank:
            continue
        beside = [*looks[max(0, number - 2) : number - 1], *looks[number : number + 1]]
        if all_blank or not both_sides or _is_stray_back(look, beside):
            found.add(PageDefect(number, Defect.WRONG_SIDE))
    return tuple(sorted(found))


def _is_stray_back(look: Look, beside: Iterable[Look]) -> bool:
    """Tell whether the page that shows through a blank one is not in the scan."""
    if look.trace is None or not shows_through(look.trace):
        return False
    traces = [each.trace for each in beside if each.trace is not None]
    return not any(is_back_of(look.trace, trace) for trace in traces)


def describe_defects(
    defects: Iterable[PageDefect] | None, page_count: int
) -> tuple[str, ...]:
    """Say to the clerk which pages to scan again, a sentence for each defect."""
    return tuple(
        defect_sentence(defect.value, pages, page_count)
        for defect, pages in group_pages(defects or ()).items()
    )


@dataclass(frozen=True, slots=True)
class Inspector:
    """Judges a batch once and records it."""

    archive: Archive
    catalog: Catalog
    pool: "LookPool"
    counters: tuple[Counter, ...]
    enabled: bool = True

    def inspect(
        self, record: BatchRecord, places: Sequence[Place]
    ) -> tuple[PageDefect, ...]:
        """Tell which pages of a scan should be scanned again.

        Args:
            record: the batch, as the catalog has it.
            places: where each page is, in order.

        Raises:
            CatalogBusy, StoreUnavailable: it could not be recorded.
            OSError: a file is gone.
        """
        if record.defects is not None or not self.enabled:
            return record.defects or ()
        batch = record.batch
        for path in {path for path, *_ in places}:
            path.stat()  # a file that is gone must not pass for pages that are good
        counter = next((c for c in self.counters if c.id == batch.counter_id), None)
        looks = []
        for look in self.pool.look(batch.id, places):
            if look.glance:
                self.archive.put_glance(batch.id, look.glance)
            looks.append(look)
        defects = judge_scan(looks, both_sides=counter is None or counter.both_sides)
        self.catalog.judge(batch.id, defects)
        log.info("batch %s: %d defects of pages", batch.id, len(defects))
        return defects

    def glance(self, batch_id: str, first: Place) -> None:
        """Look at the first page alone, for its small picture."""
        if not self.enabled:
            return
        for look in self.pool.look(batch_id, [first]):
            if look.glance:
                self.archive.put_glance(batch_id, look.glance)


@dataclass(slots=True)
class Desk:
    """Has scans looked at beside other work: the day's do not wait for the backlog's.

    Use as a context manager; what is still looked at then is left to whoever reads it.
    """

    inspector: Inspector
    scratch: Path | None = None
    """Where scans from remote shares are copied to, out of the store: a share that
    hangs would keep its page's process for good, and the next share's scans waiting."""

    _threads: dict[str, ThreadPoolExecutor] = field(default_factory=dict, init=False)
    _asked: set[str] = field(default_factory=set, init=False)
    _latest: dict[str, "Future[None]"] = field(default_factory=dict, init=False)

    def warm_up(self) -> None:
        """Start the looking processes, so that the first scan need not wait for it."""
        if self.inspector.enabled:
            self.inspector.pool.warm_up()

    def ask(self, record: BatchRecord, claimed: ClaimedFile) -> None:
        """Have the scan in staging looked at, once, and do not wait for it."""
        batch = record.batch
        if record.defects is not None or batch.id in self._asked:
            return
        self._asked.add(batch.id)
        rules = next(
            (c.folder for c in self.inspector.counters if c.id == batch.counter_id),
            FolderRules(),
        )
        scratch = self.scratch if rules.share is Share.REMOTE else None
        before = self._latest.get(rules.priority)
        job = partial(self._look, record, claimed.parts, scratch)
        is_day = rules.priority is Priority.DAY
        if is_day and before is not None and not before.done():
            # A long scan may lie before it; the clerk wants to see this one now.
            self._submit("glance", partial(job, only_first=True))
        self._latest[rules.priority] = self._submit(rules.priority, job)

    def _submit(self, name: str, job: Callable[[], None]) -> "Future[None]":
        if name not in self._threads:
            self._threads[name] = ThreadPoolExecutor(1, f"desk-{name}")
        return self._threads[name].submit(job)

    def _look(
        self,
        record: BatchRecord,
        files: Sequence[Path],
        scratch: Path | None,
        *,
        only_first: bool = False,
    ) -> None:
        try:
            with ExitStack() as stack:
                if scratch is not None:
                    scratch.mkdir(parents=True, exist_ok=True)
                    folder = TemporaryDirectory(
                        dir=scratch, prefix=f"{record.batch.id}-"
                    )
                    files = self._fetch(record, Path(stack.enter_context(folder)))
                places = list(self._places(record, files))
                if only_first:
                    self.inspector.glance(record.batch.id, places[0])
                else:
                    self.inspector.inspect(record, places)
        except (PipelineError, OSError, CancelledError) as error:
            # Whoever reads the scan looks at it first, if nobody has.
            log.info("batch %s not looked at: %s", record.batch.id, type(error))
        except Exception:
            log.exception("batch %s not looked at", record.batch.id)

    def _fetch(self, record: BatchRecord, folder: Path) -> Sequence[Path]:
        archive, key = self.inspector.archive, record.original_key
        sha256 = record.batch.sha256
        if record.batch.media_type.joins:
            return archive.fetch_joined(key, folder, sha256=sha256)[1]
        path = folder / f"scan{record.batch.media_type.suffix}"
        archive.fetch_original(key, path, sha256=sha256)
        return (path,)

    def _places(self, record: BatchRecord, files: Sequence[Path]) -> Iterator[Place]:
        batch = record.batch
        numbers = range(1, batch.page_count + 1)
        if not batch.media_type.joins:
            yield from ((files[0], batch.media_type, number) for number in numbers)
            return
        key = record.original_key
        joined = self.inspector.archive.joined(key, sha256=batch.sha256)
        for index, place in map(joined.place, numbers):
            yield files[index], joined.parts[index].media_type, place

    def __enter__(self) -> "Desk":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.inspector.pool.__exit__(kind, error, trace)
        for each in self._threads.values():
            each.shutdown(cancel_futures=True)


@dataclass(slots=True)
class LookPool:
    """A few processes that look at pages, started with the first page.

    Use as a context manager, so that they end with it. May be asked from threads.
    """

    options: InspectOptions = InspectOptions()
    _pool: ProcessPool | None = field(default=None, init=False)
    _starting: threading.Lock = field(default_factory=threading.Lock, init=False)
    _closed: bool = field(default=False, init=False)

    def look(self, batch_id: str, places: Sequence[Place]) -> Iterator[Look]:
        """Look at every page, in order; one that cannot be seen goes unjudged."""
        waiting: deque[ProcessFuture[Look]] = deque()
        for place in places:
            waiting.append(self._schedule(place))
            if len(waiting) >= self.options.workers * _AHEAD:
                yield self._result(waiting.popleft(), batch_id)
        while waiting:
            yield self._result(waiting.popleft(), batch_id)

    def _result(self, future: "ProcessFuture[Look]", batch_id: str) -> Look:
        while not future.done():
            wait([future], _CLOSED_WITHIN)
            if self._closed and not future.done():
                # A pool that is stopped forgets some of what was still asked of it.
                raise CancelledError("the pool of looking processes is closed")
        try:
            return future.result()
        except _UNSEEN as error:
            # Whoever reads the page will find it too, and say more of it.
            log.info("batch %s: a page unseen: %s", batch_id, type(error).__name__)
            return Look()

    def warm_up(self) -> None:
        """Start the processes and do not wait for them."""
        with self._starting, interrupts_held():
            for _ in range(self.options.workers):
                self._open().schedule(_nothing)

    def _schedule(self, place: Place) -> "ProcessFuture[Look]":
        with self._starting, interrupts_held():
            return self._open().schedule(
                _look, args=place, timeout=self.options.seconds
            )

    def _open(self) -> ProcessPool:
        if self._closed:
            raise CancelledError("the pool of looking processes is closed")
        if self._pool is not None and not self._pool.active:
            self._end()
        if self._pool is None:
            self._pool = ProcessPool(
                max_workers=self.options.workers,
                max_tasks=_PAGES_PER_PROCESS,
                context=ReadingContext(),
                initializer=_start,
                initargs=(self.options, os.getpid()),
            )
        return self._pool

    def __enter__(self) -> "LookPool":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._starting:
            self._closed = True
            self._end()

    def _end(self) -> None:
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call] # pebble says None
            self._pool.join()
            self._pool = None


_UNSEEN = (
    PageUnreadable,
    ScanRejected,
    TimeoutError,
    ProcessExpired,
    MemoryError,
    OSError,
)
"""What hostile pages do to those who look at them."""


class _Process:
    """What a looking process keeps: its options, and the scan that is open."""

    options: InspectOptions
    path: Path | None = None
    scan: Scan
    opened = ExitStack()


def _start(options: InspectOptions, parent: int) -> None:
    end_with_parent(parent)
    _Process.options = options
    limit_memory(options.memory)


def _nothing() -> None:
    """Do nothing, in a process that is started for it."""


def _look(path: Path, media_type: MediaType, number: int) -> Look:
    if _Process.path != path:
        _Process.opened.close()
        _Process.path = None
        _Process.scan = _Process.opened.enter_context(
            open_scan(path, media_type, max_pixels=_Process.options.max_pixels)
        )
        _Process.path = path
    return look_at(_Process.scan, number, _Process.options.limits)


def look_at(scan: Scan, number: int, limits: DefectLimits) -> Look:
    """Look at one page; those that a program drew have nothing to be scanned again.

    Raises:
        PageUnreadable: the page cannot be drawn.
    """
    raster = scan.render(number, max_dpi=max(_WORKING_DPI, 1.1 * limits.dpi))
    glance = draw_glance(raster) if number == 1 else b""
    if raster.words is not None:
        return Look(glance=glance)
    dpi = min(raster.dpi, _WORKING_DPI)
    gray = resize_to_dpi(to_gray(raster.image), raster.dpi, dpi)
    ink = see_ink(gray)
    quality = measure_quality(ink, dpi)
    defects = find_defects(ink, dpi, quality, limits, scanned_dpi=raster.dpi)
    return Look(defects, quality.blank, find_trace(ink), glance)


def draw_glance(raster: Raster) -> bytes:
    """Draw a page so small that its kind can be told and its words cannot be read."""
    height, width = raster.image.shape[:2]
    scale = _GLANCE_SIDE / max(height, width)
    small = resize_to_dpi(raster.image, raster.dpi, max(raster.dpi * scale, 1.0))
    return encode_picture(small, bilevel=False, dpi=_GLANCE_DPI).data
