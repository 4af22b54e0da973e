"""Remember the names of dossiers' folders for a while after they have left staging.

A page that is written a moment too late makes a new folder of the same name. Without
this it would pass for a dossier of its own.
"""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

CLAIM_TIME = "%Y%m%dT%H%M%S%fZ"
"""What the id of a claim begins with."""

_LONGEST = 86_400.0
"""Seconds that a name is remembered at most; names may hold people's."""


@dataclass(frozen=True, slots=True)
class TakenFolders:
    """A folder with a file for each claim that has left, named by it."""

    folder: Path

    def add(self, claim: str, name: str) -> None:
        """Remember the name of a claim's folder."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / f"{claim}.json").write_text(json.dumps(name), "ascii")

    def names(self, since: datetime | None = None) -> set[str]:
        """List the names of folders that were taken after *since*; None: all."""
        found: set[str] = set()
        for path in self.folder.glob("*.json"):
            with suppress(OSError, ValueError):  # half written by a crash: forgotten
                if since is None or time_of(path.stem) >= since:
                    found.add(str(json.loads(path.read_text("ascii"))))
        return found

    def expire(self, now: datetime) -> None:
        """Forget what is of no use any more."""
        for path in self.folder.glob("*.json"):
            with suppress(OSError, ValueError):
                if (now - time_of(path.stem)).total_seconds() > _LONGEST:
                    path.unlink()


def time_of(claim: str) -> datetime:
    """Read the time out of a claim's id.

    Raises:
        ValueError: it is none.
    """
    written = claim.split("-", maxsplit=1)[0]
    return datetime.strptime(written, CLAIM_TIME).replace(tzinfo=UTC)
