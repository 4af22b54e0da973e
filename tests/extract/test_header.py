import pytest

from pipeline.extract.header import (
    Found,
    Unread,
    find_closing_date,
    find_header_date,
    find_number,
    find_number_elsewhere,
    understand_number,
    understand_place_and_date,
)
from pipeline.extract.layout import Header, find_header
from pipeline.model.text import ReadPage
from tests.extract.typed import DATE, NUMBER, Row, circular, look, page

STAMP: tuple[Row, ...] = (
    (150, 430, "CÔNG VĂN ĐẾN"),
    (150, 470, "Số: 3256/BTP"),
    (150, 510, "Ngày 27 tháng 11 năm 2024"),
)


def header_of(read: ReadPage) -> Header:
    header = find_header(read)
    assert header is not None
    return header


def number_on(read: ReadPage) -> Found | Unread | None:
    return find_number(read, header_of(read), None)


def date_on(read: ReadPage) -> Found | Unread | None:
    return find_header_date(read, header_of(read))


def test_number_and_date_are_accepted_where_the_readings_agree() -> None:
    read = page(*circular(), looks=(look(NUMBER), look(DATE)))
    number, dated = number_on(read), date_on(read)
    assert isinstance(number, Found)
    assert number.verdict.agreed
    assert isinstance(dated, Found)
    assert dated.verdict.agreed
    assert number.verdict.candidate.value == "51/2025/TT-BCA"
    assert dated.verdict.candidate.value == "2025-06-30"


def test_one_reading_of_a_scan_is_no_evidence() -> None:
    read = page(*circular())
    found = number_on(read), date_on(read)
    assert [isinstance(f, Found) and f.verdict.agreed for f in found] == [False, False]


def test_a_text_layer_needs_no_second_look() -> None:
    read = page(*circular(), source="text-layer")
    found = number_on(read), date_on(read)
    assert [isinstance(f, Found) and f.verdict.agreed for f in found] == [True, True]


def test_an_incoming_stamp_never_wins() -> None:
    looks = (look(NUMBER), look(DATE), *map(look, STAMP[1:]))
    read = page(*circular(), *STAMP, looks=looks)
    number, dated = number_on(read), date_on(read)
    assert isinstance(number, Found)
    assert isinstance(dated, Found)
    assert number.verdict.candidate.value == "51/2025/TT-BCA"
    assert dated.verdict.candidate.value == "2025-06-30"


def test_a_stamp_does_not_take_the_place_of_a_missing_number_or_date() -> None:
    looks = tuple(map(look, STAMP[1:]))
    read = page(*circular(number=None, date=None), *STAMP, looks=looks)
    assert (number_on(read), date_on(read)) == (None, None)


def test_a_date_of_the_body_does_not_take_the_place_of_a_missing_one() -> None:
    body: Row = (900, 620, "ngày 27 tháng 11 năm 2023")
    read = page(*circular(date=None), body, looks=(look(body),))
    assert date_on(read) is None


def test_a_second_date_in_the_header_is_a_doubt() -> None:
    other: Row = (900, 350, "ngày 01 tháng 7 năm 2025")
    read = page(*circular(), other, looks=(look(DATE), look(other)))
    found = date_on(read)
    assert isinstance(found, Found)
    assert not found.verdict.agreed


def test_a_number_filled_in_by_hand_is_shown_and_not_guessed() -> None:
    row: Row = (260, 300, "Số: /QĐ-UBND")
    found = number_on(page(*circular(number=row), looks=(look(row),)))
    assert isinstance(found, Unread)


@pytest.mark.parametrize("text", ["Số: ........./HDHS", "Số:", "Số: ......"])
def test_an_empty_number_line_is_no_number(text: str) -> None:
    assert number_on(page(*circular(number=(260, 300, text)))) is None


def test_a_number_far_below_the_agency_is_doubted() -> None:
    low: Row = (260, 520, "Số: 51/2025/TT-BCA")
    rows = circular(number=low, heading=None, subject=None)
    read = page(*rows, looks=(look(low),))
    found = find_number(read, header_of(read), 220)
    assert isinstance(found, Found)
    assert not found.verdict.agreed


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Số: 51/2025/TT-BCA", "51/2025/TT-BCA"),
        ("Số: 45 /2020/NĐ-CP.", "45/2020/NĐ-CP"),
        ("Số: 1 2 3/QĐ-UBND", "123/QĐ-UBND"),
        ("Luật số: 20/2023/QH15", "20/2023/QH15"),
        ("Sế: 12/2024", "12/2024"),
        ("5 1/2025/TT-BCA", None),
        ("Số: 12 và 51/2025/TT-BCA", None),
        ("Căn cứ Nghị định số 14/2017/NĐ-CP", None),
    ],
)
def test_the_number_follows_its_label_at_once(text: str, value: str | None) -> None:
    found = understand_number(text)
    assert (found.value if found else None) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Thành phố Hồ Chí Minh, ngày 05 tháng 3 năm 2024", "2024-03-05"),
        ("Kỳ Anh, ngày 05 tháng 3 năm 2024", "2024-03-05"),
        ("Từ Sơn; ngày 05 tháng 3 năm 2024", "2024-03-05"),
        ("Ghi bằng chữ: ngày 05 tháng 3 năm 2024", None),
        ("'Hà Nội, ngày 30 tháng 6 năm 202]", "2021-06-30"),
        ("Căn cứ Luật Cư trú ngày 13 tháng 11 năm 2020;", None),
        ("ngày 15 tháng 11 năm 2024 của Bộ trưởng", None),
        ("ĐẾN Ngày 27 tháng 11 năm 2024", None),
        ("từ ngày 01 tháng 7 năm 2025", None),
    ],
)
def test_only_place_and_date_alone_are_the_date_line(
    text: str, value: str | None
) -> None:
    found = understand_place_and_date(text)
    assert (found.value if found else None) == value


def test_a_form_is_dated_above_its_signature() -> None:
    row: Row = (900, 1700, "Hòa Sơn, ngày 08 tháng 12 năm 2025")
    found = find_closing_date([page(row, looks=(look(row),))])
    assert found is not None
    assert found.verdict.agreed
    assert found.verdict.candidate.value == "2025-12-08"


def test_two_dates_above_signatures_are_for_a_person() -> None:
    rows: tuple[Row, ...] = (
        (900, 1500, "Hòa Sơn, ngày 08 tháng 12 năm 2025"),
        (900, 1900, "Hòa Sơn, ngày 10 tháng 12 năm 2025"),
    )
    found = find_closing_date([page(*rows, looks=tuple(map(look, rows)))])
    assert found is not None
    assert not found.verdict.agreed


def test_a_certificate_has_its_number_right_above_the_heading() -> None:
    row: Row = (1200, 380, "Số: 12/2025")
    found = find_number_elsewhere(page(row, looks=(look(row),)))
    assert found is not None
    assert found.verdict.agreed
    assert found.verdict.candidate.value == "12/2025"
