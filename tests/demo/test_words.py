from datetime import date

import pytest

from demo.words import below_hundred, in_words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (5, "năm"), (10, "mười"), (11, "mười một"), (15, "mười lăm"), (20, "hai mươi"),
        (21, "hai mươi mốt"), (25, "hai mươi lăm"), (31, "ba mươi mốt"),
    ],
)  # fmt: skip
def test_numbers_change_their_ones_after_tens(number: int, words: str) -> None:
    assert below_hundred(number) == words


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(1987, 2, 5), "Ngày năm tháng hai năm một nghìn chín trăm tám mươi bảy"),
        (date(2004, 4, 1), "Ngày một tháng tư năm hai nghìn không trăm lẻ bốn"),
        (date(2000, 12, 3), "Ngày ba tháng mười hai năm hai nghìn không trăm"),
    ],
)  # fmt: skip
def test_a_date_is_written_out(day: date, words: str) -> None:
    assert in_words(day) == words
