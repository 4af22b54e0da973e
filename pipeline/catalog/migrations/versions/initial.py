"""All tables, and the full-text index of each of the two databases."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PLAIN_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Create everything."""
    _create_batches()
    _create_dossiers()
    _create_documents()
    _create_words()
    if op.get_bind().dialect.name == "sqlite":
        _create_fts5()
    else:
        _create_vectors()


def _create_batches() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("counter_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("page_count", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("claim", sa.Text(), nullable=False),
        sa.Column("original_key", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("excused", sa.Integer(), nullable=False),
        sa.Column("pages_done", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("lease_owner", sa.Text()),
        sa.Column("lease_until", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
    )
    op.create_index("ix_batches_changed_at", "batches", ["changed_at"])
    op.create_index("ix_batches_claim", "batches", ["claim"])
    op.create_index(
        "ix_batches_counter_id_changed_at", "batches", ["counter_id", "changed_at"]
    )
    op.create_index("ix_batches_state_changed_at", "batches", ["state", "changed_at"])
    op.create_table(
        "rejections",
        sa.Column("claim", sa.Text(), nullable=False),
        sa.Column("counter_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("rejected_at", TIME, nullable=False),
        sa.Column("batch_id", sa.Text()),
        sa.PrimaryKeyConstraint("claim", name="pk_rejections"),
    )
    op.create_index("ix_rejections_rejected_at", "rejections", ["rejected_at"])


def _create_dossiers() -> None:
    op.create_table(
        "dossiers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text()),
        sa.Column("procedure", sa.Text()),
        sa.Column("counter_id", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("filed_at", TIME, nullable=False),
        sa.Column("recipe", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dossiers"),
    )
    op.create_index("ix_dossiers_batch_id", "dossiers", ["batch_id"])
    op.create_table(
        "outbox",
        sa.Column("dossier_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("manifest_key", sa.Text(), nullable=False),
        sa.Column("queued_at", TIME, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("delivered_at", TIME),
        sa.PrimaryKeyConstraint("dossier_id", "revision", name="pk_outbox"),
    )
    op.create_index("ix_outbox_queued_at", "outbox", ["queued_at"])


def _create_documents() -> None:
    op.create_table(
        "documents",
        sa.Column("id", BIG_KEY, autoincrement=False, nullable=False),
        sa.Column("dossier_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("doctype", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("first_page", sa.Integer(), nullable=False),
        sa.Column("last_page", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("code", sa.Text()),
        sa.Column("code_key", PLAIN_TEXT),
        sa.Column("procedure", sa.Text()),
        sa.Column("counter_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("filed_at", TIME, nullable=False),
        sa.Column("so_ky_hieu", sa.Text()),
        sa.Column("ngay_ban_hanh", sa.Text()),
        sa.Column("co_quan_ban_hanh", sa.Text()),
        sa.Column("trich_yeu", sa.Text()),
        sa.Column("issued", sa.Date()),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["dossiers.id"],
            name="fk_documents_dossier_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
        sa.UniqueConstraint(
            "dossier_id", "revision", "number", name="uq_documents_dossier_id"
        ),
    )
    op.create_index("ix_documents_code_key", "documents", ["code_key"])
    op.create_index("ix_documents_counter_id_id", "documents", ["counter_id", "id"])
    op.create_index("ix_documents_doctype_id", "documents", ["doctype", "id"])
    op.create_index("ix_documents_issued", "documents", ["issued"])
    op.create_index("ix_documents_procedure_id", "documents", ["procedure", "id"])
    op.create_index("ix_documents_status_id", "documents", ["status", "id"])
    op.create_table(
        "fields",
        sa.Column("document_id", BIG_KEY, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name="fk_fields_document_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("document_id", "position", name="pk_fields"),
    )


def _create_words() -> None:
    op.create_table(
        "document_texts",
        sa.Column("document_id", BIG_KEY, autoincrement=False, nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("marked", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name="fk_document_texts_document_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("document_id", name="pk_document_texts"),
    )
    op.create_table(
        "number_keys",
        sa.Column("key", PLAIN_TEXT, nullable=False),
        sa.Column("document_id", BIG_KEY, autoincrement=False, nullable=False),
        sa.Column("digits", PLAIN_TEXT, nullable=False),
        sa.Column("letters", PLAIN_TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name="fk_number_keys_document_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key", "document_id", name="pk_number_keys"),
    )
    op.create_index(
        "ix_number_keys_digits_document_id", "number_keys", ["digits", "document_id"]
    )
    op.create_index("ix_number_keys_document_id", "number_keys", ["document_id"])
    op.create_table(
        "vocabulary",
        sa.Column("word", PLAIN_TEXT, nullable=False),
        sa.PrimaryKeyConstraint("word", name="pk_vocabulary"),
    )


def _create_fts5() -> None:
    # The text lies in document_texts; the index keeps places only. Its text is folded
    # already, so the tokenizer must not fold again. Nothing is ranked by frequency:
    # without columnsize the index is smaller.
    for form in ("marked", "folded"):
        op.execute(
            f"CREATE VIRTUAL TABLE search_{form} USING fts5({form},"
            " content='document_texts', content_rowid='document_id', columnsize=0,"
            " tokenize='unicode61 remove_diacritics 0')"
        )


def _create_vectors() -> None:
    op.execute(
        "CREATE TABLE document_vectors ("
        " document_id bigint PRIMARY KEY"
        " REFERENCES documents (id) ON DELETE CASCADE,"
        " marked tsvector NOT NULL, folded tsvector NOT NULL)"
    )
    # Without fastupdate: a search never reads through a list of what is not sorted in.
    for form in ("marked", "folded"):
        op.execute(
            f"CREATE INDEX ix_document_vectors_{form}"
            f" ON document_vectors USING gin ({form}) WITH (fastupdate = off)"
        )
