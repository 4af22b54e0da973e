"""Strike the stack: kill a process, freeze a server, fill the disk."""

import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from tests.chaos.ground import DATABASE, SERVER, STORE, WORKERS, Ground
from tests.chaos.plan import Blow, Strike
from tests.chaos.processes import Process, find_processes

Victim = TypeVar("Victim")

_LOOK_FOR_SECONDS = 45.0
"""How long a victim of the wanted kind is waited for, before another is taken."""

_OTHERS = (Blow.PAGE, Blow.RUN, Blow.WATCH, Blow.WORKER)

_PIECE = 1 << 20
_LEAST_PIECE = 4096


@dataclass(frozen=True, slots=True)
class Blown:
    """A blow that was struck."""

    at: float
    blow: Blow
    planned: Blow
    doing: str
    """What the victim was doing, as far as one can see from outside."""

    seconds: float = 0.0


@dataclass(slots=True)
class Fury:
    """Strikes as planned, and writes down what it hit."""

    ground: Ground
    clock: Callable[[], float]
    """Tells the time of the plan."""

    doing_of: Callable[[str], str]
    """Tells from a batch's run what it was at."""

    blown: list[Blown] = field(default_factory=list)
    _outages: list[threading.Thread] = field(default_factory=list)

    def strike(self, strike: Strike) -> None:
        """Strike once."""
        outage = {
            Blow.FREEZE_STORE: lambda: self._freeze(STORE, strike.seconds),
            Blow.FREEZE_DATABASE: lambda: self._freeze(DATABASE, strike.seconds),
            Blow.FILL_DISK: lambda: self._fill(strike.seconds),
        }.get(strike.blow)
        if outage is None:
            self._kill(strike)
            return
        self._note(strike.blow, strike.blow, "", strike.seconds)
        thread = threading.Thread(target=outage, daemon=True)
        thread.start()
        self._outages.append(thread)

    def finish(self) -> None:
        """Wait for the end of all outages."""
        for thread in self._outages:
            thread.join()

    def _note(
        self, blow: Blow, planned: Blow, doing: str, seconds: float = 0.0
    ) -> None:
        self.blown.append(Blown(self.clock(), blow, planned, doing, seconds))

    def _kill(self, strike: Strike) -> None:
        """Kill what was planned, or another process where there is none such."""
        deadline = time.monotonic() + _LOOK_FOR_SECONDS
        while True:
            patient = time.monotonic() < deadline
            for blow in (strike.blow, *(() if patient else _OTHERS)):
                found = self._victims(blow)
                if not found:
                    continue
                pid, doing = _pick(found, strike.choice)
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    self._note(blow, strike.blow, doing)
                    return
            time.sleep(0.1)

    def _victims(self, blow: Blow) -> list[tuple[int, str]]:
        if blow in {Blow.SERVER, Blow.STORE}:
            name = SERVER if blow is Blow.SERVER else STORE
            return self._services(name)
        if blow is Blow.DATABASE:
            return [(pid, "") for pid in self._postgres_processes()]
        if blow is Blow.WORKER:
            return self._services(*WORKERS)
        running = find_processes(self.ground.home)
        if blow is Blow.PAGE:
            return [(each.pid, "reading") for each in running if each.reads_pages]
        wanted = "watch" if blow is Blow.WATCH else "digitize"
        return [
            (each.pid, self._doing(each, running))
            for each in first_of_runs(running)
            if each.flow == wanted
        ]

    def _services(self, *names: str) -> list[tuple[int, str]]:
        running = find_processes(self.ground.home)
        found = []
        for name in names:
            pid = self.ground.service(name).pid
            if pid is not None:
                runs = [each.flow or "" for each in running if _parent(each.pid) == pid]
                doing = ", ".join(sorted(filter(None, runs))) if name in WORKERS else ""
                found.append((pid, doing or ("idle" if name in WORKERS else "")))
        return found

    def _postgres_processes(self) -> list[int]:
        """List the server and its children; twice the server, which dies seldom."""
        pid = self.ground.service(DATABASE).pid
        if pid is None:
            return []
        return [pid, pid, *(each for each in _children(pid))]

    def _doing(self, process: Process, running: Sequence[Process]) -> str:
        if process.flow == "watch":
            probing = any(
                each.run == process.run and "intake.probe" in each.command
                for each in running
            )
            return "looking into a file" if probing else "sweeping"
        return self.doing_of(process.run or "")

    def _freeze(self, name: str, seconds: float) -> None:
        """Stop a server without ending it: it takes requests and does not answer."""
        pid = self.ground.service(name).pid
        if pid is None:
            return
        frozen = [pid, *_children(pid)]
        _signal_all(frozen, signal.SIGSTOP)
        time.sleep(seconds)
        _signal_all(frozen, signal.SIGCONT)

    def _fill(self, seconds: float) -> None:
        """Write until nothing more goes onto the disk, then make room again."""
        path = self.ground.disk / "filler"
        size = _PIECE
        ends = time.monotonic() + seconds
        with path.open("wb", buffering=0) as file:
            while time.monotonic() < ends:
                try:
                    file.write(bytes(size))
                except OSError:
                    size = max(_LEAST_PIECE, size // 2)
                    if size == _LEAST_PIECE:
                        time.sleep(0.05)  # what others give up is taken at once
        path.unlink()


def first_of_runs(running: Sequence[Process]) -> list[Process]:
    """List the process of each run; its helpers were started later, by it."""
    first: dict[str, Process] = {}
    for each in running:
        if each.run and not each.reads_pages and "intake.probe" not in each.command:
            first.setdefault(each.run, each)
    return list(first.values())


def _pick(found: Sequence[Victim], choice: float) -> Victim:
    return found[int(choice * len(found))]


def _parent(pid: int) -> int | None:
    with suppress(OSError):
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        return int(stat.rsplit(")", 1)[1].split()[1])
    return None


def _children(pid: int) -> list[int]:
    numbers = (entry.name for entry in Path("/proc").glob("[0-9]*"))
    return sorted(each for each in map(int, numbers) if _parent(each) == pid)


def _signal_all(pids: Sequence[int], number: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
