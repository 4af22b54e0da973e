import hashlib
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.errors import StoreUnavailable
from pipeline.model.intake import ClaimedFile
from pipeline.model.state import ENDED_BADLY, BatchRecord, BatchState, RejectedScan
from tests.intake.files import locked_pdf, pdf
from tests.usecases.fakes import (
    SCAN,
    Cutter,
    House,
    open_house,
    scan,
)

REFUSED = [
    pytest.param(b"", "EMPTY", id="empty"),
    pytest.param(b"MZ a program", "UNSUPPORTED", id="program"),
    pytest.param(locked_pdf(owner_only=False), "ENCRYPTED", id="locked"),
    pytest.param(pdf()[:2000], "INCOMPLETE", id="torn"),
]


def rejected(house: House, claimed: ClaimedFile) -> RejectedScan:
    found = house.receiver.receive(claimed)
    assert isinstance(found, RejectedScan)
    return found


def test_a_scan_becomes_a_batch_whose_original_is_kept(house: House) -> None:
    record = house.receive()

    assert record.batch.sha256 == hashlib.sha256(SCAN).hexdigest()
    assert (record.batch.page_count, record.batch.size) == (4, len(SCAN))
    assert record.state is BatchState.RECEIVED
    assert house.archive.read(record.original_key) == SCAN


def test_the_original_is_read_back_before_the_batch_is_recorded(home: Path) -> None:
    cutter = Cutter()
    open_house(home, cutter=cutter).receive()

    steps = [cutter.names.index(each) for each in ("create_file", "digest", "register")]
    assert steps == sorted(steps)


@pytest.mark.parametrize("step", ["create_file", "digest", "register"])
def test_without_an_answer_there_is_no_batch_and_the_claim_stays(
    fresh_home: Callable[[str], Path], step: str
) -> None:
    whole = Cutter()
    open_house(fresh_home("whole"), cutter=whole).receive()
    at = whole.names.index(step) + 1
    house = open_house(fresh_home("cut"), cutter=Cutter(at))
    claimed = house.claim()

    with pytest.raises(StoreUnavailable):
        house.receiver.receive(claimed)

    assert house.catalog.batches() == ()
    assert house.inbox.claimed() == (claimed,)


def test_receiving_a_claim_again_gives_the_same_batch(house: House) -> None:
    claimed = house.claim()

    first = house.receiver.receive(claimed)

    assert house.receiver.receive(claimed) == first


@pytest.mark.parametrize(("data", "reason"), REFUSED)
def test_what_is_no_scan_is_set_aside_with_its_reason(
    house: House, data: bytes, reason: str
) -> None:
    claimed = house.inbox.adopt(house.drop(data), "demo")

    found = rejected(house, claimed)

    assert (found.reason, found.batch_id) == (reason, None)
    assert house.set_aside() == {"scan.tif", "scan.tif.txt"}
    assert house.catalog.rejection_of_claim(claimed.id) == found
    assert house.keys() == set()


def test_the_same_bytes_again_are_a_duplicate(house: House) -> None:
    first = house.receive()

    found = rejected(house, house.claim(name="again.tif"))

    assert (found.reason, found.batch_id) == ("DUPLICATE", first.batch.id)
    assert house.set_aside() == {"again.tif", "again.tif.txt"}
    assert house.catalog.batches() == (first,)


@pytest.mark.parametrize("state", ENDED_BADLY)
def test_a_scan_that_ended_badly_runs_when_dropped_again(
    house: House, state: BatchState
) -> None:
    first = house.receive()
    end(house, first, state)

    again = house.receive()

    assert again.batch.id == first.batch.id
    assert again.state is BatchState.RECEIVED
    assert again.claim != first.claim
    assert len(house.digitize(again.batch.id)) == 2


def test_of_a_scan_that_failed_one_copy_waits_in_staging(house: House) -> None:
    end(house, house.receive(), BatchState.FAILED)

    house.receive()
    house.work_through()

    assert (house.staged(), house.set_aside()) == ([], set())
    assert house.catalog.rejections() == ()


def test_a_file_that_is_still_written_to_goes_back(house: House) -> None:
    claimed = house.claim()
    with claimed.path.open("ab") as late:
        late.write(scan(1))

    assert house.receiver.receive(claimed) is None

    assert house.staged() == []
    assert (house.home / "drop" / "demo" / "scan.tif").exists()
    assert house.catalog.batches() == ()


@pytest.mark.parametrize("state", [BatchState.FILED, BatchState.REVIEW])
def test_staging_is_cleared_once_the_batch_is_filed(
    house: House, state: BatchState
) -> None:
    claimed = house.claim()
    record = house.receiver.receive(claimed)
    assert isinstance(record, BatchRecord)
    house.receiver.settle(claimed)
    assert house.inbox.claimed() == (claimed,)
    end(house, record, state)

    house.receiver.settle(claimed)

    assert house.staged() == []
    assert house.set_aside() == set()


@pytest.fixture
def filed(house: House) -> ClaimedFile:
    """A claim whose batch was filed just now."""
    claimed = house.claim()
    record = house.receiver.receive(claimed)
    assert isinstance(record, BatchRecord)
    house.digitize(record.batch.id)
    return claimed


def test_a_filed_scan_is_kept_for_a_while(house: House, filed: ClaimedFile) -> None:
    house.receiver.settle(filed, keep=timedelta(seconds=60))
    assert house.inbox.claimed() == (filed,)

    house.clock.pass_by(61)
    house.receiver.settle(filed, keep=timedelta(seconds=60))

    assert house.staged() == []


def test_an_original_that_the_store_forgot_is_put_again(
    house: House, filed: ClaimedFile
) -> None:
    (original,) = (house.home / "store" / "originals").rglob("scan.*")
    original.unlink()

    house.receiver.settle(filed)

    assert original.read_bytes() == SCAN
    assert house.staged() == []


def test_dossiers_that_the_store_forgot_are_filed_again(
    house: House, filed: ClaimedFile
) -> None:
    before = house.keys()
    shutil.rmtree(house.home / "store" / "dossiers")

    house.receiver.settle(filed)
    house.work_through()

    assert house.keys() == before
    assert house.staged() == []


def test_a_batch_that_was_set_aside_is_put_before_the_clerk(house: House) -> None:
    claimed = house.claim()
    record = house.receiver.receive(claimed)
    assert isinstance(record, BatchRecord)
    end(house, record, BatchState.SET_ASIDE)

    house.receiver.settle(claimed)

    assert house.set_aside() == {"scan.tif", "scan.tif.txt"}


def end(house: House, record: BatchRecord, state: BatchState) -> None:
    lease = house.catalog.lease(record.batch.id, "worker", seconds=60, attempts=3)
    assert lease is not None
    assert house.catalog.finish(lease, state, None)


def test_a_claim_without_a_batch_stays_in_staging(house: House) -> None:
    claimed = house.claim()

    house.receiver.settle(claimed)

    assert house.inbox.claimed() == (claimed,)
