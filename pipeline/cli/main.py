"""Commands for operators and scripts; each is one use-case."""

import functools
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, ParamSpec, TypeAlias, TypeVar

import click
import typer

from pipeline.bootstrap import (
    App,
    Ingested,
    find_counter,
    load_settings,
    open_app,
    open_file_reader,
)
from pipeline.cli.console import err, out, print_json, progress
from pipeline.cli.results import (
    hit_to_json,
    ingested_to_json,
    manifest_to_json,
    page_to_json,
)
from pipeline.errors import ExitCode, PipelineError
from pipeline.model.dossier import DossierStatus, FieldStatus, Manifest
from pipeline.model.search import Hit, SearchQuery
from pipeline.model.text import PageReceipt
from pipeline.settings import Settings

log = logging.getLogger(__name__)

app = typer.Typer(
    name="sohoa",
    help="Turn the paper of a one-stop counter into searchable, trustworthy records.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
store_app = typer.Typer(help="The object store.", no_args_is_help=True)
app.add_typer(store_app, name="store")

Context: TypeAlias = typer.Context

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Common:
    """What every command can be told, before or after its name."""

    home: Path | None = None
    config: Path | None = None

    def settings(self) -> Settings:
        """Read the settings of this call."""
        return load_settings(self.config, self.home)


Home = Annotated[
    Path | None,
    typer.Option("--home", help="Folder that holds all state.", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


@app.callback()
def common(
    context: Context,
    home: Home = None,
    config: Annotated[
        Path | None, typer.Option(help="Folder of the configuration.")
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Say more.")] = False,
) -> None:
    """Turn the paper of a one-stop counter into searchable, trustworthy records."""
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    context.obj = Common(home, config)


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """Turn errors into one clear line and the exit code that belongs to them."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except PipelineError as error:
            err.print(f"{error}", style="red", markup=False)
            err.print(f"What to do: {error.remedy.value}.")
            raise typer.Exit(error.exit_code) from error
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except Exception as error:
            log.debug("a defect", exc_info=True)
            err.print(
                f"A defect of the program: {type(error).__name__}: {error}",
                style="red",
                markup=False,
            )
            err.print("What to do: report it; --verbose shows more.")
            raise typer.Exit(ExitCode.DEFECT) from error

    return run


@app.command()
@guarded
def ingest(
    context: Context,
    files: Annotated[
        list[Path], typer.Argument(exists=True, dir_okay=False, readable=True)
    ],
    counter: Annotated[str, typer.Option(help="Counter the scans belong to.")],
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """File scans at once, without a server; the files themselves stay."""
    set_aside = failed = False
    with open_app(_settings(context, home)) as application:
        find_counter(application, counter)
        for file in files:
            result = _ingest_one(application, file, counter)
            set_aside |= result.outcome == "set_aside"
            failed |= result.outcome in ("failed", "working")
            described = ingested_to_json(str(file), result)
            if as_json:
                print_json(described)
            else:
                _print_ingested(str(file), described["message"], result)
    if set_aside:
        raise typer.Exit(ExitCode.SCAN_REJECTED)
    if failed:
        raise typer.Exit(ExitCode.TRY_AGAIN)


@app.command()
@guarded
def read(
    context: Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Print the recognized text of a scan, pages divided by form feeds."""
    first = True
    with open_file_reader(_settings(context, home)) as read_file:
        for page in read_file(file):
            if as_json:
                print_json(page_to_json(page))
                continue
            typer.echo(page.text.text if first else "\f" + page.text.text)
            first = False


@app.command()
@guarded
def get(
    context: Context,
    key: Annotated[str, typer.Argument(help="Object key, as search prints it.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.")],
    home: Home = None,
) -> None:
    """Copy a stored object to a file."""
    with open_app(_settings(context, home)) as application:
        output.write_bytes(application.archive.read(key))


@app.command()
@guarded
def search(  # noqa: PLR0913, PLR0917 - one parameter a filter
    context: Context,
    query: Annotated[str, typer.Argument(help="Words, with or without diacritics.")],
    as_json: AsJson = False,
    counter: Annotated[str | None, typer.Option(help="Only this counter.")] = None,
    doctype: Annotated[str | None, typer.Option(help="Only this type.")] = None,
    procedure: Annotated[str | None, typer.Option(help="Only this procedure.")] = None,
    code: Annotated[str | None, typer.Option(help="Only this mã hồ sơ.")] = None,
    status: Annotated[
        DossierStatus | None, typer.Option(help="Only dossiers in this status.")
    ] = None,
    issued_from: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First issue date.")
    ] = None,
    issued_to: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last issue date.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    home: Home = None,
) -> None:
    """Find documents by their text, numbers and fields."""
    asked = SearchQuery(
        text=query,
        counter_id=counter,
        doctype=doctype,
        procedure=procedure,
        code=code,
        status=status,
        issued_from=_day(issued_from),
        issued_to=_day(issued_to),
        limit=limit,
    )
    with open_app(_settings(context, home)) as application:
        found = application.catalog.search(asked)
    if as_json:
        for hit in found.hits:
            print_json(hit_to_json(hit))
        return
    more = "more than " if found.capped else ""
    err.print(f"{more}{found.total} found", style="dim")
    for hit in found.hits:
        _print_hit(hit)


@app.command()
@guarded
def show(
    context: Context,
    dossier: Annotated[str, typer.Argument(help="Dossier id.")],
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Print a dossier: its papers and their fields."""
    with open_app(_settings(context, home)) as application:
        manifest = application.archive.manifest(dossier)
    if as_json:
        print_json(manifest_to_json(manifest))
    else:
        _print_manifest(manifest)


@app.command()
@guarded
def verify(context: Context, as_json: AsJson = False, home: Home = None) -> None:
    """Compare every stored object with its manifest."""
    objects = faults = 0
    with open_app(_settings(context, home)) as application, progress() as bar:
        task = bar.add_task("objects", total=None)
        for key, fault in application.archive.verify():
            objects += 1
            bar.advance(task)
            if fault is None:
                continue
            faults += 1
            if as_json:
                print_json({"key": key, "fault": fault})
            else:
                out.print(f"{key}: {fault}", markup=False)
    err.print(f"{objects} objects, {faults} faults")
    if faults:
        raise typer.Exit(ExitCode.DEFECT)


@app.command()
@guarded
def rebuild(context: Context, home: Home = None) -> None:
    """Restore the catalog from the manifests."""
    dossiers = 0
    with open_app(_settings(context, home)) as application, progress() as bar:
        task = bar.add_task("dossiers", total=None)
        for _ in application.upkeep.rebuild():
            dossiers += 1
            bar.advance(task)
    err.print(f"{dossiers} dossiers indexed")


def _settings(context: Context, home: Path | None) -> Settings:
    given: Common = context.obj
    return replace(given, home=home or given.home).settings()


def _ingest_one(application: App, file: Path, counter: str) -> Ingested:
    with progress() as bar:
        task = bar.add_task(file.name, total=None)

        def on_page(receipt: PageReceipt, pages: int) -> None:
            bar.update(task, total=pages, completed=receipt.number)

        return application.ingester.ingest(file, counter, application.owner, on_page)


def _print_ingested(file: str, message: str, result: Ingested) -> None:
    out.print(f"{file}: {result.outcome}: {message}", markup=False)
    for manifest in result.manifests:
        _print_manifest(manifest)


def _print_manifest(manifest: Manifest) -> None:
    code = manifest.code or "no code"
    out.print(f"  dossier {manifest.id} ({code}) {manifest.status}", markup=False)
    for doubt in manifest.doubts:
        out.print(f"    ? {doubt}", markup=False, style="yellow")
    for document in manifest.documents:
        pages = f"pages {document.first_page}-{document.last_page}"
        title = document.title or document.doctype
        out.print(f"    {document.number}. {title}, {pages}", markup=False)
        for field in document.fields:
            if field.status is not FieldStatus.MISSING:
                mark = "?" if field.status is FieldStatus.REVIEW else " "
                out.print(f"      {mark} {field.name}: {field.value}", markup=False)


def _print_hit(hit: Hit) -> None:
    number = f" {hit.number}" if hit.number else ""
    out.print(f"{hit.title or hit.doctype}{number}", markup=False, style="bold")
    out.print(f"  {hit.snippet.text}", markup=False)
    out.print(f"  {hit.key}", markup=False, style="dim")


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
