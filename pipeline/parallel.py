"""Do many small pieces of work at once and give their results in order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

THREADS = 8
"""Enough to keep a disk or a server busy; hashing lets go of the interpreter."""

_AHEAD = 4
"""Pieces a thread may be ahead of what was taken."""


def in_order(
    work: Callable[[Item], Result], items: Iterable[Item], *, threads: int = THREADS
) -> Iterator[Result]:
    """Yield ``work(item)`` for each of *items*, in their order.

    *items* is read a little ahead of what is taken, never as a whole. What *work*
    raises is raised at its turn; what was begun then ends first.
    """
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) >= threads * _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for each in waiting:
                each.cancel()
