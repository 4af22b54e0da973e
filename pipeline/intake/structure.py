"""Walk the skeleton of TIFF, JPEG and PNG files: is every part inside the file?

Image libraries read a half-copied TIFF as a shorter valid one and accept nearly every
truncated JPEG header; only a walk to the format's own end mark tells. Nothing is
decoded here, so no picture can be a bomb.
"""

import re
import struct
import zlib
from mmap import ACCESS_READ, mmap
from pathlib import Path

from pipeline.errors import (
    DamagedScan,
    IncompleteScan,
    NoPagesScan,
    OversizedScan,
    ScanRejected,
)
from pipeline.intake.limits import ProbeLimits

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
JPEG_SIGNATURE = b"\xff\xd8\xff"
TIFF_SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

_TIFF_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4,
               12: 8, 13: 4, 16: 8, 17: 8, 18: 8}  # fmt: skip
"""Bytes of one value of each field type (TIFF 6.0, section 2; BigTIFF)."""

_TIFF_INTEGERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}

_WIDTH, _LENGTH, _COMPRESSION = 256, 257, 259
_DATA = ((273, 279), (324, 325), (513, 514))
"""Tags of offsets and byte counts: strips, tiles, old-style JPEG."""

_UNCOMPRESSED = 1
_UNFILLED = bytes(16)
"""Zeros at the end of coded picture data that no coder writes: the file's size was
taken before its contents came. Uncompressed white or black may well be zeros."""

_ENTROPY_END = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
"""A marker that ends coded JPEG data: not stuffing, not a restart (ITU-T T.81, B.1)."""

_PNG_END = b"IEND"
_JPEG_END = b"\xff\xd9"
_TAIL = 1024
"""Bytes at the end in which a whole file's end mark stands, whatever follows it."""

_JPEG_EOI = 0xD9
_JPEG_SOS = 0xDA
_JPEG_APP2 = 0xE2
_MPF = b"MPF\0"
_MP_ENTRIES = 0xB002
"""Tag of the list of pictures; each entry has attributes, size, and offset from the
head behind ``MPF``."""

_JPEG_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_JPEG_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})


def count_tiff_pages(path: Path, limits: ProbeLimits) -> int:
    """Walk the chain of directories to its end and return how many there are.

    Classic and BigTIFF, both byte orders. Every tag value and every strip or tile must
    lie inside the file.

    Raises:
        IncompleteScan: something lies beyond the end of the file.
        DamagedScan: the chain turns back on itself, or a directory has no picture.
        OversizedScan: more pages or pixels than *limits* allow.
    """
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        return _Tiff(data).count(limits)


def count_jpeg_pages(path: Path, limits: ProbeLimits) -> int:
    """Walk a JPEG's segments to its end mark; a JPEG is one page.

    Where the head lists further pictures behind the first, as telephones write them,
    these must be there too: they are no pages, but the file is not copied to its end.

    Raises:
        IncompleteScan: the file ends before the end mark, or has none.
        DamagedScan: a segment does not begin where the last one ended, or no frame.
        OversizedScan: more pixels than *limits* allow.
    """
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        for place in _walk_jpeg(data, 0, limits):
            if place >= len(data):
                raise IncompleteScan("JPEG whose further pictures are missing")
            if _slice(data, place, 3) == JPEG_SIGNATURE:
                _walk_jpeg(data, place, limits)
        return 1


def _walk_jpeg(data: mmap, start: int, limits: ProbeLimits) -> tuple[int, ...]:
    """Walk one picture to its end mark; returns where its head says others begin."""
    place, framed = start + 2, False
    others: tuple[int, ...] = ()
    while True:
        marker, place = _next_marker(data, place)
        if marker == _JPEG_EOI:
            if not framed:
                raise DamagedScan("JPEG without a frame")
            return others
        if marker in _JPEG_STANDALONE:
            continue
        (length,) = struct.unpack(">H", _slice(data, place, 2))
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack(">HH", _slice(data, place + 3, 4))
            _check_pixels(width, height, limits)
            framed = True
        if marker == _JPEG_APP2 and not others:
            others = _further_pictures(data, place + 2, length - 2)
        place += length
        if marker == _JPEG_SOS:
            found = _ENTROPY_END.search(data, place)
            if found is None:
                raise IncompleteScan("JPEG ends inside its picture")
            place = found.start()


def _further_pictures(data: mmap, place: int, length: int) -> tuple[int, ...]:
    """Read where the pictures behind the first begin (CIPA DC-007, 5.2.3).

    Their sizes are not read: they are wrong where Pillow wrote them. Of an index that
    makes no sense nothing follows: the first picture stands by itself.
    """
    if data[place : place + len(_MPF)] != _MPF:
        return ()
    head = place + len(_MPF)
    index = data[head : place + length]
    try:
        order = {b"II": "<", b"MM": ">"}[index[:2]]
        (start,) = struct.unpack_from(f"{order}I", index, 4)
        (entries,) = struct.unpack_from(f"{order}H", index, start)
        for entry in range(start + 2, start + 2 + 12 * entries, 12):
            tag, _, size, at = struct.unpack_from(f"{order}HHII", index, entry)
            if tag == _MP_ENTRIES:
                rows = struct.iter_unpack(f"{order}8xI4x", index[at : at + size])
                return tuple(head + offset for (offset,) in rows if offset)
    except (KeyError, struct.error):
        pass
    return ()


def count_png_pages(path: Path, limits: ProbeLimits) -> int:
    """Walk a PNG's chunks, checking each one's sum, to its end; a PNG is one page.

    Raises:
        IncompleteScan: the file ends before the end chunk, or has none.
        DamagedScan: a chunk's sum is wrong, the header is not the first chunk, or there
            is no picture.
        OversizedScan: more pixels than *limits* allow.
    """
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        place = len(PNG_SIGNATURE)
        first, filled = True, False
        while True:
            length, kind = struct.unpack(">I4s", _slice(data, place, 8))
            body = _slice(data, place + 4, length + 4)
            (stored,) = struct.unpack(">I", _slice(data, place + 8 + length, 4))
            if zlib.crc32(body) != stored:
                raise _broken("PNG chunk with a wrong checksum", data, _PNG_END)
            if first:
                if kind != b"IHDR" or length < 8:
                    raise DamagedScan("PNG without a header")
                width, height = struct.unpack(">II", body[4:12])
                _check_pixels(width, height, limits)
                first = False
            filled = filled or kind == b"IDAT"
            if kind == b"IEND":
                if not filled:
                    raise DamagedScan("PNG without a picture")
                return 1
            place += 12 + length


class _Tiff:
    """A walk over one TIFF file."""

    def __init__(self, data: mmap) -> None:
        self._data = data
        self._order = "<" if data[:2] == b"II" else ">"
        big = self._number("H", 2) == 43
        self._wide = "Q" if big else "I"
        self._inline = 8 if big else 4
        self._entries = "Q" if big else "H"
        self._start = 8 if big else 4

    def count(self, limits: ProbeLimits) -> int:
        """Count directories."""
        seen: set[int] = set()
        place = self._number(self._wide, self._start)
        while place:
            if place in seen:
                raise DamagedScan("TIFF directories in a circle")
            seen.add(place)
            if len(seen) > limits.max_pages:
                raise OversizedScan(f"more than {limits.max_pages} pages")
            place = self._directory(place, limits)
        if not seen:
            raise NoPagesScan("TIFF without pages")
        return len(seen)

    def _directory(self, place: int, limits: ProbeLimits) -> int:
        """Check one directory and return where the next one is, 0 at the end."""
        entries = self._number(self._entries, place)
        if entries == 0:
            raise IncompleteScan("TIFF directory that is not filled in yet")
        place += struct.calcsize(self._entries)
        size = 4 + 2 * self._inline
        if place + entries * size > len(self._data):
            raise IncompleteScan("TIFF directory beyond the end of the file")
        values = {}
        wanted = {
            _WIDTH,
            _LENGTH,
            _COMPRESSION,
            *(tag for pair in _DATA for tag in pair),
        }
        for start in range(place, place + entries * size, size):
            tag, kind = self._number("H", start), self._number("H", start + 2)
            if tag == kind == 0:
                raise IncompleteScan("TIFF directory that is not filled in yet")
            count = self._number(self._wide, start + 4)
            at = self._value_place(start, kind, count)
            if tag in wanted and kind in _TIFF_INTEGERS:
                values[tag] = self._numbers(_TIFF_INTEGERS[kind], at, count)
        self._check_picture(values, limits)
        return self._number(self._wide, place + entries * size)

    def _value_place(self, start: int, kind: int, count: int) -> int:
        """Find where an entry's values stand, and that they end inside the file."""
        inline = start + 4 + self._inline
        size = count * _TIFF_SIZES.get(kind, 1)
        if size <= self._inline:
            return inline
        place = self._number(self._wide, inline)
        if place + size > len(self._data):
            raise IncompleteScan("TIFF tag beyond the end of the file")
        return place

    def _check_picture(
        self, values: dict[int, tuple[int, ...]], limits: ProbeLimits
    ) -> None:
        width, length = values.get(_WIDTH, ()), values.get(_LENGTH, ())
        if not width or not length:
            raise DamagedScan("TIFF page without a size")
        _check_pixels(width[0], length[0], limits)
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

    def _number(self, form: str, place: int) -> int:
        return self._numbers(form, place, 1)[0]

    def _numbers(self, form: str, place: int, count: int) -> tuple[int, ...]:
        size = struct.calcsize(form) * count
        return struct.unpack(
            f"{self._order}{count}{form}", _slice(self._data, place, size)
        )


def _slice(data: mmap, place: int, size: int) -> bytes:
    """Take bytes that must be there."""
    if place + size > len(data):
        raise IncompleteScan("the file ends inside a part of it")
    return data[place : place + size]


def _next_marker(data: mmap, place: int) -> tuple[int, int]:
    """Read a JPEG marker; fill bytes before it are allowed (T.81, B.1.1.2)."""
    if _slice(data, place, 1) != b"\xff":
        raise _broken("JPEG segment out of place", data, _JPEG_END)
    while (code := _slice(data, place, 1)[0]) == 0xFF:
        place += 1
    return code, place + 1


def _broken(found: str, data: mmap, end: bytes) -> ScanRejected:
    """Tell damage from a copy whose size was taken first: that has no end yet."""
    if data.rfind(end, max(0, len(data) - _TAIL)) < 0:
        return IncompleteScan(f"{found}, and no end")
    return DamagedScan(found)


def _check_pixels(width: int, height: int, limits: ProbeLimits) -> None:
    if width < 1 or height < 1:
        raise DamagedScan(f"a page of {width} x {height} pixels")
    if width * height > limits.max_pixels:
        raise OversizedScan(f"a page of {width} x {height} pixels")
