"""Open the stores and the catalog that the settings name, or set a store up.

The libraries behind them are loaded by who needs them: a reading process, which starts
for each scan, talks to no database and often to no server.
"""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr, ValidationError

from pipeline.errors import ConfigError
from pipeline.model.proof import Finding
from pipeline.model.retention import Retention
from pipeline.settings import Settings, StoreSettings, secret_value
from pipeline.storage.archive import ObjectArchive, ObjectStore
from pipeline.storage.keeping import Keeper
from pipeline.storage.keys import DIGESTS, DOSSIERS, ORIGINALS
from pipeline.storage.local_store import LocalStore
from pipeline.templates import load_procedures
from pipeline.usecases.ports import Archive, Catalog

if TYPE_CHECKING:
    from pipeline.storage.init import FirstLock, S3Identity
    from pipeline.storage.s3 import S3Connection

_DAYS_OF_YEAR = 365


def open_archive(settings: Settings) -> Archive:
    """Open the archive alone: for what needs neither catalog nor reader."""
    return ObjectArchive(open_store(settings), retention=open_retention(settings))


def open_store(settings: Settings) -> ObjectStore:
    """Open the object store that the settings name."""
    if settings.store.kind == "local":
        return LocalStore(store_folder(settings))
    from pipeline.storage.minio_store import MinioStore

    return MinioStore(_connect(settings.store))


CONFIGURED = "settings"
"""How the store of the settings is named beside others."""


def other_store(settings: Settings, name: str) -> Settings:
    """Give the settings of another store.

    Args:
        settings: of this installation.
        name: ``settings`` itself; a ``.toml`` file with the keys of ``[store]``; or the
            folder of a local store.

    Raises:
        ConfigError: the file is missing or malformed.
    """
    if name == CONFIGURED:
        return settings
    path = Path(name).absolute()
    if path.suffix != ".toml":
        return _at_folder(settings, path)
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        store = StoreSettings.model_validate(values)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    except ValidationError as error:
        keys = ", ".join(".".join(map(str, each["loc"])) for each in error.errors())
        raise ConfigError(f"{path}: wrong or unknown: {keys}") from error
    if store.kind == "local":
        return _at_folder(settings, path.parent / (store.folder or "store"))
    return settings.model_copy(update={"store": store})


def _at_folder(settings: Settings, folder: Path) -> Settings:
    return settings.model_copy(
        update={"store": StoreSettings(kind="local", folder=folder)}
    )


def copy_store(
    source: Settings, target: Settings, *, after: str = ""
) -> Iterator[Finding]:
    """Copy a store's objects to another; see `pipeline.storage.copying`."""
    from pipeline.storage.copying import copy_objects

    retention = open_retention(target)
    to = open_store(target)
    keeper = Keeper(to, retention)
    return copy_objects(
        open_store(source),
        to,
        after=after,
        lock=keeper.retain,
        locks=retention is not None,
    )


def store_folder(settings: Settings) -> Path:
    """Find the folder of a local store."""
    return settings.store.folder or settings.home / "store"


def store_name(settings: Settings) -> str:
    """Say in a word which store the settings name; no secret is in it."""
    store = settings.store
    if store.kind == "local":
        return str(store_folder(settings))
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
        told = "the store is a folder of this machine: nothing else to set up"
        return (told, "a folder keeps no versions and cannot lock what it keeps")
    from pipeline.storage.init import init_buckets, init_users

    connection = _connect(settings.store)
    done = init_buckets(
        connection,
        keep_work_days=settings.work.keep_days,
        first_lock=_first_lock(settings),
    )
    if users is None:
        return done
    return (*done, *init_users(connection, _identities(users)))


def open_retention(settings: Settings) -> Retention | None:
    """Say how long dossiers are locked; None where nothing is."""
    if settings.store.kind == "local" or settings.store.lock == "off":
        return None
    return make_retention(settings)


def make_retention(settings: Settings) -> Retention:
    """Say how long dossiers must be kept."""
    codes = {
        each.code: each.retention_code
        for each in load_procedures(settings.config)
        if each.retention_code is not None
    }
    return Retention(settings.retention.years, settings.retention.default, codes)


def _first_lock(settings: Settings) -> "FirstLock | None":
    from pipeline.storage.init import FirstLock

    store = settings.store
    if store.lock == "off":
        return None
    for_good = max(settings.retention.years.values()) * _DAYS_OF_YEAR
    days = dict.fromkeys((ORIGINALS, DOSSIERS), store.first_lock_days)
    return FirstLock(store.lock, {**days, DIGESTS: for_good})


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
        ca_bundle=store.ca_bundle,
        allow_plain_http=store.allow_plain_http,
        lock_mode="governance" if store.lock == "off" else store.lock,
    )
