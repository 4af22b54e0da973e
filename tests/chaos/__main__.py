"""`make chaos`: kill processes at random, let it heal, and say what was lost."""

import argparse
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import cast

from sqlalchemy import select

from pipeline.bootstrap import App, load_settings, open_app
from pipeline.catalog.schema import batches
from tests.chaos.blows import Blown, Fury
from tests.chaos.feeder import Feeder
from tests.chaos.ground import CATALOGS, STORES, Ground, open_ground
from tests.chaos.plan import KILLS, Plan, draw_plan
from tests.chaos.processes import find_processes
from tests.chaos.scans import Scan, draw_scans
from tests.chaos.story import Story
from tests.chaos.verdict import (
    Outcome,
    count_ended,
    find_faults,
    find_leftovers,
    find_run_faults,
    in_environment,
    is_settled,
)


def main() -> int:
    """Run as asked; exit code 1 where something was lost, doubled or left behind."""
    asked = _parse()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    root = Path(tempfile.mkdtemp(prefix="sohoa-chaos-"))
    began = time.monotonic()
    with open_ground(
        root,
        asked.store,
        asked.catalog,
        disk_size=asked.disk << 20,
        upkeep_interval=asked.upkeep,
    ) as ground:
        plan = draw_plan(
            asked.seed,
            scans=asked.scans,
            kills=asked.kills,
            pace=asked.pace,
            possible=ground.possible,
        )
        print(f"seed {asked.seed}: {asked.store}, {asked.catalog}, logs in {root}")
        print(f"the stack stood after {time.monotonic() - began:.0f} s", flush=True)
        if not ground.has_own_disk:
            print("no rounds with a full disk: mounting is not allowed here")
        faults = _run(ground, plan, asked.heal)
    left = [each.command for each in find_processes(ground.home)]
    faults += [f"still at work after the end: {command[:80]}" for command in left]
    print(f"\n{time.monotonic() - began:.0f} s in all; {len(faults)} faults")
    print("\n".join(f"FAULT {fault}" for fault in faults), flush=True)
    if not faults and not asked.keep:
        shutil.rmtree(root, ignore_errors=True)
    return bool(faults)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--scans", type=int, default=300)
    parser.add_argument("--store", choices=STORES, default="minio")
    parser.add_argument("--catalog", choices=CATALOGS, default="postgres")
    parser.add_argument("--pace", type=float, default=6.0, help="seconds a kill")
    parser.add_argument("--heal", type=float, default=300.0, help="seconds until stuck")
    parser.add_argument("--upkeep", type=float, default=30.0, help="its interval")
    parser.add_argument("--disk", type=int, default=1000, help="MiB")
    parser.add_argument("--keep", action="store_true", help="keep the logs")
    return parser.parse_args()


def _run(ground: Ground, plan: Plan, heal: float) -> list[str]:
    scans = draw_scans(plan)
    start = time.monotonic()
    with in_environment(ground), open_app(load_settings()) as app:
        story = Story([drop.at for drop in plan.drops], lambda: count_ended(app))
        story.start()
        fury = Fury(ground, story.now, lambda run: _doing(app, run))
        feeder = Feeder(ground.drop_root, scans, story.wait_until)
        feeder.start()
        for strike in plan.strikes:
            story.wait_until(strike.at)
            fury.strike(strike)
        fury.finish()
        feeder.finish()
        story.stop()
        struck = time.monotonic()
        waits = _heal(ground, app, scans, heal)
        healed = time.monotonic()
        outcomes, faults = find_faults(app, scans)
        faults += find_run_faults(ground)
        if waits is not None:
            faults.append(f"stuck for {heal:.0f} s: {waits}")
    ground.supervisor.stop("worker-1", "worker-2")
    before, left = find_leftovers(ground)
    _report(fury.blown, outcomes)
    said = f"struck for {struck - start:.0f} s, healed {healed - struck:.0f} s later"
    print(f"\n{said}")
    print(f"{before} temporary files, {len(left)} left by the upkeep of a later day")
    return faults + left


def _heal(
    ground: Ground, app: App, scans: Sequence[Scan], seconds: float
) -> str | None:
    """Wait until nothing is left to do; says what is, where nothing gets on.

    Args:
        ground: the stack.
        app: the use-cases on it.
        scans: what was dropped.
        seconds: time without any change after which it counts as stuck. A slow machine
            may take long, but it gets on.
    """
    deadline = time.monotonic() + seconds
    waits: str | None = ""
    while time.monotonic() < deadline:
        said = waits
        try:
            waits = is_settled(ground, app, scans)
        except Exception as error:  # noqa: BLE001 - a server may still be starting
            waits = f"no answer: {type(error).__name__}"
        if waits is None:
            return None
        if waits != said:
            deadline = time.monotonic() + seconds
        time.sleep(0.5)
    return waits


def _doing(app: App, run: str) -> str:
    """Say what a run was at: how many of its batch's pages were read."""
    with suppress(Exception):
        for record in app.catalog.batches(limit=20):
            if record.lease_until is not None and run == _owner(app, record.batch.id):
                done, count = record.pages_done, record.batch.page_count
                return "filing" if done == count else "reading"
    return "starting or ending"


def _owner(app: App, batch_id: str) -> str | None:
    chosen = select(batches.c.lease_owner).where(batches.c.id == batch_id)
    database = app.catalog._database  # type: ignore[attr-defined] # tests may look
    return cast(str | None, database.run(lambda each: each.scalar(chosen)))


def _report(blown: Sequence[Blown], outcomes: Sequence[Outcome]) -> None:
    print("\n| struck | times | what it was doing |\n|---|--:|---|")
    by_blow: dict[str, list[Blown]] = defaultdict(list)
    for each in blown:
        by_blow[each.blow].append(each)
    for blow, hits in sorted(by_blow.items()):
        doing = Counter(hit.doing for hit in hits if hit.doing)
        said = ", ".join(f"{n}× {what}" for what, n in doing.most_common())
        print(f"| {blow} | {len(hits)} | {said} |")
    kills = sum(each.blow in KILLS for each in blown)
    print(f"| **kills in all** | {kills} | |")
    print("\n| scan | dropped | filed | to review | set aside | other |")
    print("|---|--:|--:|--:|--:|--:|")
    for row in _rows(outcomes):
        print(f"| {' | '.join(row)} |")


def _rows(outcomes: Sequence[Outcome]) -> Iterator[list[str]]:
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for outcome in outcomes:
        first, *again = outcome.scans
        kind = str(first.drop.kind)
        if first.good:
            table[kind][outcome.filed or "lost"] += 1
            if again:
                table["the same bytes again"]["set_aside"] += outcome.set_aside
                table["the same bytes again"]["dropped"] += len(again)
            table[kind]["dropped"] += 1
        else:
            table[kind]["dropped"] += len(outcome.scans)
            table[kind]["set_aside"] += outcome.set_aside
    shown = ("dropped", "filed", "review", "set_aside")
    for kind, row in sorted(table.items()):
        other = row.total() - sum(row[each] for each in shown)
        yield [kind, *(str(row[each]) for each in shown), str(other)]


if __name__ == "__main__":
    sys.exit(main())
