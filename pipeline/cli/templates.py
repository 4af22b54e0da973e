"""Commands for whoever teaches the pipeline another kind of paper."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from pipeline.bootstrap import (
    TriedPage,
    TriedPaper,
    find_problems,
    open_template_trial,
    write_skeleton,
)
from pipeline.cli.app import template_app
from pipeline.cli.command import Common, command
from pipeline.cli.console import out, print_json, printable, say, say_beside
from pipeline.cli.results import tried_to_json
from pipeline.errors import ConfigError, ExitCode
from pipeline.model.dossier import FieldStatus

_WIDTH = 150
"""Columns of the tables at least: a longer line is broken by the terminal."""

_NEAREST = 6
"""Types shown of each page: the one taken, and its nearest rivals."""


@command(template_app)
def new(
    common: Common,
    code: Annotated[str, typer.Argument(help="Code: giay-phep-xay-dung.")],
    title: Annotated[
        str, typer.Option(help="Heading as printed: Giấy phép xây dựng.")
    ] = "",
) -> None:
    """Write a commented template to fill in."""
    words = title or code.replace("-", " ").capitalize()
    path = write_skeleton(common.settings().config, code, words)
    if common.json:
        print_json({"path": str(path)})
    else:
        say(str(path))


@command(template_app)
def check(common: Common) -> None:
    """Check every template; name file, line and rule of what is not right."""
    problems = [str(error) for error in find_problems(common.settings().config)]
    for problem in problems:
        if common.json:
            print_json({"problem": problem})
        else:
            say(problem)
    say_beside(f"templates that are wrong: {len(problems)}", None)
    if problems:
        raise typer.Exit(ExitCode.CONFIG)


@command(template_app, name="try")
def try_out(
    common: Common,
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, readable=True, help="The scan."),
    ],
    doctype: Annotated[
        str | None,
        typer.Option("--type", help="Take the whole file as a paper of this type."),
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for a picture of each page.")
    ] = Path("template-try"),
) -> None:
    """Read a scan and show which heading, labels and values matched where.

    The pictures show what stands on the paper: remove them afterwards.
    """
    today = datetime.now(UTC).date()
    with open_template_trial(common.settings()) as trial:
        _make_private(output)
        for paper in trial.run(file, doctype, today=today):
            for page in paper.pages:
                path = output / f"page-{page.number:04d}.png"
                path.write_bytes(page.picture)
            if common.json:
                print_json(tried_to_json(paper))
            else:
                _say_paper(paper, output)


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{folder}: {error.strerror}") from error


def _say_paper(paper: TriedPaper, output: Path) -> None:
    span = paper.span
    say(
        f"pages {span.first}-{span.last}: {span.doctype} "
        f"by {span.reason}, {span.confidence:.2f}",
        "bold",
    )
    for doubt in span.doubts:
        say(f"  ? {doubt}", "yellow")
    for page in paper.pages:
        say(f"  page {page.number}: {output / f'page-{page.number:04d}.png'}")
        _print(_types_table(page))
    labels = {
        name: found
        for page in reversed(paper.pages)
        for found in page.labels
        for name in found.fields
    }
    table = Table("field", "label found", "value", "", "confidence", "how", box=None)
    for field in paper.fields:
        label = labels.get(field.name)
        table.add_row(
            field.name,
            f"{printable(label.label)} {label.score:.2f}" if label else "",
            printable(field.value or ""),
            "" if field.status is FieldStatus.OK else field.status.value,
            f"{field.confidence:.2f}" if field.value else "",
            field.rule,
        )
    _print(table)


def _print(table: Table) -> None:
    """Print a table wide enough for headings, also where the output is no terminal."""
    out.width, before = max(out.width, _WIDTH), out.width
    out.print(table)
    out.width = before


def _types_table(page: TriedPage) -> Table:
    table = Table("type", "heading", "alike", "as read", "verdict", box=None)
    for each in page.types[:_NEAREST]:
        table.add_row(
            each.doctype,
            each.heading,
            f"{each.likeness:.0%}",
            printable(each.text),
            each.verdict,
        )
    return table
