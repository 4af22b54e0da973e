"""Fixtures that start real servers; each starts when first asked for, once a run.

| fixture | scope | gives |
|---|---|---|
| ``seaweedfs_server`` | session | `S3Server` with limited ``users``; `BUCKETS` exist |
| ``minio_server`` | session | `S3Server`, no bucket; skips where no program is |
| ``s3_server`` | session | both of them, one after the other (for contract tests) |
| ``postgres_server`` | module | `PostgresServer` with a database of the module's own |
| ``postgres_url`` | module | the SQLAlchemy URL of that database |

A test that uses one of them is marked ``server`` by itself and left out of the quick
run.
"""

from collections.abc import Iterator

import pytest

from tests import servers
from tests.servers import PostgresServer, S3Server, ServerUnavailable

_SERVERS = {"seaweedfs_server", "minio_server", "s3_server", "postgres_cluster"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a server, so that nobody can forget it."""
    for item in items:
        if _SERVERS.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.server)


@pytest.fixture(scope="session")
def seaweedfs_server() -> Iterator[S3Server]:
    """SeaweedFS with the users ``intake``, ``worker`` and ``web``; `BUCKETS` exist."""
    with servers.seaweedfs() as server:
        yield server


@pytest.fixture(scope="session")
def minio_server() -> Iterator[S3Server]:
    """MinIO with root's keys and no bucket; skipped with the reason where it is not."""
    try:
        with servers.minio() as server:
            yield server
    except ServerUnavailable as error:
        pytest.skip(f"MinIO NOT TESTED: {error}")


@pytest.fixture(scope="session", params=["seaweedfs", "minio"])
def s3_server(request: pytest.FixtureRequest) -> S3Server:
    """Each S3 server in turn; take buckets of your own with ``fresh_prefix()``."""
    server = request.getfixturevalue(f"{request.param}_server")
    assert isinstance(server, S3Server)
    return server


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[PostgresServer]:
    """The one PostgreSQL of the run; take ``fresh_database()`` of it."""
    with servers.postgres() as server:
        yield server


@pytest.fixture(scope="module")
def postgres_server(postgres_cluster: PostgresServer) -> PostgresServer:
    """PostgreSQL with an empty database for this test module."""
    return postgres_cluster.fresh_database()


@pytest.fixture(scope="module")
def postgres_url(postgres_server: PostgresServer) -> str:
    """``postgresql+psycopg://…`` of an empty database for this test module."""
    return postgres_server.url
