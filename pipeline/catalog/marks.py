"""Marks that belong to one batch: who had a dossier code or a printed sheet first."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from pipeline.catalog.database import upsert
from pipeline.catalog.schema import marks
from pipeline.model.state import MarkKind

_MOST = 400
"""Marks asked for in one statement; SQLite takes a thousand variables."""


def note(connection: Connection, wanted: Iterable[tuple[str, MarkKind, str]]) -> None:
    """Note marks of batches, as batch id, kind and mark; in a transaction.

    Whoever had a mark before keeps it; of equal ones here the first counts.
    """
    rows = [
        {"kind": kind.value, "mark": mark, "batch_id": batch_id}
        for batch_id, kind, mark in wanted
    ]
    if rows:
        connection.execute(upsert(connection, marks).on_conflict_do_nothing(), rows)


def claim(
    connection: Connection, batch_id: str, kind: MarkKind, wanted: Iterable[str]
) -> frozenset[str]:
    """Note marks of a batch, and tell which an earlier batch has; in a transaction.

    The first batch keeps a mark for good, so two batches at the same time cannot both
    be the first.
    """
    every = sorted(set(wanted))
    taken: set[str] = set()
    for start in range(0, len(every), _MOST):
        some = every[start : start + _MOST]
        rows = [
            {"kind": kind.value, "mark": mark, "batch_id": batch_id} for mark in some
        ]
        statement = upsert(connection, marks).on_conflict_do_nothing()
        connection.execute(statement, rows)
        chosen = select(marks.c.mark).where(
            marks.c.kind == kind.value,
            marks.c.mark.in_(some),
            marks.c.batch_id != batch_id,
        )
        taken.update(connection.scalars(chosen))
    return frozenset(taken)
