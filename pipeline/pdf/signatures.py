"""Tell whether a PDF was signed; light, unlike the library that judges signatures."""

import mmap
from pathlib import Path


def may_be_signed(path: Path) -> bool:
    """Tell whether a PDF can hold a signature; cheap, and sure where it says no.

    What a signature covers is written in plain sight (ISO 32000-1, 12.8.1): the place
    of its own bytes must be known before they are.
    """
    if not path.stat().st_size:
        return False
    with (
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        return data.find(b"/ByteRange") >= 0
