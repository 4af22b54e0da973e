"""TIFF files written byte by byte: any byte order, size of offsets, and layout.

Libraries write one layout; scanners write many. Where the directories stand decides
what a cut leaves behind.
"""

import io
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache

from PIL import Image

from tests.intake.files import picture

PIECE = 64
"""Rows of a strip, and side of a tile: pixels."""


class Layout(Enum):
    """Where the directories stand."""

    AFTER_EACH = "pictures, then their directory, page by page"
    BEFORE_EACH = "a directory, then its pictures, page by page"
    ALL_FIRST = "all directories, then all pictures"
    ALL_LAST = "all pictures, then all directories"


@dataclass(frozen=True)
class Sheet:
    """A page: its tags beside those of place and size, and its coded pieces."""

    width: int
    height: int
    compression: int
    photometric: int
    bits: int
    samples: int
    pieces: tuple[bytes, ...]
    tile: int = 0
    """Side of a tile in pixels; 0: strips."""


@dataclass(frozen=True)
class Written:
    """A file and the places where one thing in it ends."""

    data: bytes
    ends: tuple[int, ...]


def write_tiff(
    sheets: Sequence[Sheet],
    *,
    order: str = "<",
    big: bool = False,
    layout: Layout = Layout.AFTER_EACH,
) -> Written:
    """Write *sheets*.

    Args:
        sheets: the pages.
        order: ``<`` for little (II), ``>`` for big (MM) byte order.
        big: BigTIFF, with offsets of 8 bytes.
        layout: where the directories stand.
    """
    sizes = [len(_directory(sheet, [0] * len(sheet.pieces), 0, 0, order, big)[0])
             for sheet in sheets]  # fmt: skip
    head = 16 if big else 8
    parts: list[tuple[str, int, int]] = []
    for number, sheet in enumerate(sheets):
        pieces = [("piece", number, each) for each in range(len(sheet.pieces))]
        own = [("directory", number, 0)]
        parts += own + pieces if layout is Layout.BEFORE_EACH else pieces + own
    if layout in (Layout.ALL_FIRST, Layout.ALL_LAST):
        first = "directory" if layout is Layout.ALL_FIRST else "piece"
        parts.sort(key=lambda part: part[0] != first)
    places: dict[tuple[str, int, int], int] = {}
    place = head
    for kind, number, each in parts:
        place += place % 2
        places[kind, number, each] = place
        sheet = sheets[number]
        place += sizes[number] if kind == "directory" else len(sheet.pieces[each])
    target = bytearray(place)
    ends = []
    target[:head] = _head(places["directory", 0, 0], order, big)
    for kind, number, each in parts:
        sheet, start = sheets[number], places[kind, number, each]
        if kind == "piece":
            body = sheet.pieces[each]
        else:
            own_pieces = [
                places["piece", number, one] for one in range(len(sheet.pieces))
            ]
            following = places.get(("directory", number + 1, 0), 0)
            body, _ = _directory(sheet, own_pieces, start, following, order, big)
        target[start : start + len(body)] = body
        ends.append(start + len(body))
    return Written(bytes(target), tuple(ends[:-1]))


def sheets(coding: str, count: int = 3, *, tiled: bool = False) -> list[Sheet]:
    """Draw *count* pages of noise, coded as ``none``, ``deflate``, ``jpeg``, ``g4``,
    ``lzw`` or ``color jpeg``."""
    return [_sheet(coding, seed, tiled=tiled) for seed in range(count)]


@cache
def _sheet(coding: str, seed: int, *, tiled: bool) -> Sheet:
    image = picture(seed)
    if coding == "color jpeg":
        image = Image.merge("RGB", [picture(seed + n) for n in range(3)])
    if coding == "g4":
        image = image.convert("1")
    if coding in ("g4", "lzw"):
        return _from_pillow(image, coding)
    side = PIECE if tiled else 0
    encode = {"none": _raw, "deflate": _deflated}.get(coding, _jpeg)
    compression = {"none": 1, "deflate": 8}.get(coding, 7)
    color = image.mode == "RGB"
    return Sheet(
        width=image.width,
        height=image.height,
        compression=compression,
        photometric=6 if color else 1,
        bits=8,
        samples=3 if color else 1,
        pieces=tuple(encode(part) for part in _parts(image, side)),
        tile=side,
    )


def _parts(image: Image.Image, side: int) -> list[Image.Image]:
    across = side or image.width
    return [
        image.crop((left, top, left + across, top + PIECE if side else
                    min(top + PIECE, image.height)))
        for top in range(0, image.height, PIECE)
        for left in range(0, image.width, across)
    ]  # fmt: skip


def _raw(image: Image.Image) -> bytes:
    return image.tobytes()


def _deflated(image: Image.Image) -> bytes:
    return zlib.compress(image.tobytes())


def _jpeg(image: Image.Image) -> bytes:
    target = io.BytesIO()
    image.save(target, "JPEG", quality=80)
    return target.getvalue()


def _from_pillow(image: Image.Image, coding: str) -> Sheet:
    """Take the coded strips out of a file that libtiff wrote."""
    target = io.BytesIO()
    name = {"g4": "group4", "lzw": "tiff_lzw"}[coding]
    image.save(target, "TIFF", compression=name)
    data = target.getvalue()
    with Image.open(target) as opened:
        tags = opened.tag_v2  # type: ignore[attr-defined] # Pillow's TIFF has it
        pieces = [
            data[start : start + size]
            for start, size in zip(tags[273], tags[279], strict=True)
        ]
        return Sheet(
            width=image.width,
            height=image.height,
            compression=tags[259],
            photometric=tags[262],
            bits=1 if coding == "g4" else 8,
            samples=1,
            pieces=tuple(pieces),
        )


def _head(first: int, order: str, big: bool) -> bytes:
    mark = b"II" if order == "<" else b"MM"
    if big:
        return mark + struct.pack(f"{order}HHHQ", 43, 8, 0, first)
    return mark + struct.pack(f"{order}HI", 42, first)


def _directory(
    sheet: Sheet, places: Sequence[int], start: int, following: int, order: str,
    big: bool,
) -> tuple[bytes, int]:  # fmt: skip
    """Write a directory with the values that do not fit into it behind it."""
    wide, kind = ("Q", 16) if big else ("I", 4)
    inline = 8 if big else 4
    where, lengths = (324, 325) if sheet.tile else (273, 279)
    entries: list[tuple[int, int, list[int], str]] = [
        (256, 3, [sheet.width], "H"),
        (257, 3, [sheet.height], "H"),
        (258, 3, [sheet.bits] * sheet.samples, "H"),
        (259, 3, [sheet.compression], "H"),
        (262, 3, [sheet.photometric], "H"),
        (277, 3, [sheet.samples], "H"),
        (where, kind, list(places), wide),
        (lengths, kind, [len(piece) for piece in sheet.pieces], wide),
    ]
    if sheet.tile:
        entries += [(322, 3, [sheet.tile], "H"), (323, 3, [sheet.tile], "H")]
    else:
        rows = sheet.height if len(sheet.pieces) == 1 else PIECE
        entries.append((278, 3, [rows], "H"))
    entries.sort()
    count = "Q" if big else "H"
    fixed = struct.calcsize(f"={count}") + len(entries) * (4 + 2 * inline) + inline
    body, behind = struct.pack(f"{order}{count}", len(entries)), b""
    for tag, number, values, form in entries:
        packed = struct.pack(f"{order}{len(values)}{form}", *values)
        if len(packed) <= inline:
            value = packed.ljust(inline, b"\0")
        else:
            value = struct.pack(f"{order}{wide}", start + fixed + len(behind))
            behind += packed + b"\0" * (len(packed) % 2)
        body += struct.pack(f"{order}HH{wide}", tag, number, len(values)) + value
    body += struct.pack(f"{order}{wide}", following)
    return body + behind, fixed
