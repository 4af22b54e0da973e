import pytest

from pipeline.extract.agency import (
    Agency,
    find_agency,
    is_spelt_otherwise,
    to_name,
)
from pipeline.extract.layout import find_header
from tests.extract.typed import MOTTO, SLOGAN, Row, page


def agency_of(*rows: Row, issuer: str | None = None) -> Agency | None:
    header = find_header(page(*rows, MOTTO, SLOGAN))
    assert header is not None
    return find_agency(header, 330, issuer=issuer)


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("ỦY BAN NHÂN DÂN XÃ HƯỚNG PHÙNG", "Ủy ban nhân dân xã Hướng Phùng"),
        ("UBND TỈNH QUẢNG TRỊ", "Ủy ban nhân dân tỉnh Quảng Trị"),
        ("SỞ NÔNG NGHIỆP VÀ MÔI TRƯỜNG", "Sở Nông nghiệp và Môi trường"),
        ("BỘ CÔNG AN", "Bộ Công an"),
        ("CÔNG AN TỈNH HÀ GIANG", "Công an tỉnh Hà Giang"),
        ("UỶ BAN NHÂN DÂN PHƯỜNG HOÀ KHÁNH", "Ủy ban nhân dân phường Hòa Khánh"),
        ("CHI CỤC THUẾ KHU VỰC II", "Chi cục Thuế khu vực II"),
        ("Bộ Công an", "Bộ Công an"),
    ],
)
def test_capitals_become_the_spelling_of_texts(printed: str, name: str) -> None:
    assert to_name(printed) == name


@pytest.mark.parametrize(
    ("rows", "value", "parent"),
    [
        (["CHÍNH PHỦ"], "Chính phủ", ""),
        (["ỦY BAN NHÂN DÂN", "XÃ HƯỚNG PHÙNG"], "Ủy ban nhân dân xã Hướng Phùng", ""),
        (
            ["BỘ LAO ĐỘNG - THƯƠNG BINH", "VÀ XÃ HỘI"],
            "Bộ Lao động - Thương binh và Xã hội",
            "",
        ),
        (
            ["UBND TỈNH QUẢNG TRỊ", "SỞ TƯ PHÁP"],
            "Sở Tư pháp",
            "Ủy ban nhân dân tỉnh Quảng Trị",
        ),
    ],
)
def test_lines_of_one_name_are_joined_and_the_parent_kept_apart(
    rows: list[str], value: str, parent: str
) -> None:
    typed = [(250, 190 + 45 * index, text) for index, text in enumerate(rows)]
    agency = agency_of(*typed)
    assert agency is not None
    assert (agency.value, agency.parent) == (value, parent)


@pytest.mark.parametrize(
    ("date_line", "otherwise"),
    [
        ("Quản Bạ, ngày 15 tháng 9 năm 2026", True),
        ("Quần Bạ, ngày 15 tháng 9 năm 2026", False),
        ("Hà Giang, ngày 15 tháng 9 năm 2026", False),
        ("ngày 15 tháng 9 năm 2026", False),
    ],
)
def test_the_place_of_the_date_tells_of_another_mark_in_capitals(
    date_line: str, otherwise: bool
) -> None:
    rows: list[Row] = [(250, 190, "ỦY BAN NHÂN DÂN"), (250, 235, "XÃ QUẦN BẠ")]
    header = find_header(page(*rows, MOTTO, SLOGAN, (900, 330, date_line)))
    assert header is not None
    agency = find_agency(header, 330)
    assert agency is not None
    assert is_spelt_otherwise(agency, header) is otherwise


def test_the_letters_of_the_number_speak_for_or_against_it() -> None:
    row: Row = (300, 190, "BỘ CÔNG AN")
    for_it = agency_of(row, issuer="Bộ Công an")
    against = agency_of(row, issuer="Bộ Tư pháp")
    assert for_it
    assert for_it.corroborated
    assert not for_it.contradicted
    assert against
    assert against.contradicted
    assert not against.corroborated


def test_a_misread_known_name_is_repaired_and_kept_raw() -> None:
    agency = agency_of((300, 190, "CHÍNHPHỦ"))
    assert agency is not None
    assert (agency.value, agency.raw, agency.known) == ("Chính phủ", "CHÍNHPHỦ", True)


def test_without_capitals_on_the_left_there_is_no_agency() -> None:
    assert agency_of((250, 190, "Mẫu số 01")) is None
