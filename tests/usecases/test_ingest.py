from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import ConfigError, StoreUnavailable
from pipeline.model.state import ENDED_BADLY, BatchState
from pipeline.model.text import PageReceipt
from pipeline.usecases.ingest import Ingested
from tests.intake.files import locked_pdf
from tests.usecases.fakes import (
    SHORT_SCAN,
    TWO_SLIPS,
    Cutter,
    House,
    open_house,
)


@pytest.fixture
def house(home: Path) -> House:
    return open_house(home, TWO_SLIPS)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Nguyễn Thị Mẫu.tif"
    path.write_bytes(SHORT_SCAN)
    return path


def ingest(house: House, file: Path, owner: str = "cli") -> Ingested:
    return house.ingester.ingest(file, "demo", owner, lambda *_: None)


def test_a_file_is_filed_and_stays(house: House, file: Path) -> None:
    found = ingest(house, file)

    assert (found.outcome, found.reason, found.pages) == ("filed", None, 2)
    assert found.manifests == tuple(house.archive.manifests())
    assert file.read_bytes() == SHORT_SCAN
    assert (house.staged(), house.set_aside()) == ([], set())


def test_progress_is_told_page_by_page(house: House, file: Path) -> None:
    told: list[tuple[int, int]] = []

    def on_page(receipt: PageReceipt, pages: int) -> None:
        told.append((receipt.number, pages))

    house.ingester.ingest(file, "demo", "cli", on_page)

    assert told == [(1, 2), (2, 2)]


def test_the_same_file_again_is_a_duplicate(house: House, file: Path) -> None:
    first = ingest(house, file)

    second = ingest(house, file)

    assert (second.outcome, second.reason) == ("duplicate", "DUPLICATE")
    assert (second.batch_id, second.pages) == (first.batch_id, 2)
    assert second.manifests == first.manifests
    assert house.set_aside() == set()
    assert len(house.catalog.deliveries(pending=False)) == 2


def test_a_dropped_scan_may_come_by_the_command_line_as_well(
    house: House, file: Path
) -> None:
    house.drop(SHORT_SCAN)
    house.work_through()

    assert ingest(house, file).outcome == "duplicate"


def test_a_file_that_is_no_scan_is_set_aside(house: House, tmp_path: Path) -> None:
    locked = tmp_path / "locked.pdf"
    locked.write_bytes(locked_pdf(owner_only=False))

    found = ingest(house, locked)

    assert (found.outcome, found.reason) == ("set_aside", "ENCRYPTED")
    assert (found.batch_id, found.manifests) == (None, ())
    assert house.set_aside() == {"locked.pdf", "locked.pdf.txt"}
    assert locked.exists()


def test_a_counter_that_does_not_exist_is_a_mistake(house: House, file: Path) -> None:
    with pytest.raises(ConfigError, match="nowhere"):
        house.ingester.ingest(file, "nowhere", "cli", lambda *_: None)


def calls_of_a_whole_ingest(home: Path, file: Path) -> int:
    cutter = Cutter()
    ingest(open_house(home, TWO_SLIPS, cutter=cutter), file)
    return cutter.calls


@pytest.mark.parametrize("share", [0.1, 0.2, 0.3, 0.5, 0.7, 0.9])
def test_what_was_cut_short_is_taken_up_again(
    fresh_home: Callable[[str], Path], file: Path, share: float
) -> None:
    calls = calls_of_a_whole_ingest(fresh_home("whole"), file)
    home = fresh_home("cut")
    with pytest.raises(StoreUnavailable):
        ingest(open_house(home, TWO_SLIPS, cutter=Cutter(int(calls * share))), file)
    house = open_house(home, TWO_SLIPS)

    found = ingest(house, file)

    assert found.outcome == ("duplicate" if share == 0.9 else "filed")
    assert found.manifests == tuple(house.archive.manifests())
    assert (house.staged(), house.set_aside()) == ([], set())
    assert len(house.catalog.batches()) == 1


def test_a_file_that_somebody_else_is_reading_is_left_to_them(
    house: House, file: Path
) -> None:
    batch = house.receive(SHORT_SCAN).batch

    with house.digitizer.work_on(batch.id, "another"):
        found = ingest(house, file)

    assert (found.outcome, found.batch_id) == ("working", batch.id)


def test_a_batch_out_of_tries_is_reported_as_failed(house: House, file: Path) -> None:
    record = house.receive(SHORT_SCAN)
    for _ in range(3):
        lease = house.catalog.lease(record.batch.id, "w", seconds=60, attempts=3)
        assert lease is not None
        house.catalog.give_up(lease)

    found = ingest(house, file)

    assert (found.outcome, found.reason) == ("failed", "ATTEMPTS")


@pytest.mark.parametrize("state", ENDED_BADLY)
def test_a_scan_that_ended_badly_may_be_ingested_again(
    house: House, file: Path, state: BatchState
) -> None:
    record = house.receive(SHORT_SCAN)
    lease = house.catalog.lease(record.batch.id, "w", seconds=60, attempts=3)
    assert lease is not None
    house.catalog.finish(lease, state, "DAMAGED")

    assert ingest(house, file).outcome == "filed"
