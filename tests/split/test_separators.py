from collections.abc import Sequence

import numpy as np
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.model.geometry import BoundingBox
from pipeline.model.text import PageCode
from pipeline.split.separators import (
    dossier_code,
    dossier_codes,
    find_codes,
    is_dossier_code,
    is_identity_card,
    is_separator,
    serials,
)

CODE = "H15.50.05.13-261008-0975"
OTHER = "H15.50.05.13-261008-0976"
LOOKUP = "https://dvc.example.vn/portaldvc/tra-cuu?SGT=034187000123&MHS="
CARD = "034187000123|123456789|Nguyễn Thị Mẫu|15021987|Nữ|Xã Mẫu, Hà Giang|01012022"

Drawn = tuple[str, str, int, int]
"""Format, text, left and top on the page."""


def page(codes: Sequence[Drawn], scale: int = 3) -> NDArray[np.uint8]:
    """An A4 page at 200 dpi with *codes* on it."""
    paper = np.full((2339, 1654), 255, np.uint8)
    for name, text, left, top in codes:
        symbol = zxingcpp.create_barcode(text, zxingcpp.barcode_format_from_str(name))
        image = np.array(symbol.to_image(scale=scale))
        height, width = image.shape
        paper[top : top + height, left : left + width] = image
    return paper


def code(text: str, symbology: str = "code128") -> PageCode:
    return PageCode(symbology, text, BoundingBox(0, 0, 10, 10))


@pytest.mark.parametrize(
    ("name", "symbology", "text"),
    [
        ("Code128", "code128", CODE),
        ("QRCode", "qr", LOOKUP + CODE),
        ("Code39", "code39", "ASN00123"),
    ],
)
@pytest.mark.parametrize("turns", range(4))
def test_a_code_is_found_however_the_sheet_lies(
    name: str, symbology: str, text: str, turns: int
) -> None:
    image = np.ascontiguousarray(np.rot90(page([(name, text, 400, 300)]), turns))
    (found,) = find_codes(image, 200)
    assert (found.symbology, found.text) == (symbology, text)


def test_the_box_lies_around_the_code() -> None:
    (found,) = find_codes(page([("QRCode", CODE, 400, 300)]), 200)
    assert found.box.overlap(BoundingBox(400, 300, 520, 420)) > 0.5 * 75 * 75
    assert found.box.left >= 400
    assert found.box.top >= 300


def test_a_page_of_600_dpi_gives_the_same_codes_in_its_own_pixels() -> None:
    image = page([("Code128", CODE, 200, 300)])
    (small,) = find_codes(image, 200)
    (large,) = find_codes(image.repeat(3, axis=0).repeat(3, axis=1), 600)
    assert large.text == small.text
    assert large.box.left == pytest.approx(3 * small.box.left, abs=12)
    assert large.box.bottom == pytest.approx(3 * small.box.bottom, abs=12)


def test_several_codes_on_a_page_are_found_from_top_to_bottom() -> None:
    image = page([("QRCode", LOOKUP + CODE, 900, 1500), ("Code128", CODE, 200, 300)])
    assert [found.symbology for found in find_codes(image, 200)] == ["code128", "qr"]


def test_the_page_is_not_written_to() -> None:
    image = page([("Code128", CODE, 200, 300)])
    image.flags.writeable = False
    assert find_codes(image, 200)


@pytest.mark.parametrize("shape", [(1, 1), (3, 5000), (40, 30), (2339, 1654)])
def test_a_page_without_codes_has_none(shape: tuple[int, int]) -> None:
    assert find_codes(np.full(shape, 255, np.uint8), 200) == ()


@pytest.mark.parametrize(
    "text",
    [
        CODE,
        "000.00.19.H29-200215-0012",
        "G09.01-261008-0912345",
        "H56-260229-0001".replace("0229", "0228"),
    ],
)
def test_a_dossier_code_is_known_by_its_form(text: str) -> None:
    assert dossier_code([code(text)]) == text
    assert dossier_code([code(f" {text} ", "qr")]) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "H15.50.05.13-261308-0975",  # month 13
        "H15.50.05.13-260229-0975",  # no leap year
        "H15.50.05.13-261008-097",
        "H15.50.05.13-261008-09750000",
        "L15.50.05.13-261008-0975",
        "h15.50.05.13-261008-0975",
        f"{CODE}\n",
        f"x{CODE}",
        "034187000123",
    ],
)
def test_what_only_looks_like_a_dossier_code_is_none(text: str) -> None:
    assert not is_dossier_code(text)


@pytest.mark.parametrize(
    "address",
    [
        LOOKUP + CODE,
        LOOKUP + CODE.replace(".", "%2E").replace("-", "%2d"),
        f"http://h/x?MHS={CODE}&SGT=034187000123",
        f"http://h/x?mhs={CODE}#top",
    ],
)
def test_the_address_in_a_receipts_qr_gives_the_dossier_code(address: str) -> None:
    assert dossier_code([code(address, "qr")]) == CODE


@pytest.mark.parametrize(
    "address", [LOOKUP, LOOKUP + "%zz%ff%00", f"http://h/{CODE}?id=1", f"XMHS={CODE}"]
)
def test_an_address_without_a_dossier_code_gives_none(address: str) -> None:
    assert dossier_code([code(address, "qr")]) is None


def test_a_code_39_is_no_dossier_code() -> None:
    assert dossier_code([code(CODE, "code39")]) is None


def test_bar_code_and_qr_of_one_receipt_give_one_dossier_code() -> None:
    assert dossier_code([code(CODE), code(LOOKUP + CODE, "qr")]) == CODE


def test_of_two_dossier_codes_on_one_page_neither_is_taken() -> None:
    both = [code(CODE), code(LOOKUP + OTHER, "qr")]
    assert dossier_code(both) is None
    assert dossier_codes(both) == (CODE, OTHER)


def test_an_identity_cards_qr_is_no_dossier_code() -> None:
    (found,) = find_codes(page([("QRCode", CARD, 500, 500)]), 200)
    assert found.text == CARD
    assert is_identity_card([found])
    assert dossier_code([found]) is None


@pytest.mark.parametrize(
    "text", [LOOKUP + CODE, "034187000123", "034187000123||Tên", "1|2|3|4|5|6|7"]
)
def test_other_qr_codes_are_no_identity_card(text: str) -> None:
    assert not is_identity_card([code(text, "qr")])


@pytest.mark.parametrize("text", ["PATCHT", "PatchT", "PATCH T", "PATCH-T"])
def test_patch_t_as_text_of_a_bar_code_is_a_separator(text: str) -> None:
    (found,) = find_codes(page([("Code128", text, 400, 900)]), 200)
    assert is_separator([found])


def test_other_codes_are_no_separator() -> None:
    assert not is_separator([code(CODE), code("ASN00123", "code39")])
    assert not is_separator([code("PATCHT", "qr")])


def test_a_serial_number_is_told_from_other_codes() -> None:
    assert serials([code(CODE), code("asn-00123", "code39")]) == ("ASN00123",)
    assert serials([code(CODE), code("ASN", "code39")]) == ()


@given(st.text(max_size=60), st.sampled_from(["code128", "qr", "code39", "patch"]))
def test_no_text_in_a_code_breaks_anything(text: str, symbology: str) -> None:
    found = [code(text, symbology), code(f"?MHS={text}", "qr")]
    for valid in dossier_codes(found):
        assert is_dossier_code(valid)
    assert isinstance(is_separator(found), bool)
    assert isinstance(is_identity_card(found), bool)
