"""Read the pages of a scan in processes of their own, which may be killed.

The reader ignores its own time limit on some pages, and a hostile page may crash it or
eat the memory: only the end of a process ends such a page, and only that page pays.
"""

import errno
import gc
import logging
import os
import resource
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing import resource_tracker
from multiprocessing.context import SpawnContext, SpawnProcess
from multiprocessing.process import BaseProcess
from types import ModuleType, TracebackType
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from pipeline.errors import PipelineError, ToolTimeout
from pipeline.lifeline import end_with_parent
from pipeline.model.text import PageReceipt
from pipeline.usecases.read import Effort, PageReader, PageTask

log = logging.getLogger(__name__)

OpenReader = Callable[[], PageReader]
"""Makes a reader inside a reading process; must be picklable."""

_PAGES_PER_PROCESS = 400
"""Pages after which a process is replaced: no leak lives long."""

_NICE = 5
"""How much reading gives way to what people wait for: the look at a scan just dropped,
and the web page."""

_AHEAD = 4
"""Pages queued per process: enough to keep it busy, few enough to stay in order."""

_TICK = 2.0
"""Seconds between two signs of life while a page is waited for."""

Tick = Callable[[], None]
"""Called while a page takes its time; what it raises ends the reading."""


_EXPECTED = (TimeoutError, ToolTimeout, ProcessExpired, MemoryError)
"""What hostile pages do to their readers; anything else is a defect of ours."""

_FAULTS_OF_THE_MACHINE = {
    errno.EACCES,
    errno.EDQUOT,
    errno.EIO,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOENT,
    errno.ENOSPC,
    errno.EPERM,
    errno.EROFS,
    errno.ESTALE,
}
"""Error numbers of the system that no page is to blame for: another try may do better.
Not among them: no memory, which a page can use up. A dead process and a time limit are
errors of the system, too, but without a number."""


_Result = TypeVar("_Result")

_MOST_BREAKS = 8
"""Times a pool may break under one page, as each process that dies too soon to be
known for a page's breaks it, before the page pays all the same."""


def _no_tick() -> None:
    pass


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

    def start(self) -> None:
        """Start the processes and their engines, while the scan is still fetched."""
        for _ in range(self.workers):
            self._submit(_open)

    def read(
        self, tasks: Iterable[PageTask], tick: Tick = _no_tick
    ) -> Iterator[PageReceipt]:
        """Read pages and yield their receipts in the order of *tasks*.

        A page whose process dies or outlives the time limit is tried once more, by the
        other engine; then it is kept as a picture without words, and if even that
        fails as a blank placeholder: both are marked unreadable for a person to look
        at. A fault of the machine is no fault of the page: it is raised, for the scan
        to be tried again later.

        Whoever stops early leaves nothing at work: what is still read is ended.
        """
        waiting: deque[_Waiting] = deque()
        try:
            for task in tasks:
                waiting.append(_Waiting(task, self._schedule(task)))
                if len(waiting) >= self.workers * _AHEAD:
                    yield self._outcome(waiting[0], tick)
                    waiting.popleft()
            while waiting:
                yield self._outcome(waiting[0], tick)
                waiting.popleft()
        finally:
            for page in waiting:
                page.future.cancel()  # type: ignore[no-untyped-call] # pebble's

    def __enter__(self) -> "PagePool":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def _end(self) -> None:
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call] # pebble says None
            self._pool.join()
            self._pool = None

    def _schedule(self, task: PageTask) -> "ProcessFuture[PageReceipt]":
        return self._submit(_read, task)

    def _submit(
        self, work: Callable[..., _Result], *arguments: object
    ) -> "ProcessFuture[_Result]":
        if self._pool is not None and not self._pool.active:
            # A process that dies while it holds no page breaks the whole pool.
            log.warning("the reading processes broke down; starting others")
            self._end()
        if self._pool is None:
            self._pool = ProcessPool(
                max_workers=self.workers,
                max_tasks=_PAGES_PER_PROCESS,
                context=ReadingContext(),
                initializer=_start_reading,
                initargs=(self.open_reader, self.memory, os.getpid()),
            )
        with interrupts_held():
            return self._pool.schedule(work, args=arguments, timeout=self.seconds)

    def _outcome(self, page: "_Waiting", tick: Tick) -> PageReceipt:
        task = page.task
        for effort in (Effort.OTHER_ENGINE, Effort.PICTURE, Effort.PLACEHOLDER):
            try:
                return self._result(page, tick)
            except ToolTimeout as error:
                _say_failed(task, error)
            except PipelineError:
                raise
            except Exception as error:
                if _is_of_the_machine(error):
                    raise
                # Timeout, a dead process, no memory, or a defect that this page woke:
                # the page pays, the scan goes on.
                _say_failed(task, error)
            page.task = replace(task, effort=effort)
            page.future = self._schedule(page.task)
        return self._result(page, tick)

    def _result(self, page: "_Waiting", tick: Tick) -> PageReceipt:
        """Wait for a page; that others broke the pool is no fault of this one."""
        for _ in range(_MOST_BREAKS):
            while not wait([page.future], _TICK).done:
                tick()
            try:
                return page.future.result()
            except BrokenProcessPool:
                page.future = self._schedule(page.task)
        return page.future.result()


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Keep Ctrl-C from what is started meanwhile: threads, and processes of theirs.

    A terminal sends it to all processes. One that is still importing could not ignore
    it, and would fill the screen with its traceback.
    """
    resource_tracker.ensure_running()  # started later, it would let them through
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _ReadingProcess(SpawnProcess):
    """A process that does not load its starter's main module.

    In a run of Prefect that is the engine, 1.4 s of CPU in each process for nothing.
    """

    @staticmethod
    def _Popen(process_obj: BaseProcess) -> Any:  # noqa: N802 - multiprocessing's
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            return SpawnProcess._Popen(process_obj)  # noqa: SLF001
        finally:
            sys.modules["__main__"] = main


class ReadingContext(SpawnContext):
    """How processes for pages are started."""

    Process = _ReadingProcess


@dataclass(slots=True)
class _Waiting:
    """A page that a process has, or will have."""

    task: PageTask
    future: "ProcessFuture[PageReceipt]"


def _is_of_the_machine(error: Exception) -> bool:
    """Tell a full disk or a file that is gone from what a page does to its reader."""
    return isinstance(error, OSError) and error.errno in _FAULTS_OF_THE_MACHINE


def _say_failed(task: PageTask, error: Exception) -> None:
    expected = isinstance(error, _EXPECTED)
    log.warning(
        "batch %s page %d: reader failed: %s",
        task.batch_id,
        task.number,
        type(error).__name__,
        exc_info=None if expected else error,
    )


class _Process:
    """What a process of the pool keeps: how to open its one reader, and the reader."""

    open_reader: OpenReader
    memory: int
    reader: PageReader | None = None


def _start_reading(open_reader: OpenReader, memory: int, parent: int) -> None:
    """Prepare a process of the pool.

    The reader is opened with the first page, whose future carries what goes wrong: a
    missing model here would only kill one process after another.
    """
    end_with_parent(parent)
    os.nice(_NICE)
    _Process.open_reader = staticmethod(open_reader)
    _Process.memory = memory


def _open() -> None:
    _reader()


def _read(task: PageTask) -> PageReceipt:
    return _reader().read(task)


def _reader() -> PageReader:
    if _Process.reader is None:
        _Process.reader = _Process.open_reader()
        # What libraries made when they were loaded stays; looking through it again and
        # again for cycles took 2 % of a page's time.
        gc.freeze()
        limit_memory(_Process.memory)
    return _Process.reader


def limit_memory(extra: int) -> None:
    """Let this process map *extra* bytes more than it has, and no byte beyond."""
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
        mapped = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + extra, mapped + extra))
