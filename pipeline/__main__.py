"""The command ``sohoa``: the doors put together, each loaded only when it is opened."""

from pipeline.cli.main import Context, app, guarded


@app.command()
@guarded
def up(context: Context) -> None:
    """Start the embedded stack on this machine and keep it running."""
    from pipeline.cli.console import say_ready, say_step
    from pipeline.flows.serve import EmbeddedStack

    settings = context.obj.settings()
    EmbeddedStack(settings, say_step).run(lambda: say_ready(settings))


@app.command()
@guarded
def deploy(context: Context, nothing_runs: bool = False) -> None:
    """Register work pool, deployments and automations with the Prefect server."""
    from pipeline.flows.deploy import deploy as register
    from pipeline.flows.deploy import end_stale_runs
    from pipeline.flows.start import start_watch

    settings = context.obj.settings()
    register(settings)
    if nothing_runs:
        end_stale_runs()
    start_watch()


@app.command()
@guarded
def web(context: Context) -> None:
    """Serve the search page."""
    from pipeline.web.app import serve

    serve(context.obj.settings())


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
