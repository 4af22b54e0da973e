import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from pipeline.catalog.catalog import SqlCatalog
from pipeline.catalog.database import Database
from pipeline.errors import CatalogBusy, ConfigError
from tests.catalog.made_up import a_batch
from tests.servers import PostgresServer


@pytest.mark.parametrize(
    "url",
    [
        "",
        "catalog.sqlite3",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://secret@host/x",
        "nonsense+x://secret@host/x",
        "postgresql://u:secret@host:port/x",
    ],
)
def test_a_url_of_something_else_is_a_mistake_in_the_configuration(url: str) -> None:
    with pytest.raises(ConfigError) as raised:
        SqlCatalog(url)
    assert "secret" not in str(raised.value)


def test_a_catalog_without_tables_is_a_mistake_in_the_configuration(url: str) -> None:
    with pytest.raises(ConfigError, match="outbox"):
        SqlCatalog(url).deliveries()


@pytest.mark.parametrize("name", ["not-a-database", "no-such-folder/catalog"])
def test_a_file_that_cannot_be_opened_is_a_mistake(tmp_path: Path, name: str) -> None:
    (tmp_path / "not-a-database").write_bytes(b"something else" * 100)
    with pytest.raises(ConfigError):
        SqlCatalog(f"sqlite:///{tmp_path}/{name}").batches()


def test_a_server_that_refuses_is_a_mistake_in_the_configuration(
    postgres_cluster: PostgresServer,
) -> None:
    url = postgres_cluster.url_for("postgresql")
    absent = url.rpartition("/")[0] + "/absent"
    wrong = url.replace(postgres_cluster.password, "wrong-secret")
    for refused in (absent, wrong):
        with pytest.raises(ConfigError) as raised:
            SqlCatalog(refused).batches()
        assert "secret" not in str(raised.value)
        assert postgres_cluster.password not in str(raised.value)


def test_a_server_that_is_away_is_tried_again_later() -> None:
    with pytest.raises(CatalogBusy):
        SqlCatalog("postgresql://u:secret@127.0.0.1:1/x").batches()


def test_a_writer_in_the_way_is_waited_for_and_then_reported(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    catalog = SqlCatalog(f"sqlite:///{path}", patience=0.05)
    catalog.migrate()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(CatalogBusy):
        catalog.register(a_batch(), "claim", "key")
    assert catalog.batches() == ()  # readers do not wait
    other.execute("ROLLBACK")
    assert catalog.register(a_batch(), "claim", "key").claim == "claim"


def test_a_defect_is_not_hidden_and_shows_no_values(url: str) -> None:
    database = Database(url)
    with pytest.raises(DBAPIError) as raised:
        database.run(
            lambda each: each.exec_driver_sql(
                "SELEC ? " if database.is_sqlite else "SELEC %s", ("Nguyễn Thị Mẫu",)
            )
        )
    assert "Mẫu" not in str(raised.value)
    database.close()


def test_answers_survive_a_power_cut(tmp_path: Path) -> None:
    catalog = SqlCatalog(f"sqlite:///{tmp_path}/catalog.sqlite3")
    catalog.migrate()

    def pragma(name: str) -> object:
        statement = f"PRAGMA {name}"
        return catalog._database.run(
            lambda each: each.exec_driver_sql(statement).scalar()
        )

    full = 2
    assert pragma("synchronous") == full
    assert pragma("journal_mode") == "wal"
    assert pragma("foreign_keys") == 1


def test_work_that_fails_leaves_nothing_behind(url: str) -> None:
    catalog = SqlCatalog(url)
    catalog.migrate()

    def half(connection: object) -> None:
        catalog._full_text.learn(connection, ["chu"])  # type: ignore[arg-type]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        catalog._database.run(half, atomic=True)
    words = "SELECT count(*) FROM vocabulary"
    assert catalog._database.run(lambda c: c.exec_driver_sql(words).scalar()) == 0
    catalog.close()
