"""The command ``sohoa``: the doors put together, each loaded only when it is opened."""

from typing import Annotated

import typer

from pipeline.cli import batches, ingest, operate, sheets
from pipeline.cli.app import app
from pipeline.cli.command import Common, command

__all__ = ["app", "batches", "ingest", "main", "operate", "sheets"]


@command(app, service=True)
def up(common: Common) -> None:
    """Start the embedded stack on this machine and keep it running."""
    from pipeline.cli.console import say_ready, say_step
    from pipeline.flows.serve import EmbeddedStack

    settings = common.settings()
    EmbeddedStack(settings, say_step).run(lambda: say_ready(settings))


@command(app, service=True)
def deploy(
    common: Common,
    nothing_runs: Annotated[
        bool,
        typer.Option(
            "--nothing-runs",
            help="No worker is at work: end runs that are marked as running.",
        ),
    ] = False,
) -> None:
    """Register work pool, deployments and automations with the Prefect server."""
    from pipeline.flows.deploy import deploy as register
    from pipeline.flows.deploy import end_stale_runs
    from pipeline.flows.start import start_watch

    settings = common.settings()
    register(settings)
    if nothing_runs:
        end_stale_runs()
    start_watch()


@command(app, service=True)
def web(common: Common) -> None:
    """Serve the search page."""
    from pipeline.web.app import serve

    serve(common.settings())


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
