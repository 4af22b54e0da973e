"""Rules between the fields of one document: where one fails, a person sees both."""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.extract.identifiers import birth_year, sex_of
from pipeline.model.dossier import Field, FieldStatus
from pipeline.model.template import Check, Rule
from pipeline.model.unicode import comparable

AFTER_A_FAILED_CHECK = 0.5
"""Confidence of a value that contradicts another one of its paper, at most."""


def apply_checks(fields: Sequence[Field], checks: Sequence[Check]) -> tuple[Field, ...]:
    """Send both fields of every failing check to review; values stay as they are.

    Where one of them is in review for a reason of its own, that explains it, and the
    other one stays. A check between fields of which one is missing says nothing.
    """
    by_name = {field.name: field for field in fields}
    doubted = {f.name for f in fields if f.status is FieldStatus.REVIEW}
    for check in checks:
        one, other = by_name.get(check.field), by_name.get(check.other)
        if one is None or other is None or one.value is None or other.value is None:
            continue
        if not _holds(check.rule, one.value, other.value):
            lone = doubted & {one.name, other.name}
            for field in (one, other):
                if field.name in lone or not lone:
                    by_name[field.name] = to_review(field, check.rule.value)
    return tuple(by_name[field.name] for field in fields)


def to_review(field: Field, why: str) -> Field:
    """The same value, for a person to look at, with *why* added to its rule."""
    return replace(
        field,
        status=FieldStatus.REVIEW,
        confidence=min(field.confidence, AFTER_A_FAILED_CHECK),
        rule="; ".join(filter(None, (field.rule, why))),
    )


def _holds(rule: Rule, one: str, other: str) -> bool:
    if rule is Rule.NOT_BEFORE:
        shared = min(len(one), len(other))
        return one[:shared] >= other[:shared]
    if rule is Rule.ID_MATCHES_BIRTH:
        year = birth_year(one)
        return year is None or other[:4] == f"{year}"
    if rule is Rule.ID_MATCHES_SEX:
        sex = sex_of(one)
        return sex is None or sex == other
    return comparable(one) == comparable(other)
