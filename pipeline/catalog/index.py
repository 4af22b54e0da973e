"""Write a dossier into the index, together with its place in the outbox."""

import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select

from pipeline.catalog import marks, outbox, signings
from pipeline.catalog.database import upsert
from pipeline.catalog.fulltext import FullText
from pipeline.catalog.likeness import sketch
from pipeline.catalog.moments import Moments
from pipeline.catalog.numbers import NumberKey, is_number, to_key, to_number_key
from pipeline.catalog.schema import (
    document_texts,
    documents,
    dossiers,
    fields,
    number_keys,
    sketches,
    vocabulary,
)
from pipeline.catalog.schema import signings as signings_table
from pipeline.catalog.typos import is_vocabulary
from pipeline.catalog.words import to_folded, to_marked, to_shown
from pipeline.model.dossier import Document, DossierStatus, Manifest
from pipeline.model.state import MarkKind

_LOCK_KEY = 0x494E4458
"""PostgreSQL advisory lock: one dossier is indexed at a time, as on SQLite, so that
two workers neither meet in the vocabulary nor take the same document ids."""

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_NUMBER_BITS = 14
"""Documents of one dossier: up to 16,383."""

_TIE_BITS = 8
"""Dossiers filed in one millisecond get places by their ids."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A document's rows but for the document id they share."""

    document: dict[str, Any]
    text: dict[str, str]
    fields: tuple[dict[str, Any], ...]
    numbers: tuple[NumberKey, ...]
    sketch: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that will be written of a dossier, worked out before the lock is taken."""

    manifest: Manifest
    entries: tuple[_Entry, ...]
    words: frozenset[str]


def prepare(manifest: Manifest, texts: tuple[str, ...]) -> Prepared:
    """Work out a dossier's rows.

    Raises:
        ValueError: there are not as many texts as documents.
    """
    entries = tuple(
        _prepare_document(manifest, document, text)
        for document, text in zip(manifest.documents, texts, strict=True)
    )
    words = (word for entry in entries for word in entry.text["folded"].split())
    return Prepared(manifest, entries, frozenset(filter(is_vocabulary, words)))


def write(
    connection: Connection,
    moments: Moments,
    full_text: FullText,
    several: Sequence[Prepared],
) -> None:
    """Index dossiers unless they or later revisions are there; in a transaction.

    Each table gets the rows of all in one go: a dossier among two hundred costs a
    fifth of one alone, which is what makes a rebuild fast.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK_KEY)))
    together: dict[str, Prepared] = {}
    for prepared in several:
        if prepared.manifest.id in together:  # a later revision removes its rows
            _write_together(connection, moments, full_text, together)
            together = {}
        together[prepared.manifest.id] = prepared
    _write_together(connection, moments, full_text, together)


def _write_together(
    connection: Connection,
    moments: Moments,
    full_text: FullText,
    several: dict[str, Prepared],
) -> None:
    """Index one revision each of several dossiers."""
    filed = _filed_revisions(connection, list(several))
    news = [
        each
        for dossier_id, each in several.items()
        if filed.get(dossier_id, 0) < each.manifest.revision
    ]
    if not news:
        return
    manifests = [each.manifest for each in news]
    _put_dossiers(connection, manifests)
    _note_marks(connection, manifests)
    _remove_documents(connection, full_text, list(filed.keys() & several.keys()))
    entries = _with_ids(connection, news)
    if entries:
        _insert_documents(connection, entries)
        full_text.add(connection, list(entries))
        words = frozenset().union(*(each.words for each in news))
        full_text.learn(connection, sorted(words))
    signings.record(connection, moments, manifests)
    outbox.queue(
        connection,
        moments,
        [each for each in manifests if each.status is DossierStatus.FILED],
    )


def _with_ids(connection: Connection, several: Sequence[Prepared]) -> dict[int, _Entry]:
    """Give each document its id."""
    entries: dict[int, _Entry] = {}
    taken: set[int] = set()
    for prepared in several:
        first = _free_ids(connection, prepared.manifest, taken)
        taken.add(first)
        highest = first + (1 << _NUMBER_BITS) - 1
        for entry in prepared.entries:
            # Downwards: the newest first shows a dossier's own documents in order.
            entries[highest - entry.document["number"]] = entry
    return entries


def clear(connection: Connection, full_text: FullText) -> None:
    """Empty what manifests can restore; in a transaction."""
    full_text.clear(connection)
    details = (number_keys, sketches, fields, document_texts)
    for each in (vocabulary, *details, documents, signings_table, dossiers):
        connection.execute(delete(each))


def dossiers_of(connection: Connection, batch_id: str) -> tuple[str, ...]:
    """List the ids of the dossiers that a batch became."""
    chosen = select(dossiers.c.id).where(dossiers.c.batch_id == batch_id)
    return tuple(connection.scalars(chosen.order_by(dossiers.c.id)))


def dossiers_of_code(connection: Connection, code: str) -> tuple[str, ...]:
    """List the ids of the dossiers that have a mã hồ sơ."""
    chosen = select(documents.c.dossier_id).where(documents.c.code_key == to_key(code))
    return tuple(connection.scalars(chosen.distinct().order_by(documents.c.dossier_id)))


def first_document_id(filed_at: datetime, dossier_id: str) -> int:
    """Derive where a dossier's document ids begin from the time it was filed.

    So ids grow with time in whatever order dossiers are indexed, after a rebuild as
    well: 41 bits of milliseconds since 2020 last until 2089.
    """
    milliseconds = max(0, (filed_at - _EPOCH) // timedelta(milliseconds=1))
    tie = zlib.crc32(dossier_id.encode()) % (1 << _TIE_BITS)
    return ((milliseconds << _TIE_BITS) + tie) << _NUMBER_BITS


def _prepare_document(manifest: Manifest, document: Document, text: str) -> _Entry:
    values = {each.name: to_shown(each.value) for each in document.fields if each.value}
    # Title and values last: what a snippet shows first is the paper itself.
    units = (to_shown(u) for each in document.fields for u in each.current_units)
    shown = to_shown("\n".join((text, document.title, *values.values(), *units)))
    return _Entry(
        document={
            "dossier_id": manifest.id,
            "revision": manifest.revision,
            "number": document.number,
            "doctype": document.doctype,
            "title": to_shown(document.title),
            "first_page": document.first_page,
            "last_page": document.last_page,
            "key": document.key,
            "code": manifest.code,
            "code_key": None if manifest.code is None else to_key(manifest.code),
            "procedure": manifest.procedure,
            "counter_id": manifest.counter_id,
            "status": manifest.status.value,
            "filed_at": manifest.filed_at,
            "so_ky_hieu": values.get("so_ky_hieu"),
            "ngay_ban_hanh": values.get("ngay_ban_hanh"),
            "co_quan_ban_hanh": values.get("co_quan_ban_hanh"),
            "trich_yeu": values.get("trich_yeu"),
            "issued": _whole_date(values.get("ngay_ban_hanh")),
        },
        text={
            "shown": shown,
            "marked": to_marked(shown),
            "folded": to_folded(shown),
        },
        fields=tuple(
            {
                "position": position,
                "name": each.name,
                "value": None if each.value is None else to_shown(each.value),
                "status": each.status.value,
                "confidence": each.confidence,
            }
            for position, each in enumerate(document.fields)
        ),
        numbers=_numbers(manifest.code, values),
        sketch=sketch(shown),
    )


def _numbers(code: str | None, values: dict[str, str]) -> tuple[NumberKey, ...]:
    found: dict[str, NumberKey] = {}
    for name, value in {"": code or "", **values}.items():
        if name in ("", "so_ky_hieu") or is_number(value):
            number = to_number_key(value)
            if number is not None:
                found.setdefault(number.key, number)
    return tuple(found.values())


def _whole_date(value: str | None) -> date | None:
    try:
        return date.fromisoformat(value or "")
    except ValueError:
        return None


def _filed_revisions(
    connection: Connection, dossier_ids: Sequence[str]
) -> dict[str, int]:
    """Find which revision of each dossier is recorded."""
    chosen = select(dossiers.c.id, dossiers.c.revision)
    rows = connection.execute(chosen.where(dossiers.c.id.in_(dossier_ids)))
    return {row.id: row.revision for row in rows}


def _put_dossiers(connection: Connection, manifests: Sequence[Manifest]) -> None:
    """Record dossiers, over their earlier revisions."""
    rows = [
        {
            "id": each.id,
            "revision": each.revision,
            "code": each.code,
            "procedure": each.procedure,
            "counter_id": each.counter_id,
            "batch_id": each.batch_id,
            "status": each.status.value,
            "received_at": each.received_at,
            "filed_at": each.filed_at,
            "recipe": each.recipe,
        }
        for each in manifests
    ]
    statement = upsert(connection, dossiers)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[dossiers.c.id],
            set_={name: statement.excluded[name] for name in rows[0] if name != "id"},
        ),
        rows,
    )


def _note_marks(connection: Connection, manifests: Sequence[Manifest]) -> None:
    """Note what is known already, unless the catalog was lost."""
    marks.note(
        connection,
        [
            (each.batch_id, kind, mark)
            for each in manifests
            for kind, found in (
                (MarkKind.CODE, [each.code] if each.code is not None else []),
                (MarkKind.SHEET, each.sheets),
            )
            for mark in found
        ],
    )


def _remove_documents(
    connection: Connection, full_text: FullText, dossier_ids: Sequence[str]
) -> None:
    if not dossier_ids:
        return
    mine = documents.c.dossier_id.in_(dossier_ids)
    document_ids = list(connection.scalars(select(documents.c.id).where(mine)))
    if document_ids:
        full_text.remove(connection, document_ids)
        connection.execute(delete(documents).where(mine))


def _free_ids(connection: Connection, manifest: Manifest, taken: set[int]) -> int:
    first = first_document_id(manifest.filed_at, manifest.id)
    while first in taken or connection.scalar(
        select(documents.c.id)
        .where(documents.c.id.between(first, first + (1 << _NUMBER_BITS) - 1))
        .limit(1)
    ):
        first += 1 << _NUMBER_BITS
    return first


def _insert_documents(connection: Connection, entries: dict[int, _Entry]) -> None:
    def many(into: Table, rows: list[dict[str, Any]]) -> None:
        if rows:
            connection.execute(insert(into), rows)

    each = entries.items()
    mine = "document_id"
    many(documents, [{"id": at, **entry.document} for at, entry in each])
    many(document_texts, [{mine: at, **entry.text} for at, entry in each])
    many(fields, [{mine: at, **row} for at, entry in each for row in entry.fields])
    many(
        number_keys,
        [{mine: at, **asdict(key)} for at, entry in each for key in entry.numbers],
    )
    many(
        sketches,
        [{mine: at, "value": value} for at, entry in each for value in entry.sketch],
    )
