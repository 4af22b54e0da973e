from datetime import timedelta

import pytest

from pipeline.catalog.catalog import SqlCatalog
from pipeline.model.state import ENDED_BADLY, BatchState, Lease, RejectedScan
from tests.catalog.made_up import START, Clock, a_batch

BATCH = a_batch()


@pytest.fixture
def lease(catalog: SqlCatalog) -> Lease:
    catalog.register(BATCH, "claim-1", "originals/a")
    held = catalog.lease(BATCH.id, "first", seconds=60, attempts=2)
    assert held is not None
    return held


def state_of(catalog: SqlCatalog) -> BatchState:
    record = catalog.batch(BATCH.id)
    assert record is not None
    return record.state


def test_a_batch_is_kept_as_it_was_received(catalog: SqlCatalog) -> None:
    record = catalog.register(BATCH, "claim-1", "originals/a")

    assert record.batch == BATCH
    assert record.state is BatchState.RECEIVED
    assert (record.claim, record.original_key) == ("claim-1", "originals/a")
    assert catalog.batch(BATCH.id) == catalog.batch_of_claim("claim-1") == record


def test_what_was_never_received_is_not_found(catalog: SqlCatalog) -> None:
    assert catalog.batch("nothing") is None
    assert catalog.batch_of_claim("nothing") is None
    assert catalog.rejection_of_claim("nothing") is None
    assert catalog.lease("nothing", "me", seconds=1, attempts=1) is None


def test_the_same_bytes_under_another_claim_show_the_first(
    catalog: SqlCatalog,
) -> None:
    first = catalog.register(BATCH, "claim-1", "originals/a")

    second = catalog.register(a_batch(counter_id="khe-sanh"), "claim-2", "originals/b")

    assert second == first
    assert catalog.batch_of_claim("claim-2") is None


@pytest.mark.parametrize("state", ENDED_BADLY)
def test_a_batch_that_ended_badly_starts_again_under_a_new_claim(
    catalog: SqlCatalog, lease: Lease, state: BatchState
) -> None:
    catalog.finish(lease, state, "DAMAGED")

    again = catalog.register(a_batch(counter_id="khe-sanh"), "claim-2", "originals/b")

    assert (again.state, again.attempt, again.excused) == (BatchState.RECEIVED, 1, 1)
    assert (again.claim, again.reason) == ("claim-2", None)
    assert again.batch.counter_id == "khe-sanh"


@pytest.mark.parametrize("state", ENDED_BADLY)
def test_a_batch_that_ended_badly_stays_so_under_its_own_claim(
    catalog: SqlCatalog, lease: Lease, state: BatchState
) -> None:
    catalog.finish(lease, state, "DAMAGED")

    record = catalog.register(BATCH, "claim-1", "originals/a")

    assert (record.state, record.reason) == (state, "DAMAGED")


def test_only_one_worker_gets_a_batch(catalog: SqlCatalog, lease: Lease) -> None:
    assert (lease.attempt, lease.owner) == (1, "first")
    assert lease.until == START + timedelta(seconds=60)
    assert catalog.lease(BATCH.id, "second", seconds=60, attempts=2) is None


def test_a_lease_that_ran_out_is_taken_over(
    catalog: SqlCatalog, lease: Lease, clock: Clock
) -> None:
    clock.pass_by(60)

    second = catalog.lease(BATCH.id, "second", seconds=60, attempts=2)

    assert second is not None
    assert second.attempt == 2
    assert not catalog.renew(lease, seconds=60, pages_done=1)
    assert not catalog.finish(lease, BatchState.FILED, None)
    assert catalog.finish(second, BatchState.FILED, None)


def test_a_renewed_lease_is_not_taken_over(
    catalog: SqlCatalog, lease: Lease, clock: Clock
) -> None:
    clock.pass_by(50)
    assert catalog.renew(lease, seconds=60, pages_done=2)
    clock.pass_by(50)

    assert catalog.lease(BATCH.id, "second", seconds=60, attempts=2) is None
    record = catalog.batch(BATCH.id)
    assert record is not None
    assert record.pages_done == 2


def test_a_batch_out_of_attempts_fails(
    catalog: SqlCatalog, lease: Lease, clock: Clock
) -> None:
    clock.pass_by(60)

    assert catalog.lease(BATCH.id, "second", seconds=60, attempts=1) is None

    record = catalog.batch(BATCH.id)
    assert record is not None
    assert (record.state, record.reason) == (BatchState.FAILED, "ATTEMPTS")


def test_the_last_attempt_may_still_end_well(catalog: SqlCatalog, lease: Lease) -> None:
    assert catalog.lease(BATCH.id, "second", seconds=60, attempts=1) is None
    assert catalog.finish(lease, BatchState.FILED, None)


def test_a_lease_given_up_is_free_at_once(catalog: SqlCatalog, lease: Lease) -> None:
    catalog.give_up(lease)

    second = catalog.lease(BATCH.id, "second", seconds=60, attempts=2)

    assert second is not None
    assert second.attempt == 2


@pytest.mark.parametrize(
    ("excused", "state"),
    [(True, BatchState.WORKING), (False, BatchState.FAILED)],
)
def test_only_an_excused_try_leaves_the_number_of_those_allowed(
    catalog: SqlCatalog, excused: bool, state: BatchState
) -> None:
    catalog.register(BATCH, "claim-1", "originals/a")
    for _ in range(3):
        held = catalog.lease(BATCH.id, "first", seconds=60, attempts=3)
        assert held is not None
        catalog.give_up(held, excused=excused)

    catalog.lease(BATCH.id, "second", seconds=60, attempts=3)

    assert state_of(catalog) is state


def test_a_new_start_does_not_revive_an_old_lease(
    catalog: SqlCatalog, lease: Lease
) -> None:
    catalog.finish(lease, BatchState.FAILED, None)
    catalog.restart(BATCH.id)

    second = catalog.lease(BATCH.id, lease.owner, seconds=60, attempts=1)

    assert second is not None
    assert second.attempt == 2
    assert not catalog.finish(lease, BatchState.FILED, None)


def test_an_excused_end_of_somebody_elses_try_changes_nothing(
    catalog: SqlCatalog, lease: Lease, clock: Clock
) -> None:
    clock.pass_by(60)
    catalog.lease(BATCH.id, "second", seconds=60, attempts=2)

    catalog.give_up(lease, excused=True)

    record = catalog.batch(BATCH.id)
    assert record is not None
    assert (record.state, record.excused) == (BatchState.WORKING, 0)


@pytest.mark.parametrize(
    ("owner", "state"),
    [("first", BatchState.RECEIVED), ("second", BatchState.WORKING)],
)
def test_only_the_dead_owners_lease_is_returned(
    catalog: SqlCatalog, lease: Lease, owner: str, state: BatchState
) -> None:
    catalog.give_up_owned(BATCH.id, owner)
    assert state_of(catalog) is state


def test_a_final_batch_is_never_leased_again(
    catalog: SqlCatalog, lease: Lease, clock: Clock
) -> None:
    catalog.finish(lease, BatchState.REVIEW, None)
    catalog.give_up(lease)
    clock.pass_by(3600)

    assert catalog.lease(BATCH.id, "second", seconds=60, attempts=9) is None
    assert state_of(catalog) is BatchState.REVIEW


def test_an_old_lease_is_void_after_a_new_start(
    catalog: SqlCatalog, lease: Lease
) -> None:
    catalog.finish(lease, BatchState.SET_ASIDE, "DAMAGED")
    catalog.register(BATCH, "claim-2", "originals/a")
    catalog.lease(BATCH.id, "second", seconds=60, attempts=2)

    assert not catalog.finish(lease, BatchState.FILED, None)


def test_a_received_batch_stalls_after_a_while(
    catalog: SqlCatalog, clock: Clock
) -> None:
    catalog.register(BATCH, "claim-1", "originals/a")
    clock.pass_by(30)

    assert catalog.stalled(older_than=31) == ()
    assert [each.batch for each in catalog.stalled(older_than=30)] == [BATCH]


def test_a_leased_batch_stalls_when_its_time_is_over(
    catalog: SqlCatalog, lease: Lease, clock: Clock
) -> None:
    clock.pass_by(59)
    assert catalog.stalled(older_than=0) == ()
    clock.pass_by(1)
    assert [each.batch for each in catalog.stalled(older_than=3600)] == [BATCH]


def test_batches_are_listed_the_latest_change_first(
    catalog: SqlCatalog, lease: Lease, clock: Clock
) -> None:
    clock.pass_by(1)
    other = catalog.register(a_batch("b", "khe-sanh"), "claim-2", "originals/b")

    listed = [each.batch.id for each in catalog.batches()]

    assert listed == [other.batch.id, BATCH.id]
    assert catalog.batches(counter_id="khe-sanh") == (other,)
    assert catalog.batches(states=iter([BatchState.RECEIVED])) == (other,)
    assert catalog.batches(limit=1) == (other,)


def test_a_rejection_is_recorded_once_for_each_claim(catalog: SqlCatalog) -> None:
    first = RejectedScan("claim-1", "ben-quang", None, "ENCRYPTED", START)
    later = RejectedScan(
        "claim-2", "khe-sanh", "f" * 64, "DUPLICATE", START + timedelta(1), BATCH.id
    )
    for rejected in (first, later, RejectedScan("claim-1", "x", None, "EMPTY", START)):
        catalog.reject(rejected)

    assert catalog.rejections() == (later, first)
    assert catalog.rejections(counter_id="ben-quang") == (first,)
    assert catalog.rejection_of_claim("claim-2") == later


def test_without_a_clock_leases_follow_the_time_of_day(
    catalog: SqlCatalog, url: str
) -> None:
    timed = SqlCatalog(url)
    record = timed.register(BATCH, "claim-1", "originals/a")

    lease = timed.lease(BATCH.id, "first", seconds=100, attempts=2)

    assert lease is not None
    assert 99 < (lease.until - record.changed_at).total_seconds() < 130
    assert len(timed.stalled(older_than=0)) == 0
    timed.close()


@pytest.mark.parametrize("state", ENDED_BADLY)
def test_a_batch_that_ended_badly_is_restarted_with_all_its_tries(
    catalog: SqlCatalog, lease: Lease, state: BatchState
) -> None:
    catalog.finish(lease, state, "DAMAGED")

    restarted = catalog.restart(BATCH.id)

    assert restarted is not None
    assert (restarted.state, restarted.reason) == (BatchState.RECEIVED, None)
    assert restarted.attempt == restarted.excused == 1
    assert catalog.lease(BATCH.id, "second", seconds=60, attempts=1) is not None


@pytest.mark.parametrize("state", [BatchState.FILED, BatchState.REVIEW])
def test_a_filed_batch_is_not_restarted(
    catalog: SqlCatalog, lease: Lease, state: BatchState
) -> None:
    catalog.finish(lease, state, None)

    restarted = catalog.restart(BATCH.id)

    assert restarted is not None
    assert restarted.state is state


def test_a_batch_in_work_is_not_restarted(catalog: SqlCatalog, lease: Lease) -> None:
    restarted = catalog.restart(BATCH.id)

    assert restarted is not None
    assert restarted.state is BatchState.WORKING
    assert catalog.renew(lease, seconds=60, pages_done=1)


def test_an_unknown_batch_is_not_restarted(catalog: SqlCatalog) -> None:
    assert catalog.restart("0" * 32) is None


def test_counters_with_a_change_are_named(catalog: SqlCatalog, clock: Clock) -> None:
    catalog.register(a_batch("a", "one"), "c1", "originals/a")
    clock.pass_by(100)
    catalog.register(a_batch("b", "two"), "c2", "originals/b")
    catalog.reject(RejectedScan("c3", "three", None, "EMPTY", clock()))
    assert catalog.changed_counters(seconds=50) == {"two", "three"}
    assert catalog.changed_counters(seconds=200) == {"one", "two", "three"}
    clock.pass_by(100)
    assert catalog.changed_counters(seconds=50) == frozenset()
