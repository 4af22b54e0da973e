"""Judge the signatures of a received PDF in a process of its own, without network.

A file may be made to keep its reader busy, to fill its memory, or to make it call
somewhere: so the judge works within limits, in a child that opens no connection.
"""

import json
import mmap
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from pipeline.model.signature import Change, IncomingSignature

_GRACE = 5.0
"""Seconds of wall time beyond the limit, for starting the child."""

SIGNATURES = TypeAdapter(tuple[IncomingSignature, ...])

LIMIT = "LIMIT"
"""Problem of a file whose judge died, or took too long."""


@dataclass(frozen=True, slots=True)
class SignatureJudge:
    """Judges by the roots of one folder."""

    trust: Path
    """Folder of the roots that are believed, ``*.pem``."""

    seconds: float = 30.0
    """Processor time for all signatures of one file."""

    memory: int = 1_500_000_000
    """Bytes of address space."""

    def judge(self, path: Path) -> tuple[IncomingSignature, ...]:
        """Judge the signatures of the PDF at *path*; none where it has none.

        Never fails on the file: where the judge dies of it, or finds no end, that is
        what the answer says.
        """
        if not may_be_signed(path):
            return ()
        paths = (str(path.absolute()), str(self.trust.absolute()))
        job = json.dumps([*paths, self.seconds, self.memory])
        try:
            done = subprocess.run(
                (sys.executable, "-I", "-m", "pipeline.pdf.signature_child"),
                input=job.encode("utf-8", "surrogateescape"),
                capture_output=True,
                timeout=self.seconds + _GRACE,
                check=False,
            )
            if done.returncode == 0:
                return SIGNATURES.validate_json(done.stdout)
        except (subprocess.TimeoutExpired, ValidationError):
            pass
        return (unreadable(LIMIT),)


def unreadable(problem: str, field: str = "") -> IncomingSignature:
    """Say that there is a signature of which nothing is known."""
    return IncomingSignature(
        field, "", "", None, None, False, False, Change.UNKNOWN, problem
    )


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
