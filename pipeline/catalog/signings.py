"""Which dossiers the agency signed, and which wait for it."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, func, select, update

from pipeline.catalog.database import upsert
from pipeline.catalog.moments import Moments
from pipeline.catalog.schema import signings
from pipeline.model.dossier import Manifest
from pipeline.model.signature import SigningState
from pipeline.model.state import SigningRecord

_WAITING = (SigningState.UNSIGNED.value, SigningState.FAILED.value)


def record(
    connection: Connection, moments: Moments, manifests: Sequence[Manifest]
) -> None:
    """Record what newly indexed revisions say about themselves, one a dossier."""
    values = {
        "dossier_id": bindparam("id"),
        "state": bindparam("found"),
        "attempts": 0,
        "reason": None,
        "changed_at": moments.now(),
    }
    statement = upsert(connection, signings).values(values)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[signings.c.dossier_id],
            set_={name: statement.excluded[name] for name in values},
        ),
        [{"id": each.id, "found": _state(each).value} for each in manifests],
    )


def _state(manifest: Manifest) -> SigningState:
    signed = all(document.signature for document in manifest.documents)
    return SigningState.SIGNED if signed else SigningState.UNSIGNED


def waiting(connection: Connection, limit: int) -> tuple[str, ...]:
    """List dossiers without a signature; those that were not tried longest first."""
    chosen = (
        select(signings.c.dossier_id)
        .where(signings.c.state.in_(_WAITING))
        .order_by(signings.c.changed_at, signings.c.dossier_id)
        .limit(limit)
    )
    return tuple(connection.scalars(chosen))


def failed(
    connection: Connection, moments: Moments, dossier_id: str, reason: str
) -> None:
    """Record a try that failed; a dossier that was signed meanwhile stays so."""
    connection.execute(
        update(signings)
        .where(signings.c.dossier_id == dossier_id, signings.c.state.in_(_WAITING))
        .values(
            state=SigningState.FAILED.value,
            attempts=signings.c.attempts + 1,
            reason=reason,
            changed_at=moments.now(),
        )
    )


def find(connection: Connection, dossier_id: str) -> SigningRecord | None:
    """Find how far the signing of a dossier is."""
    row = connection.execute(
        select(signings).where(signings.c.dossier_id == dossier_id)
    ).one_or_none()
    if row is None:
        return None
    return SigningRecord(
        row.dossier_id,
        SigningState(row.state),
        row.attempts,
        row.reason,
        row.changed_at,
    )


def counts(connection: Connection) -> dict[SigningState, int]:
    """Count dossiers by state."""
    chosen = select(signings.c.state, func.count()).group_by(signings.c.state)
    found = {row[0]: int(row[1]) for row in connection.execute(chosen)}
    return {state: found.get(state.value, 0) for state in SigningState}
