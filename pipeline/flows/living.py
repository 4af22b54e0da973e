"""Know which runs of this machine are dead, and go on with what they left.

Prefect takes a run for dead after 90 s of silence, and never one that was silent from
the start: whose worker died before its process existed, or whose news a killed server
lost. Here each run's process holds a lock that ends with it.
"""

import os
from datetime import UTC, datetime, timedelta
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.context import get_run_context
from prefect.exceptions import ObjectNotFound

from pipeline.bootstrap import App
from pipeline.errors import ConfigError
from pipeline.flows.names import TAG_BATCH
from pipeline.flows.start import WORKER_LABEL, crash, live_runs, start_digitize
from pipeline.lifeline import LifeMarks, end_with_parent, end_with_starter
from pipeline.settings import Settings

_MARKS = "living"
_WORKER = "worker-"
_WORKER_VARIABLE = "PREFECT__WORKER_NAME"

_TO_SIGN_IN = timedelta(minutes=1)
"""Age of a *Running* state by which its process has signed in; it takes a second."""


def marks(settings: Settings) -> LifeMarks:
    """Open the marks of this machine's processes."""
    return LifeMarks(settings.home / _MARKS)


def sign_in(settings: Settings) -> None:
    """Mark the run of this process as alive, and end it when its worker ends.

    Prefect gives each run a session of its own, so a killed worker would leave its
    runs at work, unseen by anybody.
    """
    known = marks(settings)
    worker = os.environ.get(_WORKER_VARIABLE)
    parent = known.pid(_WORKER + worker) if worker else None
    if worker is None or known.is_alive(_WORKER + worker) is None:
        end_with_starter()
    else:
        # The worker may have died before this line, and may live again since.
        end_with_parent(parent or -1)
    known.hold(_run_id())


def take_post(settings: Settings, worker: str) -> None:
    """Become the worker of a name: what its predecessor left goes on elsewhere.

    Raises:
        ConfigError: a worker of this name is at work on this home folder.
    """
    if not marks(settings).hold(_WORKER + worker, through_exec=True):
        raise ConfigError(f"a worker {worker!r} runs on {settings.home} already")


def bury_dead(app: App) -> int:
    """Call dead the runs whose process is, and go on with their batches at once.

    Returns:
        How many runs were alive to Prefect and dead in truth.
    """
    known = marks(app.settings)
    dead = [run for run in live_runs() if _is_dead(run, known)]
    for run in dead:
        crash(run, "its process is gone")
        begin_again(app, run)
    for name in known.names():
        _forget_ended(known, name)
    return len(dead)


def begin_again(app: App, run: FlowRun) -> None:
    """Give back what a dead run holds, and start the next try of its batch.

    Doing it again for the same run changes nothing.
    """
    batch_id = run.parameters.get("batch_id")
    if batch_id is None or not any(tag.startswith(TAG_BATCH) for tag in run.tags):
        return
    app.catalog.give_up_owned(str(batch_id), str(run.id))
    record = app.catalog.batch(str(batch_id))
    if record is not None and not record.state.final:
        # The key of a run that never began is burnt, and its try is not used up.
        start_digitize(record, again=f"-{run.id}")


def _is_dead(run: FlowRun, known: LifeMarks) -> bool:
    """Tell whether a run's process is dead; False where that cannot be known here."""
    if run.state is None or run.state.type is StateType.SCHEDULED:
        return False
    alive = known.is_alive(str(run.id))
    if alive is not None:
        return not alive
    worker = run.labels.get(WORKER_LABEL)
    alive = known.is_alive(f"{_WORKER}{worker}")
    if alive is None:
        return False  # of another machine
    if not alive:
        return True
    since = datetime.now(UTC) - run.state.timestamp
    return run.state.type is StateType.RUNNING and since > _TO_SIGN_IN


def _forget_ended(known: LifeMarks, name: str) -> None:
    """Clear a mark that is no longer needed: its run is at its end for Prefect too."""
    if name.startswith(_WORKER) or known.is_alive(name) is not False:
        return
    with get_client(sync_client=True) as client:
        try:
            state = client.read_flow_run(UUID(name)).state
        except ObjectNotFound:
            state = None
    if state is None or state.is_final():
        known.forget(name)


def _run_id() -> str:
    context = get_run_context()
    return str(context.flow_run.id)  # type: ignore[union-attr] # in a flow
