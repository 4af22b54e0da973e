import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.catalog.numbers import (
    NumberKey,
    NumberQuestion,
    ask_number,
    is_number,
    to_key,
    to_number_key,
)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("96/2016/NĐ-CP", NumberKey("962016ndcp", "96 2016", "ndcp")),
        ("05 / GM - VP", NumberKey("05gmvp", "5", "gmvp")),
        ("20/2023/QH15", NumberKey("202023qh15", "20 2023", "qh15")),
        ("034187000123", NumberKey("034187000123", "34187000123", "")),
        ("không số", None),
        ("", None),
    ],
)
def test_a_filed_number_is_its_digits_and_letters(
    text: str, key: NumberKey | None
) -> None:
    assert to_number_key(text) == key


@pytest.mark.parametrize(
    "value", ["034187000123", "12/2024", "CN 719597", "468/QĐ-TTg", "0912345678"]
)
def test_numbers_among_values_are_known(value: str) -> None:
    assert is_number(value)


@pytest.mark.parametrize(
    "value",
    ["2016-07-01", "2016-07", "Nguyễn Thị Mẫu", "12", "thôn 5, xã 7 Ba 123", "1" * 99],
)
def test_dates_names_and_addresses_are_no_numbers(value: str) -> None:
    assert not is_number(value)


@pytest.mark.parametrize(
    ("text", "digits", "letters"),
    [
        ("nghi dinh 96 2016", "96 2016", "nd"),
        ("96/2016/NĐ-CP", "96 2016", "ndcp"),
        ("Nghị định số 96/2016 về an ninh", "96 2016", "nd"),
        ("thông tư liên tịch 1/2012", "1 2012", "ttlt"),
        ("công văn 123", "123", ""),
        ("giấy khai sinh 2016", "2016", "giaykhaisinh"),
        ("quyết định 05", "5", "qd"),
        ("thông báo về quyết định 7/2024", "7 2024", "qd"),
        ("qđ 7 năm 2024", "7 2024", "qd"),
        ("năm 2024", "2024", "nam"),
    ],
)
def test_a_question_names_digits_and_letters(
    text: str, digits: str, letters: str
) -> None:
    question = ask_number(text)
    assert question is not None
    assert (question.digits, question.letters) == (digits, letters)


@given(st.text(max_size=80))
def test_any_text_may_be_asked(text: str) -> None:
    question = ask_number(text)
    assert question is None or isinstance(question, NumberQuestion)
    assert len(to_key(text)) <= 64


@given(
    st.integers(1, 99_999),
    st.integers(1990, 2060),
    st.sampled_from(["NĐ-CP", "QĐ-UBND", "TT-BTNMT", "QH15"]),
)
def test_a_number_as_printed_asks_for_itself(
    serial: int, year: int, symbol: str
) -> None:
    printed = f"{serial:02}/{year}/{symbol}"
    filed, question = to_number_key(printed), ask_number(f"số {printed}")
    assert filed is not None
    assert question is not None
    assert filed.key in question.keys
    assert (question.digits, question.letters) == (filed.digits, filed.letters)
