from datetime import date

import pytest

from pipeline.extract.identifiers import (
    PROVINCES,
    birth_year,
    code_of_url,
    find_dossier_code,
    find_personal_id,
    find_procedure_code,
    find_tax_number,
    sex_of,
)


def test_the_list_has_the_63_provinces() -> None:
    assert len(PROVINCES) == 63


@pytest.mark.parametrize(
    ("text", "value", "repaired"),
    [
        ("034187000123", "034187000123", False),
        ("034 187 000 123", "034187000123", False),
        ("Số: 034187000123 cấp ngày 12/03/2021", "034187000123", False),
        ("O34l87000123", "034187000123", True),
        ("CMND 123456789", "123456789", False),
        ("123456789 nay là 034187000123", "034187000123", False),
    ],
)
def test_a_personal_number_is_found(text: str, value: str, repaired: bool) -> None:
    found = find_personal_id(text)
    assert found is not None
    assert (found.value, found.repaired, found.doubt) == (value, repaired, "")


def test_an_unknown_province_is_a_doubt() -> None:
    found = find_personal_id("999187000123")
    assert found is not None
    assert found.doubt


@pytest.mark.parametrize("text", ["03418700012", "0341870001234", "không có", "SOIL"])
def test_other_lengths_are_no_personal_number(text: str) -> None:
    assert find_personal_id(text) is None


def test_century_year_and_sex_stand_inside_the_number() -> None:
    assert (birth_year("034187000123"), sex_of("034187000123")) == (1987, "Nữ")
    assert (birth_year("001205000123"), sex_of("001205000123")) == (2005, "Nam")
    assert (birth_year("123456789"), sex_of("123456789")) == (None, None)


@pytest.mark.parametrize(
    ("text", "value", "repaired"),
    [
        ("H15.50.05.13-261008-0975", "H15.50.05.13-261008-0975", False),
        ("000.00.19.H29-200215-0012", "000.00.19.H29-200215-0012", False),
        ("Mã hồ sơ: G09.01 – 261008 - 0912345", "G09.01-261008-0912345", False),
        ("N15.5O.05.13—261008-0975", "H15.50.05.13-261008-0975", True),
        ("1115.50-261008-097S", "H15.50-261008-0975", True),
    ],
)
def test_a_dossier_code_is_found(text: str, value: str, repaired: bool) -> None:
    found = find_dossier_code(text)
    assert found is not None
    assert (found.value, found.repaired, found.doubt) == (value, repaired, "")


def test_a_code_without_a_real_date_or_from_the_future_is_a_doubt() -> None:
    today = date(2026, 10, 7)
    codes = ("H15-261308-0975", "H15-261008-0975", "H15-261007-0975")
    found = [find_dossier_code(code, today=today) for code in codes]
    assert [bool(each and each.doubt) for each in found] == [True, True, False]


def test_only_the_code_is_taken_from_a_url() -> None:
    url = "https://dvc.example/tra-cuu?SGT=034187000123&MHS=H15.50-261008-0975"
    assert code_of_url(url) == "H15.50-261008-0975"
    assert code_of_url("https://dvc.example/apiqr/qr?id=1") is None


def test_a_procedure_code_keeps_its_provincial_suffix() -> None:
    assert find_procedure_code("Thủ tục 1.001193.000.00.00.H22") == (
        "1.001193.000.00.00.H22"
    )
    assert find_procedure_code("khai sinh (1.001193)") == "1.001193"
    assert find_procedure_code("11.001193") is None


def test_the_check_digit_of_a_tax_number_is_checked() -> None:
    numbers = ("0100233488", "0314409058-002", "0100233489")
    found = [find_tax_number(number) for number in numbers]
    assert [each and each.doubt for each in found] == [
        "",
        "",
        "check digit does not fit",
    ]
