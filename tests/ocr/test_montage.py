"""Words cut out of a page and read again."""

import pytest

from pipeline.ocr.engine import OcrEngine
from pipeline.ocr.montage import look_at_words
from tests.drawing import gray, tilted
from tests.ocr.drawn import DPI, PROSE, Text, draw

LINES = tuple(Text(row, 240, 300 + 60 * at) for at, row in enumerate(PROSE))


@pytest.mark.parametrize("degrees", [0.0, 0.6])
def test_words_are_seen_again_each_in_its_place(
    engine: OcrEngine, degrees: float
) -> None:
    reading = gray(tilted(draw(*LINES), degrees))
    page = engine.read(reading, dpi=DPI)
    chosen = range(0, len(page.words), 2)

    seen = look_at_words(reading, page, chosen, dpi=DPI, engine=engine)

    assert sorted(seen) == list(chosen)
    same = [seen[at].strip(".,") == page.words[at].text.strip(".,") for at in chosen]
    assert sum(same) >= 0.8 * len(same)


def test_where_nothing_is_chosen_nothing_is_read(engine: OcrEngine) -> None:
    reading = draw(*LINES)
    page = engine.read(reading, dpi=DPI)

    assert look_at_words(reading, page, (), dpi=DPI, engine=engine) == {}
