from pathlib import Path

import pypdfium2 as pdfium
import pytest

from tests.cli.conftest import Sohoa, lines
from tests.split.paper import CODE, OTHER_CODE


@pytest.fixture(autouse=True)
def key(sohoa: Sohoa, monkeypatch: pytest.MonkeyPatch) -> str:
    """A key made by the command itself."""
    line = sohoa("sheets", "key").stdout.strip()
    monkeypatch.setenv("PIPELINE_SHEETS__KEYS", line)
    return line


def test_separators_are_printed_as_one_pdf(sohoa: Sohoa, tmp_path: Path) -> None:
    target = tmp_path / "sheets.pdf"
    words = ("sheets", "separator", "--counter", "demo", "--count", 4, "-o", target)

    result = sohoa(*words, "--json")

    assert result.exit_code == 0
    assert lines(result.stdout) == [{"sheets": 4, "file": str(target)}]
    assert len(pdfium.PdfDocument(target)) == 4


def test_leaders_are_printed_for_several_codes(sohoa: Sohoa, tmp_path: Path) -> None:
    target = tmp_path / "leaders.pdf"
    words = ("sheets", "leader", CODE, OTHER_CODE, "--counter", "demo", "-o", target)

    assert sohoa(*words).exit_code == 0

    texts = [
        page.get_textpage().get_text_range() for page in pdfium.PdfDocument(target)
    ]
    assert [CODE in texts[0], OTHER_CODE in texts[1]] == [True, True]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("leader", "H15-261308-0001", "--counter", "demo"), 2),
        (("separator", "--counter", "nobody"), 3),
        (("separator", "--counter", "demo", "--count", 0), 2),
    ],
    ids=["no code", "no counter", "no sheets"],
)
def test_what_cannot_be_printed_is_refused(
    sohoa: Sohoa, tmp_path: Path, words: tuple[object, ...], code: int
) -> None:
    target = tmp_path / "sheets.pdf"
    assert sohoa("sheets", *words, "-o", target).exit_code == code
    assert not target.exists()


def test_a_file_that_is_there_is_kept(sohoa: Sohoa, tmp_path: Path) -> None:
    target = tmp_path / "sheets.pdf"
    target.write_bytes(b"mine")
    words = ("sheets", "separator", "--counter", "demo", "--count", 1, "-o", target)

    assert sohoa(*words).exit_code == 2
    assert target.read_bytes() == b"mine"
    assert sohoa(*words, "--force").exit_code == 0


def test_without_a_key_nothing_is_printed(
    sohoa: Sohoa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.delenv("PIPELINE_SHEETS__KEYS")
    target = tmp_path / "sheets.pdf"

    result = sohoa("sheets", "separator", "--counter", "demo", "-o", target)

    assert result.exit_code == 3
    assert "sohoa sheets key" in result.stderr
    assert key.split()[1] not in result.output
