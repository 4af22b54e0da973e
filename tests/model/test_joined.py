from dataclasses import replace

import pytest

from pipeline.model.joined import MOST_FILES, FolderScan, Pair, Part, read_joined
from pipeline.model.scan import MediaType

FRONTS = Part("a" * 64, MediaType.PDF, 3, 100)
BACKS = Part("b" * 64, MediaType.TIFF, 3, 200)


@pytest.mark.parametrize(("turned", "backs"), [(True, [3, 2, 1]), (False, [1, 2, 3])])
def test_pages_of_fronts_and_backs_take_turns(turned: bool, backs: list[int]) -> None:
    pair = Pair(FRONTS, BACKS, turned)
    places = [pair.place(number) for number in range(1, pair.page_count + 1)]
    assert places[::2] == [(0, 1), (0, 2), (0, 3)]
    assert places[1::2] == [(1, page) for page in backs]


def test_what_is_written_is_read_again() -> None:
    pair = Pair(FRONTS, BACKS, backs_reversed=True)
    assert read_joined(pair.to_json()) == pair
    assert pair.to_json() == Pair(FRONTS, BACKS, backs_reversed=True).to_json()


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{}", b'{"fronts": 1}', b'{"files": []}', b'{"files": [1]}', b"\xff"],
)
def test_what_is_no_pair_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - also of the JSON reader
        read_joined(data)


def test_sides_of_different_length_are_no_pair() -> None:
    with pytest.raises(ValueError, match="3 pages, backs: 2"):
        Pair(FRONTS, replace(BACKS, page_count=2), backs_reversed=True)


def test_pages_of_a_folder_go_file_by_file() -> None:
    scan = FolderScan((FRONTS, replace(BACKS, page_count=1), FRONTS))
    places = [scan.place(number) for number in range(1, scan.page_count + 1)]
    assert places == [(0, 1), (0, 2), (0, 3), (1, 1), (2, 1), (2, 2), (2, 3)]
    assert scan.names == ("0001", "0002", "0003")


def test_what_is_written_of_a_folder_is_read_again() -> None:
    scan = FolderScan((BACKS, FRONTS))
    assert read_joined(scan.to_json()) == scan
    assert scan.to_json() != FolderScan((FRONTS, BACKS)).to_json()


@pytest.mark.parametrize("files", [0, MOST_FILES + 1])
def test_a_folder_has_files_and_not_too_many(files: int) -> None:
    with pytest.raises(ValueError, match=f"a folder of {files} files"):
        FolderScan((FRONTS,) * files)
