"""The outbox: finished dossiers the portal must get, each revision once."""

from collections.abc import Sequence
from pathlib import PurePosixPath

from sqlalchemy import Connection, bindparam, select, update

from pipeline.catalog.database import upsert
from pipeline.catalog.moments import Moments
from pipeline.catalog.schema import outbox
from pipeline.model.dossier import Manifest
from pipeline.model.state import Delivery


def queue(
    connection: Connection, moments: Moments, manifests: Sequence[Manifest]
) -> None:
    """Queue the hand-off of dossiers; a revision that was ever queued is not again."""
    if not manifests:
        return
    values = {
        "dossier_id": bindparam("id"),
        "revision": bindparam("number"),
        "manifest_key": bindparam("key"),
        "queued_at": moments.now(),
        "attempts": 0,
    }
    connection.execute(
        upsert(connection, outbox).values(values).on_conflict_do_nothing(),
        [
            {"id": each.id, "number": each.revision, "key": _manifest_key(each)}
            for each in manifests
        ],
    )


def latest(
    connection: Connection, *, pending: bool, limit: int
) -> tuple[Delivery, ...]:
    """List deliveries, oldest first: those still pending, or all."""
    chosen = select(outbox).order_by(
        outbox.c.queued_at, outbox.c.dossier_id, outbox.c.revision
    )
    if pending:
        chosen = chosen.where(outbox.c.delivered_at.is_(None))
    rows = connection.execute(chosen.limit(limit)).mappings()
    return tuple(Delivery(**row) for row in rows)


def delivered(
    connection: Connection, moments: Moments, dossier_id: str, revision: int
) -> None:
    """Record that the portal has a dossier; the first time counts."""
    connection.execute(
        update(outbox)
        .where(
            outbox.c.dossier_id == dossier_id,
            outbox.c.revision == revision,
            outbox.c.delivered_at.is_(None),
        )
        .values(delivered_at=moments.now(), attempts=outbox.c.attempts + 1)
    )


def _manifest_key(manifest: Manifest) -> str:
    """The manifest lies beside its documents."""
    folder = PurePosixPath(f"dossiers/{manifest.id}/r{manifest.revision}")
    if manifest.documents:
        folder = PurePosixPath(manifest.documents[0].key).parent
    return str(folder / "manifest.json")
