"""What every engine promises, asked of each of them."""

import unicodedata
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import OversizedScan, ToolMissing, ToolTimeout
from pipeline.imaging.arrays import GrayImage
from pipeline.model.text import OcrPage
from pipeline.ocr.engine import EngineName, OcrEngine, open_engine
from pipeline.ocr.layout import Layout
from tests.ocr.drawn import DPI, PROSE, Text, draw, extent, paragraph

NAMES: tuple[EngineName, ...] = ("tesserocr", "pytesseract")
PAGE = draw(*paragraph())
NAME = Text("Trần Thị Quỳnh", 300, 400)
CROP = draw(NAME)[390:460, 285:545]


@pytest.fixture(scope="module", params=NAMES)
def engine(request: pytest.FixtureRequest, tessdata: Path) -> OcrEngine:
    return open_engine(request.param, tessdata=tessdata, model="vie")


@pytest.fixture(scope="module")
def page(engine: OcrEngine) -> OcrPage:
    return engine.read(PAGE, dpi=DPI)


def test_a_drawn_page_reads_as_it_was_written(page: OcrPage) -> None:
    assert len(page.lines) == len(PROSE)
    read, written = page.text.split(), " ".join(PROSE).split()
    assert sum(one != other for one, other in zip(read, written, strict=True)) <= 1


def test_the_words_of_a_page_are_sure(page: OcrPage) -> None:
    assert 0.85 < page.confidence <= 1.0
    assert all(0.0 <= word.confidence <= 1.0 for word in page.words)


def test_text_is_composed(page: OcrPage) -> None:
    assert unicodedata.is_normalized("NFC", page.text)


def test_words_carry_no_white_space(page: OcrPage) -> None:
    assert all(word.text == "".join(word.text.split()) for word in page.words)


def test_the_box_of_a_line_is_that_of_its_ink(page: OcrPage) -> None:
    for line, drawn in zip(page.lines, paragraph(), strict=True):
        box, ink = line.box, extent(drawn)
        assert (box.left, box.top) == pytest.approx((ink.left, ink.top), abs=4)
        assert (box.right, box.bottom) == pytest.approx((ink.right, ink.bottom), abs=4)


def test_words_stand_side_by_side(page: OcrPage) -> None:
    for line in page.lines:
        edges = [
            edge for word in line.words for edge in (word.box.left, word.box.right)
        ]
        assert edges == sorted(edges)


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(draw(), id="white"),
        pytest.param(np.full((2339, 1654), 128, np.uint8), id="grey"),
        pytest.param(np.zeros((2339, 1654), np.uint8), id="black"),
        pytest.param(np.full((5, 1654), 255, np.uint8), id="five rows"),
        pytest.param(np.full((1, 1), 255, np.uint8), id="one pixel"),
        pytest.param(np.zeros((0, 30), np.uint8), id="nothing"),
    ],
)
def test_what_holds_no_text_is_an_empty_page(
    engine: OcrEngine, image: GrayImage
) -> None:
    assert engine.read(image, dpi=DPI) == OcrPage()


@pytest.mark.parametrize("layout", Layout)
def test_no_letters_are_made_up_on_bare_paper(
    engine: OcrEngine, layout: Layout
) -> None:
    paper = np.full((60, 600), 240, np.uint8)
    paper[::7, ::5] = 250
    assert engine.read(paper, dpi=DPI, layout=layout) == OcrPage()


def test_the_only_word_of_a_page_is_found(engine: OcrEngine) -> None:
    page = engine.read(draw(NAME), dpi=DPI)
    assert page.text == NAME.text
    assert page.lines[0].box.left == pytest.approx(extent(NAME).left, abs=4)
    assert page.lines[0].box.top == pytest.approx(extent(NAME).top, abs=4)


@pytest.mark.parametrize("layout", [Layout.LINE, Layout.BLOCK, Layout.PAGE])
def test_a_cut_out_line_is_read(engine: OcrEngine, layout: Layout) -> None:
    assert engine.read(CROP, dpi=DPI, layout=layout).text == NAME.text


def test_a_raw_line_is_one_line_and_stays_inside(engine: OcrEngine) -> None:
    page = engine.read(CROP, dpi=DPI, layout=Layout.RAW_LINE)
    assert len(page.lines) == 1
    assert "Thị" in page.text
    assert page.lines[0].box.right <= CROP.shape[1]
    assert page.lines[0].box.bottom <= CROP.shape[0]


def test_a_cut_out_part_reads_like_a_copy_of_it(engine: OcrEngine) -> None:
    part = PAGE[400:900, 200:1500]
    assert engine.read(part, dpi=DPI) == engine.read(part.copy(), dpi=DPI)


def test_a_page_reads_the_same_after_another(engine: OcrEngine, page: OcrPage) -> None:
    engine.read(draw(NAME), dpi=DPI, layout=Layout.BLOCK)
    assert engine.read(PAGE, dpi=DPI) == page


def test_the_page_is_not_written_to(engine: OcrEngine) -> None:
    frozen = PAGE[450:620].copy()
    frozen.flags.writeable = False
    before = frozen.copy()
    engine.read(frozen, dpi=DPI)
    assert np.array_equal(frozen, before)


@pytest.mark.parametrize("dpi", [1, 72, 9600])
def test_an_odd_resolution_is_no_hindrance(engine: OcrEngine, dpi: int) -> None:
    page = engine.read(PAGE[480:620], dpi=dpi, layout=Layout.BLOCK)
    assert "trách nhiệm của tổ chức" in page.text


def test_a_page_longer_than_coordinates_reach_is_refused(engine: OcrEngine) -> None:
    with pytest.raises(OversizedScan):
        engine.read(np.full((10, 40_000), 255, np.uint8), dpi=DPI)


def test_a_color_picture_is_a_mistake_of_the_caller(engine: OcrEngine) -> None:
    with pytest.raises(ValueError, match="grey"):
        engine.read(np.zeros((20, 20, 3), np.uint8), dpi=DPI)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_that_takes_too_long_is_given_up(
    name: EngineName, tessdata: Path
) -> None:
    hasty = open_engine(name, tessdata=tessdata, model="vie", seconds=0.02)
    with pytest.raises(ToolTimeout):
        hasty.read(PAGE, dpi=DPI)


@pytest.mark.parametrize("name", NAMES)
def test_a_model_that_is_none_is_reported(name: EngineName, tmp_path: Path) -> None:
    (tmp_path / "vie.traineddata").write_bytes(b"no model")
    with pytest.raises(ToolMissing):
        open_engine(name, tessdata=tmp_path, model="vie").read(PAGE, dpi=DPI)


def test_a_folder_with_spaces_and_quotes_is_no_hindrance(
    engine: OcrEngine, tessdata: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "mô hình 'tốt'"
    folder.mkdir()
    (folder / "vie.traineddata").symlink_to(tessdata / "vie.traineddata")
    moved = open_engine(engine.name, tessdata=folder, model="vie")
    assert moved.read(draw(NAME), dpi=DPI).text == NAME.text


def test_both_engines_give_the_same_page(tessdata: Path) -> None:
    one, other = (
        open_engine(name, tessdata=tessdata, model="vie").read(PAGE, dpi=DPI)
        for name in NAMES
    )
    assert one.text == other.text
    for word, same in zip(one.words, other.words, strict=True):
        assert word.box.overlap(same.box) > 0.9 * word.box.width * word.box.height
        assert word.confidence == pytest.approx(same.confidence, abs=0.2)
