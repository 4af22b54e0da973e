import re
import tomllib
from dataclasses import fields
from enum import StrEnum
from functools import cache
from pathlib import Path

import pytest
from pydantic import SecretStr

from pipeline.errors import ExitCode, PipelineError, ScanRejected
from pipeline.messages import advice, sentence
from pipeline.model.template import (
    Check,
    Component,
    DocType,
    FieldRule,
    Kind,
    Procedure,
    Rule,
    Take,
    Within,
)
from pipeline.settings import Settings
from pipeline.templates import load_doctypes

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])

_LINK = re.compile(r"\]\((?!https?://|mailto:)([^)#\s]*)(#[^)\s]*)?\)")
_FORBIDDEN = re.compile(
    r"pypi\.org|pythonhosted|registry\.npmjs|proxy\.golang|repo1?\.maven|files\.npm"
    r"|(?<![\w.])/work\b"
)
"""Hosts of package registries, and places that only our own machines have."""


def kinds(base: type[PipelineError]) -> list[type[PipelineError]]:
    own = (one for one in base.__subclasses__() if one.__module__ == base.__module__)
    return [base, *(kind for one in own for kind in kinds(one))]


@cache
def rows(page: str) -> dict[str, list[str]]:
    """Give the cells of each table row, by the name in code type in its first cell."""
    lines = (DOCS / page).read_text(encoding="utf-8").splitlines()
    table = ([cell.strip() for cell in line.split("|")[1:-1]] for line in lines)
    return {
        cells[0].strip("`"): cells for cells in table if cells and cells[0][:1] == "`"
    }


def anchors(page: Path) -> set[str]:
    """Give the anchors that GitHub makes of a page's headings."""
    headings = re.findall(r"^#+ +(.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    bare = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {"#" + text.replace(" ", "-") for text in bare}


@pytest.mark.parametrize("kind", kinds(PipelineError), ids=lambda kind: kind.__name__)
def test_every_error_is_explained_with_its_exit_code(kind: type[PipelineError]) -> None:
    cells = rows("errors.md")[kind.__name__]
    assert len(cells) == 6
    assert int(cells[5]) == kind.exit_code


def test_no_error_is_explained_that_does_not_exist() -> None:
    explained = {name for name, cells in rows("errors.md").items() if len(cells) == 6}
    assert explained == {kind.__name__ for kind in kinds(PipelineError)}


def test_the_clerks_sentences_are_those_of_the_code() -> None:
    codes = {kind.reason for kind in kinds(ScanRejected)} | {"ATTEMPTS"}  # type: ignore[attr-defined]
    written = {name: row for name, row in rows("errors.md").items() if name.isupper()}
    assert {name: row[1:] for name, row in written.items()} == {
        code: [sentence(code), advice(code)] for code in codes
    }


def test_the_exit_codes_are_those_of_the_code() -> None:
    text = (DOCS / "errors.md").read_text(encoding="utf-8")
    written = dict(re.findall(r"^\| (\d+) \| `(\w+)` \|", text, re.MULTILINE))
    assert written == {str(int(code)): code.name for code in ExitCode}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_relative_links_lead_somewhere(page: Path) -> None:
    for target, anchor in _LINK.findall(page.read_text(encoding="utf-8")):
        found = page.parent / target if target else page
        assert found.exists(), f"{page.name}: {target}"
        if anchor and found.suffix == ".md":
            assert anchor in anchors(found), f"{page.name}: {target}{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_names_a_registry_or_a_place_of_ours(page: Path) -> None:
    assert _FORBIDDEN.findall(page.read_text(encoding="utf-8")) == []


def settings() -> dict[str, object]:
    """Give every setting that one can make, with its default."""
    found: dict[str, object] = {}
    for name, field in Settings.model_fields.items():
        section = field.default
        parts = getattr(type(section), "model_fields", None)
        if parts is None:
            found[name] = section
            continue
        found |= {f"{name}.{part}": getattr(section, part) for part in parts}
    return found


def as_written(default: object) -> str:
    """Write a default as the page does."""
    if isinstance(default, SecretStr) or default in (None, ()):
        return ""
    if isinstance(default, tuple):
        return ", ".join(map(str, default))
    if isinstance(default, bool):
        return str(default).lower()
    return f"{default:g}" if isinstance(default, float) else str(default)


def described() -> dict[str, str]:
    """Give the settings of the operations page with their defaults as written."""
    table = [row for row in rows("operations.md").values() if len(row) == 3]
    return {
        name: row[1].strip("`")
        for row in table
        for name in re.findall(r"`([\w.]+)`", row[0])
    }


def test_every_setting_is_described_with_its_default() -> None:
    known = {name: as_written(default) for name, default in settings().items()}
    assert described() == known


def test_the_file_of_settings_holds_the_defaults() -> None:
    text = (ROOT / "config" / "pipeline.toml").read_text(encoding="utf-8")
    for name, value in tomllib.loads(text).items():
        parts = value.items() if isinstance(value, dict) else ()
        assert name in Settings.model_fields
        for part, given in parts:
            told = tuple(given) if isinstance(given, list) else given
            assert told == settings()[f"{name}.{part}"]


def fenced(page: str, language: str) -> list[str]:
    """Give the blocks of code of a page."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(
    "words", [Take, Kind, Rule, Within], ids=lambda it: it.__name__
)
def test_every_word_of_the_templates_is_explained(words: type[StrEnum]) -> None:
    text = (DOCS / "document-types.md").read_text(encoding="utf-8")
    assert [word for word in words if f"`{word}`" not in text] == []


def test_every_key_of_the_templates_is_explained() -> None:
    text = (DOCS / "document-types.md").read_text(encoding="utf-8")
    parts = (DocType, FieldRule, Check, Procedure, Component)
    keys = {each.name for part in parts for each in fields(part)}
    keys.remove("kinds_below")  # of config/kinds.yaml, not of a template
    assert [
        key for key in sorted(keys) if f"{key}`" not in text and f"{key}:" not in text
    ] == []


def test_the_example_of_a_type_can_be_loaded(tmp_path: Path) -> None:
    (example,) = fenced("document-types.md", "yaml")
    code = re.search(r"^code: (\S+)$", example, re.MULTILINE)
    assert code is not None
    (tmp_path / "doctypes").mkdir()
    path = tmp_path / "doctypes" / f"{code[1]}.yaml"
    path.write_text(example, encoding="utf-8")
    assert [doctype.code for doctype in load_doctypes(tmp_path)] == [code[1]]


@pytest.mark.parametrize("example", fenced("conventions.md", "python"))
def test_examples_of_code_are_the_code(example: str) -> None:
    modules = (ROOT / "pipeline").rglob("*.py")
    assert any(example in path.read_text(encoding="utf-8") for path in modules)


def test_the_order_of_imports_is_the_one_that_is_checked() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (layers,) = (
        contract["layers"]
        for contract in tomllib.loads(text)["tool"]["importlinter"]["contracts"]
        if contract["id"] == "layers"
    )
    drawn = "\n".join(re.sub(r"\(pipeline\.(\w+)\)", r"\1", layer) for layer in layers)
    assert f"```\n{drawn}\n```" in (DOCS / "architecture.md").read_text(
        encoding="utf-8"
    )


def test_every_room_is_named_in_the_tree() -> None:
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    rooms = {path.parent.name for path in (ROOT / "pipeline").glob("*/__init__.py")}
    assert [room for room in sorted(rooms) if f"\n  {room}/" not in text] == []
