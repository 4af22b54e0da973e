import unicodedata
from pathlib import Path

import pytest

from pipeline.intake.listing import STATUS_FILE, list_scans, marker_of
from pipeline.model.scan import FolderRules

MARKED = FolderRules(done_marker=True)


def names(folder: Path, rules: FolderRules) -> list[str]:
    return sorted(path.name for path, _ in list_scans(folder, rules))


def put(folder: Path, *files: str) -> None:
    for name in files:
        (folder / name).write_bytes(b"x")


def test_a_marked_folder_lists_only_files_with_their_marker(tmp_path: Path) -> None:
    put(tmp_path, "a.pdf", "a.pdf.done", "b.pdf", "c.pdf.done")
    assert names(tmp_path, MARKED) == ["a.pdf"]


def test_a_marker_is_a_plain_file(tmp_path: Path) -> None:
    put(tmp_path, "a.pdf")
    (tmp_path / "a.pdf.done").symlink_to(tmp_path / "a.pdf")
    assert names(tmp_path, MARKED) == []


def test_the_marker_lies_beside_its_file() -> None:
    assert marker_of(Path("one/a b.pdf")) == Path("one/a b.pdf.done")


@pytest.mark.parametrize("name", ["NOTES.TXT", "notes.txt"])
def test_patterns_go_without_regard_to_case(name: str, tmp_path: Path) -> None:
    put(tmp_path, name, "a.pdf")
    assert names(tmp_path, FolderRules(ignore=("*.txt",))) == ["a.pdf"]


def test_patterns_know_vietnamese_with_its_marks_apart(tmp_path: Path) -> None:
    put(tmp_path, unicodedata.normalize("NFD", "Mẫu trắng.pdf"))
    assert names(tmp_path, FolderRules(ignore=("mẫu*",))) == []


def test_our_own_status_file_is_never_a_scan(tmp_path: Path) -> None:
    put(tmp_path, STATUS_FILE, STATUS_FILE.lower())
    assert names(tmp_path, FolderRules()) == []
