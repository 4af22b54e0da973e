import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.names import is_rare_spelling


@pytest.mark.parametrize(
    "name", ["Nguyên Văn Hùng", "TRẤN THỊ HẠNH", "Đăng Minh Phúc", "NGÔ HỮU TUẦN"]
)
def test_a_name_with_the_marks_of_no_common_name_is_rare(name: str) -> None:
    assert is_rare_spelling(name)


@pytest.mark.parametrize(
    "name",
    ["Nguyễn Thị Mẫu", "ĐẶNG THÙY DƯƠNG", "Hoàng Thuý Hoà", "Lý Thị Thu Quỳnh"],
)
def test_common_names_are_not_rare_however_tones_are_placed(name: str) -> None:
    assert not is_rare_spelling(name)


@pytest.mark.parametrize(
    "name", ["Vàng A Páo", "H'Hen Niê", "Y Thông Niê", "Ksor H’Bơ"]
)
def test_names_that_stand_in_no_list_are_not_doubted(name: str) -> None:
    assert not is_rare_spelling(name)


def test_the_order_of_combining_marks_makes_no_difference() -> None:
    name = unicodedata.normalize("NFD", "Nguyễn Thị Mẫu")
    assert not is_rare_spelling(name)


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    assert is_rare_spelling(text) in {True, False}
