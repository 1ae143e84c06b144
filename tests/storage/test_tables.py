"""The schema refuses whatever would join an answer to a person. See `design/ANONYMITY.md`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    Table,
    Text,
    Time,
    inspect,
    text,
)
from sqlalchemy.exc import IntegrityError

from storage.tables import (
    ACCESS,
    ANSWER_SIDE,
    IDENTITY_SIDE,
    RIGHTS,
    drafts,
    journal,
    messages,
    metadata,
    threads,
)
from storage.unit_of_work import Storage

SIDES = (*IDENTITY_SIDE, *RIGHTS, *ANSWER_SIDE)
ON_SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
TRIGGERS = {
    "sqlite": "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal",
}
IDENTIFYING = (
    "address",
    "chat",
    "channel",
    "user",
    "person",
    "name",
    "ref",
    "response",
    "at",
    "on",
    "time",
    "seq",
)


@pytest.mark.parametrize("table", SIDES, ids=str)
def test_no_table_of_either_side_has_a_time_a_counter_or_a_foreign_key(table: Table) -> None:
    assert not table.foreign_keys
    for column in table.columns:
        if column is drafts.c.epoch:  # the day of a key that is destroyed within days
            continue
        assert isinstance(column.type, LargeBinary | Text), f"{column} could count or tell the time"
        assert not isinstance(column.type, Date | DateTime | Time | Integer)
        assert column.server_default is None
        assert column.default is None


@ON_SQLITE
@pytest.mark.parametrize("table", SIDES, ids=str)
def test_no_table_of_either_side_has_hidden_row_numbers(table: Table, storage: Storage) -> None:
    with storage.database.reading() as connection:
        sql = connection.scalar(
            text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": table.name}
        )
    assert str(sql).rstrip().endswith("WITHOUT ROWID")
    assert "AUTOINCREMENT" not in str(sql).upper()


@pytest.mark.parametrize("table", [*RIGHTS, *ANSWER_SIDE], ids=str)
def test_nothing_in_a_row_of_the_answer_side_sounds_like_a_person_or_a_time(table: Table) -> None:
    for column in table.columns:
        assert not set(column.name.split("_")) & set(IDENTIFYING), f"{column} sounds like a person or a time"


@pytest.mark.parametrize("table", SIDES, ids=str)
def test_rows_are_named_by_chance_alone_and_other_names_are_refused(table: Table, storage: Storage) -> None:
    (key,) = table.primary_key
    assert isinstance(key.type, LargeBinary)
    if table is drafts:  # the name of a draft is worked out from an address, with a key
        return
    row = {column.name: _fitting(column) for column in table.columns} | {key.name: b"0"}
    with pytest.raises(IntegrityError, match=f"ck_{table.name}_{key.name}|constraint failed"):
        _insert(storage, table, row)
    _insert(storage, table, row | {key.name: bytes(_length(key))})


def test_drafts_and_the_answer_side_share_no_column() -> None:
    assert not _columns(drafts) & _columns(*ANSWER_SIDE, *RIGHTS)


def test_people_with_a_role_and_the_answer_side_share_nothing_but_the_audit() -> None:
    assert _columns(*IDENTITY_SIDE) & _columns(*ANSWER_SIDE) == {"id", "audit", "status"}
    assert _columns(*IDENTITY_SIDE) & _columns(*RIGHTS) == {"audit", "role"}


def test_how_people_sign_in_shares_nothing_with_answers_but_the_audit() -> None:
    assert _columns(*ACCESS) & _columns(*ANSWER_SIDE) == {"id", "audit"}
    assert _columns(*ACCESS) & _columns(drafts) == set()
    assert all(not table.foreign_keys for table in ACCESS)


def test_receipts_and_answers_share_no_value_by_which_they_could_be_joined() -> None:
    of_threads = _columns(threads, messages) - {"id", "audit", "sender", "status"}
    others = [table for table in ANSWER_SIDE if table not in (threads, messages)]
    assert not of_threads & _columns(*others)


def test_a_thread_knows_its_week_and_nothing_finer() -> None:
    timely = [column for table in (threads, messages) for column in table.columns if column.name == "week"]
    assert all(isinstance(column.type, Text) for column in timely)
    assert len(timely) == 2


def test_nothing_refers_to_either_side() -> None:
    referred = {key.column.table.name for table in metadata.tables.values() for key in table.foreign_keys}
    assert not referred & {table.name for table in SIDES}


def test_there_are_no_views_and_no_tables_but_these_and_triggers_guard_the_journal_alone(
    storage: Storage,
) -> None:
    with storage.database.reading() as connection:
        inspector = inspect(connection)
        assert set(inspector.get_table_names()) == {*metadata.tables, "alembic_version"}
        assert inspector.get_view_names() == []
        assert set(connection.scalars(text(TRIGGERS[connection.dialect.name]))) == {"journal"}


def test_the_journal_is_on_neither_side_and_has_no_column_for_a_person_or_a_time() -> None:
    assert journal not in SIDES
    assert not journal.foreign_keys
    names = {"seq", "day", "actor", "action", "audit", "details", "previous", "mac"}
    assert {column.name for column in journal.columns} == names
    assert not any(isinstance(column.type, DateTime | Time) for column in journal.columns)


def _length(column: Column[Any]) -> int:
    """How many bytes the schema wants in a column."""
    rules = (str(rule.sqltext) for rule in column.constraints if isinstance(rule, CheckConstraint))
    wanted = [rule.rpartition(" ")[2] for rule in rules if rule.startswith(f"length({column.name}) =")]
    return int(wanted[0]) if wanted else 1


def _fitting(column: Column[Any]) -> object:
    """A value that the schema takes."""
    if isinstance(column.type, LargeBinary):
        return bytes(_length(column))
    rules = (str(rule.sqltext) for rule in column.constraints if isinstance(rule, CheckConstraint))
    allowed = [rule.split("'")[1] for rule in rules if rule.startswith(f"{column.name} IN")]
    return allowed[0] if allowed else "x"


def _columns(*tables: Table) -> set[str]:
    return {column.name for table in tables for column in table.columns}


def _insert(storage: Storage, table: Table, row: Mapping[str, object]) -> None:
    with storage.database.writing() as connection:
        connection.execute(table.insert(), row)
