"""Object lock on real servers: nobody removes what has to be kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from minio.deleteobjects import DeleteObject
from minio.error import S3Error

from pipeline.model.joined import FolderScan, Part
from pipeline.model.retention import Retention
from pipeline.model.scan import MediaType, to_batch_id
from pipeline.storage.archive import ObjectArchive
from pipeline.storage.init import FirstLock, S3Identity, init_buckets, init_users
from pipeline.storage.local_store import LocalStore
from pipeline.storage.minio_store import MinioStore
from pipeline.storage.s3 import S3Connection
from pipeline.storage.store import NotAllowed, NotLockable
from tests.servers import S3Server
from tests.storage.conftest import connect, open_store
from tests.storage.records import BATCH, BATCH_ID, DOSSIER_ID, file_dossier, manifest

ORIGINAL = f"originals/2026/11/{BATCH_ID}/scan.pdf"
PDF = f"dossiers/{DOSSIER_ID}/r1/01-giay-khai-sinh.pdf"
MANIFEST = f"dossiers/{DOSSIER_ID}/r1/manifest.json"
TEN_YEARS = Retention({"06": 10}, "06", {})
LATER = datetime.now(UTC).replace(microsecond=0) + timedelta(days=400)
FIRST_LOCK = FirstLock(
    "governance", {"originals": 30, "dossiers": 30, "digests": 36_500}
)


@pytest.fixture
def locked(connection: S3Connection) -> MinioStore:
    """A store whose buckets lock for thirty days what is stored."""
    init_buckets(connection, first_lock=FIRST_LOCK)
    return open_store(connection)


def remove_for_good(store: MinioStore, key: str, *, bypass: bool = False) -> None:
    """Remove the only version of an object, as an administrator."""
    bucket, name = store._place(key)
    version = store._client.stat_object(bucket_name=bucket, object_name=name).version_id
    if bypass:
        errors = store._client.remove_objects(
            bucket_name=bucket,
            delete_object_list=[DeleteObject(name, version)],
            bypass_governance_mode=True,
        )
        for each in errors:
            raise PermissionError(each.code)
    else:
        store._client.remove_object(
            bucket_name=bucket, object_name=name, version_id=version
        )


def test_what_is_stored_is_locked_from_the_start(locked: MinioStore) -> None:
    locked.create(ORIGINAL, b"scan")

    found = locked.locks.find(ORIGINAL)

    assert found.mode == "governance"
    assert found.until is not None
    assert timedelta(days=29) < found.until - datetime.now(UTC) < timedelta(days=31)
    with pytest.raises(S3Error):
        remove_for_good(locked, ORIGINAL)
    assert locked.get(ORIGINAL) == b"scan"


def test_page_results_are_not_locked(locked: MinioStore) -> None:
    locked.create("work/a", b"page")

    locked.delete("work/a")

    assert list(locked.list_objects("work/")) == []


def test_a_filed_dossier_is_locked_as_its_procedure_says(
    locked: MinioStore, tmp_path: Path
) -> None:
    filed = file_dossier(ObjectArchive(locked, retention=TEN_YEARS), tmp_path)

    until = filed.filed_at.replace(year=filed.filed_at.year + 10)
    for key in (ORIGINAL, PDF, MANIFEST, f"dossiers/plans/{BATCH_ID}.json"):
        assert locked.locks.find(key).until == until
        with pytest.raises(S3Error):
            remove_for_good(locked, key)


def test_a_lock_never_gets_shorter(locked: MinioStore, tmp_path: Path) -> None:
    file_dossier(ObjectArchive(locked, retention=TEN_YEARS), tmp_path)
    before = locked.locks.find(PDF)

    shorter = Retention({"06": 1}, "06", {})
    filed = ObjectArchive(locked).manifest(DOSSIER_ID)
    ObjectArchive(locked, retention=shorter).retain(filed)

    assert locked.locks.find(PDF) == before


def test_governance_can_be_ended_by_an_administrator(locked: MinioStore) -> None:
    locked.create(ORIGINAL, b"scan")
    locked.locks.retain(ORIGINAL, LATER)

    remove_for_good(locked, ORIGINAL, bypass=True)

    assert list(locked.list_objects("originals/")) == []


def test_compliance_can_be_ended_by_nobody(connection: S3Connection) -> None:
    init_buckets(connection)
    store = open_store(connection, lock_mode="compliance")
    store.create(ORIGINAL, b"scan")
    store.locks.retain(ORIGINAL, LATER)

    with pytest.raises((S3Error, PermissionError)):
        remove_for_good(store, ORIGINAL, bypass=True)
    assert store.get(ORIGINAL) == b"scan"


def test_a_legal_hold_outlasts_everything(
    connection: S3Connection, tmp_path: Path
) -> None:
    init_buckets(connection)
    store = open_store(connection)
    archive = ObjectArchive(store)
    file_dossier(archive, tmp_path)

    assert archive.hold(DOSSIER_ID, True) == 4
    with pytest.raises((S3Error, PermissionError)):
        remove_for_good(store, PDF, bypass=True)
    assert store.locks.find(ORIGINAL).held

    assert archive.hold(DOSSIER_ID, False) == 4
    remove_for_good(store, PDF)


def test_a_batch_is_held_with_all_its_dossiers(
    connection: S3Connection, tmp_path: Path
) -> None:
    init_buckets(connection)
    archive = ObjectArchive(open_store(connection))
    file_dossier(archive, tmp_path)
    archive.commit(replace(manifest(), id=f"{BATCH_ID[:16]}-02"))

    assert archive.hold(BATCH_ID, True) == 1 + 3 + 1 + 1


def test_every_file_of_a_scan_is_locked(
    connection: S3Connection, tmp_path: Path
) -> None:
    init_buckets(connection)
    store = open_store(connection)
    archive = ObjectArchive(store)
    (tmp_path / "1").write_bytes(b"one")
    part = Part(sha256(b"one").hexdigest(), MediaType.TIFF, 1, 3)
    joined = FolderScan((part, part))
    digest = sha256(joined.to_json()).hexdigest()
    batch = replace(
        BATCH, id=to_batch_id(digest), sha256=digest, media_type=MediaType.FOLDER
    )
    key = archive.put_joined(batch, joined, [tmp_path / "1"] * 2)
    filed = replace(file_dossier(archive, tmp_path), original_key=key)

    ObjectArchive(store, retention=TEN_YEARS).retain(filed)

    assert archive.hold(batch.id, True) == 3
    found = store.locks.find(key.replace("scan.json", "0002.tif"))
    assert (found.held, found.until) == (True, store.locks.find(PDF).until)


def test_a_lock_that_failed_is_made_when_the_day_is_digested(
    locked: MinioStore, tmp_path: Path
) -> None:
    filed = file_dossier(ObjectArchive(locked), tmp_path)

    archive = ObjectArchive(locked, retention=TEN_YEARS)
    list(archive.make_digests({}, until=filed.filed_at.date(), made_at=LATER))

    found = locked.locks.find(PDF).until
    assert found is not None
    assert found.year == filed.filed_at.year + 10


def test_digests_are_locked_for_good(locked: MinioStore) -> None:
    locked.create("digests/a/2026-11-24.json", b"{}")

    until = locked.locks.find("digests/a/2026-11-24.json").until

    assert until is not None
    assert until.year > datetime.now(UTC).year + 98


@pytest.mark.server
def test_a_bucket_without_lock_is_told_of(minio_server: S3Server) -> None:
    connection = connect(minio_server)
    client = connection.client(connection.pool())
    for bucket in connection.buckets:
        client.make_bucket(bucket_name=bucket)

    report = init_buckets(connection, first_lock=FIRST_LOCK)
    store = open_store(connection)
    store.create(ORIGINAL, b"scan")

    assert sum("cannot lock objects" in line for line in report) == 3
    with pytest.raises(NotLockable):
        store.locks.retain(ORIGINAL, LATER)


def test_setting_locks_up_again_changes_nothing(connection: S3Connection) -> None:
    first = init_buckets(connection, first_lock=FIRST_LOCK)
    second = init_buckets(connection, first_lock=FIRST_LOCK)

    assert sum("lock of" in line for line in first) == 3
    assert all(line.endswith("exists") for line in second)


@pytest.mark.server
def test_a_worker_may_lock_longer_and_not_unlock(
    minio_server: S3Server, tmp_path: Path
) -> None:
    admin = connect(minio_server)
    init_buckets(admin, first_lock=FIRST_LOCK)
    name = f"{admin.bucket_prefix}worker"
    init_users(admin, {"worker": S3Identity(name, "secret-of-worker")})
    worker = open_store(admin, access_key=name, secret_key="secret-of-worker")

    file_dossier(ObjectArchive(worker, retention=TEN_YEARS), tmp_path)

    assert open_store(admin).locks.find(PDF).until is not None
    with pytest.raises(NotAllowed):
        worker.locks.hold(PDF, True)
    with pytest.raises((S3Error, PermissionError)):
        remove_for_good(worker, PDF, bypass=True)


def test_a_folder_says_that_it_cannot_hold(tmp_path: Path) -> None:
    archive = ObjectArchive(LocalStore(tmp_path / "store"), retention=TEN_YEARS)
    filed = file_dossier(archive, tmp_path)

    assert not archive.retain(filed)
    with pytest.raises(NotLockable):
        archive.hold(DOSSIER_ID, True)
