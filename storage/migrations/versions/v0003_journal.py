"""The journal, and the triggers by which the database itself refuses to change it.

They stop mistakes and careless statements. Whoever owns the database can drop them: what they change then is
found by the chain.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

# REPLACE deletes without asking the trigger for that, so entries are taken at the end alone.
_ON_SQLITE = (
    """CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal
        BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END""",
    """CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal
        BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END""",
    """CREATE TRIGGER journal_at_the_end BEFORE INSERT ON journal
        WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM journal)
        BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END""",
)
_ON_POSTGRESQL = (
    """CREATE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$BEGIN RAISE EXCEPTION 'the journal is only ever added to'; END$$""",
    """CREATE TRIGGER journal_no_change BEFORE UPDATE OR DELETE ON journal
       FOR EACH ROW EXECUTE FUNCTION journal_refuse()""",
    """CREATE TRIGGER journal_no_truncate BEFORE TRUNCATE ON journal
       FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse()""",
)


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "journal",
        sa.Column("seq", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("audit", sa.Text, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("previous", sa.LargeBinary, nullable=False),
        sa.Column("mac", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_journal"),
        sa.CheckConstraint("seq > 0", name="ck_journal_seq"),
        sa.CheckConstraint("length(mac) = 32", name="ck_journal_mac"),
        sa.CheckConstraint("length(previous) = 32", name="ck_journal_previous"),
    )
    for statement in _ON_POSTGRESQL if _on_postgresql() else _ON_SQLITE:
        op.execute(statement)


def downgrade() -> None:
    """Take it back: what was recorded is gone."""
    op.drop_table("journal")
    if _on_postgresql():
        op.execute("DROP FUNCTION journal_refuse()")


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
