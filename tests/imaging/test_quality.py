import numpy as np
import pytest

from pipeline.imaging.arrays import GrayImage
from pipeline.imaging.quality import measure_quality, see_ink
from tests.drawing import (
    bilevel,
    blank_back,
    blurred,
    draw_id_card,
    draw_patch_t,
    gray,
    jpeg,
    make_person,
    page_of_text,
    uneven_light,
)


def faded(page: GrayImage, to: float) -> GrayImage:
    """Bleach the ink to a part of its darkness."""
    return (255 - (255 - page.astype(float)) * to).astype(np.uint8)


@pytest.mark.parametrize("bleed", [0.0, 0.2, 0.4])
@pytest.mark.parametrize("seed", [0, 5])
def test_an_empty_back_is_blank_however_the_front_shows(
    bleed: float, seed: int
) -> None:
    page = blank_back(bleed=bleed, seed=seed).image
    for worn in (page, jpeg(page, 40), uneven_light(page, 0.4)):
        quality = measure_quality(see_ink(worn), 200)
        assert (quality.blank, quality.sharpness, quality.contrast) == (True, 0, 0)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page_of_text(lines=1).image, id="one line"),
        pytest.param(bilevel(page_of_text(lines=1).image), id="bilevel"),
        pytest.param(blurred(page_of_text(lines=3).image, 2), id="blurred"),
        pytest.param(uneven_light(page_of_text(lines=3).image, 0.5), id="in shadow"),
        pytest.param(faded(page_of_text(lines=3).image, 0.3), id="carbon copy"),
        pytest.param(gray(draw_id_card(make_person(1)).image), id="card"),
        pytest.param(gray(draw_patch_t().image), id="separator"),
    ],
)
def test_a_page_with_print_is_not_blank(page: GrayImage) -> None:
    quality = measure_quality(see_ink(page), 200)
    assert not quality.blank
    assert quality.contrast > 0.1
    assert quality.sharpness > 0.1


def test_blur_takes_sharpness_and_fading_takes_contrast() -> None:
    page = page_of_text(lines=5).image
    sharp, soft, pale = (
        measure_quality(see_ink(worn), 200)
        for worn in (page, blurred(page, 2), faded(page, 0.6))
    )
    assert soft.sharpness < sharp.sharpness / 2
    assert pale.contrast < sharp.contrast - 0.2
    assert pale.sharpness == pytest.approx(sharp.sharpness, abs=0.2)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_even_page_is_blank(level: int) -> None:
    assert measure_quality(see_ink(np.full((300, 200), level, np.uint8)), 200).blank
