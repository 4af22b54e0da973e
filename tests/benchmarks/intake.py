"""What watching costs, and whether one counter holds up another.

Real drop folders, catalog and looks inside files; batches are not read, a worker that
takes a fixed time stands in.
"""

import queue
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

from pipeline.bootstrap import App, load_settings, open_app
from pipeline.model.state import BatchRecord, BatchState
from pipeline.settings import default_config
from tests.intake.files import tiff
from tests.intake.hanging import hanging
from tests.usecases.fakes import scan

COUNTERS = 228
"""As many as a province of this size has."""

ROUNDS = 20
DEAD = 57
"""Shares that hang: a file server for a quarter of the province."""

FLOOD = 300
"""Files that one counter has at once."""

BACKLOG, DAY = 100, 20
READING = 0.1
"""Seconds that the worker takes for a batch."""


@contextmanager
def _app(rules: dict[str, str]) -> Iterator[App]:
    """Open the program with a counter for each id, whose rules are TOML lines."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config"
        shutil.copytree(default_config(), config)
        entries = (
            f'[[counters]]\nid = "{name}"\nname = "{name}"\noffice = "O"\n{lines}\n'
            for name, lines in rules.items()
        )
        (config / "counters.toml").write_text("\n".join(entries), encoding="utf-8")
        settings = load_settings(config, Path(folder) / "home")
        intake = settings.intake.model_copy(update={"quiet_period": 0.2})
        with open_app(settings.model_copy(update={"intake": intake})) as app:
            yield app


def idle() -> None:
    """Compare one question a sweep with two a counter."""
    with _app({f"c{number}": "" for number in range(COUNTERS)}) as app:

        def asks_for_each() -> None:
            app.inbox.sweep()
            app.inbox.claimed()
            for counter in app.counters:
                app.inbox.post(counter.id, app.status_file.compose(counter))

        def asks_once() -> None:
            _idle_sweep(app)

        before, after = (_cpu(each) for each in (asks_for_each, asks_once))
    print(
        f"idle sweep of {COUNTERS} counters: {before * 1000:.0f} ms of CPU asking for"
        f" each, {after * 1000:.0f} ms asking once: {before / after:.1f} times less"
    )


def remote() -> None:
    """Measure the same where all folders lie on shares, which have a thread each."""
    rules = {f"c{number}": 'share = "remote"' for number in range(COUNTERS)}
    with _app(rules) as app:
        for counter_id in rules:
            (app.settings.drop_root / counter_id).mkdir(parents=True)
        spent = _cpu(lambda: _idle_sweep(app))
    print(f"the same, all of them remote: {spent * 1000:.0f} ms of CPU")


def dead() -> None:
    """Let some of the shares hang; time how long the others are held up."""
    rules = {f"c{number}": 'share = "remote"' for number in range(COUNTERS)}
    times = []
    with _app(rules) as app, ExitStack() as stack:
        for counter_id in rules:
            (app.settings.drop_root / counter_id).mkdir(parents=True)
        _idle_sweep(app)
        for counter_id in list(rules)[:: COUNTERS // DEAD]:
            stack.enter_context(hanging(app.settings.drop_root / counter_id))
        for _ in range(3):
            began = time.monotonic()
            _idle_sweep(app)
            times.append(time.monotonic() - began)
    first, *later = times
    print(
        f"{DEAD} of {COUNTERS} shares hang: the first sweep takes {first:.1f} s,"
        f" later ones {max(later):.2f} s"
    )


def _idle_sweep(app: App) -> None:
    app.inbox.sweep()
    app.inbox.claimed()
    app.status_file.forget_changed()
    for counter in app.counters:
        with suppress(TimeoutError):
            app.inbox.reach(counter.id, partial(app.status_file.post, counter))


def _cpu(work: Callable[[], None]) -> float:
    work()
    began = time.process_time()
    for _ in range(ROUNDS):
        work()
    return (time.process_time() - began) / ROUNDS


def flood() -> None:
    """Drop one file at a counter, alone and while another is flooded."""
    waits = []
    for flooded in (0, FLOOD):
        with _app({"flooded": "", "other": ""}) as app:
            app.inbox.sweep()
            folder = app.settings.drop_root
            for number in range(flooded):
                (folder / "flooded" / f"{number}.tif").write_bytes(scan(2, number))
            began = time.monotonic()
            if flooded:
                while time.monotonic() - began < 1.0:
                    _turn(app)
            (folder / "other" / "mine.tif").write_bytes(tiff())
            began = time.monotonic()
            while not app.catalog.batches(counter_id="other"):
                _turn(app)
                time.sleep(0.05)
            waits.append(time.monotonic() - began)
    alone, beside = waits
    print(
        f"one file: received after {alone:.1f} s alone, {beside:.1f} s beside a counter"
        f" with {FLOOD} files"
    )


def _turn(app: App) -> list[BatchRecord]:
    """Do what the watch does, but for asking for runs."""
    app.inbox.sweep()
    ends = time.monotonic() + 5.0
    records = []
    for claimed in app.turns.in_order(app.sides.ready(app.inbox.claimed())):
        if time.monotonic() > ends:
            break
        record = app.receiver.receive(claimed)
        if isinstance(record, BatchRecord):
            records.append(record)
            app.receiver.settle(claimed)
    return records


def backlog() -> None:
    """Time scans of the day, alone and beside a backlog, with one worker."""
    medians = []
    for old in (0, BACKLOG):
        with _app({"day": "", "old": 'priority = "backlog"'}) as app:
            medians.append(_day_beside(app, old))
    (alone, worst_alone), (beside, worst_beside) = medians
    print(
        f"scan of the day, reading takes {READING} s: filed after {alone:.2f} s"
        f" (at most {worst_alone:.2f} s) alone, {beside:.2f} s"
        f" (at most {worst_beside:.2f} s) beside a backlog of {BACKLOG}"
    )


def _day_beside(app: App, old: int) -> tuple[float, float]:
    app.inbox.sweep()
    runs: queue.Queue[str | None] = queue.Queue()
    worker = threading.Thread(target=_work, args=(app, runs))
    worker.start()
    root, asked, born = app.settings.drop_root, set(), {}
    for number in range(old):
        (root / "old" / f"{number}.tif").write_bytes(scan(2, number))
    waits: dict[str, float] = {}
    dropped, next_drop = 0, time.monotonic()
    while len(waits) < DAY:
        if dropped < DAY and time.monotonic() >= next_drop:
            (root / "day" / f"{dropped}.tif").write_bytes(scan(3, dropped))
            dropped, next_drop = dropped + 1, time.monotonic() + 1.0
        for record in _turn(app):
            batch = record.batch
            if batch.counter_id == "day":
                born.setdefault(batch.id, time.monotonic())
                if record.state.final and batch.id not in waits:
                    waits[batch.id] = time.monotonic() - born[batch.id]
            new = record.state is BatchState.RECEIVED and batch.id not in asked
            if new and app.turns.may_start(record):
                asked.add(batch.id)
                runs.put(batch.id)
        time.sleep(0.02)
    runs.put(None)
    worker.join()
    return statistics.median(waits.values()), max(waits.values())


def _work(app: App, runs: "queue.Queue[str | None]") -> None:
    while (batch_id := runs.get()) is not None:
        lease = app.catalog.lease(batch_id, "me", seconds=60, attempts=3)
        if lease is not None:
            time.sleep(READING)
            app.catalog.finish(lease, BatchState.FILED, None)


if __name__ == "__main__":
    idle()
    remote()
    dead()
    flood()
    backlog()
