"""The whole job by the command line: drawn pages, read and filed for real."""

import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from typer.testing import CliRunner, Result

from demo.dossiers import DemoDossier, draw_scans
from demo.files import to_pdf
from pipeline.__main__ import app
from pipeline.model.dossier import METADATA_FIELDS
from pipeline.model.unicode import fold
from tests.sip.commons_ip import validate

pytestmark = pytest.mark.slow

FILE_KEYS = {
    "file",
    "batch",
    "sha256",
    "outcome",
    "reason",
    "message",
    "pages",
    "rescan",
    "dossiers",
}
DOSSIER_KEYS = {"id", "code", "procedure", "status", "documents"}
DOCUMENT_KEYS = {
    "number",
    "doctype",
    "title",
    "pages",
    "left_out",
    "key",
    "sha256",
    "bytes",
    "fields",
}
FIELD_KEYS = {"value", "raw", "confidence", "status", "page", "box"}


@pytest.fixture(scope="module")
def drawn() -> DemoDossier:
    """A receipt, an application and a decision of two pages."""
    *_, last = draw_scans()
    return last.dossiers[0]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("job") / "home"


@pytest.fixture(scope="module")
def scan(drawn: DemoDossier, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scans") / "hồ sơ.pdf"
    path.write_bytes(to_pdf(list(drawn.pages)))
    return path


@pytest.fixture(scope="module")
def two_sides(drawn: DemoDossier, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same pages as a one-sided scanner gives them: the stack was turned over."""
    folder = tmp_path_factory.mktemp("sides")
    fronts, backs = list(drawn.pages[::2]), list(drawn.pages[1::2])
    (folder / "fronts.pdf").write_bytes(to_pdf(fronts))
    (folder / "backs.pdf").write_bytes(to_pdf(backs[::-1]))
    return folder


def sohoa(home: Path, *words: object) -> Result:
    return CliRunner().invoke(app, [*map(str, words), "--home", str(home)])


@pytest.fixture(scope="module")
def told(home: Path, scan: Path) -> dict[str, Any]:
    """What the command line says of the scan, filed for the first time."""
    result = sohoa(home, "ingest", scan, "--counter", "demo", "--json")
    assert result.exit_code == 0, result.stderr
    (line,) = result.stdout.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_the_contract_with_scripts_is_kept_key_by_key(
    told: dict[str, Any], scan: Path
) -> None:
    (dossier,) = told["dossiers"]
    assert set(told) == FILE_KEYS
    assert (told["file"], told["pages"], told["reason"]) == (str(scan), 4, None)
    assert told["outcome"] in ("filed", "review")
    assert told["message"].startswith("Đã lưu hồ sơ")
    assert set(dossier) >= DOSSIER_KEYS
    for document in dossier["documents"]:
        assert set(document) == DOCUMENT_KEYS
        assert set(document["fields"]) >= set(METADATA_FIELDS)
        for field in document["fields"].values():
            assert set(field) >= FIELD_KEYS
            assert field["status"] in ("ok", "review", "missing")
            assert 0 <= field["confidence"] <= 1


def test_the_papers_are_those_that_were_drawn(
    told: dict[str, Any], drawn: DemoDossier
) -> None:
    (dossier,) = told["dossiers"]
    assert dossier["code"] == drawn.code
    assert [each["doctype"] for each in dossier["documents"]] == list(drawn.doctypes)
    pages = [each["pages"] for each in dossier["documents"]]
    assert pages == [[1, 1], [2, 2], [3, 4]]


def test_a_field_shows_where_it_was_read(
    told: dict[str, Any], drawn: DemoDossier
) -> None:
    decision = told["dossiers"][0]["documents"][2]
    number = decision["fields"]["so_ky_hieu"]
    assert number["value"] == drawn.pages[2].truth["so_ky_hieu"]
    assert number["page"] == 3
    left, top, right, bottom = number["box"]
    assert 0 <= left < right
    assert 0 <= top < bottom


def test_a_citizen_is_found_without_diacritics(
    told: dict[str, Any], home: Path, drawn: DemoDossier
) -> None:
    name = fold(drawn.citizen.full_name)

    result = sohoa(home, "search", name, "--json")

    hits = [json.loads(line) for line in result.stdout.splitlines()]
    assert name.isascii()
    assert {hit["dossier"] for hit in hits} == {told["dossiers"][0]["id"]}


def test_a_stored_paper_can_be_had(
    told: dict[str, Any], home: Path, tmp_path: Path
) -> None:
    document = told["dossiers"][0]["documents"][2]
    target = tmp_path / "out.pdf"

    assert sohoa(home, "get", document["key"], "-o", target).exit_code == 0

    data = target.read_bytes()
    assert len(data) == document["bytes"]
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert len(pdf.pages) == 2


def test_what_was_filed_is_handed_to_an_archive(
    told: dict[str, Any], home: Path, drawn: DemoDossier, scan: Path, tmp_path: Path
) -> None:
    to = ("--sip", "--to", tmp_path / "out", "--review", "--json")

    result = sohoa(home, "export", drawn.code, *to)

    assert result.exit_code == 0, result.stderr
    package = tmp_path / "out" / json.loads(result.stdout)["package"]
    assert validate(package, tmp_path / "report") == ("VALID", [])
    data = package / "representations"
    assert (data / "rep2/data/scan.pdf").read_bytes() == scan.read_bytes()
    described = data / f"rep1/metadata/descriptive/EAD_doc_{drawn.code}.3.xml"
    number = drawn.pages[2].truth["so_ky_hieu"].partition("/")[0]
    assert f"<codeNumber>{number}</codeNumber>" in described.read_text(encoding="utf-8")
    with pikepdf.open(data / f"rep1/data/{drawn.code}.3.pdf") as pdf:
        assert len(pdf.pages) == 2


def test_everything_stored_is_right(told: dict[str, Any], home: Path) -> None:
    result = sohoa(home, "verify")

    assert (result.exit_code, result.stdout) == (0, "")


def test_a_rebuilt_catalog_answers_the_same(
    told: dict[str, Any], home: Path, drawn: DemoDossier
) -> None:
    before = sohoa(home, "search", drawn.code, "--json").stdout
    assert before

    assert sohoa(home, "rebuild").exit_code == 0

    assert sohoa(home, "search", drawn.code, "--json").stdout == before


def test_the_same_scan_again_is_a_duplicate(
    told: dict[str, Any], home: Path, scan: Path
) -> None:
    result = sohoa(home, "ingest", scan, "--counter", "demo", "--json")

    again = json.loads(result.stdout)
    assert (result.exit_code, again["outcome"]) == (0, "duplicate")
    assert again["dossiers"] == told["dossiers"]


def test_a_torn_scan_is_set_aside(home: Path, scan: Path, tmp_path: Path) -> None:
    torn = tmp_path / "torn.pdf"
    torn.write_bytes(scan.read_bytes()[:100_000])

    result = sohoa(home, "ingest", torn, "--counter", "demo", "--json")

    assert result.exit_code == 4
    assert json.loads(result.stdout)["outcome"] == "set_aside"


def test_pages_are_read_without_being_kept(scan: Path, tmp_path: Path) -> None:
    result = sohoa(tmp_path, "read", scan)

    pages = result.stdout.split("\f")
    assert result.exit_code == 0
    assert len(pages) == 4
    assert "QUYẾT ĐỊNH" in pages[2]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_whoever_stops_an_ingest_gives_the_lease_back(
    scan: Path, tmp_path: Path, number: signal.Signals
) -> None:
    command = [sys.executable, "-m", "pipeline", "--home", str(tmp_path)]
    with subprocess.Popen(
        [*command, "ingest", str(scan), "--counter", "demo"],
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        start_new_session=True,
    ) as running:
        wait_for(lambda: batch_states(tmp_path) == ["working"])
        os.killpg(running.pid, number)
        _, said = running.communicate(timeout=60)

    assert running.returncode == 130
    assert b"KeyboardInterrupt" not in said
    assert batch_states(tmp_path) == ["received"]


def batch_states(home: Path) -> list[str]:
    path = home / "catalog.sqlite3"
    if not path.exists():
        return []
    connection = sqlite3.connect(path)
    try:
        return [state for (state,) in connection.execute("SELECT state FROM batches")]
    except sqlite3.OperationalError:
        return []
    finally:
        connection.close()


def wait_for(happens: Any, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_two_scans_of_both_sides_are_filed_like_one(
    told: dict[str, Any], two_sides: Path, tmp_path: Path
) -> None:
    fronts, backs = two_sides / "fronts.pdf", two_sides / "backs.pdf"
    again = sohoa(
        tmp_path / "home", "ingest", fronts, "--backs", backs, "--counter", "demo",
        "--json",
    )  # fmt: skip
    assert again.exit_code == 0, again.stderr
    found = json.loads(again.stdout)
    papers = [
        [(each["doctype"], each["pages"]) for each in dossier["documents"]]
        for job in (told, found)
        for dossier in job["dossiers"]
    ]
    assert papers[0] == papers[1]
    verified = sohoa(tmp_path / "home", "verify")
    assert verified.exit_code == 0, verified.stderr
