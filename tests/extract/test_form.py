import pytest

from pipeline.extract.form import Form
from pipeline.model.template import FieldRule, Kind, Take
from tests.extract.typed import Row, page


def rule(
    *labels: str,
    kind: Kind = Kind.PERSON_NAME,
    take: Take = Take.RIGHT_OF_LABEL,
    after: str | None = None,
) -> FieldRule:
    return FieldRule(labels[0], take, kind, labels, after=after)


def value_of(wanted: FieldRule, *rows: Row, others: tuple[FieldRule, ...] = ()) -> str:
    found = Form(page(*rows), (wanted, *others)).find(wanted)
    return found.text if found else ""


@pytest.mark.parametrize(
    "text",
    [
        "Họ và tên: Nguyễn Văn Mẫu",
        "1. Họ và tên: Nguyễn Văn Mẫu",
        "Họ và tên Nguyễn Văn Mẫu",
        "Ho và tén : Nguyễn Văn Mẫu",
        "HỌ VÀ TÊN:Nguyễn Văn Mẫu",
        "Họ và tên: Nguyễn Văn Mẫu Giới tính: Nam",
        "Họ và tên: Nguyễn Văn Mẫu Số định danh cá nhân: 034187000123",
        "Họ và tên (viết chữ in hoa): Nguyễn Văn Mẫu",
    ],
)
def test_the_value_stands_right_of_its_label(text: str) -> None:
    assert value_of(rule("Họ và tên"), (200, 300, text)) == "Nguyễn Văn Mẫu"


def test_where_nothing_stands_right_the_next_line_is_taken() -> None:
    rows = ((200, 300, "Họ và tên / Full name:"), (220, 345, "NGUYỄN THỊ MẪU"))
    assert value_of(rule("Họ và tên / Full name"), *rows) == "NGUYỄN THỊ MẪU"


def test_an_empty_line_does_not_take_the_next_label_for_its_value() -> None:
    rows = ((200, 300, "Họ và tên:"), (200, 345, "Giới tính: Nam"))
    assert value_of(rule("Họ và tên"), *rows) == ""


def test_below_label_skips_what_stands_right() -> None:
    below = rule("Số", kind=Kind.TEXT, take=Take.BELOW_LABEL)
    rows = ((200, 300, "Số: xem dưới"), (200, 345, "CN 719597"))
    assert value_of(below, *rows) == "CN 719597"


def test_of_two_labels_that_begin_alike_the_longer_one_wins() -> None:
    child, mother = rule("Họ, chữ đệm, tên"), rule("Họ, chữ đệm, tên người mẹ")
    rows = (
        (200, 300, "Họ, chữ đệm, tên người mẹ: Trần Thị Mẫu"),
        (200, 345, "Họ, chữ đệm, tên: Lê Văn Mẫu"),
    )
    assert value_of(child, *rows, others=(mother,)) == "Lê Văn Mẫu"
    assert value_of(mother, *rows, others=(child,)) == "Trần Thị Mẫu"


def test_a_longer_label_that_no_rule_names_is_not_the_shorter_one() -> None:
    row = (200, 300, "Họ, chữ đệm, tên người cha: Lê Văn Mẫu")
    assert value_of(rule("Họ, chữ đệm, tên"), row) == ""
    assert value_of(rule("Họ, chữ đệm, tên người mẹ"), row) == ""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Nơi cưưú: xã Hai", "xã Hai"),
        ("Nơicútu: xã Hai", "xã Hai"),
        ("Nơi sinh: xã Hai", ""),
        ("Nơi cấp: xã Hai", ""),
    ],
)
def test_a_label_of_joined_words_gives_a_value_to_look_at(
    text: str, value: str
) -> None:
    residence = rule("Nơi cư trú", kind=Kind.ADDRESS)
    found = Form(page((200, 300, text)), (residence,)).find(residence)
    assert (found.text if found else "") == value
    assert found is None or found.label_score < 1


def test_a_repeated_label_is_looked_for_below_its_anchor() -> None:
    rows = (
        (200, 300, "Nơi cư trú: xã Một"),
        (200, 345, "Họ, chữ đệm, tên người cha: Lê Văn Mẫu"),
        (200, 390, "Nơi cư trú: xã Hai"),
    )
    father = rule("Nơi cư trú", kind=Kind.ADDRESS, after="Họ, chữ đệm, tên người cha")
    assert value_of(father, *rows) == "xã Hai"
    assert value_of(rule("Nơi cư trú", after="BÊN NAM"), *rows) == ""


def test_a_long_address_goes_on_below() -> None:
    rows = (
        (
            200,
            300,
            "Địa chỉ: số nhà 12, đường Một, tổ dân phố số 3, khu phố Bốn, phường",
        ),
        (200, 345, "Năm, tỉnh Sáu"),
        (200, 390, "Số điện thoại: 0912345678"),
    )
    value = value_of(rule("Địa chỉ", kind=Kind.ADDRESS), *rows)
    assert value.endswith("phường Năm, tỉnh Sáu")


def test_a_short_address_does_not_take_the_sentence_below() -> None:
    rows = (
        (200, 300, "Địa chỉ: xã Hai"),
        (200, 345, "Đề nghị cơ quan đăng ký khai sinh cho người dưới đây"),
        (200, 390, "x" * 80),
    )
    assert value_of(rule("Địa chỉ", kind=Kind.ADDRESS), *rows) == "xã Hai"


def test_a_page_without_words_has_no_values() -> None:
    assert value_of(rule("Họ và tên")) == ""


def test_a_label_that_stands_twice_is_read_behind_its_own_parent() -> None:
    mother = rule("Nơi cư trú", kind=Kind.ADDRESS, after="Họ, chữ đệm, tên người mẹ")
    father = rule("Nơi cư trú", kind=Kind.ADDRESS, after="Họ, chữ đệm, tên người cha")
    rows = (
        (200, 300, "Họ, chữ đệm, tên người mẹ: Trần Thị Mẫu"),
        (200, 345, "Nơi cư trú: Xã Hòa Sơn"),
        (200, 390, "Họ, chữ đệm, tên người cha: Lê Văn Mẫu"),
        (200, 435, "Nơi cư trú: Xã Phú Xuân"),
    )
    assert value_of(mother, *rows) == "Xã Hòa Sơn"
    assert value_of(father, *rows) == "Xã Phú Xuân"


def test_a_speck_behind_a_word_of_a_closed_list_makes_no_label() -> None:
    rows = ((200, 300, "Quốc tịch: Việt: Nam"),)
    assert value_of(rule("Quốc tịch", kind=Kind.NATIONALITY), *rows) == "Việt: Nam"
    assert value_of(rule("Quốc tịch", kind=Kind.PHONE), *rows) == ""
