from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.model.intake import ClaimedFile
from pipeline.model.scan import Counter, FolderRules, Priority
from pipeline.model.state import BatchRecord
from pipeline.usecases.turns import Turns
from tests.catalog.made_up import a_batch
from tests.usecases.fakes import House

DAY = Counter("day", "Quầy 1", "UBND")
OLD = Counter("old", "Kho", "UBND", folder=FolderRules(priority=Priority.BACKLOG))


def received(house: House, name: str, counter: Counter) -> BatchRecord:
    batch = a_batch(name, counter.id)
    return house.catalog.register(batch, f"claim-{name}", f"originals/{name}")


@pytest.fixture
def turns(house: House) -> Turns:
    return Turns(house.catalog, (DAY, OLD))


def begin(house: House, record: BatchRecord) -> None:
    assert house.catalog.lease(record.batch.id, "me", seconds=60, attempts=3)


def test_the_day_never_waits(house: House, turns: Turns) -> None:
    for name in "abc":
        assert turns.may_start(received(house, name, DAY))


def test_the_backlog_waits_while_a_scan_of_the_day_does(
    house: House, turns: Turns
) -> None:
    old = received(house, "a", OLD)
    of_day = received(house, "b", DAY)
    assert not turns.may_start(old)
    begin(house, of_day)
    assert turns.may_start(old)


def test_of_the_backlog_one_waits_for_a_worker(house: House, turns: Turns) -> None:
    first, second = (received(house, name, OLD) for name in "ab")
    assert turns.may_start(first)
    assert not turns.may_start(second)
    begin(house, first)
    assert turns.may_start(second)


def test_a_counter_that_is_gone_does_not_wait(house: House, turns: Turns) -> None:
    assert turns.may_start(received(house, "a", Counter("gone", "", "")))


def test_the_files_of_the_day_are_taken_in_first(turns: Turns) -> None:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    files = tuple(
        ClaimedFile(str(number), counter.id, Path(str(number)), at)
        for number, counter in enumerate((OLD, DAY, OLD, DAY))
    )
    assert [each.id for each in turns.in_order(files)] == ["1", "3", "0", "2"]


def test_counters_take_turns_whatever_one_has_in_staging(house: House) -> None:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    other = Counter("other", "Quầy 2", "UBND")
    files = tuple(
        ClaimedFile(f"{counter.id}{number}", counter.id, Path("x"), at)
        for counter in (DAY, other)
        for number in range(3)
    )
    turns = Turns(house.catalog, (DAY, other, OLD))
    assert [each.id for each in turns.in_order(files)] == [
        "day0", "other0", "day1", "other1", "day2", "other2",
    ]  # fmt: skip
