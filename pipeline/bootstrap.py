"""The composition root: introduces use-cases to their adapters, once per process."""

import functools
import hashlib
import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from pipeline.catalog.catalog import SqlCatalog
from pipeline.errors import ConfigError
from pipeline.imaging.prepare import PrepareOptions
from pipeline.intake.inbox import DropFolders, InboxOptions
from pipeline.intake.limits import ProbeLimits
from pipeline.intake.probe import probe_in_child
from pipeline.model.scan import Counter
from pipeline.model.template import DocType, Procedure
from pipeline.model.text import ReadPage
from pipeline.ocr.engine import engine_recipe, find_tessdata, has_model, open_engine
from pipeline.settings import (
    Settings,
    StoreSettings,
    load_counters,
    load_settings,
    secret_value,
)
from pipeline.storage.archive import ObjectArchive, ObjectStore
from pipeline.storage.init import ROLES, S3Identity, init_buckets, init_users
from pipeline.storage.local_store import LocalStore
from pipeline.storage.minio_store import MinioStore
from pipeline.storage.s3 import S3Connection
from pipeline.templates import load_doctypes, load_procedures
from pipeline.usecases.compose import Composer
from pipeline.usecases.digitize import (
    Digitizer,
    Work,
    WorkOptions,
    is_worth_retrying,
)
from pipeline.usecases.file import Filer
from pipeline.usecases.ingest import FileReader, Ingested, Ingester
from pipeline.usecases.page_pool import PagePool
from pipeline.usecases.ports import Archive, Catalog, Inbox, Prober
from pipeline.usecases.read import PageReader, ReadOptions
from pipeline.usecases.receive import Receiver
from pipeline.usecases.status import StatusFile
from pipeline.usecases.turns import Turns
from pipeline.usecases.upkeep import Upkeep
from pipeline.usecases.view import Viewer

__all__ = [
    "App",
    "Ingested",
    "Work",
    "find_counter",
    "init_store",
    "is_worth_retrying",
    "load_settings",
    "now",
    "open_app",
    "open_archive",
    "open_catalog",
    "open_file_reader",
]
"""What the doors need: they import the composition root, nothing below it."""

_RECIPE_DIGITS = 12
"""Hexadecimal digits of a recipe: enough to tell all recipes of a province apart."""

_NO_BATCH = "0" * 32
"""Under this id pages are kept that nobody wants to keep."""

RESULT_VERSION = 1
"""Raised when code changes what is read from the same page with the same options."""


@dataclass(frozen=True, slots=True)
class App:
    """The use-cases of one process with their adapters in place."""

    settings: Settings
    counters: tuple[Counter, ...]
    doctypes: tuple[DocType, ...]
    procedures: tuple[Procedure, ...]
    recipe: str
    archive: Archive
    catalog: Catalog
    inbox: Inbox
    receiver: Receiver
    digitizer: Digitizer
    filer: Filer
    ingester: Ingester
    upkeep: Upkeep
    viewer: Viewer
    status_file: StatusFile
    turns: Turns

    @property
    def owner(self) -> str:
        """Name this process goes by in leases."""
        return f"{socket.gethostname()}:{os.getpid()}"


@contextmanager
def open_app(settings: Settings) -> Iterator[App]:
    """Build an `App` and let go of its connections and processes at the end.

    Raises:
        ConfigError: a setting, counter or template is wrong.
        ToolMissing: a program or model is not there.
    """
    with open_catalog(settings) as catalog, _page_pool(settings) as pool:
        yield _put_together(settings, catalog, pool)


def _put_together(settings: Settings, catalog: Catalog, pool: PagePool) -> App:
    counters = load_counters(settings.config)
    doctypes = load_doctypes(settings.config)
    archive = open_archive(settings)
    inbox = open_inbox(settings, counters)
    filer = Filer(archive, catalog, doctypes, now, layers=settings.filing.layers)
    recipe = make_recipe(settings)
    scratch = settings.home / "scratch"
    receiver = Receiver(inbox, open_prober(settings), archive, catalog, now)
    digitizer = Digitizer(
        archive,
        catalog,
        Composer(doctypes),
        filer,
        pool,
        counters,
        recipe,
        WorkOptions(settings.work.lease, settings.work.attempts, scratch),
        now,
    )
    keep = timedelta(days=settings.work.keep_days)
    return App(
        settings=settings,
        counters=counters,
        doctypes=doctypes,
        procedures=load_procedures(settings.config),
        recipe=recipe,
        archive=archive,
        catalog=catalog,
        inbox=inbox,
        receiver=receiver,
        digitizer=digitizer,
        filer=filer,
        ingester=Ingester(inbox, receiver, digitizer, archive, catalog),
        upkeep=Upkeep(archive, catalog, filer, scratch, keep, now),
        viewer=Viewer(archive),
        status_file=StatusFile(inbox, archive, catalog, now),
        turns=Turns(catalog, counters),
    )


def open_archive(settings: Settings) -> Archive:
    """Open the archive alone: for what needs neither catalog nor reader."""
    return ObjectArchive(open_store(settings))


@contextmanager
def open_catalog(settings: Settings) -> Iterator[Catalog]:
    """Open the catalog alone, with its tables up to date."""
    catalog = SqlCatalog(catalog_url(settings))
    try:
        catalog.migrate()
        yield catalog
    finally:
        catalog.close()


@contextmanager
def open_file_reader(
    settings: Settings,
) -> Iterator[Callable[[Path], Iterator[ReadPage]]]:
    """Give a function that recognizes a file page by page and keeps nothing."""
    with tempfile.TemporaryDirectory(prefix="sohoa-read-") as folder:
        passing = settings.model_copy(
            update={"home": Path(folder), "store": StoreSettings()}
        )
        with _page_pool(passing) as pool:
            archive = ObjectArchive(open_store(passing))
            reader = FileReader(open_prober(settings), pool, archive)
            yield functools.partial(
                reader.read, batch_id=_NO_BATCH, recipe=make_recipe(settings)
            )


def _page_pool(settings: Settings) -> PagePool:
    return PagePool(
        functools.partial(_open_reading_process, settings),
        workers=settings.reading.workers or os.cpu_count() or 1,
        seconds=settings.reading.page_seconds,
        memory=settings.reading.page_memory,
    )


def _open_reading_process(settings: Settings) -> PageReader:
    """Open the reader of a process; its engines leave no picture in ``/tmp``."""
    folder = settings.home / "scratch" / "reading"
    folder.mkdir(parents=True, exist_ok=True)
    tempfile.tempdir = str(folder)
    return open_page_reader(settings)


def now() -> datetime:
    """Tell the time: aware, UTC."""
    return datetime.now(UTC)


def open_store(settings: Settings) -> ObjectStore:
    """Open the object store that the settings name."""
    if settings.store.kind == "local":
        return LocalStore(settings.home / "store")
    return MinioStore(**asdict(_connect(settings.store)))


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
    connection = _connect(settings.store)
    done = init_buckets(connection)
    if users is None:
        return done
    return (*done, *init_users(connection, _identities(users)))


def _identities(folder: Path) -> dict[str, S3Identity]:
    files = {role: folder / f"store_{role}" for role in ROLES}
    identities = {
        role: S3Identity(role, secret_value(SecretStr(""), file))
        for role, file in files.items()
        if file.exists()
    }
    if not identities:
        raise ConfigError(f"{folder}: no file store_<role>; roles: {', '.join(ROLES)}")
    return identities


def _connect(store: StoreSettings) -> S3Connection:
    return S3Connection(
        endpoint=store.endpoint,
        access_key=secret_value(store.access_key, store.access_key_file),
        secret_key=secret_value(store.secret_key, store.secret_key_file),
        secure=store.secure,
        region=store.region,
        bucket_prefix=store.bucket_prefix,
        timeout=store.timeout,
    )


def catalog_url(settings: Settings) -> str:
    """Find the SQLAlchemy URL of the catalog."""
    url = secret_value(settings.catalog.url, settings.catalog.url_file)
    if url:
        return url
    settings.home.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{settings.home / 'catalog.sqlite3'}"


def open_inbox(settings: Settings, counters: tuple[Counter, ...]) -> DropFolders:
    """Open the drop folders of all counters."""
    intake = settings.intake
    return DropFolders(
        settings.drop_root,
        counters,
        InboxOptions(
            quiet_period=intake.quiet_period,
            give_up_after=intake.give_up_after,
            damaged_after=intake.damaged_after,
        ),
        is_whole=open_prober(settings),
        clock=now,
    )


def open_page_reader(settings: Settings) -> PageReader:
    """Build what a reading process needs: engines and the archive."""
    reading = settings.reading
    tessdata = find_tessdata(reading.tessdata)
    second = None
    if has_model(tessdata, reading.second_model):
        second = open_engine(
            reading.engine, tessdata=tessdata, model=reading.second_model
        )
    return PageReader(
        ObjectArchive(open_store(settings)),
        open_engine(reading.engine, tessdata=tessdata, model=reading.model),
        second,
        ReadOptions(
            PrepareOptions(reading_dpi=reading.dpi, picture_dpi=reading.picture_dpi),
            picture_dpi=reading.picture_dpi,
            max_pixels=settings.intake.max_pixels,
            layers=settings.filing.layers,
        ),
    )


def open_prober(settings: Settings) -> Prober:
    """Build the look inside hostile files, with its limits."""
    intake = settings.intake
    return functools.partial(
        probe_in_child,
        limits=ProbeLimits(
            max_bytes=intake.max_bytes,
            max_pages=intake.max_pages,
            max_pixels=intake.max_pixels,
            seconds=intake.probe_seconds,
            memory=intake.probe_memory,
        ),
    )


def make_recipe(settings: Settings) -> str:
    """Name everything that can change a result: options, engines, models, templates."""
    reading = settings.reading
    tessdata = find_tessdata(reading.tessdata)
    parts = [
        f"result {RESULT_VERSION}",
        f"dpi {reading.dpi} picture {reading.picture_dpi}",
        f"layers {settings.filing.layers}",
        engine_recipe(reading.engine, tessdata=tessdata, model=reading.model),
    ]
    if has_model(tessdata, reading.second_model):
        parts.append(
            engine_recipe(reading.engine, tessdata=tessdata, model=reading.second_model)
        )
    parts.extend(_template_digests(settings.config))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:_RECIPE_DIGITS]


def _template_digests(config: Path) -> Iterator[str]:
    for folder in ("doctypes", "procedures"):
        for path in sorted((config / folder).glob("*.yaml")):
            yield f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}"


def find_counter(app: App, counter_id: str) -> Counter:
    """Find a configured counter.

    Raises:
        ConfigError: there is none of that id.
    """
    for counter in app.counters:
        if counter.id == counter_id:
            return counter
    known = ", ".join(counter.id for counter in app.counters)
    raise ConfigError(f"no counter {counter_id!r} in counters.toml; known: {known}")
