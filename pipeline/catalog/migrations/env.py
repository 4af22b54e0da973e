"""Alembic's entry: runs the revisions on the connection that migrate() opened."""

from alembic import context

from pipeline.catalog.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
)
# migrate() holds the transaction, and with it the lock, around all of this.
context.run_migrations()
