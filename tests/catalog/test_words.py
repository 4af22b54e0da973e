import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.catalog.words import to_folded, to_marked, to_shown


@given(st.text())
def test_all_forms_are_equally_long_and_only_words(text: str) -> None:
    shown = to_shown(text)
    for form in (to_marked(shown), to_folded(shown)):
        assert len(form) == len(shown)
        assert all(sign == " " or sign.isalnum() for sign in form)


@given(st.text(st.characters(), max_size=50))
def test_what_is_shown_can_be_stored(text: str) -> None:
    shown = to_shown(text)
    assert "\0" not in shown
    assert shown.encode().decode() == shown == to_shown(shown)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HOÀ BÌNH", "Hòa Bình"),
        ("e\u0301\u0302", "ế"),
        ("\u00d0à", "đà"),
        ("uỷ ban", "Ủy-ban"),
    ],
)
def test_two_spellings_of_one_word_have_one_marked_form(one: str, other: str) -> None:
    assert to_marked(to_shown(one)) == to_marked(to_shown(other))


@pytest.mark.parametrize(
    ("one", "other"), [("quý", "QUI"), ("Lý", "li"), ("kỹ thuật", "ki_thuat")]
)
def test_i_and_y_are_one_letter_where_both_are_written(one: str, other: str) -> None:
    assert to_folded(to_shown(one)) == to_folded(to_shown(other))


@pytest.mark.parametrize("word", ["tay", "may", "huyen", "yen", "khuyu"])
def test_other_y_stay(word: str) -> None:
    assert to_folded(word) == word
