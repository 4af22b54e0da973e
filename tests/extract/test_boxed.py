from dataclasses import replace
from datetime import date

import pytest

from pipeline.extract.boxed import end_label
from pipeline.extract.form import Form
from pipeline.extract.labelled import to_field
from pipeline.model.dossier import Field, FieldStatus
from pipeline.model.geometry import BoundingBox
from pipeline.model.template import DocType, FieldRule, Kind, Take
from pipeline.model.text import LetterBoxes, Reading
from tests.extract.typed import line, page

NAME = FieldRule("full_name", Take.LETTER_GRID, Kind.PERSON_NAME, ("Họ và tên",))
NUMBER = FieldRule("personal_id", Take.LETTER_GRID, Kind.PERSONAL_ID, ("Số CCCD",))


def boxes(
    text: str,
    *,
    left: int = 400,
    top: int = 195,
    crop: str | None = None,
    second: str | None = "",
    sure: float = 0.9,
) -> LetterBoxes:
    """A row of boxes; by default all three readers see *text*, None: nothing."""
    cells = tuple(
        BoundingBox(left + 40 * i, top, left + 38 + 40 * i, top + 44)
        for i in range(len(text))
    )
    seen = {"page": text, "line": text if crop is None else crop}
    if second is not None:
        seen["second-model"] = second or text
    readings = tuple(Reading(reader, said, sure) for reader, said in seen.items())
    return LetterBoxes(cells, tuple(letter != " " for letter in text), readings)


def read(rule: FieldRule, *rows: LetterBoxes, label: str = "Họ và tên:") -> Field:
    typed = page((200, 200, label), (200, 400, "Giới tính: Nữ"))
    form = Form(replace(typed, letter_boxes=rows), [rule])
    value = form.find(rule)
    assert value is not None
    return to_field(rule, value, form.read, DocType("x", "X"), date(2026, 11, 24))


def test_a_name_in_boxes_is_accepted_where_the_models_agree() -> None:
    found = read(NAME, boxes("TRẦN THỊ MAI"))
    assert (found.value, found.status) == ("TRẦN THỊ MAI", FieldStatus.OK)
    assert found.confidence == pytest.approx(0.99)
    assert found.box == BoundingBox(400, 195, 878, 239)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (boxes("TRẦN THỊ MAI", second="TRẤN THỊ MAI"), "another reading contradicts"),
        (boxes("TRẦN THỊ MAI", second=None), "no other model confirms"),
        (boxes("TRẦN THỊ MAI", sure=0.3), "little confidence"),
        (boxes("NGUYÊN THỊ MAI"), "rare spelling"),
    ],
)
def test_a_name_that_is_not_certain_goes_to_a_person(
    row: LetterBoxes, why: str
) -> None:
    found = read(NAME, row)
    assert (found.status, found.confidence) == (FieldStatus.REVIEW, 0.5)
    assert why in found.rule


def test_what_cannot_be_read_goes_to_a_person_as_an_image() -> None:
    unread = replace(boxes("TRẦN MAI"), readings=())
    found = read(NAME, unread)
    assert (found.value, found.status) == (None, FieldStatus.REVIEW)
    assert found.box == BoundingBox(400, 195, 718, 239)


def test_a_number_in_boxes_keeps_to_the_rules_of_its_kind() -> None:
    label = "Số CCCD:"
    assert read(NUMBER, boxes("034187000123"), label=label).status is FieldStatus.OK
    unknown = read(NUMBER, boxes("999187000123"), label=label)
    assert unknown.status is FieldStatus.REVIEW
    assert "province" in unknown.rule


@pytest.mark.parametrize(
    ("first", "below", "value"),
    [
        ("NGUYỄN THỊ TH", "ẢO", "NGUYỄN THỊ THẢO"),
        ("NGUYỄN THỊ ", "THẢO", "NGUYỄN THỊ THẢO"),
        ("NGUYỄN THỊ", " THẢO", "NGUYỄN THỊ THẢO"),
    ],
)
def test_a_name_goes_on_in_the_next_row(first: str, below: str, value: str) -> None:
    found = read(NAME, boxes(first), boxes(below, left=200, top=250))
    assert (found.value, found.status) == (value, FieldStatus.OK)


def test_boxes_of_another_label_are_not_taken() -> None:
    both = FieldRule("other", Take.RIGHT_OF_LABEL, Kind.TEXT, ("Giới tính",))
    rows = (boxes("TRẦN MAI"), boxes("NỮ", left=420, top=395))
    typed = page((200, 200, "Họ và tên:"), (200, 400, "Giới tính:"))
    form = Form(replace(typed, letter_boxes=rows), [NAME, both])
    found = [value.boxes for rule in (NAME, both) if (value := form.find(rule))]
    assert found == [rows[:1], rows[1:]]


def test_a_label_ends_at_its_boxes_though_no_colon_is_printed() -> None:
    label = line(200, 200, "Họvàtên")
    assert end_label(label, [boxes("MAI")]).text == "Họvàtên:"
    assert end_label(label, [boxes("MAI", top=600)]) == label
