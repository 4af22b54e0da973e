"""Show the whole pipeline on this machine: drop drawn dossiers and see them filed."""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from demo.check import problems
from demo.dossiers import DemoScan, draw_scans
from pipeline.bootstrap import App, load_settings, open_app
from pipeline.messages import paper_name, sentence
from pipeline.model.dossier import FieldStatus, Manifest
from pipeline.model.search import SearchQuery
from pipeline.model.state import BatchRecord
from pipeline.model.unicode import fold
from pipeline.settings import Settings

_HOME = Path(__file__).parent.parent / ".cache" / "demo"
"""State of the demonstration; begun afresh each time."""

_QUIET = "1.0"
"""Seconds a dropped file must stand still here: nobody is scanning."""

_FILE_LIMIT = 300.0
"""Seconds until all scans must be filed."""

_RUN_LIMIT = 60.0
"""Seconds a run may take to end once its dossiers are filed."""

_WIDTH = 120
"""Columns where the output is not a terminal."""

console = Console(
    highlight=False,
    soft_wrap=True,
    width=None if sys.stdout.isatty() else _WIDTH,
)


def main() -> None:
    """Run the demonstration."""
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="assert, stop, exit 0 or 1"
    )
    check = parser.parse_args().check
    os.environ.setdefault("PIPELINE_INTAKE__QUIET_PERIOD", _QUIET)
    os.environ.setdefault("PIPELINE_INTAKE__POLL_INTERVAL", "0.5")
    os.environ.setdefault("PIPELINE_INTAKE__KEEP_FILED", "0")  # to see staging empty
    shutil.rmtree(_HOME, ignore_errors=True)
    settings = load_settings(home=_HOME)
    try:
        with _stack(settings) as stack, open_app(settings) as app:
            found = _demonstrate(app, stack)
            if not check:
                _stay(settings, stack)
    except KeyboardInterrupt:
        console.print("Stopped.")
        return
    except _StackEnded as ended:
        sys.exit(ended.code)
    for problem in found:
        console.print(f"✗ {problem}", style="red", markup=False)
    console.print(
        "✓ everything is as it should be" if not found else "the check failed"
    )
    sys.exit(1 if found else 0)


def _demonstrate(app: App, stack: subprocess.Popen[bytes]) -> list[str]:
    console.print("Drawing three dossiers for two counters …")
    scans = list(draw_scans())
    for scan in scans:
        _drop(app.settings, scan)
        console.print(
            f"  dropped {scan.page_count} pages at {scan.counter}: {scan.name}"
        )
    records = _wait_until_filed(app, len(scans), stack)
    manifests = [
        app.archive.manifest(dossier)
        for record in records
        for dossier in app.catalog.dossiers_of(record.batch.id)
    ]
    for manifest in manifests:
        _print_dossier(manifest)
    _print_search(app, scans[0].dossiers[0].citizen.full_name)
    runs = _wait_until_ended(app.settings)
    for run in runs:
        console.print(f"  run {run['name']}: {_state(run)}", markup=False)
    _print_addresses(app.settings)
    ends = {str(run["name"]): _state(run) for run in runs}
    return list(problems(app, scans, records, manifests, ends))


class _StackEnded(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@contextmanager
def _stack(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``sohoa up`` until the end, whatever happens."""
    command = (sys.executable, "-m", "pipeline", "--home", str(settings.home), "up")
    stack = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        _wait_until_ready(settings, stack)
        yield stack
    finally:
        if stack.poll() is None:
            stack.send_signal(signal.SIGTERM)
        stack.wait()


def _wait_until_ready(settings: Settings, stack: subprocess.Popen[bytes]) -> None:
    web = f"http://{settings.web.host}:{settings.web.port}/health"
    while True:
        if stack.poll() is not None:
            raise _StackEnded(stack.returncode)
        try:
            with urllib.request.urlopen(web, timeout=1):
                return
        except OSError:
            time.sleep(0.3)


def _drop(settings: Settings, scan: DemoScan) -> None:
    """Copy a file in as a scanner does: written slowly, under its own name."""
    folder = settings.drop_root / scan.counter
    folder.mkdir(parents=True, exist_ok=True)
    half = len(scan.data) // 2
    with (folder / scan.name).open("wb") as file:
        file.write(scan.data[:half])
        file.flush()
        time.sleep(0.5)
        file.write(scan.data[half:])


def _wait_until_filed(
    app: App, count: int, stack: subprocess.Popen[bytes]
) -> tuple[BatchRecord, ...]:
    shown: dict[str, str] = {}
    deadline = time.monotonic() + _FILE_LIMIT
    while time.monotonic() < deadline:
        if stack.poll() is not None:
            raise _StackEnded(stack.returncode or 1)
        records = app.catalog.batches()
        for record in records:
            batch = record.batch
            line = (
                f"  {batch.counter_id} · {batch.id[:8]}: "
                f"{sentence(record.state.name)} {record.pages_done}/{batch.page_count}"
            )
            if shown.get(batch.id) != line:
                console.print(line, markup=False)
            shown[batch.id] = line
        if len(records) == count and all(record.state.final for record in records):
            return records
        time.sleep(0.3)
    return app.catalog.batches()


def _print_dossier(manifest: Manifest) -> None:
    title = (
        f"{manifest.code or manifest.id} · {manifest.status} · {manifest.counter_id}"
    )
    table = Table(title=title, title_justify="left", show_lines=False)
    for column in ("paper", "pages", "field", "value", "", "%"):
        table.add_column(column)
    for document in manifest.documents:
        name = document.title or "?"
        first, last = document.first_page, document.last_page
        pages = str(first) if first == last else f"{first}-{last}"
        for field in document.fields:
            if field.status is not FieldStatus.MISSING:
                mark = "ok" if field.status is FieldStatus.OK else "review"
                percent = f"{100 * field.confidence:.0f}"
                table.add_row(name, pages, field.name, field.value, mark, percent)
                name = pages = ""
        if name:
            table.add_row(name, pages)
    console.print(table)
    for doubt in manifest.doubts:
        console.print(f"  ? {doubt}", style="yellow", markup=False)
    for paper in manifest.completeness.wanting if manifest.completeness else ():
        name = paper_name(paper.title, paper.number)
        console.print(f"  − {name}: {paper.presence}", style="yellow", markup=False)


def _print_search(app: App, name: str) -> None:
    typed = fold(name)
    found = app.catalog.search(SearchQuery(text=typed))
    console.print(f"Searching “{typed}” (nobody types diacritics):", markup=False)
    for hit in found.hits:
        console.print(f"  {hit.title}: {hit.snippet.text[:100]}", markup=False)


def _print_addresses(settings: Settings) -> None:
    prefect, web = settings.prefect, settings.web
    console.print(f"Search page  http://{web.host}:{web.port}/")
    console.print(f"Counters     http://{web.host}:{web.port}/counters")
    console.print(f"Prefect UI   http://{prefect.host}:{prefect.port}/runs")
    console.print(f"Drop folders {settings.drop_root}")


def _wait_until_ended(settings: Settings) -> list[dict[str, Any]]:
    deadline = time.monotonic() + _RUN_LIMIT
    while True:
        runs = _runs(settings)
        moving = any(_state(run) in ("Pending", "Running") for run in runs)
        if not moving or time.monotonic() > deadline:
            return runs
        time.sleep(0.5)


def _state(run: dict[str, Any]) -> str:
    return str(run["state"]["name"])


def _runs(settings: Settings) -> list[dict[str, Any]]:
    """Ask Prefect for the runs that digitized."""
    prefect = settings.prefect
    body = {"deployments": {"name": {"any_": ["digitize"]}}}
    request = urllib.request.Request(
        f"http://{prefect.host}:{prefect.port}/api/flow_runs/filter",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - ours
        runs: list[dict[str, Any]] = json.load(answer)
    return runs


def _stay(settings: Settings, stack: subprocess.Popen[bytes]) -> None:
    console.print(f"Drop files of your own into {settings.drop_root}. Ctrl-C stops.")
    stack.wait()


if __name__ == "__main__":
    main()
