"""Look over a PDF page before it is drawn: how large it is and what it is made of."""

import math
from collections.abc import Iterator
from ctypes import c_uint, c_void_p, cast
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium_c
from pypdfium2 import PdfImage, PdfMatrix, PdfObject, PdfPage

from pipeline.model.geometry import POINTS_PER_INCH
from pipeline.pdf.resolution import Resolution, believe_or_guess

BORN_DIGITAL_DPI = 200.0
"""Pages that are not pictures are drawn at the resolution the reader works at."""

_PICTURE_SHARE = 0.5
"""A page more than half covered by pictures is a scan."""

_PIECE_SHARE = 0.1
"""A picture of at least this part of the page counts for its resolution: scanners
cut pages into strips, and lay a fine text mask over a coarse background."""

_MAX_DEPTH = 8
"""Forms within forms; deeper nesting is no scanner's work."""

_MAX_OBJECTS = 200_000
"""Objects of one page; a map may have these many, a bomb more."""

_GRAY_SPACES = (pdfium_c.FPDF_COLORSPACE_DEVICEGRAY, pdfium_c.FPDF_COLORSPACE_CALGRAY)


@dataclass(frozen=True, slots=True)
class PictureOnPage:
    """A picture and the place it takes."""

    resolution: Resolution
    share: float
    """Area over the area of the page."""

    width: int
    """Pixels stored."""

    height: int
    """Pixels stored."""

    depth: int
    """Bits of one pixel."""

    gray: bool


@dataclass(frozen=True, slots=True)
class Survey:
    """What a page is made of."""

    pictures: tuple[PictureOnPage, ...]
    other_marks: bool
    """Text, lines or shadings that can be seen stand on the page."""

    buried: frozenset[int]
    """Addresses of text objects that lie under a picture of the whole page."""

    @property
    def is_scan(self) -> bool:
        """Whether pictures cover most of the page."""
        return sum(picture.share for picture in self.pictures) >= _PICTURE_SHARE

    @property
    def only_pictures(self) -> bool:
        """Whether nothing but pictures can be seen."""
        return bool(self.pictures) and not self.other_marks

    @property
    def is_bilevel(self) -> bool:
        """Whether only pictures of one bit a pixel can be seen."""
        return self.only_pictures and all(
            p.depth == 1 and p.gray for p in self.pictures
        )

    @property
    def is_gray(self) -> bool:
        """Whether nothing on the page can have a colour."""
        return self.only_pictures and all(picture.gray for picture in self.pictures)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The pixels a page is drawn with."""

    width: int
    height: int
    dpi: float


def survey_page(page: PdfPage) -> Survey:
    """List what *page* shows, in the order it is painted."""
    area = max(page.get_width() * page.get_height(), 1e-6)
    on_side = page.get_rotation() in {90, 270}
    pictures: list[PictureOnPage] = []
    texts: list[int] = []
    buried: set[int] = set()
    other_marks = False
    for item, matrix in _painted(page):
        if item.type == pdfium_c.FPDF_PAGEOBJ_IMAGE:
            picture = _to_picture(item, matrix, area, on_side)
            if picture is None:
                continue
            pictures.append(picture)
            if picture.share >= _PICTURE_SHARE:
                buried.update(texts)
        elif item.type == pdfium_c.FPDF_PAGEOBJ_TEXT:
            texts.append(address_of(item.raw))
            other_marks = other_marks or is_drawn(item.raw)
        else:
            other_marks = True
    return Survey(tuple(pictures), other_marks, frozenset(buried))


def plan_sheet(
    page: PdfPage, survey: Survey, *, user_unit: float, max_dpi: float
) -> Sheet:
    """Choose the pixels to draw *page* with: those of its own scan where it is one.

    Drawn at exactly the size of a picture that fills the page, PDFium gives back that
    picture's pixels unchanged.
    """
    width = page.get_width() * user_unit / POINTS_PER_INCH
    height = page.get_height() * user_unit / POINTS_PER_INCH
    drawn = _own_resolution(survey, user_unit)
    if survey.is_scan and survey.only_pictures:
        pixels = round(width * drawn.across), round(height * drawn.down)
        true = believe_or_guess(*pixels, drawn)
        width *= drawn.across / true.across
        height *= drawn.down / true.down
        drawn = true
    drawn = drawn.limited(max_dpi)
    return Sheet(
        max(1, round(width * drawn.across)),
        max(1, round(height * drawn.down)),
        (drawn.across + drawn.down) / 2,
    )


def _own_resolution(survey: Survey, user_unit: float) -> Resolution:
    """Find the resolution at which nothing of the page's pictures is lost."""
    drawn = Resolution(BORN_DIGITAL_DPI, BORN_DIGITAL_DPI)
    pieces = [p.resolution for p in survey.pictures if p.share >= _PIECE_SHARE]
    if not survey.is_scan or not pieces:
        return drawn
    finest = max(pieces, key=lambda piece: piece.finer).squared()
    own = Resolution(finest.across / user_unit, finest.down / user_unit)
    # Text set upon a coarse picture keeps the resolution text needs.
    return own if survey.only_pictures else max(own, drawn, key=lambda r: r.finer)


def is_drawn(text: Any) -> bool:
    """Tell whether a text object of PDFium leaves ink: not invisible, not clear."""
    mode = pdfium_c.FPDFTextObj_GetTextRenderMode(text)
    if mode in {
        pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE,
        pdfium_c.FPDF_TEXTRENDERMODE_CLIP,
    }:
        return False
    red, green, blue, alpha = (c_uint() for _ in range(4))
    known = pdfium_c.FPDFPageObj_GetFillColor(text, red, green, blue, alpha)
    return not known or alpha.value > 0


def address_of(handle: Any) -> int:
    """Identify an object of PDFium as long as its page is open."""
    return cast(handle, c_void_p).value or 0


def _painted(page: PdfPage) -> Iterator[tuple[PdfObject, PdfMatrix]]:
    """Walk through the objects of *page* with the matrix that brings each onto it."""
    chain: list[PdfMatrix] = []
    for count, item in enumerate(page.get_objects(max_depth=_MAX_DEPTH)):
        if count >= _MAX_OBJECTS:
            return
        del chain[item.level :]
        matrix = item.get_matrix()
        if chain:
            matrix = matrix.multiply(chain[-1])
        if item.type == pdfium_c.FPDF_PAGEOBJ_FORM:
            chain.append(matrix)
        else:
            yield item, matrix


def _to_picture(
    image: PdfImage, matrix: PdfMatrix, area: float, on_side: bool
) -> PictureOnPage | None:
    about = image.get_metadata()
    across = math.hypot(matrix.a, matrix.b)
    down = math.hypot(matrix.c, matrix.d)
    if not (across > 0 and down > 0 and about.width and about.height):
        return None
    own = Resolution(
        about.width / across * POINTS_PER_INCH, about.height / down * POINTS_PER_INCH
    )
    return PictureOnPage(
        # The rows of a picture run along the columns of the page seen where either of
        # the two, but not both, is turned on its side.
        own.turned() if (abs(matrix.b) > abs(matrix.a)) != on_side else own,
        min(1.0, abs(matrix.a * matrix.d - matrix.b * matrix.c) / area),
        about.width,
        about.height,
        about.bits_per_pixel,
        about.colorspace in _GRAY_SPACES,
    )
