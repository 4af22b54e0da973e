from dataclasses import replace

import pytest

from pipeline.extract.checks import AFTER_A_FAILED_CHECK, apply_checks
from pipeline.model.dossier import Field, FieldStatus
from pipeline.model.template import Check, Rule


def field(name: str, value: str | None) -> Field:
    status = FieldStatus.OK if value else FieldStatus.MISSING
    return Field(name, value, value or "", status, 0.95, rule="right-of-label")


def statuses(rule: Rule, one: str | None, other: str | None) -> list[FieldStatus]:
    fields = (field("one", one), field("other", other))
    return [each.status for each in apply_checks(fields, [Check(rule, "one", "other")])]


@pytest.mark.parametrize(
    ("rule", "one", "other"),
    [
        (Rule.NOT_BEFORE, "2025-12-08", "2025-12-08"),
        (Rule.NOT_BEFORE, "2025-12-08", "2025"),
        (Rule.ID_MATCHES_BIRTH, "034187000123", "1987-02-15"),
        (Rule.ID_MATCHES_BIRTH, "123456789", "1950-01-01"),
        (Rule.ID_MATCHES_SEX, "034187000123", "Nữ"),
        (Rule.SAME_AS, "NGUYỄN THỊ MẪU", "Nguyễn Thị Mẫu"),
    ],
)
def test_what_fits_stays_as_it_is(rule: Rule, one: str, other: str) -> None:
    assert statuses(rule, one, other) == [FieldStatus.OK, FieldStatus.OK]


@pytest.mark.parametrize(
    ("rule", "one", "other"),
    [
        (Rule.NOT_BEFORE, "2025-12-07", "2025-12-08"),
        (Rule.ID_MATCHES_BIRTH, "034187000123", "1988-02-15"),
        (Rule.ID_MATCHES_BIRTH, "034287000123", "1987-02-15"),
        (Rule.ID_MATCHES_SEX, "034187000123", "Nam"),
        (Rule.SAME_AS, "Nguyễn Thị Mẫu", "Lê Thị Mẫu"),
    ],
)
def test_a_failing_check_sends_both_to_review(rule: Rule, one: str, other: str) -> None:
    assert statuses(rule, one, other) == [FieldStatus.REVIEW, FieldStatus.REVIEW]


def test_a_missing_field_is_no_contradiction() -> None:
    assert statuses(Rule.NOT_BEFORE, "2025-12-07", None) == [
        FieldStatus.OK,
        FieldStatus.MISSING,
    ]


def test_values_stay_and_the_reason_is_named() -> None:
    fields = (field("one", "2025-12-07"), field("other", "2025-12-08"))
    after = apply_checks(fields, [Check(Rule.NOT_BEFORE, "one", "other")])
    assert [each.value for each in after] == ["2025-12-07", "2025-12-08"]
    assert all("not-before" in each.rule for each in after)
    assert all(each.confidence <= AFTER_A_FAILED_CHECK for each in after)


def test_a_value_that_is_doubted_for_itself_does_not_cast_doubt_on_another() -> None:
    birth = replace(field("birth", "1937-02-15"), status=FieldStatus.REVIEW)
    checks = [Check(Rule.ID_MATCHES_BIRTH, "id", "birth")]
    found = apply_checks([field("id", "034187000123"), birth], checks)
    assert [each.status for each in found] == [FieldStatus.OK, FieldStatus.REVIEW]
    assert "id-matches-birth" in found[1].rule
