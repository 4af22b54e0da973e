import numpy as np
import pytest

from pipeline.imaging.arrays import GrayImage, turn
from pipeline.imaging.orientation import Axis, estimate_axis
from tests.drawing import (
    blank_back,
    draw_administrative,
    draw_birth_certificate,
    draw_birth_declaration,
    draw_id_card,
    draw_receipt,
    gray,
    make_family,
    page_of_text,
    tilted,
)

FAMILY = make_family(3)


@pytest.mark.parametrize("turns", [0, 1, 3])
@pytest.mark.parametrize("tilt", [-4.0, 0.5])
@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page_of_text(dpi=100).image, id="prose"),
        pytest.param(page_of_text(lines=1, dpi=100).image, id="one line"),
        pytest.param(draw_administrative(dpi=100)[0].image, id="decision"),
        pytest.param(draw_birth_certificate(FAMILY, dpi=100).image, id="framed"),
        pytest.param(draw_birth_declaration(FAMILY, dpi=100)[0].image, id="leaders"),
        pytest.param(draw_receipt(FAMILY.father, "H15-261008-0975", dpi=100).image,
                     id="table and bars"),
        pytest.param(draw_id_card(FAMILY.father, dpi=100).image, id="card"),
    ],
)  # fmt: skip
def test_rows_are_found_whichever_way_they_run(
    page: GrayImage, tilt: float, turns: int
) -> None:
    axis = estimate_axis(turn(tilted(gray(page), tilt), turns))
    assert axis.vertical_rows == (turns % 2 == 1)
    assert axis.confidence > 0.1


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(blank_back(dpi=100).image, id="blank"),
        pytest.param(blank_back(bleed=0.3, dpi=100).image, id="bleed-through"),
        pytest.param(np.zeros((1, 1), np.uint8), id="one pixel"),
    ],
)
def test_a_page_without_words_has_no_axis(page: GrayImage) -> None:
    assert estimate_axis(page) == Axis(vertical_rows=False, confidence=0.0)
