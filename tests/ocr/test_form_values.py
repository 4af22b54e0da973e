import pytest

from pipeline.model.text import OcrLine, OcrPage, OcrWord
from pipeline.ocr.form_values import SURE, find_form_values
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
    found = find_form_values(page)
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
        "Xét đề nghị của ông Nguyễn Văn Mẫu",
        "Nội dung: đăng ký khai sinh cho con",
    ],
)
def test_sentences_page_numbers_and_plain_texts_are_left_alone(line: str) -> None:
    assert numbers(doubted(line)) == []


def test_what_was_read_without_doubt_is_not_read_again() -> None:
    assert numbers(doubted("Điện thoại: 0912000000", confidence=SURE)) == []


def test_the_most_doubtful_number_comes_first() -> None:
    good, bad = doubted("A: 11 B: 12"), doubted("A: 99", confidence=0.5)
    assert numbers(OcrPage((*good.lines, *bad.lines)))[0] == "99"


def test_a_line_of_a_machine_readable_zone_is_one_number() -> None:
    line = "IDVNM1870001234034187000123<<7"
    assert numbers(doubted(line)) == [line]


def test_the_second_column_of_a_table_is_no_part_of_the_number() -> None:
    row = (("Diện", 100), ("tích:", 200), ("12", 300), ("34", 600))
    line = page_of(row).lines[0]
    words = tuple(OcrWord(word.text, word.box, 0.9) for word in line.words)
    assert numbers(OcrPage((OcrLine(words),))) == ["12"]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("Họ, chữ đệm, tên: NGUYỄN THỊ MẪU", "NGUYỄN THỊ MẪU"),
        ("Họ và tên mẹ: H’Hen Niê", "H’Hen Niê"),
        ("Tiếp nhận của Ông (Bà): Lê Văn Mẫu (Trực tiếp)", "Lê Văn Mẫu (Trực tiếp)"),
    ],
)
def test_a_name_behind_its_label_is_read_again(line: str, value: str) -> None:
    assert numbers(doubted(line, confidence=0.95)) == [value]


def test_any_text_behind_a_label_is_read_again_where_it_is_doubted() -> None:
    line = "Nơi sinh: Bệnh viện đa khoa tỉnh Ba"
    assert numbers(doubted(line, confidence=0.85)) == [line.split(": ")[1]]
    assert numbers(doubted(line, confidence=0.92)) == []


def test_a_text_with_a_word_that_is_doubted_otherwise_comes_first() -> None:
    page = doubted("Nơi sinh: Thôn Bình An", "Ghi chú: 2", confidence=0.95)
    odd = page.lines[0].words[-1].box
    found = find_form_values(page, [odd])
    assert found[0].line.text == "Nơi sinh: Thôn Bình An"
    assert [run.doubtful for run in found] == [True, False]


def test_a_name_alone_below_a_signature_is_read_again() -> None:
    lines = [*["Điều 1. Nội dung là"] * 9, "Trần Thị Mẫu", "CHỦ TỊCH"]
    assert numbers(doubted(*lines)) == ["Trần Thị Mẫu"]
