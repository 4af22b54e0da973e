import errno
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pytest

from pipeline.errors import (
    CatalogBusy,
    DamagedScan,
    ObjectMissing,
    StoreUnavailable,
    WorkTakenOver,
)
from pipeline.model.dossier import DossierStatus
from pipeline.model.signature import IncomingSignature
from pipeline.model.state import BatchState, MarkKind
from pipeline.pdf.signatures import unreadable
from pipeline.split.sheets import COPIED
from pipeline.usecases import compose, dossier_codes
from pipeline.usecases.digitize import is_worth_retrying
from tests.catalog.made_up import Clock
from tests.pdf.drawn import page_of_bars, scan_pdf
from tests.split.paper import CODE, continued, leader, page, sheet, stack
from tests.usecases.fakes import (
    ATTEMPTS,
    BIRTH,
    LEASE,
    RECIPE,
    SHORT_SCAN,
    TWO_SLIPS,
    Cutter,
    House,
    finish,
    open_house,
    scan,
    slip,
)

SIGNED = scan_pdf(page_of_bars())
"""Stands for a PDF with a signature."""


def state(house: House, batch_id: str) -> BatchState:
    record = house.catalog.batch(batch_id)
    assert record is not None
    return record.state


def test_a_batch_becomes_dossiers_that_can_be_found(house: House) -> None:
    batch = house.receive().batch

    manifests = house.digitize(batch.id)

    assert [len(manifest.documents) for manifest in manifests] == [2, 2]
    assert house.catalog.dossiers_of(batch.id) == tuple(m.id for m in manifests)
    assert state(house, batch.id) is BatchState.REVIEW
    assert list(house.archive.manifests()) == list(manifests)


def test_a_batch_without_doubts_is_filed(home: Path) -> None:
    house = open_house(home, TWO_SLIPS)
    batch = house.receive(SHORT_SCAN).batch

    manifests = house.digitize(batch.id)

    assert {manifest.status for manifest in manifests} == {DossierStatus.FILED}
    assert state(house, batch.id) is BatchState.FILED


def test_a_page_that_could_not_be_read_puts_its_dossier_into_review(home: Path) -> None:
    house = open_house(home, stack(slip(CODE), page(readable=False)))
    batch = house.receive(SHORT_SCAN).batch

    (manifest,) = house.digitize(batch.id)

    assert manifest.status is DossierStatus.REVIEW
    assert compose.UNREADABLE_PAGE in manifest.doubts
    assert state(house, batch.id) is BatchState.REVIEW


def test_only_one_of_two_gets_the_lease(house: House) -> None:
    batch = house.receive().batch

    with (
        house.digitizer.work_on(batch.id, "first") as first,
        house.digitizer.work_on(batch.id, "second") as second,
    ):
        assert first is not None
        assert second is None


@pytest.mark.parametrize("batch_id", ["0" * 32, "unknown"])
def test_there_is_nothing_to_do_for_an_unknown_batch(
    house: House, batch_id: str
) -> None:
    with house.digitizer.work_on(batch_id, "worker") as work:
        assert work is None


def test_of_workers_at_once_exactly_one_files_the_batch(home: Path) -> None:
    batch = open_house(home, TWO_SLIPS).receive(SHORT_SCAN).batch
    houses = [open_house(home, TWO_SLIPS) for _ in range(4)]
    together = Barrier(len(houses))

    def work(house: House) -> int:
        together.wait()
        return len(house.digitize(batch.id, f"worker {id(house)}"))

    with ThreadPoolExecutor(len(houses)) as threads:
        filed = list(threads.map(work, houses))

    assert sorted(filed) == [0, 0, 0, 2]
    assert len(list(houses[0].archive.manifests())) == 2
    assert len(houses[0].catalog.deliveries()) == 2


def test_whoever_lost_the_lease_while_reading_stops(home: Path) -> None:
    house = open_house(home, TWO_SLIPS)
    batch = house.receive(SHORT_SCAN).batch
    other = open_house(home, TWO_SLIPS, clock=house.clock)

    def take_over(number: int) -> None:
        if number == 2:
            house.clock.pass_by(LEASE + 1)
            assert other.digitize(batch.id, "other")

    house.pages.before_page = take_over

    with pytest.raises(WorkTakenOver):
        house.digitize(batch.id)

    assert house.pages.numbers == [1]
    assert state(house, batch.id) is BatchState.FILED


def test_whoever_lost_the_lease_while_filing_leaves_what_the_other_filed(
    home: Path,
) -> None:
    house = open_house(home, TWO_SLIPS)
    batch = house.receive(SHORT_SCAN).batch
    other = open_house(home, TWO_SLIPS, clock=house.clock)

    with (  # noqa: PT012 - what happens inside is one try
        pytest.raises(WorkTakenOver),
        house.digitizer.work_on(batch.id, "slow") as work,
    ):
        assert work is not None
        list(work.read_pages())
        plan = work.compose()
        house.clock.pass_by(LEASE + 1)
        filed = other.digitize(batch.id, "other")
        work.file(plan)

    assert tuple(house.archive.manifests()) == filed
    assert len(house.catalog.deliveries(pending=False)) == 2
    assert state(house, batch.id) is BatchState.FILED


def test_signs_of_life_keep_the_lease(home: Path) -> None:
    house = open_house(home, TWO_SLIPS)
    batch = house.receive(SHORT_SCAN).batch
    other = open_house(home, TWO_SLIPS, clock=house.clock)

    def take_long(number: int) -> None:
        house.clock.pass_by(LEASE - 1)
        assert other.digitize(batch.id, "other") == ()

    house.pages.before_page = take_long

    assert len(house.digitize(batch.id)) == 2


def test_pages_that_are_read_are_not_read_again(home: Path) -> None:
    house = open_house(home, TWO_SLIPS)
    batch = house.receive(SHORT_SCAN).batch
    with pytest.raises(StoreUnavailable):
        stop_before_page_two(house, batch.id)
    again = open_house(home, TWO_SLIPS)

    again.digitize(batch.id)

    assert again.pages.numbers == [2]


def stop_before_page_two(house: House, batch_id: str) -> None:
    def stop(number: int) -> None:
        if number == 2:
            raise StoreUnavailable("no answer")

    house.pages.before_page = stop
    house.digitize(batch_id)


def test_an_outage_returns_the_lease_at_once(home: Path) -> None:
    house = open_house(home, TWO_SLIPS)
    batch = house.receive(SHORT_SCAN).batch

    with pytest.raises(StoreUnavailable):
        stop_before_page_two(house, batch.id)

    assert state(house, batch.id) is BatchState.RECEIVED
    assert list((home / "scratch").iterdir()) == []


@pytest.mark.parametrize(
    "end",
    [
        StoreUnavailable("no answer"),
        CatalogBusy("locked"),
        OSError(errno.ENOSPC, "no room"),
        KeyboardInterrupt(),
    ],
)
def test_neither_outages_nor_stops_use_up_tries(
    house: House, end: BaseException
) -> None:
    batch = house.receive().batch
    for _ in range(ATTEMPTS + 1):
        with pytest.raises(type(end)), house.digitizer.work_on(batch.id, "worker"):
            raise end

    assert len(house.digitize(batch.id)) == 2


def test_an_interruption_returns_the_lease_at_once(house: House) -> None:
    batch = house.receive().batch

    with (
        pytest.raises(KeyboardInterrupt),
        house.digitizer.work_on(batch.id, "worker"),
    ):
        raise KeyboardInterrupt

    assert state(house, batch.id) is BatchState.RECEIVED


def test_a_stop_while_the_lease_is_taken_returns_it(home: Path) -> None:
    cutter = Cutter()
    house = open_house(home, TWO_SLIPS, cutter=cutter)
    batch = house.receive(SHORT_SCAN).batch
    cutter.stop_after = "lease"

    with pytest.raises(KeyboardInterrupt):
        house.digitize(batch.id)

    record = house.catalog.batch(batch.id)
    assert record is not None
    assert (record.state, record.excused) == (BatchState.RECEIVED, 1)


def test_a_fault_of_the_paper_sets_the_batch_aside(house: House) -> None:
    batch = house.receive().batch

    with pytest.raises(DamagedScan), house.digitizer.work_on(batch.id, "worker"):
        raise DamagedScan("torn")

    record = house.catalog.batch(batch.id)
    assert record is not None
    assert (record.state, record.reason) == (BatchState.SET_ASIDE, "DAMAGED")


@pytest.mark.parametrize("defect", [RuntimeError, MemoryError, ObjectMissing])
def test_a_batch_out_of_tries_is_left_to_an_operator(
    house: House, defect: type[Exception]
) -> None:
    batch = house.receive().batch
    for _ in range(ATTEMPTS):
        with pytest.raises(defect), house.digitizer.work_on(batch.id, "worker"):
            raise defect

    assert house.digitize(batch.id) == ()

    record = house.catalog.batch(batch.id)
    assert record is not None
    assert (record.state, record.reason) == (BatchState.FAILED, "ATTEMPTS")


def test_a_batch_that_failed_runs_after_a_restart(house: House) -> None:
    batch = house.receive().batch
    for _ in range(ATTEMPTS):
        with pytest.raises(RuntimeError), house.digitizer.work_on(batch.id, "worker"):
            raise RuntimeError
    assert house.digitize(batch.id) == ()

    house.catalog.restart(batch.id)

    assert len(house.digitize(batch.id)) == 2


def test_the_first_plan_counts_for_every_later_try(home: Path) -> None:
    house = open_house(home, TWO_SLIPS)
    batch = house.receive(SHORT_SCAN).batch
    with (  # noqa: PT012 - what happens inside is one try
        pytest.raises(StoreUnavailable),
        house.digitizer.work_on(batch.id, "worker") as work,
    ):
        assert work is not None
        list(work.read_pages())
        decided = work.compose()
        raise StoreUnavailable
    later = open_house(home, stack(slip(CODE), continued()), recipe="another")

    with later.digitizer.work_on(batch.id, "later") as work:
        assert work is not None
        assert [receipt.number for receipt in work.read_pages()] == [1, 2]
        assert work.compose() == decided
        manifests = work.file(decided)

    assert later.pages.numbers == []
    assert {manifest.recipe for manifest in manifests} == {RECIPE}


def test_pages_of_a_careful_counter_are_read_twice_and_kept_apart(home: Path) -> None:
    house = open_house(home, TWO_SLIPS, careful="twice")
    batch = house.receive(SHORT_SCAN).batch

    manifests = house.digitize(batch.id)

    assert house.pages.careful == [True, True]
    assert {manifest.recipe for manifest in manifests} == {"twice"}
    assert house.archive.find_page(batch.id, RECIPE, 1) is None


def test_nothing_is_composed_before_all_pages_are_read(house: House) -> None:
    batch = house.receive().batch

    with (  # noqa: PT012 - what happens inside is one try
        pytest.raises(ObjectMissing),
        house.digitizer.work_on(batch.id, "worker") as work,
    ):
        assert work is not None
        work.compose()


def test_a_scan_of_nothing_but_separator_sheets_is_set_aside(home: Path) -> None:
    house = open_house(home, stack(sheet(), sheet()))
    batch = house.receive(SHORT_SCAN).batch

    house.ingester.ingest(house.drop(SHORT_SCAN), "demo", "worker", lambda *_: None)

    record = house.catalog.batch(batch.id)
    assert record is not None
    assert (record.state, record.reason) == (BatchState.SET_ASIDE, "EMPTY")


@pytest.mark.parametrize(
    ("claimed_at", "doubtful"),
    [
        pytest.param(datetime(2026, 10, 7, 16, 59, tzinfo=UTC), True, id="23:59"),
        pytest.param(datetime(2026, 10, 7, 17, 0, tzinfo=UTC), False, id="0:00"),
    ],
)
def test_the_date_in_a_code_is_compared_with_the_day_at_the_counter(
    home: Path, claimed_at: datetime, doubtful: bool
) -> None:
    clock = Clock()
    clock.time = claimed_at
    house = open_house(home, stack(slip(CODE)), clock=clock)

    (manifest,) = house.digitize(house.receive(scan(1)).batch.id)

    assert (dossier_codes.FUTURE_CODE in manifest.doubts) is doubtful


def test_a_code_that_came_with_an_earlier_scan_goes_to_a_person(home: Path) -> None:
    house = open_house(home, stack(slip(CODE), BIRTH))
    (first,) = house.digitize(house.receive(scan(2, 200)).batch.id)

    (second,) = house.digitize(house.receive(scan(2, 100)).batch.id)

    assert dossier_codes.EARLIER_CODE not in first.doubts
    assert dossier_codes.EARLIER_CODE in second.doubts


def test_papers_that_were_scanned_before_go_to_a_person_and_stay_apart(
    home: Path,
) -> None:
    letter = page("Ông Mẫu, số 079203001234, sinh ngày 5/3/2003, đến xin cấp lại")
    house = open_house(home, stack(letter))
    (first,) = house.digitize(house.receive(scan(1, 200)).batch.id)

    (second,) = house.digitize(house.receive(scan(1, 100)).batch.id)

    assert dossier_codes.SEEN_BEFORE not in first.doubts
    assert dossier_codes.SEEN_BEFORE in second.doubts
    assert house.catalog.find_alike_of(second.id) == (first.id,)


def test_a_sheet_is_good_for_one_scan(home: Path) -> None:
    house = open_house(home, stack(leader(CODE), BIRTH))
    (first,) = house.digitize(house.receive(scan(2, 200)).batch.id)

    (second,) = house.digitize(house.receive(scan(2, 100)).batch.id)

    assert (first.code, COPIED in first.doubts) == (CODE, False)
    assert (second.code, COPIED in second.doubts) == (None, True)


def test_what_only_one_scan_may_carry_outlives_the_catalog(home: Path) -> None:
    house = open_house(home, stack(leader(CODE), BIRTH))
    (first,) = house.digitize(house.receive(scan(2)).batch.id)
    (home / "catalog.sqlite3").unlink()
    house.catalog.close()
    house.catalog.migrate()
    list(house.upkeep.rebuild())

    taken = house.catalog.claim_marks("another", MarkKind.SHEET, first.sheets)

    assert taken == set(first.sheets)
    assert house.catalog.claim_marks("another", MarkKind.CODE, [CODE]) == {CODE}


@pytest.mark.parametrize(
    ("error", "worth"),
    [
        (StoreUnavailable(), True),
        (ValueError(), True),
        (DamagedScan(), False),
        (WorkTakenOver(), False),
        (ObjectMissing(), False),
    ],
)
def test_an_error_tells_whether_another_try_makes_sense(
    error: Exception, worth: bool
) -> None:
    assert is_worth_retrying(error) is worth


def test_signatures_of_a_pdf_are_judged_once_and_kept(home: Path) -> None:
    seen: list[Path] = []
    found = unreadable("UNREADABLE", "Signature1")

    def judge(path: Path) -> tuple[IncomingSignature, ...]:
        assert path.read_bytes() == SIGNED
        seen.append(path)
        return (found,)

    house = open_house(home, TWO_SLIPS[:1])
    digitizer = replace(house.digitizer, judge=judge)
    record = house.receive(SIGNED)
    with digitizer.work_on(record.batch.id, "worker") as work:
        assert work is not None
        (manifest,) = finish(work)

    assert (manifest.signatures, len(seen)) == ((found,), 1)
    assert house.archive.manifest(manifest.id).signatures == (found,)
    assert house.archive.read(manifest.original_key) == SIGNED
