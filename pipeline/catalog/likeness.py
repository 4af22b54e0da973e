"""Find dossiers whose papers may have been scanned before, in another batch."""

import hashlib
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from pipeline.catalog.schema import document_texts, documents, dossiers, sketches
from pipeline.model.likeness import are_alike, telling

_KEPT = 8
"""Tokens kept of a document, those with the lowest hashes: of two readings of one
paper they are the same ones."""

_CANDIDATES = 12
"""Documents, the newest first, that are compared word by word."""

_MOST_ALIKE = 5
"""Dossiers named."""

_SHARE_OF_PAPERS = 0.75
"""Of a dossier's papers that must lie in one earlier dossier. A citizen who comes again
brings a card and a certificate that were scanned before, and a new application."""


def sketch(text: str) -> tuple[int, ...]:
    """Reduce what tells a text from others to a few numbers of 63 bits."""
    return tuple(sorted(map(_hash, telling(text)))[:_KEPT])


def find_alike(
    connection: Connection, texts: Sequence[str], batch_id: str
) -> tuple[str, ...]:
    """Name the dossiers of other batches that hold the same papers, newest first.

    Args:
        connection: to the catalog.
        texts: what was read on each paper of one dossier.
        batch_id: the batch that the papers are of.
    """
    alike: Counter[str] = Counter()
    comparable = 0
    for text in texts:
        values = sketch(text)
        if len(values) > 1:
            comparable += 1
            alike.update(_dossiers_with(connection, text, values, batch_id))
    found = [
        dossier
        for dossier, papers in alike.items()
        if papers >= comparable * _SHARE_OF_PAPERS
    ]
    return tuple(sorted(found, reverse=True)[:_MOST_ALIKE])


def find_alike_of(connection: Connection, dossier_id: str) -> tuple[str, ...]:
    """Name the dossiers of other batches that hold the papers of an indexed one."""
    batch_id = connection.scalar(
        select(dossiers.c.batch_id).where(dossiers.c.id == dossier_id)
    )
    mine = (
        select(document_texts.c.shown)
        .join(documents, documents.c.id == document_texts.c.document_id)
        .where(documents.c.dossier_id == dossier_id)
    )
    texts = list(connection.scalars(mine))
    return find_alike(connection, texts, batch_id) if batch_id else ()


def _dossiers_with(
    connection: Connection, text: str, values: tuple[int, ...], batch_id: str
) -> set[str]:
    enough = max(2, len(values) - 2)
    candidates = (
        select(sketches.c.document_id)
        .where(sketches.c.value.in_(values))
        .group_by(sketches.c.document_id)
        .having(func.count() >= enough)
        .order_by(sketches.c.document_id.desc())
        .limit(_CANDIDATES)
    )
    rows = connection.execute(
        select(documents.c.dossier_id, document_texts.c.shown)
        .join(dossiers, dossiers.c.id == documents.c.dossier_id)
        .join(document_texts, document_texts.c.document_id == documents.c.id)
        .where(documents.c.id.in_(candidates), dossiers.c.batch_id != batch_id)
    )
    return {dossier_id for dossier_id, shown in rows if are_alike(text, shown)}


def _hash(token: str) -> int:
    digest = hashlib.blake2b(token.encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1
