"""Find out at what resolution a sheet was scanned, even where the file lies."""

from dataclasses import dataclass

from pipeline.pdf.raster import DPI_TOLERANCE

A4_INCHES = (8.268, 11.693)
"""Short and long side."""

LONGEST_SHEET = 47.0
"""Inches: A0. A longer "sheet" is a picture whose resolution was never set."""

SHORTEST_SHEET = 1.5
"""Inches of the longer side: below a business card."""

_BELIEVED = (99.0, 1300.0)
"""Resolutions a scanner for paper has. 72 and 96 are what programs write that do not
know; guessing from A4 gives them back where they are true."""

_USUAL = (72, 75, 96, 100, 150, 200, 240, 300, 400, 600, 1200)
"""Settings of scanners: a guess near one of them is that one."""

_NEAR = 0.06
"""A Letter sheet taken for A4 is 5 % off."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """Pixels per inch, across and down; they differ in faxes."""

    across: float
    down: float

    @property
    def finer(self) -> float:
        """The greater of the two."""
        return max(self.across, self.down)

    @property
    def is_square(self) -> bool:
        """Whether the two are one for all purposes."""
        return self.finer <= min(self.across, self.down) * DPI_TOLERANCE

    def squared(self) -> "Resolution":
        """Make both the finer one unless they are one already."""
        return self if self.is_square else Resolution(self.finer, self.finer)

    def limited(self, max_dpi: float) -> "Resolution":
        """Bring both down so that the finer is *max_dpi* at most."""
        if self.finer <= max_dpi * DPI_TOLERANCE:
            return self
        ratio = max_dpi / self.finer
        return Resolution(self.across * ratio, self.down * ratio)

    def turned(self) -> "Resolution":
        """Swap the two, as a quarter turn does."""
        return Resolution(self.down, self.across)


def believe_or_guess(width: int, height: int, claimed: Resolution | None) -> Resolution:
    """Take the *claimed* resolution of a *width* × *height* picture, or guess it.

    A guess takes the picture for an A4 sheet: 1654 pixels of width become 200 dpi.
    """
    if claimed is not None and _is_believable(width, height, claimed):
        return claimed
    short, long = sorted((width, height))
    guess = (short / A4_INCHES[0] + long / A4_INCHES[1]) / 2
    usual = min(_USUAL, key=lambda dpi: abs(dpi / guess - 1))
    dpi = float(usual) if abs(usual / guess - 1) <= _NEAR else guess
    return Resolution(dpi, dpi)


def _is_believable(width: int, height: int, claimed: Resolution) -> bool:
    lowest, highest = _BELIEVED
    if not (lowest <= claimed.finer <= highest and claimed.across and claimed.down):
        return False
    if claimed.finer > 3 * min(claimed.across, claimed.down):
        return False
    longer = max(width / claimed.across, height / claimed.down)
    return SHORTEST_SHEET <= longer <= LONGEST_SHEET
