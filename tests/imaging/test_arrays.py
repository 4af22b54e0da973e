import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.imaging.arrays import (
    count_levels,
    crop,
    paper_around,
    percentile_of,
    resize_to_dpi,
    to_gray,
    turn,
)
from pipeline.model.geometry import BoundingBox
from tests.drawing import page_of_text, uneven_light


def test_a_clockwise_turn_brings_the_left_top_corner_to_the_right() -> None:
    page = np.zeros((4, 6), np.uint8)
    page[0, 0] = 9
    assert turn(page, 1).shape == (6, 4)
    assert turn(page, 1)[0, -1] == 9


@given(turns=st.integers(0, 3), color=st.booleans())
def test_turning_on_brings_a_page_back(turns: int, color: bool) -> None:
    shape = (5, 7, 3) if color else (5, 7)
    page = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    assert (turn(turn(page, turns), 4 - turns) == page).all()


def test_shrinking_averages_so_that_a_thin_line_fades_instead_of_vanishing() -> None:
    page = np.full((300, 300), 255, np.uint8)
    page[::3] = 0
    small = resize_to_dpi(page, 300, 100)
    assert small.shape == (100, 100)
    assert np.unique(small).tolist() == [170]


def test_an_image_at_its_resolution_is_not_copied() -> None:
    page = np.full((10, 10, 3), 200, np.uint8)
    assert resize_to_dpi(page, 200.02, 200) is page


@pytest.mark.parametrize("dpi", [0.0, -200.0])
def test_a_resolution_must_be_positive(dpi: float) -> None:
    with pytest.raises(ValueError, match="dpi"):
        resize_to_dpi(np.zeros((2, 2), np.uint8), dpi, 200)


def test_gray_weighs_green_most_and_leaves_gray_alone() -> None:
    pure = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]], np.uint8)
    red, green, blue = to_gray(pure)[0].tolist()
    assert green > red > blue
    assert to_gray(pure[..., 0]).tolist() == pure[..., 0].tolist()


def test_a_box_is_cut_half_open() -> None:
    page = np.arange(12, dtype=np.uint8).reshape(3, 4)
    assert crop(page, BoundingBox(1, 0, 3, 2)).tolist() == [[1, 2], [5, 6]]


def test_the_paper_around_follows_shadows_not_letters() -> None:
    page = page_of_text().image
    shadow = uneven_light(np.full_like(page, 252), 0.4)
    paper = paper_around(uneven_light(page, 0.4))
    assert np.abs(paper.astype(int) - shadow).max() < 15


@pytest.mark.parametrize("percent", [0, 1, 50, 75, 90, 100])
@pytest.mark.parametrize("pixels", [1, 2, 999])
def test_a_percentile_of_counted_levels_is_that_of_the_pixels(
    percent: float, pixels: int
) -> None:
    gray = np.random.default_rng(pixels).integers(0, 256, (1, pixels), np.uint8)
    found = percentile_of(count_levels(gray), percent)
    assert found == pytest.approx(np.percentile(gray, percent))


def test_levels_are_counted_where_it_is_asked_for() -> None:
    gray = np.array([[3, 3, 200, 7]], np.uint8)
    counts = count_levels(gray, np.array([[True, False, True, False]]))
    assert np.flatnonzero(counts).tolist() == [3, 200]


def test_no_pixels_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="no pixels"):
        percentile_of(np.zeros(256, np.int64), 50)
