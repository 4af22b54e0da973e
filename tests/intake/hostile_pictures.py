"""Hostile and broken pictures, and files that are no scan at all, made by code."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator

from tests.intake import files
from tests.intake.files import picture
from tests.intake.hostile_pdf import OK, Bad, one_page

_UNSUPPORTED = frozenset({"UNSUPPORTED"})
_HUGE = 2**32 - 1


def png_of(*chunks: tuple[bytes, bytes], wrong_sum: bool = False) -> bytes:
    """Write a PNG of given chunks."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body))
        + kind
        + body
        + struct.pack(">I", zlib.crc32(kind + body) ^ wrong_sum)
        for kind, body in chunks
    )


def header(width: int, height: int, bits: int = 8, color: int = 0) -> bytes:
    """Write the header chunk's body of a PNG."""
    return struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, 0)


def tiff_of(
    *entries: tuple[int, int, int, int], after: int = 0, tail: bytes = bytes(64)
) -> bytes:
    """Write a TIFF of one directory: tag, type, count, value."""
    body = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    head = b"II*\0" + struct.pack("<IH", 8, len(entries))
    return head + body + struct.pack("<I", after) + tail


def hostile_pictures() -> Iterator[Bad]:
    """Make every hostile picture."""
    yield from _pngs()
    yield from _tiffs()
    yield from _jpegs()


def no_scans() -> Iterator[Bad]:
    """Make files of other kinds, named as if they were scans."""
    yield from _other_pictures()
    yield from _office()
    yield from _texts()


def _pngs() -> Iterator[Bad]:
    data, end = (b"IDAT", zlib.compress(b"\0" * 90)), (b"IEND", b"")
    good = (b"IHDR", header(8, 8))
    bomb = (b"IDAT", zlib.compress(bytes(60_000_000), 9))
    note = (b"zTXt", b"a\0\0" + zlib.compress(bytes(60_000_000), 9))
    for side in (60_000, 2**31 - 1, _HUGE):
        huge = png_of((b"IHDR", header(side, side)), data, end)
        yield "png bomb", f"declares {side}", huge, frozenset({"OVERSIZED"})
    yield "png bomb", "data", png_of(good, bomb, end), frozenset({OK})
    yield "png bomb", "note", png_of(good, note, data, end), frozenset({OK})
    yield "png bomb", "notes", png_of(good, *[note] * 20, data, end), frozenset({OK})
    broken = frozenset({"DAMAGED", "INCOMPLETE"})
    for name, made in {
        "no width": png_of((b"IHDR", header(0, 8)), data, end),
        "no height": png_of((b"IHDR", header(8, 0)), data, end),
        "short header": png_of((b"IHDR", b"\0\0"), data, end),
        "no header": png_of(data, end),
        "no end": png_of(good, data),
        "wrong sums": png_of(good, data, end, wrong_sum=True),
        "no data": png_of(good, end),
        "signature only": png_of(),
        "endless chunk": png_of(good) + struct.pack(">I4s", _HUGE, b"IDAT") + bytes(99),
    }.items():
        yield "malformed png", name, made, broken
    for name, made in {
        "two headers": png_of(good, (b"IHDR", header(_HUGE, _HUGE)), data, end),
        "unknown kind": png_of((b"IHDR", header(8, 8, 77, 99)), data, end),
        "100,000 chunks": png_of(good, *[(b"tEXt", b"")] * 100_000, data, end),
        "rest behind": png_of(good, data, end) + b"MZ" * 99,
    }.items():
        yield "malformed png", name, made, broken | {OK, "OVERSIZED"}


def _tiffs() -> Iterator[Bad]:
    size = ((256, 4, 1, 8), (257, 4, 1, 8))
    strip = ((273, 4, 1, 8), (279, 4, 1, 8))
    wide = ((256, 4, 1, _HUGE), (257, 4, 1, _HUGE))
    g4 = ((256, 4, 1, 100_000), (257, 4, 1, 100_000), (259, 3, 1, 4))
    yield "tiff bomb", "declared", tiff_of(*wide, *strip), frozenset({"OVERSIZED"})
    yield "tiff bomb", "group 4", tiff_of(*g4, *strip), frozenset({"OVERSIZED"})
    counted = tiff_of(*size, (273, 4, _HUGE, 8), (279, 4, 1, 8))
    yield "tiff bomb", "offsets", counted, frozenset({"INCOMPLETE", "OVERSIZED"})
    yield "tiff bomb", "endless chain", _tiff_chain(5_000), frozenset({"OVERSIZED"})
    yield "circular tiff", "itself", files.circular_tiff(), frozenset({"DAMAGED"})
    yield "circular tiff", "ring", _tiff_chain(3, ring=True), frozenset({"DAMAGED"})
    verdicts = frozenset({"DAMAGED", "INCOMPLETE", "NO_PAGES"})
    for name, made in {
        "no pages": b"II*\0" + bytes(4),
        "head only": b"II*\0",
        "far directory": b"MM\0*" + b"\xff" * 4,
        "no size": tiff_of(*strip),
        "no picture": tiff_of(*size),
        "no entries": tiff_of(),
        "zero size": tiff_of((256, 4, 1, 0), (257, 4, 1, 0), *strip),
        "strip beyond": tiff_of(*size, (273, 4, 1, _HUGE), (279, 4, 1, _HUGE)),
        "65,535 entries": b"II*\0" + struct.pack("<IH", 8, 65_535) + bytes(99),
        "no values": tiff_of((256, 4, 0, 0), (257, 4, 0, 0), *strip),
        "sizes are text": tiff_of((256, 2, 1, 8), (257, 2, 1, 8), *strip),
        "big, far": b"II+\0" + struct.pack("<HHQ", 8, 0, 2**63),
        "big, 2^64 entries": b"II+\0" + struct.pack("<HHQQ", 8, 0, 16, 2**64 - 1),
    }.items():
        yield "malformed tiff", name, made, verdicts
    for name, made in {
        "unknown coding": tiff_of(*size, (259, 3, 1, 65_000), *strip),
        "unknown type": tiff_of(*size, *strip, (300, 99, _HUGE, _HUGE)),
        "more offsets": tiff_of(*size, (273, 4, 9, 8), (279, 4, 1, 8)),
        "two codings": tiff_of(*size, (259, 3, 2, 1), *strip),
        "strip is the head": tiff_of(*size, (273, 4, 1, 0), (279, 4, 1, 8)),
    }.items():
        yield "malformed tiff", name, made, verdicts | {OK}


def _tiff_chain(pages: int, *, ring: bool = False) -> bytes:
    entries = ((256, 4, 1, 8), (257, 4, 1, 8), (273, 4, 1, 0), (279, 4, 1, 8))
    body = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    size = 6 + len(body)
    made = b"II*\0" + struct.pack("<I", 8)
    for number in range(1, pages + 1):
        following = 8 + number * size if number < pages else 8 * ring
        made += struct.pack("<H", len(entries)) + body + struct.pack("<I", following)
    return made


def _jpegs() -> Iterator[Bad]:
    good = files.jpeg()
    frame = good.index(b"\xff\xc0")
    scan = good.index(b"\xff\xda")
    broken = frozenset({"DAMAGED", "INCOMPLETE"})

    def sized(height: int, width: int) -> bytes:
        size = struct.pack(">HH", height, width)
        return good[: frame + 5] + size + good[frame + 9 :]

    yield "jpeg bomb", "declared", sized(65_535, 65_535), frozenset({"OVERSIZED"})
    yield "jpeg bomb", "wide", sized(16, 65_535), frozenset({"OVERSIZED", OK})
    for name, made in {
        "no height": sized(0, 120),
        "no width": sized(160, 0),
        "no frame": good[:frame] + good[scan:],
        "no end": good[:-2],
        "no scan": good[:scan],
        "head only": good[:3],
        "segment of length 0": b"\xff\xd8\xff\xe0\0\0" * 50,
        "fill bytes": b"\xff\xd8" + b"\xff" * 100_000,
        "zeros for the rest": good[:scan] + bytes(5_000),
    }.items():
        yield "malformed jpeg", name, made, broken
    for name, made in {
        "rest behind": good + b"MZ" * 99,
        "another behind": good + good,
        "lossless": good.replace(b"\xff\xc0", b"\xff\xc3"),
        "arithmetic": good.replace(b"\xff\xc0", b"\xff\xc9"),
        "50,000 notes": good[:2] + b"\xff\xfe\0\2" * 50_000 + good[2:],
        "ends at once": good[:2] + good[frame:scan] + b"\xff\xd9",
    }.items():
        yield "malformed jpeg", name, made, broken | {OK}


def _other_pictures() -> Iterator[Bad]:
    for kind in ("GIF", "BMP", "JPEG2000", "WEBP", "PPM", "PCX", "ICO", "TGA", "DDS"):
        target = io.BytesIO()
        mode = "RGBA" if kind == "DDS" else "L"
        picture().convert(mode).save(target, kind)
        allowed = _UNSUPPORTED
        yield "other picture", kind.lower(), target.getvalue(), allowed
    gif = b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + b"\0\0\0,"
    bitmap = b"BM" + struct.pack("<IIIIii", 99, 0, 54, 40, 2**31 - 1, 2**31 - 1)
    size = struct.pack(">IIHBBBB", _HUGE, _HUGE, 1, 7, 7, 0, 0)
    boxes = b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x16ihdr" + size
    code = b"\xff\x4f\xff\x51" + struct.pack(">HHIIII", 41, 0, _HUGE, _HUGE, 0, 0)
    for name, made in {
        "gif": gif + bytes(99),
        "animated gif": gif + b"!\xf9\4\0\0\0\0\0" * 50_000,
        "bmp": bitmap + bytes(99),
        "jpeg 2000": boxes + bytes(99),
        "jpeg 2000 code": code + bytes(99),
    }.items():
        yield "other picture's bomb", name, made, _UNSUPPORTED
    for name, made in {
        "heic": b"\0\0\0\x18ftypheic" + bytes(99),
        "psd": b"8BPS\0\1" + bytes(99),
        "djvu": b"AT&TFORM" + bytes(99),
        "jbig2": b"\x97JB2\r\n\x1a\n" + bytes(99),
        "jpeg xl": b"\xff\x0a" + bytes(99),
        "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    }.items():
        yield "other picture", name, made, _UNSUPPORTED


def _office() -> Iterator[Bad]:
    for name in (
        "word/document.xml",
        "xl/workbook.xml",
        "ppt/presentation.xml",
        "content.xml",
        "scan.pdf",
        "../../etc/passwd",
    ):
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("[Content_Types].xml", "<Types/>")
            packed.writestr(name, bytes(1_000_000))
        yield "zip, office", name, target.getvalue(), _UNSUPPORTED
    for name, start in {
        "doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "rar": b"Rar!\x1a\7\1\0",
        "7z": b"7z\xbc\xaf\x27\x1c",
        "gzip": b"\x1f\x8b\x08\0",
        "exe": b"MZ\x90\0",
        "elf": b"\x7fELF\2\1\1\0",
        "class": b"\xca\xfe\xba\xbe",
        "mp4": b"\0\0\0\x20ftypisom",
        "mp3": b"ID3\4",
        "sqlite": b"SQLite format 3\0",
        "lnk": b"L\0\0\0\1\x14\2\0",
    }.items():
        yield "zip, office", name, start + bytes(range(256)) * 9, _UNSUPPORTED


def _texts() -> Iterator[Bad]:
    for name, made in {
        "html": b"<!DOCTYPE html><title>404 Not Found</title>",
        "html with a mark": b"\xef\xbb\xbf<html>",
        "login page": b"<html><form action=/login>" + b" " * 5_000,
        "xml": b"<?xml version='1.0'?><a/>",
        "xml bomb": b"<!DOCTYPE a [<!ENTITY a '&b;&b;'>]><a>&a;</a>",
        "json": b'{"error": "unauthorized"}',
        "script": b"#!/bin/sh\nrm -rf ~\n",
        "mail": b"From: a\nTo: b\n\nJVBERi0xLjcK\n",
        "post script": b"%!PS-Adobe-3.0\nshowpage\n",
        "rtf": b"{\\rtf1 a}",
        "text": "Giấy khai sinh".encode(),
        "wide text": "Giấy khai sinh".encode("utf-16"),
        "one byte": b"x",
        "line end": b"\n",
    }.items():
        yield "text", name, made, _UNSUPPORTED
    yield "nothing", "no bytes", b"", frozenset({"EMPTY"})
    for size in (1, 100, 5_000):
        yield "nothing", f"{size} zeros", bytes(size), frozenset({"INCOMPLETE"})
    for seed in range(20):
        noise = b"\1" + random.Random(seed).randbytes(2_000)
        yield "noise", str(seed), noise, _UNSUPPORTED
    pdf = one_page()
    verdicts = frozenset({OK, "DAMAGED", "INCOMPLETE"})
    for name, start in (("gif", b"GIF89a"), ("zip", b"PK\3\4"), ("html", b"<html>")):
        yield "pdf behind another", name, start + b"\n" + pdf, verdicts
    for name, start in (("jpeg", b"\xff\xd8\xff\xe0"), ("tiff", b"II*\0")):
        yield "pdf behind another", name, start + b"\n" + pdf, verdicts
