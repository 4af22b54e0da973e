"""Say what was lost, doubled or left behind; nothing, if all is well."""

import hashlib
import json
import os
import time
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from pipeline import bootstrap
from pipeline.bootstrap import App, load_settings, open_app
from pipeline.catalog.schema import documents, dossiers, fields, number_keys
from pipeline.errors import PipelineError
from pipeline.model.dossier import DossierStatus
from pipeline.model.scan import to_batch_id
from pipeline.model.state import BatchState
from pipeline.settings import Settings, secret_value
from pipeline.storage import keys
from tests.chaos.ground import Ground
from tests.chaos.processes import find_processes
from tests.chaos.scans import Scan

_FILED = (BatchState.FILED, BatchState.REVIEW)
_MANY = 1_000_000
_LIVE = ["SCHEDULED", "PENDING", "RUNNING", "CANCELLING"]
_LATER = timedelta(days=2)
"""Age at which everything a crash left is old enough to be cleared."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of all scans with the same bytes."""

    scans: tuple[Scan, ...]
    filed: str | None
    """State of the batch."""

    set_aside: int


@contextmanager
def in_environment(ground: Ground) -> Iterator[None]:
    """Read settings as the stack's processes do."""
    with pytest.MonkeyPatch.context() as change:
        for name in set(os.environ) - set(ground.environment):
            change.delenv(name)
        for name, value in ground.environment.items():
            change.setenv(name, value)
        yield


def count_ended(app: App) -> int:
    """Count the scans that are at their end, set aside or filed."""
    records = app.catalog.batches(limit=_MANY)
    ended = sum(record.state.final for record in records)
    return ended + len(app.catalog.rejections(limit=_MANY))


def is_settled(ground: Ground, app: App, scans: Sequence[Scan]) -> str | None:
    """Say what is still to be done; None when all is at its end."""
    waiting = sum(1 for _ in _undone_files(ground.drop_root))
    if waiting:
        return f"{waiting} files wait in drop folders or staging"
    records = app.catalog.batches(limit=_MANY)
    working = sum(not record.state.final for record in records)
    if working:
        return f"{working} batches are not at their end"
    known = {record.batch.sha256 for record in records}
    missing = {_sha256(scan.data) for scan in scans if scan.good} - known
    if missing:
        return f"{len(missing)} scans are nowhere"
    live = [run for run in _live_runs(ground) if run[0].startswith("digitize")]
    if live:
        return f"{len(live)} runs are alive: {', '.join(sorted(s for _, s, _ in live))}"
    dead = _dead_runs(ground)
    if dead:
        return f"{len(dead)} runs are Running without a process"
    return None


def find_faults(app: App, scans: Sequence[Scan]) -> tuple[list[Outcome], list[str]]:
    """Compare what there is with what was dropped.

    Returns:
        What became of the scans, and one sentence for each fault.
    """
    faults: list[str] = []
    outcomes = []
    aside = _set_aside(app.settings.drop_root, faults)
    for sha256, same in _by_bytes(scans).items():
        outcomes.append(_judge(app, sha256, same, aside.pop(sha256, 0), faults))
    faults += [f"{n} files in set-aside that nobody dropped" for n in aside.values()]
    _judge_catalog(app, faults)
    _judge_objects(app, faults)
    _judge_rebuild(app, faults)
    return outcomes, faults


def find_leftovers(ground: Ground) -> tuple[int, list[str]]:
    """Let two days pass, do the upkeep, and list what is temporary still.

    Returns:
        How many temporary files and folders there were before, and what is left.
    """
    before = list(_temporary(ground))
    old = time.time() - _LATER.total_seconds()
    for path in before:
        for each in (path, *path.rglob("*")) if path.is_dir() else (path,):
            os.utime(each, (old, old))
    later = bootstrap.now() + _LATER
    with in_environment(ground), pytest.MonkeyPatch.context() as change:
        change.setattr(bootstrap, "now", lambda: later)
        _clear(load_settings())
    left = [str(path.relative_to(ground.disk)) for path in _temporary(ground)]
    return len(before), [f"left for good: {path}" for path in left]


def _clear(settings: Settings) -> None:
    with open_app(settings) as app:
        app.inbox.sweep()
        app.inbox.claimed()
        app.upkeep.clear_scratch()


def _by_bytes(scans: Sequence[Scan]) -> dict[str, list[Scan]]:
    found: dict[str, list[Scan]] = defaultdict(list)
    for scan in scans:
        found[_sha256(scan.data)].append(scan)
    return found


def _judge(
    app: App, sha256: str, same: list[Scan], aside: int, faults: list[str]
) -> Outcome:
    numbers = ", ".join(str(scan.drop.number) for scan in same)
    what = f"scan {numbers} ({same[0].drop.kind})"
    record = app.catalog.batch(to_batch_id(sha256))
    expected = len(same) - 1 if same[0].good else len(same)
    if aside != expected:
        faults.append(f"{what}: set aside {aside} times, not {expected}")
    if not same[0].good:
        if record is not None:
            faults.append(f"{what}: became a batch, {record.state}")
        return Outcome(tuple(same), None, aside)
    if record is None:
        faults.append(f"{what}: LOST, no batch")
        return Outcome(tuple(same), None, aside)
    if record.state not in _FILED:
        faults.append(f"{what}: {record.state}, {record.reason}")
        return Outcome(tuple(same), record.state.value, aside)
    if record.lease_until is not None:
        faults.append(f"{what}: leased")
    try:
        if app.archive.read(record.original_key) != same[0].data:
            faults.append(f"{what}: its original has other bytes")
    except PipelineError as error:
        faults.append(f"{what}: its original: {error}")
    plan = app.archive.find_plan(record.batch.id)
    planned = sorted(each.id for each in plan.dossiers) if plan else []
    found = sorted(app.catalog.dossiers_of(record.batch.id))
    if not planned or found != planned:
        faults.append(f"{what}: dossiers {found}, planned {planned}")
    return Outcome(tuple(same), record.state.value, aside)


def _judge_catalog(app: App, faults: list[str]) -> None:
    manifests = list(app.archive.manifests())
    twice = [name for name, n in Counter(m.id for m in manifests).items() if n > 1]
    faults += [f"dossier {name}: more than one revision" for name in twice]
    batches = {record.batch.id for record in app.catalog.batches(limit=_MANY)}
    faults += [
        f"dossier {each.id}: of no batch"
        for each in manifests
        if each.batch_id not in batches
    ]
    finished = Counter(m.id for m in manifests if m.status is DossierStatus.FILED)
    queued = Counter(
        each.dossier_id for each in app.catalog.deliveries(pending=False, limit=_MANY)
    )
    if finished != queued:
        faults.append(
            f"outbox: missing {sorted((finished - queued).elements())}, "
            f"too many {sorted((queued - finished).elements())}"
        )


def _judge_objects(app: App, faults: list[str]) -> None:
    faults += [f"{f.key}: {f.fault}" for f in app.archive.verify() if f.fault]
    store = app.archive._store  # type: ignore[attr-defined] # what tests may look at
    records = app.catalog.batches(limit=_MANY)
    originals = {record.original_key for record in records}
    found = {each.key for each in store.list_objects(f"{keys.ORIGINALS}/")}
    faults += [f"{key}: an original of no batch" for key in found - originals]
    known = {record.batch.id for record in records}
    at_work = set(app.archive.batches_at_work())
    faults += [f"work/{batch}: of no batch" for batch in at_work - known]


def find_run_faults(ground: Ground) -> list[str]:
    """Compare what Prefect says is at work with what is."""
    faults = []
    watches = [
        state for name, state, _ in _live_runs(ground) if name.startswith("watch")
    ]
    if watches.count("RUNNING") != 1:
        faults.append(f"watches: {watches}")
    faults += [f"{what}, but no process has it" for what in _dead_runs(ground)]
    return faults


def _judge_rebuild(app: App, faults: list[str]) -> None:
    settings = app.settings
    url = secret_value(settings.catalog.url, settings.catalog.url_file)
    engine = sqlalchemy.create_engine(
        url.replace("postgresql:", "postgresql+psycopg:")
        or f"sqlite:///{settings.home / 'catalog.sqlite3'}"
    )
    before = _rows(engine)
    for _ in app.upkeep.rebuild():
        pass
    after = _rows(engine)
    engine.dispose()
    for table, rows in before.items():
        if rows != after[table]:
            odd = rows ^ after[table]
            faults.append(f"rebuild: {len(odd)} rows of {table} differ")


def _rows(engine: sqlalchemy.Engine) -> dict[str, set[Any]]:
    found: dict[str, set[Any]] = {}
    with engine.connect() as connection:
        for table in (dossiers, documents, fields, number_keys):
            rows = connection.execute(sqlalchemy.select(table))
            found[table.name] = {tuple(row) for row in rows}
    return found


def _live_runs(ground: Ground) -> list[tuple[str, str, str]]:
    """List the runs that work or will begin: flow, state, id."""
    found: list[tuple[str, str, str]] = []
    while True:
        asked = {
            "flow_runs": {"state": {"type": {"any_": _LIVE}}},
            "limit": 200,
            "offset": len(found),
        }
        request = urllib.request.Request(
            f"{ground.environment['PREFECT_API_URL']}/flow_runs/filter",
            json.dumps(asked).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            page = json.load(answer)
        if not page:
            return found
        found += [
            (
                "digitize"
                if any(tag.startswith("batch:") for tag in run["tags"])
                else run["name"],
                run["state_type"],
                run["id"],
            )
            for run in page
        ]


def _dead_runs(ground: Ground) -> list[str]:
    at_work = {process.run for process in find_processes(ground.home)}
    return [
        f"{flow} run {run[:8]} is {state}"
        for flow, state, run in _live_runs(ground)
        if state in {"RUNNING", "CANCELLING"} and run not in at_work
    ]


def _undone_files(drop_root: Path) -> Iterator[Path]:
    for path in drop_root.rglob("*"):
        parts = path.relative_to(drop_root).parts
        if "set-aside" in parts or not path.is_file():
            continue
        if parts[1] == ".sohoa":
            if path.name == "scan":
                yield path
        elif len(parts) == 2 and path.name != "TRANG-THAI.txt":
            yield path


def _set_aside(drop_root: Path, faults: list[str]) -> Counter[str]:
    """Count the files set aside by their hash; each has its reason beside it."""
    found: Counter[str] = Counter()
    for folder in drop_root.glob("*/set-aside"):
        names = {path.name for path in folder.iterdir()}
        for path in folder.iterdir():
            if path.name.endswith(".txt"):
                if path.name.removesuffix(".txt") not in names:
                    faults.append(f"{path.name}: a reason without its scan")
                continue
            if f"{path.name}.txt" not in names:
                faults.append(f"{path.name}: set aside without a reason")
            found[_sha256(path.read_bytes())] += 1
    return found


def _temporary(ground: Ground) -> Iterator[Path]:
    """List what is there for a time only: claims, copies, halves of objects."""
    for claimed in ground.drop_root.glob("*/.sohoa/claimed"):
        yield from claimed.iterdir()
    for private in ground.drop_root.glob("*/.sohoa"):
        yield from (p for p in private.iterdir() if p.name not in {"claimed", "aside"})
    scratch = ground.home / "scratch"
    if scratch.is_dir():
        for each in scratch.iterdir():
            if each.name == "reading":
                yield from each.iterdir()
            else:
                yield each
    for name in (".tmp",):
        folder = ground.home / "store" / name
        if folder.is_dir():
            yield from folder.iterdir()
    multipart = ground.disk / "minio" / ".minio.sys" / "multipart"
    if multipart.is_dir():
        yield from multipart.iterdir()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
