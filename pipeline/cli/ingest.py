"""``sohoa ingest``: the whole job for files, without a server."""

import logging
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from pipeline.bootstrap import App, Ingested, describe_defects, find_counter, open_app
from pipeline.cli.app import app
from pipeline.cli.command import Common, command
from pipeline.cli.console import print_json, progress, say, say_error
from pipeline.cli.results import ingested_to_json
from pipeline.cli.say import say_manifest
from pipeline.errors import ConfigError, ExitCode, PipelineError, Remedy, ToolMissing
from pipeline.model.quality import PageDefect
from pipeline.model.text import PageReceipt

log = logging.getLogger(__name__)

_GRAVEST_FIRST = (
    ExitCode.DEFECT,
    ExitCode.TRY_AGAIN,
    ExitCode.SCAN_REJECTED,
    ExitCode.OK,
)
"""What was set aside has its reason; what was not filed has to be seen first."""


@command(app)
def ingest(
    common: Common,
    files: Annotated[
        list[Path],
        typer.Argument(exists=True, dir_okay=False, readable=True, help="Scans."),
    ],
    counter: Annotated[str, typer.Option(help="Counter the scans belong to.")],
    backs: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            readable=True,
            help="Scan of the other sides of one FILE, last sheet first.",
        ),
    ] = None,
    backs_in_order: Annotated[
        bool, typer.Option("--backs-in-order", help="The backs begin as the fronts do.")
    ] = False,
) -> None:
    """File scans at once, without a server; the files themselves stay."""
    if backs is not None and len(files) != 1:
        raise typer.BadParameter("--backs belongs to one file")
    codes = {ExitCode.OK}
    with open_app(common.settings()) as application:
        find_counter(application, counter)
        for file in files:
            other = Backs(backs, reverse=not backs_in_order)
            result, code = _try(application, file, counter, other)
            codes.add(code)
            _tell(str(file), result, as_json=common.json)
    worst = next(code for code in _GRAVEST_FIRST if code in codes)
    if worst is not ExitCode.OK:
        raise typer.Exit(worst)


class Backs(NamedTuple):
    """The scan of the other sides, where there is one."""

    path: Path | None
    reverse: bool


def _try(
    application: App, file: Path, counter: str, backs: Backs
) -> tuple[Ingested, ExitCode]:
    """File one scan; a fault that is not everybody's does not hold up the others."""
    try:
        result = _ingest(application, file, counter, backs)
    except (ConfigError, ToolMissing):
        raise
    except PipelineError as error:
        log.debug("not filed", exc_info=True)
        say_error(f"{file}: {error}", f"What to do: {error.remedy.value}.")
        if error.remedy is Remedy.TRY_AGAIN:
            return _not_filed("TRY_AGAIN"), ExitCode.TRY_AGAIN
        return _not_filed("DEFECT"), ExitCode.DEFECT
    except Exception as error:
        log.debug("a defect", exc_info=True)
        say_error(f"{file}: a defect of the program: {type(error).__name__}")
        return _not_filed("DEFECT"), ExitCode.DEFECT
    return result, _EXIT_CODES.get(result.outcome, ExitCode.OK)


_EXIT_CODES = {
    "set_aside": ExitCode.SCAN_REJECTED,
    "working": ExitCode.TRY_AGAIN,
    "failed": ExitCode.DEFECT,
}


def _ingest(application: App, file: Path, counter: str, backs: Backs) -> Ingested:
    with progress() as bar:
        task = bar.add_task(file.name, total=None)

        def on_page(receipt: PageReceipt, pages: int) -> None:
            bar.update(task, total=pages, completed=receipt.number)

        def on_defects(defects: tuple[PageDefect, ...], pages: int) -> None:
            for said in describe_defects(defects, pages):
                say_error(f"{file}: {said}")

        return application.ingester.ingest(
            file,
            counter,
            application.owner,
            on_page,
            backs.path,
            reverse=backs.reverse,
            on_defects=on_defects,
        )


def _not_filed(reason: str) -> Ingested:
    return Ingested("failed", None, None, reason, 0)


def _tell(file: str, result: Ingested, *, as_json: bool) -> None:
    described = ingested_to_json(file, result)
    if as_json:
        print_json(described)
        return
    say(f"{file}: {result.outcome}: {described['message']}")
    for manifest in result.manifests:
        say_manifest(manifest)
