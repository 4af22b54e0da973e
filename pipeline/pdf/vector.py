"""Keep a born-digital page as what it is: letters and lines, not a picture of them.

What is copied is listed piece by piece (`vector_content`, `vector_parts`,
`vector_fonts`); anything else makes the page one that is filed as a picture. So nothing
that runs, opens, sends or hides can come along, whatever it is called. The copy is a
PDF of one page with one form, as `assemble` takes it over.
"""

import io
from collections import Counter

import numpy as np
import pikepdf
from pikepdf import Array, Dictionary
from pypdfium2 import PdfDocument, PdfiumError

from pipeline.imaging.arrays import Image, to_gray
from pipeline.model.text import OcrPage
from pipeline.pdf.draw import draw_page
from pipeline.pdf.own_words import find_own_words
from pipeline.pdf.raster import Raster
from pipeline.pdf.survey import survey_page
from pipeline.pdf.vector_content import ContentCopier
from pipeline.pdf.vector_streams import CannotCopy, take_numbers

__all__ = ["CannotCopy", "copy_vectors", "shows_the_same"]

_MOST_BYTES = 12_000_000
"""Of a copy: its fonts and pictures are in it. More is no page of text."""

_TILE = 16
"""Pixels: 2 mm at the resolution born-digital pages are drawn at."""

_MOST_OFF = 12.0
"""Gray levels that the mean of a tile may differ: a full stop missing makes 16, the
edges of letters drawn a tenth of a pixel aside 5."""

_MOST_RECOLORED = 48.0
"""Levels of a channel, likewise: colors of printing inks are not the same to all."""


def copy_vectors(source: bytes) -> bytes:
    """Copy the first page of the PDF *source*, annotations flattened into it.

    Returns:
        A PDF of one page, upright, of the part that is seen. The same page gives the
        same bytes.

    Raises:
        CannotCopy: something on it is not allowed in PDF/A-2u, or not known to be.
    """
    try:
        with pikepdf.open(io.BytesIO(source)) as pdf, pikepdf.new() as out:
            _copy(pdf.pages[0], out)
            target = io.BytesIO()
            out.save(target, deterministic_id=True)
    except (
        *(pikepdf.PdfError, AttributeError, IndexError, KeyError, TypeError),
        *(ValueError, RecursionError),
    ) as error:
        if isinstance(error, CannotCopy):
            raise
        raise CannotCopy("a damaged page") from error
    made = target.getvalue()
    if len(made) > _MOST_BYTES:
        raise CannotCopy(f"{len(made)} bytes")
    return made


def shows_the_same(vectors: bytes, shown: Raster) -> bool:
    """Tell whether a copy looks like the page as drawn, and says the same words."""
    if shown.words is None:
        return False
    try:
        document = PdfDocument(vectors)
    except PdfiumError:
        return False
    try:
        page = document[0]
        height, width = shown.image.shape[:2]
        image = draw_page(page, width, height)
        words = find_own_words(page, image, survey_page(page))
        page.close()
    except PdfiumError:
        return False
    finally:
        document.close()
    return (
        words is not None
        and _same_words(words, shown.words)
        and _is_like(image, shown.image)
    )


def _copy(page: pikepdf.Page, out: pikepdf.Pdf) -> None:
    left, bottom, right, top = _seen(page)
    width, height = right - left, top - bottom
    turned = int(page.rotation) % 360
    if turned not in _UPRIGHT:
        raise CannotCopy("a page turned by no quarter")
    matrix = _UPRIGHT[turned](left, bottom, right, top)
    if turned in {90, 270}:
        width, height = height, width
    box = Array([left, bottom, right, top])
    form = ContentCopier(out).copy_page(page.obj, box, Array(matrix))
    out.add_blank_page(page_size=(width, height))
    made = out.pages[0]
    made.obj.Resources = Dictionary(XObject=Dictionary(Fm0=form))
    made.obj.Contents = out.make_stream(b"/Fm0 Do\n")


_UPRIGHT = {
    0: lambda x0, y0, x1, y1: [1, 0, 0, 1, -x0, -y0],  # noqa: ARG005
    90: lambda x0, y0, x1, y1: [0, -1, 1, 0, -y0, x1],  # noqa: ARG005
    180: lambda x0, y0, x1, y1: [-1, 0, 0, -1, x1, y1],  # noqa: ARG005
    270: lambda x0, y0, x1, y1: [0, 1, -1, 0, y1, -x0],  # noqa: ARG005
}
"""What brings the visible part of a page, turned clockwise, upright to the origin."""


def _seen(page: pikepdf.Page) -> tuple[float, float, float, float]:
    """Find what of a page is seen: its crop box, within its media box."""
    media, crop = (
        [float(each) for each in take_numbers(box, 4).as_list()]
        for box in (page.mediabox, page.cropbox)
    )
    left = max(min(media[0], media[2]), min(crop[0], crop[2]))
    bottom = max(min(media[1], media[3]), min(crop[1], crop[3]))
    right = min(max(media[0], media[2]), max(crop[0], crop[2]))
    top = min(max(media[1], media[3]), max(crop[1], crop[3]))
    if right - left < 1 or top - bottom < 1:
        raise CannotCopy("a page without a size")
    return left, bottom, right, top


def _same_words(found: OcrPage, expected: OcrPage) -> bool:
    """Compare words; what annotations say may stand elsewhere in the order."""
    first, second = (
        Counter(word.text for word in page.words) for page in (found, expected)
    )
    return first == second


def _is_like(image: Image, expected: Image) -> bool:
    if _difference(to_gray(image), to_gray(expected)) > _MOST_OFF:
        return False
    if image.ndim == 2 and expected.ndim == 2:
        return True
    return _difference(_colored(image), _colored(expected)) <= _MOST_RECOLORED


def _difference(first: Image, second: Image) -> float:
    """Find the mean difference, in levels, of the tile that differs most."""
    off = np.maximum(first, second) - np.minimum(first, second)  # still unsigned
    off = off if off.ndim == 2 else off.max(axis=2)
    height, width = (max(side - side % _TILE, 1) for side in off.shape)
    rows = np.add.reduceat(off[:height], range(0, height, _TILE), dtype=np.uint32)
    tiles = np.add.reduceat(rows[:, :width], range(0, width, _TILE), axis=1)
    return float(tiles.max()) / (_TILE * _TILE)


def _colored(image: Image) -> Image:
    colored = image if image.ndim == 3 else image[..., np.newaxis]
    return np.broadcast_to(colored, (*image.shape[:2], 3))
