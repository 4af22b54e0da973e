import unicodedata
from pathlib import Path

import numpy as np
import pytest

from pipeline.imaging.arrays import GrayImage
from pipeline.model.geometry import BoundingBox
from pipeline.model.text import OcrLine, OcrPage, OcrWord, SecondLook
from pipeline.ocr.engine import OcrEngine, has_model, open_engine
from pipeline.ocr.layout import Layout
from pipeline.ocr.reading_order import order_header
from pipeline.ocr.second_look import MOST_PLACES, MOST_VALUES, look_again
from tests.ocr.drawn import A4, DPI, HEADER, Text, draw, extent, page_of, paragraph

FOOT = Text("An Phú, ngày 05 tháng 3 năm 2023", 800, 1900, "italic")
FORM_LINES = (*HEADER, *paragraph(), FOOT)
FORM = draw(*FORM_LINES)
NUMBER, DATE = HEADER[2], HEADER[5]
BLANK = draw()


class Watching:
    """A real engine that remembers what it was shown."""

    name = "watching"

    def __init__(self, engine: OcrEngine) -> None:
        self.engine = engine
        self.shown: list[tuple[GrayImage, Layout]] = []

    def read(
        self, image: GrayImage, *, dpi: int, layout: Layout = Layout.PAGE
    ) -> OcrPage:
        self.shown.append((image, layout))
        return self.engine.read(image, dpi=dpi, layout=layout)


@pytest.fixture(scope="module")
def second(tessdata: Path) -> OcrEngine:
    model = "vie_fast" if has_model(tessdata, "vie_fast") else "vie"
    return open_engine("auto", tessdata=tessdata, model=model)


@pytest.fixture(scope="module")
def page(engine: OcrEngine) -> OcrPage:
    return engine.read(FORM, dpi=DPI)


@pytest.fixture(scope="module")
def looks(
    engine: OcrEngine, second: OcrEngine, page: OcrPage
) -> tuple[SecondLook, ...]:
    return look_again(FORM, page, dpi=DPI, engine=engine, second=second)


def places(engine: OcrEngine, *lines: tuple[tuple[str, int], ...]) -> list[str]:
    """Find what would be read again, by the page's own reading of it."""
    page = page_of(*lines)
    looks = look_again(BLANK, page, dpi=DPI, engine=engine, second=None)
    return [look.readings[0].text for look in looks]


def test_number_date_and_foot_are_read_again(looks: tuple[SecondLook, ...]) -> None:
    for drawn in (NUMBER, DATE, FOOT):
        assert any(share(look.box, extent(drawn)) > 0.8 for look in looks)
    assert len(looks) < len(FORM_LINES) // 2


def test_each_reader_saw_the_number(looks: tuple[SecondLook, ...]) -> None:
    look = max(looks, key=lambda each: share(each.box, extent(NUMBER)))
    assert [reading.reader for reading in look.readings] == [
        "page",
        "line",
        "second-model",
    ]
    assert [reading.text for reading in look.readings].count(NUMBER.text) >= 2


def test_each_reader_saw_the_date(looks: tuple[SecondLook, ...]) -> None:
    look = max(looks, key=lambda each: share(each.box, extent(DATE)))
    assert [reading.reader for reading in look.readings] == [
        "page",
        "raw-line",
        "second-model",
    ]
    assert sum("18 tháng 9 năm 2024" in each.text for each in look.readings) >= 2


def test_readings_are_composed_and_carry_a_share(
    looks: tuple[SecondLook, ...],
) -> None:
    for reading in (each for look in looks for each in look.readings):
        assert unicodedata.is_normalized("NFC", reading.text)
        assert 0.0 <= reading.confidence <= 1.0


def test_the_order_of_the_head_makes_no_difference(
    engine: OcrEngine, page: OcrPage
) -> None:
    def look(words: OcrPage) -> tuple[SecondLook, ...]:
        return look_again(FORM, words, dpi=DPI, engine=engine, second=None)

    assert look(order_header(page)) == look(page)


def test_a_crop_holds_the_number_or_the_date_alone(
    engine: OcrEngine, page: OcrPage
) -> None:
    watching = Watching(engine)
    look_again(FORM, page, dpi=DPI, engine=watching, second=None)
    assert [layout for _, layout in watching.shown].count(Layout.RAW_LINE) == 2
    for crop, _ in watching.shown:
        assert crop.shape[1] < A4[0] / 2
        assert crop.shape[0] < 70


def test_crops_read_even_where_columns_all_but_touch(engine: OcrEngine) -> None:
    number, date = ("Số:", 100), ("Huế,", 230)
    page = page_of((number, ("1/UB", 160), date, ("ngày", 310), ("tháng", 390)))
    watching = Watching(engine)
    look_again(BLANK, page, dpi=DPI, engine=watching, second=None)
    assert all(crop.size for crop, _ in watching.shown)


def test_without_a_second_model_its_readings_are_left_out(
    engine: OcrEngine, page: OcrPage
) -> None:
    looks = look_again(FORM, page, dpi=DPI, engine=engine, second=None)
    readers = {reading.reader for look in looks for reading in look.readings}
    assert readers == {"page", "line", "raw-line"}


def test_a_line_across_both_columns_is_taken_apart(engine: OcrEngine) -> None:
    date = (("Huế,", 700), ("ngày", 780), ("2", 860), ("tháng", 890), ("5", 990))
    assert sorted(places(engine, (("Số:", 100), ("5/UB", 160), *date))) == [
        "Huế, ngày 2 tháng 5",
        "Số: 5/UB",
    ]


def test_a_number_written_into_the_gap_belongs_to_its_place(engine: OcrEngine) -> None:
    assert places(engine, (("Số:", 100), ("/UBND-VP", 300))) == ["Số: /UBND-VP"]


def test_a_date_with_gaps_for_handwriting_is_one_place(engine: OcrEngine) -> None:
    line = (("Huế,", 300), ("ngày", 390), ("tháng", 560), ("năm", 760), ("2024", 900))
    assert places(engine, line) == ["Huế, ngày tháng năm 2024"]


def test_a_stamp_beside_the_date_does_not_get_into_its_crop(engine: OcrEngine) -> None:
    date = (("Huế,", 300), ("ngày", 390), ("8", 470), ("tháng", 500), ("5", 600))
    stamp = (("CỔNG", 900), ("THÔNG", 980), ("TIN", 1080))
    assert places(engine, (*date, *stamp)) == ["Huế, ngày 8 tháng 5"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Căn cứ Luật Cư trú ngày 13 tháng 11 năm 2020;",
        "địa phương ngày 22 tháng 11 năm 2019;",
        "ngày 15 tháng 11 năm 2024 của Bộ trưởng Bộ Công an",
        "Theo Nghị định ngày 3 tháng 4 năm 2024",
        "Số lượng hồ sơ gồm 120 bộ",
    ],
)
def test_dates_and_numbers_in_sentences_are_left_alone(
    engine: OcrEngine, sentence: str
) -> None:
    line, left = [], 100
    for word in sentence.split():
        line.append((word, left))
        left += 18 * len(word) + 12
    assert places(engine, tuple(line)) == []


def test_a_number_low_on_the_page_is_not_the_papers_own(engine: OcrEngine) -> None:
    lines = [(("Điều", 100),)] * 25 + [(("Số:", 100), ("5/UB", 160))]
    assert places(engine, *lines) == []


def test_the_places_of_a_page_are_limited(engine: OcrEngine) -> None:
    lines = [(("Số:", 100), (f"{number}/UB", 160)) for number in range(15)]
    assert len(places(engine, *lines)) == MOST_PLACES


def test_the_numbers_of_a_form_are_read_again_alone(engine: OcrEngine) -> None:
    line = (("Điện", 100), ("thoại:", 190), ("0912000000", 300), ("Email:", 520))
    assert places(engine, line) == ["0912000000"]


class Stubborn:
    """An engine that reads everything as one text; counts how often it is asked."""

    name = "stubborn"

    def __init__(self, text: str) -> None:
        self.text = text
        self.widths: list[int] = []

    def read(
        self, image: GrayImage, *, dpi: int, layout: Layout = Layout.PAGE
    ) -> OcrPage:
        self.widths.append(image.shape[1])
        return page_of(((self.text, 10),))


@pytest.mark.parametrize(("text", "asked"), [("0912000000", 1), ("0912000001", 2)])
def test_a_second_model_that_differs_is_asked_again_at_another_size(
    engine: OcrEngine, text: str, asked: int
) -> None:
    page = page_of((("Điện", 100), ("thoại:", 190), ("0912000000", 300)))
    second = Stubborn(text)
    (look,) = look_again(BLANK, page, dpi=DPI, engine=engine, second=second)
    assert len(second.widths) == asked
    assert second.widths == sorted(second.widths, reverse=True)
    readers = [reading.reader for reading in look.readings]
    assert readers.count("second-model-again") == asked - 1


def test_a_text_is_read_again_where_one_of_its_words_is_doubted(
    engine: OcrEngine,
) -> None:
    page = page_of((("Quê:", 100), ("bình", 200), ("an", 300)))
    doubtful = [page.words[-1].box]
    looks = [
        look_again(BLANK, page, dpi=DPI, engine=engine, second=None, doubtful=each)
        for each in ([], doubtful)
    ]
    assert [len(each) for each in looks] == [0, 1]


def test_the_numbers_of_a_form_are_limited(engine: OcrEngine) -> None:
    lines = [(("Mã:", 100), (f"{number}23456", 190)) for number in range(15)]
    assert len(places(engine, *lines)) == MOST_VALUES


def test_words_at_the_very_edge_are_no_hindrance(engine: OcrEngine) -> None:
    word = OcrWord("Số:", BoundingBox(A4[0] - 20, 0, A4[0], 20), 0.9)
    page = OcrPage((OcrLine((word,)),))
    looks = look_again(BLANK, page, dpi=DPI, engine=engine, second=None)
    assert [reading.reader for reading in looks[0].readings] == ["page"]


def test_the_reading_is_not_written_to(engine: OcrEngine, page: OcrPage) -> None:
    frozen = FORM.copy()
    frozen.flags.writeable = False
    look_again(frozen, page, dpi=DPI, engine=engine, second=None)
    assert np.array_equal(frozen, FORM)


def share(one: BoundingBox, other: BoundingBox) -> float:
    return one.overlap(other) / (other.width * other.height)
