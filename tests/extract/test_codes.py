import pytest

from pipeline.extract.codes import card_values, dossier_codes, plain_values
from pipeline.model.geometry import BoundingBox
from pipeline.model.template import Kind
from pipeline.model.text import PageCode, ReadPage
from tests.extract.typed import page

BOX = BoundingBox(100, 100, 300, 160)
CARD = "034187000123|123456789|Nguyễn Thị Mẫu|15021987|Nữ|Xã Hai, tỉnh Ba|12092024"


def page_with(*texts: str) -> ReadPage:
    return page(codes=tuple(PageCode("qr", text, BOX) for text in texts))


def test_the_code_of_a_dossier_is_taken_from_bars_and_from_a_url() -> None:
    url = "https://dvc.invalid/tra-cuu?SGT=034187000123&MHS=H15.50-261008-0975"
    for text in ("H15.50-261008-0975", url):
        found = dossier_codes([page_with("ASN00123", text)])
        assert [(each.value, each.raw) for each in found] == [
            ("H15.50-261008-0975", "H15.50-261008-0975")
        ]


def test_two_codes_are_both_listed_and_one_twice_is_one() -> None:
    pages = [page_with("H15-261008-0975", "H15-261008-0976", "H15-261008-0975")]
    assert len(dossier_codes(pages)) == 2


@pytest.mark.parametrize("more", ["", "|Lê Văn A", "|a|b|c|d"])
def test_the_card_is_read_with_seven_to_eleven_parts(more: str) -> None:
    values = {
        name: v.value for name, v in card_values([page_with(CARD + more)]).items()
    }
    assert values == {
        "personal_id": "034187000123",
        "full_name": "Nguyễn Thị Mẫu",
        "date_of_birth": "1987-02-15",
        "sex": "Nữ",
        "residence": "Xã Hai, tỉnh Ba",
        "issued_on": "2024-09-12",
    }


@pytest.mark.parametrize(
    "text",
    ["a|b|c", CARD.replace("15021987", "31021987"), CARD[1:], "x" * 3000, "|" * 7],
)
def test_what_is_no_card_gives_nothing(text: str) -> None:
    assert card_values([page_with(text)]) == {}


def test_a_field_from_a_code_alone_takes_what_its_kind_asks_for() -> None:
    pages = [page_with(CARD)]
    assert plain_values(pages, Kind.DOSSIER_CODE) == ()
    assert [v.value for v in plain_values(pages, Kind.PERSONAL_ID)] == ["034187000123"]
    assert [v.value for v in plain_values([page_with(" a  b ")], Kind.TEXT)] == ["a b"]
