"""What docs/operations.md says about backup and restore, done line by line."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.catalog.catalog import SqlCatalog
from pipeline.model.scan import MediaType, ScanBatch
from pipeline.model.search import SearchQuery
from pipeline.settings import load_settings
from pipeline.storage.archive import ObjectArchive
from pipeline.stores import catalog_url, open_store
from tests.servers import PostgresServer, S3Server
from tests.storage.records import BATCH, DOSSIER_ID, file_dossier

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/operations.md").read_text(encoding="utf-8")

RECEIVED = ScanBatch(
    "f" * 32, "demo", "f" * 64, MediaType.PDF, 1, 9, datetime(2026, 11, 24, tzinfo=UTC)
)
"""A scan that is not filed yet: only the catalog knows of it."""

pytestmark = pytest.mark.slow


def steps(name: str) -> str:
    """Give the lines of the page's block that begins with ``# <name>``."""
    (found,) = re.findall(rf"```sh\n# {name}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


@dataclass
class Province:
    """An installation that can be backed up, lost and restored."""

    folder: Path
    database: str
    environment: dict[str, str]

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def run(self, name: str) -> None:
        """Do what the page says, with our folders for its own."""
        lines = steps(name)
        lines = lines.replace("/var/lib/sohoa", str(self.home))
        lines = lines.replace("/backup", str(self.folder / "backup"))
        command = f'sohoa() {{ {sys.executable} -m pipeline --home {self.home} "$@"; }}'
        subprocess.run(
            ["bash", "-euc", f"{command}\n{lines}"],
            cwd=self.folder,
            env=os.environ | self.environment | {"PYTHONPATH": str(ROOT)},
            check=True,
        )


@pytest.fixture
def alone(tmp_path: Path) -> Province:
    """A folder and SQLite."""
    return Province(tmp_path, "SQLite", {"PIPELINE_CONFIG": str(ROOT / "config")})


@pytest.fixture
def served(
    tmp_path: Path, minio_server: S3Server, postgres_cluster: PostgresServer
) -> Province:
    """MinIO and PostgreSQL."""
    (tmp_path / "secrets").mkdir()
    url = tmp_path / "secrets" / "catalog_url"
    url.write_text(postgres_cluster.fresh_database().url, encoding="ascii")
    environment = {
        "PIPELINE_CONFIG": str(ROOT / "config"),
        "PIPELINE_STORE__KIND": "s3",
        "PIPELINE_STORE__ENDPOINT": minio_server.endpoint,
        "PIPELINE_STORE__SECURE": "false",
        "PIPELINE_STORE__ACCESS_KEY": minio_server.access_key,
        "PIPELINE_STORE__SECRET_KEY": minio_server.secret_key,
        "PIPELINE_STORE__BUCKET_PREFIX": minio_server.fresh_prefix(),
        "PIPELINE_CATALOG__URL_FILE": str(url),
    }
    return Province(tmp_path, "PostgreSQL", environment)


@pytest.mark.parametrize(
    "kind", ["alone", pytest.param("served", marks=pytest.mark.server)]
)
def test_what_was_backed_up_can_be_restored(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    province: Province = request.getfixturevalue(kind)
    for name, value in province.environment.items():
        monkeypatch.setenv(name, value)
    work(province)

    (province.folder / "backup").mkdir()
    province.run(f"back up: {province.database}")
    province.run("back up: the store")
    lose_everything(province, request, monkeypatch)
    province.run(f"restore: {province.database}")
    province.run("restore: the store")

    catalog, archive = opened(province)
    found = catalog.search(SearchQuery("giay khai"))
    assert [hit.dossier_id for hit in found.hits] == [DOSSIER_ID]
    assert catalog.batch(RECEIVED.id) is not None
    assert {each.fault for each in archive.verify()} == {None}
    catalog.close()


def opened(province: Province) -> tuple[SqlCatalog, ObjectArchive]:
    settings = load_settings(home=province.home)
    catalog = SqlCatalog(catalog_url(settings))
    catalog.migrate()
    return catalog, ObjectArchive(open_store(settings))


def work(province: Province) -> None:
    """File a dossier, and receive a scan that is not filed yet."""
    if province.database == "PostgreSQL":
        subprocess.run(
            [sys.executable, "-m", "pipeline", "store", "init"],
            cwd=ROOT,
            env=os.environ | province.environment,
            check=True,
        )
    catalog, archive = opened(province)
    file_dossier(archive, province.folder)
    catalog.register(RECEIVED, "claim", f"originals/2026/11/{RECEIVED.id}/scan.pdf")
    catalog.register(BATCH, "other", f"originals/2026/11/{BATCH.id}/scan.pdf")
    catalog.close()


def lose_everything(
    province: Province,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A new machine: an empty home, or empty servers."""
    shutil.rmtree(province.home, ignore_errors=True)
    province.home.mkdir()
    if province.database == "PostgreSQL":
        cluster: PostgresServer = request.getfixturevalue("postgres_cluster")
        server: S3Server = request.getfixturevalue("minio_server")
        url = province.folder / "secrets" / "catalog_url"
        url.write_text(cluster.fresh_database().url, encoding="ascii")
        prefix = server.fresh_prefix()
        province.environment["PIPELINE_STORE__BUCKET_PREFIX"] = prefix
        monkeypatch.setenv("PIPELINE_STORE__BUCKET_PREFIX", prefix)
