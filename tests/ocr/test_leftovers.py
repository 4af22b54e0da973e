import numpy as np

from pipeline.imaging.arrays import GrayImage
from pipeline.model.text import OcrPage
from pipeline.ocr.engine import OcrEngine
from pipeline.ocr.layout import Layout
from pipeline.ocr.leftovers import add_leftovers
from pipeline.ocr.recognize import shift
from tests.ocr.drawn import DPI, HEADER, draw


def read_right_column(engine: OcrEngine, page: GrayImage) -> OcrPage:
    """Read as a reader does that takes the left column for a picture."""
    right = engine.read(page[:, 700:], dpi=DPI, layout=Layout.BLOCK)
    return shift(right, across=700, down=0)


def test_a_column_that_the_reader_lost_is_read(engine: OcrEngine) -> None:
    page = draw(*HEADER)

    whole = add_leftovers(read_right_column(engine, page), page, dpi=DPI, engine=engine)

    lines = [line.text for line in whole.lines]
    for text in HEADER:
        assert text.text in lines
    assert len(lines) == len(HEADER)
    assert lines.index("XÃ AN PHÚ") < lines.index("Số: 127/UBND-VP")


def test_a_page_that_was_read_whole_stays_as_it_is(engine: OcrEngine) -> None:
    page = draw(*HEADER)
    read = engine.read(page, dpi=DPI)

    assert add_leftovers(read, page, dpi=DPI, engine=engine) is read


def test_a_sheet_in_shade_is_read_in_even_light(engine: OcrEngine) -> None:
    shade = np.linspace(1.0, 0.6, 1654)
    page = np.asarray(draw(*HEADER) * shade, np.uint8)

    whole = add_leftovers(OcrPage(), page, dpi=DPI, engine=engine)

    assert "Số: 127/UBND-VP" in whole.text
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in whole.text
