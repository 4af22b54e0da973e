"""Full-text search in PostgreSQL (tsvector), over text that Python folded.

The text is letters, digits and spaces only: nothing for PostgreSQL's parser to tear
apart, as it does with document numbers, hyphens and addresses.
"""

from collections.abc import Sequence

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    cast,
    column,
    func,
    insert,
    literal_column,
    select,
    table,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import REGCONFIG

from pipeline.catalog.fulltext import Conditions
from pipeline.catalog.query import Match, Phrase
from pipeline.catalog.schema import document_texts, documents

_POSITIONED = 16_000
"""Words whose places are kept: a tsvector counts to 16,383. Phrases are found among
these (some 40 dense pages), single words everywhere."""

_MOST_BYTES = 400_000
"""Of the different words after those: a tsvector holds at most 1 MiB."""

_LONGEST_WORD = 200
"""Characters; a lexeme holds at most 2,046 bytes."""

_vectors = table(
    "document_vectors", column("document_id"), column("marked"), column("folded")
)


class TsVector:
    """The table ``document_vectors``."""

    def add(self, connection: Connection, document_ids: Sequence[int]) -> None:
        """Index the texts of documents that were just inserted."""
        texts = connection.execute(
            select(document_texts).where(document_texts.c.document_id.in_(document_ids))
        ).all()
        rows = [
            {
                "id": row.document_id,
                **_split("marked", row.marked),
                **_split("folded", row.folded),
            }
            for row in texts
        ]
        if rows:
            connection.execute(
                insert(_vectors).values(
                    document_id=bindparam("id"),
                    marked=_vector("marked"),
                    folded=_vector("folded"),
                ),
                rows,
            )

    def remove(self, connection: Connection, document_ids: Sequence[int]) -> None:
        """Nothing to do: the rows go with their documents."""

    def clear(self, connection: Connection) -> None:
        """Forget all documents."""
        connection.execute(sql("DELETE FROM document_vectors"))

    def learn(self, connection: Connection, words: Sequence[str]) -> None:
        """Add folded words to the vocabulary that typos are mended with."""
        connection.execute(
            sql(
                "INSERT INTO vocabulary SELECT unnest(CAST(:words AS text[]))"
                " ON CONFLICT DO NOTHING"
            ),
            {"words": list(words)},
        )

    def find(
        self, connection: Connection, match: Match, conditions: Conditions, limit: int
    ) -> list[int]:
        """List ids of documents that match, the highest first, up to *limit*."""
        wanted = func.to_tsquery(_SIMPLE, _expression(match))
        # Left alone, the planner walks documents by date for a rare phrase and reads
        # them all: 1,664 ms (p95) against 156 ms, 200,000 documents.
        matched = (
            select(_vectors.c.document_id)
            .where(_vectors.c[match.form.value].op("@@")(wanted))
            .cte("matched")
            .prefix_with("MATERIALIZED")
        )
        chosen = select(matched.c.document_id)
        if conditions:
            same = documents.c.id == matched.c.document_id
            chosen = chosen.join(documents, same).where(*conditions)
        chosen = chosen.order_by(matched.c.document_id.desc()).limit(limit)
        return list(connection.scalars(chosen))


_SIMPLE = cast(literal_column("'simple'"), REGCONFIG)


def _vector(form: str) -> ColumnElement[str]:
    head = func.to_tsvector(_SIMPLE, bindparam(f"{form}_head"))
    rest = func.strip(func.to_tsvector(_SIMPLE, bindparam(f"{form}_rest")))
    return head.op("||")(rest)


def _split(form: str, text: str) -> dict[str, str]:
    """Divide a text into words with places and, once each, the words after them."""
    words = [word[:_LONGEST_WORD] for word in text.split()]
    rest: list[str] = []
    room = _MOST_BYTES
    for word in sorted(set(words[_POSITIONED:])):
        room -= len(word.encode()) + 1
        if room < 0:
            break
        rest.append(word)
    return {
        f"{form}_head": " ".join(words[:_POSITIONED]),
        f"{form}_rest": " ".join(rest),
    }


def _expression(match: Match) -> str:
    """Write a match in the language of ``to_tsquery``.

    Words hold only letters and digits (`words.to_folded`), so quoting them is enough.
    """
    ways = (
        " & ".join(
            "(" + " | ".join(_adjacent(phrase) for phrase in clause) + ")"
            for clause in way
        )
        for way in match.ways
    )
    return " | ".join(f"({way})" for way in ways)


def _adjacent(phrase: Phrase) -> str:
    return "(" + " <-> ".join(f"'{word[:_LONGEST_WORD]}'" for word in phrase) + ")"
