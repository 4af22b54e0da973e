"""What a file may declare before it is refused unread."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProbeLimits:
    """Bounds on a file and on the process that looks inside it."""

    max_bytes: int
    max_pages: int
    max_pixels: int
    """Pixels of one page."""

    seconds: float
    """Time of the look, the start of its process included; half of it may be processor
    time."""

    memory: int
    """Bytes of address space of the looking process."""
