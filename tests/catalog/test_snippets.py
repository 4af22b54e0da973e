from hypothesis import given
from hypothesis import strategies as st

from pipeline.catalog.snippets import make_snippet
from pipeline.catalog.words import to_folded, to_shown

LONG = " ".join(f"chữ{number}" for number in range(500))


def snippet_of(text: str, *phrases: str) -> tuple[str, list[str]]:
    shown = to_shown(text)
    asked = [tuple(phrase.split()) for phrase in phrases]
    made = make_snippet(shown, to_folded(shown), asked)
    return made.text, [made.text[start:end] for start, end in made.marks]


def test_words_are_marked_as_printed() -> None:
    text, marks = snippet_of("Uỷ ban Nhân dân\nxã", "nhan dan", "xa")
    assert text == "Uỷ ban Nhân dân xã"
    assert marks == ["Nhân dân", "xã"]


def test_parts_of_words_are_not_marked() -> None:
    assert snippet_of("nhân nhanh anhân", "nhan")[1] == ["nhân"]


def test_a_long_text_is_cut_around_what_was_found() -> None:
    text, marks = snippet_of(LONG, "chu250", "chu251")
    assert marks == ["chữ250", "chữ251"]
    assert text[0] == text[-1] == "…"
    assert len(text) <= 202


def test_the_piece_with_most_of_the_words_is_shown() -> None:
    assert snippet_of(f"Đơn {LONG} đơn xin", "don", "xin")[1] == ["đơn", "xin"]


def test_without_a_found_word_the_beginning_is_shown() -> None:
    text, marks = snippet_of(LONG)
    assert text.startswith("chữ0 chữ1")
    assert marks == []


def test_an_empty_text_has_an_empty_snippet() -> None:
    assert snippet_of("", "a") == ("", [])


@given(st.text(max_size=600), st.lists(st.text("ab c", min_size=1).filter(str.strip)))
def test_marks_stand_apart_inside_the_piece(text: str, phrases: list[str]) -> None:
    shown = to_shown(text)
    made = make_snippet(shown, to_folded(shown), [tuple(p.split()) for p in phrases])
    edges = [edge for mark in made.marks for edge in mark]
    assert edges == sorted(edges)
    assert all(0 <= edge <= len(made.text) <= 202 for edge in edges)
