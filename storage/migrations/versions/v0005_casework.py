"""What auditors ask, find and decide: cases, excerpts, codings, revisions of the codebook; the scope of an audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_NEW = ("cases", "excerpts", "codings", "codebook_revisions")
_AUDIT_COLUMNS = ("scope", "harm_types", "period_from", "period_to")


def upgrade() -> None:
    """Take the step."""
    op.add_column("audits", sa.Column("scope", sa.Text, server_default="", nullable=False))
    op.add_column("audits", sa.Column("harm_types", sa.Text, server_default="", nullable=False))
    op.add_column("audits", sa.Column("period_from", sa.Date))
    op.add_column("audits", sa.Column("period_to", sa.Date))
    _create(
        "cases",
        _text("audit"),
        _text("form"),
        _text("digest"),
        *_id_of("cases", "holder"),
        *_one_of("cases", "status", "under_way", "handed_in"),
        sa.Column("begun_on", sa.Date, nullable=False),
        sa.Column("handed_in_on", sa.Date),
        _binary("locked"),
    )
    _create(
        "excerpts",
        _text("audit"),
        _text("form"),
        _text("question"),
        *_one_of("excerpts", "origin", "named", "anonymous"),
        *_id_of("excerpts", "source"),
        _binary("words_locked"),
    )
    op.create_index("ix_excerpts_source", "excerpts", ["source"])
    _create(
        "codings",
        _text("audit"),
        *_id_of("codings", "excerpt"),
        *_id_of("codings", "coder"),
        _binary("locked"),
    )
    op.create_index("ix_codings_excerpt_coder", "codings", ["excerpt", "coder"], unique=True)
    op.create_table(
        "codebook_revisions",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        _text("content"),
        sa.PrimaryKeyConstraint("number", name="pk_codebook_revisions"),
        sa.CheckConstraint("number > 0", name="ck_codebook_revisions_number"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Take it back: what auditors asked and decided is gone."""
    for table in _NEW:
        op.drop_table(table)
    for column in _AUDIT_COLUMNS:
        op.drop_column("audits", column)


def _create(name: str, *parts: sa.schema.SchemaItem) -> None:
    key = (*_id_of(name, "id"), sa.PrimaryKeyConstraint("id", name=f"pk_{name}"))
    op.create_table(name, *key, *parts, sqlite_with_rowid=False)
    op.create_index(f"ix_{name}_audit", name, ["audit"])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _binary(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def _id_of(table: str, name: str) -> tuple[sa.schema.SchemaItem, ...]:
    return _binary(name), sa.CheckConstraint(f"length({name}) = 16", name=f"ck_{table}_{name}")


def _one_of(table: str, name: str, *values: str) -> tuple[sa.schema.SchemaItem, ...]:
    listed = ", ".join(f"'{value}'" for value in values)
    return _text(name), sa.CheckConstraint(f"{name} IN ({listed})", name=f"ck_{table}_{name}")
