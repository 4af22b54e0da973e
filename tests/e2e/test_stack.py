"""The embedded stack as an operator starts it, with a kill in the middle."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import pytest

from demo.drawing import draw_application, draw_receipt, make_person, to_pdf
from pipeline.bootstrap import App, load_settings, open_app
from pipeline.model.state import BatchRecord
from tests.servers import free_ports

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.timeout(600)]

PATIENCE = 240.0
"""Seconds anything may take here; a busy machine needs most of them."""

CODE = "H50.32.05-261008-0042"
Found = TypeVar("Found")


def wait_for(find: Callable[[], Found | None]) -> Found:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = find()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError(f"not within {PATIENCE:.0f} s: {find}")


def processes(*words: str) -> list[int]:
    """Find processes by words of their command line and environment."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            known = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            if all(word.encode() in known for word in words):
                found.append(int(entry.name))
    return found


def digitizing_process(app: App) -> int:
    """Find the run's process; those it started have its environment too."""
    return min(processes("PREFECT__FLOW_NAME=digitize", str(app.settings.home)))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("stack")
    prefect, web = free_ports(2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIPELINE_PREFECT__PORT", str(prefect))
        patch.setenv("PIPELINE_WEB__PORT", str(web))
        patch.setenv("PIPELINE_INTAKE__QUIET_PERIOD", "0.5")
        patch.setenv("PIPELINE_INTAKE__POLL_INTERVAL", "0.3")
        patch.setenv("PIPELINE_PREFECT__UPKEEP_INTERVAL", "60")
        yield folder


@pytest.fixture(scope="module")
def stack(home: Path) -> Iterator[subprocess.Popen[str]]:
    command = (sys.executable, "-m", "pipeline", "--home", str(home), "up")
    log = (home / "up.log").open("w")
    stack = subprocess.Popen(command, stderr=log, stdin=subprocess.DEVNULL, text=True)
    try:
        wait_for(lambda: "is running" in (home / "up.log").read_text())
        yield stack
    finally:
        stack.terminate()
        stack.wait(60)


@pytest.fixture
def app(home: Path, stack: subprocess.Popen[str]) -> Iterator[App]:
    with open_app(load_settings(home=home)) as application:
        yield application


def drop(app: App, data: bytes) -> None:
    folder = app.settings.drop_root / "demo"
    part = folder / "scan.part"
    part.write_bytes(data)
    part.rename(folder / "Nguyễn Văn A.pdf")


def batch(app: App) -> BatchRecord | None:
    return next(iter(app.catalog.batches()), None)


def test_a_killed_run_is_taken_up_and_files_its_scan_once(app: App) -> None:
    person = make_person(3)
    pages = [draw_receipt(person, CODE), *[draw_application(person)] * 5]
    drop(app, to_pdf(pages))
    record = wait_for(lambda: (r := batch(app)) and r.pages_done and r)
    os.kill(digitizing_process(app), signal.SIGKILL)
    ended = wait_for(lambda: (r := batch(app)) and r.state.final and r)
    assert ended.attempt == 2
    (dossier,) = app.catalog.dossiers_of(record.batch.id)
    assert app.archive.manifest(dossier).code == CODE
    assert [each for each in app.archive.verify() if each.fault] == []
    wait_for(lambda: not app.inbox.claimed())


def test_a_killed_worker_leaves_nobody_at_work_and_the_watch_goes_on(app: App) -> None:
    before = processes("prefect.engine", str(app.settings.home))
    (worker,) = processes("prefect\0worker\0start", str(app.settings.home))
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: not set(before) & set(processes("prefect.engine")))
    drop(app, to_pdf([draw_receipt(make_person(4), CODE.replace("42", "43"))]))
    wait_for(lambda: len(app.catalog.batches()) == 2)
    wait_for(lambda: all(r.state.final for r in app.catalog.batches()))


def test_upkeep_runs_by_its_schedule(app: App) -> None:
    log = app.settings.home / "logs" / "worker.log"
    wait_for(lambda: "for flow 'upkeep'" in log.read_text())


def test_no_name_of_the_dropped_file_is_kept_by_prefect_or_logs(app: App) -> None:
    places = [
        *(app.settings.home / "logs").iterdir(),
        *(app.settings.home / "prefect").glob("prefect.db*"),
    ]
    for place in places:
        assert "Nguyễn Văn A".encode() not in place.read_bytes()


def test_stopping_leaves_no_process(home: Path, stack: subprocess.Popen[str]) -> None:
    stack.terminate()
    stack.wait(60)
    wait_for(lambda: not processes(f"PIPELINE_HOME={home}"))
