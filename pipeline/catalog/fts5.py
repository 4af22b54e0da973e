"""Full-text search in SQLite (FTS5): one index a form, without a copy of the text.

Hits come by descending row id, so a search for common words stops at its limit
instead of ranking everything (200,000 documents: 0.5 ms against 17 ms).
"""

import json
from collections.abc import Sequence

from sqlalchemy import (
    Connection,
    TableClause,
    column,
    exists,
    insert,
    literal,
    select,
    table,
)
from sqlalchemy import text as sql

from pipeline.catalog.fulltext import Conditions
from pipeline.catalog.query import Form, Match, Phrase
from pipeline.catalog.schema import document_texts, documents


class Fts5:
    """The FTS5 tables ``search_marked`` and ``search_folded``."""

    def add(self, connection: Connection, document_ids: Sequence[int]) -> None:
        """Index the texts of documents that were just inserted."""
        for form in Form:
            texts = select(document_texts.c.document_id, document_texts.c[form.value])
            connection.execute(
                insert(_index(form)).from_select(
                    ["rowid", form.value],
                    texts.where(document_texts.c.document_id.in_(document_ids)),
                )
            )

    def remove(self, connection: Connection, document_ids: Sequence[int]) -> None:
        """Forget documents whose texts are about to be deleted.

        The index holds no text: it must be told what to take out.
        """
        for form in Form:
            index = _index(form)
            texts = select(
                literal("delete"),
                document_texts.c.document_id,
                document_texts.c[form.value],
            )
            connection.execute(
                insert(index).from_select(
                    [index.name, "rowid", form.value],
                    texts.where(document_texts.c.document_id.in_(document_ids)),
                )
            )

    def clear(self, connection: Connection) -> None:
        """Forget all documents."""
        for form in Form:
            index = _index(form)
            connection.execute(insert(index).values({index.name: "delete-all"}))

    def learn(self, connection: Connection, words: Sequence[str]) -> None:
        """Add folded words to the vocabulary that typos are mended with."""
        connection.execute(
            sql("INSERT OR IGNORE INTO vocabulary SELECT value FROM json_each(:words)"),
            {"words": json.dumps(words)},
        )

    def find(
        self, connection: Connection, match: Match, conditions: Conditions, limit: int
    ) -> list[int]:
        """List ids of documents that match, the highest first, up to *limit*."""
        index = _index(match.form)
        chosen = (
            select(index.c.rowid)
            .where(index.c[index.name].op("MATCH")(_expression(match)))
            .order_by(index.c.rowid.desc())
            .limit(limit)
        )
        if conditions:
            # EXISTS and not a join: the index stays in charge of the order.
            same = documents.c.id == index.c.rowid
            chosen = chosen.where(exists().where(same, *conditions))
        return list(connection.scalars(chosen))


def _index(form: Form) -> TableClause:
    """The FTS5 table of a form; the column of its own name takes its commands."""
    name = f"search_{form}"
    return table(name, column("rowid"), column(form.value), column(name))


def _expression(match: Match) -> str:
    """Write a match in FTS5's language.

    Words hold only letters and digits (`words.to_folded`), so quoting them is enough.
    """
    ways = (
        " AND ".join(
            "(" + " OR ".join(_quoted(phrase) for phrase in clause) + ")"
            for clause in way
        )
        for way in match.ways
    )
    return " OR ".join(f"({way})" for way in ways)


def _quoted(phrase: Phrase) -> str:
    return '"' + " ".join(phrase) + '"'
