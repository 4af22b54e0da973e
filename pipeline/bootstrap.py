"""The composition root: introduces use-cases to their adapters, once per process."""

import functools
import importlib.metadata
import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline import stores
from pipeline.errors import ConfigError
from pipeline.intake.inbox import DropFolders, InboxOptions, Patience
from pipeline.intake.limits import ProbeLimits
from pipeline.intake.probe import probe_in_child
from pipeline.marks import open_marker
from pipeline.model.proof import Finding
from pipeline.model.scan import Counter
from pipeline.model.signature import SignatureLevel
from pipeline.model.template import DocType, Procedure
from pipeline.model.text import ReadPage
from pipeline.pdf.signatures import SignatureJudge
from pipeline.pdf.verapdf import VeraPdf
from pipeline.reading import open_look_pool, open_page_pool, open_page_reader
from pipeline.recipe import find_careful, make_recipe
from pipeline.settings import (
    Settings,
    StoreSettings,
    load_counters,
    load_settings,
    sheet_keys,
)
from pipeline.signatory import (
    open_judge,
    open_roots,
    open_seal,
    open_signer,
    refused_pin,
)
from pipeline.sip.values import CIRCULAR, FULL
from pipeline.skeleton import write_skeleton
from pipeline.storage.archive import ObjectArchive
from pipeline.stores import (
    init_store,
    make_retention,
    open_archive,
    open_catalog,
    open_retention,
    open_store,
    other_store,
    store_name,
)
from pipeline.templates import find_problems, load_doctypes, load_procedures
from pipeline.usecases.compose import Composer
from pipeline.usecases.digitize import (
    Care,
    Digitizer,
    Work,
    WorkOptions,
    is_worth_retrying,
)
from pipeline.usecases.export import Choice, Delivery, Exported, Exporter, Sender
from pipeline.usecases.file import Filer
from pipeline.usecases.ingest import FileReader, Ingested, Ingester
from pipeline.usecases.inspect import Desk, Inspector, LookPool, describe_defects
from pipeline.usecases.marking import Marker
from pipeline.usecases.page_pool import PagePool
from pipeline.usecases.ports import Archive, Catalog, Inbox, Prober
from pipeline.usecases.prove import Bookmark, Prover, go_on
from pipeline.usecases.receive import Receiver
from pipeline.usecases.retry import Retrier
from pipeline.usecases.sheets import SheetPrinter
from pipeline.usecases.sides import SidePairing
from pipeline.usecases.sign import Signatory, Signed, SigningQueue
from pipeline.usecases.status import StatusFile
from pipeline.usecases.try_template import TemplateTrial, TriedPage, TriedPaper
from pipeline.usecases.turns import Turns
from pipeline.usecases.upkeep import Upkeep
from pipeline.usecases.view import Viewer

__all__ = [
    "CIRCULAR",
    "FULL",
    "App",
    "Choice",
    "Delivery",
    "Exported",
    "Ingested",
    "Signed",
    "TriedPage",
    "TriedPaper",
    "Work",
    "copy_store",
    "describe_defects",
    "find_counter",
    "find_problems",
    "init_store",
    "is_worth_retrying",
    "load_settings",
    "now",
    "open_app",
    "open_archive",
    "open_bookmark",
    "open_catalog",
    "open_exporter",
    "open_file_reader",
    "open_page_reader",
    "open_prover",
    "open_sheet_printer",
    "open_template_trial",
    "trust_pin_again",
    "write_skeleton",
]
"""What the doors need: they import the composition root, nothing below it."""

_Validate = Callable[[Path], tuple[str, ...]]

_NO_BATCH = "0" * 32
"""Under this id pages are kept that nobody wants to keep."""


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
    desk: Desk
    digitizer: Digitizer
    filer: Filer
    signing: SigningQueue
    ingester: Ingester
    prover: Prover
    upkeep: Upkeep
    viewer: Viewer
    status_file: StatusFile
    turns: Turns
    sides: SidePairing
    retrier: Retrier

    @property
    def pause(self) -> float:
        """Seconds from one sweep to the next: what the most impatient counter wants."""
        own = (counter.folder.poll_interval for counter in self.counters)
        return min([self.settings.intake.poll_interval, *filter(None, own)])

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
    with (
        open_catalog(settings) as catalog,
        open_page_pool(settings) as pool,
        open_look_pool(settings) as looks,
        _open_validator(settings) as validate,
    ):
        app = _put_together(settings, catalog, pool, looks, validate)
        with app.desk:
            yield app


@contextmanager
def _open_validator(settings: Settings) -> Iterator[_Validate | None]:
    """Give veraPDF's verdict as a function; Java starts when it is first asked."""
    if settings.filing.verapdf is None:
        yield None
        return
    validator = VeraPdf(settings.filing.verapdf)
    try:
        yield validator.find_faults
    finally:
        validator.close()


def _put_together(
    settings: Settings,
    catalog: Catalog,
    pool: PagePool,
    looks: LookPool,
    validate: _Validate | None,
) -> App:
    counters = load_counters(settings.config)
    doctypes = load_doctypes(settings.config)
    procedures = load_procedures(settings.config, doctypes)
    archive = open_archive(settings)
    inbox = open_inbox(settings, counters)
    scratch = settings.home / "scratch"
    marker = open_marker(settings, counters, procedures)
    signatory = _open_signatory(settings, marker)
    filer = Filer(
        archive,
        catalog,
        doctypes,
        now,
        scratch,
        layers=settings.filing.layers,
        marker=marker,
        signatory=signatory,
        validate=validate,
    )
    recipe = make_recipe(settings)
    receiver = Receiver(
        inbox,
        open_prober(settings),
        archive,
        catalog,
        now,
        settings.intake.max_pages,
    )
    inspector = Inspector(
        archive, catalog, looks, counters, enabled=settings.quality.check
    )
    digitizer = Digitizer(
        archive,
        catalog,
        Composer(
            doctypes,
            sheet_keys(settings.sheets),
            settings.sheets.keep,
            procedures,
            frozenset(settings.quality.review),
            settings.filing.blank_backs,
        ),
        filer,
        pool,
        counters,
        recipe,
        WorkOptions(settings.work.lease, settings.work.attempts, scratch),
        now,
        Care(
            make_recipe(settings, careful=True),
            find_careful(counters, procedures, settings.reading.careful),
        ),
        SignatureJudge(settings.config / "trust").judge,
        inspector,
    )
    keep = timedelta(days=settings.work.keep_days)
    return App(
        settings=settings,
        counters=counters,
        doctypes=doctypes,
        procedures=procedures,
        recipe=recipe,
        archive=archive,
        catalog=catalog,
        inbox=inbox,
        receiver=receiver,
        desk=Desk(inspector, scratch),
        digitizer=digitizer,
        filer=filer,
        signing=SigningQueue(archive, catalog, signatory, filer.index, scratch, now),
        ingester=Ingester(inbox, receiver, digitizer, archive, catalog),
        prover=open_prover(settings),
        upkeep=Upkeep(archive, catalog, inbox, filer, scratch, keep, now),
        viewer=Viewer(archive),
        status_file=StatusFile(inbox, archive, catalog, now),
        retrier=Retrier(inbox, catalog),
        turns=Turns(catalog, counters),
        sides=SidePairing(inbox, catalog, receiver, counters, now),
    )


def _open_signatory(settings: Settings, marker: Marker) -> Signatory | None:
    signer = open_signer(settings)
    if signer is None:
        return None
    level = SignatureLevel(settings.signing.level)
    return Signatory(signer, level, open_roots(settings), marker, now)


def trust_pin_again(settings: Settings) -> None:
    """Let a token's PIN be tried again that was refused: a person asks for it."""
    refused_pin(settings).unlink(missing_ok=True)


@contextmanager
def open_file_reader(
    settings: Settings,
) -> Iterator[Callable[[Path], Iterator[ReadPage]]]:
    """Give a function that recognizes a file page by page and keeps nothing."""
    with _passing_reader(settings) as (read, _):
        yield read


@contextmanager
def open_template_trial(settings: Settings) -> Iterator[TemplateTrial]:
    """Build what tries document types out on a file and keeps nothing.

    Raises:
        TemplateError: a template is wrong.
    """
    doctypes = load_doctypes(settings.config)
    with _passing_reader(settings) as (read, picture):
        yield TemplateTrial(read, picture, doctypes)


@contextmanager
def _passing_reader(
    settings: Settings,
) -> Iterator[tuple[Callable[[Path], Iterator[ReadPage]], Callable[[ReadPage], bytes]]]:
    """Give functions that read a file page by page, and load a page's picture."""
    with tempfile.TemporaryDirectory(prefix="sohoa-read-") as folder:
        passing = settings.model_copy(
            update={"home": Path(folder), "store": StoreSettings()}
        )
        with open_page_pool(passing) as pool:
            archive = open_archive(passing)
            careful = settings.reading.careful
            reader = FileReader(open_prober(settings), pool, archive, careful)
            recipe = make_recipe(settings, careful=careful)
            yield (
                functools.partial(reader.read, batch_id=_NO_BATCH, recipe=recipe),
                functools.partial(archive.picture, _NO_BATCH, recipe),
            )


def open_prover(settings: Settings) -> Prover:
    """Build what proves the store: needs neither catalog nor reader."""
    archive = ObjectArchive(
        open_store(settings),
        retention=open_retention(settings),
        seal=open_seal(settings),
        judge=open_judge(settings),
    )
    offices = {each.id: each.office for each in load_counters(settings.config)}
    return Prover(archive, offices, now)


def open_exporter(settings: Settings) -> Exporter:
    """Build what hands dossiers to an archive: needs neither catalog nor reader."""
    given = settings.export
    doctypes = load_doctypes(settings.config)
    procedures = load_procedures(settings.config, doctypes)
    sender = Sender(
        offices={each.id: each.office for each in load_counters(settings.config)},
        titles={each.code: each.title for each in procedures},
        type_codes={
            each.code: each.type_code for each in doctypes if each.type_code is not None
        },
        retention=make_retention(settings),
        software=importlib.metadata.version("sohoa"),
        fonds=given.fonds,
        agreement=given.agreement,
        mode=given.mode,
        backup_copy=given.backup_copy,
    )
    return Exporter(open_archive(settings), sender, now)


def copy_store(
    settings: Settings, source: str, target: str, *, fresh: bool = False
) -> Iterator[Finding]:
    """Copy a store to another and prove it, going on where it was stopped.

    Args:
        settings: of this installation.
        source: named as `pipeline.stores.other_store` has it.
        target: likewise.
        fresh: whether to compare everything again.
    """
    ends = (other_store(settings, source), other_store(settings, target))
    subject = " to ".join(map(store_name, ends))
    bookmark = Bookmark(settings.home / "copy.bookmark", subject)
    if fresh:
        bookmark.clear()
    return go_on(bookmark, lambda after: stores.copy_store(*ends, after=after))


def open_bookmark(settings: Settings, job: str) -> Bookmark:
    """Open the note of how far a long job over the store came."""
    return Bookmark(settings.home / f"{job}.bookmark", store_name(settings))


def now() -> datetime:
    """Tell the time: aware, UTC."""
    return datetime.now(UTC)


def open_inbox(settings: Settings, counters: tuple[Counter, ...]) -> DropFolders:
    """Open the drop folders of all counters."""
    intake = settings.intake
    return DropFolders(
        settings.drop_root,
        counters,
        InboxOptions(
            Patience(
                quiet_period=intake.quiet_period,
                give_up_after=intake.give_up_after,
                damaged_after=intake.damaged_after,
                remote_quiet_period=intake.remote_quiet_period,
                growing_after=intake.growing_after,
            ),
            poll_interval=intake.poll_interval,
        ),
        is_whole=open_prober(settings),
        clock=now,
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


def open_sheet_printer(
    settings: Settings, counter_id: str
) -> tuple[SheetPrinter, Counter]:
    """Give what prints sheets, and the counter that they are for.

    Raises:
        ConfigError: there is no such counter, or a key is malformed.
    """
    counter = _find_counter(load_counters(settings.config), counter_id)
    return SheetPrinter(sheet_keys(settings.sheets), now), counter


def find_counter(app: App, counter_id: str) -> Counter:
    """Find a configured counter.

    Raises:
        ConfigError: there is none of that id.
    """
    return _find_counter(app.counters, counter_id)


def _find_counter(counters: tuple[Counter, ...], counter_id: str) -> Counter:
    for counter in counters:
        if counter.id == counter_id:
            return counter
    known = ", ".join(counter.id for counter in counters)
    raise ConfigError(f"no counter {counter_id!r} in counters.toml; known: {known}")
