from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.imaging.arrays import GrayImage
from pipeline.imaging.deskew import estimate_skew
from pipeline.imaging.prepare import Prepared, PrepareOptions, prepare
from pipeline.imaging.quality import Quality
from pipeline.model.geometry import BoundingBox
from pipeline.model.quality import Defect
from tests.benchmarks.spoilt import draw_odd
from tests.drawing import (
    bilevel,
    blank_back,
    draw_administrative,
    draw_id_card,
    gray,
    make_person,
    page_of_text,
    tilted,
    uneven_light,
)

OPTIONS = PrepareOptions()
SCANS = Path(__file__).parents[3] / "shared" / "samples" / "scans"


def ready(image: GrayImage, dpi: float = 200, *, bilevel: bool = False) -> Prepared:
    return prepare(image, dpi, bilevel=bilevel, options=OPTIONS)


@pytest.fixture(scope="module")
def real_page() -> GrayImage:
    path = SCANS / "nghi_dinh_96_2016_p1-6.pdf"
    if not path.is_file():
        pytest.skip("the real scans are not beside this checkout")
    page = pdfium.PdfDocument(path)[1]
    return np.array(page.render(scale=200 / 72).to_pil().convert("L"), np.uint8)


def test_a_slightly_tilted_page_is_straightened_to_keep_not_to_read() -> None:
    page = page_of_text(tilt=0.6).image
    prepared = ready(page)
    assert prepared.skew == pytest.approx(0.6, abs=0.1)
    assert abs(estimate_skew(prepared.picture).degrees) <= 0.1
    assert estimate_skew(prepared.reading).degrees == pytest.approx(0.6, abs=0.1)


def test_a_much_tilted_page_is_straightened_to_read_too() -> None:
    prepared = ready(page_of_text(tilt=-3.0).image)
    assert abs(estimate_skew(prepared.reading).degrees) <= 0.1
    assert prepared.residual == 0.0


@pytest.mark.parametrize("tilt", [-0.1, 0.0, 0.08])
def test_a_nearly_level_picture_is_not_touched(tilt: float) -> None:
    page = page_of_text(tilt=tilt).image
    assert ready(page).picture is page


def test_a_bilevel_picture_keeps_black_and_white_only() -> None:
    fine = bilevel(page_of_text(tilt=1.4, dpi=240).image)
    options = PrepareOptions(picture_dpi=150)
    prepared = prepare(fine, 240, bilevel=True, options=options)
    assert np.unique(prepared.picture).tolist() == [0, 255]
    assert prepared.picture_dpi == 150
    assert len(np.unique(prepared.reading)) > 50


def test_a_fine_color_page_keeps_color_and_is_read_gray() -> None:
    prepared = ready(draw_administrative(dpi=300)[0].image, 300)
    assert prepared.picture.shape == (3508, 2480, 3)
    assert prepared.reading.shape == (2339, 1653)
    assert prepared.reading_dpi == 200


@pytest.mark.parametrize(("dpi", "read_at"), [(100, 200), (150, 150), (227, 200)])
def test_the_reading_is_enlarged_from_coarse_pages_only(dpi: int, read_at: int) -> None:
    prepared = ready(page_of_text(dpi=dpi, lines=4).image, dpi)
    assert prepared.reading_dpi == read_at
    assert prepared.reading.shape[1] == pytest.approx(8.27 * read_at, abs=2)
    assert prepared.picture_dpi == dpi


def test_a_blank_back_is_left_alone() -> None:
    page = tilted(blank_back(bleed=0.3).image, 2.0)
    prepared = ready(page)
    assert prepared.quality.blank
    assert prepared.picture is page
    assert prepared.skew == 0.0


@pytest.mark.parametrize("drop", [0.5, 0.8])
def test_uneven_light_is_taken_from_the_reading_and_kept_in_the_picture(
    drop: float,
) -> None:
    card = gray(draw_id_card(make_person(1)).image)
    shaded = uneven_light(card, drop, seed=1)
    prepared = ready(shaded)
    paper = prepared.reading[::50, 10]
    assert paper.min() > 240
    assert (prepared.picture == shaded).all()
    assert prepared.quality.contrast > 0.8


def test_the_reading_of_an_evenly_lit_page_is_the_page_itself() -> None:
    page = page_of_text().image
    assert (ready(page).reading == page).all()


def test_a_photograph_is_left_as_it_lies() -> None:
    pages = {grade: page for grade, page, _ in draw_odd(1, seed=3)}
    photograph = tilted(pages["photograph"], 3)
    prepared = ready(photograph)
    assert prepared.skew == 0
    assert (prepared.picture == photograph).all()


def test_faint_print_is_not_taken_for_a_blank_page() -> None:
    page = page_of_text(lines=5).image
    faint = (252 - (252 - page.astype(float)) * 0.12).astype(np.uint8)
    prepared = ready(faint)
    assert not prepared.quality.blank
    assert Defect.FAINT in prepared.defects


def test_the_scan_itself_is_never_written_to() -> None:
    page = draw_administrative(dpi=100)[0].image
    page.flags.writeable = False
    ready(page, 100)


def test_a_mark_is_found_again_where_its_box_says(real_page: GrayImage) -> None:
    prepared = ready(real_page)
    assert 0.3 < abs(prepared.residual) < 0.6
    word = _darkest_word(prepared.reading)
    found = prepared.to_picture(word)
    assert _ink_share(prepared.picture, found) == pytest.approx(
        _ink_share(prepared.reading, word), abs=0.03
    )


@given(
    data=st.data(),
    residual=st.floats(-1, 1),
    dpi=st.sampled_from([100, 200, 227, 300]),
)
def test_boxes_come_back_from_the_picture(
    data: st.DataObject, residual: float, dpi: int
) -> None:
    prepared = _prepared((2339, 1654), dpi / 200, residual)
    left = data.draw(st.integers(60, 1400))
    top = data.draw(st.integers(60, 2200))
    box = BoundingBox(left, top, left + data.draw(st.integers(4, 190)), top + 30)
    back = prepared.to_reading(prepared.to_picture(box))
    differences = np.subtract(_edges(back), _edges(box))
    assert np.abs(differences).max() <= 2


@given(
    edges=st.tuples(*[st.integers(0, 300)] * 4), residual=st.floats(-9, 9),
    scale=st.floats(0.3, 3),
)  # fmt: skip
def test_a_mapped_box_always_lies_on_the_page(
    edges: tuple[int, int, int, int], residual: float, scale: float
) -> None:
    prepared = _prepared((301, 301), scale, residual)
    left, top, width, height = edges
    box = BoundingBox(left, top, left + 1 + width, top + 1 + height)
    found = prepared.to_picture(box)
    assert found.bottom <= prepared.picture.shape[0]
    assert found.right <= prepared.picture.shape[1]


def _prepared(shape: tuple[int, int], scale: float, residual: float) -> Prepared:
    size = (max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale)))
    quality = Quality(1.0, 1.0, blank=False)
    picture, reading = (
        np.broadcast_to(np.uint8(0), size),
        np.broadcast_to(np.uint8(0), shape),
    )
    return Prepared(picture, 200 * scale, False, reading, 200, residual, quality,
                    residual)  # fmt: skip


def _edges(box: BoundingBox) -> tuple[int, int, int, int]:
    return box.left, box.top, box.right, box.bottom


def _darkest_word(page: GrayImage) -> BoundingBox:
    """Find the 60 × 24 pixels far from the middle that hold most ink."""
    tops, lefts = range(300, 600, 12), range(250, 500, 30)
    boxes = [BoundingBox(x, y, x + 60, y + 24) for y in tops for x in lefts]
    return max(boxes, key=lambda box: _ink_share(page, box))


def _ink_share(page: GrayImage, box: BoundingBox) -> float:
    return float((page[box.top : box.bottom, box.left : box.right] < 128).mean())
