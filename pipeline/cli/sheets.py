"""Commands that print separator and leader sheets."""

import secrets
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pipeline.bootstrap import now, open_sheet_printer
from pipeline.cli.app import app
from pipeline.cli.command import Common, command
from pipeline.cli.console import print_json, say, say_beside
from pipeline.cli.files import write_whole
from pipeline.model.dossier_code import received_on
from pipeline.model.sheet import SheetKind

sheets_app = typer.Typer(
    help="Print separator and leader sheets.", no_args_is_help=True
)
app.add_typer(sheets_app, name="sheets")

_MOST = 500
"""Sheets of one run: a ream."""

_KEY_BYTES = 24

CounterId = Annotated[
    str, typer.Option("--counter", help="Id of the counter that uses the sheets.")
]
Output = Annotated[
    Path, typer.Option("--output", "-o", help="PDF to write.", dir_okay=False)
]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there.")]


class Between(StrEnum):
    """What a separator sheet lies between."""

    DOSSIERS = "dossiers"
    PAPERS = "papers"


@command(sheets_app)
def separator(
    common: Common,
    counter: CounterId,
    output: Output = Path("to-phan-cach.pdf"),
    between: Annotated[
        Between, typer.Option(help="What begins behind a sheet.")
    ] = Between.DOSSIERS,
    count: Annotated[int, typer.Option(min=1, max=_MOST, help="Sheets.")] = 10,
    force: Force = False,
) -> None:
    """Print separator sheets; each is good for one scan."""
    _refuse_existing(output, force)
    printer, found = open_sheet_printer(common.settings(), counter)
    kind = SheetKind.DOSSIER if between is Between.DOSSIERS else SheetKind.PAPER
    _write(common, output, printer.separators(found, kind, count), count)


@command(sheets_app)
def leader(
    common: Common,
    codes: Annotated[list[str], typer.Argument(help="Mã hồ sơ, one or more.")],
    counter: CounterId,
    output: Output = Path("to-dan-dau.pdf"),
    force: Force = False,
) -> None:
    """Print a leader sheet for each mã hồ sơ; each is good for one scan."""
    _refuse_existing(output, force)
    for code in codes:
        if received_on(code) is None:
            raise typer.BadParameter(f"not a mã hồ sơ: {code}")
    if len(codes) > _MOST:
        raise typer.BadParameter(f"more than {_MOST} codes")
    printer, found = open_sheet_printer(common.settings(), counter)
    _write(common, output, printer.leaders(found, codes), len(codes))


@command(sheets_app)
def key(common: Common) -> None:
    """Make a new key to sign sheets with: a line for the top of sheets.keys_file."""
    made = f"{now():%y%m%d} {secrets.token_hex(_KEY_BYTES)}"
    if common.json:
        print_json({"line": made})
    else:
        say(made)


def _refuse_existing(output: Path, force: bool) -> None:
    if output.exists() and not force:
        raise typer.BadParameter(f"{output} is there already; --force replaces it")


def _write(common: Common, output: Path, pdf: bytes, count: int) -> None:
    write_whole(output, pdf)
    if common.json:
        print_json({"sheets": count, "file": str(output)})
    else:
        say_beside(f"{count} sheets in {output}: print them at their own size", None)
