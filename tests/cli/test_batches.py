from pathlib import Path

import pytest

from pipeline.catalog.catalog import SqlCatalog
from pipeline.model.state import BatchState, RejectedScan
from tests.catalog.made_up import START, a_batch, a_manifest
from tests.cli.conftest import Sohoa, lines

KEYS = [
    *("batch", "counter", "state", "reason", "pages_done", "pages", "attempt"),
    *("excused", "received_at", "changed_at", "rescan", "original", "dossiers"),
]
FAILED = a_batch("failed")
FILED = a_batch("filed", "khe-sanh")
WAITING = a_batch("waiting")


@pytest.fixture
def known(catalog: SqlCatalog) -> SqlCatalog:
    """A catalog of a batch that failed, one that is filed, and one that waits."""
    ends = {FAILED: BatchState.FAILED, FILED: BatchState.FILED, WAITING: None}
    for batch, state in ends.items():
        catalog.register(batch, f"claim of {batch.id}", f"originals/{batch.id}")
        if state is None:
            continue
        lease = catalog.lease(batch.id, "w", seconds=60, attempts=1)
        assert lease is not None
        catalog.renew(lease, seconds=60, pages_done=2)
        catalog.finish(lease, state, "ATTEMPTS" if batch is FAILED else None)
    catalog.index(a_manifest("d1", batch_id=FILED.id), ("text",))
    return catalog


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), {FAILED.id, FILED.id, WAITING.id}),
        (("--state", "failed"), {FAILED.id}),
        (("--state", "failed", "--state", "received"), {FAILED.id, WAITING.id}),
        (("--counter", "khe-sanh"), {FILED.id}),
        (("--counter", "khe-sanh", "--state", "failed"), set()),
    ],
)
@pytest.mark.usefixtures("known")
def test_batches_are_listed_by_state_and_counter(
    sohoa: Sohoa, words: tuple[str, ...], expected: set[str]
) -> None:
    result = sohoa("batches", "--json", *words)

    assert result.exit_code == 0
    assert {each["batch"] for each in lines(result.stdout)} == expected


@pytest.mark.usefixtures("known")
def test_a_batch_that_failed_says_how_far_it_came_and_why(sohoa: Sohoa) -> None:
    (told,) = lines(sohoa("batches", "--state", "failed", "--json").stdout)

    assert list(told) == KEYS
    assert (told["pages_done"], told["pages"]) == (2, 3)
    assert (told["attempt"], told["reason"]) == (1, "ATTEMPTS")
    assert told["changed_at"] == START.isoformat()
    assert told["dossiers"] == []


@pytest.mark.usefixtures("known")
def test_a_filed_batch_names_its_dossiers(sohoa: Sohoa) -> None:
    (told,) = lines(sohoa("batches", "--counter", "khe-sanh", "--json").stdout)

    assert told["dossiers"] == ["d1"]


@pytest.mark.usefixtures("known")
def test_people_read_a_line_a_batch(sohoa: Sohoa) -> None:
    said = sohoa("batches", "--state", "failed").stdout

    assert said.count("\n") == 1
    for part in (FAILED.id, "ben-quang", "2/3 pages", "attempt 1", "ATTEMPTS"):
        assert part in said


def test_tries_that_do_not_count_are_told(sohoa: Sohoa, known: SqlCatalog) -> None:
    known.restart(FAILED.id)

    said = sohoa("batches", "--counter", "ben-quang").stdout

    assert "attempt 1 (1 excused)" in said


@pytest.mark.usefixtures("known")
def test_no_more_are_listed_than_wanted(sohoa: Sohoa) -> None:
    assert len(lines(sohoa("batches", "--limit", "2", "--json").stdout)) == 2
    assert sohoa("batches", "--limit", "0").exit_code == 2


def test_files_that_never_became_a_batch_are_listed(
    sohoa: Sohoa, catalog: SqlCatalog
) -> None:
    catalog.reject(RejectedScan("c1", "two", None, "EMPTY", START))
    catalog.reject(RejectedScan("c2", "one", "f" * 64, "DUPLICATE", START, FILED.id))
    words = ("batches", "--rejected", "--counter", "one")

    (told,) = lines(sohoa(*words, "--json").stdout)

    assert (told["claim"], told["reason"]) == ("c2", "DUPLICATE")
    assert told["batch"] == FILED.id
    assert f"batch {FILED.id}" in sohoa(*words).stdout


def test_what_was_rejected_has_no_state(sohoa: Sohoa) -> None:
    assert sohoa("batches", "--rejected", "--state", "failed").exit_code == 2


def test_an_unknown_state_is_wrong_usage(sohoa: Sohoa, home: Path) -> None:
    assert sohoa("batches", "--state", "lost").exit_code == 2
    assert not home.exists()


def test_retry_restarts_a_batch(sohoa: Sohoa, catalog: SqlCatalog) -> None:
    batch = a_batch()
    catalog.register(batch, "claim", "originals/x")
    lease = catalog.lease(batch.id, "w", seconds=60, attempts=1)
    assert lease is not None
    catalog.finish(lease, BatchState.FAILED, "ATTEMPTS")

    (said,) = lines(sohoa("retry", batch.id, "--json").stdout)

    assert said == {"batch": batch.id, "state": "received"}
    assert sohoa("retry", batch.id).stderr.endswith("waits to be read\n")


def test_retry_leaves_work_alone(sohoa: Sohoa, catalog: SqlCatalog) -> None:
    batch = a_batch()
    catalog.register(batch, "claim", "originals/x")
    catalog.lease(batch.id, "w", seconds=60, attempts=1)

    result = sohoa("retry", batch.id)

    assert result.exit_code == 0
    assert "left as it is" in result.stderr


def test_retry_knows_no_other_batch(sohoa: Sohoa) -> None:
    assert sohoa("retry", "0" * 32).exit_code == 2
