"""Read the pages of a scan in processes of their own, which may be killed.

The reader ignores its own time limit on some pages, and a hostile page may crash it or
eat the memory: only the end of a process ends such a page, and only that page pays.
"""

import logging
import os
import resource
import signal
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from types import TracebackType

from pebble import ProcessFuture, ProcessPool

from pipeline.errors import PipelineError
from pipeline.lifeline import end_with_parent
from pipeline.model.text import PageReceipt
from pipeline.usecases.read import Effort, PageReader, PageTask

log = logging.getLogger(__name__)

OpenReader = Callable[[], PageReader]
"""Makes a reader inside a reading process; must be picklable."""

_PAGES_PER_PROCESS = 400
"""Pages after which a process is replaced: no leak lives long."""

_AHEAD = 4
"""Pages queued per process: enough to keep it busy, few enough to stay in order."""


@dataclass(slots=True)
class PagePool:
    """A few processes that read pages, started with the first page.

    Use as a context manager, so that they end with it.
    """

    open_reader: OpenReader
    workers: int
    seconds: float
    """Time limit of one page."""

    memory: int
    """Bytes of address space that a process may add to what it starts with."""

    _pool: ProcessPool | None = field(default=None, init=False)

    def read(self, tasks: Iterable[PageTask]) -> Iterator[PageReceipt]:
        """Read pages and yield their receipts in the order of *tasks*.

        A page whose process dies or outlives the time limit is tried once more; then
        it is kept as a picture without words, and if even that fails as a blank
        placeholder: both are marked unreadable for a person to look at.
        """
        waiting: list[tuple[PageTask, ProcessFuture]] = []
        for task in tasks:
            waiting.append((task, self._schedule(task)))
            if len(waiting) >= self.workers * _AHEAD:
                yield self._outcome(*waiting.pop(0))
        while waiting:
            yield self._outcome(*waiting.pop(0))

    def __enter__(self) -> "PagePool":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.stop()
            self._pool.join()
            self._pool = None

    def _schedule(self, task: PageTask) -> ProcessFuture:
        if self._pool is None:
            self._pool = ProcessPool(
                max_workers=self.workers,
                max_tasks=_PAGES_PER_PROCESS,
                context=get_context("spawn"),
                initializer=_start_reading,
                initargs=(self.open_reader, self.memory, os.getpid()),
            )
        return self._pool.schedule(_read, args=(task,), timeout=self.seconds)

    def _outcome(self, task: PageTask, future: ProcessFuture) -> PageReceipt:
        for effort in (task.effort, Effort.PICTURE, Effort.PLACEHOLDER):
            try:
                receipt: PageReceipt = future.result()
                return receipt
            except PipelineError:
                raise
            except Exception as error:  # noqa: BLE001 - a page must not end a scan
                # Timeout, a dead process, no memory, or a defect that this page woke:
                # the page pays, the scan goes on.
                log.warning(
                    "batch %s page %d: reader failed: %s",
                    task.batch_id,
                    task.number,
                    type(error).__name__,
                )
            future = self._schedule(replace(task, effort=effort))
        return future.result()


_reader: PageReader | None = None
"""The reader of this process; processes of the pool hold exactly one."""


def _start_reading(open_reader: OpenReader, memory: int, parent: int) -> None:
    """Prepare a process of the pool: limits first, then models."""
    global _reader  # noqa: PLW0603 - a pool process has no other place to keep it
    end_with_parent(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _reader = open_reader()
    _limit_memory(memory)


def _read(task: PageTask) -> PageReceipt:
    if _reader is None:
        raise RuntimeError("the reading process was not started")
    return _reader.read(task)


def _limit_memory(extra: int) -> None:
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
        mapped = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + extra, mapped + extra))
