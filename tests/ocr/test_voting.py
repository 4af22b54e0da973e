"""Two readings of one page: which word counts, and what is kept of the other."""

import pytest

from pipeline.model.geometry import BoundingBox
from pipeline.model.text import OcrLine, OcrPage, OcrWord
from pipeline.ocr.engine import OcrEngine
from pipeline.ocr.voting import Place, pair, read_twice, vote
from tests.ocr.drawn import DPI, PROSE, Text, draw

LETTER, HEIGHT = 14, 30


def page(*rows: str, sure: float = 0.9, shift: int = 0) -> OcrPage:
    """Type words one under the other; ``word:0.8`` has a confidence of its own."""
    lines = []
    for row, text in enumerate(rows):
        words, left = [], 100 + shift
        for typed in text.split():
            word, _, confidence = typed.partition(":")
            right, top = left + LETTER * len(word), 100 * (row + 1)
            box = BoundingBox(left, top, right, top + HEIGHT)
            words.append(OcrWord(word, box, float(confidence or sure)))
            left = right + LETTER
        lines.append(OcrLine(tuple(words)))
    return OcrPage(tuple(lines))


def test_of_two_readings_the_surer_word_counts_and_keeps_the_other() -> None:
    voted = vote(page("giấy tờ:0.7 này"), page("giấy từ:0.8 này"))

    (line,) = voted.lines
    assert [(word.text, word.second) for word in line.words] == [
        ("giấy", "giấy"),
        ("từ", "tờ"),
        ("này", "này"),
    ]


def test_a_mark_more_is_worth_a_little_confidence() -> None:
    (word,) = vote(page("câm:0.93"), page("cầm:0.90")).words

    assert (word.text, word.second) == ("cầm", "câm")


@pytest.mark.parametrize("other", ["cầm:0.85", "căm:0.92"])
def test_marks_do_not_outweigh_doubt(other: str) -> None:
    assert vote(page("câm:0.93"), page(other)).text == "câm"


def test_words_that_one_reading_joined_are_taken_or_left_together() -> None:
    joined = OcrPage(
        (OcrLine((OcrWord("nướcngoài", BoundingBox(100, 100, 240, 130), 0.6),)),)
    )

    apart = vote(joined, page("nước ngoài", sure=0.9))

    assert [word.text for word in apart.words] == ["nước", "ngoài"]
    assert {word.second for word in apart.words} == {"nướcngoài"}
    assert vote(page("nước ngoài", sure=0.9), joined).text == "nước ngoài"


def test_a_word_that_the_other_reading_does_not_see_stays_and_says_so() -> None:
    voted = vote(page("một hai"), page("một"))

    assert [(word.text, word.second) for word in voted.words] == [
        ("một", "một"),
        ("hai", ""),
    ]


def test_lines_stay_those_of_the_first_reading() -> None:
    first, other = page("một hai", "ba"), page("một hai", "bà:0.95")

    assert [line.text for line in vote(first, other).lines] == ["một hai", "bà"]
    assert vote(OcrPage(), other) == OcrPage()
    assert vote(first, OcrPage()).text == first.text


def test_words_are_paired_by_their_places() -> None:
    first, other = page("một hai", "ba"), page("một hai", "ba", shift=5)

    places = pair(first.words, tuple(reversed(other.words)))

    assert places == [Place((0,), (2,)), Place((1,), (1,)), Place((2,), (0,))]


def test_a_drawn_page_is_read_twice(engine: OcrEngine) -> None:
    reading = draw(*(Text(row, 240, 300 + 60 * at) for at, row in enumerate(PROSE)))

    read = read_twice(engine, reading, dpi=DPI)

    assert read.text == "\n".join(PROSE)
    assert sum(word.second == word.text for word in read.words) >= 50
