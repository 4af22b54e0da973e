from dataclasses import replace

import pytest

from pipeline.extract.form import Form
from pipeline.extract.labelled import to_field
from pipeline.model.dossier import Field, FieldStatus
from pipeline.model.geometry import BoundingBox, enclosing
from pipeline.model.template import DocType, FieldRule, Kind, Take
from pipeline.model.text import OcrLine, OcrPage, OcrWord, Reading, ReadPage, SecondLook
from tests.extract.typed import page

OK, REVIEW, MISSING = FieldStatus.OK, FieldStatus.REVIEW, FieldStatus.MISSING
DOCTYPE = DocType("don-de-nghi", "Đơn đề nghị")
PHONE = "0912345678"
NUMBER = "034187000123"


def field_of(
    kind: Kind,
    text: str,
    *others: str,
    of: str = "",
    sure: float = 0.9,
    doubtful: bool = False,
) -> tuple[Field, ReadPage]:
    """Read ``Nhãn: text``; *others* see something else in place of the words *of*."""
    rule = FieldRule("any", Take.RIGHT_OF_LABEL, kind, ("Nhãn",))
    read = page((200, 300, f"Nhãn: {text}"), confidence=sure)
    words = (replace(word, doubtful=doubtful) for word in read.text.words)
    read = replace(read, text=OcrPage((OcrLine(tuple(words)),)))
    if others:
        seen = of or text
        words = [w for w in read.text.lines[0].words if w.text in seen.split()]
        readings = [Reading("page", seen, sure)]
        for reader, other in zip(("line", "second-model"), others, strict=False):
            readings.append(Reading(reader, other, 0.95))
        box = enclosing(word.box for word in words)
        read = replace(read, second_looks=(SecondLook(box, tuple(readings)),))
    value = Form(read, (rule,)).find(rule)
    assert value is not None
    return to_field(rule, value, read, DOCTYPE, None), read


def boxed(field: Field, read: ReadPage) -> list[str]:
    words: tuple[OcrWord, ...] = read.text.words
    assert field.box is not None
    return [word.text for word in words if word.box.overlap(field.box)]


@pytest.mark.parametrize(
    ("kind", "text", "own"),
    [
        (Kind.DATE, "08 giờ 15 phút, ngày 03/01/2025", ["03/01/2025"]),
        (Kind.INTEGER, "02 bộ", ["02"]),
        (Kind.PERSONAL_ID, "Căn cước số 034187000123", [NUMBER]),
        (Kind.PERSON_NAME, "Lê Thị Mẫu (Trực tiếp)", ["Lê", "Thị", "Mẫu"]),
        (Kind.ADDRESS, "..... xã Hai, tỉnh Ba .....", ["xã", "Hai,", "tỉnh", "Ba"]),
    ],
)
def test_the_box_is_around_the_value_alone(
    kind: Kind, text: str, own: list[str]
) -> None:
    field, read = field_of(kind, text, sure=0.997)
    assert boxed(field, read) == own
    assert field.raw == text


@pytest.mark.parametrize(
    ("kind", "text"),
    [(Kind.PHONE, PHONE), (Kind.PERSONAL_ID, NUMBER), (Kind.INTEGER, "12")],
)
def test_a_doubtful_number_needs_another_reading(kind: Kind, text: str) -> None:
    once, _ = field_of(kind, text)
    twice, _ = field_of(kind, text, text, text)
    assert (once.status, twice.status) == (REVIEW, OK)
    assert once.value == twice.value == text


@pytest.mark.parametrize(
    ("line", "second", "status", "value"),
    [
        (NUMBER, "034187000128", REVIEW, NUMBER),
        ("034187000128", "034187000128", REVIEW, "034187000128"),
        (NUMBER, "nhoè", OK, NUMBER),
        ("nhoè", NUMBER, OK, NUMBER),
        ("nhoè", "nhoè", REVIEW, NUMBER),
        ("999187000123", "999187000123", REVIEW, "999187000123"),
    ],
)
def test_readings_of_a_number_vote(
    line: str, second: str, status: FieldStatus, value: str
) -> None:
    field, _ = field_of(Kind.PERSONAL_ID, NUMBER, line, second)
    assert field.status is status
    if status is OK:
        assert field.value == value


def test_a_number_the_page_lost_is_taken_from_two_other_readings() -> None:
    field, _ = field_of(Kind.PERSONAL_ID, "03418?7000!23", NUMBER, NUMBER)
    assert (field.value, field.status) == (NUMBER, OK)


def test_a_date_among_other_words_is_confirmed_by_a_look_at_it() -> None:
    text, day = "16 giờ 30 phút, ngày 03/01/2025", "03/01/2025"
    field, _ = field_of(Kind.DATE, text, day, day, of=day)
    assert (field.value, field.status) == ("2025-01-03", OK)


@pytest.mark.parametrize(
    ("page_saw", "others", "status", "value"),
    [
        ("Lê Thị Mẫu", "Lê Thị Mẫu", OK, "Lê Thị Mẫu"),
        ("Lê Thị Mẫu", "Lê Thị Mậu", REVIEW, "Lê Thị Mẫu"),
        ("Nguyên Thị Mẫu", "Nguyễn Thị Mẫu", OK, "Nguyễn Thị Mẫu"),
        ("Nguyên Thị Mẫu", "Nguyên Thị Mẫu", REVIEW, "Nguyên Thị Mẫu"),
        ("Trấn Văn Mẫu", "Trân Văn Mẫu", REVIEW, "Trấn Văn Mẫu"),
        ("Vàng A Páo", "Vàng A Páo", OK, "Vàng A Páo"),
    ],
)
def test_a_name_needs_its_marks_confirmed_and_usual(
    page_saw: str, others: str, status: FieldStatus, value: str
) -> None:
    field, _ = field_of(Kind.PERSON_NAME, page_saw, others, others)
    assert (field.value, field.status) == (value, status)


def test_a_doubtful_text_is_accepted_where_others_read_the_same() -> None:
    text = "Cấp bản sao cho con"
    once, _ = field_of(Kind.TEXT, text, sure=0.7)
    twice, _ = field_of(Kind.TEXT, text, text, text, sure=0.7)
    assert (once.status, twice.status) == (REVIEW, OK)


@pytest.mark.parametrize(
    ("left", "top", "status"),
    [
        (400, 295, REVIEW),
        (400, 500, MISSING),
        (20, 300, MISSING),
    ],
    ids=["beside the label", "elsewhere", "left of it"],
)
def test_what_is_written_and_not_read_goes_to_review_as_an_image(
    left: int, top: int, status: FieldStatus
) -> None:
    rule = FieldRule("any", Take.RIGHT_OF_LABEL, Kind.PERSON_NAME, ("Họ và tên",))
    ink = BoundingBox(left, top, left + 300, top + 40)
    read = replace(page((200, 300, "Họ và tên:")), unread=(ink,))
    value = Form(read, (rule,)).find(rule)
    assert value is not None

    field = to_field(rule, value, read, DOCTYPE, None)

    assert (field.status, field.value) == (status, None)
    assert field.box == (ink if status is REVIEW else None)


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.ADDRESS, Kind.AGENCY])
def test_a_text_that_the_other_model_reads_otherwise_goes_to_review(kind: Kind) -> None:
    text = "Tổ Tu pháp, xã Hai"
    field, _ = field_of(kind, text, text, "Tổ Tụ pháp, xã Hai", sure=0.997)
    assert (field.status, field.confidence) == (REVIEW, 0.5)


@pytest.mark.parametrize(
    ("text", "confirmed", "status"),
    [
        ("Thôn Kỳ Thuợng, xã Hai", False, REVIEW),
        ("Thôn Kỳ Thượng, xã Hai", False, OK),
        ("Xã Krông Búk, tỉnh Đắk Lắk", True, OK),
        ("UBND xã Hai, tỉnh Đắk Lắk", False, OK),
    ],
)
def test_a_word_that_is_no_syllable_needs_another_reading(
    text: str, confirmed: bool, status: FieldStatus
) -> None:
    others = (text, text) if confirmed else ()
    assert field_of(Kind.ADDRESS, text, *others, sure=0.99)[0].status is status


def test_a_speck_that_only_the_page_saw_is_no_point() -> None:
    text = "Tuổi già"
    field, _ = field_of(Kind.TEXT, "Tuổi. già", text, text, sure=0.9)
    assert (field.value, field.status) == (text, OK)


@pytest.mark.parametrize("misread", ["QUýỲNH", "QU\\ỲNH"])
def test_a_damaged_name_is_what_both_others_read(misread: str) -> None:
    name = "PHAN THỊ QUỲNH"
    field, _ = field_of(Kind.PERSON_NAME, f"PHAN THỊ {misread}", name, name)
    assert (field.value, field.status) == (name, OK)


def test_a_rare_name_before_a_bracket_is_what_both_others_read() -> None:
    read, seen = "Hồ Hữu Tuần (Trực tiếp)", "Hồ Hữu Tuấn (Trực tiếp)"
    field, _ = field_of(Kind.PERSON_NAME, read, seen, seen)
    assert (field.value, field.status) == ("Hồ Hữu Tuấn", OK)


@pytest.mark.parametrize(
    ("kind", "read", "seen"),
    [
        (Kind.ADDRESS, "Xã Hai, tỉnh Thái N. guyên", "Xã Hai, tỉnh Thái Nguyên"),
        (Kind.PERSON_NAME, "Lý Thị Tuy ết", "Lý Thị Tuyết"),
        (Kind.TEXT, "Trạm ÿ tế xã Hai", "Trạm y tế xã Hai"),
    ],
)
def test_a_doubtful_text_is_what_both_models_read(
    kind: Kind, read: str, seen: str
) -> None:
    field, _ = field_of(kind, read, seen, seen, doubtful=True)
    assert (field.value, field.status) == (seen, OK)
    field, _ = field_of(kind, read, seen, "khác hẳn", doubtful=True)
    assert field.status is REVIEW


def test_a_nationality_with_a_speck_is_understood() -> None:
    field, _ = field_of(Kind.NATIONALITY, "Việt: Nam", sure=0.997)
    assert (field.value, field.status) == ("Việt Nam", OK)


def test_a_long_text_is_worth_what_all_its_words_are() -> None:
    field, _ = field_of(Kind.TEXT, "một hai ba bốn", sure=0.9)
    assert field.confidence == pytest.approx(0.9**4, abs=1e-3)
