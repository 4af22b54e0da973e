"""Print the mark of conversion into the margin of a page."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL.Image
from PIL import UnidentifiedImageError
from pypdfium2 import PdfDocument, PdfiumError

from pipeline.imaging.arrays import GrayImage, to_gray
from pipeline.imaging.margins import find_room
from pipeline.model.geometry import POINTS_PER_INCH
from pipeline.pdf.draw import draw_page
from pipeline.pdf.layers import LAYERS_SUFFIX
from pipeline.pdf.printed_font import PrintedFont

FONT_RESOURCE = "M0"
"""Name of the mark's font in a page's resources."""

LEADING = 1.2
"""Em from one baseline to the next."""

_GLANCE_DPI = 50.0
"""Resolution at which room is looked for: half a millimetre a pixel."""

_SMALLEST = 4.0
"""Points: smaller, a mark could not be read; it rather runs out of a narrow page."""

_MM_PER_POINT = 25.4 / POINTS_PER_INCH

_INSET = 6.0 / _MM_PER_POINT
"""Points left at either side, as in `pipeline.imaging.margins`."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The mark of one document."""

    lines: tuple[str, ...]
    font: Path
    size: float = 8.0
    """Points; less on a page too narrow for it."""

    at_top: bool = False
    every_page: bool = False


def print_mark(
    mark: Mark,
    font: PrintedFont,
    picture: bytes,
    suffix: str,
    width: float,
    height: float,
) -> bytes:
    """Write *mark* where it covers nothing, as content of a page.

    Args:
        mark: the mark.
        font: holds its letters.
        picture: of the page, as in `pipeline.pdf.assemble.PdfPage`.
        suffix: of the picture.
        width: of the page, points.
        height: of the page, points.
    """
    widest = max(font.width(line) for line in mark.lines)
    size = max(_SMALLEST, min(mark.size, (width - 2 * _INSET) / widest))
    box = (widest * size, len(mark.lines) * LEADING * size)
    gray = glance(picture, suffix, width, height)
    room = find_room(
        gray,
        gray.shape[1] / width * POINTS_PER_INCH,
        box[0] * _MM_PER_POINT,
        box[1] * _MM_PER_POINT,
        from_top=mark.at_top,
    )
    left = room.left / _MM_PER_POINT
    top = height - room.top / _MM_PER_POINT
    shown = write_lines(font, FONT_RESOURCE, mark.lines, size=size, left=left, top=top)
    # Not part of the paper: readers that follow the tags pass over it.
    return b"/Artifact BMC\nq 0 g\n%b\nQ\nEMC\n" % shown


def write_lines(
    font: PrintedFont,
    resource: str,
    lines: tuple[str, ...],
    *,
    size: float,
    left: float,
    top: float,
) -> bytes:
    """Write *lines* below one another, the first one's letters below *top*."""
    first = top - font.ascent_of_capitals * size - (LEADING - 1) / 2 * size
    # Stretch and rendering mode outlive the text object of the words before.
    start = (
        f"BT /{resource} {size:.3f} Tf 0 Tr 100 Tz {LEADING * size:.3f} TL"
        f" 1 0 0 1 {left:.3f} {first:.3f} Tm"
    )
    shown = [f"<{font.encode(line).hex()}> Tj T*" for line in lines]
    return "\n".join((start, *shown, "ET")).encode("ascii")


def glance(picture: bytes, suffix: str, width: float, height: float) -> GrayImage:
    """Draw a picture small, as gray; a white page where it cannot be drawn."""
    across = max(1, round(width / POINTS_PER_INCH * _GLANCE_DPI))
    down = max(1, round(height / POINTS_PER_INCH * _GLANCE_DPI))
    if suffix == LAYERS_SUFFIX and picture:
        return glance_at_pdf(picture, across, down)
    try:
        with PIL.Image.open(io.BytesIO(picture)) as image:
            image.draft("L", (across, down))
            small = image.convert("L").resize((across, down), PIL.Image.Resampling.BOX)
            return np.asarray(small, np.uint8)
    except (UnidentifiedImageError, OSError, ValueError):
        return np.full((down, across), 255, np.uint8)


def glance_at_pdf(pdf: bytes | Path, across: int, down: int) -> GrayImage:
    """Draw the first page of *pdf* with that many pixels; white where it cannot be."""
    try:
        document = PdfDocument(pdf)
    except PdfiumError:
        return np.full((down, across), 255, np.uint8)
    try:
        document.init_forms()
        return to_gray(draw_page(document[0], across, down))
    except PdfiumError:
        return np.full((down, across), 255, np.uint8)
    finally:
        document.close()
