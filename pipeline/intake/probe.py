"""Look inside a hostile file: what is it, is it whole, how many pages has it?"""

import errno
import json
import math
import os
import re
import resource
import stat
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

import pikepdf

from pipeline import errors
from pipeline.errors import (
    DamagedScan,
    EmptyScan,
    EncryptedScan,
    IncompleteScan,
    NoPagesScan,
    OversizedScan,
    ScanRejected,
    UnsupportedScan,
    XfaScan,
)
from pipeline.intake.limits import ProbeLimits
from pipeline.intake.structure import (
    JPEG_SIGNATURE,
    PNG_SIGNATURE,
    count_jpeg_pages,
    count_png_pages,
)
from pipeline.intake.tiff import TIFF_SIGNATURES, look_into_tiff
from pipeline.model.intake import Probe
from pipeline.model.scan import MediaType

_PDF_HEADER_WITHIN = 1024
"""Bytes in which readers look for ``%PDF-`` (ISO 32000-1, annex H, note 13)."""

_PDF_TAIL = 2048
"""Bytes at the end in which the end stands: the offset of the table and ``%%EOF``,
which may have 1024 bytes of anything behind it (the same, note 18)."""

_PDF_END = re.compile(rb"startxref\s+0*[1-9]\d*\s+%%EOF(?![\0\s]*[\d%x])")
"""The end of the file. Behind the end of an earlier update, something that may be an
object, a comment or a table begins: a cut there leaves a shorter PDF. Offset 0 stands
at the end of a linearized file's first part, which comes before the pages."""

_CPU_SHARE = 0.5
"""Part of the time limit that may be processor time: the rest is for starting the child
and for a machine that is busy."""


def probe(path: Path, limits: ProbeLimits) -> Probe:
    """Tell what a file is, by content, and that it is whole; nothing is decoded.

    Raises:
        EmptyScan, NoPagesScan, UnsupportedScan, OversizedScan, EncryptedScan,
        XfaScan: as their names say.
        IncompleteScan: the file ends before its contents do; it may still grow.
        DamagedScan: it would open only by repair, which loses pages silently.
    """
    with _open_plain(path) as file:
        return _probe(file, limits)


def _open_plain(path: Path) -> BinaryIO:
    """Open a file that may have become something else since it was listed.

    A link is not followed, and nobody is waited for at the other end of a pipe.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):  # a link, a socket
            raise UnsupportedScan("not a plain file") from error
        raise
    file = os.fdopen(descriptor, "rb")
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        file.close()
        raise UnsupportedScan("not a plain file")
    return file


def _probe(file: BinaryIO, limits: ProbeLimits) -> Probe:
    size = os.fstat(file.fileno()).st_size
    if size == 0:
        raise EmptyScan("no bytes")
    if size > limits.max_bytes:
        raise OversizedScan(f"{size} bytes")
    head = file.read(_PDF_HEADER_WITHIN)
    if head.startswith(PNG_SIGNATURE):
        return Probe(MediaType.PNG, count_png_pages(file, limits))
    if head.startswith(JPEG_SIGNATURE):
        return Probe(MediaType.JPEG, count_jpeg_pages(file, limits))
    if head.startswith(TIFF_SIGNATURES):
        return Probe(MediaType.TIFF, *look_into_tiff(file, limits))
    if b"%PDF-" in head:
        return _probe_pdf(file, limits)
    if not any(head):
        # A writer that takes the whole size at once, and has not begun to fill it.
        raise IncompleteScan("begins with nothing but zeros")
    raise UnsupportedScan(f"begins with {head[:8].hex()}")


def probe_in_child(path: Path, limits: ProbeLimits) -> Probe:
    """Do the same in a process of its own, bounded in time and memory.

    Raises:
        ScanRejected: as `probe`; a child that dies or hangs makes a DamagedScan.
    """
    command = (sys.executable, "-I", "-m", "pipeline.intake.probe")
    job = json.dumps([str(path.absolute()), asdict(limits)])
    try:
        done = subprocess.run(
            command,
            input=job.encode("utf-8", "surrogateescape"),
            capture_output=True,
            timeout=limits.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise DamagedScan(f"no verdict within {limits.seconds:.0f} s") from error
    if done.returncode != 0:
        raise DamagedScan(f"the look inside ended with {done.returncode}")
    answer = json.loads(done.stdout)
    if "error" in answer:
        kind: type[ScanRejected] = getattr(errors, answer["error"])
        raise kind(answer["found"])
    return Probe(
        MediaType(answer["media_type"]), answer["page_count"], answer["may_grow"]
    )


def _probe_pdf(file: BinaryIO, limits: ProbeLimits) -> Probe:
    try:
        # A stream, not a path: qpdf refuses names that are not valid UTF-8.
        with pikepdf.open(file, attempt_recovery=False, suppress_warnings=True) as pdf:
            pages = len(pdf.pages)
            xfa_only = _is_xfa_only(pdf)
            grew = "/Prev" in pdf.trailer and not pdf.is_linearized
            warnings = pdf.get_warnings()
            largest = max(map(_largest_picture, pdf.pages), default=0)
    except pikepdf.PasswordError as error:
        raise EncryptedScan("a password is needed") from error
    except (pikepdf.PdfError, ValueError, RecursionError) as error:
        raise _broken_pdf(file) from error
    if warnings:
        raise _broken_pdf(file)
    if not _has_end(_tail(file)):
        raise IncompleteScan("a PDF without its end mark")
    if pages == 0:
        raise NoPagesScan("no pages")
    if xfa_only:
        raise XfaScan("a form without pages of its own")
    if pages > limits.max_pages:
        raise OversizedScan(f"{pages} pages")
    if largest > limits.max_pixels:
        raise OversizedScan(f"a picture of {largest} pixels")
    return Probe(MediaType.PDF, pages, may_grow=grew)


def _largest_picture(page: pikepdf.Page) -> int:
    """Read from their headers how many pixels a page's pictures declare, at most."""
    found = 0
    resources = page.obj.get("/Resources")
    if not isinstance(resources, pikepdf.Dictionary):
        return found
    drawn = resources.get("/XObject")
    if not isinstance(drawn, pikepdf.Dictionary):
        return found
    for picture in drawn.values():
        if isinstance(picture, pikepdf.Stream):
            width: object = picture.get("/Width")
            height: object = picture.get("/Height")
            if isinstance(width, int) and isinstance(height, int):
                found = max(found, width * height)
    return found


def _is_xfa_only(pdf: pikepdf.Pdf) -> bool:
    """Tell whether the pages are drawn by the form's own program.

    A static form has fields and pages beside its XFA part, and is read like any other.
    """
    form = pdf.Root.get("/AcroForm")
    if not isinstance(form, pikepdf.Dictionary) or "/XFA" not in form:
        return False
    fields = form.get("/Fields")
    has_fields = isinstance(fields, pikepdf.Array) and len(fields) > 0
    needs_rendering: object = pdf.Root.get("/NeedsRendering")
    return not has_fields or needs_rendering is True


def _broken_pdf(file: BinaryIO) -> ScanRejected:
    tail = _tail(file)
    never_a_table = b"startxref" not in tail and tail.rstrip().endswith(b"%%EOF")
    if never_a_table or _has_end(tail):
        return DamagedScan("a PDF that opens only by repair")
    return IncompleteScan("a PDF without its end")


def _has_end(tail: bytes) -> bool:
    """Tell whether the last thing in a PDF is a whole end.

    The end of an earlier update that stands just before a cut is not meant.
    """
    return _PDF_END.match(tail, max(0, tail.rfind(b"startxref"))) is not None


def _tail(file: BinaryIO) -> bytes:
    file.seek(0, os.SEEK_END)
    file.seek(max(0, file.tell() - _PDF_TAIL))
    return file.read()


def _limit(limits: ProbeLimits) -> None:
    seconds = math.ceil(limits.seconds * _CPU_SHARE)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer_as_child() -> None:
    job = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    path, given = json.loads(job)
    limits = ProbeLimits(**given)
    _limit(limits)
    try:
        found = probe(Path(path), limits)
        answer = asdict(found)
    except ScanRejected as error:
        answer = {"error": type(error).__name__, "found": str(error)}
    except MemoryError:
        answer = {"error": OversizedScan.__name__, "found": "needs too much memory"}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    _answer_as_child()
