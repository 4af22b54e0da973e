from dataclasses import replace

import pytest

from pipeline.extract.crosscheck import (
    BIRTHS_DIFFER,
    DATED_AFTER_RECEIPT,
    NAMES_DIFFER,
    NOBODY_OF_RECEIPT,
    NUMBER_AND_BIRTH,
    NUMBERS_DIFFER,
    SEXES_DIFFER,
    SPELLINGS_DIFFER,
    Paper,
    find_conflicts,
)
from pipeline.model.dossier import Conflict, Field, FieldStatus
from tests.split.paper import doctype

NAME, ID, BORN = "Nguyễn Thị Mẫu", "034187000123", "1987-02-15"
WHO = {"full_name": NAME, "personal_id": ID, "date_of_birth": BORN, "sex": "Nữ"}


def paper(number: int, code: str, **values: str) -> Paper:
    fields = tuple(
        Field(name, value, value, FieldStatus.OK, 0.99)
        for name, value in values.items()
    )
    return Paper(number, doctype(code), fields)


def rules(*papers: Paper) -> list[str]:
    return [conflict.rule for conflict in find_conflicts(papers)]


def card(**changes: str) -> Paper:
    return paper(1, "can-cuoc", **(WHO | changes))


def form(**changes: str) -> Paper:
    return paper(2, "don-de-nghi", **(WHO | changes))


def test_papers_that_agree_have_no_conflict() -> None:
    receipt = paper(3, "giay-tiep-nhan-ho-so", applicant=NAME.upper(), personal_id=ID)
    assert rules(card(), form(), receipt) == []


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"full_name": "Trần Thị Mẫu"}, NAMES_DIFFER),
        ({"full_name": "Nguyễn Thị Mậu"}, SPELLINGS_DIFFER),
        ({"date_of_birth": "1987-02-16"}, BIRTHS_DIFFER),
        ({"sex": "Nam"}, SEXES_DIFFER),
        ({"personal_id": "034187000128"}, NUMBERS_DIFFER),
        ({"personal_id": "066187000999"}, NUMBERS_DIFFER),
    ],
)
def test_what_two_papers_say_of_one_person_is_compared(
    changes: dict[str, str], rule: str
) -> None:
    assert rules(card(), form(**changes)) == [rule]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"date_of_birth": "1987"}, {}),
        ({"full_name": "Nguyễn Thị Hoà"}, {"full_name": "NGUYỄN THỊ HÒA"}),
        ({"personal_id": "012345678", "date_of_birth": BORN}, {}),
    ],
    ids=["a year is no contradiction", "tone placement", "an old card's number"],
)
def test_what_only_looks_different_is_none(
    one: dict[str, str], other: dict[str, str]
) -> None:
    assert rules(card(**one), form(**other)) == []


def test_two_people_of_one_name_are_not_one_person() -> None:
    namesake = paper(2, "don-de-nghi", full_name=NAME, personal_id="066175000999")
    assert rules(paper(1, "can-cuoc", full_name=NAME, personal_id=ID), namesake) == []


def test_a_number_is_held_against_a_birth_on_another_paper() -> None:
    numbered = paper(1, "giay-tiep-nhan-ho-so", applicant=NAME, personal_id=ID)
    born = paper(2, "giay-khai-sinh", full_name=NAME, date_of_birth="1990-01-01")
    assert rules(numbered, born) == [NUMBER_AND_BIRTH]


def test_a_receipt_of_nobody_in_the_papers_is_shown() -> None:
    receipt = paper(2, "giay-tiep-nhan-ho-so", applicant="Lê Văn Khác")
    assert rules(card(), receipt) == [NOBODY_OF_RECEIPT]


def test_a_receipt_for_a_parent_named_on_a_paper_is_none() -> None:
    receipt = paper(2, "giay-tiep-nhan-ho-so", applicant="Lê Văn Khác")
    birth = paper(3, "giay-khai-sinh", full_name=NAME, father_name="LÊ VĂN KHÁC")
    assert rules(receipt, birth) == []


@pytest.mark.parametrize(("made", "count"), [("2026-10-09", 1), ("2026-10-08", 0)])
def test_an_application_is_not_dated_after_its_receipt(made: str, count: int) -> None:
    receipt = paper(1, "giay-tiep-nhan-ho-so", received_on="2026-10-08")
    application = paper(2, "don-de-nghi", ngay_ban_hanh=made)
    assert rules(receipt, application) == [DATED_AFTER_RECEIPT] * count


def test_the_paper_that_counts_for_most_stands_first() -> None:
    form_first = replace(form(date_of_birth="1988-02-15"), number=1)
    (conflict,) = find_conflicts((form_first, replace(card(), number=2)))
    assert [said.document for said in conflict.statements] == [2, 1]
    assert [said.value for said in conflict.statements] == [BORN, "1988-02-15"]


def test_one_contradiction_of_three_papers_is_told_once() -> None:
    third = replace(form(date_of_birth="1988-02-15"), number=3)
    (conflict,) = find_conflicts((card(), form(), third))
    assert isinstance(conflict, Conflict)
    assert len(conflict.statements) == 3


def test_what_nobody_accepted_is_not_held_against_anything() -> None:
    doubtful = tuple(replace(f, status=FieldStatus.REVIEW) for f in form().fields)
    other = Paper(2, doctype("don-de-nghi"), doubtful)
    assert rules(card(full_name="Trần Thị Khác"), other) == []
