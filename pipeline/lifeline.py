"""Tie a process to its parent, so that a killed parent leaves no orphan at work."""

import ctypes
import os
import signal
import sys

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
