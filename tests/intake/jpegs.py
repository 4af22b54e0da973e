"""JPEG files of the kinds that scanners and telephones write."""

import io
import struct

from PIL import Image

from tests.intake.files import picture

_START = 2
"""Bytes of the start mark, behind which segments are put."""


def gray(**save: object) -> bytes:
    """Make a gray JPEG with options of Pillow's writer."""
    return _saved(picture(), **save)


def color(mode: str = "RGB", **save: object) -> bytes:
    """Make a JPEG of three or four channels."""
    bands = [picture(seed) for seed in range(len(mode))]
    return _saved(Image.merge(mode, bands), **save)


def with_segment(marker: int, body: bytes, data: bytes | None = None) -> bytes:
    """Put a segment at the beginning of a JPEG."""
    data = data or gray()
    segment = struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body
    return data[:_START] + segment + data[_START:]


def with_thumbnail() -> bytes:
    """Make a JPEG with EXIF that holds a whole small JPEG, end mark included."""
    small = io.BytesIO()
    picture(9, (40, 30)).save(small, "JPEG")
    thumb = small.getvalue()
    entries = ((0x0201, 4, 1, 44), (0x0202, 4, 1, len(thumb)))
    first = struct.pack("<HI", 0, 14)
    second = struct.pack("<H", len(entries))
    second += b"".join(struct.pack("<HHII", *entry) for entry in entries)
    tiff = b"II*\0" + struct.pack("<I", 8) + first + second + struct.pack("<I", 0)
    return with_segment(0xE1, b"Exif\0\0" + tiff.ljust(44, b"\0") + thumb)


def several_pictures() -> bytes:
    """Make an MPO: a JPEG with two more behind its end, listed in its head."""
    target = io.BytesIO()
    rest = [picture(seed) for seed in (2, 3)]
    picture().save(target, "MPO", save_all=True, append_images=rest)
    return target.getvalue()


def with_fill_bytes() -> bytes:
    """Make a JPEG with fill bytes before each marker of its head."""
    data = gray()
    scan = data.index(b"\xff\xda")
    return data[:scan].replace(b"\xff\xdb", b"\xff\xff\xff\xdb") + data[scan:]


def _saved(image: Image.Image, **save: object) -> bytes:
    target = io.BytesIO()
    image.save(target, "JPEG", **{"quality": 85, **save})  # type: ignore[arg-type]
    return target.getvalue()


def ends(data: bytes) -> tuple[int, ...]:
    """List where an end mark stands before the end, also inside segments."""
    found, place = [], data.find(b"\xff\xd9")
    while place >= 0:
        found.append(place + 2)
        place = data.find(b"\xff\xd9", place + 2)
    return tuple(end for end in found if end < len(data))


JPEGS = {
    "baseline": gray,
    "baseline, quality 30": lambda: gray(quality=30),
    "baseline, quality 100": lambda: gray(quality=100),
    "optimized": lambda: gray(optimize=True),
    "progressive": lambda: gray(progressive=True),
    "progressive color": lambda: color(progressive=True),
    "color 4:4:4": lambda: color(subsampling=0),
    "color 4:2:0": lambda: color(subsampling=2),
    "four inks": lambda: color("CMYK"),
    "restart markers": lambda: gray(restart_marker_blocks=3),
    "restart markers by row": lambda: color(restart_marker_rows=1),
    "progressive, restart markers": lambda: gray(
        progressive=True, restart_marker_blocks=5
    ),
    "exif": lambda: gray(exif=Image.Exif().tobytes()),
    "exif with thumbnail": with_thumbnail,
    "color profile of two segments": lambda: gray(icc_profile=bytes(70_000)),
    "comment with an end mark": lambda: with_segment(0xFE, b"x\xff\xd9y" * 200),
    "resolution": lambda: gray(dpi=(300, 300)),
    "thirty segments": lambda: with_segment(0xED, bytes(500) * 30),
    "fill bytes": with_fill_bytes,
    "several pictures (MPO)": several_pictures,
}
"""Twenty kinds."""
