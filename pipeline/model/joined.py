"""Several files that are read as one scan: fronts and backs, or a folder's files.

Their own original is a small JSON text that names each by hash. Its hash names the
batch, so that identity is content here too.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pipeline.model.scan import MediaType

SIDE_NAMES = ("fronts", "backs")
"""What the two scans of a pair are called, in this order."""

MOST_FILES = 2_000
"""Files of one folder; a dossier has some tens of pages."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of the files."""

    sha256: str
    media_type: MediaType
    page_count: int
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Fronts and backs of as many sheets as each has pages.

    Raises:
        ValueError: they have not the same number of pages.
    """

    fronts: Part
    backs: Part
    backs_reversed: bool
    """Whether the backs begin with the last sheet: the stack was turned over."""

    def __post_init__(self) -> None:
        if self.fronts.page_count != self.backs.page_count:
            raise ValueError(
                f"fronts: {self.fronts.page_count} pages, "
                f"backs: {self.backs.page_count}"
            )

    @property
    def media_type(self) -> MediaType:
        """What the text that joins them is."""
        return MediaType.PAIR

    @property
    def parts(self) -> tuple[Part, ...]:
        """The fronts, then the backs."""
        return self.fronts, self.backs

    @property
    def names(self) -> tuple[str, ...]:
        """What each part is called in the store."""
        return SIDE_NAMES

    @property
    def page_count(self) -> int:
        """Pages of the whole: two a sheet, blank backs too."""
        return 2 * self.fronts.page_count

    def place(self, number: int) -> tuple[int, int]:
        """Find page *number* of the whole: index of the part, and page in it."""
        sheet, is_back = divmod(number - 1, 2)
        if is_back and self.backs_reversed:
            return 1, self.backs.page_count - sheet
        return is_back, sheet + 1

    def to_json(self) -> bytes:
        """Write it; the same pair always gives the same bytes."""
        return _write(
            {
                "fronts": _described(self.fronts),
                "backs": _described(self.backs),
                "backs_reversed": self.backs_reversed,
            }
        )


@dataclass(frozen=True)
class FolderScan:
    """The files of one folder, in their order: one dossier.

    Raises:
        ValueError: there are none, or more than `MOST_FILES`.
    """

    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.parts) <= MOST_FILES:
            raise ValueError(f"a folder of {len(self.parts)} files")

    @property
    def media_type(self) -> MediaType:
        """What the text that joins them is."""
        return MediaType.FOLDER

    @property
    def names(self) -> tuple[str, ...]:
        """What each part is called in the store; names of files hold people's."""
        return tuple(f"{number:04d}" for number in range(1, len(self.parts) + 1))

    @property
    def page_count(self) -> int:
        """Pages of the whole."""
        return len(self._places)

    def place(self, number: int) -> tuple[int, int]:
        """Find page *number* of the whole: index of the part, and page in it."""
        return self._places[number - 1]

    def to_json(self) -> bytes:
        """Write it; the same files in the same order always give the same bytes."""
        return _write({"files": [_described(part) for part in self.parts]})

    @cached_property
    def _places(self) -> list[tuple[int, int]]:
        return [
            (index, number)
            for index, part in enumerate(self.parts)
            for number in range(1, part.page_count + 1)
        ]


Joined = Pair | FolderScan


def read_joined(data: bytes) -> Joined:
    """Read what `to_json` of either wrote.

    Raises:
        ValueError: it is something else.
    """
    try:
        found = json.loads(data)
        if "files" in found:
            return FolderScan(tuple(map(_part, found["files"])))
        fronts, backs = (_part(found[side]) for side in SIDE_NAMES)
        return Pair(fronts, backs, bool(found["backs_reversed"]))
    except (KeyError, TypeError) as error:
        raise ValueError("not what joins scans") from error


def _described(part: Part) -> dict[str, Any]:
    return {
        "sha256": part.sha256,
        "media_type": part.media_type.value,
        "pages": part.page_count,
        "size": part.size,
    }


def _part(found: Mapping[str, Any]) -> Part:
    return Part(
        str(found["sha256"]),
        MediaType(found["media_type"]),
        int(found["pages"]),
        int(found["size"]),
    )


def _write(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, indent=2, sort_keys=True) + "\n").encode("ascii")
