"""The schema refuses whatever would join an answer to a person. See `design/ANONYMITY.md`."""

from __future__ import annotations

import pytest
from sqlalchemy import Date, DateTime, Integer, LargeBinary, Table, Text, Time, inspect, text
from sqlalchemy.exc import IntegrityError

from storage.tables import ANSWER_SIDE, IDENTITY_SIDE, metadata
from storage.unit_of_work import Storage

SIDES = (*IDENTITY_SIDE, *ANSWER_SIDE)
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
        assert isinstance(column.type, LargeBinary | Text), f"{column} could count or tell the time"
        assert not isinstance(column.type, Date | DateTime | Time | Integer)
        assert column.server_default is None
        assert column.default is None


@pytest.mark.parametrize("table", SIDES, ids=str)
def test_no_table_of_either_side_has_hidden_row_numbers(table: Table, storage: Storage) -> None:
    with storage.database.reading() as connection:
        sql = connection.scalar(
            text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": table.name}
        )
    assert str(sql).rstrip().endswith("WITHOUT ROWID")
    assert "AUTOINCREMENT" not in str(sql).upper()


@pytest.mark.parametrize("table", ANSWER_SIDE, ids=str)
def test_a_row_of_the_answer_side_is_named_by_chance_alone(table: Table) -> None:
    assert [column.name for column in table.primary_key] == ["id"]
    for column in table.columns:
        assert not set(column.name.split("_")) & set(IDENTIFYING), f"{column} sounds like a person or a time"


def test_ids_of_another_length_are_refused(storage: Storage) -> None:
    with storage.database.writing() as connection, pytest.raises(IntegrityError):
        connection.execute(text("INSERT INTO pool VALUES (x'0001', 'a', 'f', x'00')"))


def test_the_two_sides_share_no_column() -> None:
    identity = {column.name for table in IDENTITY_SIDE for column in table.columns}
    answers = {column.name for table in ANSWER_SIDE for column in table.columns}
    assert not identity & answers


def test_nothing_refers_to_either_side() -> None:
    referred = {key.column.table.name for table in metadata.tables.values() for key in table.foreign_keys}
    assert not referred & {table.name for table in SIDES}


def test_there_are_no_views_or_triggers_and_no_tables_but_these(storage: Storage) -> None:
    with storage.database.reading() as connection:
        kinds = set(connection.scalars(text("SELECT DISTINCT type FROM sqlite_master")))
        names = set(inspect(connection).get_table_names())
    assert kinds == {"table", "index"}
    assert names == {*metadata.tables, "alembic_version"}
