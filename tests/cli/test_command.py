import json
import logging
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from pipeline.cli.command import AsJson, Common, Config, Home, Verbose, command
from pipeline.cli.console import print_json, say
from pipeline.errors import (
    ConfigError,
    DamagedScan,
    ObjectMissing,
    PipelineError,
    StoreUnavailable,
    ToolMissing,
)

Run = Callable[..., Result]

ERRORS = [
    (ObjectMissing("x"), 1),
    (ValueError("x"), 1),
    (ConfigError("x"), 3),
    (DamagedScan("x"), 4),
    (ToolMissing("x"), 5),
    (StoreUnavailable("x"), 6),
]


@pytest.fixture
def run() -> Run:
    """Runs a small program: one command tells, one raises, one is told to stop."""
    app = typer.Typer()

    @app.callback()
    def common(
        context: typer.Context,
        as_json: AsJson = False,
        home: Home = None,
        config: Config = None,
        verbose: Verbose = False,
    ) -> None:
        context.obj = Common(home, config, as_json, verbose)

    @command(app)
    def tell(common: Common, word: str, often: int = 1) -> None:
        """Tell what was given."""
        say(f"{word} {often} {common.home} {common.config} {common.json}")

    @command(app)
    def end(common: Common, index: int) -> None:
        """End with an error."""
        raise [*(error for error, _ in ERRORS), KeyboardInterrupt()][index]

    @command(app)
    def wait(common: Common, number: int) -> None:
        """Be told to stop."""
        signal.raise_signal(number)
        say("went on")

    runner = CliRunner()
    return lambda *words: runner.invoke(app, [*map(str, words)])


@pytest.mark.parametrize(
    "words",
    [
        "--home /h --config /c --json tell hello --often 2",
        "tell hello --often 2 --home /h --config /c --json",
        "--home /x --json tell hello --home /h --config /c --often 2",
    ],
    ids=["before", "after", "the later counts"],
)
def test_common_options_stand_before_or_after_the_name(run: Run, words: str) -> None:
    assert run(*words.split()).stdout == "hello 2 /h /c True\n"


def test_a_command_needs_no_common_options(run: Run) -> None:
    assert run("tell", "hello").stdout == "hello 1 None None False\n"


def test_help_names_the_commands_own_options_first(run: Run) -> None:
    help_text = run("tell", "--help").stdout

    assert "Tell what was given." in help_text
    assert help_text.index("--often") < help_text.index("--home")


@pytest.mark.parametrize("index", range(len(ERRORS)))
def test_an_error_is_a_line_and_an_exit_code(run: Run, index: int) -> None:
    result = run("end", index)

    assert result.exit_code == ERRORS[index][1]
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    what, advice = result.stderr.splitlines()
    assert what in ("x", "A defect of the program: ValueError")
    assert advice.startswith("What to do: ")


def test_the_advice_is_that_of_the_error(run: Run) -> None:
    error = ERRORS[5][0]
    assert isinstance(error, PipelineError)
    assert error.remedy.value in run("end", 5).stderr


def test_an_interruption_is_no_error(run: Run) -> None:
    result = run("end", len(ERRORS))

    assert result.exit_code == 130
    assert result.stderr.startswith("Stopped")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_whoever_is_told_to_stop_ends_like_an_interruption(
    run: Run, number: signal.Signals
) -> None:
    before = signal.getsignal(signal.SIGTERM)

    result = run("wait", int(number))

    assert result.exit_code == 130
    assert result.stderr.startswith("Stopped")
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("words", [("--verbose", "end", 1), ("end", 1, "--verbose")])
def test_verbose_logs_the_traceback_of_a_defect(
    run: Run, words: tuple[object, ...]
) -> None:
    result = run(*words)

    assert result.exit_code == 1
    assert "Traceback" in result.stderr
    assert "ValueError: x" in result.stderr


def test_wrong_usage_has_a_code_of_its_own(run: Run) -> None:
    assert run("tell").exit_code == 2
    assert run("tell", "x", "--often", "many").exit_code == 2
    assert run("unknown").exit_code == 2


def test_a_hostile_text_does_not_steer_the_terminal(run: Run) -> None:
    result = run("tell", "\x1b[2J\x9b31m[bold]")

    assert result.stdout.startswith("\ufffd[2J\ufffd31m[bold] 1")


def test_json_is_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"title": "Giấy khai sinh\n2"})
    print_json({})

    first, second = capsys.readouterr().out.splitlines()
    assert "Giấy" in first
    assert json.loads(first) == {"title": "Giấy khai sinh\n2"}
    assert second == "{}"


def test_logging_twice_writes_once(run: Run, tmp_path: Path) -> None:
    run("tell", "x")
    run("tell", "x")

    handlers = logging.getLogger().handlers
    assert sum(type(each).__name__ == "_LogHandler" for each in handlers) == 1
