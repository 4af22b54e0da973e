from pathlib import Path
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.states import Completed, Pending, Running

from demo.drawing import draw_receipt, make_person, to_pdf
from pipeline.bootstrap import App, load_settings
from pipeline.errors import ConfigError
from pipeline.flows.deploy import deploy
from pipeline.flows.living import begin_again, bury_dead, marks, take_post
from pipeline.flows.names import DIGITIZE
from pipeline.flows.start import live_runs, start_digitize
from pipeline.model.state import BatchRecord, BatchState

pytestmark = [pytest.mark.server, pytest.mark.slow]

WORKER = "worker-one"


@pytest.fixture(scope="module", autouse=True)
def deployed(home: Path, prefect_database: Path) -> None:
    deploy(load_settings(home=home))


@pytest.fixture
def record(app: App, tmp_path: Path, request: pytest.FixtureRequest) -> BatchRecord:
    """A received batch; each test has its own."""
    scan = tmp_path / "scan.pdf"
    person = make_person(sum(request.node.name.encode()))
    scan.write_bytes(to_pdf([draw_receipt(person, "H50.32.05-261008-0123")]))
    received = app.receiver.receive(app.inbox.adopt(scan, "demo"))
    assert isinstance(received, BatchRecord)
    return received


@pytest.fixture
def run(app: App, record: BatchRecord) -> FlowRun:
    """A run of it that has the lease, is Running, and was given to `WORKER`."""
    start_digitize(record)
    (asked,) = runs_of(record)
    leased(app, record, asked.id)
    with get_client(sync_client=True) as client:
        for state in (Pending(), Running()):
            client.set_flow_run_state(asked.id, state, force=True)
        label = {"prefect.worker.name": WORKER}
        client.request(
            "PATCH", "/flow_runs/{id}/labels", path_params={"id": asked.id}, json=label
        )
    return asked


def runs_of(record: BatchRecord) -> list[FlowRun]:
    tag = f"batch:{record.batch.id}"
    return [run for run in live_runs(DIGITIZE) if tag in run.tags]


def leased(app: App, record: BatchRecord, owner: UUID) -> None:
    assert app.catalog.lease(record.batch.id, str(owner), seconds=600, attempts=4)


def state_of(run: FlowRun) -> StateType | None:
    with get_client(sync_client=True) as client:
        return client.read_flow_run(run.id).state_type


def mark_dead(app: App, name: str) -> None:
    """Leave the mark of a process that is gone."""
    folder = marks(app.settings).folder
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("1")


def test_a_run_whose_process_is_gone_is_followed_by_the_next(
    app: App, record: BatchRecord, run: FlowRun
) -> None:
    mark_dead(app, str(run.id))
    assert bury_dead(app) == 1
    assert state_of(run) is StateType.CRASHED
    after = app.catalog.batch(record.batch.id)
    assert after is not None
    assert (after.state, after.attempt) == (BatchState.RECEIVED, 1)
    (following,) = runs_of(record)
    assert following.id != run.id


def test_a_run_that_never_had_a_process_dies_with_its_worker(
    app: App, record: BatchRecord, run: FlowRun
) -> None:
    mark_dead(app, f"worker-{WORKER}")
    assert bury_dead(app) == 1
    assert [each.id for each in runs_of(record)] != [run.id]


def test_a_run_that_lives_is_left_alone(app: App, run: FlowRun) -> None:
    assert marks(app.settings).hold(str(run.id))
    mark_dead(app, f"worker-{WORKER}")
    assert bury_dead(app) == 0
    assert state_of(run) is StateType.RUNNING


def test_of_the_runs_of_other_machines_nothing_is_known(app: App, run: FlowRun) -> None:
    for mark in marks(app.settings).names():
        marks(app.settings).forget(mark)
    assert bury_dead(app) == 0
    assert state_of(run) is StateType.RUNNING


def test_beginning_again_twice_starts_one_run(
    app: App, record: BatchRecord, run: FlowRun
) -> None:
    before = len(runs_of(record))
    for _ in range(2):
        begin_again(app, run)
    assert len(runs_of(record)) == before + 1


def test_marks_go_when_prefect_knows_of_the_end(app: App, run: FlowRun) -> None:
    mark_dead(app, str(run.id))
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(run.id, Completed(), force=True)
    bury_dead(app)
    assert str(run.id) not in marks(app.settings).names()


def test_two_workers_of_one_name_are_refused(app: App) -> None:
    take_post(app.settings, "worker-two")
    with pytest.raises(ConfigError, match="worker-two"):
        take_post(app.settings, "worker-two")
