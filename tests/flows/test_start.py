from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import StateType
from prefect.states import Pending, Running, Scheduled

from pipeline.bootstrap import App, load_settings
from pipeline.flows.deploy import deploy, end_stale_runs
from pipeline.flows.names import DIGITIZE, UPKEEP, WATCH
from pipeline.flows.start import (
    batches_in_flight,
    live_runs,
    skip_missed,
    start_digitize,
    start_watch,
)
from pipeline.model.scan import MediaType, ScanBatch
from pipeline.model.state import BatchRecord, BatchState

pytestmark = [pytest.mark.server, pytest.mark.slow]


def record(digit: str) -> BatchRecord:
    now = datetime.now(UTC)
    batch = ScanBatch(digit * 32, "demo", digit * 64, MediaType.PDF, 1, 10, now)
    return BatchRecord(batch, BatchState.RECEIVED, "claim", "key", 0, 0, None, now)


@pytest.fixture(scope="module", autouse=True)
def deployed(home: Path, prefect_database: Path) -> None:
    for _ in range(2):
        deploy(load_settings(home=home))


def test_deploying_twice_makes_one_of_each() -> None:
    with get_client(sync_client=True) as client:
        answer = client.request("POST", "/deployments/filter", json={})
        names = sorted(deployment["name"] for deployment in answer.json())
        automations = client.read_automations_by_name("end runs without a heartbeat")
    assert names == ["digitize", "upkeep", "upkeep-nightly", "watch"]
    assert len(automations) == 1


def test_the_watch_gets_the_first_free_slot() -> None:
    with get_client(sync_client=True) as client:
        path = "/work_pools/{work_pool_name}/queues/filter"
        pool = {"work_pool_name": load_settings().prefect.work_pool}
        answer = client.request("POST", path, path_params=pool, json={})
    assert min(answer.json(), key=lambda each: each["priority"])["name"] == "watch"


def test_asking_twice_for_the_same_try_starts_one_run() -> None:
    for _ in range(2):
        start_digitize(record("a"))
    assert "a" * 32 in batches_in_flight()
    assert len(live_runs(DIGITIZE)) == 1


def test_a_named_new_start_is_another_run() -> None:
    before = len(live_runs(DIGITIZE))
    start_digitize(record("a"), again="-20261124")
    assert len(live_runs(DIGITIZE)) == before + 1


def test_one_watch_is_enough() -> None:
    start_watch()
    assert not start_watch()
    assert len(live_runs(WATCH)) == 1


@pytest.mark.parametrize("worker", [None, "worker-one"])
def test_a_pending_run_that_no_worker_put_its_name_on_is_called_dead(
    monkeypatch: pytest.MonkeyPatch, worker: str | None
) -> None:
    monkeypatch.setattr("pipeline.flows.start._CLAIM_LIMIT", timedelta(0))
    start_digitize(record("c"), again=str(worker))
    (run,) = [r for r in live_runs(DIGITIZE) if f"batch:{'c' * 32}" in r.tags]
    with get_client(sync_client=True) as client:
        if worker:
            client.update_flow_run_labels(run.id, {"prefect.worker.name": worker})
        client.set_flow_run_state(run.id, Pending(), force=True)
        alive = run.id in [each.id for each in live_runs(DIGITIZE)]
    assert alive == (worker is not None)


def test_missed_runs_of_a_schedule_are_skipped_and_coming_ones_stay() -> None:
    coming = datetime.now(UTC) + timedelta(minutes=4)
    with get_client(sync_client=True) as client:
        upkeep = client.read_deployment_by_name("upkeep/upkeep")
        for late in (timedelta(hours=2), timedelta(hours=1), timedelta(hours=-1)):
            state = Scheduled(scheduled_time=datetime.now(UTC) - late)
            client.create_flow_run_from_deployment(upkeep.id, state=state)
        assert skip_missed(UPKEEP) == 2
    assert skip_missed(UPKEEP) == 0
    left = [run.expected_start_time for run in live_runs(UPKEEP)]
    assert any(start is not None and start > coming for start in left)


def test_runs_of_a_stopped_stack_are_called_dead(app: App) -> None:
    start_digitize(record("b"))
    (run,) = [r for r in live_runs(DIGITIZE) if f"batch:{'b' * 32}" in r.tags]
    with get_client(sync_client=True) as client:
        for state in (Pending(), Running()):
            client.set_flow_run_state(run.id, state, force=True)
        end_stale_runs(app)
        ended = client.read_flow_run(run.id)
    assert ended.state is not None
    assert ended.state.type is StateType.CRASHED
