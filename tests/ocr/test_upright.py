from pathlib import Path

import numpy as np
import pytest

from pipeline.imaging.arrays import GrayImage, resize_to_dpi, turn
from pipeline.imaging.deskew import rotate
from pipeline.ocr.engine import OcrEngine, has_model, open_engine
from pipeline.ocr.upright import find_quarter_turns
from tests.ocr.drawn import A4, DPI, HEADER, PROSE, Text, draw, paragraph

PAGE = draw(*HEADER, *paragraph(PROSE * 3))
SHORT = draw(Text("Kính gửi: Ủy ban nhân dân xã An Phú", 300, 300), *paragraph())
PLACE = 300, 800
FEW = draw(Text("Giấy khai sinh bản sao", 500, 800, "bold", 16.0))


@pytest.fixture(scope="module")
def small(tessdata: Path) -> OcrEngine:
    model = "vie_fast" if has_model(tessdata, "vie_fast") else "vie"
    return open_engine("auto", tessdata=tessdata, model=model)


def random_dots() -> GrayImage:
    dots = np.random.default_rng(5).random(A4[::-1]) < 0.4
    return np.asarray(np.where(dots, 0, 255), np.uint8)


def photograph() -> GrayImage:
    down, across = np.mgrid[0 : A4[1], 0 : A4[0]]
    light = 128 + 60 * np.sin(down / 211) + 60 * np.cos(across / 167)
    return np.asarray(light, np.uint8)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize("page", [PAGE, SHORT], ids=["full", "short"])
def test_what_was_turned_is_turned_back(
    small: OcrEngine, page: GrayImage, turns: int
) -> None:
    found = find_quarter_turns(turn(page, turns), DPI, small)
    assert found.quarter_turns == -turns % 4
    assert 0.5 < found.confidence <= 1.0


@pytest.mark.parametrize("turns", [1, 2])
@pytest.mark.parametrize("tilt", [-4.0, 3.0])
def test_a_tilted_sheet_is_turned_all_the_same(
    small: OcrEngine, turns: int, tilt: float
) -> None:
    sheet = turn(rotate(PAGE, tilt), turns)
    assert find_quarter_turns(sheet, DPI, small).quarter_turns == -turns % 4


@pytest.mark.parametrize("dpi", [100, 300])
def test_other_resolutions_are_turned_as_well(small: OcrEngine, dpi: int) -> None:
    page = turn(resize_to_dpi(PAGE, DPI, dpi), 2)
    assert find_quarter_turns(page, dpi, small).quarter_turns == 2


@pytest.mark.parametrize("turns", [1, 2])
def test_ten_words_are_enough(small: OcrEngine, turns: int) -> None:
    page = turn(draw(Text("Bản sao giấy khai sinh cấp lại cho bà Mai", *PLACE)), turns)
    assert find_quarter_turns(page, DPI, small).quarter_turns == -turns % 4


@pytest.mark.parametrize("turns", [1, 2])
def test_nine_words_are_not(small: OcrEngine, turns: int) -> None:
    page = turn(draw(Text("Bản sao giấy khai sinh cấp lại bà Mai", *PLACE)), turns)
    assert find_quarter_turns(page, DPI, small) == (0, 0.0)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_page_of_a_few_words_is_not_guessed_at(small: OcrEngine, turns: int) -> None:
    assert find_quarter_turns(turn(FEW, turns), DPI, small) == (0, 0.0)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(draw(), id="blank"),
        pytest.param(photograph(), id="photograph"),
        pytest.param(random_dots(), id="dots"),
        pytest.param(np.zeros(A4[::-1], np.uint8), id="black"),
        pytest.param(np.full((3, 3), 255, np.uint8), id="nine pixels"),
    ],
)
def test_what_holds_no_text_stays_as_it_lies(small: OcrEngine, page: GrayImage) -> None:
    assert find_quarter_turns(page, DPI, small) == (0, 0.0)


def test_the_page_is_not_written_to(small: OcrEngine) -> None:
    frozen = PAGE.copy()
    frozen.flags.writeable = False
    find_quarter_turns(frozen, DPI, small)
    assert np.array_equal(frozen, PAGE)


def test_a_page_that_claims_next_to_no_resolution_is_left_as_it_is(
    small: OcrEngine,
) -> None:
    page = np.full((300, 200), 255, np.uint8)
    assert find_quarter_turns(page, 0.2, small).confidence == 0.0
