"""Watch the drop folders: one long run that costs next to nothing while idle."""

import time
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

from prefect import Flow, flow, get_run_logger
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Completed

from pipeline.bootstrap import App, load_settings, now, open_app
from pipeline.errors import PipelineError
from pipeline.flows.living import sign_in
from pipeline.flows.names import WATCH
from pipeline.flows.start import start_digitize, start_watch
from pipeline.model.intake import ClaimedFile
from pipeline.model.scan import Counter
from pipeline.model.state import BatchRecord, BatchState

_SHIFT = timedelta(hours=6)
"""How long one watch lasts before the next takes over: keeps runs and logs readable."""

_TAKING_IN = timedelta(seconds=5)
"""How long files are received until the folders are swept again: in a flood the other
counters' files are seen all the same."""


def _hand_over(flow: Flow[Any, Any], flow_run: FlowRun, state: State[Any]) -> None:  # noqa: ARG001
    """Start the next watch when this one ended in any way but a cancellation."""
    start_watch()


@flow(
    name=WATCH,
    flow_run_name=WATCH,
    on_completion=[_hand_over],
    on_crashed=[_hand_over],
    on_failure=[_hand_over],
    persist_result=False,
)
def watch(shift_seconds: float = _SHIFT.total_seconds()) -> State[Any]:
    """Sweep the drop folders until the shift ends, starting a run for each batch."""
    settings = load_settings()
    sign_in(settings)
    started: set[tuple[str, str]] = set()
    troubled: set[str] = set()
    ends = now() + timedelta(seconds=shift_seconds)
    with open_app(settings) as app:
        app.desk.warm_up()
        while now() < ends:
            look_once(app, started, troubled)
            time.sleep(app.pause)
    return Completed(message=f"{len(started)} batches started")


def look_once(app: App, started: set[tuple[str, str]], troubled: set[str]) -> None:
    """Do one sweep: claim, receive, start, and clear staging of what has ended.

    A file whose turn fails stays in staging for the next sweep; the others go on.

    Args:
        app: the use-cases.
        started: batches, each with its claim, this watch asked a run for; grows.
        troubled: claims and counters whose trouble the log tells already.
    """
    claimed_now = {each.counter_id for each in app.inbox.sweep()}
    for counter in app.counters:  # taking in may last; the clerk is told before
        if counter.id in claimed_now:
            _post_status(app, counter, troubled)
    ends = now() + _TAKING_IN
    for claimed in app.turns.in_order(app.sides.ready(app.inbox.claimed())):
        if now() > ends:
            break
        try:
            _take_in(app, claimed, started)
        except TimeoutError:
            continue  # its share hangs; the log of the drop folders says so
        except FileNotFoundError as error:
            if _is_there(app, claimed):
                _tell(claimed, error, troubled)
            # Else another watch ended it: after a kill there may be two for a moment.
        except Exception as error:  # noqa: BLE001 - one file must not stop the others
            _tell(claimed, error, troubled)
        else:
            troubled.discard(claimed.id)
    with suppress(PipelineError):  # asked again next time, about the whole time since
        app.status_file.forget_changed()
    for counter in app.counters:
        _post_status(app, counter, troubled)


def _is_there(app: App, claimed: ClaimedFile) -> bool:
    with suppress(TimeoutError):
        return app.inbox.reach(claimed.counter_id, claimed.path.exists)
    return False


def _tell(claimed: ClaimedFile, error: Exception, troubled: set[str]) -> None:
    """Log once what keeps a claim in staging."""
    known = isinstance(error, PipelineError)
    if claimed.id not in troubled:
        get_run_logger().error(
            "claim %s waits in staging: %s",
            claimed.id,
            error if known else type(error).__name__,
            exc_info=None if known else error,
        )
    troubled.add(claimed.id)


def _post_status(app: App, counter: Counter, troubled: set[str]) -> None:
    try:
        app.inbox.reach(counter.id, partial(app.status_file.post, counter))
    except TimeoutError:
        return
    except (OSError, PipelineError) as error:
        if counter.id not in troubled:
            get_run_logger().warning(
                "status file of %s: %s", counter.id, type(error).__name__
            )
        troubled.add(counter.id)
    else:
        troubled.discard(counter.id)


def _take_in(app: App, claimed: ClaimedFile, started: set[tuple[str, str]]) -> None:
    counter_id = claimed.counter_id
    record = app.inbox.reach(counter_id, partial(app.receiver.receive, claimed))
    if not isinstance(record, BatchRecord):
        return
    app.desk.ask(record, claimed)
    work = (record.batch.id, record.claim)
    new = record.state is BatchState.RECEIVED and work not in started
    if new and app.turns.may_start(record):
        start_digitize(record)
        started.add(work)
    keep = timedelta(seconds=app.settings.intake.keep_filed)
    app.inbox.reach(counter_id, lambda: app.receiver.settle(claimed, keep=keep))
