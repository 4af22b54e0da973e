from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.dates import (
    find_date,
    find_dates,
    is_unfilled,
    to_date,
    words_to_number,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Hà Nội, ngày 26 tháng 11 năm 2024", "2024-11-26"),
        ("ngày 12..... tháng ....5.... năm 20 24", "2024-05-12"),
        ("ngày30tháng6năm2021", "2021-06-30"),
        ("05/3/2024", "2024-03-05"),
        ("1-12-1990", "1990-12-01"),
        ("15.02.1987", "1987-02-15"),
        ("08 giờ 30 phút, ngày 05 tháng 3 năm 2024", "2024-03-05"),
        ("ngày mười lăm tháng hai năm một nghìn chín trăm tám mươi bảy", "1987-02-15"),
        ("ngày năm tháng năm năm hai nghìn không trăm linh năm", "2005-05-05"),
        ("Sinh năm 1969", "1969"),
        ("3/1990", "1990-03"),
    ],
)
def test_every_printed_form_of_a_date_is_read(text: str, value: str) -> None:
    found = find_date(text)
    assert found is not None
    assert (found.value, found.repaired) == (value, False)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ngày 3] tháng ]2 năm 2020", "2020-12-31"),
        ("ngày 2Ó tháng Ï Ï năm 202]", "2021-11-26"),
        ("ngảy 0l thảng 7 nãm 2016", "2016-07-01"),
    ],
)
def test_a_repaired_date_says_so(text: str, value: str) -> None:
    found = find_date(text)
    assert found is not None
    assert (found.value, found.repaired) == (value, True)


@pytest.mark.parametrize(
    "text",
    [
        "31/02/2020",
        "ngày 30 tháng 13 năm 2020",
        "32/01/2020",
        "123/QĐ-UBND",
        "27/11/24",
    ],
)
def test_what_is_not_in_the_calendar_is_no_date(text: str) -> None:
    assert find_date(text) is None


def test_a_day_of_one_digit_may_have_lost_the_other() -> None:
    assert [
        each.short_slot for each in find_dates("1/5/2020; 01/5/2020; 05/1/2020")
    ] == [
        True,
        False,
        True,
    ]


@pytest.mark.parametrize("text", ["ngày ..... tháng ... năm ....", "…/…/……", "....."])
def test_an_empty_line_of_a_form_is_unfilled(text: str) -> None:
    assert is_unfilled(text)


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31)))
def test_a_written_date_comes_back(day: date) -> None:
    written = f"ngày {day.day:02} tháng {day.month:02} năm {day.year}"
    found = find_date(written)
    assert found is not None
    assert to_date(found.value) == day
    assert written[found.start : found.end] == found.raw


@given(st.text(max_size=60))
def test_no_text_breaks_the_search(text: str) -> None:
    for found in find_dates(text):
        assert text[found.start : found.end] == found.raw


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("mười", 10),
        ("hai mươi mốt", 21),
        ("mùng ba", 3),
        ("hai nghìn không trăm hai mươi tư", 2024),
        ("một ngàn chín trăm lẻ năm", 1905),
        ("Nguyễn Văn", None),
        ("", None),
    ],
)
def test_numbers_in_words_are_read(words: str, number: int | None) -> None:
    assert words_to_number(words) == number
