import pytest

from pipeline.extract.confirm import CONFIRMED, confirm, read_otherwise
from pipeline.model.template import Kind
from pipeline.model.text import OcrWord, Reading, ReadPage, SecondLook
from tests.extract.typed import line, page

NAME = "Lê Thị Mẫu"


def seen(text: str, *, crop: str, second: str) -> ReadPage:
    row = line(300, 300, text, 0.7)
    readings = (
        Reading("page", text, 0.7),
        Reading("line", crop, 0.9),
        Reading("second-model", second, 0.9),
    )
    return page(
        (300, 300, text), confidence=0.7, looks=(SecondLook(row.box, readings),)
    )


def words_of(read: ReadPage) -> tuple[OcrWord, ...]:
    return read.text.lines[0].words


def test_words_that_all_readings_share_are_sure() -> None:
    read = seen(NAME, crop=NAME, second="LÊ Thị Mẫu.")
    words, contradicted = confirm(words_of(read), Kind.PERSON_NAME, read)
    assert [word.confidence for word in words] == [CONFIRMED] * 3
    assert [word.text for word in words] == NAME.split()
    assert not contradicted


def test_a_word_that_the_other_model_reads_otherwise_is_contradicted() -> None:
    read = seen(NAME, crop=NAME, second="Lê Thị Mậu")
    words, contradicted = confirm(words_of(read), Kind.PERSON_NAME, read)
    assert [word.confidence for word in words] == [CONFIRMED, CONFIRMED, 0.7]
    assert contradicted


@pytest.mark.parametrize(("crop", "second"), [("Lê Mẫu", NAME), (NAME, "LêThị Mẫu")])
def test_readings_with_other_words_confirm_nothing(crop: str, second: str) -> None:
    read = seen(NAME, crop=crop, second=second)
    words, contradicted = confirm(words_of(read), Kind.PERSON_NAME, read)
    assert {word.confidence for word in words} == {0.7}
    assert not contradicted


def test_a_look_at_another_line_says_nothing() -> None:
    read = seen(NAME, crop=NAME, second=NAME)
    below = line(300, 600, NAME, 0.7).words
    assert confirm(below, Kind.PERSON_NAME, read) == (below, False)


def test_part_of_what_was_looked_at_is_confirmed_by_its_part() -> None:
    read = seen(
        f"{NAME} (Trực tiếp)", crop="Lê Thị Mẫu (x tiếp)", second=NAME + " (x y)"
    )
    words, _ = confirm(words_of(read)[:3], Kind.PERSON_NAME, read)
    assert {word.confidence for word in words} == {CONFIRMED}


def test_closed_lists_confirm_words_of_an_address_alone() -> None:
    words = line(300, 300, "xã Lạ, tỉnh Đắk Lắk", 0.7).words
    sure, _ = confirm(words, Kind.ADDRESS, page())
    assert [w.text for w in sure if w.confidence < CONFIRMED] == ["Lạ,"]
    assert confirm(words, Kind.TEXT, page())[0] == words


def test_what_both_others_see_instead_is_told() -> None:
    read = seen("Nguyên Mẫu", crop="Nguyễn Mẫu", second="Nguyễn Mẫu")
    assert read_otherwise(words_of(read), read) == "Nguyễn Mẫu"


@pytest.mark.parametrize(
    ("crop", "second"),
    [(NAME, NAME), ("Lê Thị Mâu", "Lê Thị Mậu"), (NAME, "Lê Thị Mậu")],
)
def test_nothing_is_told_where_they_do_not_agree_on_something_else(
    crop: str, second: str
) -> None:
    read = seen(NAME, crop=crop, second=second)
    assert read_otherwise(words_of(read), read) is None
