"""The command that hands dossiers to an archive."""

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from pipeline.bootstrap import (
    CIRCULAR,
    FULL,
    Choice,
    Delivery,
    Exported,
    open_exporter,
)
from pipeline.cli.app import app
from pipeline.cli.command import Common, command
from pipeline.cli.console import print_json, progress, say, say_beside
from pipeline.errors import ExitCode

_DONE = ("written", "kept")


@command(app)
def export(  # noqa: PLR0913, PLR0917 - one parameter an option
    common: Common,
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Mã hồ sơ, or ids of dossiers.", show_default=False),
    ] = None,
    sip: Annotated[
        bool, typer.Option("--sip", help="As submission packages: SIP_hoso, E-ARK.")
    ] = False,
    to: Annotated[
        Path, typer.Option("--to", help="Folder that gets the packages.")
    ] = Path("sip"),
    day: Annotated[
        str | None,
        typer.Option(help="All filed that day in Vietnam: 2026-11-24."),
    ] = None,
    office: Annotated[
        str | None, typer.Option(help="All of an office, or of a counter by its id.")
    ] = None,
    names_from: Annotated[
        Path | None,
        typer.Option(
            "--from",
            exists=True,
            dir_okay=False,
            help="File with a mã hồ sơ or an id a line.",
            show_default=False,
        ),
    ] = None,
    zipped: Annotated[
        bool, typer.Option("--zip", help="Each package as one .zip file.")
    ] = False,
    circular: Annotated[
        bool,
        typer.Option(
            "--circular",
            help="What annex III of the Circular lists, no more: no scan, no PREMIS.",
        ),
    ] = False,
    review: Annotated[
        bool, typer.Option("--review", help="Dossiers in review, too.")
    ] = False,
) -> None:
    """Copy dossiers out of the store as packages for an archive (TT 05/2025/TT-BNV).

    Every file is compared with its dossier's manifest on the way; a package appears
    whole or not at all. Done again, what is there is compared and the rest written.
    """
    if not sip:
        raise typer.BadParameter("say as what: --sip")
    chosen = Choice(
        (*(names or ()), *_listed(names_from)),
        _day(day),
        office,
    )
    if chosen == Choice():
        raise typer.BadParameter("say which: names, --from, --day or --office")
    delivery = Delivery(to, zipped, CIRCULAR if circular else FULL, review)
    exporter = open_exporter(common.settings())
    packages = failures = 0
    with progress() as bar:
        task = bar.add_task("packages", total=None)
        for each in exporter.export(chosen, delivery):
            _tell(each, common.json)
            packages += each.outcome in _DONE
            failures += each.outcome not in _DONE
            bar.advance(task)
    say_beside(f"{packages} packages in {to}, {failures} dossiers left out", None)
    if failures:
        raise typer.Exit(ExitCode.DEFECT)


def _tell(each: Exported, as_json: bool) -> None:
    if as_json:
        print_json(asdict(each))
    elif each.outcome in _DONE:
        scan = "" if each.has_scan else ", without the scan"
        signed = each.papers - each.unsigned
        say(
            f"{each.outcome}  {each.package}  dossier {each.name}:"
            f" {each.papers} papers, {signed} signed by the agency,"
            f" {each.size} bytes{scan}"
        )
    else:
        say(f"{each.outcome}  dossier {each.name}: {each.reason}", "red")


def _listed(path: Path | None) -> tuple[str, ...]:
    if path is None:
        return ()
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{path} is no list in UTF-8") from error
    named = (line.strip() for line in lines)
    return tuple(line for line in named if line and not line.startswith("#"))


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter("a day is written 2026-11-24") from error
