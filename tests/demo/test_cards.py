from datetime import date

import zxingcpp

from demo.cards import draw_id_card, to_mrz
from demo.people import Person, make_person

SPECIMEN = Person(
    full_name="Nguyễn Thị Mẫu",
    sex="Nữ",
    born=date(1987, 2, 15),
    personal_id="034187000123",
    commune="Hòa Sơn",
    province="Đắk Lắk",
    hamlet="Thôn 1",
)


def test_the_machine_readable_zone_has_its_check_digits() -> None:
    assert to_mrz(SPECIMEN, date(2027, 2, 15)) == (
        "IDVNM1870001234034187000123<<7",
        "8702159F2702157VNM<<<<<<<<<<<0",
        "NGUYEN<<THI<MAU<<<<<<<<<<<<<<<",
    )


def test_the_code_on_the_back_says_what_the_card_says() -> None:
    person = make_person(6)
    (code,) = zxingcpp.read_barcodes(draw_id_card(person, "back").image)
    number, _, name, born, *_ = code.text.split("|")
    assert (number, name) == (person.personal_id, person.full_name)
    assert born == f"{person.born:%d%m%Y}"


def test_each_side_tells_what_is_printed_on_it() -> None:
    for side in ("front", "back"):
        page = draw_id_card(make_person(6), side)
        assert page.truth
        assert all(value in page.text for value in page.truth.values())
