"""A folder as one dossier: which files it has, in what order, and what forbids it."""

import os
from pathlib import Path

import pytest

from pipeline.intake import folder as folders
from pipeline.intake.folder import look_at_folder, natural_order, others_in


def put(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return folder


def names(folder: Path, *ignore: str) -> list[str]:
    found = look_at_folder(folder, ignore)
    return [str(path.relative_to(folder)) for path in found.files]


@pytest.mark.parametrize(
    "order",
    [
        ["1.tif", "2.tif", "10.tif"],
        ["Scan.jpg", "scan (2).jpg", "SCAN (10).jpg"],
        ["img_0009.jpg", "img_0010.jpg", "img_0010b.jpg"],
        ["a/2.tif", "a/10.tif", "b/1.tif"],
        ["trang 1.pdf", "trang 1a.pdf", "trang 2.pdf"],
        ["2026-11-24 9.pdf", "2026-11-24 10.pdf"],
        ["x", "x.pdf", "x.tif"],
    ],
)
def test_names_are_in_the_order_people_count(order: list[str]) -> None:
    turned = order[::-1]
    assert sorted(turned, key=natural_order) == order


def test_all_files_are_found_in_folders_below_too(tmp_path: Path) -> None:
    put(tmp_path, "10.tif", "2.tif", "phụ lục/1.tif")
    assert names(tmp_path) == ["2.tif", "10.tif", "phụ lục/1.tif"]
    assert look_at_folder(tmp_path, ()).fault is None


def test_litter_and_patterns_are_left_alone(tmp_path: Path) -> None:
    put(tmp_path, "1.tif", "Thumbs.db", "index.XML", "@eaDir/1.tif", "._1.tif")
    found = look_at_folder(tmp_path, ("*.xml",))
    assert (found.files, found.fault) == ((tmp_path / "1.tif",), None)
    assert list(others_in(tmp_path, found.files)) == [tmp_path / "index.XML"]


@pytest.mark.parametrize("name", ["2.tif.part", ".2.tif.x7", "~2.tif", ".up/2.tif"])
def test_a_temporary_name_says_that_more_comes(name: str, tmp_path: Path) -> None:
    fault = look_at_folder(put(tmp_path, "1.tif", name), ()).fault
    assert fault is not None
    assert fault.reason == "INCOMPLETE"


@pytest.mark.parametrize("kind", ["link", "folder link", "pipe", "second name"])
def test_what_is_no_plain_file_is_a_fault(kind: str, tmp_path: Path) -> None:
    put(tmp_path, "in/1.tif", "out/2.tif")
    odd, target = tmp_path / "in" / "2.tif", tmp_path / "out" / "2.tif"
    if kind == "pipe":
        os.mkfifo(odd)
    elif kind == "second name":
        os.link(target, odd)
    else:
        odd.symlink_to(target if kind == "link" else target.parent)
    found = look_at_folder(tmp_path / "in", ())
    assert found.fault is not None
    assert found.fault.reason == "UNSUPPORTED"


def test_a_folder_without_end_is_not_walked_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "MOST_FILES", 5)
    found = look_at_folder(put(tmp_path, *(f"{n}.tif" for n in range(9))), ())
    assert found.fault is not None
    assert (found.fault.reason, len(found.files)) == ("OVERSIZED", 5)


def test_folders_do_not_lie_very_deep(tmp_path: Path) -> None:
    put(tmp_path, "a/" * 20 + "1.tif")
    assert look_at_folder(tmp_path, ()).fault is not None


def test_a_link_to_a_folder_is_none(tmp_path: Path) -> None:
    put(tmp_path, "in/1.tif")
    (tmp_path / "link").symlink_to(tmp_path / "in")
    with pytest.raises(NotADirectoryError):
        look_at_folder(tmp_path / "link", ())


def test_any_change_to_a_file_changes_the_look(tmp_path: Path) -> None:
    looks = [look_at_folder(put(tmp_path, "1.tif"), ()).look]
    os.utime(tmp_path / "1.tif", (1, 1))
    looks.append(look_at_folder(tmp_path, ()).look)
    looks.append(look_at_folder(put(tmp_path, "2.tif"), ()).look)
    (tmp_path / "1.tif").write_bytes(b"yy")
    os.utime(tmp_path / "1.tif", (1, 1))
    looks.append(look_at_folder(tmp_path, ()).look)
    (tmp_path / "1.tif").rename(tmp_path / "3.tif")
    looks.append(look_at_folder(tmp_path, ()).look)
    assert len(set(looks)) == 5
    assert looks[2].size > looks[1].size
