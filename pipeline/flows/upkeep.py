"""Mend and tidy every few minutes: restart what stands still, clear what is left."""

from datetime import timedelta
from typing import Any

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State
from prefect.states import Completed

from pipeline.bootstrap import App, load_settings, now, open_app
from pipeline.flows.living import bury_dead, sign_in
from pipeline.flows.names import UPKEEP
from pipeline.flows.start import (
    batches_in_flight,
    skip_missed,
    start_digitize,
    start_watch,
)
from pipeline.model.signature import SigningState

_PATIENCE = timedelta(seconds=30)
"""Age at which a received batch that nobody began is looked into: the watch asks for
its run a moment after it was received."""

_SIGNED_AT_ONCE = 50
"""Dossiers: a minute's work; more wait for the next run, or for `sohoa sign`."""


@flow(name=UPKEEP, flow_run_name=UPKEEP, persist_result=False)
def upkeep(expire: bool = False) -> State[Any]:
    """Do the regular work.

    Args:
        expire: also do the night's work: remove page results of batches that were
            filed long ago, and chain what was filed up to yesterday into digests.
    """
    settings = load_settings()
    sign_in(settings)
    log = get_run_logger()
    skip_missed(UPKEEP)
    with open_app(settings) as app:
        buried = bury_dead(app)
        restarted = restart_stalled(app)
        cleared = app.upkeep.clear_scratch() + app.upkeep.expire_processed()
        # On an S3 server the bucket's own rule does it: no identity may delete.
        local = app.settings.store.kind == "local"
        expired = app.upkeep.expire_work() if expire and local else 0
        watching = start_watch()
        signed = sign_waiting(app)
        # Last: a token or timestamp server that is away ends the run here.
        digests = sum(1 for _ in app.prover.make_digests()) if expire else 0
    log.info(
        "buried %d, restarted %d, cleared %d, expired %d, signed %d, digests %d",
        *(buried, restarted, cleared, expired, signed, digests),
    )
    if watching:
        log.warning("no watch was running; one was started")
    return Completed(message=f"{restarted} batches restarted")


def sign_waiting(app: App) -> int:
    """Sign some of what was filed unsigned; returns how many dossiers.

    A token that is away, or settings that are wrong, end it: they are logged by the
    queue, and the rest of the upkeep has nothing to do with them.
    """
    if app.signing.signatory is None:
        return 0
    results = app.signing.sign_waiting(_SIGNED_AT_ONCE)
    return sum(each.state is SigningState.SIGNED for each in results)


def restart_stalled(app: App) -> int:
    """Start batches that nobody works on; returns how many.

    A run that Prefect lost has burnt its key, so the time is part of the new one.
    """
    stalled = app.upkeep.stalled(older_than=_PATIENCE.total_seconds())
    in_flight = batches_in_flight() if stalled else frozenset()
    again = f"-{now():%Y%m%dT%H%M}"
    waiting = [record for record in stalled if record.batch.id not in in_flight]
    due = [record for record in waiting if app.turns.may_start(record)]
    for record in due:
        start_digitize(record, again=again)
    return len(due)
