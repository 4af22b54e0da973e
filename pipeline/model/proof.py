"""What comes of proving that the store still holds what was filed."""

from dataclasses import dataclass
from typing import NamedTuple


class Finding(NamedTuple):
    """What was found out about an object."""

    key: str
    fault: str | None
    """None where nothing is wrong."""

    size: int = 0
    """Bytes read for it."""

    reached: str = ""
    """Where not empty: all is looked at up to here, and one can go on after it."""


@dataclass(frozen=True, slots=True)
class MadeDigest:
    """A day's digest of an office, as it was made."""

    key: str
    sha256: str
    """What to keep elsewhere: it stands for all that was filed up to that day."""

    objects: int
    signed: bool
    timestamped: bool
