"""The catalog's tables, the same on SQLite and PostgreSQL.

The full-text indexes differ; they live beside the adapters that read them
(`pipeline.catalog.fts5`, `pipeline.catalog.tsvector`).
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

_ISO = "%Y-%m-%dT%H:%M:%S.%f+00:00"
"""All parts at full width, so that the order of texts is the order of times."""


class UtcTime(TypeDecorator[datetime]):
    """Aware UTC times: ``timestamptz`` on PostgreSQL, ISO 8601 text on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type."""
        kind = DateTime(timezone=True) if dialect.name == "postgresql" else String(32)
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuse naive times: they mean something else on every machine."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without time zone")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.strftime(_ISO)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give aware UTC back."""
        if value is None:
            return None
        moment = (
            value if dialect.name == "postgresql" else datetime.fromisoformat(value)
        )
        return moment.astimezone(UTC)


BIG_KEY = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits on both; only ``INTEGER PRIMARY KEY`` is SQLite's row id."""

PLAIN_TEXT = Text().with_variant(Text(collation="C"), "postgresql")
"""Compared byte by byte, so that ranges of keys mean the same on both."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _owner() -> Column[int]:
    return Column(
        "document_id",
        BIG_KEY,
        ForeignKey("documents.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )


batches = Table(
    "batches",
    metadata,
    Column("id", Text, primary_key=True),
    Column("counter_id", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("page_count", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("state", Text, nullable=False),
    Column("claim", Text, nullable=False, index=True),
    Column("original_key", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("excused", Integer, nullable=False),
    Column("pages_done", Integer, nullable=False),
    Column("reason", Text),
    Column("changed_at", UtcTime, nullable=False),
    Column("lease_owner", Text),
    Column("lease_until", UtcTime),
    Column("defects", Text),  # JSON: [[page, defect], …]; NULL: nobody has looked
    Index(None, "changed_at"),
    Index(None, "state", "changed_at"),
    Index(None, "counter_id", "changed_at"),
)

rejections = Table(
    "rejections",
    metadata,
    Column("claim", Text, primary_key=True),
    Column("counter_id", Text, nullable=False),
    Column("sha256", Text),
    Column("reason", Text, nullable=False),
    Column("rejected_at", UtcTime, nullable=False, index=True),
    Column("batch_id", Text),
)

dossiers = Table(
    "dossiers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("code", Text),
    Column("procedure", Text),
    Column("counter_id", Text, nullable=False),
    Column("batch_id", Text, nullable=False, index=True),
    Column("status", Text, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("filed_at", UtcTime, nullable=False),
    Column("recipe", Text, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    # Grows with the time of filing: the newest first is the highest id first, which
    # both full-text indexes can follow without sorting (`index.first_document_id`).
    Column("id", BIG_KEY, primary_key=True, autoincrement=False),
    Column(
        "dossier_id",
        Text,
        ForeignKey("dossiers.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("revision", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("doctype", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("first_page", Integer, nullable=False),
    Column("last_page", Integer, nullable=False),
    Column("key", Text, nullable=False),
    # Of the dossier, repeated here so that a filter reads one row.
    Column("code", Text),
    Column("code_key", PLAIN_TEXT, index=True),
    Column("procedure", Text),
    Column("counter_id", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("filed_at", UtcTime, nullable=False),
    Column("so_ky_hieu", Text),
    Column("ngay_ban_hanh", Text),
    Column("co_quan_ban_hanh", Text),
    Column("trich_yeu", Text),
    Column("issued", Date, index=True),  # ngay_ban_hanh where it is a whole date
    UniqueConstraint("dossier_id", "revision", "number"),
    Index(None, "counter_id", "id"),
    Index(None, "doctype", "id"),
    Index(None, "procedure", "id"),
    Index(None, "status", "id"),
)

document_texts = Table(
    "document_texts",
    metadata,
    _owner(),
    # Three forms of one text, equally long: a place in one is the same place in all.
    Column("shown", Text, nullable=False),
    Column("marked", Text, nullable=False),
    Column("folded", Text, nullable=False),
)

fields = Table(
    "fields",
    metadata,
    _owner(),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("value", Text),
    Column("status", Text, nullable=False),
    Column("confidence", Float, nullable=False),
)

number_keys = Table(
    "number_keys",
    metadata,
    Column("key", PLAIN_TEXT, primary_key=True),
    _owner(),
    Column("digits", PLAIN_TEXT, nullable=False),
    Column("letters", PLAIN_TEXT, nullable=False),
    Index(None, "document_id"),
    Index(None, "digits", "document_id"),
)

# What tells a document from others of its kind (`pipeline.catalog.likeness`).
sketches = Table(
    "sketches",
    metadata,
    _owner(),
    Column("value", BigInteger, primary_key=True, autoincrement=False),
    Index(None, "value", "document_id"),
)

vocabulary = Table("vocabulary", metadata, Column("word", PLAIN_TEXT, primary_key=True))

# What is good for one batch only; kept when the index is rebuilt.
marks = Table(
    "marks",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("mark", PLAIN_TEXT, primary_key=True),
    Column("batch_id", Text, nullable=False),
)

signings = Table(
    "signings",
    metadata,
    Column(
        "dossier_id",
        Text,
        ForeignKey("dossiers.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("reason", Text),
    Column("changed_at", UtcTime, nullable=False),
    Index(None, "state", "changed_at"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("dossier_id", Text, primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("manifest_key", Text, nullable=False),
    Column("queued_at", UtcTime, nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    Column("delivered_at", UtcTime),
)
