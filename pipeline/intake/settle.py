"""Decide when a file in a drop folder stands still."""

import os
from dataclasses import dataclass, field
from pathlib import Path

_PAUSE_FACTOR = 2.5
"""How much longer than its longest pause so far a writer may pause once more."""

_FORGETTING = 0.8
"""What a further file leaves of the pauses of those before it: after ten without a
pause, one slow line is forgotten."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a file saw."""

    size: int
    mtime_ns: int
    inode: int
    parts: str = ""
    """Of a folder: a digest of what its files look like."""

    @classmethod
    def of(cls, found: os.stat_result) -> "Look":
        """Take what matters from a stat result."""
        return cls(found.st_size, found.st_mtime_ns, found.st_ino)


@dataclass(slots=True)
class _History:
    look: Look
    since: float
    """When it was first seen like this."""

    first: float
    """When it was first seen at all."""

    pause: float = 0.0
    """Longest time it stood still, and then grew after all."""


@dataclass(slots=True)
class StillnessWatch:
    """Remembers for how long each file of a folder has looked the same.

    Only our own clock counts: the clocks of file servers differ. So the rule at
    start-up is the same as later: a file is new to a new watch, and waits its turn.

    It learns from what it sees: a scanner that paused 8 s between two pages may pause
    so again, also in its next file.
    """

    _files: dict[Path, _History] = field(default_factory=dict)
    _pause: float = 0.0
    """Longest pause of the folder's latest files, seconds."""

    def still_for(self, path: Path, look: Look, now: float) -> float:
        """Tell how many seconds *path* has looked like *look*.

        Args:
            path: the file.
            look: what it looks like now.
            now: seconds of a monotonic clock.
        """
        file = self._files.get(path)
        if file is not None and file.look.inode != look.inode:
            self._forget(path)
            file = None
        if file is None:
            file = self._files[path] = _History(look, now, now)
        elif file.look != look:
            if file.look.size < look.size:  # more than a touch of its time
                file.pause = max(file.pause, now - file.since)
            file.look, file.since = look, now
        return now - file.since

    def likely_pause(self, path: Path) -> float:
        """Tell for how many seconds a writer may pause, going by what was seen."""
        return max(self._pause, self._files[path].pause) * _PAUSE_FACTOR

    def first_seen(self, path: Path) -> float:
        """Tell when *path* was first seen."""
        return self._files[path].first

    def paths(self) -> tuple[Path, ...]:
        """List the files that were there at the last look."""
        return tuple(self._files)

    def forget_all_but(self, present: set[Path]) -> None:
        """Drop what is no longer there."""
        for path in self._files.keys() - present:
            self._forget(path)

    def _forget(self, path: Path) -> None:
        pause = self._files.pop(path).pause
        self._pause = max(pause, self._pause * _FORGETTING)
