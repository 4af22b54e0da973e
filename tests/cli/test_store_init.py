"""``sohoa store init`` against real servers."""

import json
from pathlib import Path

import pytest

from pipeline.storage.init import ROLES
from pipeline.storage.keys import AREAS
from tests.cli.conftest import Sohoa
from tests.servers import S3Server


@pytest.fixture
def prefix(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """Settings of a server under a prefix that no bucket has yet."""
    prefix = s3_server.fresh_prefix()
    for name, value in {
        "KIND": "s3",
        "ENDPOINT": s3_server.endpoint,
        "SECURE": str(s3_server.secure).lower(),
        "ACCESS_KEY": s3_server.access_key,
        "SECRET_KEY": s3_server.secret_key,
        "REGION": s3_server.region,
        "BUCKET_PREFIX": prefix,
    }.items():
        monkeypatch.setenv(f"PIPELINE_STORE__{name}", value)
    return prefix


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    folder.mkdir()
    for role in ROLES:
        (folder / f"store_{role}").write_text(f"secret-of-{role}\n")
    return folder


def test_buckets_are_made_once(sohoa: Sohoa, prefix: str) -> None:
    first, second = sohoa("store", "init"), sohoa("store", "init")

    assert (first.exit_code, second.exit_code) == (0, 0)
    for area in AREAS:
        assert f"bucket {prefix}{area} made" in first.stdout
        assert f"bucket {prefix}{area} exists" in second.stdout


def test_page_results_expire_when_the_settings_say(
    sohoa: Sohoa, prefix: str, s3_server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPELINE_WORK__KEEP_DAYS", "7")

    sohoa("store", "init")

    rules = s3_server.client().get_bucket_lifecycle(bucket_name=f"{prefix}work")
    assert rules is not None
    assert [rule.expiration.days for rule in rules.rules if rule.expiration] == [7]


@pytest.mark.usefixtures("prefix")
def test_every_role_is_told_of_and_no_secret(sohoa: Sohoa, secrets: Path) -> None:
    for _ in range(2):
        result = sohoa("store", "init", "--users", secrets, "--json")

    done = [json.loads(line)["done"] for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert all(any(role in each for each in done) for role in ROLES)
    assert "secret-of" not in result.output


@pytest.mark.usefixtures("prefix")
def test_a_folder_without_keys_is_a_mistake(sohoa: Sohoa, tmp_path: Path) -> None:
    result = sohoa("store", "init", "--users", tmp_path)

    assert result.exit_code == 3
    assert "store_<role>" in result.stderr


@pytest.mark.usefixtures("prefix")
def test_a_store_that_is_set_up_passes_the_check(sohoa: Sohoa) -> None:
    assert "run sohoa store init" in sohoa("check").stdout

    sohoa("store", "init")

    assert "✓ store" in sohoa("check").stdout
