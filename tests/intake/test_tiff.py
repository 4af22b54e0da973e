"""A page that the chain of directories has lost is never lost without a word."""

import io
import struct
from pathlib import Path

import pytest

from pipeline.errors import DamagedScan
from pipeline.intake.tiff import TiffFound, look_into_tiff
from tests.intake.files import LIMITS
from tests.intake.tiffs import Layout, sheets, write_tiff

KINDS = [(order, big) for order in "<>" for big in (False, True)]


def look(data: bytes, folder: Path) -> TiffFound:
    path = folder / "scan"
    path.write_bytes(data)
    with path.open("rb") as file:
        return look_into_tiff(file, LIMITS)


def directories(data: bytes, order: str, *, big: bool) -> list[int]:
    """List the places of the pointers that lead from page to page."""
    head, wide, count, entry = (8, "Q", "Q", 20) if big else (4, "I", "H", 12)
    found = [head]
    while place := struct.unpack_from(order + wide, data, found[-1])[0]:
        (entries,) = struct.unpack_from(order + count, data, place)
        found.append(place + struct.calcsize("=" + count) + entries * entry)
    return found


def repoint(data: bytes, at: int, to: int, order: str, *, big: bool) -> bytes:
    """Make a pointer lead elsewhere."""
    spoilt = bytearray(data)
    struct.pack_into(order + ("Q" if big else "I"), spoilt, at, to)
    return bytes(spoilt)


@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize(("order", "big"), KINDS)
@pytest.mark.parametrize("last", [1, 2])
def test_a_chain_that_ends_too_early_is_damage(
    last: int, order: str, big: bool, layout: Layout, tmp_path: Path
) -> None:
    data = write_tiff(sheets("g4"), order=order, big=big, layout=layout).data
    pointer = directories(data, order, big=big)[last]
    with pytest.raises(DamagedScan, match="no directory leads"):
        look(repoint(data, pointer, 0, order, big=big), tmp_path)


@pytest.mark.parametrize(("order", "big"), KINDS)
def test_a_chain_that_leaves_out_a_page_is_damage(
    order: str, big: bool, tmp_path: Path
) -> None:
    data = write_tiff(sheets("g4"), order=order, big=big).data
    first, second, _, _ = directories(data, order, big=big)
    wide = order + ("Q" if big else "I")
    (third,) = struct.unpack_from(wide, data, directories(data, order, big=big)[2])
    assert first < second < third
    with pytest.raises(DamagedScan, match="no directory leads"):
        look(repoint(data, second, third, order, big=big), tmp_path)


@pytest.mark.parametrize(("order", "big"), KINDS)
def test_a_directory_that_was_written_anew_leaves_no_lost_page(
    order: str, big: bool, tmp_path: Path
) -> None:
    data = write_tiff(sheets("g4", 1), order=order, big=big).data
    pointer, end = directories(data, order, big=big)
    (place,) = struct.unpack_from(order + ("Q" if big else "I"), data, pointer)
    data += bytes(len(data) % 2)
    again = repoint(data, pointer, len(data), order, big=big)
    found = look(again + data[place : end + (8 if big else 4)], tmp_path)
    assert found.pages == 1


def test_what_lies_behind_the_last_page_may_become_the_next(tmp_path: Path) -> None:
    data = write_tiff(sheets("g4", 2)).data
    assert look(data, tmp_path) == (2, False)
    assert look(data + bytes(100), tmp_path) == (2, False)
    assert look(data + b"\1" * 100, tmp_path) == (2, True)


def test_what_only_looks_like_a_page_does_not_count(tmp_path: Path) -> None:
    written = write_tiff(sheets("g4", 2)).data
    sizes = struct.pack("<HHII", 256, 4, 1, 9) + struct.pack("<HHII", 257, 4, 1, 9)
    for before in (b"", b"\xff" * 40, bytes(40)):
        found = look(written + before + sizes + b"\7" * 40, tmp_path)
        assert found.pages == 2


def test_a_reduced_picture_is_no_page(tmp_path: Path) -> None:
    data = write_tiff(sheets("jpeg", 2)).data
    at = directories(data, "<", big=False)[0]
    (place,) = struct.unpack_from("<I", data, at)
    # The entry of the picture's kind of color gives way to one that names a directory.
    (entries,) = struct.unpack_from("<H", data, place)
    body = [data[place + 2 + n * 12 : place + 14 + n * 12] for n in range(entries)]
    inner = write_tiff(sheets("jpeg", 3)).data
    reduced = len(data) + len(data) % 2
    body = [each for each in body if each[:2] != struct.pack("<H", 262)]
    body.append(struct.pack("<HHII", 330, 4, 1, reduced + 8))
    written = io.BytesIO(data + bytes(len(data) % 2) + bytes(8))
    written.seek(place + 2)
    written.write(b"".join(body))
    written.seek(0, io.SEEK_END)
    (first,) = struct.unpack_from("<I", inner, 4)
    (count,) = struct.unpack_from("<H", inner, first)
    written.write(inner[first : first + 2 + count * 12] + bytes(4))
    assert look(written.getvalue(), tmp_path).pages == 2
