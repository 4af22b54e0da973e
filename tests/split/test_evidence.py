import pytest

from pipeline.model.text import ReadPage
from pipeline.split.evidence import Evidence, weigh_page
from tests.split.paper import (
    BODY,
    CARD_QR,
    CODE,
    DOCTYPES,
    MOTTO,
    OFFICIAL,
    blank,
    continued,
    form,
    page,
    sheet,
)


def weigh(read: ReadPage) -> Evidence:
    return weigh_page(read, DOCTYPES)


@pytest.mark.parametrize(
    "lines",
    [
        MOTTO,
        OFFICIAL,
        ("CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM",),
        ("CỘNG HÒA XÃ HỘI CHÚ NGHlA VIẸT NAM",),
        ("Độc lập — Tự do — Hạnh phúc",),
        ("ĐẢNG CỘNG SẢN VIỆT NAM",),
    ],
)
def test_the_national_heading_is_seen(lines: tuple[str, ...]) -> None:
    assert weigh(page(*lines, "", *BODY)).header


@pytest.mark.parametrize(
    "lines",
    [
        BODY,
        ("trên lãnh thổ nước Cộng hòa xã hội chủ nghĩa Việt Nam và của công dân",),
        ("VIỆT NAM",),
        (*BODY, *MOTTO),
    ],
)
def test_a_mention_of_the_country_is_no_national_heading(
    lines: tuple[str, ...],
) -> None:
    assert not weigh(page(*lines)).header


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("2", 2),
        ("- 12 -", 12),
        ("Trang 3/5", 3),
        ("1", 1),
        ("Điều 2", None),
        ("2026", None),
        ("", None),
    ],
)
def test_the_page_number_at_the_top_is_read(printed: str, number: int | None) -> None:
    assert weigh(continued(printed)).page_number == number


def test_a_number_in_the_text_or_beside_the_centre_is_no_page_number() -> None:
    assert weigh(page("x | 2", top=0.03)).page_number is None
    assert weigh(page("2", top=0.2)).page_number is None


def test_a_page_number_at_the_foot_is_read() -> None:
    assert weigh(page("2", top=0.95)).page_number == 2


def test_an_official_letter_is_known_by_its_subject_and_its_address() -> None:
    letter = page(*OFFICIAL, "V/v cấp giấy phép | x", "", "Kính gửi: Sở Tư pháp")
    marked = weigh(letter).marked
    assert marked is not None
    assert marked.code == "cong-van"


@pytest.mark.parametrize(
    "lines",
    [
        ("Kính gửi: Sở Tư pháp",),
        ("V/v cấp giấy phép",),
        ("ĐƠN XIN XÁC NHẬN", "V/v nhà ở", "Kính gửi: Ủy ban nhân dân xã"),
        ("việc V/v cấp phép", "Kính gửi: Sở Tư pháp"),
    ],
)
def test_half_the_markers_or_a_heading_make_no_official_letter(
    lines: tuple[str, ...],
) -> None:
    assert weigh(page(*OFFICIAL, "", *lines, *BODY)).marked is None


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("Số: 154/2024/NĐ-CP", "nghi-dinh"),
        ("Số: 51 / 2025 / TT-BCA", "thong-tu"),
        ("Số: 123/QĐ-UBND", "quyet-dinh"),
        ("Số 12/TTr-UBND", "to-trinh"),
        ("Số: 7288/UBND-KGVX", None),
        ("Số: 20/2023/QH15", None),
        ("Căn cứ Nghị định số 19/2016/NĐ-CP", None),
    ],
)
def test_the_letters_of_the_number_tell_the_type(number: str, code: str | None) -> None:
    numbered = weigh(page(*MOTTO, f"{number} | Hà Nội", *BODY)).numbered
    assert (numbered.code if numbered else None) == code


@pytest.mark.parametrize("read", ["V/v", "V/V", "v/v", "V|v", "V\\v", "V/y"])
def test_the_stroke_of_the_subject_may_be_misread(read: str) -> None:
    words = ["Hướng", "dẫn"]
    text = " ".join([read, *words]).replace("|", "⁄")
    assert weigh(page(*OFFICIAL, text, "Kính gửi: Sở Tư pháp")).marked


@pytest.mark.parametrize(
    ("lines", "appendix", "a_form"),
    [
        (("PHỤ LỤC I",), True, False),
        (("Phụ lục I ban hành kèm theo Thông tư này",), False, True),
        (("Mẫu số 01",), False, True),
        (("Mẫu CT01", "TỜ KHAI"), False, True),
        (("(Ban hành kèm theo Quyết định số 5)",), False, True),
        (("Mẫu đơn này do người dân tự viết",), False, False),
        (BODY, False, False),
    ],
)
def test_annexes_and_forms_are_told_by_their_first_lines(
    lines: tuple[str, ...], appendix: bool, a_form: bool
) -> None:
    found = weigh(page(*lines, "", "x"))
    assert (found.appendix, found.form) == (appendix, a_form)


def test_codes_are_told_apart() -> None:
    assert weigh(page("x", codes=[CODE])).dossier_codes == (CODE,)
    assert weigh(sheet()).is_sheet
    assert weigh(page("x", codes=["ASN00123"])).serials == ("ASN00123",)
    card = weigh(page("x", codes=[CARD_QR])).card
    assert card is not None
    assert card.code == "can-cuoc"


def test_the_back_of_a_card_is_known_by_two_marks() -> None:
    lines = ("Đặc điểm nhận dạng / Personal identification", "IDVNM1870001234<<7")
    back = weigh(page(*lines)).back
    assert back is not None
    assert back.code == "can-cuoc"
    assert weigh(page(lines[0])).back is None
    assert weigh(page(*lines, *BODY)).back is None


def test_the_state_of_the_page_is_passed_on() -> None:
    assert weigh(blank()).blank
    assert not weigh(page(readable=False)).readable
    assert weigh(form("GIẤY KHAI SINH")).words > 100
