import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.intake import trial
from pipeline.intake.staging import Staging
from pipeline.intake.trial import try_folder
from pipeline.model.scan import Counter, FolderRules, Share, Subfolders


def found(root: Path, rules: FolderRules | None = None) -> list[str]:
    counter = Counter("one", "Quầy 1", "UBND", folder=rules or FolderRules())
    staging = Staging(root, lambda: datetime.now(UTC))
    return [trouble.found for trouble in try_folder(counter, staging)]


def test_a_sound_folder_has_no_trouble_and_keeps_nothing(tmp_path: Path) -> None:
    assert found(tmp_path, FolderRules(keep_days=1)) == []
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_sound_folder_of_dossiers_has_no_trouble_either(tmp_path: Path) -> None:
    rules = FolderRules(keep_days=1, subfolders=Subfolders.DOSSIERS)
    assert found(tmp_path, rules) == []
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_share_that_is_away_is_named_and_not_made(tmp_path: Path) -> None:
    assert found(tmp_path, FolderRules(share=Share.REMOTE)) == [
        "the share is not there"
    ]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("taken", [".sohoa", "set-aside", "processed"])
def test_what_stands_in_the_way_is_named_with_its_step(
    taken: str, tmp_path: Path
) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / taken).write_text("in the way")
    assert len(found(tmp_path, FolderRules(keep_days=1))) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir(mode=0o500)
    assert "Permission denied" in found(tmp_path)[0]


def test_staging_on_another_file_system_is_named(tmp_path: Path) -> None:
    elsewhere = Path("/dev/shm")
    if elsewhere.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is only one file system")
    target = elsewhere / f"sohoa-test-{os.getpid()}"
    target.mkdir()
    try:
        (tmp_path / "one").mkdir()
        (tmp_path / "one" / ".sohoa").symlink_to(target)
        assert found(tmp_path) == ["renaming into staging: Invalid cross-device link"]
    finally:
        (target / "claimed").rmdir()
        target.rmdir()


def test_a_clock_that_is_off_is_worth_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "_SKEW", -1.0)
    assert "nothing depends on it" in found(tmp_path)[0]


def test_too_little_room_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not os.statvfs(tmp_path).f_files:
        pytest.skip("this file system does not count files")
    monkeypatch.setattr(trial, "_FEW_FILES", 1 << 60)
    assert found(tmp_path)[0].startswith("room for ")
