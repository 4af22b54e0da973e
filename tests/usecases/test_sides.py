"""Two one-sided scans become one batch: once, or both are set aside."""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from pipeline.errors import StoreUnavailable
from pipeline.messages import advice, sentence
from pipeline.model.joined import Pair, read_joined
from pipeline.model.scan import FolderRules, MediaType, Sides
from pipeline.model.state import BatchState
from pipeline.usecases.status import StatusFile
from tests.intake.files import locked_pdf
from tests.usecases.fakes import (
    COUNTER,
    TWO_DOSSIERS,
    Cutter,
    House,
    PowerCut,
    open_house,
    scan,
)

TWO_SIDED = replace(
    COUNTER, folder=FolderRules(sides=Sides.FRONTS_THEN_BACKS, sides_within=300)
)
FRONTS, BACKS = scan(2, shade=200), scan(2, shade=90)


def open_two_sided(home: Path, cutter: Cutter | None = None) -> House:
    return open_house(home, TWO_DOSSIERS, counter=TWO_SIDED, cutter=cutter)


@pytest.fixture
def house(home: Path) -> House:
    return open_two_sided(home)


def drop(house: House, data: bytes, name: str, minutes: float = 0.0) -> Path:
    """Drop a file that was written *minutes* after the first."""
    path = house.drop(data, name)
    os.utime(path, (minutes * 60, minutes * 60))
    return path


def reasons(house: House) -> list[str]:
    return [each.reason for each in house.catalog.rejections()]


def test_fronts_wait_and_their_backs_make_them_a_batch(house: House) -> None:
    drop(house, FRONTS, "a.tif")
    house.work_through()
    assert house.catalog.batches() == ()
    drop(house, BACKS, "b.tif", minutes=2)
    house.work_through()
    (record,) = house.catalog.batches()
    assert (record.state, record.batch.page_count) == (BatchState.REVIEW, 4)
    assert house.pages.places == [
        ("fronts.tif", 1),
        ("backs.tif", 2),
        ("fronts.tif", 2),
        ("backs.tif", 1),
    ]
    assert house.staged() == []


def test_both_originals_are_kept_byte_for_byte(house: House) -> None:
    drop(house, FRONTS, "a.tif")
    drop(house, BACKS, "b.tif", minutes=1)
    house.work_through()
    (record,) = house.catalog.batches()
    pair = read_joined(house.archive.read(record.original_key))
    assert isinstance(pair, Pair)
    folder = record.original_key.removesuffix("scan.json")
    assert record.batch.media_type is MediaType.PAIR
    assert pair.backs_reversed
    assert house.archive.read(f"{folder}fronts.tif") == FRONTS
    assert house.archive.read(f"{folder}backs.tif") == BACKS
    assert [each for each in house.archive.verify() if each.fault] == []


@pytest.mark.parametrize("name", ["fronts.tif", "backs.tif", "scan.json"])
def test_an_original_that_is_lost_or_changed_is_told_of(
    name: str, house: House
) -> None:
    drop(house, FRONTS, "a.tif")
    drop(house, BACKS, "b.tif", minutes=1)
    house.work_through()
    (record,) = house.catalog.batches()
    key = record.original_key.replace("scan.json", name)
    (house.home / "store" / key).unlink()
    assert key in [each.key for each in house.archive.verify() if each.fault]


def test_backs_may_come_in_the_order_of_the_fronts(home: Path) -> None:
    rules = FolderRules(sides=Sides.FRONTS_THEN_BACKS_IN_ORDER)
    house = open_house(home, TWO_DOSSIERS, counter=replace(COUNTER, folder=rules))
    drop(house, FRONTS, "a.tif")
    drop(house, BACKS, "b.tif", minutes=1)
    house.work_through()
    assert [number for _, number in house.pages.places] == [1, 1, 2, 2]


@pytest.mark.parametrize(
    ("backs", "reason"),
    [
        pytest.param(scan(3), "SIDES_DIFFER", id="a sheet too many"),
        pytest.param(scan(1), "SIDES_DIFFER", id="a sheet too few"),
        pytest.param(FRONTS, "SIDES_DIFFER", id="the fronts again"),
        pytest.param(b"MZ", "UNSUPPORTED", id="no scan"),
        pytest.param(locked_pdf(owner_only=False), "ENCRYPTED", id="locked"),
    ],
)
def test_what_does_not_match_is_set_aside_together(
    backs: bytes, reason: str, house: House
) -> None:
    drop(house, FRONTS, "same.tif")
    house.work_through()
    drop(house, backs, "same.tif", minutes=1)
    house.work_through()
    folder = house.home / "drop" / COUNTER.id / "set-aside"
    kept = [path for path in folder.iterdir() if path.suffix != ".txt"]
    assert sorted(path.read_bytes() for path in kept) == sorted([FRONTS, backs])
    for path in kept:
        told = path.with_name(path.name + ".txt").read_text(encoding="utf-8-sig")
        assert sentence(reason) in told
        assert advice(reason) in told
    assert reasons(house) == [reason]
    assert house.catalog.batches() == ()


def test_backs_that_never_come_set_the_fronts_aside(house: House) -> None:
    drop(house, FRONTS, "a.tif")
    house.work_through()
    house.clock.pass_by(301)
    house.work_through()
    assert house.set_aside() == {"a.tif", "a.tif.txt"}
    assert reasons(house) == ["BACKS_MISSING"]


def test_a_late_second_scan_is_the_fronts_of_the_next_pair(house: House) -> None:
    drop(house, FRONTS, "a.tif")
    drop(house, scan(2, shade=30), "c.tif", minutes=10)
    drop(house, BACKS, "d.tif", minutes=12)
    house.work_through()
    assert house.set_aside() == {"a.tif", "a.tif.txt"}
    (record,) = house.catalog.batches()
    assert record.state is BatchState.REVIEW


def test_two_pairs_in_a_row_are_not_mixed(house: House) -> None:
    drops = [FRONTS, BACKS, scan(2, shade=30), scan(2, shade=60)]
    for minute, data in enumerate(drops):
        drop(house, data, f"{minute}.tif", minutes=minute)
    house.work_through()
    originals = {
        house.archive.read(record.original_key.replace("scan.json", f"{side}.tif"))
        for record in house.catalog.batches()
        for side in ("fronts", "backs")
    }
    assert originals == set(drops)
    assert len(house.catalog.batches()) == 2


def test_the_same_pair_again_is_a_duplicate(house: House) -> None:
    for _ in range(2):
        drop(house, FRONTS, "a.tif")
        house.work_through()
        drop(house, BACKS, "b.tif", minutes=1)
        house.work_through()
    (record,) = house.catalog.batches()
    (again,) = house.catalog.rejections()
    assert (again.reason, again.batch_id) == ("DUPLICATE", record.batch.id)


def test_backs_that_are_still_written_hold_nothing_up_and_lose_nothing(
    house: House,
) -> None:
    drop(house, FRONTS, "a.tif")
    path = drop(house, BACKS[:-50], "b.tif", minutes=1)
    house.work_through()
    assert house.catalog.batches() == ()
    drop(house, BACKS, path.name, minutes=2)
    house.work_through()
    assert len(house.catalog.batches()) == 1


def test_what_a_command_brought_is_no_side(house: House) -> None:
    source = house.home / "source.tif"
    source.write_bytes(FRONTS)
    claimed = house.inbox.adopt(source, COUNTER.id)
    assert house.sides.ready((claimed,)) == (claimed,)


def test_the_clerk_is_told_to_scan_the_backs(house: House) -> None:
    drop(house, FRONTS, "a.tif")
    house.work_through()
    status = StatusFile(house.inbox, house.archive, house.catalog, house.clock)
    assert sentence("FRONTS") in status.compose(TWO_SIDED)


@pytest.mark.parametrize(
    ("after", "power"),
    [
        pytest.param(False, False, id="no answer", marks=pytest.mark.slow),
        pytest.param(True, False, id="no answer but effect", marks=pytest.mark.slow),
        pytest.param(False, True, id="power cut"),
    ],
)
def test_wherever_it_is_cut_short_the_next_start_makes_the_same_pair(
    fresh_home: Callable[[str], Path], after: bool, power: bool
) -> None:
    for at in count(1):
        home = fresh_home(f"{at}")
        cutter = Cutter(at, after=after, power=power)
        cut = open_two_sided(home, cutter)
        drop(cut, FRONTS, "a.tif")
        with suppress(StoreUnavailable, PowerCut):
            take_in(cut)
            drop(cut, BACKS, "b.tif", minutes=1)
            take_in(cut)
        cut.catalog.close()
        house = open_two_sided(home)
        if BACKS not in everywhere(house):
            drop(house, BACKS, "b.tif", minutes=1)
        take_in(house)
        (record,) = house.catalog.batches()
        assert house.archive.read(record.original_key).startswith(b"{")
        assert [each for each in house.archive.verify() if each.fault] == []
        assert house.catalog.rejections() == ()
        (staged,) = house.inbox.claimed()
        assert (staged.id, staged.backs is None) == (record.claim, False)
        house.catalog.close()
        if cutter.calls < at:
            break
    assert at > 15


def take_in(house: House) -> None:
    """Do what the watch does until the batch is recorded."""
    house.sides.inbox.sweep()
    for claimed in house.sides.ready(house.sides.inbox.claimed()):
        house.receiver.receive(claimed)


def everywhere(house: House) -> list[bytes]:
    drop_folder = house.home / "drop" / COUNTER.id
    return [path.read_bytes() for path in drop_folder.rglob("*") if path.is_file()]
