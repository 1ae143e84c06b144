"""First light: forms, audits, drafts, the pool, answers, releases, concerns."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "forms",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_forms"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audits",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("incident", sa.Text, nullable=False),
        sa.Column("staff_count", sa.Integer, nullable=False),
        sa.Column("k", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("opened_on", sa.Date, nullable=False),
        sa.Column("closed_on", sa.Date),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("private_key", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audits"),
        sa.CheckConstraint("status IN ('open', 'closed')", name="ck_audits_status"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_forms",
        sa.Column("audit", sa.Text, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("records", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("audit", "form", name="pk_audit_forms"),
        sa.ForeignKeyConstraint(["audit"], ["audits.id"], name="fk_audit_forms_audit"),
        sa.ForeignKeyConstraint(["digest"], ["forms.digest"], name="fk_audit_forms_digest"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "drafts",
        sa.Column("ref", sa.LargeBinary, nullable=False),
        sa.Column("blob", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("ref", name="pk_drafts"),
        sqlite_with_rowid=False,
    )
    _create_sealed("pool")
    op.create_table(
        "answers",
        sa.Column("id", sa.LargeBinary, nullable=False),
        sa.Column("audit", sa.Text, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("grp", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_answers"),
        sa.CheckConstraint("length(id) = 16", name="ck_answers_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_answers_audit", "answers", ["audit"])
    _create_sealed("texts", sa.Column("question", sa.Text, nullable=False))
    op.create_table(
        "releases",
        sa.Column("audit", sa.Text, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("audit", "form", name="pk_releases"),
        sa.ForeignKeyConstraint(["audit"], ["audits.id"], name="fk_releases_audit"),
        sqlite_with_rowid=False,
    )
    _create_sealed(
        "concerns",
        sa.Column("status", sa.Text, nullable=False),
        sa.CheckConstraint("status IN ('new', 'read')", name="ck_concerns_status"),
    )


def downgrade() -> None:
    """Take it back: nothing is left."""
    for table in (
        "concerns",
        "releases",
        "texts",
        "answers",
        "pool",
        "drafts",
        "audit_forms",
        "audits",
        "forms",
    ):
        op.drop_table(table)


def _create_sealed(table: str, *more: sa.Column[str] | sa.CheckConstraint) -> None:
    """A table of sealed boxes, by a random id."""
    op.create_table(
        table,
        sa.Column("id", sa.LargeBinary, nullable=False),
        sa.Column("audit", sa.Text, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        *more,
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.CheckConstraint("length(id) = 16", name=f"ck_{table}_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(f"ix_{table}_audit", table, ["audit"])
