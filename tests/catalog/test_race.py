import multiprocessing
import os
import random
import signal
from collections import Counter
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from pipeline.catalog.catalog import SqlCatalog
from pipeline.model.state import BatchState
from tests.catalog.made_up import a_batch

WORKERS = 8
MORTAL = 3
BATCHES = [a_batch(f"{number}") for number in range(300)]


def work(url: str, worker: int, ledger: Path, start: Barrier) -> None:
    """Lease and finish what there is; mortal workers are killed holding a lease."""
    catalog = SqlCatalog(url)
    random.seed(worker)
    start.wait(120)  # one that loads its modules late would find nothing left to do
    leases = 0
    while open_ones := catalog.batches(
        states=[BatchState.RECEIVED, BatchState.WORKING], limit=300
    ):
        for record in random.sample(open_ones, min(20, len(open_ones))):
            lease = catalog.lease(record.batch.id, f"w{worker}", seconds=1, attempts=99)
            if lease is None:
                continue
            leases += 1
            if worker < MORTAL and leases == 10:
                os.kill(os.getpid(), signal.SIGKILL)
            if catalog.finish(lease, BatchState.FILED, None):
                with ledger.open("a") as file:
                    file.write(f"{record.batch.id}\n")


@pytest.mark.slow
def test_every_batch_is_finished_once_though_workers_are_killed(
    url: str, tmp_path: Path
) -> None:
    catalog = SqlCatalog(url)
    catalog.migrate()
    for batch in BATCHES:
        catalog.register(batch, batch.id, "originals/x")
    spawn = multiprocessing.get_context("spawn")  # as on machines of their own
    start = spawn.Barrier(WORKERS)
    crew = [
        spawn.Process(target=work, args=(url, worker, tmp_path / "ledger", start))
        for worker in range(WORKERS)
    ]
    for each in crew:
        each.start()
    for each in crew:
        each.join(120)

    killed = [-signal.SIGKILL] * MORTAL
    assert [each.exitcode for each in crew] == killed + [0] * (WORKERS - MORTAL)
    finished = Counter((tmp_path / "ledger").read_text().split())
    assert finished == {batch.id: 1 for batch in BATCHES}
    records = catalog.batches(states=[BatchState.FILED], limit=1_000)
    assert sum(record.attempt > 1 for record in records) >= MORTAL
