import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from minio.commonconfig import ENABLED

from pipeline.errors import ConfigError
from pipeline.storage.archive import ObjectArchive
from pipeline.storage.init import (
    ROLES,
    S3Identity,
    init_buckets,
    init_users,
    to_policy,
)
from pipeline.storage.minio_store import MinioStore
from pipeline.storage.s3 import S3Connection
from pipeline.storage.store import NotAllowed, ObjectStore
from tests.servers import S3Server
from tests.storage.conftest import connect, open_store
from tests.storage.records import BATCH, SCAN, file_dossier

OURS = S3Connection(endpoint="store.example", access_key="a", secret_key="b")
AREAS = ("originals", "work", "dossiers", "digests")


def test_buckets_keep_versions_where_objects_stay(connection: S3Connection) -> None:
    init_buckets(connection)

    client = connection.client(connection.pool())
    versions = {
        area: client.get_bucket_versioning(bucket_name=connection.bucket(area)).status
        for area in AREAS
    }
    assert versions["originals"] == versions["dossiers"] == ENABLED
    assert versions["work"] != ENABLED


def test_buckets_that_stay_can_be_locked(connection: S3Connection) -> None:
    init_buckets(connection)

    client = connection.client(connection.pool())
    for area in ("originals", "dossiers"):
        lock = client.get_object_lock_config(bucket_name=connection.bucket(area))
        assert lock.mode is None


def test_setting_up_again_changes_nothing(connection: S3Connection) -> None:
    first = init_buckets(connection)
    open_store(connection).create("work/a", b"one")

    second = init_buckets(connection)

    assert sum("made" in line for line in first) == len(AREAS)
    assert sum("is encrypted" in line for line in first) == len(AREAS)
    assert all(line.endswith("exists") for line in second)
    assert open_store(connection).get("work/a") == b"one"


def test_page_results_expire_by_themselves(connection: S3Connection) -> None:
    init_buckets(connection, keep_work_days=7)
    client = connection.client(connection.pool())
    lifecycle = client.get_bucket_lifecycle(bucket_name=connection.bucket("work"))
    assert lifecycle is not None
    assert [rule.expiration.days for rule in lifecycle.rules if rule.expiration] == [7]


def test_setting_up_without_rights_is_a_fault_of_the_setup(
    connection: S3Connection,
) -> None:
    stranger = replace(connection, access_key="nobody", secret_key="no-secret")

    with pytest.raises(ConfigError):
        init_buckets(stranger)
    with pytest.raises(ConfigError, match="admin API: InvalidAccessKeyId"):
        init_users(stranger, {})


def test_a_role_nobody_knows_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="not a role: boss"):
        init_users(OURS, {"boss": S3Identity("boss", "secret")})


def test_a_server_without_admin_api_is_told_of(seaweedfs_server: S3Server) -> None:
    report = init_users(connect(seaweedfs_server), {"intake": S3Identity("i", "s")})

    assert "no admin API" in report[0]
    assert "s3:PutObject" in report[1]


@pytest.mark.parametrize("role", ROLES)
def test_no_role_may_do_everything(role: str) -> None:
    policy = json.dumps(to_policy(OURS, role))

    assert "s3:*" not in policy
    assert '"Resource": ["*"]' not in policy
    assert ("Delete" in policy) is (role == "upkeep")


# What each role may do on a real server.


@pytest.fixture(scope="module")
def admin(minio_server: S3Server) -> S3Connection:
    connection = connect(minio_server)
    init_buckets(connection)
    store = open_store(connection)
    for area in AREAS:
        store.create(f"{area}/there", b"there")
    store.create("dossiers/plans/there", b"there")
    return connection


@pytest.fixture(scope="module")
def roles(admin: S3Connection) -> dict[str, MinioStore]:
    users = {
        role: S3Identity(f"{admin.bucket_prefix}{role}", f"secret-of-{role}")
        for role in ROLES
    }
    init_users(admin, users)
    init_users(admin, users)
    return {
        role: open_store(
            replace(
                admin, access_key=identity.access_key, secret_key=identity.secret_key
            )
        )
        for role, identity in users.items()
    }


ACTIONS: dict[str, Callable[[ObjectStore, str, str], object]] = {
    "put": lambda store, area, role: store.create(f"{area}/by-{role}", b"new"),
    "get": lambda store, area, role: store.get(f"{area}/there"),
    "list": lambda store, area, role: list(store.list_objects(f"{area}/")),
}

RIGHTS = {
    "intake": {("put", "originals")},
    "worker": {(action, area) for action in ACTIONS for area in AREAS},
    "web": {("get", "dossiers"), ("list", "dossiers")},
    "upkeep": {(action, area) for action in ("get", "list") for area in AREAS}
    | {("put", "digests")},
}


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_what_it_has_to_and_nothing_else(
    roles: dict[str, MinioStore], role: str, action: str, area: str
) -> None:
    if (action, area) in RIGHTS[role]:
        assert ACTIONS[action](roles[role], area, role)
    else:
        with pytest.raises(NotAllowed, match="AccessDenied"):
            ACTIONS[action](roles[role], area, role)


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("role", ROLES)
def test_only_upkeep_may_remove_and_only_page_results(
    roles: dict[str, MinioStore], admin: S3Connection, role: str, area: str
) -> None:
    client, bucket = roles[role]._client, admin.bucket(area)
    open_store(admin).create(f"{area}/old-{role}", b"old")

    if (role, area) == ("upkeep", "work"):
        client.remove_object(bucket_name=bucket, object_name=f"old-{role}")
    else:
        with pytest.raises(Exception, match="AccessDenied"):
            client.remove_object(bucket_name=bucket, object_name=f"old-{role}")


def test_the_web_page_may_not_read_plans(roles: dict[str, MinioStore]) -> None:
    with pytest.raises(NotAllowed):
        roles["web"].get("dossiers/plans/there")


def test_a_worker_can_do_its_work(roles: dict[str, MinioStore], tmp_path: Path) -> None:
    archive = ObjectArchive(roles["worker"])

    filed = file_dossier(archive, tmp_path)

    assert ObjectArchive(roles["web"]).manifest(filed.id) == filed
    assert roles["worker"].check().refused == ()
    assert all(
        each.fault is None
        for each in ObjectArchive(roles["upkeep"]).verify()
        if filed.id in each.key
    )


@pytest.mark.server
@pytest.mark.parametrize(
    ("role", "allowed", "refused"),
    [
        ("worker", 4 + 4 + 1, 0),
        ("upkeep", 4 + 4, 1),
        ("web", 1 + 1, 3 + 1),
        ("intake", 0, 4 + 1),
    ],
)
def test_an_identity_hears_what_it_may(
    roles: dict[str, MinioStore], role: str, allowed: int, refused: int
) -> None:
    found = roles[role].check()

    assert found.problems == ()
    assert (len(found.allowed), len(found.refused)) == (allowed, refused)


@pytest.fixture(params=["minio", "seaweedfs"])
def intake(request: pytest.FixtureRequest) -> MinioStore:
    if request.param == "minio":
        by_role: dict[str, MinioStore] = request.getfixturevalue("roles")
        return by_role["intake"]
    server: S3Server = request.getfixturevalue("seaweedfs_server")
    user = server.users["intake"]
    return open_store(
        replace(
            connect(server),
            access_key=user.access_key,
            secret_key=user.secret_key,
            bucket_prefix="sohoa-",
        )
    )


@pytest.mark.server
def test_an_original_is_kept_by_an_identity_that_may_only_write(
    intake: MinioStore, tmp_path: Path
) -> None:
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(SCAN)
    archive = ObjectArchive(intake)

    assert archive.put_original(BATCH, scan) == archive.put_original(BATCH, scan)

    with pytest.raises(NotAllowed):
        intake.get(archive.put_original(BATCH, scan))
