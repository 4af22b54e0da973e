"""Start runs, and find out which batches somebody is already about to do."""

from datetime import UTC, datetime, timedelta

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.deployments import run_deployment
from prefect.states import Crashed

from pipeline.flows.names import DIGITIZE, TAG_BATCH, WATCH, deployment
from pipeline.model.state import BatchRecord

_LIVE = [StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING]

_PENDING_LIMIT = timedelta(minutes=2)
"""Age at which a run that is still *Pending* will never start: its worker died
before the child existed, and nobody picks it up (Prefect issues 22664, 18933)."""

_CLAIM_LIMIT = timedelta(minutes=1)
"""The same for a run that does not even have the name of its worker on it, which a
worker writes a moment after it made the run *Pending*."""

WORKER_LABEL = "prefect.worker.name"
"""Label by which Prefect's workers put their name on a run."""

_SHORT_ID = 8
"""Digits of a batch id that an operator reads."""


def start_digitize(record: BatchRecord, *, again: str = "") -> None:
    """Ask for a run that digitizes a batch, and do not wait for it.

    The key makes asking twice for the same try harmless. It is burnt for good once
    used, so a deliberate new start names itself in *again*.
    """
    batch = record.batch
    run_deployment(
        deployment(DIGITIZE),
        parameters={"batch_id": batch.id},
        flow_run_name=f"{batch.counter_id} · {batch.id[:_SHORT_ID]}",
        tags=[f"{TAG_BATCH}{batch.id}", batch.counter_id],
        idempotency_key=f"{batch.id}-{record.claim}-{record.attempt}{again}",
        timeout=0,
        as_subflow=False,
    )


def start_watch() -> bool:
    """Ask for a watch where none is running or about to; True if one was asked for."""
    if live_runs(WATCH):
        return False
    run_deployment(deployment(WATCH), timeout=0, as_subflow=False)
    return True


def skip_missed(flow: str) -> int:
    """Remove the runs of a schedule whose time is over: what starts now does for all.

    After an outage of hours they would be done one after another, before any scan.
    """
    with get_client(sync_client=True) as client:
        missed = client.read_flow_runs(
            deployment_filter=DeploymentFilter(name=DeploymentFilterName(any_=[flow])),
            flow_run_filter=FlowRunFilter(
                state=FlowRunFilterState(
                    type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])
                ),
                expected_start_time=FlowRunFilterExpectedStartTime(
                    before_=datetime.now(UTC)
                ),
            ),
            sort=FlowRunSort.EXPECTED_START_TIME_ASC,
            limit=200,
        )
        for run in missed:
            client.delete_flow_run(run.id)
    return len(missed)


def batches_in_flight() -> frozenset[str]:
    """List the batches that have a run which works or will begin."""
    return frozenset(
        tag.removeprefix(TAG_BATCH)
        for run in live_runs(DIGITIZE)
        for tag in run.tags
        if tag.startswith(TAG_BATCH)
    )


def crash(run: FlowRun, why: str) -> None:
    """Call a run dead whose process is known to be gone."""
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(run.id, Crashed(message=why), force=True)


def _is_stuck(run: FlowRun) -> bool:
    """Tell whether a run is *Pending* for so long that nobody will ever start it."""
    state = run.state
    if state is None or state.type is not StateType.PENDING:
        return False
    limit = _PENDING_LIMIT if WORKER_LABEL in run.labels else _CLAIM_LIMIT
    return datetime.now(UTC) - state.timestamp > limit


def live_runs(*flows: str) -> list[FlowRun]:
    """List the runs that work or will begin, of all flows or of those named.

    Runs that are stuck are called dead on the way.
    """
    runs: list[FlowRun] = []
    named = DeploymentFilter(name=DeploymentFilterName(any_=list(flows)))
    with get_client(sync_client=True) as client:
        while True:
            page = client.read_flow_runs(
                deployment_filter=named if flows else None,
                flow_run_filter=FlowRunFilter(
                    state=FlowRunFilterState(type=FlowRunFilterStateType(any_=_LIVE))
                ),
                sort=FlowRunSort.EXPECTED_START_TIME_ASC,
                limit=200,
                offset=len(runs),
            )
            runs.extend(page)
            if not page:
                break
    stuck = [run for run in runs if _is_stuck(run)]
    for run in stuck:
        crash(run, "its worker died before it could start it")
    return [run for run in runs if run not in stuck]
