"""What is wrong with the pages of a batch, as told before they are read."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column; of earlier batches nothing is told."""
    op.add_column("batches", sa.Column("defects", sa.Text(), nullable=True))
