"""Keys of the day for drafts, receipts and threads, the lead's release key, how people sign in, what was published.

Drafts of before are dropped: they were encrypted with the key file, which is what this step ends. Whoever was
in the middle of an interview begins again with the same link.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

Row: TypeAlias = Mapping[str, Any]

_NEW = (
    "published",
    "threads",
    "messages",
    "accounts",
    "credentials",
    "sign_in_links",
    "sessions",
    "approvals",
)
_AUDIT_COLUMNS = ("entry", "release_salt", "release_key", "counted_on", "counted_enough", "erasures")


def upgrade() -> None:
    """Take the step."""
    _drafts(sa.Column("epoch", sa.Integer, nullable=False))
    _again(
        "pool", _pool(_tag(), _long("pool", "tag", 16)), lambda row: {**row, "tag": secrets.token_bytes(16)}
    )
    _again(
        "answers",
        _answers(_tag(), _long("answers", "tag", 16)),
        lambda row: {**row, "tag": secrets.token_bytes(16)},
    )
    _again(
        "texts",
        _texts(_tag(), _long("texts", "tag", 16)),
        lambda row: {**row, "tag": secrets.token_bytes(16)},
    )
    _again("files", _files(_tag()), lambda row: {**row, "tag": b""})
    _again(
        "concerns",
        _concerns(*_one_of("concerns", "route", "lead", "deputy")),
        lambda row: {**row, "route": "lead"},
    )
    _again("slips", _slips("respondent", "lead", "deputy", "auditor"), dict)
    op.add_column("audits", sa.Column("entry", sa.Text, server_default="open", nullable=False))
    op.add_column("audits", sa.Column("release_salt", sa.LargeBinary))
    op.add_column("audits", sa.Column("release_key", sa.LargeBinary))
    op.add_column("audits", sa.Column("counted_on", sa.Date))
    op.add_column("audits", sa.Column("counted_enough", sa.Boolean))
    op.add_column("audits", sa.Column("erasures", sa.Integer, server_default="0", nullable=False))
    _create_published()
    _create_threads()
    _create_access()
    _people_with_accounts()


def downgrade() -> None:
    """Take it back: who was in the middle of an interview begins again, receipts open nothing any more."""
    _again("people", _people(), _without("account"))
    for table in _NEW:
        op.drop_table(table)
    for column in _AUDIT_COLUMNS:
        op.drop_column("audits", column)
    op.execute("DELETE FROM slips WHERE role NOT IN ('respondent', 'lead')")
    _again("slips", _slips("respondent", "lead"), dict)
    _again("concerns", _concerns(), _without("route"))
    _again("files", _files(), _without("tag"))
    _again("texts", _texts(), _without("tag"))
    _again("answers", _answers(), _without("tag"))
    _again("pool", _pool(), _without("tag"))
    _drafts()


Parts: TypeAlias = tuple[sa.schema.SchemaItem, ...]


def _again(name: str, parts: Parts, change: Callable[[Row], Row]) -> None:
    """The table anew, with what it held. SQLite can add no column with a rule."""
    connection = op.get_bind()
    rows = [dict(row) for row in connection.execute(sa.text(f"SELECT * FROM {name}")).mappings()]  # noqa: S608 - our own names
    op.drop_table(name)
    table = op.create_table(name, *parts, sqlite_with_rowid=False)
    if any(column.name == "audit" for column in table.columns):
        op.create_index(f"ix_{name}_audit", name, ["audit"])
    if rows:
        connection.execute(table.insert(), [change(row) for row in rows])


def _without(column: str) -> Callable[[Row], Row]:
    return lambda row: {name: value for name, value in row.items() if name != column}


def _drafts(*more: sa.Column[int]) -> None:
    op.drop_table("drafts")
    op.create_table(
        "drafts",
        _binary("ref"),
        *more,
        _binary("blob"),
        sa.PrimaryKeyConstraint("ref", name="pk_drafts"),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE drafts SET (toast_tuple_target = 8160)")  # see 0002


def _pool(*more: sa.schema.SchemaItem) -> Parts:
    return (*_named("pool"), _text("audit"), _text("form"), *more, _binary("sealed"))


def _answers(*more: sa.schema.SchemaItem) -> Parts:
    words = (_text("audit"), _text("form"), _text("question"), _text("grp"), _text("value"))
    return (*_named("answers"), *words, *more)


def _texts(*more: sa.schema.SchemaItem) -> Parts:
    return (*_named("texts"), _text("audit"), _text("form"), _text("question"), *more, _binary("sealed"))


def _files(*more: sa.schema.SchemaItem) -> Parts:
    return (*_named("files", length=32), _text("audit"), _text("form"), *more, _binary("sealed"))


def _concerns(*more: sa.schema.SchemaItem) -> Parts:
    status = _one_of("concerns", "status", "new", "read")
    return (*_named("concerns"), _text("audit"), _text("form"), _binary("sealed"), *status, *more)


def _slips(*roles: str) -> Parts:
    return (*_named("slips", "hash", 32), _text("audit"), *_one_of("slips", "role", *roles))


def _people(*more: sa.schema.SchemaItem) -> Parts:
    return (*_named("people"), *more, _text("audit"), _text("role"), _binary("locked"))


def _people_with_accounts() -> None:
    """Everybody with a role gets an account of their own, without a name."""
    account = (_binary("account"), _long("people", "account", 16))
    _again("people", _people(*account), lambda row: {**row, "account": secrets.token_bytes(16)})
    op.execute(
        sa.text("INSERT INTO accounts (id, locked) SELECT account, :none FROM people").bindparams(none=b"")
    )


def _create_published() -> None:
    key = ("audit", "form", "question", "groups")
    op.create_table(
        "published",
        *(_text(name) for name in key),
        sa.PrimaryKeyConstraint(*key, name="pk_published"),
        sqlite_with_rowid=False,
    )


def _create_threads() -> None:
    _create(
        "threads",
        *_named("threads", "locator", 5),
        _text("audit"),
        *_bytes("threads", "salt", 18),
        *_bytes("threads", "verifier", 32),
        *_bytes("threads", "public_key", 32),
        _text("week"),
        index=("audit",),
    )
    _create(
        "messages",
        *_named("messages"),
        *_bytes("messages", "locator", 5),
        _text("audit"),
        *_one_of("messages", "sender", "lead", "respondent"),
        *_one_of("messages", "status", "new", "read"),
        _binary("for_lead"),
        _binary("for_respondent"),
        _text("week"),
        index=("audit", "locator"),
    )


def _create_access() -> None:
    _create("accounts", *_named("accounts"), _binary("locked"))
    _create(
        "credentials",
        *_named("credentials"),
        *_bytes("credentials", "account", 16),
        *_one_of("credentials", "kind", "passkey", "totp"),
        _binary("locked"),
        index=("account",),
    )
    _create(
        "sign_in_links",
        *_named("sign_in_links", "hash", 32),
        *_bytes("sign_in_links", "account", 16),
        _moment("expires"),
    )
    _create(
        "sessions",
        *_named("sessions", "hash", 32),
        *_bytes("sessions", "account", 16),
        _moment("began"),
        _moment("seen"),
        _moment("confirmed"),
        index=("account",),
    )
    _create(
        "approvals",
        *_named("approvals"),
        _text("audit"),
        _text("subject"),
        _text("details"),
        *_bytes("approvals", "asked_by", 16),
        index=("audit",),
    )


def _create(name: str, *parts: sa.schema.SchemaItem, index: tuple[str, ...] = ()) -> None:
    op.create_table(name, *parts, sqlite_with_rowid=False)
    for column in index:
        op.create_index(f"ix_{name}_{column}", name, [column])


def _named(table: str, name: str = "id", length: int = 16) -> Parts:
    """The random id by which the rows of a table are kept."""
    return _binary(name), sa.PrimaryKeyConstraint(name, name=f"pk_{table}"), _long(table, name, length)


def _bytes(table: str, name: str, length: int) -> Parts:
    return _binary(name), _long(table, name, length)


def _one_of(table: str, name: str, *values: str) -> Parts:
    listed = ", ".join(f"'{value}'" for value in values)
    return _text(name), sa.CheckConstraint(f"{name} IN ({listed})", name=f"ck_{table}_{name}")


def _long(table: str, name: str, length: int) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"length({name}) = {length}", name=f"ck_{table}_{name}")


def _tag() -> sa.Column[bytes]:
    return _binary("tag")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _binary(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def _moment(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)
