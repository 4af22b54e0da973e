"""A file on its way in, before it is known to be a scan."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.errors import ScanRejected
from pipeline.model.scan import MediaType


@dataclass(frozen=True, slots=True)
class ClaimedFile:
    """A file, or a folder of files, taken out of a drop folder into private staging."""

    id: str
    """Sortable and unique: time of the claim and a random part."""

    counter_id: str
    path: Path
    claimed_at: datetime
    backs: Path | None = None
    """The scan of the other sides, where two scans were joined."""

    backs_reversed: bool = True
    """Whether it begins with the last sheet."""

    files: tuple[Path, ...] = ()
    """The files of a folder that is one dossier, in their order; empty: no folder."""

    is_folder: bool = False
    fault: ScanRejected | None = None
    """What forbids to take the folder in, whatever its files are."""

    @property
    def parts(self) -> tuple[Path, ...]:
        """All files of the claim, in their order."""
        if self.is_folder:
            return self.files
        return (self.path,) if self.backs is None else (self.path, self.backs)


@dataclass(frozen=True, slots=True)
class Probe:
    """What a look inside a file found, without rendering anything."""

    media_type: MediaType
    page_count: int
    may_grow: bool = False
    """Whether it is whole and looks as if its writer were about to add to it."""
