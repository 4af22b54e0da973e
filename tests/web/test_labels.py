import pytest

from pipeline.messages import translate
from pipeline.model.dossier import Field, FieldStatus
from pipeline.settings import default_config
from pipeline.split import boundaries, sheets, starts
from pipeline.templates import load_doctypes
from pipeline.usecases import completeness, compose, dossier_codes
from pipeline.web.labels import (
    _FIELDS,
    _PRESENCES,
    _SOURCES,
    REASONS,
    FieldLabels,
    doubt_label,
    review_reasons,
    tier_label,
)

DOCTYPES = load_doctypes(default_config())
MODULES = (boundaries, sheets, starts, compose, dossier_codes, completeness)
DOUBTS = sorted(
    value
    for module in MODULES
    for name, value in vars(module).items()
    if name.isupper()
    and not name.startswith("_")
    and isinstance(value, str)
    and " " in value
)


@pytest.mark.parametrize("doctype", DOCTYPES, ids=lambda doctype: doctype.code)
def test_every_field_of_a_template_has_a_name_of_its_own(doctype) -> None:
    labels = FieldLabels(DOCTYPES)
    names = [labels(doctype.code, rule.name) for rule in doctype.fields]
    assert len(set(names)) == len(names)
    assert not any("_" in name or name.islower() for name in names)


NAMES = {
    text
    for names in (_FIELDS, REASONS, _PRESENCES, _SOURCES)
    for text in names.values()
}


@pytest.mark.parametrize("message", sorted(NAMES))
def test_every_name_and_reason_is_translated(message: str) -> None:
    assert translate(message) != message


@pytest.mark.parametrize("doubt", DOUBTS)
def test_every_doubt_is_translated(doubt: str) -> None:
    assert doubt_label(doubt) != doubt


def test_several_reasons_are_told_once_each() -> None:
    rule = "header: readings do not agree; another reading contradicts; not-before"
    field = Field("x", "1", "1", FieldStatus.REVIEW, 0.5, rule=rule)
    assert review_reasons(field) == (
        "các lần đọc cho kết quả khác nhau",
        "thứ tự hai ngày không hợp lý",
    )


@pytest.mark.parametrize(
    "tier", ["number", "phrase", "folded-phrase", "words", "one-typo"]
)
def test_every_tier_is_named(tier: str) -> None:
    assert tier_label(tier) != tier
