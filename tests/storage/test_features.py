"""The matrix of stores in docs/store.md is what the servers themselves show."""

from pathlib import Path

import pytest

from pipeline.storage.init import FirstLock, init_buckets
from pipeline.storage.local_store import LocalStore
from pipeline.storage.store import FEATURES, Feature, ObjectStore
from tests.servers import S3Server
from tests.storage.conftest import connect, open_store

PAGE = Path(__file__).resolve().parents[2] / "docs/store.md"
LOCK = FirstLock("governance", {"originals": 30, "dossiers": 30})
COLUMNS = {"local": 1, "minio": 2, "seaweedfs": 3}


def documented(name: str) -> dict[str, str]:
    """Give what the page says of a store, by feature."""
    rows = (
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    )
    table = {row[0]: row for row in rows if len(row) == 4}
    return {each: table[each][COLUMNS[name]].split(":")[0] for each in FEATURES}


def seen(store: ObjectStore) -> dict[str, Feature]:
    found = store.check()
    assert found.problems == ()
    return {each.name: each for each in found.features}


def test_a_folder_has_what_the_page_says(tmp_path: Path) -> None:
    found = seen(LocalStore(tmp_path / "store"))

    assert {name: str(each.has) for name, each in found.items()} == documented("local")


def test_a_server_has_what_the_page_says(s3_server: S3Server) -> None:
    connection = connect(s3_server)
    init_buckets(connection, first_lock=LOCK)

    for _ in range(2):  # the second time the trial's objects are there
        found = seen(open_store(connection))

    told = {name: str(each.has) for name, each in found.items()}
    assert told == documented(s3_server.name)
    assert found["object lock"].found == "governance, 30 days from the start"
    assert found["page results expire"].found == "after 30 days"


def test_what_is_not_set_up_is_told(s3_server: S3Server) -> None:
    connection = connect(s3_server)
    client = connection.client(connection.pool())
    for area, bucket in zip(("o", "w", "d", "g"), connection.buckets, strict=True):
        client.make_bucket(bucket_name=bucket, object_lock=area == "o")

    problems = open_store(connection).check().problems

    assert any("versions are" in each for each in problems)


def test_there_is_a_row_for_each_feature() -> None:
    with pytest.raises(KeyError):
        documented("local")["nothing"]
    assert set(documented("local")) == set(FEATURES)
