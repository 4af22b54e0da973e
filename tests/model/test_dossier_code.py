from datetime import date

import pytest

from pipeline.model.dossier_code import received_on


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
