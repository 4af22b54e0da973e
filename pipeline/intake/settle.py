"""Decide when a file in a drop folder stands still."""

import os
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a file saw."""

    size: int
    mtime_ns: int
    inode: int

    @classmethod
    def of(cls, found: os.stat_result) -> "Look":
        """Take what matters from a stat result."""
        return cls(found.st_size, found.st_mtime_ns, found.st_ino)


@dataclass(slots=True)
class StillnessWatch:
    """Remembers for how long each file has looked the same.

    Only our own clock counts: the clocks of file servers differ. So the rule at
    start-up is the same as later: a file is new to a new watch, and waits its turn.
    """

    _since: dict[Path, tuple[Look, float]] = field(default_factory=dict)

    def still_for(self, path: Path, look: Look, now: float) -> float:
        """Tell how many seconds *path* has looked like *look*.

        Args:
            path: the file.
            look: what it looks like now.
            now: seconds of a monotonic clock.
        """
        seen, since = self._since.get(path, (look, now))
        if seen != look:
            since = now
        self._since[path] = (look, since)
        return now - since

    def paths(self) -> tuple[Path, ...]:
        """List the files that were there at the last look."""
        return tuple(self._since)

    def forget_all_but(self, present: set[Path]) -> None:
        """Drop what is no longer there."""
        for path in self._since.keys() - present:
            del self._since[path]
