import pytest

from pipeline.model.text import OcrPage
from pipeline.ocr.landmarks import (
    find_motto,
    goes_on_with_date,
    is_date,
    is_number,
    pieces,
    starts_date,
)
from tests.ocr.drawn import page_of


def page_with(*texts: str) -> OcrPage:
    return page_of(*(((word, 100 + 400 * at),) for at, word in enumerate(texts)))


def line_of(text: str) -> OcrPage:
    places, left = [], 100
    for word in text.split():
        places.append((word, left))
        left += 18 * len(word) + 10
    return page_of(tuple(places))


@pytest.mark.parametrize(
    "text",
    [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "CQNG HÒA XÀ HỘI GHỦ NGHIA VIỆT NAM",
        "CỘNGHÒA XÃ HỘI CHỦ NGHĨAVIỆT NAM",
    ],
)
def test_the_motto_is_found_also_misread(text: str) -> None:
    found = find_motto(line_of(f"BỘ CÔNG AN {text}"))
    assert found is not None
    assert found.box.left == line_of(f"BỘ CÔNG AN {text}").words[3].box.left


@pytest.mark.parametrize(
    "text",
    [
        "nước Cộng hòa xã hội chủ nghĩa Việt Nam",
        "CỘNG HÒA",
        "ỦY BAN NHÂN DÂN XÃ AN PHÚ",
        "CHỦ",
        "",
    ],
)
def test_other_lines_are_no_motto(text: str) -> None:
    assert find_motto(line_of(text) if text else OcrPage()) is None


def test_a_motto_far_down_the_page_is_no_head() -> None:
    lines = [(("Điều", 100),)] * 20 + [(("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 100),)]
    assert find_motto(page_of(*lines)) is None


@pytest.mark.parametrize(
    "text",
    ["Số: 154/2024/NĐ-CP", "Số 12", "Sô: 5⁄QĐ", "S6: 7/UB", "Số:", "Số: /UBND-VP",
     "- Số: 12/TB", "Số:12/2024", "SỐ: 3", "Số: ……/GXN", "Số: Ï2/QĐ",
     "Luật số: 20/2023/QH15", "Bộ luật số: 91/2015/QH13"],
)  # fmt: skip
def test_a_number_line_is_known(text: str) -> None:
    assert is_number(text)


@pytest.mark.parametrize(
    "text",
    ["Số điện thoại: 0912", "Số định danh cá nhân: 001", "sống tại xã", "Sơn La 12",
     "theo Thông tư số 12/2024", "12/QĐ-UBND", "", "Số lượng: 2",
     "Luật số lượng", "Luật Giao dịch điện tử số 20/2023/QH15"],
)  # fmt: skip
def test_other_lines_are_no_number(text: str) -> None:
    assert not is_number(text)


@pytest.mark.parametrize(
    "text",
    ["Hà Nội, ngày 26 tháng 11 năm 2024", "ngay 2 thang 1 nam 2020",
     "Huế, ngày … tháng … năm …", "Hà Nội, nqày 0Ï thàng 7 nàm 2016", "tháng 5 năm 20"],
)  # fmt: skip
def test_a_date_line_is_known(text: str) -> None:
    assert is_date(text)


@pytest.mark.parametrize("text", ["ngày mai", "26/11/2024", "năm ngày", "", "hai năm"])
def test_other_lines_are_no_date(text: str) -> None:
    assert not is_date(text)


@pytest.mark.parametrize(
    ("text", "begins"), [("Huế, ngày 5", True), ("NGÀY", True), ("tháng 5", False)]
)
def test_a_date_begins_with_its_day(text: str, begins: bool) -> None:
    assert starts_date(text) is begins


@pytest.mark.parametrize(
    ("text", "goes_on"),
    [("tháng 5", True), ("năm", True), ("2024", True), ("0Ï", True), ("ĐẾN", False)],
)
def test_a_date_goes_on_with_month_year_or_digits(text: str, goes_on: bool) -> None:
    assert goes_on_with_date(text) is goes_on


def test_a_line_is_cut_at_wide_gaps_only() -> None:
    line = page_of((("Số:", 100), ("5/UB", 170), ("Huế,", 600), ("ngày", 690))).lines[0]
    assert [piece.text for piece in pieces(line, gap=50)] == ["Số: 5/UB", "Huế, ngày"]
    assert [piece.text for piece in pieces(line, gap=900)] == [line.text]
