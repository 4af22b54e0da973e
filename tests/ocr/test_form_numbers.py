import pytest

from pipeline.model.text import OcrLine, OcrPage, OcrWord
from pipeline.ocr.form_numbers import SURE, find_form_numbers
from tests.ocr.drawn import page_of

Places = tuple[tuple[str, int], ...]


def doubted(*texts: str, confidence: float = 0.9) -> OcrPage:
    """Lines of words, each read with *confidence*."""
    return OcrPage(
        tuple(
            OcrLine(
                tuple(OcrWord(word.text, word.box, confidence) for word in line.words)
            )
            for line in page_of(*map(places, texts)).lines
        )
    )


def places(text: str) -> Places:
    found, left = [], 100
    for word in text.split():
        found.append((word, left))
        left += 18 * len(word) + 10
    return tuple(found)


def numbers(page: OcrPage) -> list[str]:
    found = find_form_numbers(page)
    return [" ".join(word.text for word in run.words) for run in found]


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("Số điện thoại: 0912000000 Email:", "0912000000"),
        ("Giấy tờ tùy thân: Căn cước số 034 187 000 123", "034 187 000 123"),
        ("4. Thời gian nhận: 08 giờ, ngày 03/01/2025", "03/01/2025"),
        ("Mã hồ sơ: G09.01-250103-2877", "G09.01-250103-2877"),
        ("Số CCCD: 0341B7000l23", "0341B7000l23"),
        ("066199000741", "066199000741"),
    ],
)
def test_the_number_behind_a_label_or_alone_is_found(line: str, number: str) -> None:
    assert number in numbers(doubted(line))


@pytest.mark.parametrize(
    "line",
    [
        "Luật Cư trú ngày 13/11/2020 của Quốc hội",
        "2",
        "2024",
        "Điều 12. Hiệu lực thi hành",
        "Họ và tên: NGUYỄN THỊ MẪU",
    ],
)
def test_sentences_page_numbers_and_names_are_left_alone(line: str) -> None:
    assert numbers(doubted(line)) == []


def test_what_was_read_without_doubt_is_not_read_again() -> None:
    assert numbers(doubted("Điện thoại: 0912000000", confidence=SURE)) == []


def test_the_most_doubtful_number_comes_first() -> None:
    good, bad = doubted("A: 11 B: 12"), doubted("A: 99", confidence=0.5)
    assert numbers(OcrPage((*good.lines, *bad.lines)))[0] == "99"


def test_a_line_of_a_machine_readable_zone_is_one_number() -> None:
    line = "IDVNM1870001234034187000123<<7"
    assert numbers(doubted(line)) == [line]


def test_columns_of_a_table_are_no_number() -> None:
    row = (("Diện", 100), ("tích:", 200), ("12", 300), ("34", 600), ("56", 900))
    page = OcrPage(
        tuple(
            OcrLine(tuple(OcrWord(w.text, w.box, 0.9) for w in line.words))
            for line in page_of(row).lines
        )
    )
    assert sorted(numbers(page)) == ["12", "34", "56"]
