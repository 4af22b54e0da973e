import multiprocessing
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from pipeline.catalog.catalog import SqlCatalog
from pipeline.catalog.database import Database
from pipeline.catalog.schema import metadata


def test_the_revisions_make_the_tables_of_the_schema(url: str) -> None:
    SqlCatalog(url).migrate()

    def difference(connection: Connection) -> object:
        def is_ours(name: str | None, kind: str, _parents: object) -> bool:
            return kind != "table" or name in metadata.tables

        options = {"include_name": is_ours, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        return compare_metadata(context, metadata)

    assert Database(url).run(difference) == []


def test_many_processes_may_start_at_once(url: str) -> None:
    fork = multiprocessing.get_context("fork")
    starting = [fork.Process(target=SqlCatalog(url).migrate) for _ in range(6)]
    for each in starting:
        each.start()
    for each in starting:
        each.join(60)

    assert [each.exitcode for each in starting] == [0] * 6
    tables = Database(url).run(lambda each: inspect(each).get_table_names())
    assert set(metadata.tables) | {"alembic_version"} <= set(tables)


def test_migrating_again_keeps_what_is_there(url: str) -> None:
    catalog = SqlCatalog(url)
    catalog.migrate()
    catalog._database.run(
        lambda each: catalog._full_text.learn(each, ["mot"]), atomic=True
    )

    catalog.migrate()

    words = "SELECT word FROM vocabulary"
    assert catalog._database.run(lambda c: c.exec_driver_sql(words).scalar()) == "mot"


def test_the_folder_of_the_file_is_made(tmp_path: Path) -> None:
    SqlCatalog(f"sqlite:///{tmp_path}/new/folder/catalog.sqlite3").migrate()
    assert (tmp_path / "new" / "folder" / "catalog.sqlite3").is_file()
