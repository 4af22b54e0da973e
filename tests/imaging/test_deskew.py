import numpy as np
import pytest

from pipeline.imaging.arrays import GrayImage
from pipeline.imaging.deskew import NO_SKEW, estimate_skew, rotate
from tests.drawing import (
    bilevel,
    blank_back,
    draw_administrative,
    draw_birth_certificate,
    draw_birth_declaration,
    draw_id_card,
    gray,
    make_family,
    page_of_text,
    speckled,
    tilted,
    turned,
)

FAMILY = make_family(3)
TILTS = [-9.0, -6.5, -3.0, -0.4, -0.2, 0.0, 0.3, 0.7, 2.5, 5.0, 9.0]


def photograph() -> GrayImage:
    """Clouds of light and dark without rows, under fine grain."""
    chance = np.random.default_rng(7)
    coarse = np.kron(chance.normal(0, 45, (24, 17)), np.ones((50, 50)))
    grain = chance.normal(0, 30, coarse.shape)
    return np.clip(128 + coarse + grain, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("tilt", TILTS)
def test_the_tilt_of_a_page_is_found(tilt: float) -> None:
    skew = estimate_skew(page_of_text(tilt=tilt, dpi=150).image)
    assert skew.degrees == pytest.approx(tilt, abs=0.1)
    assert skew.confidence > 0.9


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(draw_administrative(dpi=150)[0].image, id="sealed decision"),
        pytest.param(draw_birth_certificate(FAMILY, dpi=150).image, id="framed form"),
        pytest.param(draw_birth_declaration(FAMILY, dpi=150)[0].image, id="leaders"),
        pytest.param(draw_id_card(FAMILY.father, dpi=150).image, id="card on a sheet"),
        pytest.param(page_of_text(lines=1, dpi=150).image, id="one line"),
    ],
)
def test_sparse_and_framed_pages_show_their_tilt_too(page: GrayImage) -> None:
    errors = [
        abs(estimate_skew(tilted(gray(page), tilt)).degrees - tilt)
        for tilt in (-7.7, -1.2, 0.5, 4.0)
    ]
    assert np.median(errors) <= 0.1
    assert max(errors) <= 0.3


def test_bilevel_and_speckled_pages_show_their_tilt_too() -> None:
    page = page_of_text(tilt=1.7).image
    for worn in (bilevel(page), speckled(page, 0.04)):
        assert estimate_skew(worn).degrees == pytest.approx(1.7, abs=0.1)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(np.full((1170, 827), 255, np.uint8), id="white"),
        pytest.param(np.zeros((1170, 827), np.uint8), id="black"),
        pytest.param(blank_back(dpi=100).image, id="blank"),
        pytest.param(blank_back(bleed=0.3, dpi=100).image, id="bleed-through"),
        pytest.param(speckled(blank_back(dpi=100).image, 0.01), id="specks"),
        pytest.param(photograph(), id="photograph"),
        pytest.param(turned(page_of_text(dpi=100).image, 1), id="on its side"),
        pytest.param(np.full((1, 1), 255, np.uint8), id="one pixel"),
        pytest.param(np.full((3, 4000), 255, np.uint8), id="sliver"),
    ],
)
def test_a_page_without_rows_has_no_skew(page: GrayImage) -> None:
    assert estimate_skew(page) == NO_SKEW


def test_turning_back_by_the_skew_levels_a_page() -> None:
    page = page_of_text(tilt=3.3, dpi=150).image
    straight = rotate(page, -estimate_skew(page).degrees)
    assert abs(estimate_skew(straight).degrees) <= 0.1


def test_a_positive_angle_turns_clockwise() -> None:
    page = np.full((101, 101), 255, np.uint8)
    page[50, 90] = 0
    row, _ = np.argwhere(rotate(page, 10.0) < 200).mean(axis=0)
    assert row > 55


def test_a_turned_bilevel_page_has_black_and_white_only() -> None:
    page = bilevel(page_of_text(tilt=2.0).image)
    straight = rotate(page, -2.0, bilevel=True)
    assert np.unique(straight).tolist() == [0, 255]
    assert (straight == 0).mean() == pytest.approx((page == 0).mean(), rel=0.05)


def test_the_corners_are_filled_with_the_pages_own_paper() -> None:
    page = np.full((200, 150, 3), (240, 230, 200), np.uint8)
    assert rotate(page, 5.0)[0, 0].tolist() == [240, 230, 200]


def test_the_page_itself_is_never_written_to() -> None:
    page = page_of_text(tilt=1.0, dpi=100).image
    page.flags.writeable = False
    rotate(page, -estimate_skew(page).degrees)
