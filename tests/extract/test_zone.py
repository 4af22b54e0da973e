from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.zone import Zone, check_digit, find_zone
from pipeline.model.text import OcrPage, Reading, ReadPage, SecondLook
from tests import drawing
from tests.extract.typed import line, page

NUMBER = "IDVNM1870001234034187000123<<7"
DATES = "8702159F2702157VNM<<<<<<<<<<<0"
NAME = "NGUYEN<<THI<MAU<<<<<<<<<<<<<<<"


def zone_of(*rows: str, looks: tuple[SecondLook, ...] = ()) -> Zone | None:
    typed = tuple((100, 300 + 45 * n, row) for n, row in enumerate(rows))
    return find_zone([page((100, 100, "Nơi cư trú:")), page(*typed, looks=looks)])


def said(zone: Zone | None) -> tuple[str | None, ...] | None:
    if zone is None:
        return None
    return zone.personal_id, zone.date_of_birth, zone.sex, zone.expires_on


@pytest.mark.parametrize(
    "rows",
    [
        (NUMBER, DATES, NAME),
        ("1DVNM1870001234034187000123«7", "8702159F2702157VNM<<<<", "x"),
        ("IDVNM 18700O1234 O34I87000I23 << 7", DATES),
        ("|DVNM1870001234034187000123<<7", "l " + DATES),
    ],
)
def test_a_zone_is_read_through_what_ocr_confuses(rows: tuple[str, ...]) -> None:
    wanted = ("034187000123", "1987-02-15", "Nữ", "2027-02-15")
    assert said(zone_of(*rows)) == wanted


@pytest.mark.parametrize(
    "number",
    [
        "IDVNM1870001234034187000124<<7",
        "IDVNM1870001234034187000123<<8",
        "IDVNM1870001235034187000123<<7",
        "IDVNM1970001234034197000123<<7",
        "Số 034187000123",
        "",
    ],
)
def test_a_number_that_its_check_digits_do_not_prove_is_no_zone(number: str) -> None:
    assert zone_of(number or "x", DATES) is None


@pytest.mark.parametrize(
    ("dates", "left"),
    [
        (DATES.replace("870215", "870216"), (None, None, None)),
        (DATES.replace("F", "M"), (None, None, None)),
        (DATES.replace("270215", "270216"), ("1987-02-15", "Nữ", None)),
        ("8602158F2702157VNM<<<<", (None, None, None)),
    ],
)
def test_what_is_not_proved_is_left_out(
    dates: str, left: tuple[str | None, ...]
) -> None:
    assert said(zone_of(NUMBER, dates)) == ("034187000123", *left)


def test_any_reading_of_a_line_may_prove_it() -> None:
    bad = NUMBER.replace("0001", "OO91")
    readings = (Reading("page", bad, 0.5), Reading("second-model", NUMBER, 0.5))
    look = SecondLook(line(100, 300, bad).box, readings)
    assert said(zone_of(bad, DATES, looks=(look,))) is not None


@pytest.mark.parametrize("seed", range(8))
def test_the_zone_of_any_drawn_card_is_proved(seed: int) -> None:
    person = drawing.make_person(seed)
    zone = zone_of(*drawing.to_mrz(person, date(2039, 5, 17)))
    born = person.born.isoformat()
    assert said(zone) == (person.personal_id, born, person.sex, "2039-05-17")


@given(st.text(alphabet="IDVNM<0123456789 «OlF", max_size=64))
def test_no_line_is_too_strange(text: str) -> None:
    rows = (line(100, 300, text),) if text.split() else ()
    find_zone([ReadPage(page().page, OcrPage(rows))])


def test_the_check_digit_is_that_of_the_standard() -> None:
    assert check_digit("D23145890734") == "9"
    assert check_digit("740812") == "2"
