"""The command line as a whole: its groups, and what is told before a command."""

import typer

from pipeline.cli.command import AsJson, Common, Config, Home, Verbose

app = typer.Typer(
    name="sohoa",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
store_app = typer.Typer(help="Set up the object store.", no_args_is_help=True)
app.add_typer(store_app, name="store")
template_app = typer.Typer(
    help="Write, check and try the templates of document types.", no_args_is_help=True
)
app.add_typer(template_app, name="template")


@app.callback()
def common(
    context: typer.Context,
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
    verbose: Verbose = False,
) -> None:
    """Turn the paper of a one-stop counter into searchable, trustworthy records.

    Exit codes: 0 done, 1 a defect, 2 wrong usage, 3 wrong configuration,
    4 a scan was set aside, 5 a program or model is missing, 6 try again, 130 stopped.
    """
    context.obj = Common(home, config, as_json, verbose)
