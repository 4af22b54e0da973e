from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import ExitCode
from pipeline.selfcheck import Finding, Outlook, check_all, worst_exit_code
from pipeline.storage.init import S3Identity, init_buckets, init_users
from tests.servers import S3Server
from tests.storage.conftest import connect

CONFIG = Path(__file__).parent.parent / "config"
SUBJECTS = {
    "configuration",
    "counters",
    "templates",
    "tesseract",
    "pdftoppm",
    "model",
    "second model",
    "engine",
    "store",
    "catalog",
    "drop folders",
    "scratch",
}

Check = Callable[[], dict[str, Finding]]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    return lambda: {each.subject: each for each in check_all(CONFIG, tmp_path / "home")}


def test_everything_is_looked_at(check: Check) -> None:
    findings = check()

    assert set(findings) >= SUBJECTS - {"engine"}
    assert findings["store"].outlook is Outlook.GOOD
    assert findings["catalog"].found == "sqlite: up to date and writable"


def test_a_program_that_is_missing_is_named(
    check: Check, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    findings = check()

    assert findings["tesseract"].exit_code is ExitCode.TOOL_MISSING
    assert findings["pdftoppm"].outlook is Outlook.BAD


def test_a_model_that_is_missing_is_named(
    check: Check, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PIPELINE_READING__TESSDATA", str(tmp_path))

    findings = check()

    assert findings["model"].exit_code is ExitCode.TOOL_MISSING
    assert findings["engine"].exit_code is ExitCode.TOOL_MISSING
    assert str(tmp_path) in findings["model"].found


def test_a_model_that_is_not_the_best_is_worth_a_notice(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPELINE_READING__MODEL", "vie_fast")

    model = check()["model"]

    assert (model.outlook, model.exit_code) == (Outlook.NOTICE, ExitCode.OK)
    assert "FALLBACK" in model.found


def test_a_store_that_does_not_answer_is_to_be_tried_again(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "KIND": "s3",
        "ENDPOINT": "127.0.0.1:1",
        "ACCESS_KEY": "worker",
        "SECRET_KEY": "not-a-secret",
    }.items():
        monkeypatch.setenv(f"PIPELINE_STORE__{name}", value)

    store = check()["store"]

    assert (store.outlook, store.exit_code) == (Outlook.BAD, ExitCode.TRY_AGAIN)
    assert "not-a-secret" not in store.found


def test_an_identity_with_few_rights_is_told_so_and_is_no_mistake(
    check: Check, monkeypatch: pytest.MonkeyPatch, minio_server: S3Server
) -> None:
    administrator = connect(minio_server)
    init_buckets(administrator)
    web = S3Identity(f"{administrator.bucket_prefix}web", "secret-of-web")
    init_users(administrator, {"web": web})
    for name, value in {
        "KIND": "s3",
        "ENDPOINT": administrator.endpoint,
        "SECURE": "false",
        "BUCKET_PREFIX": administrator.bucket_prefix,
        "ACCESS_KEY": web.access_key,
        "SECRET_KEY": web.secret_key,
    }.items():
        monkeypatch.setenv(f"PIPELINE_STORE__{name}", value)

    store = check()["store"]

    assert (store.outlook, store.exit_code) == (Outlook.NOTICE, ExitCode.OK)
    assert f"may list {administrator.bucket('dossiers')}" in store.found
    assert f"may not list {administrator.bucket('originals')}" in store.found


def test_a_catalog_that_cannot_be_opened_is_a_mistake_in_the_configuration(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPELINE_CATALOG__URL", "mysql://x")

    assert check()["catalog"].exit_code is ExitCode.CONFIG


def test_a_drop_folder_that_is_a_file_is_named(check: Check, tmp_path: Path) -> None:
    drop = tmp_path / "home" / "drop"
    drop.parent.mkdir()
    drop.write_text("in the way")

    found = check()["drop folders"]

    assert (found.outlook, found.exit_code) == (Outlook.BAD, ExitCode.CONFIG)


def test_a_broken_template_does_not_keep_the_rest_from_being_looked_at(
    tmp_path: Path,
) -> None:
    for name in ("pipeline.toml", "counters.toml"):
        (tmp_path / name).write_bytes((CONFIG / name).read_bytes())
    (tmp_path / "doctypes").mkdir()
    (tmp_path / "doctypes" / "x.yaml").write_text("code: [")

    findings = {each.subject: each for each in check_all(tmp_path, tmp_path / "home")}

    assert findings["templates"].exit_code is ExitCode.CONFIG
    assert findings["scratch"].outlook is Outlook.GOOD


@pytest.mark.parametrize(
    ("codes", "worst"),
    [
        ([], 0),
        ([0, 0], 0),
        ([0, 6, 0], 6),
        ([6, 5], 5),
        ([6, 5, 3], 3),
        ([3, 1, 0], 1),
    ],
)
def test_the_worst_problem_gives_the_exit_code(codes: list[int], worst: int) -> None:
    findings = [Finding("x", Outlook.BAD, "", ExitCode(code)) for code in codes]

    assert worst_exit_code(findings) == worst
