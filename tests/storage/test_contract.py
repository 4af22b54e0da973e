"""What every store of objects promises, tried on each of them."""

import hashlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path

import pytest

from pipeline.errors import ObjectConflict, ObjectMissing
from pipeline.storage.archive import ObjectArchive
from pipeline.storage.store import Digest, ObjectStore
from tests.storage.records import (
    BATCH_ID,
    DOSSIER_ID,
    RECIPE,
    TEXT,
    file_dossier,
    read_page,
)

KEY = "dossiers/0123456789abcdef-01/r1/manifest.json"
LARGE = 40 << 20
"""Bytes: several parts of a streamed upload, and more than any buffer."""


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_an_object_comes_back_as_it_went(store: ObjectStore) -> None:
    data = bytes(range(256)) * 300

    assert store.create(KEY, data)

    assert store.get(KEY) == data
    assert store.digest(KEY) == Digest(len(data), sha256(data))


def test_an_empty_object_is_an_object(store: ObjectStore) -> None:
    assert store.create(KEY, b"")

    assert store.get(KEY) == b""
    assert store.digest(KEY).size == 0


def test_an_object_is_never_overwritten(store: ObjectStore) -> None:
    store.create(KEY, b"one")

    assert not store.create(KEY, b"two")

    assert store.get(KEY) == b"one"


def test_putting_the_same_again_changes_nothing(store: ObjectStore) -> None:
    store.create(KEY, b"one")

    assert not store.create(KEY, b"one")

    assert [each.key for each in store.list_objects("dossiers/")] == [KEY]


def test_a_file_never_overwrites_an_object(store: ObjectStore, tmp_path: Path) -> None:
    store.create(KEY, b"one")
    path = tmp_path / "two"
    path.write_bytes(b"two")

    assert not store.create_file(KEY, path, sha256=sha256(b"two"))

    assert store.get(KEY) == b"one"


def test_a_large_object_is_never_overwritten(store: ObjectStore) -> None:
    large = b"one" * (2 << 20)
    store.create(KEY, large)

    assert not store.create(KEY, b"two" * (2 << 20))

    assert store.get(KEY) == large


def test_of_sixteen_at_once_exactly_one_wins(store: ObjectStore) -> None:
    together = threading.Barrier(16)

    def create(number: int) -> bool:
        together.wait()
        return store.create(KEY, b"try %d" % number)

    with ThreadPoolExecutor(16) as threads:
        won = list(threads.map(create, range(16)))

    assert won.count(True) == 1
    assert store.get(KEY) == b"try %d" % won.index(True)


def test_a_large_file_streams_through(store: ObjectStore, tmp_path: Path) -> None:
    scan, copy = tmp_path / "scan", tmp_path / "copy"
    scan.write_bytes(os.urandom(1 << 20) * (LARGE >> 20))
    digest = sha256(scan.read_bytes())

    assert store.create_file("originals/a/scan.pdf", scan, sha256=digest)
    store.get_file("originals/a/scan.pdf", copy, sha256=digest)

    assert store.digest("originals/a/scan.pdf") == Digest(LARGE, digest)
    assert sha256(copy.read_bytes()) == digest


@pytest.mark.parametrize("size", [0, 3, 6 << 20])
def test_a_file_of_any_size_arrives(
    store: ObjectStore, tmp_path: Path, size: int
) -> None:
    scan = tmp_path / "scan"
    scan.write_bytes(b"s" * size)
    digest = sha256(b"s" * size)

    assert store.create_file("originals/a/scan.pdf", scan, sha256=digest)

    assert store.digest("originals/a/scan.pdf") == Digest(size, digest)


def test_a_file_that_changed_is_not_stored(store: ObjectStore, tmp_path: Path) -> None:
    scan = tmp_path / "scan"
    scan.write_bytes(b"written to meanwhile")

    with pytest.raises(ObjectConflict, match=r"originals/a/scan\.pdf"):
        store.create_file("originals/a/scan.pdf", scan, sha256=sha256(b"as probed"))

    assert list(store.list_objects("originals/")) == []


def test_a_file_that_is_gone_is_not_the_stores_fault(
    store: ObjectStore, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError):
        store.create_file("originals/a/scan.pdf", tmp_path / "gone", sha256="ab" * 32)


def test_other_bytes_than_expected_are_not_handed_out(
    store: ObjectStore, tmp_path: Path
) -> None:
    store.create(KEY, b"one")

    with pytest.raises(ObjectConflict, match="manifest"):
        store.get_file(KEY, tmp_path / "copy", sha256=sha256(b"two"))

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("area", ["originals", "work", "dossiers"])
def test_what_is_not_there_is_missing(
    store: ObjectStore, tmp_path: Path, area: str
) -> None:
    key = f"{area}/a/b.json"
    with pytest.raises(ObjectMissing, match=key):
        store.get(key)
    with pytest.raises(ObjectMissing, match=key):
        store.digest(key)
    with pytest.raises(ObjectMissing, match=key):
        store.get_file(key, tmp_path / "copy", sha256="ab" * 32)


def test_a_folder_is_not_an_object(store: ObjectStore) -> None:
    store.create("work/a/b.json", b"b")

    with pytest.raises(ObjectMissing):
        store.get("work/a")


def test_a_folder_is_listed_with_all_below_it(store: ObjectStore) -> None:
    names = ["a-b/x.json", "a.json", "a/1/y.json", "a/z.json", "b.json"]
    for name in reversed(names):
        store.create(f"work/{name}", name.encode())

    found = {each.key: each.size for each in store.list_objects("work/")}

    assert found == {f"work/{name}": len(name) for name in names}
    assert {each.key for each in store.list_objects("work/a/")} == {
        "work/a/1/y.json",
        "work/a/z.json",
    }


def test_what_lies_in_one_folder_is_listed_together(store: ObjectStore) -> None:
    for folder in ("r1", "r10", "r1-x", "r2"):
        for name in ("1", "2"):
            store.create(f"work/a/{folder}/{name}", b"")

    folders = [each.key.split("/")[2] for each in store.list_objects("work/")]

    assert len([folder for folder, _ in groupby(folders)]) == 4


def test_an_empty_folder_lists_nothing(store: ObjectStore) -> None:
    assert list(store.list_objects("work/nothing/")) == []


def test_more_is_listed_than_one_answer_holds(store: ObjectStore) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: store.create(f"work/{n:04d}", b""), range(1_050)))

    found = [each.key for each in store.list_objects("work/")]

    assert sorted(found) == [f"work/{n:04d}" for n in range(1_050)]


def test_the_work_area_can_be_cleared(store: ObjectStore) -> None:
    store.create("work/a/b.json", b"one")

    store.delete("work/a/b.json")
    store.delete("work/a/b.json")

    assert list(store.list_objects("work/")) == []
    assert store.create("work/a/b.json", b"two")


@pytest.mark.parametrize("key", [KEY, "originals/a/scan.pdf"])
def test_nothing_else_is_ever_removed(store: ObjectStore, key: str) -> None:
    store.create(key, b"kept")

    with pytest.raises(ValueError, match="only objects of the work area"):
        store.delete(key)

    assert store.get(key) == b"kept"


@pytest.mark.parametrize("key", ["work/../dossiers/a", "/etc/passwd", "elsewhere/a"])
def test_a_key_cannot_lead_elsewhere(
    store: ObjectStore, tmp_path: Path, key: str
) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"x")
    with pytest.raises(ValueError, match="not allowed in a key"):
        store.create(key, b"x")
    with pytest.raises(ValueError, match="not allowed in a key"):
        store.create_file(key, path, sha256=sha256(b"x"))
    with pytest.raises(ValueError, match="not allowed in a key"):
        store.get(key)
    with pytest.raises(ValueError, match="not allowed in a key"):
        store.delete(key)


def test_a_dossier_is_filed_corrected_and_verified(
    store: ObjectStore, tmp_path: Path
) -> None:
    archive = ObjectArchive(store)
    archive.put_page(BATCH_ID, RECIPE, read_page(), b"picture")

    filed = [file_dossier(archive, tmp_path, revision=number) for number in (1, 2)]
    archive.expire_work(BATCH_ID)

    assert archive.manifest(DOSSIER_ID) == filed[1]
    assert list(archive.manifests()) == filed
    assert archive.document_text(filed[0].documents[0]) == (TEXT,)
    assert archive.find_page(BATCH_ID, RECIPE, 1) is None
    assert {each.fault for each in archive.verify()} == {None}


def test_a_store_in_order_has_no_problems(store: ObjectStore) -> None:
    found = store.check()

    assert (found.problems, found.refused) == ((), ())
