"""Small whole files of every kind, made by libraries, to be cut and spoilt."""

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pikepdf
from PIL import Image

from pipeline.intake.limits import ProbeLimits

LIMITS = ProbeLimits(
    max_bytes=10_000_000,
    max_pages=50,
    max_pixels=4_000_000,
    seconds=9.0,
    memory=1_500_000_000,
)


def picture(seed: int = 1, size: tuple[int, int] = (160, 120)) -> Image.Image:
    """Draw noise: it does not compress away, so that cuts hit the picture."""
    noise = np.random.default_rng(seed).integers(0, 255, size, np.uint8)
    return Image.fromarray(noise)


def pdf(pages: int = 3, **save: object) -> bytes:
    """Make a PDF of noise pictures."""
    target = io.BytesIO()
    images = [picture(seed) for seed in range(pages)]
    images[0].save(target, "PDF", save_all=True, append_images=images[1:])
    with pikepdf.open(io.BytesIO(target.getvalue())) as opened:
        clean = io.BytesIO()
        opened.save(clean, **save)  # type: ignore[arg-type] # passed on as given
    return clean.getvalue()


def locked_pdf(*, owner_only: bool) -> bytes:
    """Make a PDF with a password to open it, or only one against changes."""
    user = "" if owner_only else "secret"
    return pdf(encryption=pikepdf.Encryption(user=user, owner="owner"))


def tiff(compression: str = "tiff_lzw", *, big: bool = False) -> bytes:
    """Make a TIFF of three pages."""
    mode = "1" if compression == "group4" else "L"
    images = [picture(seed).convert(mode) for seed in range(3)]
    target = io.BytesIO()
    images[0].save(
        target,
        "TIFF",
        save_all=True,
        append_images=images[1:],
        compression=compression,
        big_tiff=big,
    )
    return target.getvalue()


def jpeg() -> bytes:
    """Make a JPEG."""
    target = io.BytesIO()
    picture().save(target, "JPEG", quality=90)
    return target.getvalue()


def png(size: tuple[int, int] = (160, 120)) -> bytes:
    """Make a PNG."""
    target = io.BytesIO()
    picture(size=size).save(target, "PNG")
    return target.getvalue()


def png_that_declares(width: int, height: int) -> bytes:
    """Make a tiny PNG whose header claims a huge picture."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0")), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body))
        + kind
        + body
        + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def pdf_bomb(size: int) -> bytes:
    """Make a small PDF whose cross-reference stream unpacks to *size* bytes."""
    squeezer = zlib.compressobj(9)
    chunk = bytes(1_000_000)
    packed = b"".join(squeezer.compress(chunk) for _ in range(size // len(chunk)))
    packed += squeezer.flush()
    head = b"%PDF-1.7\n"
    stream = (
        b"1 0 obj\n<</Type/XRef/Size 9/W[1 1 1]/Root 2 0 R/Filter/FlateDecode/Length "
        + f"{len(packed)}>>\nstream\n".encode()
        + packed
        + b"\nendstream\nendobj\n"
    )
    return head + stream + b"startxref\n%d\n%%%%EOF\n" % len(head)


def circular_tiff() -> bytes:
    """Make a TIFF whose only directory names itself as the next."""
    entries = [(256, 3, 1, 1), (257, 3, 1, 1), (273, 4, 1, 0), (279, 4, 1, 1)]
    body = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + body + struct.pack("<I", 8)


WHOLE: dict[str, Callable[[], bytes]] = {
    "pdf": pdf,
    "pdf with object streams": lambda: pdf(
        object_stream_mode=pikepdf.ObjectStreamMode.generate
    ),
    "linearized pdf": lambda: pdf(linearize=True),
    "tiff lzw": tiff,
    "tiff g4": lambda: tiff("group4"),
    "tiff jpeg": lambda: tiff("jpeg"),
    "big tiff": lambda: tiff(big=True),
    "jpeg": jpeg,
    "png": png,
}
"""Whole files by kind."""
