"""Try out everything the pipeline needs on this machine, and say it in words."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

import numpy as np

from pipeline.bootstrap import load_settings, open_inbox
from pipeline.errors import ConfigError, ExitCode, PipelineError, StoreUnavailable
from pipeline.marks import open_marker
from pipeline.model.scan import Page
from pipeline.model.signature import SigningState
from pipeline.model.text import OcrPage
from pipeline.ocr.engine import engine_recipe, find_tessdata, has_model, open_engine
from pipeline.pdf.assemble import PdfMetadata, PdfPage, assemble_pdf
from pipeline.pdf.jbig2 import find_coder
from pipeline.pdf.verapdf import VeraPdf
from pipeline.settings import Settings, load_counters
from pipeline.signatory import open_signer
from pipeline.storage.store import Has, ObjectStore
from pipeline.stores import catalog_url, open_catalog, open_store, store_folder
from pipeline.templates import load_doctypes, load_procedures

_PROGRAMS = (("tesseract", "--version"), ("pdftoppm", "-v"))
"""What is run as a program, and how it tells its version."""

_PROGRAM_SECONDS = 20.0

BEST_MODEL = "112f6fd1d04ab4cb0208cad9cada8de214ae33a1e4db3750ffcda69262aef0a8"
"""SHA-256 of the best_int model, as `scripts/fetch-model` demands it."""

_LITTLE_SPACE = 5 << 30
_NO_SPACE = 1 << 30
"""Bytes free: the largest scan is 2 GB, and is copied twice on its way."""

_SOON = timedelta(days=30)
"""Time a new certificate takes to be asked for and issued, and some more."""

_NOBODY = "0" * 32
"""No batch has this id: a change to it needs the right to write and changes nothing."""


class Outlook(StrEnum):
    """What a finding means for the work."""

    GOOD = "good"
    NOTICE = "notice"
    """It works, but not as well as it could."""

    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried out."""

    subject: str
    outlook: Outlook
    found: str
    exit_code: ExitCode = ExitCode.OK


_GRAVEST_FIRST = (
    ExitCode.DEFECT,
    ExitCode.CONFIG,
    ExitCode.TOOL_MISSING,
    ExitCode.TRY_AGAIN,
)


def worst_exit_code(findings: Iterable[Finding]) -> ExitCode:
    """Choose the exit code of a whole check."""
    codes = {finding.exit_code for finding in findings}
    return next((code for code in _GRAVEST_FIRST if code in codes), ExitCode.OK)


def check_all(config: Path | None, home: Path | None) -> Iterator[Finding]:
    """Try out configuration, programs, models, stores and folders, one by one.

    Folders and tables that are missing are made, as the first start would do.

    Args:
        config: folder of the configuration, as for `load_settings`.
        home: folder of all state, likewise.
    """
    try:
        settings = load_settings(config, home)
    except PipelineError as error:
        yield _bad("configuration", error)
        return
    yield _good("configuration", str(settings.config))
    for subject, look in _LOOKS:
        try:
            yield from look(settings)
        except PipelineError as error:
            yield _bad(subject, error)
        except Exception as error:  # noqa: BLE001 - the other checks are still wanted
            found = f"{type(error).__name__}: {error}"
            yield Finding(subject, Outlook.BAD, found, ExitCode.DEFECT)


def _counters(settings: Settings) -> Iterator[Finding]:
    counters = load_counters(settings.config)
    if not counters:
        raise ConfigError("counters.toml names no counter")
    yield _good("counters", ", ".join(counter.id for counter in counters))


def _templates(settings: Settings) -> Iterator[Finding]:
    doctypes = load_doctypes(settings.config)
    procedures = load_procedures(settings.config, doctypes)
    found = f"{len(doctypes)} document types, {len(procedures)} procedures"
    yield _good("templates", found)


def _programs(_settings: Settings) -> Iterator[Finding]:
    for name, ask in _PROGRAMS:
        path = shutil.which(name)
        if path is None:
            found = "not on the path"
            yield Finding(name, Outlook.BAD, found, ExitCode.TOOL_MISSING)
            continue
        said = subprocess.run(
            [path, ask],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_PROGRAM_SECONDS,
            check=False,
        )
        version = said.stdout.decode(errors="replace").partition("\n")[0]
        yield _good(name, f"{path}, {version}")


def _engine(settings: Settings) -> Iterator[Finding]:
    """Read a white page: a model that is torn shows itself only then."""
    reading = settings.reading
    tessdata = find_tessdata(reading.tessdata)
    for model in (reading.model, reading.second_model):
        if model == reading.second_model and not has_model(tessdata, model):
            continue
        engine = open_engine(reading.engine, tessdata=tessdata, model=model)
        engine.read(np.full((200, 400), 255, np.uint8), dpi=reading.dpi)
        recipe = engine_recipe(reading.engine, tessdata=tessdata, model=model)
        yield _good("engine", f"{engine.name} reads: {recipe}")


def _models(settings: Settings) -> Iterator[Finding]:
    reading = settings.reading
    tessdata = find_tessdata(reading.tessdata)
    path = tessdata / f"{reading.model}.traineddata"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    found = f"{path}, sha256 {digest[:12]}"
    if digest == BEST_MODEL:
        yield _good("model", f"{found}, best_int")
    else:
        advice = "FALLBACK: makes about twice the word errors of best_int"
        yield Finding("model", Outlook.NOTICE, f"{found}, {advice}")
    if has_model(tessdata, reading.second_model):
        second = tessdata / f"{reading.second_model}.traineddata"
        digest = hashlib.sha256(second.read_bytes()).hexdigest()
        yield _good("second model", f"{second}, sha256 {digest[:12]}")
    else:
        found = f"no {reading.second_model} in {tessdata}: more numbers go to review"
        yield Finding("second model", Outlook.NOTICE, found)


def _store(settings: Settings) -> Iterator[Finding]:
    opened = open_store(settings)
    store = settings.store
    place = store_folder(settings) if store.kind == "local" else store.endpoint
    where = f"{store.kind}, {place}"
    seen = opened.check()
    code = _answers(opened) if seen.problems else ExitCode.OK
    for problem in seen.problems:
        yield Finding("store", Outlook.BAD, problem, code)
    if seen.refused:
        may = f"may {', '.join(seen.allowed) or 'do nothing that was tried'}"
        not_tried = f"may not {', '.join(seen.refused)}"
        found = f"{where}: this identity {may}; it {not_tried}, which was not tried"
        yield Finding("store", Outlook.NOTICE, found)
    elif not seen.problems:
        yield _good("store", f"{where}: objects are written once")
    for feature in seen.features:
        outlook = Outlook.GOOD if feature.has is Has.YES else Outlook.NOTICE
        told = f"{feature.has}: {feature.found}" if feature.found else str(feature.has)
        yield Finding("store has", outlook, f"{feature.name}: {told}")


def _answers(store: ObjectStore) -> ExitCode:
    """Tell a store that is set up wrongly from one that cannot be reached."""
    try:
        next(store.list_objects("dossiers/"), None)
    except StoreUnavailable as error:
        return error.exit_code
    except PipelineError:
        pass
    return ExitCode.CONFIG


def _catalog(settings: Settings) -> Iterator[Finding]:
    dialect = catalog_url(settings).partition(":")[0].partition("+")[0]
    with open_catalog(settings) as catalog:
        catalog.give_up_owned(_NOBODY, "check")
    yield _good("catalog", f"{dialect}: up to date and writable")


def _marks(settings: Settings) -> Iterator[Finding]:
    procedures = load_procedures(settings.config)
    marker = open_marker(settings, load_counters(settings.config), procedures)
    if not settings.filing.mark:
        found = "filing.mark is empty: papers bear no mark of conversion"
        yield Finding("marks", Outlook.NOTICE, found)
        return
    yield _good("marks", f"{settings.filing.mark}, printed with {marker.font}")


def _validator(settings: Settings) -> Iterator[Finding]:
    """Let veraPDF judge a page written here: that Java starts is no proof."""
    jars = settings.filing.verapdf
    if jars is None:
        found = "checked by the writer alone: filing.verapdf is not set"
        yield Finding("PDF/A", Outlook.NOTICE, found)
        return
    page = PdfPage(b"", ".jpg", Page(1, 100, 100, 100.0), OcrPage())
    validator = VeraPdf(jars)
    try:
        with tempfile.TemporaryDirectory(prefix="sohoa-check-") as folder:
            path = Path(folder) / "page.pdf"
            path.write_bytes(assemble_pdf([page], PdfMetadata("t", datetime.now(UTC))))
            faults = validator.find_faults(path)
    finally:
        validator.close()
    if faults:
        found = f"veraPDF in {jars} refuses an empty page: {', '.join(faults)}"
        yield Finding("PDF/A", Outlook.BAD, found, ExitCode.CONFIG)
    else:
        yield _good("PDF/A", f"veraPDF in {jars} judges what is filed")


def _jbig2(settings: Settings) -> Iterator[Finding]:
    """Code a small picture: the program may be another one of this name."""
    coder = find_coder(settings.filing.jbig2)
    if coder is None:
        chosen = settings.filing.jbig2
        found = "not installed: bilevel pictures are a third larger, in Group 4"
        if chosen == "auto":
            yield Finding("jbig2", Outlook.NOTICE, found)
        elif chosen != "off":
            found = f"{chosen}: no such program"
            yield Finding("jbig2", Outlook.BAD, found, ExitCode.TOOL_MISSING)
    elif coder.encode(np.eye(40, dtype=bool)) is None:
        found = f"{coder.program} does not code pictures; filing.jbig2"
        yield Finding("jbig2", Outlook.BAD, found, ExitCode.CONFIG)
    else:
        yield _good("jbig2", f"{coder.program} codes what is bilevel")


def _signing(settings: Settings) -> Iterator[Finding]:
    """Use the key: a token that is away, or a wrong PIN, shows itself only then."""
    signer = open_signer(settings)
    if signer is None:
        found = "signing.key is none: what is filed bears no signature of the agency"
        yield Finding("signing", Outlook.NOTICE, found)
        return
    certificate = signer.certificate()
    names = certificate.subject.native
    left = certificate.not_valid_after - datetime.now(UTC)
    found = (
        f"{names.get('common_name')}, {settings.signing.level},"
        f" certificate until {certificate.not_valid_after:%Y-%m-%d}"
    )
    if left.total_seconds() < 0:
        code = ExitCode.CONFIG
        yield Finding("signing", Outlook.BAD, f"{found}: expired", code)
    elif left < _SOON:
        yield Finding("signing", Outlook.NOTICE, f"{found}: renew it")
    else:
        yield _good("signing", found)
    with open_catalog(settings) as catalog:
        counts = catalog.signing_counts()
    waiting = counts[SigningState.UNSIGNED] + counts[SigningState.FAILED]
    if waiting:
        found = f"{waiting} dossiers wait for it, {counts[SigningState.FAILED]} failed"
        yield Finding("signing", Outlook.NOTICE, f"{found}: sohoa sign")


def _drop_folders(settings: Settings) -> Iterator[Finding]:
    """Do on each folder what the watch does; measure each file system's space once."""
    counters = load_counters(settings.config)
    hindered: set[str] = set()
    for counter, trouble in open_inbox(settings, counters).problems():
        subject, found = f"drop folder {counter.id}", trouble.found
        if trouble.hinders:
            hindered.add(counter.id)
            yield Finding(subject, Outlook.BAD, found, ExitCode.CONFIG)
        else:
            yield Finding(subject, Outlook.NOTICE, found)
    file_systems: dict[int, Path] = {}
    for counter in counters:
        folder = settings.drop_root / counter.drop
        if counter.id not in hindered:
            file_systems.setdefault(folder.stat().st_dev, folder)
    for folder in file_systems.values():
        yield _space("drop folders", folder)
    sound = len(counters) - len(hindered)
    found = f"{sound} of {len(counters)} take a file, claim it and set it aside"
    if hindered:
        yield Finding("drop folders", Outlook.BAD, found, ExitCode.CONFIG)
    else:
        yield _good("drop folders", found)


def _scratch(settings: Settings) -> Iterator[Finding]:
    folder = settings.home / "scratch"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\0" * (1 << 20))
            os.fsync(file.fileno())
    except OSError as error:
        raise ConfigError(f"{folder}: {error.strerror}") from error
    yield _space("scratch", folder)


_LOOKS: tuple[tuple[str, Callable[[Settings], Iterator[Finding]]], ...] = (
    ("counters", _counters),
    ("templates", _templates),
    ("programs", _programs),
    ("model", _models),
    ("engine", _engine),
    ("store", _store),
    ("catalog", _catalog),
    ("marks", _marks),
    ("PDF/A", _validator),
    ("jbig2", _jbig2),
    ("signing", _signing),
    ("drop folders", _drop_folders),
    ("scratch", _scratch),
)


def _space(subject: str, folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    found = f"{folder}, {free / (1 << 30):.1f} GiB free"
    if free < _NO_SPACE:
        return Finding(subject, Outlook.BAD, f"{found}: too little", ExitCode.TRY_AGAIN)
    if free < _LITTLE_SPACE:
        return Finding(subject, Outlook.NOTICE, f"{found}: little")
    return _good(subject, found)


def _good(subject: str, found: str) -> Finding:
    return Finding(subject, Outlook.GOOD, found)


def _bad(subject: str, error: PipelineError) -> Finding:
    return Finding(subject, Outlook.BAD, str(error), error.exit_code)
