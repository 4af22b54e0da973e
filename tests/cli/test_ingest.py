import json
from pathlib import Path

import pytest

from tests.cli.conftest import Sohoa
from tests.intake.files import locked_pdf, pdf

KEYS = [
    *("file", "batch", "sha256", "outcome", "reason", "message", "pages", "rescan"),
    "dossiers",
]


@pytest.fixture
def refused(tmp_path: Path) -> list[Path]:
    """Files that cannot become dossiers, whose kind is seen without reading them."""
    contents = {
        "locked.pdf": locked_pdf(owner_only=False),
        "program.pdf": b"MZ a program",
        "empty.pdf": b"",
    }
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    return [tmp_path / name for name in contents]


@pytest.fixture
def no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of an S3 server that is not there."""
    settings = {
        "KIND": "s3",
        "ENDPOINT": "127.0.0.1:1",
        "SECURE": "false",
        "ACCESS_KEY": "worker",
        "SECRET_KEY": "not-a-secret",
        "TIMEOUT": "1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"PIPELINE_STORE__{name}", value)


def test_every_file_gets_its_line_whatever_becomes_of_the_others(
    sohoa: Sohoa, refused: list[Path]
) -> None:
    result = sohoa("ingest", *refused, "--counter", "demo", "--json")

    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 4
    assert [list(each) for each in told] == [KEYS] * 3
    assert [each["file"] for each in told] == [str(path) for path in refused]
    assert [each["outcome"] for each in told] == ["set_aside"] * 3
    reasons = ["ENCRYPTED", "UNSUPPORTED", "EMPTY"]
    assert [each["reason"] for each in told] == reasons


def test_what_happened_is_said_in_vietnamese(sohoa: Sohoa, refused: list[Path]) -> None:
    result = sohoa("ingest", refused[0], "--counter", "demo")

    assert "Tệp có đặt mật khẩu nên không mở được." in result.stdout
    assert "ENCRYPTED" not in result.stderr


def test_files_stay_where_they_are(sohoa: Sohoa, refused: list[Path]) -> None:
    before = [path.read_bytes() for path in refused]

    sohoa("ingest", *refused, "--counter", "demo")

    assert [path.read_bytes() for path in refused] == before


def test_an_unknown_counter_is_a_mistake_in_the_configuration(
    sohoa: Sohoa, refused: list[Path]
) -> None:
    result = sohoa("ingest", *refused, "--counter", "nowhere")

    assert result.exit_code == 3
    assert "nowhere" in result.stderr
    assert "demo" in result.stderr


def test_a_file_that_is_not_there_is_wrong_usage(sohoa: Sohoa, home: Path) -> None:
    assert sohoa("ingest", home / "no.pdf", "--counter", "demo").exit_code == 2


@pytest.mark.usefixtures("no_store")
def test_a_store_that_does_not_answer_keeps_no_other_file_from_its_line(
    sohoa: Sohoa, refused: list[Path], tmp_path: Path
) -> None:
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(pdf(1))

    result = sohoa("ingest", scan, refused[0], "--counter", "demo", "--json")

    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 6
    assert [each["outcome"] for each in told] == ["failed", "set_aside"]
    assert told[0]["reason"] == "TRY_AGAIN"
    assert "no answer" in result.stderr


def test_a_file_that_cannot_be_read_ends_with_its_reason(
    sohoa: Sohoa, refused: list[Path]
) -> None:
    result = sohoa("read", refused[0])

    assert (result.exit_code, result.stdout) == (4, "")
