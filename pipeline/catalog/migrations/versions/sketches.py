"""Sketches of documents, by which the same paper scanned again is noticed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table; `sohoa rebuild` fills it for what is filed already."""
    op.create_table(
        "sketches",
        sa.Column("document_id", _BIG_KEY, nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name="fk_sketches_document_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("document_id", "value", name="pk_sketches"),
    )
    op.create_index(
        "ix_sketches_value_document_id", "sketches", ["value", "document_id"]
    )
