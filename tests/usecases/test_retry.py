"""What was set aside or failed, tried again by a click."""

from pathlib import Path

from pipeline.model.state import BatchState
from pipeline.usecases.retry import Retrier
from tests.usecases.fakes import COUNTER, SCAN, House, open_house


def retrier(house: House) -> Retrier:
    return Retrier(house.inbox, house.catalog)


def failed(house: House, state: BatchState) -> str:
    """Receive a scan and let it end badly; returns its claim."""
    record = house.receive(SCAN)
    lease = house.catalog.lease(record.batch.id, "test", seconds=60, attempts=9)
    assert lease is not None
    house.catalog.finish(lease, state, "DAMAGED")
    return record.claim


def test_a_failed_scan_begins_again(home: Path) -> None:
    house = open_house(home)
    claim = failed(house, BatchState.FAILED)

    assert retrier(house).again(COUNTER.id, claim)

    record = house.catalog.batch_of_claim(claim)
    assert record is not None
    assert record.state is BatchState.RECEIVED


def test_a_scan_of_another_counter_is_not_touched(home: Path) -> None:
    house = open_house(home)
    claim = failed(house, BatchState.SET_ASIDE)

    assert not retrier(house).again("another", claim)

    record = house.catalog.batch_of_claim(claim)
    assert record is not None
    assert record.state is BatchState.SET_ASIDE


def test_a_scan_that_is_fine_is_left_alone(home: Path) -> None:
    house = open_house(home)
    record = house.receive(SCAN)

    assert not retrier(house).again(COUNTER.id, record.claim)


def test_a_rejected_file_goes_back_to_the_drop_folder(home: Path) -> None:
    house = open_house(home)
    path = home / "drop" / COUNTER.id / "broken.pdf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"%PDF-1.4 torn")
    claimed = house.inbox.adopt(path, COUNTER.id)
    path.unlink()
    house.inbox.set_aside(claimed, "DAMAGED", "")

    assert retrier(house).again(COUNTER.id, claimed.id)

    assert path.read_bytes() == b"%PDF-1.4 torn"
