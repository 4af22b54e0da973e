from collections.abc import Sequence

import pytest

from pipeline.model.scan import Page
from pipeline.model.template import DocType
from pipeline.model.text import OcrLine, OcrPage, ReadPage
from pipeline.split.evidence import weigh_page
from tests.split.paper import (
    BODY,
    DOCTYPES,
    MOTTO,
    OFFICIAL,
    WIDTH,
    doctype,
    form,
    line,
    page,
    words,
)

EVERY_HEADING = [
    (one.code, heading.removesuffix(" …").upper())
    for one in DOCTYPES
    for heading in one.headings
]


def found_on(sheet: ReadPage, doctypes: Sequence[DocType] = DOCTYPES) -> str | None:
    heading = weigh_page(sheet, doctypes).heading
    return heading.doctype.code if heading else None


LONG_HEADINGS = [pair for pair in EVERY_HEADING if len(pair[1]) >= 12]
"""One wrong letter of a shorter heading makes another word."""

WIDER = {
    "don-cap-giay-phep-xay-dung": "don-de-nghi",
    "giay-de-nghi-ho-kinh-doanh": "don-de-nghi",
    "to-khai-ban-sao-trich-luc": "don-de-nghi",
    "thong-bao-dung-giai-quyet": "thong-bao",
    "hop-dong-chuyen-nhuong-dat": "hop-dong",
}
"""Types that a wider one catches where their own template is missing."""


@pytest.mark.parametrize(("code", "heading"), EVERY_HEADING)
def test_a_printed_heading_is_its_own_type(code: str, heading: str) -> None:
    assert found_on(form(heading)) == code


@pytest.mark.parametrize(("code", "heading"), EVERY_HEADING)
def test_a_heading_without_its_type_is_no_look_alike(code: str, heading: str) -> None:
    others = tuple(one for one in DOCTYPES if one.code != code)
    assert found_on(form(heading), others) in {None, WIDER.get(code)}


@pytest.mark.parametrize(("code", "heading"), LONG_HEADINGS)
def test_a_misread_letter_does_not_hide_a_long_heading(code: str, heading: str) -> None:
    longest = max(heading.split(), key=len)
    misread = heading.replace(longest, longest[:-1] + "X", 1)
    assert found_on(form(misread)) == code


@pytest.mark.parametrize(("code", "heading"), LONG_HEADINGS)
def test_a_heading_may_run_over_two_rows(code: str, heading: str) -> None:
    parts = heading.split()
    half = len(parts) // 2
    rows = (" ".join(parts[:half]), " ".join(parts[half:]))
    assert found_on(page(*MOTTO, "", *rows, "", *BODY)) == code


@pytest.mark.parametrize(
    ("heading", "code"),
    [
        ("GIẤY KHAI SINH (BẢN SAO)", "giay-khai-sinh"),
        ("TRÍCH LỤC KHAI SINH (BẢN SAO)", "trich-luc-khai-sinh"),
        ("GIÂY KHAI SINH", "giay-khai-sinh"),
        ("GIẤYKHAI SINH", "giay-khai-sinh"),
        ("GIẤY UỶ QUYỀN", "giay-uy-quyen"),
        ("GIẤY KHÁM SỨC KHOẺ", "giay-kham-suc-khoe"),
        ("TỜ KHAI ĐĂNG KÝ KHAI TỬ", "to-khai-dang-ky-khai-tu"),
        ("ĐƠN ĐỀ NGHỊ ĐĂNG KÝ TẠM TRÚ", "don-de-nghi"),
        ("ĐƠN XIN XÁC NHẬN HỘ NGHÈO", "don-de-nghi"),
        ("GIẤY ĐỀ NGHỊ CHỨNG THỰC BẢN SAO TỪ BẢN CHÍNH", "don-de-nghi"),
        ("ĐƠN ĐỀ NGHỊ CẤP GIẤY PHÉP XÂY DỰNG", "don-cap-giay-phep-xay-dung"),
        ("ĐƠN XIN CẤP BẢN SAO TRÍCH LỤC HỘ TỊCH", "to-khai-ban-sao-trich-luc"),
        ("HỢP ĐỒNG CHUYỂN NHƯỢNG QUYỀN SỬ DỤNG ĐẤT", "hop-dong-chuyen-nhuong-dat"),
        ("HỢP ĐỒNG ỦY QUYỀN", "hop-dong"),
        ("HỢP ĐỒNG UỶ QUYỀN", "hop-dong"),
        ("THÔNG TƯ LIÊN TỊCH", "thong-tu-lien-tich"),
        ("THÔNG TƯ", "thong-tu"),
    ],
)
def test_headings_as_they_are_met(heading: str, code: str) -> None:
    assert found_on(form(heading)) == code


@pytest.mark.parametrize(
    "heading",
    [
        "TỜ KHAI ĐĂNG KÝ NHẬN CHA, MẸ, CON",
        "TỜ KHAI ĐĂNG KÝ GIÁM HỘ",
        "GIẤY PHÉP LÁI XE",
        "THUẬT",
        "QUYẾT ĐỊNH:",
        "Giấy khai sinh",
        "GIẤY KHAI SINH CỦA CON TÔI ĐÃ MẤT",
    ],
)
def test_another_heading_is_none_of_ours(heading: str) -> None:
    assert found_on(form(heading)) is None


@pytest.mark.parametrize(
    "before", ["Căn cứ", "Theo", "kèm theo", "xin gửi đính kèm", "Về việc"]
)
def test_a_paper_that_is_only_mentioned_is_not_found(before: str) -> None:
    assert found_on(page(*MOTTO, "", before, "GIẤY KHAI SINH", *BODY)) is None


def test_a_heading_below_the_top_third_is_a_quotation() -> None:
    assert found_on(page(*MOTTO, *BODY, "", "GIẤY KHAI SINH", *BODY)) is None


def test_a_heading_in_the_left_column_is_none() -> None:
    assert found_on(page("SỞ TÀI CHÍNH | x", "KẾ HOẠCH | x", "", *BODY)) is None


def test_the_topmost_heading_names_the_paper() -> None:
    sheet = page(*OFFICIAL, "", "QUYẾT ĐỊNH", "BÁO CÁO HẰNG NĂM", "", *BODY)
    assert found_on(sheet) == "quyet-dinh"


def test_a_heading_beside_a_stamp_is_found_alone() -> None:
    stamp = words("ĐẾN 1A", 152, 500, confidence=0.2)
    heading = words("NGHỊ ĐỊNH", 779, 500)
    sheet = page(*OFFICIAL)
    read = OcrPage((*sheet.text.lines, OcrLine((*stamp, *heading))))
    evidence = weigh_page(ReadPage(sheet.page, read), DOCTYPES)
    assert evidence.heading is not None
    assert evidence.heading.text == "Nghị định"
    assert evidence.heading.box.left == 779


def test_dirt_close_to_a_heading_is_no_part_of_it() -> None:
    dirt = words("ĐẾN", 690, 500, confidence=0.2)
    heading = words("NGHỊ ĐỊNH", 779, 500)
    more = words("uuj2", 960, 500, confidence=0.1)
    sheet = page(*OFFICIAL)
    read = OcrPage((*sheet.text.lines, OcrLine((*dirt, *heading, *more))))
    assert found_on(ReadPage(sheet.page, read)) == "nghi-dinh"


def test_a_heading_read_with_little_confidence_is_still_one() -> None:
    faint = OcrLine(tuple(words("GIẤY KHAISINH", 700, 500, confidence=0.3)))
    sheet = page(*MOTTO)
    read = ReadPage(sheet.page, OcrPage((*sheet.text.lines, faint)))
    heading = weigh_page(read, DOCTYPES).heading
    assert heading is not None
    assert heading.doctype.code == "giay-khai-sinh"
    assert heading.confidence < 0.8


def test_a_form_line_above_a_heading_does_not_make_it_a_mention() -> None:
    sheet = page(*MOTTO, "Mẫu số 01 kèm theo", "TỜ KHAI ĐĂNG KÝ KHAI TỬ", *BODY)
    assert found_on(sheet) == "to-khai-dang-ky-khai-tu"


def test_a_form_number_above_the_heading_is_no_part_of_it() -> None:
    aside = ("Mẫu số 01", "(Ban hành kèm theo Thông tư số 04/2020/TT-BTP)")
    sheet = page(*aside, *MOTTO, "TỜ KHAI ĐĂNG KÝ KHAI SINH", *aside, *BODY)
    assert found_on(sheet) == "to-khai-dang-ky-khai-sinh"


def test_a_card_is_found_wherever_it_lies_on_the_sheet() -> None:
    card = (*MOTTO, "CĂN CƯỚC CÔNG DÂN", "Citizen Identity Card", "Số / No.: 0341")
    assert found_on(page(*card, top=0.55)) == "can-cuoc"


def test_a_card_mentioned_in_a_table_does_not_name_the_form() -> None:
    sheet = page(*MOTTO, "", "ĐƠN XIN XÁC NHẬN", *BODY, "CĂN CƯỚC CÔNG DÂN")
    assert found_on(sheet) == "don-de-nghi"
    assert found_on(page(*BODY, "CĂN CƯỚC CÔNG DÂN")) is None


def test_a_heading_on_the_right_half_of_a_double_page_is_found() -> None:
    sheet = page(*MOTTO)
    lines = (*sheet.text.lines, line("a | GIẤY KHAI SINH", 300))
    double = Page(1, WIDTH, WIDTH * 7 // 10, 140)
    assert found_on(ReadPage(double, OcrPage(lines))) == "giay-khai-sinh"


def test_a_heading_like_two_types_goes_to_a_person() -> None:
    near = DocType("giay-khai-sinx", "", headings=("Giấy khai sinx",))
    both = (doctype("giay-khai-sinh"), near)
    heading = weigh_page(form("GIẤY KHAI SINM"), both).heading
    assert heading is not None
    assert heading.resembles
    assert heading.confidence <= 0.5


def test_a_misread_heading_is_trusted_less() -> None:
    right = weigh_page(form("GIẤY KHAI SINH"), DOCTYPES).heading
    wrong = weigh_page(form("GIẤY KHAL SINH"), DOCTYPES).heading
    assert right is not None
    assert wrong is not None
    assert right.confidence > 0.95
    assert wrong.confidence < 0.9
