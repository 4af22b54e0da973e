"""Read a prepared page: its words in order, how sure they are, and second looks."""

from dataclasses import dataclass

from pipeline.imaging.arrays import GrayImage
from pipeline.model.text import OcrPage, SecondLook
from pipeline.ocr.calibration import Calibration
from pipeline.ocr.doubt import make_sure
from pipeline.ocr.engine import OcrEngine
from pipeline.ocr.leftovers import add_leftovers
from pipeline.ocr.reading_order import order_header
from pipeline.ocr.second_look import look_again
from pipeline.ocr.voting import read_once, read_twice


@dataclass(frozen=True, slots=True)
class Reading:
    """How a page is read."""

    careful: bool = False
    """Twice, the readings joined by votes."""

    again: bool = True
    """Its riskiest words are looked at a second time."""

    learnt: Calibration | None = None
    """For the model; None: confidence stays the engine's, no word is marked."""


def read_page(
    image: GrayImage,
    how: Reading,
    *,
    dpi: int,
    engine: OcrEngine,
    second: OcrEngine | None,
) -> tuple[OcrPage, tuple[SecondLook, ...]]:
    """Read a page that was prepared and is not blank.

    Args:
        image: the reading copy. Not changed.
        how: what is tried.
        dpi: resolution of *image*.
        engine: reads everything.
        second: another model for numbers and dates; None leaves its readings out.

    Returns:
        The words, the columns of a head in order; and the second looks, whose
        confidences are the engines' own. Boxes in pixels of *image*.
    """
    read = read_twice if how.careful else read_once
    seen = read(engine, image, dpi=dpi)
    page = order_header(add_leftovers(seen, image, dpi=dpi, engine=engine))
    judged = page
    if how.learnt is not None:
        judged = make_sure(
            image, page, dpi=dpi, engine=engine, learnt=how.learnt, again=how.again
        )
    doubtful = [word.box for word in judged.words if word.doubtful]
    looks = look_again(
        image, page, dpi=dpi, engine=engine, second=second, doubtful=doubtful
    )
    return judged, looks
