"""The stores that have to keep the contract of `pipeline.storage.store`."""

from pathlib import Path

import pytest

from pipeline.storage.archive import ObjectArchive
from pipeline.storage.local_store import LocalStore
from pipeline.storage.store import ObjectStore


@pytest.fixture(params=["local"])
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> ObjectStore:
    """Give each kind of store in turn, empty."""
    return LocalStore(tmp_path_factory.mktemp("store") / "objects")


@pytest.fixture
def archive(tmp_path: Path) -> ObjectArchive:
    """Give an empty archive of plain files, in ``tmp_path / "store"``."""
    return ObjectArchive(LocalStore(tmp_path / "store"))
