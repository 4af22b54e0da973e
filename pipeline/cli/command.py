"""What all commands share: common options, exit codes, and errors in one clear line."""

import contextlib
import functools
import inspect
import logging
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.bootstrap import load_settings
from pipeline.cli.console import LOG_HANDLER, say_error
from pipeline.errors import ExitCode, PipelineError
from pipeline.settings import Settings

log = logging.getLogger(__name__)

INTERRUPTED = 130
"""Exit code when stopped, as shells give it after Ctrl-C: 128 and SIGINT's number."""

Home = Annotated[
    Path | None,
    typer.Option("--home", help="Folder that holds all state.", show_default=False),
]
Config = Annotated[
    Path | None,
    typer.Option("--config", help="Folder of the configuration.", show_default=False),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="One JSON object a line, for machines.")
]
Verbose = Annotated[
    bool, typer.Option("--verbose", help="Log more, with the traceback of a defect.")
]


@dataclass(frozen=True, slots=True)
class Common:
    """What every command can be told, before or after its name."""

    home: Path | None = None
    config: Path | None = None
    json: bool = False
    verbose: bool = False

    def settings(self) -> Settings:
        """Read the settings of this call."""
        return load_settings(self.config, self.home)

    def with_later(self, later: "Common") -> "Common":
        """Let what stands after the command's name win."""
        return Common(
            later.home or self.home,
            later.config or self.config,
            later.json or self.json,
            later.verbose or self.verbose,
        )


def command(
    group: typer.Typer, *, service: bool = False, name: str | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a function a command of *group*.

    Its first parameter gets the `Common` options, which are accepted before and after
    the command's name. What it raises becomes one line and an exit code.

    Args:
        group: where the command belongs.
        service: it runs until it is stopped: it logs warnings, knows no JSON, and
            looks after signals itself.
        name: of the command, where it cannot be the function's.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(function)
        def run(context: typer.Context, **given: Any) -> None:
            shared = {name: given.pop(name) for name in extra}
            common = _earlier(context).with_later(Common(**shared))
            _start_logging(service, common.verbose)
            with contextlib.nullcontext() if service else _stoppable():
                _guarded(functools.partial(function, common, **given))

        extra = dict(_COMMON)
        if service:
            del extra["json"]
        own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
        parameters = [_CONTEXT, *own, *extra.values()]
        del run.__wrapped__  # typer would look through it
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {each.name: each.annotation for each in parameters}
        group.command(name)(run)
        return function

    return register


def _parameter(name: str, annotation: Any, default: object) -> inspect.Parameter:
    return inspect.Parameter(
        name,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        annotation=annotation,
        default=default,
    )


_CONTEXT = _parameter("context", typer.Context, inspect.Parameter.empty)
_COMMON = {
    "json": _parameter("json", AsJson, False),
    "home": _parameter("home", Home, None),
    "config": _parameter("config", Config, None),
    "verbose": _parameter("verbose", Verbose, False),
}


def _earlier(context: typer.Context) -> Common:
    return context.obj if isinstance(context.obj, Common) else Common()


def _start_logging(service: bool, verbose: bool) -> None:
    """Log to standard error: commands say what matters themselves, services do not."""
    logging.getLogger().addHandler(LOG_HANDLER)  # a second time changes nothing
    logging.getLogger().setLevel(
        logging.WARNING if service or verbose else logging.ERROR
    )
    logging.getLogger("pipeline").setLevel(logging.DEBUG if verbose else logging.NOTSET)


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    """Let SIGTERM end the work like Ctrl-C, which gives leases and folders back."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _guarded(work: Callable[[], None]) -> None:
    try:
        work()
    except PipelineError as error:
        log.debug("ended by an error", exc_info=True)
        say_error(str(error), f"What to do: {error.remedy.value}.")
        raise typer.Exit(error.exit_code) from error
    except KeyboardInterrupt as error:
        say_error("Stopped; what was begun can be taken up again.")
        raise typer.Exit(INTERRUPTED) from error
    except (typer.Exit, typer.Abort, typer.BadParameter, BrokenPipeError):
        raise
    except Exception as error:
        # Its message may quote what stands on a paper: only --verbose shows it.
        log.debug("a defect", exc_info=True)
        say_error(
            f"A defect of the program: {type(error).__name__}",
            "What to do: report it; --verbose shows more.",
        )
        raise typer.Exit(ExitCode.DEFECT) from error
