from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.catalog.catalog import SqlCatalog
from tests.usecases.fakes import House, new_home, open_house


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty catalog with its tables, to be copied: migrating takes a while."""
    path = tmp_path_factory.mktemp("migrated") / "catalog.sqlite3"
    catalog = SqlCatalog(f"sqlite:///{path}")
    catalog.migrate()
    catalog.close()
    return path


@pytest.fixture
def home(tmp_path: Path, migrated: Path) -> Path:
    return new_home(tmp_path / "home", migrated)


@pytest.fixture
def house(home: Path) -> Iterator[House]:
    house = open_house(home)
    yield house
    house.catalog.close()


@pytest.fixture
def fresh_home(tmp_path: Path, migrated: Path) -> Callable[[str], Path]:
    """Makes further empty homes, by name."""
    return lambda name: new_home(tmp_path / name, migrated)
