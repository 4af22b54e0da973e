"""What one web process keeps at hand: least used goes first, and all of it ends."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


def _one(_value: object) -> int:
    return 1


class Kept(Generic[Key, Value]):
    """Values by key, bounded in weight and age; safe for threads."""

    def __init__(
        self,
        most: int,
        *,
        seconds: float = float("inf"),
        weigh: Callable[[Value], int] = _one,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin with nothing.

        Args:
            most: weight of all values together; a heavier value is not kept at all.
            seconds: age at which a value is forgotten.
            weigh: weight of a value; by default they are counted.
            clock: monotonic seconds.
        """
        self._most = most
        self._seconds = seconds
        self._weigh = weigh
        self._clock = clock
        self._weight = 0
        self._values: OrderedDict[Key, tuple[float, Value]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: Key) -> Value | None:
        """Give what is kept under *key*, and count that as use."""
        with self._lock:
            entry = self._values.get(key)
            if entry is None:
                return None
            since, value = entry
            if self._clock() - since >= self._seconds:
                self._forget(key)
                return None
            self._values.move_to_end(key)
            return value

    def keep(self, key: Key, value: Value) -> None:
        """Keep *value*, at the cost of what was not used for longest."""
        with self._lock:
            if key in self._values:
                self._forget(key)
            self._values[key] = (self._clock(), value)
            self._weight += self._weigh(value)
            while self._weight > self._most:
                self._forget(next(iter(self._values)))

    def _forget(self, key: Key) -> None:
        _, value = self._values.pop(key)
        self._weight -= self._weigh(value)
