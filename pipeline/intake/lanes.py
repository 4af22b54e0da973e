"""Touch each remote share in a thread of its own, so that a dead one holds up nobody.

A server that is gone leaves whoever asks it waiting in the kernel, for minutes or for
good; such a call can be neither timed nor ended. So the caller waits a while and goes
on without an answer; until the call returns nobody asks that share anything more.
"""

import errno
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as StillWorking
from contextlib import suppress
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")

_SILENT = 10.0
"""Seconds without an answer before the log says so: before, a share may be slow."""


class ShareHangs(TimeoutError):
    """A share gives no answer; what was asked may yet be done when it comes back."""

    def __init__(self) -> None:
        super().__init__(errno.ETIMEDOUT, "the share does not answer")


@dataclass(slots=True, eq=False)
class _Job:
    """What a share is asked, until somebody has the answer."""

    name: str
    answer: "Future[Any]"
    since: float
    missed: bool = False
    """Whether somebody waited for it in vain: nobody does so again."""


@dataclass(slots=True)
class _Lane:
    """The thread of one share, and what it is doing."""

    work: "SimpleQueue[tuple[Callable[[], Any], Future[Any]]]"
    thread: threading.Thread | None = None
    job: _Job | None = None
    told: bool = False
    """Whether the log says already that it hangs."""

    late: dict[str, _Job] = field(default_factory=dict)
    """Answers that came too late and are kept for who asks again."""


@dataclass(slots=True)
class Lanes:
    """A thread for each share that was ever asked, made with the first question."""

    patience: float = 2.0
    """Seconds that a caller waits while no share hangs."""

    patience_among_others: float = 0.3
    """The same while another one hangs: shares of one server go together."""

    kept: frozenset[str] = frozenset()
    """Names of questions whose late answer is kept while others are asked; a share
    that is always slow would never be listed otherwise."""

    monotonic: Callable[[], float] = time.monotonic
    _lanes: dict[str, _Lane] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def call(
        self,
        share: str,
        work: Callable[[], T],
        *,
        name: str = "",
        patience: float | None = None,
    ) -> T:
        """Do *work* in the thread of *share*, one call at a time.

        Inside such a call it is simply done. An answer that comes too late is for the
        next caller with the same *name*; without a name nobody gets it.

        Raises:
            ShareHangs: there is no answer in time, to this or to an earlier question.
        """
        lane, name = self._lane(share), name or f"#{id(work)}"
        if threading.current_thread() is lane.thread:
            return work()
        if patience is None:
            patience = self._time(share)
        while True:
            job = self._begin(lane, work, name)
            # From its beginning: of many that were begun together and hang, each
            # would else be waited for anew.
            left = job.since + patience - self.monotonic()
            if not _is_done(job.answer, 0.0 if job.missed else max(0.0, left)):
                self._miss(share, lane, job)
                raise ShareHangs
            self._settle(share, lane, job)
            if job.name == name:
                answer: T = job.answer.result()
                return answer

    def begin(self, share: str, work: Callable[[], T], name: str) -> None:
        """Have *work* begun and do not wait; `call` with this name asks for it.

        So several shares are asked at the same time.
        """
        lane = self._lane(share)
        if threading.current_thread() is not lane.thread:
            self._begin(lane, work, name)

    def hanging(self, share: str) -> float | None:
        """Tell for how many seconds a share has given no answer; None: it does."""
        lane = self._lanes.get(share)
        job = lane.job if lane else None
        if job is None or not job.missed or job.answer.done():
            return None
        return self.monotonic() - job.since

    def _lane(self, share: str) -> _Lane:
        with self._lock:
            if share not in self._lanes:
                self._lanes[share] = _Lane(SimpleQueue())
            return self._lanes[share]

    def _begin(self, lane: _Lane, work: Callable[[], T], name: str) -> _Job:
        """Hand *work* to the thread, or give what it is still doing.

        An answer that nobody waits for any more is dropped, unless it has the name.
        """
        with self._lock:
            job = lane.job
            if job is not None and (job.name == name or not job.answer.done()):
                return job
            if job is not None and job.name in self.kept:
                lane.late[job.name] = job
            if name in lane.late:
                lane.job = lane.late.pop(name)
                return lane.job
            lane.job = job = _Job(name, Future(), self.monotonic())
            if lane.thread is None:
                # A daemon: one that hangs must not keep the process from ending.
                lane.thread = threading.Thread(
                    target=_work_through, args=(lane.work,), name="share", daemon=True
                )
                lane.thread.start()
            lane.work.put((work, job.answer))
            return job

    def _miss(self, share: str, lane: _Lane, job: _Job) -> None:
        job.missed = True
        if not lane.told and self.monotonic() - job.since >= _SILENT:
            log.warning("drop folder of %s: the share does not answer", share)
            lane.told = True

    def _settle(self, share: str, lane: _Lane, job: _Job) -> None:
        with self._lock:
            if lane.job is job:
                lane.job = None
        if lane.told:
            log.info("drop folder of %s: the share answers again", share)
            lane.told = False

    def _time(self, share: str) -> float:
        others = (lane.job for other, lane in self._lanes.items() if other != share)
        hang = any(job and job.missed and not job.answer.done() for job in others)
        return self.patience_among_others if hang else self.patience


def _is_done(answer: "Future[Any]", seconds: float) -> bool:
    """Wait for an answer, or an error, for *seconds* at most."""
    if not answer.done():
        with suppress(StillWorking):
            answer.exception(seconds)
    return answer.done()


def _work_through(work: "SimpleQueue[tuple[Callable[[], Any], Future[Any]]]") -> None:
    while True:
        question, answer = work.get()
        try:
            found = question()
        except BaseException as error:  # noqa: BLE001 - it is the caller's
            answer.set_exception(error)
        else:
            answer.set_result(found)
        del question, answer
