import numpy as np
import pytest

from pipeline.imaging.arrays import to_gray
from pipeline.imaging.clean import despeckle, red_free, speck_share
from tests.drawing import (
    Administrative,
    bilevel,
    draw_administrative,
    draw_birth_declaration,
    draw_id_card,
    jpeg,
    make_family,
    make_person,
    page_of_text,
    speckled,
    tilted,
    with_stamp,
)

UNSEALED = Administrative(seal=False)


@pytest.mark.parametrize("share", [0.002, 0.01, 0.04])
def test_a_speckled_page_is_smoothed(share: float) -> None:
    worn = speckled(page_of_text().image, share)
    assert speck_share(despeckle(worn)) < speck_share(worn) / 20


@pytest.mark.parametrize("share", [0.005, 0.02])
def test_strokes_outlast_the_specks_around_them(share: float) -> None:
    page = page_of_text(size=11).image
    ink, paper = page < 100, page > 250

    calm = despeckle(speckled(page, share))

    assert (calm[ink] < 160).mean() > 0.93  # a median of it all: 0.90
    assert (calm[paper] > 160).mean() > 0.999  # untouched: 0.9975


def test_a_clean_page_passes_as_it_is() -> None:
    form = to_gray(draw_birth_declaration(make_family(1))[0].image)
    for page in (form, bilevel(form), tilted(form, 0.7), jpeg(form, 30)):
        assert despeckle(page) is page


@pytest.mark.parametrize("tilt", [2.0])
def test_a_seal_fades_and_the_name_under_it_stays(tilt: float) -> None:
    (bare,) = draw_administrative(UNSEALED)
    (sealed,) = draw_administrative(Administrative())
    bare_gray = to_gray(tilted(bare.image, tilt))
    cleaned = red_free(tilted(sealed.image, tilt), 200)
    assert (to_gray(tilted(sealed.image, tilt)) < 120).sum() > (
        (bare_gray < 120).sum() + 5000
    )
    assert (cleaned < 120).sum() == pytest.approx((bare_gray < 120).sum(), rel=0.02)
    assert cleaned[bare_gray < 60].max() < 120


def test_red_print_that_is_no_seal_stays() -> None:
    page = draw_administrative(UNSEALED)[0].image
    stamped = with_stamp(page, "456", "08/12/2025")
    card = draw_id_card(make_person(1), magnified=1.4).image
    for red in (stamped, card):
        assert (red_free(red, 200) == to_gray(red)).all()


def test_a_gray_page_has_no_seal_to_lose() -> None:
    page = np.full((100, 80), 200, np.uint8)
    assert red_free(page, 200) is page
