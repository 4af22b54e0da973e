"""Bring the catalog's tables to the newest revision, whoever starts first."""

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, func, select

from pipeline.catalog.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"

_LOCK_KEY = 0x50484F41
"""PostgreSQL advisory lock: one process migrates, the others wait and find it done."""

_alembic = threading.Lock()
"""Alembic keeps its state in module globals: one migration at a time in a process."""


def migrate(database: Database) -> None:
    """Create or upgrade the tables; safe when several processes start at once.

    Raises:
        ConfigError: the database cannot be opened, or the user has no right to do so.
        CatalogBusy: the database did not answer in time.
    """
    if database.is_sqlite:
        Path(str(database.url.database)).parent.mkdir(parents=True, exist_ok=True)
        # Kept in the file. Readers go on while somebody writes, and a commit is one
        # fsync instead of three.
        database.run(lambda each: each.exec_driver_sql("PRAGMA journal_mode = WAL"))
    with _alembic:
        database.run(_upgrade, atomic=True)


def _upgrade(connection: Connection) -> None:
    # SQLite: BEGIN IMMEDIATE of the transaction is the lock.
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK_KEY)))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
