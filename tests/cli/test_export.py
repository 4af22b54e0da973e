from pathlib import Path

import pytest

from pipeline.errors import ExitCode
from pipeline.model.dossier import DossierStatus
from tests.cli.conftest import Sohoa, lines
from tests.sip.filing import CODE, OTHER_CODE, Office

USAGE = 2


@pytest.fixture
def office(home: Path) -> Office:
    home.mkdir()
    return Office(home)


def test_dossiers_are_exported_by_their_code(
    sohoa: Sohoa, office: Office, tmp_path: Path
) -> None:
    office.file(CODE)
    result = sohoa("export", "--sip", "--to", tmp_path / "out", CODE, "--json")
    assert result.exit_code == ExitCode.OK
    (told,) = lines(result.stdout)
    assert (told["outcome"], told["papers"], told["unsigned"]) == ("written", 2, 1)
    mets = tmp_path / "out" / str(told["package"]) / "METS.xml"
    assert "Đăng ký khai sinh" in mets.read_text(encoding="utf-8")


def test_a_list_of_dossiers_may_stand_in_a_file(
    sohoa: Sohoa, office: Office, tmp_path: Path
) -> None:
    office.file(CODE)
    office.file(OTHER_CODE, scan=b"%PDF-1.7 other")
    listed = tmp_path / "list.txt"
    listed.write_text(f"# nộp lưu đợt 1\n{CODE}\n\n  {OTHER_CODE}\n", encoding="utf-8")
    result = sohoa("export", "--sip", "--to", tmp_path / "out", "--from", listed)
    assert result.exit_code == ExitCode.OK
    assert "2 packages" in result.stderr


def test_what_is_left_out_shows_in_the_exit_code(
    sohoa: Sohoa, office: Office, tmp_path: Path
) -> None:
    office.file(CODE)
    office.file(OTHER_CODE, scan=b"%PDF-1.7 x", status=DossierStatus.REVIEW)
    to = ("--sip", "--to", tmp_path / "out")
    result = sohoa("export", *to, "--day", "2026-10-08")
    assert result.exit_code == ExitCode.DEFECT
    assert "1 packages" in result.stderr
    assert "a person has to look first" in result.stdout
    again = sohoa("export", *to, "--day", "2026-10-08", "--review", "--json")
    assert again.exit_code == ExitCode.OK
    assert {each["outcome"] for each in lines(again.stdout)} == {"kept", "written"}


def test_the_circulars_form_is_zipped(
    sohoa: Sohoa, office: Office, tmp_path: Path
) -> None:
    office.file(CODE)
    words = ("--sip", "--circular", "--zip", "--to", tmp_path / "out", CODE)
    result = sohoa("export", *words)
    assert result.exit_code == ExitCode.OK
    (package,) = (tmp_path / "out").iterdir()
    assert package.suffix == ".zip"
    assert "without the scan" in result.stdout


@pytest.mark.parametrize(
    "words",
    [
        (CODE,),
        ("--sip",),
        ("--sip", "--day", "yesterday"),
        ("--sip", "--from", "/nowhere"),
    ],
)
def test_half_a_question_is_wrong_usage(
    sohoa: Sohoa, words: tuple[str, ...], tmp_path: Path
) -> None:
    assert sohoa("export", "--to", tmp_path / "out", *words).exit_code == USAGE
    assert not (tmp_path / "out").exists()
