"""Connections to the catalog's database: one engine a process, retries, errors."""

import os
import random
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

import psycopg
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Table,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from pipeline.errors import CatalogBusy, ConfigError, PipelineError

Answer = TypeVar("Answer")

_PATIENCE = 30.0
"""Seconds of other writers' work that a call waits for before it gives up."""

_PAUSE = (0.0005, 0.004)
"""Seconds between two tries. SQLite's own busy handler sleeps ever longer, which
starves some workers for seconds; short random pauses are fair and 40 times as fast
(8 processes, 4,000 claims: 293/s against 11,650/s)."""

_ATOMIC = "sohoa_atomic"
"""Execution option: this connection's work is one transaction."""

_SQLITE_CONTENDED = {5, 6}  # BUSY, LOCKED
_SQLITE_BUSY = {10, 13}  # IOERR, FULL: nothing was written, the disk needs a person
_SQLITE_CONFIG = {3, 8, 14, 23, 26}  # PERM, READONLY, CANTOPEN, AUTH, NOTADB
_SQLITE_ERROR = 1

_POSTGRES_CONTENDED = ("40001", "40P01", "55P03")
"""Serialization failure, deadlock, lock not available: the next try may succeed."""

_POSTGRES_CONFIG = ("28", "3D", "3F", "42501", "42P01")
"""Authorization, no such database or schema, no right, no such table."""

_CONNECT_CONFIG = (
    "authentication failed",
    "no password supplied",
    "does not exist",
    "no pg_hba.conf entry",
)
"""PostgreSQL refuses a connection without a SQLSTATE that reaches the driver."""


_inherited: list[Engine] = []
"""Engines of the parent in a forked child. They are kept for good: to collect them
would close files and sockets that the parent still uses."""


class Database:
    """Runs work on connections of its own.

    A process that was forked opens an engine of its own: connections are never
    shared with the parent.
    """

    def __init__(self, url: str, *, patience: float = _PATIENCE) -> None:
        """Check the URL; connects to nothing yet.

        Args:
            url: SQLAlchemy URL of an SQLite file or a PostgreSQL database.
            patience: seconds to wait for other writers.

        Raises:
            ConfigError: the URL is malformed or names another kind of database.
        """
        self.url = _checked(url)
        self._patience = patience
        self._engine: Engine | None = None
        self._pid = 0

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the database of one machine."""
        return self.url.get_backend_name() == "sqlite"

    def run(
        self, work: Callable[[Connection], Answer], *, atomic: bool = False
    ) -> Answer:
        """Do *work* on a connection, again while other writers are in the way.

        Args:
            work: may run several times; leaves nothing behind outside the database.
            atomic: all statements in one transaction. Otherwise each statement
                commits by itself.

        Raises:
            CatalogBusy: no usable answer in time; nothing is known to be written.
            ConfigError: the database cannot be used as configured.
        """
        deadline = time.monotonic() + self._patience
        while True:
            try:
                with self._connection(atomic) as connection:
                    return work(connection)
            except DBAPIError as error:
                if not _is_contended(error):
                    meant = _translate(error, self.url)
                    if meant is None:  # a defect
                        raise
                    raise meant from error
                if time.monotonic() > deadline:
                    raise CatalogBusy(
                        "catalog: other writers are in the way"
                    ) from error
            except PoolTimeout as error:
                raise CatalogBusy("catalog: all connections are in use") from error
            time.sleep(random.uniform(*_PAUSE))

    def close(self) -> None:
        """Close this process's connections; a later call opens new ones."""
        if self._engine is not None and self._pid == os.getpid():
            self._engine.dispose()
        self._engine = None

    def _connection(self, atomic: bool) -> AbstractContextManager[Connection]:
        engine = self._own_engine()
        if atomic:
            return engine.execution_options(**{_ATOMIC: True}).begin()
        if self.is_sqlite:
            return engine.connect()  # without BEGIN each statement commits by itself
        return engine.execution_options(isolation_level="AUTOCOMMIT").connect()

    def _own_engine(self) -> Engine:
        if self._engine is not None and self._pid != os.getpid():
            _inherited.append(self._engine)
            self._engine = None
        if self._engine is None:
            self._engine = _open(self.url)
            self._pid = os.getpid()
        return self._engine


def upsert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert into *table* that can say what to do where the row exists."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def _checked(text: str) -> URL:
    try:
        url = make_url(text)
        backend = url.get_backend_name()
        if backend == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise ConfigError("catalog.url is not a database URL") from error
    if backend not in ("sqlite", "postgresql"):
        raise ConfigError(f"catalog.url: {backend} is neither sqlite nor postgresql")
    if backend == "sqlite" and url.database in (None, "", ":memory:"):
        raise ConfigError("catalog.url: the catalog needs a file, not memory")
    return url


def _open(url: URL) -> Engine:
    # Parameters hold people's names: hide_parameters keeps them out of messages.
    if url.get_backend_name() == "postgresql":
        engine = create_engine(
            url,
            hide_parameters=True,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 10},
        )
        event.listen(engine, "connect", _prepare_postgres)
        return engine
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": 0})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_postgres(connection: Any, _record: object) -> None:
    # The planner does not count what it costs to unpack a text vector and reads all of
    # them in turn rather than the index (6,000 documents: 32 ms against 1 ms). All our
    # questions have an index. Compiling them costs more than it saves.
    connection.execute("SET enable_seqscan = off")
    connection.execute("SET jit = off")
    connection.commit()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver opens no transactions of its own; _begin_sqlite does.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    # FULL: what was answered survives a power cut. A lease costs one fsync, which is
    # nothing beside the seconds of a page; see tests/benchmarks/bench_search.md.
    connection.execute("PRAGMA synchronous = FULL")


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get(_ATOMIC):
        # A transaction that reads first and then writes would fail as soon as
        # somebody else wrote in between; the lock is taken at once instead.
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _is_contended(error: DBAPIError) -> bool:
    if _sqlite_code(error) in _SQLITE_CONTENDED:
        return True
    return getattr(error.orig, "sqlstate", None) in _POSTGRES_CONTENDED


def _sqlite_code(error: DBAPIError) -> int | None:
    """The primary result code, without SQLite's extended bits."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _translate(error: DBAPIError, url: URL) -> PipelineError | None:
    """Turn what a driver raises into what the pipeline means; None for a defect."""
    where = f"catalog {url.render_as_string(hide_password=True)}"
    if _is_config(error):
        return ConfigError(f"{where}: {_first_line(error)}")
    if _is_unavailable(error):
        return CatalogBusy(f"{where}: {type(error.orig).__name__}")
    return None


def _is_config(error: DBAPIError) -> bool:
    code = _sqlite_code(error)
    if code is not None:
        missing = code == _SQLITE_ERROR and "no such table" in str(error.orig)
        return missing or code in _SQLITE_CONFIG
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return str(state).startswith(_POSTGRES_CONFIG)
    return any(sign in str(error.orig) for sign in _CONNECT_CONFIG)


def _is_unavailable(error: DBAPIError) -> bool:
    if _sqlite_code(error) in _SQLITE_BUSY:
        return True
    # Server gone, starting, shutting down, out of connections ...
    return isinstance(error.orig, psycopg.OperationalError | psycopg.InterfaceError)


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().partition("\n")[0]
