import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.imaging.arrays import GrayImage
from pipeline.model.geometry import BoundingBox
from pipeline.model.text import OcrPage
from pipeline.ocr.layout import Layout
from pipeline.ocr.recognize import find_lone_ink, recognize, shift, to_page
from tests.ocr.drawn import PROSE, Text, draw, extent, page_of, paragraph


def row(
    text: str,
    *,
    line: int = 1,
    box: tuple[int, int, int, int] = (10, 10, 40, 20),
    confidence: float = 95.0,
) -> str:
    cells = [5, 1, 1, 1, line, 1, *box, confidence, text]
    return "\t".join(str(cell) for cell in cells)


def page(*rows: str) -> OcrPage:
    return to_page("\n".join(rows), width=100, height=100)


def test_headings_and_rows_of_blocks_are_no_words() -> None:
    heading = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\t..."
    block = "2\t1\t1\t0\t0\t0\t0\t0\t100\t100\t-1\t"
    assert page(heading, block, "") == OcrPage()


def test_rows_of_one_line_are_one_line() -> None:
    read = page(row("Giấy"), row("khai"), row("sinh", line=2))
    assert [line.text for line in read.lines] == ["Giấy khai", "sinh"]


def test_text_is_composed_with_its_marks_in_order() -> None:
    assert page(row("Ðiê\u0323n")).text == "Điện"


def test_a_quotation_mark_is_text_like_any_other() -> None:
    assert page(row('"Giấy'), row('tờ"')).text == '"Giấy tờ"'


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((-5, -5, 20, 20), BoundingBox(0, 0, 15, 15)),
        ((90, 90, 20, 20), BoundingBox(90, 90, 100, 100)),
    ],
)
def test_boxes_are_cut_to_the_image(
    box: tuple[int, int, int, int], expected: BoundingBox
) -> None:
    assert page(row("a", box=box)).words[0].box == expected


@pytest.mark.parametrize("box", [(10, 10, 0, 20), (10, 10, 20, 0), (100, 0, 9, 9)])
def test_a_word_without_extent_is_left_out(box: tuple[int, int, int, int]) -> None:
    assert page(row("a", box=box)) == OcrPage()


@pytest.mark.parametrize("text", ["", "   ", "\u00a0"])
def test_a_word_without_text_is_left_out(text: str) -> None:
    assert page(row(text)) == OcrPage()


@pytest.mark.parametrize(
    ("text", "confidence", "kept"),
    [
        ("-", 92, True),
        ("|", 31, False),
        ("~=", 5, False),
        ("ở", 5, True),
        ("7", 5, True),
    ],
)
def test_only_doubted_marks_are_left_out(
    text: str, confidence: float, kept: bool
) -> None:
    assert bool(page(row(text, confidence=confidence)).words) is kept


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_text_in_the_table_gives_words_without_white_space(text: str) -> None:
    assert not any(word.text.split() != [word.text] for word in page(row(text)).words)


@pytest.mark.parametrize("confidence", [-1.0, 0.0, 96.4, 101.0])
def test_confidence_is_a_share(confidence: float) -> None:
    assert 0.0 <= page(row("a", confidence=confidence)).words[0].confidence <= 1.0


def test_the_ink_of_a_lone_word_is_found_between_specks() -> None:
    word = Text("Quỳnh", 700, 900)
    image = draw(word).copy()
    image[::301, ::203] = 0
    ink = find_lone_ink(image)
    assert ink is not None
    assert ink.overlap(extent(word)) > 0.8 * extent(word).width * extent(word).height
    assert ink.width < 1.3 * extent(word).width


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(draw(), id="blank"),
        pytest.param(draw(*paragraph(PROSE * 2)), id="a page of text"),
        pytest.param(np.full((7, 300), 0, np.uint8), id="less than a cell"),
    ],
)
def test_elsewhere_there_is_no_lone_ink(image: GrayImage) -> None:
    assert find_lone_ink(image) is None


def test_dirt_that_only_the_block_mode_reads_stays_unread() -> None:
    def reads_dirt(image: GrayImage, dpi: int, layout: Layout) -> str:
        return row("lÏ", confidence=31.0) if layout is Layout.BLOCK else ""

    smudge = draw(Text("~", 700, 900))
    assert recognize(reads_dirt, smudge, dpi=200, layout=Layout.PAGE) == OcrPage()


def test_words_of_a_part_move_to_where_it_was_cut_out() -> None:
    part = page_of((("Số:", 10),))
    box = part.words[0].box
    moved = shift(part, across=30, down=7).words[0].box
    assert (moved.left, moved.top) == (box.left + 30, box.top + 7)
    assert (moved.width, moved.height) == (box.width, box.height)
