"""What an audit concludes and what is done about it: findings, actions, entries, numbers followed, publications,
quotes of anonymous people.

Owners of actions and members of a board have roles, and partner agencies have slips of their own; a person is told once
of each occasion of a subject.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

Row: TypeAlias = dict[str, Any]
Parts: TypeAlias = tuple[sa.schema.SchemaItem, ...]

_NEW = ("findings", "actions", "entries", "followed", "publications", "calendars", "quotes")
_BEFORE = ("respondent", "lead", "deputy", "auditor")


def upgrade() -> None:
    """Take the step."""
    op.add_column("audits", sa.Column("baseline", sa.Text, server_default="", nullable=False))
    _again("slips", _slips(*_BEFORE, "owner", "board", "partner"), dict)
    _again("notices", _notices(_binary("subject"), _text("occasion"), dropped=True), _its_own_subject)
    op.create_index(
        "ix_notices_subject_person_occasion", "notices", ["subject", "person", "occasion"], unique=True
    )
    numbered = (_text("audit"), sa.Column("number", sa.Integer, nullable=False))
    standing = _one_of("findings", "standing", "open", "closed", "reopened")
    _create("findings", *numbered, *standing, _binary("locked"))
    op.create_index("ix_findings_audit_number", "findings", ["audit", "number"], unique=True)
    _create(
        "actions",
        *numbered,
        _text("state"),
        _binary("owner"),
        _binary("sponsor"),
        sa.Column("due_on", sa.Date),
        sa.Column("review_on", sa.Date),
        sa.Column("next_on", sa.Date),
        _binary("locked"),
    )
    op.create_index("ix_actions_audit_number", "actions", ["audit", "number"], unique=True)
    op.create_index("ix_actions_owner", "actions", ["owner"])
    op.create_index("ix_actions_next_on", "actions", ["next_on"])
    _create(
        "entries",
        _text("audit"),
        _text("kind"),
        _binary("subject"),
        *_bytes("entries", "account", 16),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        _binary("locked"),
    )
    op.create_index("ix_entries_audit_place", "entries", ["audit", "place"])
    op.create_index("ix_entries_subject", "entries", ["subject"])
    _create("followed", _text("audit"), _binary("locked"))
    op.create_index("ix_followed_audit", "followed", ["audit"])
    _create(
        "publications",
        _text("audit"),
        _text("view"),
        sa.Column("edition", sa.Integer, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        _text("digest"),
        _binary("locked"),
    )
    op.create_table(
        "calendars",
        *_bytes("calendars", "hash", 32),
        sa.PrimaryKeyConstraint("hash", name="pk_calendars"),
        *_bytes("calendars", "account", 16),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_calendars_account", "calendars", ["account"], unique=True)
    source = _bytes("quotes", "source", 16)
    standing = _one_of("quotes", "standing", "asked", "agreed", "published")
    _create("quotes", _text("audit"), *source, *standing, _binary("words_locked"))
    op.create_index("ix_quotes_audit", "quotes", ["audit"])
    op.create_index("ix_quotes_source", "quotes", ["source"])
    key = ["audit", "view", "edition"]
    op.create_index("ix_publications_audit_view_edition", "publications", key, unique=True)


def downgrade() -> None:
    """Take it back: what was concluded and planned is gone, and so are owners, boards and calendars."""
    for table in _NEW:
        op.drop_table(table)
    op.execute("DELETE FROM notices WHERE occasion <> '' OR status = 'dropped'")
    op.drop_index("ix_notices_subject_person_occasion", "notices")
    _again("notices", _notices(), _without("subject", "occasion"))
    op.execute("DELETE FROM slips WHERE role IN ('owner', 'board', 'partner')")
    _again("slips", _slips(*_BEFORE), dict)
    op.execute("DELETE FROM people WHERE role IN ('owner', 'board')")
    op.drop_column("audits", "baseline")


def _its_own_subject(row: Row) -> Row:
    return {**row, "subject": row["id"], "occasion": ""}


def _without(*columns: str) -> Callable[[Row], Row]:
    return lambda row: {name: value for name, value in row.items() if name not in columns}


def _again(name: str, parts: Parts, change: Callable[[Row], Row]) -> None:
    """The table anew, with what it held. SQLite can add no column with a rule."""
    connection = op.get_bind()
    rows = [dict(row) for row in connection.execute(sa.text(f"SELECT * FROM {name}")).mappings()]  # noqa: S608 - our own names
    op.drop_table(name)
    table = op.create_table(name, *parts, sqlite_with_rowid=False)
    index = "person" if name == "notices" else "audit"
    op.create_index(f"ix_{name}_{index}", name, [index])
    if rows:
        connection.execute(table.insert(), [change(row) for row in rows])


def _slips(*roles: str) -> Parts:
    key = (*_bytes("slips", "hash", 32), sa.PrimaryKeyConstraint("hash", name="pk_slips"))
    return (*key, _text("audit"), *_one_of("slips", "role", *roles))


def _notices(*more: sa.schema.SchemaItem, dropped: bool = False) -> Parts:
    status = _one_of("notices", "status", "waiting", "sent", "parked", *(["dropped"] if dropped else []))
    key = (*_bytes("notices", "id", 16), sa.PrimaryKeyConstraint("id", name="pk_notices"))
    return (*key, _binary("person"), _text("audit"), _text("kind"), *status, *more)


def _create(name: str, *parts: sa.schema.SchemaItem) -> None:
    key = (*_bytes(name, "id", 16), sa.PrimaryKeyConstraint("id", name=f"pk_{name}"))
    op.create_table(name, *key, *parts, sqlite_with_rowid=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _binary(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def _bytes(table: str, name: str, length: int) -> Parts:
    rule = sa.CheckConstraint(f"length({name}) = {length}", name=f"ck_{table}_{name}")
    return (_binary(name), rule)


def _one_of(table: str, name: str, *values: str) -> Parts:
    listed = ", ".join(f"'{value}'" for value in values)
    return (_text(name), sa.CheckConstraint(f"{name} IN ({listed})", name=f"ck_{table}_{name}"))
