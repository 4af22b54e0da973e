import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.unicode import (
    collapse,
    comparable,
    fold,
    normalize,
    place_tones,
)

VIETNAMESE = "Đường Nguyễn Thị Ngọc Ánh, xã Hướng Phùng, huyện Hướng Hóa ườ ẫ ỹ Ỵ"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("e\u0301\u0302", "ế"),
        ("e\u0302\u0301", "ế"),
        ("e\u0302\u0323", "ệ"),
        ("u\u0309\u031b", "ử"),
        ("\u00d0ồng", "Đồng"),
        ("\u0110ồng", "Đồng"),
    ],
)
def test_marks_in_any_order_give_one_letter(typed: str, stored: str) -> None:
    assert normalize(typed) == stored


@given(st.text())
def test_normalized_text_stays_as_it_is(text: str) -> None:
    once = normalize(text)
    assert normalize(once) == once


def test_decomposed_text_is_the_same_text() -> None:
    assert normalize(unicodedata.normalize("NFD", VIETNAMESE)) == VIETNAMESE


@given(st.text())
def test_folding_keeps_every_place(text: str) -> None:
    assert len(fold(text)) == len(text)


def test_folding_leaves_no_diacritic_and_no_capital() -> None:
    assert fold(VIETNAMESE).isascii()
    assert fold("Đặng Ứng Hòe") == "dang ung hoe"


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("CỘNG HOÀ", "CỘNG HÒA"),
        ("Uỷ ban", "Ủy ban"),
        ("khoẻ", "khỏe"),
        ("thuỷ", "thủy"),
        ("quý", "quý"),
        ("hoàng", "hoàng"),
        ("hoạt", "hoạt"),
    ],
)
def test_tones_stand_where_legal_texts_print_them(typed: str, printed: str) -> None:
    assert place_tones(typed) == printed


@given(st.text())
def test_placing_tones_keeps_the_length(text: str) -> None:
    assert len(place_tones(normalize(text))) == len(normalize(text))


def test_two_printings_of_the_same_words_compare_equal() -> None:
    assert comparable("CỘNG  HOÀ XÃ HỘI") == comparable("Cộng hòa xã hội ")


def test_white_space_collapses() -> None:
    assert collapse(" a\n\tb  c ") == "a b c"
