"""A store moves to any other, whole, proven and locked again."""

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.model.retention import Retention
from pipeline.storage import copying
from pipeline.storage.archive import ObjectArchive
from pipeline.storage.copying import copy_objects
from pipeline.storage.init import FirstLock, init_buckets
from pipeline.storage.keeping import Keeper
from pipeline.storage.local_store import LocalStore
from pipeline.storage.minio_store import MinioStore
from pipeline.storage.store import ObjectStore
from tests.storage.conftest import connect, open_store
from tests.storage.records import BATCH_ID, DOSSIER_ID, file_dossier
from tests.storage.tampering import intruder

LOCK = FirstLock("governance", {"originals": 1, "dossiers": 1, "digests": 1})
ORIGINAL = f"originals/2026/11/{BATCH_ID}/scan.pdf"
PDF = f"dossiers/{DOSSIER_ID}/r1/01-giay-khai-sinh.pdf"
LATER = datetime.now(UTC).replace(microsecond=0) + timedelta(days=900)


def open_one(request: pytest.FixtureRequest, kind: str, folder: Path) -> ObjectStore:
    if kind == "local":
        return LocalStore(folder)
    connection = connect(request.getfixturevalue(f"{kind}_server"))
    init_buckets(connection, first_lock=LOCK)
    return open_store(connection)


@pytest.fixture
def source(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "source")


@pytest.fixture
def target(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "target")


def contents(store: ObjectStore) -> dict[str, bytes]:
    return {
        each.key: store.get(each.key)
        for area in ("originals", "dossiers", "digests")
        for each in store.list_objects(f"{area}/")
    }


def fill(store: ObjectStore, folder: Path) -> None:
    """Two revisions of a dossier, their digest, a page result, a large scan."""
    archive = ObjectArchive(store)
    for number in (1, 2):
        filed = file_dossier(archive, folder, revision=number)
    day = filed.filed_at.date()
    list(archive.make_digests({"tu-phap": "Xã Ví Dụ"}, until=day, made_at=LATER))
    store.create("work/a", b"a page result")
    store.create(f"originals/2026/11/{'e' * 32}/scan.pdf", b"large" * (2 << 20))


@pytest.mark.server
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("local", "minio"),
        ("minio", "seaweedfs"),
        ("seaweedfs", "minio"),
        ("minio", "local"),
        ("seaweedfs", "local"),
    ],
)
def test_every_byte_arrives(
    request: pytest.FixtureRequest, tmp_path: Path, one: str, other: str
) -> None:
    source = open_one(request, one, tmp_path / "source")
    target = open_one(request, other, tmp_path / "target")
    fill(source, tmp_path)

    found = list(copy_objects(source, target))

    assert {each.fault for each in found} == {None}
    assert contents(target) == contents(source)
    assert list(target.list_objects("work/")) == []
    faults = {each.key: each.fault for each in ObjectArchive(target).verify()}
    large = f"originals/2026/11/{'e' * 32}/scan.pdf"
    assert {key for key, fault in faults.items() if fault} == {large}


@pytest.mark.server
@pytest.mark.parametrize(
    ("one", "other"), [("minio", "seaweedfs"), ("seaweedfs", "minio")]
)
def test_locks_move_with_what_they_lock(
    request: pytest.FixtureRequest, tmp_path: Path, one: str, other: str
) -> None:
    source = open_one(request, one, tmp_path)
    target = open_one(request, other, tmp_path)
    assert isinstance(source, MinioStore)
    assert isinstance(target, MinioStore)
    fill(source, tmp_path)
    source.locks.retain(PDF, LATER)
    source.locks.hold(ORIGINAL, True)

    list(copy_objects(source, target))

    assert target.locks.find(PDF) == source.locks.find(PDF)
    assert target.locks.find(ORIGINAL).held
    assert not target.locks.find(PDF).held


@pytest.mark.server
def test_what_had_no_lock_gets_that_of_its_procedure(
    request: pytest.FixtureRequest, tmp_path: Path, source: LocalStore
) -> None:
    target = open_one(request, "minio", tmp_path)
    assert isinstance(target, MinioStore)
    fill(source, tmp_path)
    keeper = Keeper(target, Retention({"06": 10}, "06", {}))

    list(copy_objects(source, target, lock=keeper.retain))

    until = target.locks.find(PDF).until
    assert until is not None
    assert until.year == 2036


def test_a_manifest_comes_after_its_papers(
    source: LocalStore, target: LocalStore, tmp_path: Path
) -> None:
    fill(source, tmp_path)

    order = [each.key for each in copy_objects(source, target)]

    for revision in ("r1", "r2"):
        mine = [key for key in order if f"/{revision}/" in key]
        assert mine[-1].endswith("manifest.json")
        assert order.index(mine[-1]) > order.index(ORIGINAL)
    assert order[-1].startswith("digests/")


def test_copying_goes_on_where_it_was(
    source: LocalStore, target: LocalStore, tmp_path: Path
) -> None:
    fill(source, tmp_path)
    begun = list(itertools.islice(copy_objects(source, target), 3))

    rest = [each.key for each in copy_objects(source, target, after=begun[1].reached)]

    assert {begun[0].key, begun[1].key}.isdisjoint(rest)
    assert contents(target) == contents(source)


def test_copying_again_compares_and_changes_nothing(
    source: LocalStore, target: LocalStore, tmp_path: Path
) -> None:
    fill(source, tmp_path)
    list(copy_objects(source, target))
    intruder(target).put(PDF, b"another")

    found = {each.key: each.fault for each in copy_objects(source, target)}

    assert "the target has SHA-256" in str(found.pop(PDF))
    assert set(found.values()) == {None}
    assert target.get(PDF) == b"another"


def test_what_is_foreign_is_told_and_left(
    source: LocalStore, target: LocalStore, tmp_path: Path
) -> None:
    fill(source, tmp_path)
    intruder(source).put("dossiers/Ghi chú.txt", b"note")

    found = [each for each in copy_objects(source, target) if each.fault]

    assert [each[:2] for each in found] == [("dossiers/Ghi chú.txt", copying.FOREIGN)]


def test_an_object_between_two_sizes_streams(
    source: LocalStore, target: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "_IN_MEMORY", 2)
    source.create(ORIGINAL, b"three")

    assert [each.fault for each in copy_objects(source, target)] == [None]
    assert target.get(ORIGINAL) == b"three"
