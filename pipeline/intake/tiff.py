"""Walk the skeleton of a TIFF: its chain of directories, and what no one names.

Image libraries read a half-copied TIFF as a shorter valid one, and one whose chain is
torn likewise. Nothing is decoded here, so no picture can be a bomb.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from mmap import ACCESS_READ, mmap
from typing import BinaryIO, NamedTuple

from pipeline.errors import (
    DamagedScan,
    IncompleteScan,
    NoPagesScan,
    OversizedScan,
)
from pipeline.intake.limits import ProbeLimits
from pipeline.intake.walk import check_pixels, take

TIFF_SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4,
          12: 8, 13: 4, 16: 8, 17: 8, 18: 8}  # fmt: skip
"""Bytes of one value of each field type (TIFF 6.0, section 2; BigTIFF)."""

_INTEGERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}

_WIDTH, _LENGTH, _COMPRESSION = 256, 257, 259
_DATA = ((273, 279), (324, 325), (513, 514))
"""Tags of offsets and byte counts: strips, tiles, old-style JPEG."""

_FURTHER = (330, 34665, 34853, 40965)
"""Tags that name directories outside the chain: reduced pictures, EXIF, GPS."""

_WANTED = {_WIDTH, _LENGTH, _COMPRESSION, *_FURTHER}.union(*_DATA)

_UNCOMPRESSED = 1
_UNFILLED = bytes(16)
"""Zeros at the end of coded picture data that no coder writes: the file's size was
taken before its contents came. Uncompressed white or black may well be zeros."""

_BEFORE_WIDTH = 3
"""Entries that may stand before the width: two kinds of subfile, and one unknown."""

_SMALLEST_GAP = 32
"""Bytes that no page names and that may hold a directory; less is alignment."""


_MOST_ENTRIES = 1000
"""Entries of a directory that is believed to be one."""


class TiffFound(NamedTuple):
    """What is in a TIFF."""

    pages: int
    may_grow: bool
    """Whether there is something behind all that is named: the beginning of a page
    that its writer has not named yet, perhaps."""


def look_into_tiff(file: BinaryIO, limits: ProbeLimits) -> TiffFound:
    """Walk the chain of directories to its end and count them.

    Classic and BigTIFF, both byte orders. Every tag value and every strip or tile must
    lie inside the file, and no page may lie there that the chain has lost.

    Raises:
        IncompleteScan: something lies beyond the end of the file.
        DamagedScan: the chain turns back on itself, a directory has no picture, or a
            page is there that no directory leads to.
        OversizedScan: more pages or pixels than *limits* allow.
    """
    with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        tiff = _Tiff(data, limits)
        pages = tiff.count()
        gaps = list(tiff.gaps())
        for gap in gaps:
            tiff.refuse_lost_page(*gap)
        start, end = gaps[-1] if gaps else (0, 0)
        behind = end == len(data) and any(data[start:end])
        return TiffFound(pages, behind)


@dataclass(slots=True)
class _Directory:
    """What the walk keeps of a page."""

    following: int
    """Offset of the next one, 0 at the end."""

    pieces: list[tuple[int, int]] = field(default_factory=list)
    """Offset and size of each strip or tile."""

    covered: list[tuple[int, int]] = field(default_factory=list)
    """Start and end of the directory and of the values outside it."""

    further: tuple[int, ...] = ()
    """Offsets of directories that it names outside the chain."""


class _Tiff:
    """A walk over one TIFF file."""

    def __init__(self, data: mmap, limits: ProbeLimits) -> None:
        self._data = data
        self._limits = limits
        self._order = "<" if data[:2] == b"II" else ">"
        big = self._number("H", 2) == 43
        self._wide = "Q" if big else "I"
        self._inline = 8 if big else 4
        self._entries = "Q" if big else "H"
        self._start = 8 if big else 4
        self._pages: dict[int, _Directory] = {}

    def count(self) -> int:
        """Count directories."""
        place = self._number(self._wide, self._start)
        while place:
            if place in self._pages:
                raise DamagedScan("TIFF directories in a circle")
            if len(self._pages) >= self._limits.max_pages:
                raise OversizedScan(f"more than {self._limits.max_pages} pages")
            page = self._directory(place)
            self._pages[place] = page
            place = page.following
        if not self._pages:
            raise NoPagesScan("TIFF without pages")
        return len(self._pages)

    def gaps(self) -> Iterator[tuple[int, int]]:
        """List the parts of the file that no page names, start and end, in order."""
        spans = [(0, self._start + self._inline)]
        for page in self._pages.values():
            spans += page.covered
            spans += [(place, place + size) for place, size in page.pieces]
        reached = 0
        for start, end in [*sorted(spans), (len(self._data), len(self._data))]:
            if start - reached >= _SMALLEST_GAP:
                yield reached, start
            reached = max(reached, end)

    def refuse_lost_page(self, start: int, end: int) -> None:
        """Look between *start* and *end* for a page that the chain does not lead to.

        Where a chain ends too early, every reader gives a shorter scan. A directory
        that was written anew leaves its old one behind, which has the same picture;
        one that another names outside the chain is no page.

        Raises:
            DamagedScan: there is one.
            IncompleteScan: there is the beginning of one.
        """
        known = {place for place, _ in self._all_pieces()}
        named = {place for page in self._pages.values() for place in page.further}
        for found in self._size_entries().finditer(self._data, start, end):
            place = self._directory_around(found.start(), start)
            if place is None or place in named:
                continue
            try:
                page = self._directory(place)
            except DamagedScan:
                continue
            if not known & {place for place, _ in page.pieces}:
                raise DamagedScan("TIFF page that no directory leads to")

    def _directory_around(self, width: int, start: int) -> int | None:
        """Find where the directory begins that has its entry of the width there.

        Its tags ascend (TIFF 6.0, section 2): what only looks like one has others.
        """
        entry = 4 + 2 * self._inline
        for before in range(_BEFORE_WIDTH + 1):
            first = width - before * entry
            place = first - struct.calcsize(self._entries)
            if place < start:
                return None
            entries = self._number(self._entries, place)
            end = first + entries * entry
            if before + 2 <= entries <= _MOST_ENTRIES and end <= len(self._data):
                tags = [self._number("H", at) for at in range(first, end, entry)]
                if tags == sorted(set(tags)):
                    return place
        return None

    def _all_pieces(self) -> Iterator[tuple[int, int]]:
        for page in self._pages.values():
            yield from page.pieces

    def _size_entries(self) -> re.Pattern[bytes]:
        """Make a pattern of the two entries side by side that every page has."""
        width, length = (
            b"(?:%s)"
            % b"|".join(
                re.escape(struct.pack(f"{self._order}HH{self._wide}", tag, kind, 1))
                for kind in (3, 4)
            )
            for tag in (_WIDTH, _LENGTH)
        )
        return re.compile(width + b".{%d}" % self._inline + length, re.DOTALL)

    def _directory(self, place: int) -> _Directory:
        """Check one directory."""
        entries = self._number(self._entries, place)
        if entries == 0:
            raise IncompleteScan("TIFF directory that is not filled in yet")
        first = place + struct.calcsize(self._entries)
        size = 4 + 2 * self._inline
        behind = first + entries * size
        if behind > len(self._data):
            raise IncompleteScan("TIFF directory beyond the end of the file")
        page = _Directory(self._number(self._wide, behind))
        page.covered.append((place, behind + self._inline))
        values: dict[int, tuple[int, ...]] = {}
        for start in range(first, behind, size):
            tag, kind = self._number("H", start), self._number("H", start + 2)
            if tag == kind == 0:
                raise IncompleteScan("TIFF directory that is not filled in yet")
            count = self._number(self._wide, start + 4)
            at = self._value_place(start, kind, count)
            page.covered.append((at, at + count * _SIZES.get(kind, 1)))
            if tag in _WANTED and kind in _INTEGERS:
                values[tag] = self._numbers(_INTEGERS[kind], at, count)
        page.further = tuple(place for tag in _FURTHER for place in values.get(tag, ()))
        page.pieces = self._picture(values)
        return page

    def _value_place(self, start: int, kind: int, count: int) -> int:
        """Find where an entry's values stand, and that they end inside the file."""
        inline = start + 4 + self._inline
        size = count * _SIZES.get(kind, 1)
        if size <= self._inline:
            return inline
        place = self._number(self._wide, inline)
        if place + size > len(self._data):
            raise IncompleteScan("TIFF tag beyond the end of the file")
        return place

    def _picture(self, values: dict[int, tuple[int, ...]]) -> list[tuple[int, int]]:
        """Check the picture of a page; returns its pieces."""
        width, length = values.get(_WIDTH, ()), values.get(_LENGTH, ())
        if not width or not length:
            raise DamagedScan("TIFF page without a size")
        check_pixels(width[0], length[0], self._limits)
        pieces = [
            piece
            for places, sizes in _DATA
            for piece in zip(
                values.get(places, ()), values.get(sizes, ()), strict=False
            )
        ]
        if not pieces:
            raise DamagedScan("TIFF page without picture data")
        if any(place + size > len(self._data) for place, size in pieces):
            raise IncompleteScan("TIFF picture beyond the end of the file")
        if values.get(_COMPRESSION, (_UNCOMPRESSED,)) != (_UNCOMPRESSED,) and any(
            self._data[place : place + size].endswith(_UNFILLED)
            for place, size in pieces
        ):
            raise IncompleteScan("TIFF picture that is not filled in yet")
        return pieces

    def _number(self, form: str, place: int) -> int:
        return self._numbers(form, place, 1)[0]

    def _numbers(self, form: str, place: int, count: int) -> tuple[int, ...]:
        size = struct.calcsize(form) * count
        return struct.unpack(
            f"{self._order}{count}{form}", take(self._data, place, size)
        )
