"""Tie a process to its parent, and let others see whether a process still lives.

A killed parent leaves no orphan at work, and a dead process is known for dead at once:
by the kernel, which lets go of its locks, not by how long it has been silent.
"""

import ctypes
import fcntl
import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1
"""Linux, prctl(2): the signal a child gets when its parent dies."""


def end_with_starter() -> None:
    """End when whoever started this process is killed.

    Prefect gives each run a session of its own, so a killed worker would leave its
    runs at work, unseen by anybody.
    """
    end_with_parent(os.getppid())


def end_with_parent(parent: int, number: int = signal.SIGKILL) -> None:
    """Get *number* when the parent dies; call in the child, before its work.

    Args:
        parent: process id of the parent, taken there: it may be dead already.
        number: the signal.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        os._exit(1)


_held: list[int] = []
"""Handles of the marks of this process: closing one would let go of it."""


@dataclass(frozen=True, slots=True)
class LifeMarks:
    """A folder with a file for each process of a machine that wants to be seen alive.

    The file is locked while its process lives, however it ends. It is left behind
    then, for whoever clears up after the process.
    """

    folder: Path

    def hold(self, name: str, *, through_exec: bool = False) -> bool:
        """Mark this process as alive until it ends; False where another has the name.

        Args:
            name: of the process, as a file name.
            through_exec: whether the mark stays when this process becomes another
                program.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        # Locked before it has its name: nobody can see it without its lock.
        growing = self.folder / f".{name}-{os.getpid()}"
        handle = os.open(growing, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o640)
        fcntl.flock(handle, fcntl.LOCK_EX)
        os.write(handle, b"%d" % os.getpid())
        if self.is_alive(name):
            growing.unlink()
            os.close(handle)
            return False
        growing.rename(self.folder / name)
        os.set_inheritable(handle, through_exec)
        _held.append(handle)
        return True

    def is_alive(self, name: str) -> bool | None:
        """Tell whether the process of a name lives; None where none is known."""
        try:
            with (self.folder / name).open("rb") as mark:
                fcntl.flock(mark, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return None
        except BlockingIOError:
            return True
        return False

    def pid(self, name: str) -> int | None:
        """Give the process id of a name that lives, in the view of that process."""
        if not self.is_alive(name):
            return None
        return int((self.folder / name).read_text(encoding="ascii"))

    def names(self) -> list[str]:
        """List the names of all that lived since their marks were cleared."""
        with suppress(FileNotFoundError):
            return [p.name for p in self.folder.iterdir() if p.name[0] != "."]
        return []

    def forget(self, name: str) -> None:
        """Remove the mark of a process that is dead."""
        if self.is_alive(name) is False:
            (self.folder / name).unlink(missing_ok=True)
