"""What every walk over a file does: take bytes, and refuse pages too large."""

from mmap import mmap

from pipeline.errors import DamagedScan, IncompleteScan, OversizedScan, ScanRejected
from pipeline.intake.limits import ProbeLimits

_TAIL = 1024
"""Bytes at the end in which a whole file's end mark stands, whatever follows it."""


def take(data: mmap, place: int, size: int) -> bytes:
    """Take bytes that must be there.

    Raises:
        IncompleteScan: they lie beyond the end of the file.
    """
    if place + size > len(data):
        raise IncompleteScan("the file ends inside a part of it")
    return data[place : place + size]


def broken(found: str, data: mmap, end: bytes) -> ScanRejected:
    """Tell damage from a copy whose size was taken first: that has no end yet."""
    if data.rfind(end, max(0, len(data) - _TAIL)) < 0:
        return IncompleteScan(f"{found}, and no end")
    return DamagedScan(found)


def check_pixels(width: int, height: int, limits: ProbeLimits) -> None:
    """Refuse a page by what its header declares.

    Raises:
        DamagedScan: it has no size.
        OversizedScan: it is too large.
    """
    if width < 1 or height < 1:
        raise DamagedScan(f"a page of {width} x {height} pixels")
    if width * height > limits.max_pixels:
        raise OversizedScan(f"a page of {width} x {height} pixels")
