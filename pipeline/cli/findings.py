"""What commands that go through the whole store tell while they do."""

from collections.abc import Iterable

import typer

from pipeline.cli.command import Common
from pipeline.cli.console import progress, say_beside
from pipeline.cli.say import say_finding
from pipeline.errors import ExitCode
from pipeline.model.proof import Finding


def tell_findings(
    findings: Iterable[Finding], common: Common, *, doing: str, unit: str
) -> None:
    """Show how far it is, print each fault, and sum up.

    Raises:
        typer.Exit: with `ExitCode.DEFECT`, where there were faults.
    """
    objects = faults = size = 0
    with progress(of_bytes=True) as bar:
        task = bar.add_task(doing, total=None)
        for found in findings:
            objects += 1
            size += found.size
            bar.update(task, advance=found.size, description=f"{objects} objects")
            if found.fault is not None:
                faults += 1
                say_finding(found, common.json)
    say_beside(f"{objects} objects, {size} {unit}, {faults} faults", None)
    if faults:
        raise typer.Exit(ExitCode.DEFECT)
