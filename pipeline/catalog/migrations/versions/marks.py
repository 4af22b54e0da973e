"""Dossier codes and printed sheets, with the batch that had them first."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_PLAIN_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the table, with the codes of what is filed already."""
    op.create_table(
        "marks",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("mark", _PLAIN_TEXT, nullable=False),
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "mark", name="pk_marks"),
    )
    op.execute(
        "INSERT INTO marks (kind, mark, batch_id)"
        " SELECT 'code', code, min(batch_id) FROM dossiers"
        " WHERE code IS NOT NULL GROUP BY code"
    )
