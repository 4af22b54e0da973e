"""Keep a server running as systemd or compose would: started again whenever it dies."""

import functools
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.lifeline import end_with_parent
from tests.servers import as_user

_PAUSE = 1.0
"""Seconds between death and restart: systemd waits 0.1, compose 0.1 and more."""

_STOP_SECONDS = 20.0


@dataclass(slots=True)
class Service:
    """A program that is started again whenever it ends."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    folder: Path
    account: str | None = None
    deaths: int = field(default=0, init=False)
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _again_at: float = field(default=0.0, init=False)

    @property
    def pid(self) -> int | None:
        """Its process, while it runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    @property
    def log(self) -> Path:
        """Where its output goes."""
        return self.folder / f"{self.name}.log"

    def start(self) -> None:
        """Start the program."""
        user = [*as_user(self.account), "--pdeathsig", "INT"] if self.account else []
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [*user, *self.command],
                cwd=self.folder,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=functools.partial(_prepare, os.getpid()),  # noqa: PLW1509
            )

    def tend(self) -> None:
        """Start it again a moment after it ended."""
        if self.pid is not None:
            return
        if self._process is not None:
            self.deaths += 1
            _signal_group(self._process.pid, signal.SIGKILL)
            self._process = None
            self._again_at = time.monotonic() + _PAUSE
        if time.monotonic() >= self._again_at:
            self.start()

    def stop(self) -> None:
        """Ask it to end, then end it with all of its group."""
        if self._process is None:
            return
        if self.pid is not None:
            self._process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_STOP_SECONDS)
        _signal_group(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None


class Supervisor:
    """Tends services on a thread of its own."""

    def __init__(self) -> None:
        self.services: list[Service] = []
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin; services may be added later."""
        self._thread.start()

    def add(self, service: Service) -> Service:
        """Start a service and keep it running."""
        service.start()
        self.services.append(service)
        return service

    def stop(self, *names: str) -> None:
        """Stop some services for good, or all of them, the last added first."""
        for service in reversed(list(self.services)):
            if not names or service.name in names:
                self.services.remove(service)
                time.sleep(0.3)  # the thread may be tending it
                service.stop()
        if not names:
            self._ends.set()
            self._thread.join()

    def _run(self) -> None:
        while not self._ends.wait(0.2):
            for service in list(self.services):
                service.tend()


def _prepare(parent: int) -> None:
    end_with_parent(parent)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _signal_group(leader: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(leader, number)
