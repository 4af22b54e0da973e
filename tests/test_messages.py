import ast
import re
from pathlib import Path

import pytest

from pipeline.extract import crosscheck
from pipeline.messages import translate
from pipeline.sip import describe, package
from pipeline.usecases import compose, dossier_codes
from pipeline.usecases.sheets import EVERY_SHEET, INSTRUCTIONS
from pipeline.web import labels

PACKAGE = Path(__file__).parent.parent / "pipeline"
TEMPLATES = sorted((PACKAGE / "web" / "templates").glob("*.html"))
MARKED = re.compile(r"""_\((["'])(.*?)\1\)""")


def messages() -> set[str]:
    found = {m[2] for path in TEMPLATES for m in MARKED.finditer(path.read_text())}
    tree = ast.parse((PACKAGE / "messages.py").read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            found |= {v.value for v in node.values if isinstance(v, ast.Constant)}
    for module in (compose, dossier_codes, crosscheck, describe, package):
        found |= {
            value
            for name, value in vars(module).items()
            if name.isupper() and isinstance(value, str) and " " in value
        }
    sheets = {*INSTRUCTIONS.values(), *EVERY_SHEET}
    return found | sheets | {*package.EXPLANATION}


@pytest.mark.parametrize("message", sorted(str(m) for m in messages()))
def test_every_message_is_translated(message: str) -> None:
    assert translate(message) != message


def test_an_unknown_language_is_english() -> None:
    assert translate("Search", "xx") == "Search"


@pytest.mark.parametrize("name", ["so_ky_hieu", "ma_ho_so"])
def test_fields_are_named_in_vietnamese(name: str) -> None:
    assert labels.field_label(name) != name
