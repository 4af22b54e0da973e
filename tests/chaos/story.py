"""The time of a plan, which waits for the work: kills hit a stack that gets on."""

import bisect
import threading
import time
from collections.abc import Callable, Sequence

_TICK = 0.2
_BACKLOG = 10
"""Scans that may be under way before time stands still for them."""

_PATIENCE = 60.0
"""Seconds without an end after which time goes on all the same."""


class Story:
    """A clock that stands still while too many scans are under way.

    On a slow machine the same plan takes longer and hits the same amount of work, where
    a clock on the wall would kill everything before it has begun.
    """

    def __init__(self, drops: Sequence[float], ended: Callable[[], int]) -> None:
        """Prepare the clock.

        Args:
            drops: times at which scans are dropped.
            ended: tells how many scans have come to an end; may raise.
        """
        self._drops = sorted(drops)
        self._ended = ended
        self._count = 0
        self._told = time.monotonic()
        self._now = 0.0
        self._stops = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Let time begin."""
        self._thread.start()

    def stop(self) -> None:
        """Let time end."""
        self._stops.set()
        self._thread.join()

    def now(self) -> float:
        """Tell the time of the plan, in seconds."""
        return self._now

    def wait_until(self, moment: float) -> None:
        """Sleep until a time of the plan."""
        while self._now < moment:
            time.sleep(_TICK / 2)

    def _run(self) -> None:
        before = time.monotonic()
        while not self._stops.wait(_TICK):
            now = time.monotonic()
            if self._goes_on(now):
                self._now += now - before
            before = now

    def _goes_on(self, now: float) -> bool:
        try:
            count = self._ended()
        except Exception:  # noqa: BLE001 - its server may be dead just now
            count = self._count
        if count > self._count:
            self._count, self._told = count, now
        dropped = bisect.bisect_right(self._drops, self._now)
        if dropped - self._count <= _BACKLOG:
            return True
        return now - self._told > _PATIENCE
