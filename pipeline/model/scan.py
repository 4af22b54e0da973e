"""What arrives at a counter: a scan batch, and the pages found in it."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.model.quality import Defect
from pipeline.model.sheet import Separates

BATCH_ID_LENGTH = 32
"""Hexadecimal digits of the SHA-256 kept in a batch id: 128 bits never collide."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


class MediaType(StrEnum):
    """The kinds of file that can become a dossier, decided by content."""

    PDF = "application/pdf"
    TIFF = "image/tiff"
    JPEG = "image/jpeg"
    PNG = "image/png"
    PAIR = "application/vnd.sohoa.pair+json"
    """Not a file of a counter: names the fronts and the backs (`model.joined`)."""
    FOLDER = "application/vnd.sohoa.folder+json"
    """Likewise: names the files of a folder that is one dossier."""

    @property
    def suffix(self) -> str:
        """File name ending for stored originals."""
        return _SUFFIXES[self]

    @property
    def joins(self) -> bool:
        """Whether the original names several files instead of being one."""
        return self in (MediaType.PAIR, MediaType.FOLDER)


_SUFFIXES = {
    MediaType.PDF: ".pdf",
    MediaType.TIFF: ".tif",
    MediaType.JPEG: ".jpg",
    MediaType.PNG: ".png",
    MediaType.PAIR: ".json",
    MediaType.FOLDER: ".json",
}


class Priority(StrEnum):
    """Whose scans are read first."""

    DAY = "day"
    """The day's work: a person waits at the counter."""

    BACKLOG = "backlog"
    """Old paper: read while no scan of the day waits."""


class Share(StrEnum):
    """Where a drop folder lies."""

    LOCAL = "local"
    """On a disk of this machine; made where it is missing."""

    REMOTE = "remote"
    """On a file server, which tells of changes late and may be away for a while."""


class Sides(StrEnum):
    """How the two sides of sheets come from the scanner."""

    SINGLE = "single"
    """Each file is a scan of its own: one-sided paper, or a duplex scanner."""

    FRONTS_THEN_BACKS = "fronts-then-backs"
    """All fronts in one file, all backs in the next, the last sheet's first: the stack
    was turned over."""

    FRONTS_THEN_BACKS_IN_ORDER = "fronts-then-backs-in-order"
    """The same, with the backs in the order of the fronts."""


class Subfolders(StrEnum):
    """What the folders inside a drop folder are."""

    IGNORED = "ignored"
    """Nothing: they are left alone."""

    DOSSIERS = "dossiers"
    """Each is one dossier: all its files, in natural order of their names."""


@dataclass(frozen=True, slots=True)
class FolderRules:
    """How the drop folder of one counter is watched."""

    enabled: bool = True
    """Whether it is watched at all; what was claimed before goes on."""

    path: str | None = None
    """Where it lies, below the folder of all drop folders unless it is absolute; None:
    under the counter's id."""

    poll_interval: float | None = None
    """Seconds between two sweeps; None: as everywhere."""

    quiet_period: float | None = None
    """Seconds without change before a file counts as written; None: as everywhere."""

    share: Share = Share.LOCAL

    ignore: tuple[str, ...] = ()
    """Patterns of names that are left alone, without regard to case."""

    done_marker: bool = False
    """Whether a file is taken only once ``<name>.done`` lies beside it."""

    priority: Priority = Priority.DAY
    status_file: bool = True
    """Whether the clerk finds a list of today's scans in the folder."""

    keep_days: int = 0
    """Days that a filed scan lies in ``processed/``; 0: it is removed at once."""

    sides: Sides = Sides.SINGLE
    sides_within: float = 600.0
    """Seconds after the fronts within which the backs must have been scanned."""

    subfolders: Subfolders = Subfolders.IGNORED
    late_within: float = 600.0
    """Seconds after a folder was taken within which another of its name is what came
    late, and no dossier of its own."""


@dataclass(frozen=True, slots=True)
class Counter:
    """A one-stop counter, as configured in ``config/counters.toml``."""

    id: str
    name: str
    office: str
    """Name of the office the counter belongs to, as printed on its receipts."""

    procedure: str | None = None
    """Code of the usual procedure, where the counter has one."""

    careful: bool | None = None
    """Whether its pages are read twice; None: as its procedure or the settings say."""

    converter: str = ""
    """Name of the person who answers for conversions at this counter; it is printed
    on what is filed."""

    mark: str | None = None
    """Code of the mark in ``config/marks.toml``; None: the usual one."""
    both_sides: bool = True
    """Whether the scanner takes both sides of a sheet, so that blank backs are nothing
    to speak of. False: a blank page lay the wrong way."""

    folder: FolderRules = FolderRules()
    patch: Separates = Separates.DOSSIER
    """What begins behind a Patch T sheet, which does not say so itself."""

    agencies: tuple[str, ...] = ()
    """Agencies whose dossiers are received here, as in the mã hồ sơ; none: all."""

    @property
    def drop(self) -> str:
        """Where its drop folder lies, below that of all or absolute."""
        return self.folder.path or self.id


@dataclass(frozen=True, slots=True)
class ScanBatch:
    """One file, received once.

    It carries no file name: names of people get into those.

    Raises:
        ValueError: the digest is not SHA-256 in lower-case hexadecimal, there are no
            pages, or ``received_at`` has no time zone.
    """

    id: str
    counter_id: str
    sha256: str
    media_type: MediaType
    page_count: int
    size: int
    """Bytes."""

    received_at: datetime
    """When the file was claimed; aware, UTC."""

    def __post_init__(self) -> None:
        if not _SHA256.fullmatch(self.sha256):
            raise ValueError(f"not a SHA-256 digest: {self.sha256!r}")
        if self.page_count < 1:
            raise ValueError(f"batch {self.id} has {self.page_count} pages")
        if self.received_at.tzinfo is None:
            raise ValueError(f"batch {self.id}: received_at has no time zone")


def to_batch_id(sha256: str) -> str:
    """Derive a batch's id from the SHA-256 of its file: identity is content."""
    return sha256[:BATCH_ID_LENGTH]


OWN_WORDS = "text-layer"


@dataclass(frozen=True, slots=True)
class Page:
    """One side of a sheet, upright and straightened: its picture's measurements.

    Boxes of words and fields are pixels of this picture.
    """

    number: int
    """From 1, in the order scanned."""

    width: int
    height: int
    dpi: float
    """Resolution of the page picture, pixels per inch."""

    skew: float = 0.0
    """Degrees, clockwise positive, that the sheet was tilted before straightening."""

    skew_confidence: float = 0.0
    """0-1; 0 where no rows were found, or the page kept its own words."""

    quarter_turns: int = 0
    """Clockwise quarter turns, 0-3, applied to bring the page upright."""

    turns_confidence: float = 0.0
    """0-1; 0 where it could not be told, so that the page was left as it lay."""

    blank: bool = False
    readable: bool = True
    """False: the page could not be rendered or read, and a placeholder stands here."""

    sharpness: float = 0.0
    """Acutance of the ink's edges, 0-1; 0 where there is no ink."""

    contrast: float = 0.0
    """Paper level minus ink level, 0-1."""

    defects: tuple[Defect, ...] = ()
    """Why the page should be scanned again, as told from its pixels."""

    source: str = "ocr"
    """``ocr``, or `OWN_WORDS` where a born-digital page kept its own words."""
