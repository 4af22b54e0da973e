"""Every hostile file, and mutants of whole ones by a seeded fuzzer."""

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.errors import ScanRejected
from pipeline.model.intake import Probe
from pipeline.usecases.ports import Prober
from tests.intake.files import WHOLE, pdf
from tests.intake.hostile_pdf import OK, hostile_pdfs
from tests.intake.hostile_pictures import hostile_pictures, no_scans

NAMES = (
    unicodedata.normalize("NFD", "giấy khai sinh.pdf"),
    "a" * 251 + ".pdf",
    "  two spaces .pdf",
    "#1;$(touch x)`y`&&.pdf",
    "line\nend\t.pdf",
    "none",
    "-rf",
    "%s%n%00.pdf",
    "\"quoted'.pdf",
    "back\\slash.pdf",
    "😀.pdf",
    "\u202efdp.exe",
    "not utf-8 \udcff.pdf",
    "...",
    "a.pdf.exe",
)
"""Names that a file system allows."""

EXTENSIONS = (".pdf", ".tif", ".jpg", ".png", ".docx", ".exe", "")


@dataclass(frozen=True)
class Hostile:
    """A file that must end in one of a few verdicts."""

    kind: str
    case: str
    data: bytes
    allowed: frozenset[str]
    name: str = "scan"


@dataclass(frozen=True)
class Mutant:
    """A whole file, spoilt by a number that is all it takes to make it again."""

    kind: str
    seed: int

    @property
    def data(self) -> bytes:
        """Spoil it."""
        return mutate(whole(self.kind), random.Random(f"{self.kind} {self.seed}"))


@cache
def whole(kind: str) -> bytes:
    """Make a whole file of a kind, once."""
    return WHOLE[kind]()


def pages_of(kind: str) -> int:
    """Tell how many pages the whole file of a kind has."""
    return 1 if kind in ("jpeg", "png") else 3


def hostile_files() -> Iterator[Hostile]:
    """Make every hostile file."""
    for source in (hostile_pdfs(), hostile_pictures(), no_scans()):
        for kind, case, data, allowed in source:
            yield Hostile(kind, case, data, allowed)
    for kind in WHOLE:
        for extension in EXTENSIONS:
            yield Hostile(
                "wrong extension",
                f"{kind} {extension}",
                whole(kind),
                frozenset({OK}),
                "scan" + extension,
            )
        for tenth in range(1, 10):
            cut = whole(kind)[: len(whole(kind)) * tenth // 10]
            verdicts = frozenset({"INCOMPLETE", "DAMAGED"})
            yield Hostile("truncated", f"{kind} {tenth}/10", cut, verdicts)
    data = pdf(1)
    for number, name in enumerate(NAMES):
        yield Hostile("odd name", str(number), data, frozenset({OK}), name)


def mutants(count: int, seed: int) -> Iterator[Mutant]:
    """Name *count* mutants of every kind in turn."""
    kinds = sorted(WHOLE)
    for number in range(count):
        yield Mutant(kinds[number % len(kinds)], seed + number)


def mutate(data: bytes, chance: random.Random) -> bytes:
    """Spoil a file in one to six ways."""
    spoilt = bytearray(data)
    for _ in range(chance.randrange(1, 7)):
        at = chance.randrange(len(spoilt) + 1)
        size = min(chance.choice((1, 2, 4, 16, 256)), len(spoilt) - at)
        match chance.randrange(7):
            case 0:
                spoilt[at : at + size] = chance.randbytes(size)
            case 1:
                del spoilt[at : at + size]
            case 2:
                spoilt[at:at] = chance.randbytes(size)
            case 3:
                spoilt[at:at] = spoilt[at : at + size] * chance.randrange(1, 50)
            case 4:
                edge = chance.choice((b"\0", b"\xff", b"\x7f", b"\x80"))
                spoilt[at : at + size] = edge * size
            case 5:
                spoilt[at : at + 1] = chance.choice(
                    (b"9999999999", b"-1", b"<<", b"[", b" 0 R", b"\xff\xff\xff\xff")
                )
            case _:
                other = chance.randrange(len(spoilt) + 1)
                spoilt[at : at + size] = spoilt[other : other + size]
    return bytes(spoilt)


def verdict(path: Path, prober: Prober) -> str:
    """Ask for the verdict; what is not a refusal is not caught."""
    try:
        found = prober(path)
    except ScanRejected as error:
        return error.reason
    assert isinstance(found, Probe)
    assert found.page_count > 0
    return OK
