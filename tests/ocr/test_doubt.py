"""Which words are looked at again, and which are marked."""

from dataclasses import replace
from unicodedata import normalize

from pipeline.ocr.doubt import make_sure
from pipeline.ocr.engine import OcrEngine
from tests.ocr.drawn import DPI, PROSE, Text, draw
from tests.ocr.test_calibration import LEARNT

LINES = tuple(Text(row, 240, 300 + 60 * at) for at, row in enumerate(PROSE))
RISKY_TONES = replace(LEARNT, weights={"always": -1.0, "hook": 2.0, "tilde": 2.0})


def test_only_risky_words_are_looked_at_again(engine: OcrEngine) -> None:
    reading = draw(*LINES)
    page = engine.read(reading, dpi=DPI)

    sure = make_sure(reading, page, dpi=DPI, engine=engine, learnt=RISKY_TONES)

    looked = [word.text for word in sure.words if word.second is not None]
    assert 0 < len(looked) < len(sure.words) / 4
    assert all(set(normalize("NFD", text)) & {"\u0309", "\u0303"} for text in looked)
    assert sure.text == page.text


def test_the_second_look_can_be_left_out(engine: OcrEngine) -> None:
    reading = draw(*LINES)
    page = engine.read(reading, dpi=DPI)

    sure = make_sure(
        reading, page, dpi=DPI, engine=engine, learnt=RISKY_TONES, again=False
    )

    assert {word.second for word in sure.words} == {None}
    assert {word.confidence for word in sure.words} == {0.998, 0.8}
