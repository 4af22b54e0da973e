import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.catalog.catalog import SqlCatalog
from pipeline.model.dossier import Manifest
from pipeline.storage.archive import ObjectArchive
from pipeline.storage.local_store import LocalStore
from tests.catalog.made_up import START, a_document, a_manifest
from tests.cli.conftest import Sohoa, lines
from tests.storage.records import DOSSIER_ID, file_dossier


@pytest.fixture
def filed(home: Path, tmp_path: Path) -> Manifest:
    """A dossier of one document, in the store alone."""
    return file_dossier(ObjectArchive(LocalStore(home / "store")), tmp_path)


def test_get_writes_what_is_stored(
    sohoa: Sohoa, filed: Manifest, tmp_path: Path
) -> None:
    target = tmp_path / "out.pdf"

    result = sohoa("get", filed.documents[0].key, "-o", target)

    assert result.exit_code == 0
    assert target.read_bytes() == b"%PDF-1.7 searchable"


def test_get_writes_to_the_output(sohoa: Sohoa, filed: Manifest) -> None:
    result = sohoa("get", filed.documents[0].key, "-o", "-")

    assert result.stdout_bytes == b"%PDF-1.7 searchable"


def test_get_replaces_a_file_only_when_told_to(
    sohoa: Sohoa, filed: Manifest, tmp_path: Path
) -> None:
    target = tmp_path / "out.pdf"
    target.write_bytes(b"mine")
    words = ("get", filed.documents[0].key, "-o", target)

    assert sohoa(*words).exit_code == 2
    assert target.read_bytes() == b"mine"
    assert sohoa(*words, "--force").exit_code == 0
    assert target.read_bytes() == b"%PDF-1.7 searchable"


@pytest.mark.parametrize(
    ("key", "code"),
    [("dossiers/0/none.pdf", 1), ("../catalog.sqlite3", 2), ("/etc/passwd", 2)],
)
def test_get_leaves_no_file_where_there_is_no_object(
    sohoa: Sohoa, filed: Manifest, tmp_path: Path, key: str, code: int
) -> None:
    before = set(tmp_path.iterdir())

    assert sohoa("get", key, "-o", tmp_path / "out").exit_code == code

    assert set(tmp_path.iterdir()) == before


def test_get_says_when_the_folder_does_not_exist(
    sohoa: Sohoa, filed: Manifest, tmp_path: Path
) -> None:
    key = filed.documents[0].key

    assert sohoa("get", key, "-o", tmp_path / "no" / "out").exit_code == 3


def test_show_prints_a_dossier(sohoa: Sohoa, filed: Manifest) -> None:
    result = sohoa("show", DOSSIER_ID)

    assert result.exit_code == 0
    assert filed.code is not None
    for expected in (DOSSIER_ID, filed.code, "no dossier code", "Đỗ Thị Ví Dụ"):
        assert expected in result.stdout


def test_show_describes_a_dossier_to_machines(sohoa: Sohoa, filed: Manifest) -> None:
    (shown,) = lines(sohoa("show", DOSSIER_ID, "--json").stdout)

    assert shown["id"] == DOSSIER_ID
    assert [*shown] == [
        "id",
        "code",
        "procedure",
        "status",
        "doubts",
        "conflicts",
        "separators",
        "documents",
    ]


@pytest.mark.parametrize(("dossier", "code"), [("0" * 16 + "-01", 1), ("../x", 2)])
def test_show_knows_no_other_dossier(
    sohoa: Sohoa, filed: Manifest, dossier: str, code: int
) -> None:
    assert sohoa("show", dossier).exit_code == code


def test_search_prints_what_opens_a_document(sohoa: Sohoa, catalog: SqlCatalog) -> None:
    document = a_document(2, title="Nghị định", so_ky_hieu="96/2016/NĐ-CP")
    catalog.index(a_manifest("d7", document), ("Quy định điều kiện về an ninh",))

    result = sohoa("search", "dieu kien an ninh")

    assert "Nghị định 96/2016/NĐ-CP" in result.stdout
    assert "dossier d7, document 2" in result.stdout
    assert document.key in result.stdout
    assert result.stderr == "1 found\n"


def test_search_answers_machines_one_hit_a_line(
    sohoa: Sohoa, catalog: SqlCatalog
) -> None:
    for number, name in enumerate(("d1", "d2")):
        filed_at = START + timedelta(number)
        catalog.index(a_manifest(name, filed_at=filed_at), ("Quyết định",))

    found = lines(sohoa("--json", "search", "quyet dinh").stdout)

    assert [hit["dossier"] for hit in found] == ["d2", "d1"]
    assert str(found[0]["snippet"]).startswith("Quyết định")


@pytest.mark.parametrize(
    ("filters", "hits"),
    [
        ((), 1),
        (("--counter", "ben-quang"), 1),
        (("--counter", "khe-sanh"), 0),
        (("--status", "review"), 0),
        (("--code", "x"), 0),
        (("--issued-from", "2016-01-01", "--issued-to", "2016-12-31"), 1),
        (("--issued-from", "2017-01-01"), 0),
    ],
)
def test_search_narrows(
    sohoa: Sohoa, catalog: SqlCatalog, filters: tuple[str, ...], hits: int
) -> None:
    document = a_document(ngay_ban_hanh="2016-07-01")
    catalog.index(a_manifest("d1", document), ("Quyết định",))

    result = sohoa("search", "quyet dinh", "--json", *filters)

    assert len(lines(result.stdout)) == hits


def test_verify_says_that_all_is_well(sohoa: Sohoa, filed: Manifest) -> None:
    result = sohoa("verify")

    assert (result.exit_code, result.stdout) == (0, "")
    assert "0 faults" in result.stderr


@pytest.mark.parametrize("machine", [True, False])
def test_verify_names_what_is_damaged(
    sohoa: Sohoa, filed: Manifest, home: Path, machine: bool
) -> None:
    key = filed.documents[0].key
    path = home / "store" / key
    path.chmod(0o600)
    path.write_bytes(b"something else")

    result = sohoa("verify", *(["--json"] if machine else []))

    assert result.exit_code == 1
    if machine:
        assert [fault["key"] for fault in lines(result.stdout)] == [key]
    else:
        assert result.stdout.startswith(f"{key}: ")


def test_verify_goes_on_after_a_stop_unless_told_not_to(
    sohoa: Sohoa, filed: Manifest, home: Path
) -> None:
    note = {"subject": str(home / "store"), "reached": "dossiers/g", "faults": {}}
    for options in ([], ["--fresh"]):
        (home / "verify.bookmark").write_text(json.dumps(note))
        said = sohoa("verify", *options).stderr
        assert said.startswith("1 objects" if not options else "5 objects")


def test_digests_are_made_once_and_shown(
    sohoa: Sohoa, filed: Manifest, home: Path
) -> None:
    long_ago = replace(
        filed, id=f"{filed.batch_id[:16]}-02", filed_at=datetime(2026, 1, 5, tzinfo=UTC)
    )
    ObjectArchive(LocalStore(home / "store")).commit(long_ago)

    made, *_ = lines(sohoa("digest", "--json").stdout)

    assert str(made["key"]).endswith("/2026-01-05.json")
    assert made["objects"] == 2
    assert sohoa("digest").stdout == ""
    shown = sohoa("digest", "--last").stdout
    assert "digests/" in shown
    assert "NOT SIGNED" in shown


def test_rebuild_makes_findable_what_lies_in_the_store(
    sohoa: Sohoa, filed: Manifest
) -> None:
    assert lines(sohoa("search", "giay khai", "--json").stdout) == []

    assert lines(sohoa("rebuild", "--json").stdout) == [{"indexed": 1}]

    (hit,) = lines(sohoa("search", "giay khai", "--json").stdout)
    assert hit["dossier"] == DOSSIER_ID


def test_a_folder_needs_no_setting_up(sohoa: Sohoa, home: Path) -> None:
    for _ in range(2):
        said, lacks = lines(sohoa("store", "init", "--json").stdout)

    assert "nothing else" in str(said["done"])
    assert "cannot lock" in str(lacks["done"])
    assert (home / "store").is_dir()


def test_check_tells_what_is_wrong_with_the_configuration(
    sohoa: Sohoa, tmp_path: Path
) -> None:
    (tmp_path / "pipeline.toml").write_text("[store]\nknid = 's3'\n")

    result = sohoa("check", "--config", tmp_path)

    assert result.exit_code == 3
    assert result.stdout.startswith("✗ configuration")
    assert "knid" in result.stdout


def test_check_answers_machines(sohoa: Sohoa) -> None:
    result = sohoa("check", "--json")

    findings = lines(result.stdout)
    assert findings[0]["subject"] == "configuration"
    assert result.exit_code == max(int(str(each["exit_code"])) for each in findings)


NAMES = [
    *("ingest", "read", "get", "search", "show", "verify", "digest", "rebuild"),
    *("batches", "retry", "check", "up", "deploy", "web", "store"),
]


@pytest.mark.parametrize(
    "name", ["", *NAMES, *(f"store {each}" for each in ("init", "hold", "retain"))]
)
def test_every_command_explains_itself(sohoa: Sohoa, name: str) -> None:
    result = sohoa(*name.split(), "--help")

    assert result.exit_code == 0
    assert "Usage: " in result.stdout
