import random

import pytest

from demo.forms import draw_form
from pipeline.model.likeness import are_alike, telling
from pipeline.settings import default_config
from pipeline.templates import load_doctypes

DOCTYPES = {doctype.code: doctype for doctype in load_doctypes(default_config())}
FORMS = ("to-khai-dang-ky-khai-tu", "giay-khai-sinh", "trich-luc-ket-hon", "can-cuoc")


def text_of(code: str, seed: int) -> str:
    return " ".join(page.text for page in draw_form(DOCTYPES[code], seed))


def misread(text: str, share: float) -> str:
    """Misread letters, as a worse scan does; the numbers come through."""
    chance = random.Random(7)
    return " ".join(
        word[:-1] + "c" if word.isalpha() and chance.random() < share else word
        for word in text.split()
    )


@pytest.mark.parametrize(
    "written",
    ["ngày 5 tháng 3 năm 2024", "05/03/2024", "5.3.2024", "2024-03-05"],
)
def test_a_date_is_the_same_however_it_is_written(written: str) -> None:
    assert telling(f"Hướng Phùng, {written}.") == {"05032024"}


def test_numbers_and_codes_tell_papers_apart_and_words_do_not() -> None:
    text = "Số: 123/QĐ-UBND, CCCD 079 và 079203001234, điều 12, năm 2024"
    assert telling(text) == {"123qdubnd", "079203001234"}


@pytest.mark.parametrize("code", FORMS)
def test_a_paper_read_again_with_errors_is_alike(code: str) -> None:
    text = text_of(code, seed=1)
    assert are_alike(text, misread(text, 0.05))


@pytest.mark.parametrize("code", FORMS)
def test_the_same_form_of_another_citizen_is_not(code: str) -> None:
    assert not are_alike(text_of(code, seed=1), text_of(code, seed=2))


def test_one_number_read_differently_is_another_paper() -> None:
    text = text_of("giay-khai-sinh", seed=1)
    number = max(telling(text), key=len)
    assert not are_alike(text, text.replace(number, number[:-1] + "x"))


def test_a_paper_without_numbers_is_like_nothing() -> None:
    text = "Nội quy tiếp công dân của bộ phận một cửa"
    assert not are_alike(text, text)
