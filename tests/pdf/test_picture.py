import io

import numpy as np
import PIL.Image
import pytest

from pipeline.pdf.picture import encode_picture
from tests.pdf.drawn import page_of_bars


def test_a_bilevel_page_is_kept_to_the_pixel_in_one_strip() -> None:
    page = page_of_bars()
    picture = encode_picture(page, bilevel=True, dpi=200.09)
    opened = PIL.Image.open(io.BytesIO(picture.data))
    assert picture.suffix == ".tif"
    assert opened.info["compression"] == "group4"
    assert len(opened.tag_v2[273]) == 1
    assert opened.info["dpi"][0] == pytest.approx(200.09, abs=0.01)
    np.testing.assert_array_equal(np.asarray(opened.convert("L")), page)


@pytest.mark.parametrize(("shape", "mode"), [((40, 30), "L"), ((40, 30, 3), "RGB")])
def test_other_pages_become_jpeg_in_their_own_colours(
    shape: tuple[int, ...], mode: str
) -> None:
    page = np.full(shape, 200, np.uint8)
    picture = encode_picture(page, bilevel=False, dpi=300)
    opened = PIL.Image.open(io.BytesIO(picture.data))
    assert (picture.suffix, opened.mode) == (".jpg", mode)
    assert opened.info["dpi"] == (300, 300)
    assert np.abs(np.asarray(opened).astype(int) - 200).max() <= 2


@pytest.mark.parametrize("bilevel", [True, False])
def test_the_same_pixels_give_the_same_bytes(bilevel: bool) -> None:
    page = page_of_bars()
    first = encode_picture(page, bilevel=bilevel, dpi=200)
    assert encode_picture(page.copy(), bilevel=bilevel, dpi=200) == first


def test_a_colour_page_cannot_be_kept_as_bilevel() -> None:
    with pytest.raises(ValueError, match="one channel"):
        encode_picture(np.zeros((4, 4, 3), np.uint8), bilevel=True, dpi=200)
