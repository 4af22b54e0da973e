from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.extract.rules import extract_fields
from pipeline.extract.zone import check_digit
from pipeline.model.dossier import METADATA_FIELDS, Field, FieldStatus
from pipeline.model.geometry import BoundingBox
from pipeline.model.template import (
    UNKNOWN,
    Check,
    DocType,
    FieldRule,
    Kind,
    Rule,
    Take,
)
from pipeline.model.text import PageCode, ReadPage
from tests.extract.typed import DATE, MOTTO, NUMBER, circular, look, page, span

OK, REVIEW, MISSING = FieldStatus.OK, FieldStatus.REVIEW, FieldStatus.MISSING
CIRCULAR = DocType("thong-tu", "Thông tư", ("Thông tư",))
ANY = DocType(UNKNOWN, "")
TODAY = date(2026, 11, 24)
BOX = BoundingBox(100, 100, 300, 160)


def labelled(name: str, label: str, kind: Kind, **more: object) -> FieldRule:
    rule = FieldRule(name, Take.RIGHT_OF_LABEL, kind, (label,))
    return replace(rule, **more)  # type: ignore[arg-type]


CARD = DocType(
    "can-cuoc",
    "Căn cước",
    ("Căn cước",),
    fields=(
        labelled("personal_id", "Số", Kind.PERSONAL_ID),
        labelled("full_name", "Họ và tên", Kind.PERSON_NAME, required=True),
        labelled("date_of_birth", "Ngày sinh", Kind.DATE),
        labelled("sex", "Giới tính", Kind.SEX),
        labelled("expires_on", "Có giá trị đến", Kind.DATE),
    ),
    checks=(
        Check(Rule.ID_MATCHES_BIRTH, "personal_id", "date_of_birth"),
        Check(Rule.ID_MATCHES_SEX, "personal_id", "sex"),
    ),
)
RECEIPT = DocType(
    "giay-tiep-nhan-ho-so",
    "Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
    fields=(labelled("ma_ho_so", "Mã hồ sơ", Kind.DOSSIER_CODE),),
)


def read(doctype: DocType, *pages: ReadPage, today: date = TODAY) -> dict[str, Field]:
    where = span(doctype.code, last=len(pages))
    fields = extract_fields(pages, where, doctype, today=today)
    return {field.name: field for field in fields}


def card(*rows: str, codes: tuple[PageCode, ...] = ()) -> dict[str, Field]:
    typed = tuple((200, 300 + 45 * n, row) for n, row in enumerate(rows))
    return read(CARD, page(*typed, codes=codes))


@pytest.mark.parametrize("doctype", [CIRCULAR, ANY])
def test_all_six_fields_of_a_circular_are_read(doctype: DocType) -> None:
    signed = page((1080, 1600, "BỘ TRƯỞNG"), (1060, 1900, "Lương Mẫu"), number=2)
    fields = read(doctype, page(*circular(), looks=(look(NUMBER), look(DATE))), signed)
    assert {name: field.value for name, field in fields.items()} == {
        "so_ky_hieu": "51/2025/TT-BCA",
        "ngay_ban_hanh": "2025-06-30",
        "co_quan_ban_hanh": "Bộ Công an",
        "nguoi_ky": "Lương Mẫu",
        "trich_yeu": "Quy định về cấp, thu hồi chứng nhận đăng ký xe",
        "loai_van_ban": "Thông tư",
    }
    assert {field.status for field in fields.values()} == {OK}


def test_a_blank_page_has_the_six_fields_and_all_are_missing() -> None:
    fields = read(ANY, page())
    assert tuple(fields) == METADATA_FIELDS
    assert {field.status for field in fields.values()} == {MISSING}


@pytest.mark.parametrize("changed", [{"readable": False}, {"blank": True}])
def test_nothing_is_taken_from_a_blank_or_unreadable_page(
    changed: dict[str, bool],
) -> None:
    codes = (PageCode("code128", "H15-261008-0975", BOX),)
    good = page(*circular(), looks=(look(NUMBER), look(DATE)), codes=codes)
    bad = replace(good, page=replace(good.page, **changed))  # type: ignore[arg-type]
    fields = read(RECEIPT, bad)
    kind = fields.pop("loai_van_ban")
    assert kind.value == RECEIPT.title
    assert {field.value for field in fields.values()} == {None}


def test_a_document_needs_pages() -> None:
    with pytest.raises(ValueError, match="pages"):
        extract_fields((), span(), CIRCULAR)


def test_the_year_of_the_number_must_be_that_of_the_date() -> None:
    other = (850, 300, "Hà Nội, ngày 30 tháng 6 năm 2024")
    looks = (look(NUMBER), look(other))
    fields = read(CIRCULAR, page(*circular(date=other), looks=looks))
    assert fields["so_ky_hieu"].status is REVIEW
    assert fields["ngay_ban_hanh"].status is REVIEW
    assert fields["ngay_ban_hanh"].value == "2024-06-30"


def test_a_date_to_come_is_for_a_person() -> None:
    good = page(*circular(), looks=(look(NUMBER), look(DATE)))
    assert (
        read(CIRCULAR, good, today=date(2025, 6, 29))["ngay_ban_hanh"].status is REVIEW
    )
    assert read(CIRCULAR, good, today=date(2025, 6, 30))["ngay_ban_hanh"].status is OK


def test_repairs_keep_the_reading_and_are_named() -> None:
    row = (850, 300, "Hà Nội, ngày 3] tháng 12 năm 2025")
    fields = read(CIRCULAR, page(*circular(date=row), looks=(look(row), look(NUMBER))))
    dated = fields["ngay_ban_hanh"]
    assert (dated.value, dated.status) == ("2025-12-31", OK)
    assert "3]" in dated.raw
    assert "look-alikes" in dated.rule


def test_a_template_may_name_the_metadata_field_itself() -> None:
    rule = FieldRule(
        "so_ky_hieu", Take.RIGHT_OF_LABEL, Kind.DOCUMENT_NUMBER, ("Số hiệu",)
    )
    doctype = DocType("bang", "Bằng tốt nghiệp", fields=(rule,))
    fields = read(doctype, page((200, 300, "Số hiệu: 12/BTN-SGDĐT")))
    assert tuple(fields) == METADATA_FIELDS
    assert fields["so_ky_hieu"].value == "12/BTN-SGDĐT"


def test_labelled_fields_are_normalized_with_page_and_box() -> None:
    fields = card("Họ và tên: NGUYỄN THỊ MẪU", "Ngày sinh: 15/02/1987", "Giới tính: Nữ")
    dated = fields["date_of_birth"]
    assert (dated.value, dated.raw, dated.status) == ("1987-02-15", "15/02/1987", OK)
    assert dated.page == 1
    assert dated.box is not None
    assert dated.box.top == 345
    assert fields["sex"].value == "Nữ"


def test_a_number_that_contradicts_birth_and_sex_is_doubted_with_them() -> None:
    fields = card("Số: 034087000123", "Ngày sinh: 15/02/1988", "Giới tính: Nữ")
    names = ("personal_id", "date_of_birth", "sex")
    assert [fields[name].status for name in names] == [REVIEW, REVIEW, REVIEW]


def test_a_required_field_that_is_not_there_is_for_a_person() -> None:
    fields = card("Giới tính: Nữ")
    assert (fields["full_name"].value, fields["full_name"].status) == (None, REVIEW)
    assert fields["date_of_birth"].status is MISSING


def test_number_and_date_of_a_certificate_are_believed_elsewhere_only_there() -> None:
    rows = (
        (1200, 380, "Số: 12/2025"),
        (900, 1700, "Hòa Sơn, ngày 08 tháng 12 năm 2025"),
    )
    read_page = page(*rows, looks=tuple(map(look, rows)))
    on_form, unknown = read(CARD, read_page), read(ANY, read_page)
    for name in ("so_ky_hieu", "ngay_ban_hanh"):
        assert (on_form[name].status, unknown[name].status) == (OK, REVIEW)
        assert on_form[name].value == unknown[name].value


def test_a_form_that_was_not_filled_in_is_missing_its_values() -> None:
    fields = card("Ngày sinh: ngày ..... tháng ..... năm .......", "Giới tính: .....")
    assert fields["date_of_birth"].status is MISSING
    assert fields["sex"].status is MISSING


def test_only_dates_that_look_ahead_may_lie_in_the_future() -> None:
    fields = card("Ngày sinh: 15/02/2087", "Có giá trị đến: 15/02/2087")
    assert fields["date_of_birth"].status is REVIEW
    assert fields["expires_on"].status is OK


def test_two_columns_on_one_line_are_for_a_person() -> None:
    row = "Họ và tên: Lê Thị Mẫu Họ và tên: Trần Văn Mẫu"
    assert card(row)["full_name"].status is REVIEW


def test_a_lost_digit_of_a_day_is_suspected() -> None:
    assert card("Ngày sinh: 5/02/1987")["date_of_birth"].status is REVIEW


def test_a_second_look_at_a_labelled_date_decides() -> None:
    row = (200, 300, "Ngày sinh: ngày 15 tháng 02 năm 1987")
    agreed = read(CARD, page(row, confidence=0.85, looks=(look(row),)))
    other = "ngày 16 tháng 02 năm 1987"
    doubted = read(CARD, page(row, looks=(look(row, second=other, crop=other),)))
    assert agreed["date_of_birth"].status is OK
    assert doubted["date_of_birth"].status is REVIEW


def test_the_card_s_code_is_preferred_to_its_print() -> None:
    text = "034187000123||Nguyễn Thị Mẫu|15021987|Nữ|Xã Hai, tỉnh Ba|12092024"
    fields = card("Họ và tên: Nguyên Thị M", codes=(PageCode("qr", text, BOX),))
    assert fields["personal_id"].value == "034187000123"
    assert fields["full_name"].value == "Nguyễn Thị Mẫu"
    assert fields["full_name"].status is OK
    assert fields["date_of_birth"].value == "1987-02-15"


def test_print_that_was_read_well_and_differs_from_the_code_is_shown() -> None:
    text = "034187000123||Nguyễn Thị Mẫu|15021987|Nữ|Xã Hai, tỉnh Ba|12092024"
    fields = card("Họ và tên: Lê Văn Khải", codes=(PageCode("qr", text, BOX),))
    assert (fields["full_name"].value, fields["full_name"].status) == (
        "Nguyễn Thị Mẫu",
        REVIEW,
    )


@pytest.mark.parametrize(
    ("printed", "coded", "status", "value"),
    [
        ("H15-261008-0975", "H15-261008-0975", OK, "H15-261008-0975"),
        ("N15-261OO8-0975", "H15-261008-0975", OK, "H15-261008-0975"),
        ("H15-261008-0976", "H15-261008-0975", REVIEW, "H15-261008-0975"),
        ("", "H15-261008-0975", OK, "H15-261008-0975"),
        ("H15 26 1OO8 (9?5", "H15-261008-0975", OK, "H15-261008-0975"),
        ("H15-261008-0975", "", OK, "H15-261008-0975"),
        ("N15-261OO8-0975", "", REVIEW, "H15-261008-0975"),
        ("H15-261308-0975", "", REVIEW, "H15-261308-0975"),
    ],
)
def test_code_and_print_of_a_receipt(
    printed: str, coded: str, status: FieldStatus, value: str
) -> None:
    codes = (PageCode("code128", coded, BOX),) if coded else ()
    field = read(RECEIPT, page((200, 300, f"Mã hồ sơ: {printed}"), codes=codes))[
        "ma_ho_so"
    ]
    assert (field.status, field.value) == (status, value)


@pytest.mark.parametrize(
    ("nine", "status"),
    [("187000123", OK), ("188000123", REVIEW)],
)
def test_the_zone_of_a_card_is_preferred_to_print_and_weighed_with_its_code(
    nine: str, status: FieldStatus
) -> None:
    number = f"034{nine}"
    back = f"IDVNM{nine}{check_digit(nine)}{number}<<{check_digit(number + '<<')}"
    rows = ("Số: 03418700O1z3", back, "8702159F2702157VNM<<<<<<<<<<<0")
    text = "034187000123||Nguyễn Thị Mẫu|15021987|Nữ|Xã Hai, tỉnh Ba|12092024"
    coded = card(*rows, codes=(PageCode("qr", text, BOX),))["personal_id"]
    assert (coded.value, coded.status) == ("034187000123", status)
    alone = card(*rows)["personal_id"]
    assert alone.value == number
    assert "zone" in alone.rule


def test_letters_that_bars_were_read_as_are_no_words() -> None:
    bars = BoundingBox(200, 340, 700, 400)
    rows = ((200, 300, "UBND XÃ HAI"), (220, 350, "IIlII"), (800, 300, MOTTO[2]))
    codes = (PageCode("code128", "H15-261008-0975", bars),)
    field = read(RECEIPT, page(*rows, codes=codes))["co_quan_ban_hanh"]
    assert field.value == "Ủy ban nhân dân xã Hai"


def test_two_codes_on_one_document_are_for_a_person() -> None:
    codes = tuple(PageCode("code128", f"H15-261008-097{n}", BOX) for n in (5, 6))
    assert read(RECEIPT, page(codes=codes))["ma_ho_so"].status is REVIEW


@pytest.mark.parametrize("doctype", [CARD, CIRCULAR, RECEIPT, ANY])
@settings(max_examples=25)
@given(rows=st.lists(st.text(min_size=1, max_size=60), max_size=12))
def test_no_page_breaks_the_reading(doctype: DocType, rows: list[str]) -> None:
    typed = tuple((200, 100 + 45 * n, row) for n, row in enumerate(rows) if row.split())
    fields = read(doctype, page(*typed))
    assert tuple(fields)[:6] == METADATA_FIELDS
