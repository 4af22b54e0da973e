"""The queue of dossiers that the agency has not signed yet."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    """Create the table; what was filed before waits to be signed."""
    op.create_table(
        "signings",
        sa.Column("dossier_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("changed_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("dossier_id", name="pk_signings"),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["dossiers.id"],
            name="fk_signings_dossier_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_signings_state_changed_at", "signings", ["state", "changed_at"])
    op.execute(
        "INSERT INTO signings (dossier_id, state, attempts, changed_at)"
        " SELECT id, 'unsigned', 0, filed_at FROM dossiers"
    )
