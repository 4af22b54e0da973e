from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.values import DOUBTFUL, FITS, REPAIRED, clean, is_spelt, parse
from pipeline.model.template import Kind


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.PERSON_NAME, "..... NGUYỄN VĂN A ......", "NGUYỄN VĂN A"),
        (Kind.PERSON_NAME, "H'Hen Niê", "H'Hen Niê"),
        (Kind.SEX, "Nữ", "Nữ"),
        (Kind.SEX, "nam.", "Nam"),
        (Kind.ETHNICITY, "H'Mông", "Mông"),
        (Kind.ETHNICITY, "Kinh", "Kinh"),
        (Kind.NATIONALITY, "VIỆT NAM", "Việt Nam"),
        (Kind.PHONE, "0912 345.678", "0912345678"),
        (Kind.PHONE, "+84 912345678", "0912345678"),
        (Kind.PHONE, "(0233) 3852 123", "02333852123"),
        (Kind.INTEGER, "02 (hai) bộ", "2"),
        (Kind.INTEGER, "1.947 m2", "1947"),
        (Kind.DATE, "05 / 3 / 2024", "2024-03-05"),
        (Kind.PERSONAL_ID, "034187000123", "034187000123"),
        (Kind.DOCUMENT_NUMBER, "Số: 45/2016/QĐ-TTg", "45/2016/QĐ-TTg"),
        (Kind.ADDRESS, "thôn Một, xã  Hai ..........", "thôn Một, xã Hai"),
    ],
)
def test_a_clean_value_fits_its_kind(kind: Kind, text: str, value: str) -> None:
    parsed = parse(kind, text)
    assert (parsed.value, parsed.certainty) == (value, FITS)


@pytest.mark.parametrize("kind", list(Kind))
def test_dotted_leaders_alone_are_no_value(kind: Kind) -> None:
    assert parse(kind, ".......……____").value is None


def test_an_empty_date_line_is_no_value() -> None:
    assert parse(Kind.DATE, "ngày ..... tháng ..... năm .......").value is None


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.PERSON_NAME, "Nguyễn 3 A"),
        (Kind.PERSON_NAME, "nguyễn văn"),
        (Kind.SEX, "Nam Nữ"),
        (Kind.ETHNICITY, "Xyzw"),
        (Kind.PHONE, "0112345678"),
        (Kind.INTEGER, "12,5"),
        (Kind.DATE, "31/02/2020"),
        (Kind.PERSONAL_ID, "999187000123"),
        (
            Kind.DATE,
            "15/02/1987 (ngày mười sáu tháng hai năm một nghìn chín trăm mười)",
        ),
    ],
)
def test_what_does_not_fit_is_doubtful_and_kept(kind: Kind, text: str) -> None:
    parsed = parse(kind, text)
    assert parsed.value
    assert parsed.certainty == DOUBTFUL
    assert parsed.note


def test_a_repaired_value_is_less_certain() -> None:
    assert parse(Kind.DATE, "3]/12/2020").certainty == REPAIRED
    assert parse(Kind.PHONE, "09l2345678").certainty == REPAIRED
    assert parse(Kind.ETHNICITY, "Kính h").certainty < FITS


def test_a_date_in_the_future_is_doubtful() -> None:
    today = date(2026, 11, 24)
    assert parse(Kind.DATE, "25/11/2026", today=today).certainty == DOUBTFUL
    assert parse(Kind.DATE, "24/11/2026", today=today).certainty == FITS


@given(st.sampled_from(list(Kind)), st.text(max_size=40))
def test_parsing_never_raises(kind: Kind, text: str) -> None:
    parse(kind, text)


def test_leaders_inside_a_value_become_one_space() -> None:
    assert clean("Thôn 3......... xã Hai…") == "Thôn 3 xã Hai"


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("Quy định về cấp QSDĐ tại UBND xã", True),
        ("h chi tiết một số điều", False),
        ("Ủy ban nhân dânxãhướng", False),
    ],
)
def test_pieces_that_stains_leave_are_no_words(text: str, spelt: bool) -> None:
    assert is_spelt(text) is spelt


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.TAX_NUMBER, "0100233488", "0100233488"),
        (Kind.TAX_NUMBER, "0314409058-002", "0314409058-002"),
        (Kind.TAX_NUMBER, "0314409058 - 002", "0314409058-002"),
        (Kind.TAX_NUMBER, "0100 233 488", "0100233488"),
        (Kind.TAX_NUMBER, "034187000123", "034187000123"),
        (Kind.BUSINESS_NUMBER, "41A80012345", "41A80012345"),
        (Kind.BUSINESS_NUMBER, "0100112437", "0100112437"),
        (Kind.SOCIAL_INSURANCE, "79 1234 5678", "7912345678"),
        (Kind.HEALTH_INSURANCE, "DN 4 79 7912345678", "DN4797912345678"),
        (Kind.HEALTH_INSURANCE, "7912345678", "7912345678"),
        (Kind.PROCEDURE_CODE, "1.001193", "1.001193"),
        (Kind.PROCEDURE_CODE, "1.001193.000.00.00.H22", "1.001193.000.00.00.H22"),
        (Kind.PLOT, "123;", "123"),
        (Kind.PLOT, "12-1 , 13", "12-1, 13"),
        (Kind.CERTIFICATE_SERIAL, "CN 719597", "CN 719597"),
        (Kind.CERTIFICATE_SERIAL, "AA09273289", "AA 09273289"),
        (Kind.CERTIFICATE_SERIAL, "Đ 123456", "Đ 123456"),
        (Kind.AREA, "1.234,5 m²", "1234.5"),
        (Kind.AREA, "123,5 m2 (bằng chữ: một trăm)", "123.5"),
        (Kind.AREA, "85m?", "85"),
        (Kind.MONEY, "15.000.000 đồng (mười lăm triệu đồng)", "15000000"),
        (Kind.MONEY, "500.000đ", "500000"),
        (Kind.MONEY, "2.000.000 VNĐ", "2000000"),
    ],
)
def test_numbers_of_every_kind_are_brought_to_one_form(
    kind: Kind, text: str, value: str
) -> None:
    once = parse(kind, text)
    assert (once.value, once.certainty) == (value, FITS)
    again = parse(kind, value)
    assert (again.value, again.certainty) == (value, FITS)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.TAX_NUMBER, "0100233489"),
        (Kind.HEALTH_INSURANCE, "ZZ4797912345678"),
        (Kind.SOCIAL_INSURANCE, "79123"),
        (Kind.PROCEDURE_CODE, "1.00119"),
        (Kind.PLOT, "xem sơ đồ"),
        (Kind.CERTIFICATE_SERIAL, "CN 7195"),
        (Kind.AREA, "rộng"),
        (Kind.MONEY, "12,5"),
    ],
)
def test_what_has_not_the_form_of_its_kind_is_never_accepted(
    kind: Kind, text: str
) -> None:
    assert parse(kind, text).certainty <= DOUBTFUL


@pytest.mark.parametrize(
    ("text", "certainty"),
    [
        ("Cấp đổi giấy tờ", FITS),
        ("CấP đổi giấy tờ", REPAIRED),
        ("CẤP. đổi giấy tờ", REPAIRED),
        ("CẤP ĐỔI GIẤY TỜ", FITS),
        ("Theo QĐ số 12 của UBND xã", FITS),
        ("Nộp qua VNeID", FITS),
        ("Ở nhà", FITS),
    ],
)
def test_capitals_in_odd_places_of_a_text_are_looked_at(
    text: str, certainty: float
) -> None:
    parsed = parse(Kind.TEXT, text)
    assert (parsed.value, parsed.certainty) == (text, certainty)
