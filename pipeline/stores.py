"""Open the stores and the catalog that the settings name, or set a store up.

The libraries behind them are loaded by who needs them: a reading process, which starts
for each scan, talks to no database and often to no server.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from pipeline.errors import ConfigError
from pipeline.settings import Settings, StoreSettings, secret_value
from pipeline.storage.archive import ObjectArchive, ObjectStore
from pipeline.storage.local_store import LocalStore
from pipeline.usecases.ports import Archive, Catalog

if TYPE_CHECKING:
    from pipeline.storage.init import S3Identity
    from pipeline.storage.s3 import S3Connection


def open_archive(settings: Settings) -> Archive:
    """Open the archive alone: for what needs neither catalog nor reader."""
    return ObjectArchive(open_store(settings))


def open_store(settings: Settings) -> ObjectStore:
    """Open the object store that the settings name."""
    if settings.store.kind == "local":
        return LocalStore(settings.home / "store")
    from pipeline.storage.minio_store import MinioStore

    return MinioStore(**asdict(_connect(settings.store)))


def store_name(settings: Settings) -> str:
    """Say in a word which store the settings name; no secret is in it."""
    store = settings.store
    if store.kind == "local":
        return str(settings.home / "store")
    return f"{store.endpoint}/{store.bucket_prefix}"


@contextmanager
def open_catalog(settings: Settings) -> Iterator[Catalog]:
    """Open the catalog alone, with its tables up to date."""
    from pipeline.catalog.catalog import SqlCatalog

    catalog = SqlCatalog(catalog_url(settings))
    try:
        catalog.migrate()
        yield catalog
    finally:
        catalog.close()


def catalog_url(settings: Settings) -> str:
    """Find the SQLAlchemy URL of the catalog."""
    url = secret_value(settings.catalog.url, settings.catalog.url_file)
    if url:
        return url
    settings.home.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{settings.home / 'catalog.sqlite3'}"


def init_store(settings: Settings, users: Path | None) -> tuple[str, ...]:
    """Make what the store needs; doing it again changes nothing.

    Args:
        settings: with the administrator's keys.
        users: folder of the secret keys of the identities to make, one file a role:
            ``store_<role>``. A role without a file is left out.

    Returns:
        What was done or found lacking, one sentence each.

    Raises:
        ConfigError: no right to do this, or *users* holds no key.
        StoreUnavailable: no usable answer.
    """
    if settings.store.kind == "local":
        open_store(settings)
        return ("the store is a folder of this machine: nothing else to set up",)
    from pipeline.storage.init import init_buckets, init_users

    connection = _connect(settings.store)
    done = init_buckets(connection, keep_work_days=settings.work.keep_days)
    if users is None:
        return done
    return (*done, *init_users(connection, _identities(users)))


def _identities(folder: Path) -> "dict[str, S3Identity]":
    from pipeline.storage.init import ROLES, S3Identity

    files = {role: folder / f"store_{role}" for role in ROLES}
    identities = {
        role: S3Identity(role, secret_value(SecretStr(""), file))
        for role, file in files.items()
        if file.exists()
    }
    if not identities:
        raise ConfigError(f"{folder}: no file store_<role>; roles: {', '.join(ROLES)}")
    return identities


def _connect(store: StoreSettings) -> "S3Connection":
    from pipeline.storage.s3 import S3Connection

    return S3Connection(
        endpoint=store.endpoint,
        access_key=secret_value(store.access_key, store.access_key_file),
        secret_key=secret_value(store.secret_key, store.secret_key_file),
        secure=store.secure,
        region=store.region,
        bucket_prefix=store.bucket_prefix,
        timeout=store.timeout,
    )
