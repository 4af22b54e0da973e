"""Commands for operators and scripts; each is one use-case."""

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipeline.bootstrap import (
    open_app,
    open_archive,
    open_catalog,
    open_file_reader,
    trust_pin_again,
)
from pipeline.cli.app import app
from pipeline.cli.command import Common, command
from pipeline.cli.console import print_json, printable, progress, say, say_beside
from pipeline.cli.files import write_whole
from pipeline.cli.results import (
    finding_to_json,
    hit_to_json,
    manifest_to_json,
    page_to_json,
    signed_to_json,
)
from pipeline.cli.say import say_hit, say_manifest
from pipeline.errors import ObjectMissing
from pipeline.model.dossier import DossierStatus
from pipeline.model.search import SearchQuery
from pipeline.model.signature import SigningState
from pipeline.selfcheck import Outlook, check_all, worst_exit_code


@command(app)
def read(
    common: Common,
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, readable=True, help="The scan."),
    ],
) -> None:
    """Print the recognized text of a scan, pages divided by form feeds."""
    with open_file_reader(common.settings()) as read_file:
        for page in read_file(file):
            if common.json:
                print_json(page_to_json(page))
                continue
            if page.page.number > 1:
                sys.stdout.write("\f")
            sys.stdout.write(printable(page.text.text) + "\n")
            sys.stdout.flush()


@command(app)
def get(
    common: Common,
    key: Annotated[str, typer.Argument(help="Object key, as search prints it.")],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", allow_dash=True, help="File to write; - is the output."
        ),
    ],
    force: Annotated[
        bool, typer.Option("--force", help="Replace a file that is there.")
    ] = False,
) -> None:
    """Copy a stored object to a file, whole or not at all."""
    if str(output) != "-" and output.exists() and not force:
        raise typer.BadParameter(f"{output} is there already; --force replaces it")
    try:
        data = open_archive(common.settings()).read(key)
    except ValueError as error:
        raise typer.BadParameter(f"not the key of an object: {key}") from error
    except ObjectMissing as error:
        raise ObjectMissing(f"nothing is stored under {key}") from error
    if str(output) == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        write_whole(output, data)


@command(app)
def search(  # noqa: PLR0913, PLR0917 - one parameter a filter
    common: Common,
    query: Annotated[str, typer.Argument(help="Words, with or without diacritics.")],
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
    limit: Annotated[
        int, typer.Option(min=1, max=1000, help="Most documents to show.")
    ] = 20,
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
    with open_catalog(common.settings()) as catalog:
        found = catalog.search(asked)
    if common.json:
        for hit in found.hits:
            print_json(hit_to_json(hit))
        return
    more = "more than " if found.capped else ""
    say_beside(f"{more}{found.total} found")
    for hit in found.hits:
        say_hit(hit)


@command(app)
def show(
    common: Common,
    dossier: Annotated[str, typer.Argument(help="Dossier id.")],
) -> None:
    """Print a dossier: its papers and their fields."""
    try:
        manifest = open_archive(common.settings()).manifest(dossier)
    except ValueError as error:
        raise typer.BadParameter(f"not the id of a dossier: {dossier}") from error
    except ObjectMissing as error:
        raise ObjectMissing(f"there is no dossier {dossier}") from error
    if common.json:
        print_json(manifest_to_json(manifest))
    else:
        say_manifest(manifest)


@command(app)
def sign(
    common: Common,
    limit: Annotated[int, typer.Option(min=1, help="Most dossiers to sign.")] = 10_000,
) -> None:
    """Sign in the agency's name what was filed without its signature."""
    settings = common.settings()
    trust_pin_again(settings)
    signed, failure = 0, None
    with open_app(settings) as application, progress() as bar:
        waiting = application.catalog.signing_counts()
        total = min(
            limit, waiting[SigningState.UNSIGNED] + waiting[SigningState.FAILED]
        )
        task = bar.add_task("dossiers", total=total)
        for each in application.signing.sign_waiting(limit):
            bar.advance(task)
            signed += each.state is SigningState.SIGNED
            failure = each.error or failure
            if common.json:
                print_json(signed_to_json(each))
            elif each.error is not None:
                say(f"dossier {each.dossier_id} not signed: {each.error}", "red")
    say_beside(
        f"{signed} dossiers signed, {total - signed} of {total} still wait", None
    )
    if failure is not None:
        raise typer.Exit(failure.exit_code)


@command(app)
def check(common: Common) -> None:
    """Try out everything the pipeline needs, in words and by exit code."""
    findings = []
    for finding in check_all(common.config, common.home):
        findings.append(finding)
        if common.json:
            print_json(finding_to_json(finding))
        else:
            mark, style = _MARKS[finding.outlook]
            say(f"{mark} {finding.subject:<14} {finding.found}", style)
    raise typer.Exit(worst_exit_code(findings))


_MARKS = {
    Outlook.GOOD: ("✓", None),
    Outlook.NOTICE: ("!", "yellow"),
    Outlook.BAD: ("✗", "red"),
}


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
