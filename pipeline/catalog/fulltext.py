"""What the two full-text indexes have in common."""

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import ColumnElement, Connection

from pipeline.catalog.query import Match

Conditions = Sequence[ColumnElement[bool]]
"""On columns of ``documents``; all must hold."""


class FullText(Protocol):
    """An index over ``document_texts``, kept beside it by whoever writes there."""

    def add(self, connection: Connection, document_ids: Sequence[int]) -> None:
        """Index the texts of documents that were just inserted."""

    def remove(self, connection: Connection, document_ids: Sequence[int]) -> None:
        """Forget documents whose texts are about to be deleted."""

    def clear(self, connection: Connection) -> None:
        """Forget all documents."""

    def learn(self, connection: Connection, words: Sequence[str]) -> None:
        """Add folded words to the vocabulary that typos are mended with."""

    def find(
        self, connection: Connection, match: Match, conditions: Conditions, limit: int
    ) -> list[int]:
        """List ids of documents that match, the highest first, up to *limit*."""
