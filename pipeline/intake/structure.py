"""Walk the skeleton of JPEG and PNG files: is every part inside the file?

Image libraries accept nearly every truncated JPEG header; only a walk to the format's
own end mark tells. Nothing is decoded here, so no picture can be a bomb.
"""

import re
import struct
import zlib
from mmap import ACCESS_READ, mmap
from typing import BinaryIO

from pipeline.errors import DamagedScan, IncompleteScan
from pipeline.intake.limits import ProbeLimits
from pipeline.intake.walk import broken, check_pixels, take

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
JPEG_SIGNATURE = b"\xff\xd8\xff"

_ENTROPY_END = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
"""A marker that ends coded JPEG data: not stuffing, not a restart (ITU-T T.81, B.1)."""

_PNG_END = b"IEND"
_JPEG_END = b"\xff\xd9"

_JPEG_EOI = 0xD9
_JPEG_SOS = 0xDA
_JPEG_APP2 = 0xE2
_MPF = b"MPF\0"
_MP_ENTRIES = 0xB002
"""Tag of the list of pictures; each entry has attributes, size, and offset from the
head behind ``MPF``."""

_JPEG_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_JPEG_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})


def count_jpeg_pages(file: BinaryIO, limits: ProbeLimits) -> int:
    """Walk a JPEG's segments to its end mark; a JPEG is one page.

    Where the head lists further pictures behind the first, as telephones write them,
    these must be there too: they are no pages, but the file is not copied to its end.

    Raises:
        IncompleteScan: the file ends before the end mark, or has none.
        DamagedScan: a segment does not begin where the last one ended, or no frame.
        OversizedScan: more pixels than *limits* allow.
    """
    with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        for place in _walk_jpeg(data, 0, limits):
            if place >= len(data):
                raise IncompleteScan("JPEG whose further pictures are missing")
            if take(data, place, 3) == JPEG_SIGNATURE:
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
        (length,) = struct.unpack(">H", take(data, place, 2))
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack(">HH", take(data, place + 3, 4))
            check_pixels(width, height, limits)
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


def count_png_pages(file: BinaryIO, limits: ProbeLimits) -> int:
    """Walk a PNG's chunks, checking each one's sum, to its end; a PNG is one page.

    Raises:
        IncompleteScan: the file ends before the end chunk, or has none.
        DamagedScan: a chunk's sum is wrong, the header is not the first chunk, or there
            is no picture.
        OversizedScan: more pixels than *limits* allow.
    """
    with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        place = len(PNG_SIGNATURE)
        first, filled = True, False
        while True:
            length, kind = struct.unpack(">I4s", take(data, place, 8))
            body = take(data, place + 4, length + 4)
            (stored,) = struct.unpack(">I", take(data, place + 8 + length, 4))
            if zlib.crc32(body) != stored:
                raise broken("PNG chunk with a wrong checksum", data, _PNG_END)
            if first:
                if kind != b"IHDR" or length < 8:
                    raise DamagedScan("PNG without a header")
                width, height = struct.unpack(">II", body[4:12])
                check_pixels(width, height, limits)
                first = False
            filled = filled or kind == b"IDAT"
            if kind == b"IEND":
                if not filled:
                    raise DamagedScan("PNG without a picture")
                return 1
            place += 12 + length


def _next_marker(data: mmap, place: int) -> tuple[int, int]:
    """Read a JPEG marker; fill bytes before it are allowed (T.81, B.1.1.2)."""
    if take(data, place, 1) != b"\xff":
        raise broken("JPEG segment out of place", data, _JPEG_END)
    while (code := take(data, place, 1)[0]) == 0xFF:
        place += 1
    return code, place + 1
