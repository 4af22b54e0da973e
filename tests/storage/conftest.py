"""The stores that have to keep the contract of `pipeline.storage.store`."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.storage.archive import ObjectArchive
from pipeline.storage.init import init_buckets
from pipeline.storage.local_store import LocalStore
from pipeline.storage.minio_store import MinioStore
from pipeline.storage.s3 import S3Connection
from pipeline.storage.store import ObjectStore
from tests.servers import S3Server
from tests.signing.conftest import agency, authority, clock_url

__all__ = ["agency", "authority", "clock_url"]
"""Fixtures of another room: who signs digests."""


@pytest.fixture(
    params=[
        "local",
        pytest.param("seaweedfs", marks=pytest.mark.server),
        pytest.param("minio", marks=pytest.mark.server),
    ]
)
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> ObjectStore:
    """Give each kind of store in turn, empty."""
    if request.param == "local":
        return LocalStore(tmp_path_factory.mktemp("store") / "objects")
    connection = connect(request.getfixturevalue(f"{request.param}_server"))
    init_buckets(connection)
    return open_store(connection)


@pytest.fixture
def versioned(connection: S3Connection) -> ObjectStore:
    """Give each kind of store that keeps versions in turn, empty."""
    init_buckets(connection)
    return open_store(connection)


@pytest.fixture
def archive(tmp_path: Path) -> ObjectArchive:
    """Give an empty archive of plain files, in ``tmp_path / "store"``."""
    return ObjectArchive(LocalStore(tmp_path / "store"))


@pytest.fixture
def connection(s3_server: S3Server) -> S3Connection:
    """Reach each S3 server in turn, as administrator, with no buckets yet."""
    return connect(s3_server)


def connect(server: S3Server) -> S3Connection:
    """Reach a server under a prefix that no bucket has yet."""
    return S3Connection(
        endpoint=server.endpoint,
        access_key=server.access_key,
        secret_key=server.secret_key,
        secure=server.secure,
        ca_bundle=server.ca_bundle,
        region=server.region,
        bucket_prefix=server.fresh_prefix(),
    )


def open_store(connection: S3Connection, **other: Any) -> MinioStore:
    """Open the store that *connection* leads to, with *other* parts where given."""
    return MinioStore(replace(connection, **other))
