import socket
from typing import NoReturn

import pytest

from pipeline.extract import addresses
from pipeline.extract.addresses import find_current_units
from pipeline.extract.rules import extract_fields
from pipeline.model.template import DocType, FieldRule, Kind, Take
from tests.extract.typed import page, span


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("an address was about to leave this machine")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    find_current_units.cache_clear()


@pytest.mark.parametrize(
    ("address", "unit"),
    [
        (
            "khối 5, phường Vĩnh Trại, thành phố Lạng Sơn, tỉnh Lạng Sơn",
            "Phường Đông Kinh, Tỉnh Lạng Sơn",
        ),
        (
            "xã Hướng Phùng, huyện Hướng Hóa, tỉnh Quảng Trị",
            "Xã Hướng Phùng, Tỉnh Quảng Trị",
        ),
        (
            "xã Hướng Phùng, huyện Hướng Hoá, tỉnh Quảng Trị",
            "Xã Hướng Phùng, Tỉnh Quảng Trị",
        ),
        (
            "thôn Nặm Đăm, xã Quản Bạ, huyện Quản Bạ, Hà Giang",
            "Xã Quản Bạ, Tỉnh Tuyên Quang",
        ),
        (
            "xã Đại Hiệp, huyện Đại Lộc, Quảng Nam",
            "Xã Đại Lộc, Thành phố Đà Nẵng",
        ),
        ("huyện Lý Sơn, tỉnh Quảng Ngãi", "Đặc khu Lý Sơn, Tỉnh Quảng Ngãi"),
    ],
)
def test_an_old_address_lies_in_a_unit_of_today(address: str, unit: str) -> None:
    assert find_current_units(address) == (unit,)


@pytest.mark.parametrize(
    "address",
    [
        "xã Yên Định, huyện Bắc Mê, tỉnh Hà Giang",
        "Số 5 Trần Thái Tông, phường Dịch Vọng, quận Cầu Giấy, Hà Nội",
    ],
)
def test_a_commune_that_was_split_gives_all_its_parts_and_asks_nobody(
    address: str,
) -> None:
    assert len(find_current_units(address)) == 2


@pytest.mark.parametrize(
    "address",
    [
        "Thôn Bình An, xã Hòa Sơn, tỉnh Đắk Lắk",
        "Bệnh viện huyện",
        "huyện Bắc Mê, tỉnh Hà Giang",
        "xã Không Có, huyện Bắc Mê, tỉnh Hà Giang",
        "",
    ],
    ids=["of today", "no unit", "no commune", "no such commune", "empty"],
)
def test_what_is_not_a_whole_old_address_gives_nothing(address: str) -> None:
    assert find_current_units(address) == ()


def test_the_librarys_geocoder_cannot_be_called() -> None:
    from vietnamadminunits import convert_address

    find_current_units("xã Yên Định, huyện Bắc Mê, tỉnh Hà Giang")

    with pytest.raises(RuntimeError, match="must not leave"):
        convert_address("Số 5 Trần Thái Tông, phường Dịch Vọng, quận Cầu Giấy, Hà Nội")


def test_a_field_keeps_the_address_as_written_beside_the_unit_of_today() -> None:
    home = FieldRule("home", Take.RIGHT_OF_LABEL, Kind.ADDRESS, ("Nơi cư trú",))
    text = "Nơi cư trú: xã Hướng Phùng, huyện Hướng Hóa, tỉnh Quảng Trị"
    (*_, field) = extract_fields(
        (page((200, 300, text)),), span("x"), DocType("x", "X", fields=(home,))
    )

    assert field.value == "xã Hướng Phùng, huyện Hướng Hóa, tỉnh Quảng Trị"
    assert field.current_units == ("Xã Hướng Phùng, Tỉnh Quảng Trị",)


def test_every_split_commune_has_more_than_one_part() -> None:
    split = addresses._table().split
    assert len(split) == 471
    assert min(len(set(parts)) for parts in split.values()) >= 2
