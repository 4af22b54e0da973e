"""Pages of a PDF as pixels and own words: PDFium first, poppler where it fails."""

import io
import logging
from pathlib import Path

import pypdfium2.raw as pdfium_c
from pypdfium2 import PdfDocument, PdfiumError, PdfPage

from pipeline.errors import DamagedScan, EncryptedScan, NoPagesScan, PageUnreadable
from pipeline.imaging.arrays import Image
from pipeline.model.text import OcrPage
from pipeline.pdf.draw import draw_page
from pipeline.pdf.own_words import count_characters, find_own_words
from pipeline.pdf.page_tree import PageTree
from pipeline.pdf.raster import (
    MAX_DPI,
    MAX_PIXELS,
    Raster,
    check_number,
    check_size,
    is_bilevel,
    to_bilevel,
)
from pipeline.pdf.second_renderer import draw_with_poppler
from pipeline.pdf.survey import (
    BORN_DIGITAL_DPI,
    Sheet,
    Survey,
    plan_sheet,
    survey_page,
)
from pipeline.pdf.vector import CannotCopy, copy_vectors, shows_the_same

log = logging.getLogger(__name__)


class PdfScan:
    """A PDF file.

    Forms are set up before any page is opened: otherwise PDFium leaves out what
    signatures and form fields show (findings: where a Vietnamese e-document's number
    and date live).
    """

    def __init__(self, path: Path, *, max_pixels: int = MAX_PIXELS) -> None:
        self._path = path
        self._max_pixels = max_pixels
        self._own_characters: dict[int, int] = {}
        self._tree = PageTree(path)
        try:
            self._pdf = PdfDocument(path)
            self._pdf.init_forms()
            self._page_count = len(self._pdf)
        except (PdfiumError, OSError) as error:
            if getattr(error, "err_code", None) == pdfium_c.FPDF_ERR_PASSWORD:
                raise EncryptedScan("the PDF asks for a password") from error
            if self._tree.is_empty():
                raise NoPagesScan("the PDF has no pages") from error
            raise DamagedScan("does not open as a PDF") from error

    @property
    def page_count(self) -> int:
        """Pages in the file."""
        return self._page_count

    def render(self, number: int, *, max_dpi: float = MAX_DPI) -> Raster:
        """Draw page *number* with all that shows on it; see `Scan.render`."""
        check_number(number, self._page_count)
        try:
            page, own_characters = self._open_page(number)
        except PdfiumError:
            return self._second_try(number, None, max_dpi)
        try:
            survey = survey_page(page)
            unit = self._tree.user_unit(number)
            sheet = plan_sheet(page, survey, user_unit=unit, max_dpi=max_dpi)
            check_size(number, sheet.width, sheet.height, self._max_pixels)
            for picture in survey.pictures:
                check_size(number, picture.width, picture.height, self._max_pixels)
            image = draw_page(page, sheet.width, sheet.height, gray=survey.is_gray)
            if _is_lost(image, page, survey):
                return self._second_try(number, sheet, max_dpi)
            words = find_own_words(page, image, survey, own_characters)
        except PdfiumError:
            return self._second_try(number, None, max_dpi)
        finally:
            page.close()
        return _to_raster(image, sheet.dpi, survey, words)

    def copy_page(self, number: int, shown: Raster) -> bytes | None:
        """Copy page *number* as letters and lines; see `Scan.copy_page`."""
        check_number(number, self._page_count)
        if shown.words is None:
            return None
        try:
            page, _ = self._open_page(number)
            page.close()
            vectors = copy_vectors(_cut_out(self._pdf, number))
        except PdfiumError:
            return None
        except CannotCopy as error:
            log.info("page %d is kept as a picture: %s", number, error)
            return None
        if not shows_the_same(vectors, shown):
            log.info("page %d is kept as a picture: its copy looks otherwise", number)
            return None
        return vectors

    def close(self) -> None:
        """Release the file."""
        self._pdf.close()
        self._tree.close()

    def _open_page(self, number: int) -> tuple[PdfPage, int | None]:
        """Open a page with its annotations made part of it.

        Flattening draws what the form environment draws, and also the signature of a
        file that lost its form; and it puts their text among the page's text. The
        file itself is not touched.

        Returns:
            The page, and how many characters it had of its own where annotations
            brought more.
        """
        page = self._pdf[number - 1]
        if number not in self._own_characters and pdfium_c.FPDFPage_GetAnnotCount(page):
            characters = count_characters(page)
            if pdfium_c.FPDFPage_Flatten(page, pdfium_c.FLAT_NORMALDISPLAY) == (
                pdfium_c.FLATTEN_SUCCESS
            ):
                page.close()
                page = self._pdf[number - 1]
                self._own_characters[number] = characters
        return page, self._own_characters.get(number)

    def _second_try(self, number: int, sheet: Sheet | None, max_dpi: float) -> Raster:
        """Let poppler draw a page that PDFium cannot draw."""
        if sheet is None:
            dpi = min(BORN_DIGITAL_DPI, max_dpi)
            width, height = self._tree.size_inches(number)
            sheet = Sheet(max(1, round(width * dpi)), max(1, round(height * dpi)), dpi)
        check_size(number, sheet.width, sheet.height, self._max_pixels)
        image = draw_with_poppler(self._path, number, sheet)
        if image.min() == image.max():
            # Poppler, too, draws nothing where it can read nothing; such a page must
            # not pass for a blank sheet.
            raise PageUnreadable(number, "neither PDFium nor poppler can draw it")
        return Raster(image, sheet.dpi, is_bilevel(image))


def _cut_out(document: PdfDocument, number: int) -> bytes:
    """Write page *number* as PDFium holds it, annotations flattened, to a file."""
    alone = PdfDocument.new()
    try:
        alone.import_pages(document, [number - 1])
        target = io.BytesIO()
        alone.save(target)
        return target.getvalue()
    finally:
        alone.close()


def _is_lost(image: Image, page: PdfPage, survey: Survey) -> bool:
    """Tell whether the page is empty because PDFium cannot decode its pictures."""
    if not survey.pictures or image.min() != image.max():
        return False
    for picture in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE]):
        try:
            picture.get_bitmap(render=False).close()
        except PdfiumError:
            return True
    return False


def _to_raster(
    image: Image, dpi: float, survey: Survey, words: OcrPage | None
) -> Raster:
    bilevel = is_bilevel(image)
    if survey.is_bilevel and image.ndim == 2 and not bilevel:
        # Drawn at another size than its own, a bilevel picture gets grey edges.
        image, bilevel = to_bilevel(image), True
    return Raster(image, dpi, bilevel, words)
