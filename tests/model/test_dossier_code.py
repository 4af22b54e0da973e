from datetime import date

import pytest

from pipeline.model.dossier_code import is_of_agencies, received_on


@pytest.mark.parametrize(
    "code",
    [
        "H15.50.05.13-261008-0975",
        "000.00.19.H29-261008-0012",
        "G09.01-261008-0912345",
        "H50-261008-0001",
    ],
)
def test_the_day_of_reception_is_told(code: str) -> None:
    assert received_on(code) == date(2026, 10, 8)


@pytest.mark.parametrize(
    "text",
    [
        "H15.50.05.13-261308-0975",
        "H15.50.05.13-260231-0975",
        "H15-261008-097",
        "Z15-261008-0975",
        "H15-261008-0975 ",
        "H15-٢٦١٠٠٨-0975",
        "",
    ],
)
def test_what_is_no_code_or_has_no_real_day_tells_nothing(text: str) -> None:
    assert received_on(text) is None


@pytest.mark.parametrize(
    ("code", "agencies", "expected"),
    [
        ("H15.50.05.13-261008-0975", ("H15.50.05.13",), True),
        ("H15.50.05.13-261008-0975", ("H15.50",), True),
        ("H15.50.05.13-261008-0975", ("H22", "H15"), True),
        ("H15.50.05.13-261008-0975", ("H15.5",), False),
        ("H15.50.05.13-261008-0975", ("H15.50.05.13.1",), False),
        ("H15.50.05.13-261008-0975", (), False),
        ("000.00.19.H29-200215-0012", ("H29",), True),
        ("000.00.19.H29-200215-0012", ("H15",), False),
        ("no code", ("H15",), False),
    ],
)
def test_a_code_is_of_an_agency_or_of_one_below_it(
    code: str, agencies: tuple[str, ...], expected: bool
) -> None:
    assert is_of_agencies(code, agencies) is expected
