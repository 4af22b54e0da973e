"""Register work pool, deployments and the automation that ends dead runs."""

from datetime import timedelta
from typing import Any, cast

from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.deployments.runner import RunnerDeployment
from prefect.events import AutomationCore, EventTrigger, Posture
from prefect.events.actions import ChangeFlowRunState
from prefect.exceptions import ObjectAlreadyExists
from prefect.types.entrypoint import EntrypointType

from pipeline.bootstrap import App
from pipeline.flows.digitize import digitize
from pipeline.flows.living import begin_again
from pipeline.flows.names import DIGITIZE, UPKEEP, WATCH, WATCH_QUEUE
from pipeline.flows.start import crash, live_runs
from pipeline.flows.upkeep import upkeep
from pipeline.flows.watch import watch
from pipeline.settings import Settings

_HEARTBEAT_LIMIT = timedelta(seconds=90)
"""Silence after which a run's process is taken for dead: three beats of 30 s."""

_AUTOMATION = "end runs without a heartbeat"

_EXPIRE_AT = "30 1 * * *"
"""When page results expire: at night, local time of the counters."""

_COMMAND = "python -m prefect.engine"
"""How a worker starts a run. Left to itself it would first start a process that
prepares a copy of the code, which we have none of: that costs each run a second import
of Prefect, and loses the hook of a run that is killed meanwhile."""

_TIME_ZONE = "Asia/Ho_Chi_Minh"


def deploy(settings: Settings) -> None:
    """Make the server know our flows; doing it again updates them."""
    _make_work_pool(settings.prefect.work_pool)
    interval = timedelta(seconds=settings.prefect.upkeep_interval)
    _register(watch, WATCH, settings, queue=WATCH_QUEUE)
    _put_first(settings.prefect.work_pool, WATCH_QUEUE)
    _register(digitize, DIGITIZE, settings)
    _register(upkeep, UPKEEP, settings, IntervalSchedule(interval=interval))
    _register(
        upkeep,
        f"{UPKEEP}-nightly",
        settings,
        CronSchedule(cron=_EXPIRE_AT, timezone=_TIME_ZONE),
        expire=True,
    )
    _end_dead_runs()


def end_stale_runs(app: App) -> None:
    """Call dead what an earlier start left *Running* or *Pending*, and go on with it.

    Only for a stack that has just started and has no worker yet.
    """
    for run in live_runs():
        if run.state is not None and run.state.type is not StateType.SCHEDULED:
            crash(run, "the stack was stopped while this ran")
            begin_again(app, run)


def _register(
    flow: Flow[Any, Any],
    name: str,
    settings: Settings,
    schedule: IntervalSchedule | CronSchedule | None = None,
    queue: str | None = None,
    **parameters: object,
) -> None:
    deployment = flow.to_deployment(
        name=name,
        schedules=[schedule] if schedule else None,
        parameters=dict(parameters),
        work_pool_name=settings.prefect.work_pool,
        work_queue_name=queue,
        entrypoint_type=EntrypointType.MODULE_PATH,
        job_variables={"command": _COMMAND},
    )
    # Typed as a coroutine too: Prefect's functions change with the caller's context.
    cast(RunnerDeployment, deployment).apply(work_pool_name=settings.prefect.work_pool)


def _make_work_pool(name: str) -> None:
    with get_client(sync_client=True) as client:
        try:
            client.create_work_pool(WorkPoolCreate(name=name, type="process"))
        except ObjectAlreadyExists:
            return


def _put_first(pool: str, queue: str) -> None:
    """Give a queue the first free slot: behind others its run may wait for long."""
    with get_client(sync_client=True) as client:
        client.request(
            "PATCH",
            "/work_pools/{work_pool_name}/queues/{name}",
            path_params={"work_pool_name": pool, "name": queue},
            json={"priority": 1},
        )


def _end_dead_runs() -> None:
    """Without this a run whose worker was killed stays *Running* for ever."""
    ends = {f"prefect.flow-run.{t.value.capitalize()}" for t in _final_types()}
    automation = AutomationCore(
        name=_AUTOMATION,
        trigger=EventTrigger(
            after={"prefect.flow-run.heartbeat"},
            expect={"prefect.flow-run.heartbeat", *ends},
            match={"prefect.resource.id": ["prefect.flow-run.*"]},
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=_HEARTBEAT_LIMIT,
        ),
        actions=[
            ChangeFlowRunState(
                state=StateType.CRASHED, message="no heartbeat: its process is gone"
            )
        ],
    )
    with get_client(sync_client=True) as client:
        if not client.read_automations_by_name(_AUTOMATION):
            client.create_automation(automation)


def _final_types() -> tuple[StateType, ...]:
    return (
        StateType.COMPLETED,
        StateType.FAILED,
        StateType.CANCELLED,
        StateType.CRASHED,
    )
