"""Two scans of the same sheets, fronts and backs, that are read as one.

The pair's own original is a small JSON text that names both by hash. Its hash names the
batch, so that identity is content here too.
"""

import json
from dataclasses import dataclass

from pipeline.model.scan import MediaType

SIDE_NAMES = ("fronts", "backs")
"""What the two scans are called, in this order."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two scans."""

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

    fronts: Side
    backs: Side
    backs_reversed: bool
    """Whether the backs begin with the last sheet: the stack was turned over."""

    def __post_init__(self) -> None:
        if self.fronts.page_count != self.backs.page_count:
            raise ValueError(
                f"fronts: {self.fronts.page_count} pages, "
                f"backs: {self.backs.page_count}"
            )

    @property
    def sides(self) -> tuple[Side, Side]:
        """The fronts, then the backs."""
        return self.fronts, self.backs

    @property
    def page_count(self) -> int:
        """Pages of the whole: two a sheet, blank backs too."""
        return 2 * self.fronts.page_count

    def place(self, number: int) -> tuple[int, int]:
        """Find page *number* of the whole: index of the side, and page in it."""
        sheet, is_back = divmod(number - 1, 2)
        if is_back and self.backs_reversed:
            return 1, self.backs.page_count - sheet
        return is_back, sheet + 1

    def to_json(self) -> bytes:
        """Write it; the same pair always gives the same bytes."""
        sides = [
            {
                "sha256": side.sha256,
                "media_type": side.media_type.value,
                "pages": side.page_count,
                "size": side.size,
            }
            for side in self.sides
        ]
        written = {
            "fronts": sides[0],
            "backs": sides[1],
            "backs_reversed": self.backs_reversed,
        }
        return (json.dumps(written, indent=2, sort_keys=True) + "\n").encode("ascii")

    @classmethod
    def from_json(cls, data: bytes) -> "Pair":
        """Read it.

        Raises:
            ValueError: it is not what `to_json` writes.
        """
        try:
            found = json.loads(data)
            fronts, backs = (
                Side(
                    str(side["sha256"]),
                    MediaType(side["media_type"]),
                    int(side["pages"]),
                    int(side["size"]),
                )
                for side in (found["fronts"], found["backs"])
            )
            return cls(fronts, backs, bool(found["backs_reversed"]))
        except (KeyError, TypeError) as error:
            raise ValueError("not a pair of scans") from error
