"""Run the embedded stack: server, worker and web page of one machine, supervised."""

import fcntl
import functools
import logging
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import ConfigError, ToolTimeout
from pipeline.lifeline import end_with_parent
from pipeline.model.scan import Share
from pipeline.settings import PrefectSettings, Settings, load_counters

log = logging.getLogger(__name__)

_START_LIMIT = 120.0
"""Seconds a server may take to answer first: migrations of a fresh one take 12."""

_STOP_LIMIT = 20.0
"""Seconds a child may take to stop before it is killed."""

_LONGEST_PAUSE = 30.0
"""Seconds between restarts of a child that keeps dying."""


@dataclass(slots=True)
class _Child:
    """A process that is started again whenever it ends."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    log_path: Path
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    start_after: float = 0.0

    def start(self) -> None:
        with self.log_path.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=functools.partial(_prepare, os.getpid()),  # noqa: PLW1509
            )

    def tend(self) -> None:
        """Start the process again if it ended, more patiently each time."""
        if self.process is not None and self.process.poll() is None:
            return
        if self.process is not None:
            code = self.process.returncode
            pause = min(_LONGEST_PAUSE, 2.0**self.failures)
            log.warning("%s ended with %s; again in %.0f s", self.name, code, pause)
            _signal_group(self.process, signal.SIGKILL)
            self.failures += 1
            self.start_after = time.monotonic() + pause
            self.process = None
        if time.monotonic() >= self.start_after:
            self.start()

    def stop(self) -> None:
        """Ask the process to end, then end it and all that it started."""
        if self.process is None:
            return
        _signal_group(self.process, signal.SIGINT)
        try:
            self.process.wait(_STOP_LIMIT)
        except subprocess.TimeoutExpired:
            log.warning("%s did not stop; killed", self.name)
        _signal_group(self.process, signal.SIGKILL)
        self.process.wait()


@dataclass(slots=True)
class EmbeddedStack:
    """All of the pipeline on one machine, bound to the loopback interface."""

    settings: Settings
    announce: Callable[[str], None]
    """Told, in English, what is being waited for."""

    _children: list[_Child] = field(default_factory=list, init=False)

    def run(self, ready: Callable[[], None]) -> None:
        """Start everything, call *ready*, and supervise until SIGINT or SIGTERM.

        Raises:
            ConfigError: a port is in use, or another stack runs on this home folder.
            ToolTimeout: a server did not answer in time; its log says why.
        """
        stopping = _until_asked_to_stop()
        with _only_one(self.settings.home):
            try:
                self._start()
                ready()
                while not stopping():
                    for child in self._children:
                        child.tend()
                    time.sleep(0.5)
            except KeyboardInterrupt:
                log.info("stopped while starting")
            finally:
                for child in reversed(self._children):
                    child.stop()

    def _start(self) -> None:
        prefect, web = self.settings.prefect, self.settings.web
        _require_free(prefect.host, prefect.port, "PIPELINE_PREFECT__PORT")
        _require_free(web.host, web.port, "PIPELINE_WEB__PORT")
        for counter in load_counters(self.settings.config):
            if counter.folder.share is Share.LOCAL:
                drop = self.settings.drop_root / counter.drop
                drop.mkdir(parents=True, exist_ok=True)
        self.announce("starting the Prefect server")
        server = self._add("server", "prefect", "server", "start", *_address(prefect))
        _wait_for(f"http://{prefect.host}:{prefect.port}/api/health", server)
        self.announce("registering the deployments")
        self._once("pipeline", "deploy", "--nothing-runs")
        self.announce("starting the worker and the web page")
        page = self._add("web", "pipeline", "web")
        self._add(
            "worker",
            *("pipeline", "worker"),
            # One more than the scans: the watch is a run too, and never ends.
            *("--limit", str(prefect.concurrency + 1)),
        )
        _wait_for(f"http://{web.host}:{web.port}/health", page)

    def _add(self, name: str, module: str, *arguments: str) -> _Child:
        logs = self.settings.home / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        child = _Child(
            name,
            (sys.executable, "-m", module, *arguments),
            environment(self.settings),
            logs / f"{name}.log",
        )
        child.start()
        self._children.append(child)
        return child

    def _once(self, module: str, *arguments: str) -> None:
        done = subprocess.run(
            (sys.executable, "-m", module, *arguments),
            env=environment(self.settings),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise ConfigError(f"{arguments[0]} failed: {done.stderr.strip()[-2000:]}")


def environment(settings: Settings) -> dict[str, str]:
    """Build the environment in which Prefect and our processes find one another."""
    prefect = settings.prefect
    home = settings.home / "prefect"
    home.mkdir(parents=True, exist_ok=True)
    return {
        **os.environ,
        "PIPELINE_HOME": str(settings.home),
        "PIPELINE_CONFIG": str(settings.config),
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"http://{prefect.host}:{prefect.port}/api",
        "PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home}/prefect.db",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_LOGGING_EXTRA_LOGGERS": "pipeline",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
        "PREFECT_CLI_PROMPT": "false",
        "OMP_THREAD_LIMIT": "1",
    }


def _address(prefect: PrefectSettings) -> tuple[str, ...]:
    return ("--host", prefect.host, "--port", str(prefect.port))


def _until_asked_to_stop() -> Callable[[], bool]:
    asked = False

    def ask(_signal: int, _frame: object) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    signal.signal(signal.SIGINT, ask)
    signal.signal(signal.SIGTERM, ask)
    return lambda: asked


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """Hold a lock on the home folder."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "up.lock").open("w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigError(f"another stack runs on {home}") from error
        yield


def _require_free(host: str, port: int, setting: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ConfigError(
                f"port {port} on {host} is in use: stop what uses it or set {setting}"
            ) from error


def _wait_for(url: str, child: _Child) -> None:
    deadline = time.monotonic() + _START_LIMIT
    while time.monotonic() < deadline:
        if child.process is None or child.process.poll() is not None:
            raise ConfigError(f"{child.name} did not start; see {child.log_path}")
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own address
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.2)
    raise ToolTimeout(f"{child.name} gave no answer at {url}; see {child.log_path}")


def _prepare(parent: int) -> None:
    """In the child, before its program starts.

    SIGINT is put back to its default: a worker that ignores it never stops.
    """
    end_with_parent(parent, signal.SIGTERM)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return
