import os
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.catalog.catalog import SqlCatalog
from pipeline.model.search import SearchQuery
from pipeline.model.state import BatchState
from tests.usecases.fakes import (
    LEASE,
    SHORT_SCAN,
    TWO_SLIPS,
    House,
    open_house,
)

ASKED = [SearchQuery("tiep nhan"), SearchQuery("H15.50.05.13-261008-0975")]


@pytest.fixture
def house(home: Path) -> House:
    return open_house(home, TWO_SLIPS)


@pytest.fixture
def filed(house: House) -> House:
    house.digitize(house.receive(SHORT_SCAN).batch.id)
    return house


def test_a_batch_whose_worker_died_is_stalled(house: House) -> None:
    batch = house.receive(SHORT_SCAN).batch
    house.catalog.lease(batch.id, "dead", seconds=LEASE, attempts=3)
    assert house.upkeep.stalled(older_than=0) == ()

    house.clock.pass_by(LEASE)

    assert [each.batch for each in house.upkeep.stalled(older_than=0)] == [batch]


def test_a_rebuilt_catalog_answers_as_before(filed: House) -> None:
    before = [filed.catalog.search(asked) for asked in ASKED]
    assert all(result.hits for result in before)

    rebuilt = list(filed.upkeep.rebuild())

    assert len(rebuilt) == 2
    assert [filed.catalog.search(asked) for asked in ASKED] == before


def test_a_rebuild_queues_no_second_hand_off(filed: House) -> None:
    first, second = filed.catalog.deliveries()
    filed.catalog.delivered(first.dossier_id, 1)

    list(filed.upkeep.rebuild())

    assert filed.catalog.deliveries() == (second,)
    assert len(filed.catalog.deliveries(pending=False)) == 2


def test_a_lost_catalog_is_rebuilt_from_the_manifests(filed: House) -> None:
    before = filed.catalog.search(ASKED[0])
    filed.catalog.close()
    for path in filed.home.glob("catalog.sqlite3*"):
        path.unlink()
    fresh = SqlCatalog(f"sqlite:///{filed.home / 'catalog.sqlite3'}")
    fresh.migrate()

    list(filed.upkeep.rebuild())

    assert fresh.search(ASKED[0]) == before


def test_a_damaged_text_keeps_no_dossier_from_the_catalog(filed: House) -> None:
    document = next(filed.archive.manifests()).documents[0]
    text = filed.home / "store" / document.text_key
    text.chmod(0o600)
    text.write_bytes(b"{}")

    list(filed.upkeep.rebuild())

    found = filed.catalog.search(SearchQuery("", code="H15.50.05.13-261008-0975"))
    assert [hit.key for hit in found.hits] == [document.key]


@pytest.mark.parametrize(("days", "kept"), [(29, True), (31, False)])
def test_page_results_are_kept_for_a_while(filed: House, days: int, kept: bool) -> None:
    everything = filed.keys()
    filed.clock.pass_by(timedelta(days=days).total_seconds())

    removed = filed.upkeep.expire_work()

    work = {key for key in everything if key.startswith("work/")}
    assert removed == (0 if kept else len(work))
    assert filed.keys() == (everything if kept else everything - work)


@pytest.mark.parametrize("state", [BatchState.FAILED, BatchState.RECEIVED])
def test_page_results_of_unfinished_batches_stay(
    house: House, state: BatchState
) -> None:
    batch = house.receive(SHORT_SCAN).batch
    with house.digitizer.work_on(batch.id, "worker") as work:
        assert work is not None
        list(work.read_pages())
        if state is BatchState.FAILED:
            house.catalog.finish(work.lease, state, "ATTEMPTS")
    house.clock.pass_by(timedelta(days=99).total_seconds())

    assert house.upkeep.expire_work() == 0


def test_old_scratch_folders_are_cleared(house: House) -> None:
    old, young = house.home / "scratch" / "old", house.home / "scratch" / "young"
    now = house.clock.time
    for folder, age in ((old, timedelta(days=2)), (young, timedelta(hours=1))):
        folder.mkdir(parents=True)
        (folder / "scan.pdf").touch()
        moment = (now - age).timestamp()
        os.utime(folder, (moment, moment))

    assert house.upkeep.clear_scratch() == 1
    assert list((house.home / "scratch").iterdir()) == [young]


def test_there_may_be_no_scratch_folder(house: House) -> None:
    assert house.upkeep.clear_scratch() == 0
