"""What the command line says, in colour to people and in JSON to machines."""

import json
import sys
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)

from pipeline.settings import Settings

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: Mapping[str, Any]) -> None:
    """Write one object a line, at once."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def progress() -> Progress:
    """Make a progress bar on standard error, so that output can be piped."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )


def say_step(step: str) -> None:
    """Tell what is being waited for."""
    err.print(f"… {step}", style="dim")


def say_ready(settings: Settings) -> None:
    """Tell where to look."""
    prefect, web = settings.prefect, settings.web
    err.print("The pipeline is running. Ctrl-C stops it.", style="bold green")
    err.print(f"  drop folders  {settings.drop_root}")
    err.print(f"  search page   http://{web.host}:{web.port}")
    err.print(f"  Prefect UI    http://{prefect.host}:{prefect.port}")
    err.print(f"  logs          {settings.home / 'logs'}")
