from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.catalog.catalog import SqlCatalog
from tests.catalog.made_up import Clock
from tests.servers import PostgresServer


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/catalog.sqlite3"
    server = request.getfixturevalue("postgres_cluster")
    assert isinstance(server, PostgresServer)
    return server.fresh_database().url


@pytest.fixture
def catalog(url: str, clock: Clock) -> Iterator[SqlCatalog]:
    catalog = SqlCatalog(url, clock=clock)
    catalog.migrate()
    yield catalog
    catalog.close()
