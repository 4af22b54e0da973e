import numpy as np
import pytest

from pipeline.imaging.arrays import GrayImage
from pipeline.imaging.boxes import BoxRow, find_letter
from pipeline.imaging.marks import wipe_leaders
from tests.drawing import Sheet, bilevel, blurred, gray, tilted

PER_MM = 200 / 25.4


def boxed(
    *texts: str, pitch: float = 5.2, height: float = 5.6, gap: float = 0.0
) -> GrayImage:
    """Rows of boxes with *texts* in them; a blank is an empty box."""
    sheet = Sheet()
    for row, text in enumerate(texts):
        top = 40 + 15 * row
        for place, letter in enumerate(text):
            left = 30 + (pitch + gap) * place
            sheet.box(left, top, left + pitch, top + height)
            middle = left + pitch / 2
            sheet.print(letter, middle, top + 4.4, 12, align="middle")
    return gray(sheet.finish().image)


def rows_in(page: GrayImage) -> tuple[BoxRow, ...]:
    return wipe_leaders(page, 200).box_rows


@pytest.mark.parametrize("wear", [np.asarray, bilevel, lambda page: blurred(page, 0.8)])
@pytest.mark.parametrize("tilt", [-0.9, 0.0, 0.9])
def test_every_box_of_a_row_is_found(wear: type[np.ndarray], tilt: float) -> None:
    page = wear(tilted(boxed("034187000123", "NGUYỄN VĂN A"), tilt))
    assert [len(row) for row in rows_in(page)] == [12, 12]


def test_a_cell_lies_inside_its_rules() -> None:
    (row,) = rows_in(boxed("12345"))
    assert [cell.width for cell in row] == pytest.approx([5.2 * PER_MM] * 5, abs=4)
    assert all(cell.height == pytest.approx(5.6 * PER_MM, abs=3) for cell in row)


def test_a_table_is_no_row_of_boxes() -> None:
    sheet = Sheet()
    for top in (50, 60, 70):
        sheet.rule(40, top, 160, top)
    for x in range(40, 161, 8):
        sheet.rule(x, 50, x, 70)
    assert rows_in(gray(sheet.finish().image)) == ()


@pytest.mark.parametrize("pitch", [1.9, 20])
def test_what_is_too_narrow_or_wide_for_a_letter_is_none(pitch: float) -> None:
    assert rows_in(boxed("      ", pitch=pitch)) == ()


def test_two_boxes_are_no_row() -> None:
    assert rows_in(boxed("XX", pitch=6)) == ()


def test_a_letter_is_told_from_an_empty_box_and_from_specks() -> None:
    wiped, (row,) = wipe_leaders(boxed("A -I"), 200)
    cells = [wiped[c.top : c.bottom, c.left : c.right] for c in row]
    wiped[row[1].top + 9, row[1].left + 9] = 0
    found = [find_letter(cell, PER_MM) for cell in cells]
    assert [place is not None for place in found] == [True, False, True, True]
