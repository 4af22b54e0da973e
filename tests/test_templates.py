from pathlib import Path

import pytest

from pipeline.errors import TemplateError
from pipeline.model.template import Check, DocType, Kind, Rule, Take, Within
from pipeline.model.unicode import comparable
from pipeline.templates import (
    find_problems,
    load_doctypes,
    load_procedures,
    load_thresholds,
)

SHIPPED = Path(__file__).parent.parent / "config"

BIRTH = """\
code: giay-khai-sinh
title: Giấy khai sinh
first_page:
  headings: ["Giấy khai sinh"]
fields:
  - {name: born, labels: ["Ngày sinh"], take: right-of-label, kind: date}
  - {name: filed, labels: ["Ngày đăng ký"], take: below-label, kind: date}
checks:
  - {rule: not-before, field: filed, other: born}
"""

PROCEDURE = """\
code: "1.001193"
title: Đăng ký khai sinh
components:
  - {doctype: giay-khai-sinh, required: false}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    write(tmp_path / "doctypes/giay-khai-sinh.yaml", BIRTH)
    write(tmp_path / "procedures/1.001193.yaml", PROCEDURE)
    return tmp_path


def write(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def shipped() -> tuple[DocType, ...]:
    return load_doctypes(SHIPPED)


def test_a_document_type_is_read_as_written(config: Path) -> None:
    (doctype,) = load_doctypes(config)
    assert (doctype.code, doctype.headings) == ("giay-khai-sinh", ("Giấy khai sinh",))
    assert doctype.within is Within.TOP_THIRD
    assert doctype.fields[1].take is Take.BELOW_LABEL
    assert doctype.fields[1].kind is Kind.DATE
    assert doctype.checks == (Check(Rule.NOT_BEFORE, "filed", "born"),)


def test_a_procedure_is_read_as_written(config: Path) -> None:
    (procedure,) = load_procedures(config)
    assert procedure.code == "1.001193"
    assert procedure.components[0].doctype == "giay-khai-sinh"
    assert not procedure.components[0].required


@pytest.mark.parametrize(
    "code", ["can-cuoc", "giay-khai-sinh", "trich-luc-ket-hon", "giay-kham-suc-khoe"]
)
def test_cards_and_certificates_are_filed_as_scanned(code: str) -> None:
    (doctype,) = (each for each in shipped() if each.code == code)
    assert not doctype.layers


def test_other_papers_may_be_filed_as_layers(config: Path) -> None:
    assert load_doctypes(config)[0].layers


def test_headings_are_brought_to_composed_letters(config: Path) -> None:
    decomposed = BIRTH.replace("Giấy khai sinh", "Gia\u0302\u0301y khai sinh")
    write(config / "doctypes/giay-khai-sinh.yaml", decomposed)
    assert load_doctypes(config)[0].headings == ("Giấy khai sinh",)


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("title:", "titel:", "titel"),
        ("Giấy khai sinh\nfirst", "Giấy khai sinh\ntitle: Khác\nfirst", "twice"),
        ("code: giay-khai-sinh", "code: khai-sinh", "not the file's name"),
        ("kind: date}\n  - {", "kind: day}\n  - {", "kind"),
        ("take: below-label", "take: below", "take"),
        ("take: below-label", "take: header-date", "uses no labels"),
        ('labels: ["Ngày đăng ký"], ', "", "needs labels"),
        ("name: filed", "name: born", "'born' is given twice"),
        ("name: filed", "name: Filed", "name"),
        ("field: filed", "field: signed", "no field 'signed'"),
        ("field: filed", "field: born", "itself"),
        ("rule: not-before", "rule: id-matches-sex", "compares personal-id with sex"),
        ("rule: not-before", "rule: before", "rule"),
        ('headings: ["Giấy khai sinh"]', "headings: []", "headings or markers"),
        ('headings: ["Giấy khai sinh"]', "within: bottom", "within"),
        ("code: giay", "review_below: 1.5\ncode: giay", "review_below"),
        ("code: giay", "longest: 0\ncode: giay", "longest"),
        ("code: giay", "type_code: 2\ncode: giay", "type_code"),
        ("code: giay", 'type_code: "33"\ncode: giay', "type_code"),
    ],
)
def test_a_template_that_is_not_right_is_refused(
    config: Path, old: str, new: str, rule: str
) -> None:
    path = config / "doctypes/giay-khai-sinh.yaml"
    write(path, BIRTH.replace(old, new, 1))
    with pytest.raises(TemplateError, match=rule) as refused:
        load_doctypes(config)
    assert str(path) in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("title:", "titel:", 2),
        ("kind: date}\nchecks", "kind: day}\nchecks", 7),
        ("field: filed", "field: signed", 9),
        ("take: right-of-label", "take: [", 6),
    ],
)
def test_the_message_names_the_line(
    config: Path, old: str, new: str, line: int
) -> None:
    write(config / "doctypes/giay-khai-sinh.yaml", BIRTH.replace(old, new, 1))
    with pytest.raises(TemplateError, match=rf"sinh\.yaml:{line}: "):
        load_doctypes(config)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        pytest.param(b"", "the file", id="empty"),
        pytest.param(b"- a\n- b\n", "the file", id="list"),
        pytest.param(b"code: \xff\xfe", "UTF-8", id="not utf-8"),
        pytest.param(b"code: !!python/name:os.system ''", "yaml", id="object"),
        pytest.param(b"[" * 50_000, "nest", id="deep"),
        pytest.param(b"# " + b"x" * 70_000, "larger", id="large"),
        pytest.param(b"a: &a [x]\nb: [*a, *a]\n", "aliases", id="growing"),
        pytest.param(b"title: 2026-13-45\n", "YAML", id="no date"),
    ],
)
def test_a_hostile_file_is_refused(config: Path, content: bytes, found: str) -> None:
    write(config / "doctypes/giay-khai-sinh.yaml", content)
    with pytest.raises(TemplateError, match=found):
        load_doctypes(config)


@pytest.mark.parametrize("part", ["headings", "abbreviations"])
def test_two_types_may_not_share_what_tells_them(config: Path, part: str) -> None:
    own = BIRTH.replace("first_page:", 'first_page:\n  abbreviations: ["KS"]')
    write(config / "doctypes/giay-khai-sinh.yaml", own)
    other = own.replace("code: giay-khai-sinh", "code: khac")
    kept = {"headings": "KS", "abbreviations": "Giấy khai sinh"}[part]
    write(config / "doctypes/khac.yaml", other.replace(f'["{kept}"]', '["Khác"]'))
    with pytest.raises(TemplateError, match="also stands in giay-khai-sinh"):
        load_doctypes(config)


@pytest.mark.parametrize("name", ["khac.yml", "khac.yaml~", "readme.txt"])
def test_a_file_that_would_be_overlooked_is_refused(config: Path, name: str) -> None:
    write(config / "doctypes" / name, BIRTH)
    with pytest.raises(TemplateError, match="ends in"):
        load_doctypes(config)


def test_a_missing_or_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="no such folder"):
        load_doctypes(tmp_path)
    (tmp_path / "doctypes").mkdir()
    with pytest.raises(TemplateError, match="no template"):
        load_doctypes(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("giay-khai-sinh", "giay-khai-tu", "no document type"),
        ("components:", "components:\n  - {doctype: giay-khai-sinh}", "listed twice"),
        ('"1.001193"', "1.001193", "code"),
        ('"1.001193"', '"1.001194"', "not the file's name"),
        ("title:", 'retention_code: "08"\ntitle:', "retention_code"),
        ("required: false", "required: perhaps", "required"),
    ],
)
def test_a_procedure_that_is_not_right_is_refused(
    config: Path, old: str, new: str, rule: str
) -> None:
    write(config / "procedures/1.001193.yaml", PROCEDURE.replace(old, new, 1))
    with pytest.raises(TemplateError, match=rule):
        load_procedures(config)


def test_the_shipped_templates_are_right() -> None:
    assert len(shipped()) >= 45
    assert {p.code for p in load_procedures(SHIPPED)} >= {"1.001193", "2.000815"}


def test_one_shipped_type_leads_a_dossier() -> None:
    leaders = [doctype.code for doctype in shipped() if doctype.leads_dossier]
    assert leaders == ["giay-tiep-nhan-ho-so"]


def test_labels_of_one_shipped_type_are_told_apart_by_words_or_place() -> None:
    for doctype in shipped():
        places = [
            (comparable(label), field.after, field.half, field.column)
            for field in doctype.fields
            for label in field.labels
        ]
        assert len(set(places)) == len(places), doctype.code


def test_all_problems_are_found_and_a_broken_type_is_told_once(config: Path) -> None:
    write(config / "doctypes/giay-khai-sinh.yaml", BIRTH.replace("title:", "titel:"))
    write(config / "doctypes/giay-moi.yaml", "code: giay-moi\n")

    problems = [str(problem) for problem in find_problems(config)]

    assert len(problems) == 2
    assert "giay-khai-sinh.yaml:2" in problems[0]
    assert "giay-moi.yaml" in problems[1]


def test_the_shipped_templates_have_no_problem() -> None:
    assert list(find_problems(SHIPPED)) == []


def test_a_field_gets_the_threshold_of_its_kind_and_never_a_lower_one(
    config: Path,
) -> None:
    write(config / "kinds.yaml", "review_below: {date: 0.9}")
    own = BIRTH.replace("kind: date}", "kind: date, review_below: 0.7}", 1)
    write(config / "doctypes/giay-khai-sinh.yaml", own)
    first, second = load_doctypes(config)[0].fields
    assert (first.review_below, second.review_below) == (0.7, 0.9)

    assert load_doctypes(config)[0].least("ngay_ban_hanh") == 0.9
    assert load_doctypes(config)[0].least("loai_van_ban") == 0.8

    strict = BIRTH.replace("code:", "review_below: 0.95\ncode:", 1)
    write(config / "doctypes/giay-khai-sinh.yaml", strict)
    assert load_doctypes(config)[0].fields[0].review_below == 0.95


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("review_below: {dat: 0.9}", "dat"),
        ("review_below: {date: 1.9}", "less than or equal"),
        ("reviewbelow: {}", "reviewbelow"),
    ],
)
def test_thresholds_of_unknown_kinds_are_refused(
    config: Path, text: str, rule: str
) -> None:
    write(config / "kinds.yaml", text)
    (problem,) = find_problems(config)
    assert "kinds.yaml:1" in str(problem)
    assert rule in str(problem)


def test_every_kind_has_a_threshold() -> None:
    assert set(load_thresholds(SHIPPED)) == set(Kind)
