import numpy as np
import pytest

from pipeline.imaging.mark import Mark, draw_marks
from pipeline.model.geometry import BoundingBox

RED = (200, 30, 30)
BOX = BoundingBox(100, 50, 300, 90)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_box_is_drawn_and_its_words_stand_beside_the_page(channels: int) -> None:
    shape = (400, 600) if channels == 1 else (400, 600, 3)
    drawn = draw_marks(np.full(shape, 255, np.uint8), [Mark(BOX, "name", RED)], 200)

    assert drawn.shape[0] == 400
    assert drawn.shape[1] > 700
    assert tuple(drawn[BOX.top, BOX.left]) == RED
    assert (drawn[:, 600:] != 255).any()


def test_the_page_itself_is_not_drawn_on() -> None:
    page = np.full((400, 600, 3), 255, np.uint8)
    page.flags.writeable = False

    draw_marks(page, [Mark(BOX, "name", RED)], 200)


def test_words_of_one_row_stand_below_one_another() -> None:
    page = np.full((400, 600), 255, np.uint8)
    one = draw_marks(page, [Mark(BOX, "name", RED)], 200)[:, 600:]
    two = draw_marks(page, [Mark(BOX, "name", RED), Mark(BOX, "date", RED)], 200)

    assert (two[:, 600:] != 255).any(axis=(1, 2)).sum() > (
        (one != 255).any(axis=(1, 2)).sum() + 10
    )


def test_letters_the_font_has_not_do_no_harm() -> None:
    draw_marks(np.full((400, 600), 255, np.uint8), [Mark(BOX, "tên\n", RED)], 200)
