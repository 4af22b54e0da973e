"""Batches, their leases, and files that never became a batch.

Every change is one conditional statement: who wins is decided by the database, and a
process that dies leaves nothing half done.
"""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    or_,
    select,
    union,
    update,
)

from pipeline.catalog.database import upsert
from pipeline.catalog.moments import Moments
from pipeline.catalog.schema import batches, rejections
from pipeline.model.quality import Defect, PageDefect
from pipeline.model.scan import MediaType, ScanBatch
from pipeline.model.state import (
    ENDED_BADLY,
    BatchRecord,
    BatchState,
    Lease,
    RejectedScan,
)

OUT_OF_ATTEMPTS = "ATTEMPTS"
"""Reason of a batch that was tried as often as allowed."""

_TRIES = batches.c.attempt - batches.c.excused
"""Tries that count against the allowed number."""

_ALL_TRIES_ANEW = {"excused": batches.c.attempt}
"""The attempt itself goes on: leases of before must stay void."""


def register(
    connection: Connection,
    moments: Moments,
    batch: ScanBatch,
    claim: str,
    original_key: str,
) -> BatchRecord:
    """Record a batch once; one that ended badly starts again under a new claim."""
    fresh: dict[str, Any] = {
        "counter_id": batch.counter_id,
        "size": batch.size,
        "received_at": batch.received_at,
        "state": BatchState.RECEIVED.value,
        "claim": claim,
        "original_key": original_key,
        "pages_done": 0,
        "reason": None,
        "changed_at": moments.now(),
        "lease_owner": None,
        "lease_until": None,
    }
    first = (
        upsert(connection, batches)
        .values(
            id=batch.id,
            sha256=batch.sha256,
            media_type=batch.media_type.value,
            page_count=batch.page_count,
            attempt=0,
            excused=0,
            **fresh,
        )
        .on_conflict_do_nothing()
        .returning(batches.c.id)
    )
    if connection.execute(first).one_or_none() is None:
        connection.execute(
            update(batches)
            .where(
                batches.c.id == batch.id,
                _ended_badly(),
                batches.c.claim != claim,
            )
            .values(fresh | _ALL_TRIES_ANEW)
        )
    return _to_record(
        connection.execute(select(batches).where(batches.c.id == batch.id)).one()
    )


def reject(connection: Connection, rejected: RejectedScan) -> None:
    """Record a rejection, once for each claim."""
    connection.execute(
        upsert(connection, rejections)
        .values(
            claim=rejected.claim,
            counter_id=rejected.counter_id,
            sha256=rejected.sha256,
            reason=rejected.reason,
            rejected_at=rejected.rejected_at,
            batch_id=rejected.batch_id,
        )
        .on_conflict_do_nothing()
    )


def find(connection: Connection, batch_id: str) -> BatchRecord | None:
    """Find a batch by its id."""
    return _first(connection, select(batches).where(batches.c.id == batch_id))


def find_by_claim(connection: Connection, claim: str) -> BatchRecord | None:
    """Find the batch that a claim brought."""
    chosen = select(batches).where(batches.c.claim == claim)
    return _first(connection, chosen.order_by(batches.c.changed_at.desc()))


def find_rejection(connection: Connection, claim: str) -> RejectedScan | None:
    """Find the rejection of a claim."""
    chosen = select(rejections).where(rejections.c.claim == claim)
    row = connection.execute(chosen).one_or_none()
    return None if row is None else _to_rejected(row)


def latest(
    connection: Connection,
    *,
    counter_id: str | None,
    states: Iterable[BatchState],
    limit: int,
) -> tuple[BatchRecord, ...]:
    """List batches, the latest change first."""
    chosen = select(batches).order_by(batches.c.changed_at.desc(), batches.c.id)
    if counter_id is not None:
        chosen = chosen.where(batches.c.counter_id == counter_id)
    if wanted := [state.value for state in states]:
        chosen = chosen.where(batches.c.state.in_(wanted))
    return _records(connection, chosen.limit(limit))


def latest_rejections(
    connection: Connection, *, counter_id: str | None, limit: int
) -> tuple[RejectedScan, ...]:
    """List rejections, the latest first."""
    chosen = select(rejections).order_by(
        rejections.c.rejected_at.desc(), rejections.c.claim
    )
    if counter_id is not None:
        chosen = chosen.where(rejections.c.counter_id == counter_id)
    return tuple(_to_rejected(row) for row in connection.execute(chosen.limit(limit)))


def changed_counters(
    connection: Connection, moments: Moments, *, seconds: float
) -> frozenset[str]:
    """List the counters with a change or a refusal in the last *seconds*."""
    since = moments.now(-seconds)
    changed = select(batches.c.counter_id).where(batches.c.changed_at > since)
    refused = select(rejections.c.counter_id).where(rejections.c.rejected_at > since)
    return frozenset(connection.scalars(union(changed, refused)))


def lease(
    connection: Connection,
    moments: Moments,
    batch_id: str,
    owner: str,
    *,
    seconds: float,
    attempts: int,
) -> Lease | None:
    """Take the right to work on a batch; one out of attempts becomes failed."""
    free = and_(batches.c.id == batch_id, _is_free(moments))
    taken = connection.execute(
        update(batches)
        .where(free, attempts > _TRIES)
        .values(
            state=BatchState.WORKING.value,
            attempt=batches.c.attempt + 1,
            lease_owner=owner,
            lease_until=moments.now(seconds),
            changed_at=moments.now(),
        )
        .returning(batches.c.attempt, batches.c.lease_until)
    ).one_or_none()
    if taken is not None:
        return Lease(batch_id, taken.attempt, owner, taken.lease_until)
    connection.execute(
        update(batches)
        .where(free, attempts <= _TRIES)
        .values(_ended(moments, BatchState.FAILED, OUT_OF_ATTEMPTS))
    )
    return None


def renew(
    connection: Connection,
    moments: Moments,
    held: Lease,
    *,
    seconds: float,
    pages_done: int,
) -> bool:
    """Extend a lease; False where another try has it now."""
    return _change(
        connection,
        held,
        {
            "lease_until": moments.now(seconds),
            "pages_done": pages_done,
            "changed_at": moments.now(),
        },
    )


def give_up(
    connection: Connection, moments: Moments, held: Lease, *, excused: bool
) -> None:
    """Return a lease; an excused try is not one of those allowed."""
    _change(connection, held, _given_up(moments, excused))


def give_up_owned(
    connection: Connection,
    moments: Moments,
    batch_id: str,
    owner: str,
    *,
    excused: bool,
) -> None:
    """Return whatever lease a dead owner holds on a batch."""
    connection.execute(
        update(batches)
        .where(
            batches.c.id == batch_id,
            batches.c.state == BatchState.WORKING.value,
            batches.c.lease_owner == owner,
        )
        .values(_given_up(moments, excused))
    )


def finish(
    connection: Connection,
    moments: Moments,
    held: Lease,
    state: BatchState,
    reason: str | None,
) -> bool:
    """End the work on a batch; False where another try has the lease now."""
    return _change(connection, held, _ended(moments, state, reason))


def judge(
    connection: Connection,
    moments: Moments,
    batch_id: str,
    defects: Iterable[PageDefect],
) -> None:
    """Record which pages should be scanned again; whose turn it is stays as it was."""
    stored = json.dumps([[each.page, each.defect.value] for each in sorted(defects)])
    connection.execute(
        update(batches)
        .where(batches.c.id == batch_id)
        .values(defects=stored, changed_at=moments.now())
    )


def restart(
    connection: Connection, moments: Moments, batch_id: str
) -> BatchRecord | None:
    """Let a batch that failed or was set aside begin again, with all its tries."""
    connection.execute(
        update(batches)
        .where(batches.c.id == batch_id, _ended_badly())
        .values(_ended(moments, BatchState.RECEIVED, None) | _ALL_TRIES_ANEW)
    )
    return find(connection, batch_id)


def reopen(connection: Connection, moments: Moments, batch_id: str) -> None:
    """Let a filed batch be done again, as the store has lost what it became."""
    filed = batches.c.state.in_([BatchState.FILED.value, BatchState.REVIEW.value])
    connection.execute(
        update(batches)
        .where(batches.c.id == batch_id, filed)
        .values(_ended(moments, BatchState.RECEIVED, None) | _ALL_TRIES_ANEW)
    )


def stalled(
    connection: Connection, moments: Moments, *, older_than: float
) -> tuple[BatchRecord, ...]:
    """List batches nobody works on, the one that waits longest first."""
    waiting = and_(
        batches.c.state == BatchState.RECEIVED.value,
        batches.c.changed_at <= moments.now(-older_than),
    )
    chosen = select(batches).where(or_(waiting, _has_run_out(moments)))
    return _records(connection, chosen.order_by(batches.c.changed_at, batches.c.id))


def _ended_badly() -> ColumnElement[bool]:
    return batches.c.state.in_([state.value for state in ENDED_BADLY])


def _is_free(moments: Moments) -> ColumnElement[bool]:
    return or_(batches.c.state == BatchState.RECEIVED.value, _has_run_out(moments))


def _has_run_out(moments: Moments) -> ColumnElement[bool]:
    return and_(
        batches.c.state == BatchState.WORKING.value,
        batches.c.lease_until <= moments.now(),
    )


def _given_up(moments: Moments, excused: bool) -> dict[str, Any]:
    values = _ended(moments, BatchState.RECEIVED, None)
    return values | {"excused": batches.c.excused + 1} if excused else values


def _ended(moments: Moments, state: BatchState, reason: str | None) -> dict[str, Any]:
    return {
        "state": state.value,
        "reason": reason,
        "lease_owner": None,
        "lease_until": None,
        "changed_at": moments.now(),
    }


def _change(connection: Connection, held: Lease, values: dict[str, Any]) -> bool:
    """Change a batch while the lease is still ours.

    A lease whose time is over and that nobody took counts as ours: the work is done.
    """
    changed = connection.execute(
        update(batches)
        .where(
            batches.c.id == held.batch_id,
            batches.c.state == BatchState.WORKING.value,
            batches.c.attempt == held.attempt,
            batches.c.lease_owner == held.owner,
        )
        .values(values)
    )
    return changed.rowcount == 1


def _first(connection: Connection, chosen: Select[Any]) -> BatchRecord | None:
    return next(iter(_records(connection, chosen.limit(1))), None)


def _records(connection: Connection, chosen: Select[Any]) -> tuple[BatchRecord, ...]:
    return tuple(_to_record(row) for row in connection.execute(chosen))


def _to_record(row: Row[Any]) -> BatchRecord:
    batch = ScanBatch(
        id=row.id,
        counter_id=row.counter_id,
        sha256=row.sha256,
        media_type=MediaType(row.media_type),
        page_count=row.page_count,
        size=row.size,
        received_at=row.received_at,
    )
    return BatchRecord(
        batch=batch,
        state=BatchState(row.state),
        claim=row.claim,
        original_key=row.original_key,
        attempt=row.attempt,
        pages_done=row.pages_done,
        reason=row.reason,
        changed_at=row.changed_at,
        lease_until=row.lease_until,
        excused=row.excused,
        defects=_to_defects(row.defects),
    )


def _to_defects(stored: str | None) -> tuple[PageDefect, ...] | None:
    if stored is None:
        return None
    return tuple(PageDefect(page, Defect(name)) for page, name in json.loads(stored))


def _to_rejected(row: Row[Any]) -> RejectedScan:
    return RejectedScan(
        claim=row.claim,
        counter_id=row.counter_id,
        sha256=row.sha256,
        reason=row.reason,
        rejected_at=row.rejected_at,
        batch_id=row.batch_id,
    )
