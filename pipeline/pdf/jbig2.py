"""Code bilevel pictures as JBIG2 where the program ``jbig2`` is installed.

One generic region, arithmetic coding: every pixel as it is, a quarter below Group 4.
Never symbols: an encoder that takes two letters for one prints a 6 where an 8 was (D.
Kriesel, 2013), and without loss symbols came out larger than this. What the program
answers is looked through for anything else, decoded, and compared bit by bit.
"""

import functools
import io
import logging
import os
import resource
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray
from pikepdf import Dictionary, Name, Stream
from pypdfium2 import PdfDocument, PdfImage, PdfiumError

from pipeline.lifeline import end_with_parent

log = logging.getLogger(__name__)

Ink = NDArray[np.bool_]

PROGRAM = "jbig2"
"""Debian 13, Ubuntu 24.04: package ``jbig2``; elsewhere ``scripts/jbig2``."""

_SECONDS = 20
"""Time limit of a picture; one of A4 at 300 dpi takes 0.1 s."""

_MEMORY = 1_000_000_000
"""Bytes of address space of the program: A2 at 300 dpi takes 100 million."""

_HEADERS = 4096
"""Bytes an answer may have beyond its pixels, which noise makes longer, not shorter."""

_PAGE_ABOUT, _REGIONS = 48, frozenset({38, 39})
"""Types of segments that may be there (ISO 14492, 7.3): what the page is, and generic
regions."""

_UNKNOWN_LENGTH = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Jbig2Coder:
    """The program, to be run once for each picture."""

    program: Path

    def encode(self, ink: Ink) -> bytes | None:
        """Code a picture for a PDF; None where the program fails or errs.

        Args:
            ink: where black goes, shape (height, width).
        """
        try:
            data = self._run(ink)
        except (OSError, subprocess.SubprocessError) as error:
            log.warning("no JBIG2 from %s: %s", self.program, type(error).__name__)
            return None
        if not is_generic(data):
            log.warning("no JBIG2 from %s: not one generic region", self.program)
            return None
        decoded = _decode(data, ink.shape)
        if decoded is None or not np.array_equal(decoded, ink):
            log.error("%s lost pixels; Group 4 is used instead", self.program)
            return None
        return data

    def _run(self, ink: Ink) -> bytes:
        height, width = ink.shape
        rows = np.packbits(ink, axis=1).tobytes()
        with tempfile.TemporaryDirectory(prefix="jbig2-") as folder:
            picture, coded = Path(folder) / "picture.pbm", Path(folder) / "coded"
            picture.write_bytes(b"P4\n%d %d\n%b" % (width, height, rows))
            largest = 2 * len(rows) + _HEADERS
            with coded.open("wb") as answer:
                # Without -s no symbols are looked for.
                subprocess.run(
                    (self.program, "-p", picture),
                    stdin=subprocess.DEVNULL,
                    stdout=answer,
                    stderr=subprocess.DEVNULL,
                    cwd=folder,
                    check=True,
                    timeout=_SECONDS,
                    preexec_fn=functools.partial(_limit, os.getpid(), largest),
                )
            return coded.read_bytes()


def find_coder(chosen: str) -> Jbig2Coder | None:
    """Find the program: ``auto`` looks for it, ``off`` does not, else it is a path."""
    if chosen == "off":
        return None
    found = shutil.which(PROGRAM if chosen == "auto" else chosen)
    return Jbig2Coder(Path(found).absolute()) if found else None


def is_generic(data: bytes) -> bool:
    """Tell whether *data* is a page of generic regions and nothing else."""
    try:
        kinds = list(_segments(data))
    except (struct.error, IndexError, ValueError):
        return False
    return kinds[:1] == [_PAGE_ABOUT] and len(kinds) > 1 and set(kinds[1:]) <= _REGIONS


def to_image(
    pdf: pikepdf.Pdf, data: bytes, shape: tuple[int, ...], *, stencil: bool
) -> pikepdf.Object:
    """Make an image of a coded picture: black where its ink is, or a stencil of it."""
    image = Stream(
        pdf,
        data,
        Type=Name.XObject,
        Subtype=Name.Image,
        Filter=Name.JBIG2Decode,
        Height=shape[0],
        Width=shape[1],
        BitsPerComponent=1,
    )
    if stencil:
        image.ImageMask = True
    else:
        image.ColorSpace = Name.DeviceGray
    return pdf.make_indirect(image)


def _limit(parent: int, largest: int) -> None:
    end_with_parent(parent)
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _segments(data: bytes) -> Iterator[int]:
    """Yield the type of each segment (ISO 14492, 7.2: headers and data in turn)."""
    at = 0
    while at < len(data):
        number, flags, referred = struct.unpack_from(">IBB", data, at)
        if referred >> 5 > 4 or number > 0xFF:
            raise ValueError("a segment that refers to many")
        at += 6 + (referred >> 5) + (4 if flags & 0x40 else 1)
        (length,) = struct.unpack_from(">I", data, at)
        at += 4 + length
        if length == _UNKNOWN_LENGTH or at > len(data):
            raise ValueError("a segment without an end")
        yield flags & 0x3F


def _decode(data: bytes, shape: tuple[int, ...]) -> Ink | None:
    """Let PDFium decode a picture; None where it cannot."""
    target = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()  # of any size: the image is decoded, not drawn
        page = pdf.pages[0].obj
        image = to_image(pdf, data, shape, stencil=False)
        page.Resources = Dictionary(XObject=Dictionary(Im0=image))
        page.Contents = pdf.make_stream(b"9 0 0 9 0 0 cm /Im0 Do")
        pdf.save(target)
    document = PdfDocument(target.getvalue())
    try:
        found: Any = next(document[0].get_objects([pdfium_c.FPDF_PAGEOBJ_IMAGE]))
        assert isinstance(found, PdfImage)
        pixels = found.get_bitmap(render=False).to_numpy()
        return np.asarray(pixels.reshape(shape) < 128)
    except (PdfiumError, StopIteration, ValueError):
        return None
    finally:
        document.close()
