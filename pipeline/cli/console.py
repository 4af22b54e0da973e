"""What the command line says, in colour to people and in JSON to machines."""

import json
import logging
import re
import sys
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TransferSpeedColumn,
)

from pipeline.settings import Settings

out = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Characters a terminal obeys: a hostile paper must not steer the operator's."""


def print_json(value: Mapping[str, Any]) -> None:
    """Write one object a line, at once."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def printable(text: str) -> str:
    """Replace control characters but tabs and line ends."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def say(text: str, style: str | None = None) -> None:
    """Print a line of the result."""
    out.print(printable(text), style=style)


def say_beside(text: str, style: str | None = "dim") -> None:
    """Print a line that is not part of the result, on standard error."""
    err.print(printable(text), style=style)


def say_error(error: str, advice: str = "") -> None:
    """Tell what went wrong, and what to do about it."""
    say_beside(error, "red")
    if advice:
        say_beside(advice, None)


class _LogHandler(logging.Handler):
    """Writes the log where progress bars make room for it."""

    def emit(self, record: logging.LogRecord) -> None:
        err.print(printable(self.format(record)), style="dim")


LOG_HANDLER = _LogHandler()
"""Logs to standard error."""

LOG_HANDLER.setFormatter(
    logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
)


def progress(*, of_bytes: bool = False) -> Progress:
    """Make a progress bar on standard error, so that output can be piped."""
    counted = (
        (DownloadColumn(), TransferSpeedColumn())
        if of_bytes
        else (MofNCompleteColumn(),)
    )
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        *counted,
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )


def say_step(step: str) -> None:
    """Tell what is being waited for."""
    say_beside(f"… {step}")


def say_ready(settings: Settings) -> None:
    """Tell where to look."""
    prefect, web = settings.prefect, settings.web
    say_beside("The pipeline is running. Ctrl-C stops it.", "bold green")
    for name, place in (
        ("drop folders", settings.drop_root),
        ("search page", f"http://{web.host}:{web.port}"),
        ("Prefect UI", f"http://{prefect.host}:{prefect.port}"),
        ("logs", settings.home / "logs"),
    ):
        say_beside(f"  {name:<13} {place}", None)
