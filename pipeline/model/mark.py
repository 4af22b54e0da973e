"""What is printed on a filed paper to say how it came about, and by whom."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

_LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
"""Times on paper are Vietnam's, with their offset (Decree 30/2020)."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")

PLACEHOLDERS = frozenset({"agency", "converter", "counter", "time"})
"""What a profile's text may ask for."""


class TimeFormat(StrEnum):
    """How a profile writes times."""

    ISO = "iso"
    """2026-11-24 09:15:27+07:00"""

    VIETNAMESE = "vietnamese"
    """24-11-2026 09:15:27 +07:00"""


class Margin(StrEnum):
    """Which margin a mark goes to, if there is room."""

    TOP = "top"
    BOTTOM = "bottom"


Lines = tuple[tuple[str, ...], ...]
"""Lines of parts; a part whose placeholder has no value is left out."""


@dataclass(frozen=True, slots=True)
class MarkProfile:
    """A kind of mark, as configured in ``config/marks.toml``."""

    code: str
    title: str
    mark: Lines
    """The mark of conversion (Law 20/2023, article 12; Decree 137/2024, article 4)."""

    signature: Lines
    """What the agency's signature shows, top right of the first page."""

    separator: str = " | "
    time: TimeFormat = TimeFormat.ISO
    size: float = 8.0
    """Points, of the mark."""

    signature_size: float = 10.0
    """Points."""

    margin: Margin = Margin.BOTTOM
    every_page: bool = False
    """False: on the first page of a document only."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """That a paper was turned into a file: when, where and by whom."""

    profile: str
    agency: str
    at: datetime
    """Aware, UTC. When the scan was received."""

    converter: str = ""
    """Name of the person, where the counter names one."""

    text: str = ""
    """As printed, lines divided by line feeds."""


def fill(profile: MarkProfile, lines: Lines, values: Mapping[str, str]) -> list[str]:
    """Write *lines* with *values* in the places of placeholders.

    Parts without a value are left out, and lines without parts.
    """
    written = []
    for line in lines:
        parts = [filled for part in line if (filled := _fill(part, values))]
        if parts:
            written.append(profile.separator.join(parts))
    return written


def write_time(moment: datetime, style: TimeFormat) -> str:
    """Write *moment* in Vietnam's time with its offset."""
    local = moment.astimezone(_LOCAL)
    if style is TimeFormat.ISO:
        return local.isoformat(sep=" ", timespec="seconds")
    offset = local.isoformat(timespec="seconds")[-6:]
    return f"{local:%d-%m-%Y %H:%M:%S} {offset}"


def _fill(part: str, values: Mapping[str, str]) -> str:
    names = _PLACEHOLDER.findall(part)
    if any(not values.get(name) for name in names):
        return ""
    return _PLACEHOLDER.sub(lambda found: values[found[1]], part)
