"""The command ``sohoa``: the doors put together, each loaded only when it is opened."""

from typing import Annotated

import typer

from pipeline.cli import (
    batches,
    export,
    ingest,
    operate,
    prove,
    sheets,
    store,
    templates,
)
from pipeline.cli.app import app
from pipeline.cli.command import Common, command

__all__ = [
    "app",
    "batches",
    "export",
    "ingest",
    "main",
    "operate",
    "prove",
    "sheets",
    "store",
    "templates",
]


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
    from pipeline.bootstrap import open_app
    from pipeline.flows.deploy import deploy as register
    from pipeline.flows.deploy import end_stale_runs
    from pipeline.flows.start import start_watch

    settings = common.settings()
    register(settings)
    if nothing_runs:
        with open_app(settings) as application:
            end_stale_runs(application)
    start_watch()


@command(app, service=True)
def worker(
    common: Common,
    name: Annotated[
        str, typer.Option(help="Its name; no two have the same. Default: the host's.")
    ] = "",
    limit: Annotated[
        int, typer.Option(min=2, help="Runs at once, the watch among them.")
    ] = 3,
    with_healthcheck: Annotated[
        bool, typer.Option(help="Answer on port 8080 whether it is well.")
    ] = False,
) -> None:
    """Work on scans: go on with what a dead worker left, then take runs in."""
    from pipeline.flows.work import work

    work(common.settings(), name, limit, with_healthcheck=with_healthcheck)


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
