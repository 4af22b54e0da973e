"""What PDFium does not tell: the user unit of a page, and how large a broken one is."""

from contextlib import suppress
from pathlib import Path

import pikepdf

from pipeline.model.geometry import POINTS_PER_INCH

_A4_INCHES = (8.268, 11.693)
_SANE_USER_UNIT = (0.01, 1000.0)
"""An entry outside is nonsense: a page of an A4 sheet's paper needs 1."""

_DAMAGE = (
    pikepdf.PdfError,
    OSError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
)


class PageTree:
    """The page dictionaries of a file, opened when first asked for.

    Nothing is raised for a damaged file: it answers as for ordinary pages.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pdf: pikepdf.Pdf | None = None
        self._opened = False

    def is_empty(self) -> bool:
        """Tell whether the file opens but has no pages."""
        pdf = self._open()
        try:
            return pdf is not None and len(pdf.pages) == 0
        except _DAMAGE:
            return False

    def user_unit(self, number: int) -> float:
        """Find how many points one unit of page *number* is (ISO 32000-1, 14.11.2)."""
        page = self._page(number)
        try:
            unit = 1.0 if page is None else float(page.obj.get("/UserUnit", 1))
        except _DAMAGE:
            return 1.0
        lowest, highest = _SANE_USER_UNIT
        return unit if lowest <= unit <= highest else 1.0

    def size_inches(self, number: int) -> tuple[float, float]:
        """Measure page *number* as it is seen; A4 where the file does not say."""
        page = self._page(number)
        if page is None:
            return _A4_INCHES
        try:
            left, bottom, right, top = (float(edge) for edge in page.cropbox)
            turned = int(page.rotation) % 180 == 90
        except _DAMAGE:
            return _A4_INCHES
        scale = self.user_unit(number) / POINTS_PER_INCH
        width, height = abs(right - left) * scale, abs(top - bottom) * scale
        if not (width > 0 and height > 0):
            return _A4_INCHES
        return (height, width) if turned else (width, height)

    def close(self) -> None:
        """Release the file."""
        if self._pdf is not None:
            self._pdf.close()

    def _page(self, number: int) -> pikepdf.Page | None:
        pdf = self._open()
        try:
            return None if pdf is None else pdf.pages[number - 1]
        except _DAMAGE:
            return None

    def _open(self) -> pikepdf.Pdf | None:
        if not self._opened:
            self._opened = True
            with suppress(*_DAMAGE):
                self._pdf = pikepdf.open(self._path, suppress_warnings=True)
        return self._pdf
