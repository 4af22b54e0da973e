from pathlib import Path

import numpy as np
import pytest

from pipeline.imaging.marks import Wiped, wipe_leaders
from pipeline.model.geometry import BoundingBox
from pipeline.model.text import LetterBoxes, OcrLine, OcrPage, OcrWord, Reading
from pipeline.ocr.boxed import put_in_place, read_boxes, without_letters
from pipeline.ocr.engine import OcrEngine, has_model, open_engine
from tests.imaging.test_boxes import boxed

NAME, NUMBER = "TRẦN THỊ MAI", "034187000123"


@pytest.fixture(scope="module")
def second(tessdata: Path) -> OcrEngine:
    model = "vie_fast" if has_model(tessdata, "vie_fast") else "vie"
    return open_engine("auto", tessdata=tessdata, model=model)


def wiped(*texts: str) -> Wiped:
    return wipe_leaders(boxed(*texts), 200)


def test_letters_in_boxes_are_read_by_both_models(
    engine: OcrEngine, second: OcrEngine
) -> None:
    page, rows = wiped(NAME, NUMBER)
    found = read_boxes(page, rows, dpi=200, engine=engine, second=second)
    seen = [{r.reader: r.text for r in row.readings} for row in found]
    assert [each["page"] for each in seen] == [NAME, NUMBER]
    assert [each["second-model"] for each in seen] == [NAME, NUMBER]


def test_empty_boxes_are_no_value(engine: OcrEngine) -> None:
    page, rows = wiped("     ")
    assert len(rows) == 1
    assert read_boxes(page, rows, dpi=200, engine=engine, second=None) == ()


class Reads:
    """An engine that reads the same in everything."""

    name = "reads"

    def __init__(self, text: str) -> None:
        self._text = text

    def read(self, image: np.ndarray, **_: object) -> OcrPage:
        box = BoundingBox(0, 0, image.shape[1], image.shape[0])
        words = (OcrWord(word, box, 0.9) for word in self._text.split())
        return OcrPage((OcrLine(tuple(words)),))


@pytest.mark.parametrize("text", ["0341", "03418", "0 3 4 1 8 7"])
def test_a_reading_that_does_not_fit_the_boxes_is_none(text: str) -> None:
    page, rows = wiped("034187000")
    (row,) = read_boxes(page, rows, dpi=200, engine=Reads(text), second=None)
    assert row.readings == ()
    assert sum(row.filled) == 9


def test_spaces_come_from_the_boxes_and_not_from_the_reader() -> None:
    page, rows = wiped("AN BÌNH ")
    (row,) = read_boxes(page, rows, dpi=200, engine=Reads("ANB ÌN H"), second=None)
    assert {reading.text for reading in row.readings} == {"AN BÌNH "}


def cells(count: int, *, left: int = 100) -> tuple[BoundingBox, ...]:
    return tuple(
        BoundingBox(left + 40 * i, 50, left + 38 + 40 * i, 90) for i in range(count)
    )


def row(text: str, *readers: str) -> LetterBoxes:
    filled = tuple(letter != " " for letter in text)
    readings = tuple(Reading(reader, text, 0.9) for reader in readers)
    return LetterBoxes(cells(len(text)), filled, readings)


LABEL = OcrWord("Tên:", BoundingBox(20, 55, 80, 85), 0.9)
GARBAGE = OcrWord("|N|", BoundingBox(110, 55, 180, 85), 0.4)


@pytest.mark.parametrize(
    ("readers", "doubtful"),
    [(("page", "line"), True), (("page", "second-model"), False)],
)
def test_words_take_the_place_of_what_was_read_between_the_rules(
    readers: tuple[str, ...], doubtful: bool
) -> None:
    page = OcrPage((OcrLine((LABEL, GARBAGE)),))
    (line,) = put_in_place(page, [row("AN BÌNH", *readers)]).lines
    assert line.text == "Tên: AN BÌNH"
    assert [word.doubtful for word in line.words[1:]] == [doubtful] * 2


def test_a_row_without_a_line_beside_it_becomes_one() -> None:
    (line,) = put_in_place(OcrPage(), [row("1 2", "page")]).lines
    assert line.text == "1 2"


def test_what_no_reading_fits_is_left_as_it_was() -> None:
    page = OcrPage((OcrLine((LABEL, GARBAGE)),))
    image = np.full((120, 400), 250, np.uint8)
    assert put_in_place(page, [row("12")]) == page
    assert without_letters(image, [row("12")]) is image


def test_boxes_that_were_read_are_emptied_in_a_copy() -> None:
    page, rows = wiped(NUMBER)
    before = page.copy()
    read = read_boxes(page, rows, dpi=200, engine=Reads(NUMBER), second=None)
    bare = without_letters(page, read)
    assert (bare < 150).sum() < 0.05 * (page < 150).sum()
    assert (page == before).all()
