import numpy as np

from pipeline.imaging.arrays import GrayImage
from pipeline.imaging.unread import find_unread, level
from pipeline.model.geometry import BoundingBox
from tests import drawing
from tests.drawing import Sheet

DPI = 200
LINE = BoundingBox(236, 160, 620, 195)


def sheet() -> GrayImage:
    drawn = Sheet(DPI)
    drawn.print("Số: 127/UBND-VP ngày mai", 30, 24, 13)
    return drawing.gray(drawn.finish().image)


def test_a_line_that_was_not_read_is_found() -> None:
    (found,) = find_unread(sheet(), (), DPI)

    assert found.overlap(LINE) > 0.8 * LINE.width * LINE.height


def test_what_was_read_is_not_found_again() -> None:
    assert find_unread(sheet(), [BoundingBox(230, 155, 640, 200)], DPI) == ()


def test_rules_specks_and_signatures_are_no_print() -> None:
    drawn = Sheet(DPI)
    drawn.rule(30, 60, 180, 60)
    drawn.sign(100, 120, 3)
    page = drawing.speckled(drawing.gray(drawn.finish().image), 0.005)

    assert find_unread(page, (), DPI) == ()


def test_a_blank_page_has_nothing_unread() -> None:
    assert find_unread(np.full((2339, 1654), 250, np.uint8), (), DPI) == ()


def test_light_from_one_side_is_taken_off() -> None:
    page = drawing.uneven_light(sheet(), 0.4, seed=1)

    flat = level(page)

    assert np.percentile(flat, 5) > 245
    assert flat.min() < 120
    assert find_unread(page, (), DPI)
