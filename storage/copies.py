"""What a database holds as a stream of records, and the other way round: what is in a backup.

Rows, not pages: a copy of a file or of a server's tables keeps the order in which rows came (`pg_dump` writes them as
they lie, 15 of 15 in the order in which they were handed in, also after VACUUM FULL) and traces of what was deleted.
Here every table is written by its key, which is random wherever an order would say something. One form serves both
databases, so that a backup of one can be put into the other.

A record is its length (4 bytes, the highest first) and MessagePack: an array of its kind and its fields.

    ["candour", day, revision]      the day it was made on, and how far the database was migrated
    ["table", name, [column …]]     what the rows after it belong to
    ["row", [value …]]              text, bytes, whole numbers, true or false, nothing; days as text
    ["end", {table: rows}]          nothing but zeros follows

Left out: `drafts`, whose keys are in no backup, so that their rows would only say that somebody was there; sessions,
links for signing in and addresses of calendars, which must not come back; and approvals that were asked for, which are
asked for again. Everything else stays: without the pool, sealed as it is, the answers of an open audit would be lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Date, MetaData, Table, Text, insert, select, text
from sqlalchemy.exc import IntegrityError

from dialogues.wordless import Wordless
from storage import migrations
from storage.errors import BackupError
from storage.locks import on_server
from storage.postgresql import wait_patiently

LEFT_OUT = frozenset({"alembic_version", "approvals", "calendars", "drafts", "sessions", "sign_in_links"})

_LENGTH_BYTES = 4
_AT_ONCE = 200  # rows that are held in memory
_BYTES_AT_ONCE = 4_194_304
_LARGE = frozenset({"files"})  # tables whose rows are read one by one
_TRIGGERS = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")


class Beginning(Struct, frozen=True, array_like=True, tag="candour"):
    """When the copy was made (ISO 8601), and the revision of the database that it is of."""

    day: str
    revision: str


class Heading(Struct, frozen=True, array_like=True, tag="table"):
    """The table and the columns that the rows after it belong to."""

    name: str
    columns: tuple[str, ...]


class Line(Wordless, frozen=True, array_like=True, tag="row"):
    """A row. It has no repr."""

    values: tuple[Any, ...]


class End(Struct, frozen=True, array_like=True, tag="end"):
    """How many rows each table has."""

    rows: dict[str, int]


Record: TypeAlias = Beginning | Heading | Line | End
Values: TypeAlias = dict[str, Any]

_DECODER = msgspec.msgpack.Decoder(Record)


def write(connection: Connection, day: date) -> Iterator[bytes]:
    """The records of everything that is to be kept, as this transaction sees it."""
    wait_patiently(connection)
    counts: dict[str, int] = {}
    yield packed(Beginning(day.isoformat(), migrations.current(connection)))
    for table in tables(connection):
        counts[str(table.name)] = 0
        yield packed(Heading(str(table.name), tuple(map(str, table.columns.keys()))))
        for row in connection.execute(
            select(table).order_by(*table.primary_key.columns),
            execution_options={"yield_per": 1 if table.name in _LARGE else _AT_ONCE},
        ):
            counts[str(table.name)] += 1
            yield packed(Line(tuple(row)))
    yield packed(End(counts))


def read(content: Iterable[bytes]) -> Iterator[Record]:
    """The records in what was written, once all of it was seen to be there. Raises BackupError."""
    counts: dict[str, int] = {}
    table = ""
    for record in _records(iter(content)):
        match record:
            case Heading(name=table):
                counts[table] = 0
            case Line():
                counts[table] += 1
            case End(rows=rows) if rows != counts:
                raise BackupError("This backup has not as many rows as it says.")
            case _:
                pass
        yield record


def fill(connection: Connection, records: Iterator[Record]) -> Beginning:
    """Put what was written into an empty database, which has its revision then. Raises BackupError."""
    beginning = next(records, None)
    if not isinstance(beginning, Beginning):
        raise BackupError("This backup does not begin as one.")
    if not migrations.knows(beginning.revision):
        raise BackupError("This backup was made by a newer version of Candour. Use that one.")
    migrations.upgrade(connection, beginning.revision)
    triggers = _without_triggers(connection)
    try:
        _insert(connection, records)
    except IntegrityError:
        raise BackupError("This backup holds rows that the database refuses.") from None
    for statement in triggers:
        connection.execute(text(statement))
    return beginning


def tables(connection: Connection) -> Sequence[Table]:
    """The tables of this database that are kept, as they are now, those that others refer to first."""
    there = MetaData()
    there.reflect(connection)
    found = [table for table in there.sorted_tables if table.name not in LEFT_OUT]
    if not on_server(connection):  # SQLite has days as text, and would also keep what is none
        for column in (
            column for table in found for column in table.columns if isinstance(column.type, Date)
        ):
            column.type = Text()
    return found


def add(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert these rows."""
    days = [column.name for column in table.columns if isinstance(column.type, Date)]
    if rows:
        connection.execute(insert(table), [{**row, **_days(row, days)} for row in rows])


def _days(row: Mapping[str, Any], columns: Sequence[str]) -> Values:
    return {name: date.fromisoformat(row[name]) for name in columns if isinstance(row.get(name), str)}


def _insert(connection: Connection, records: Iterable[Record]) -> None:
    there = {table.name: table for table in tables(connection)}
    heading, waiting, size = Heading("", ()), list[Values](), 0
    for record in records:
        match record:
            case Line(values=values):
                waiting.append(dict(zip(heading.columns, values, strict=True)))
                size += sum(len(value) for value in values if isinstance(value, bytes))
                if len(waiting) < _AT_ONCE and size < _BYTES_AT_ONCE:
                    continue
        if waiting:
            add(connection, there[heading.name], waiting)
            waiting, size = [], 0
        if isinstance(record, Heading):
            heading = record


def _without_triggers(connection: Connection) -> list[str]:
    """Take SQLite's triggers away, and return how to make them again: a journal with a gap comes back with it."""
    if on_server(connection):
        return []
    found = [(row.name, str(row.sql)) for row in connection.execute(_TRIGGERS)]
    for name, _ in found:
        connection.execute(text(f"DROP TRIGGER {name}"))
    return [statement for _, statement in found]


def packed(record: Record) -> bytes:
    """A record as it is written."""
    content = msgspec.msgpack.encode(record)
    return len(content).to_bytes(_LENGTH_BYTES) + content


def _records(content: Iterator[bytes]) -> Iterator[Record]:
    """Every record; the end only when everything after it was looked at."""
    waiting = bytearray()
    record: Record | None = None
    while not isinstance(record, End):
        length = int.from_bytes(_take(waiting, _LENGTH_BYTES, content))
        try:
            record = _DECODER.decode(_take(waiting, length, content))
        except msgspec.MsgspecError:
            raise BackupError("This backup has a record that cannot be read.") from None
        if isinstance(record, End):
            for _ in content:
                pass
        yield record


def _take(waiting: bytearray, length: int, content: Iterator[bytes]) -> bytes:
    while len(waiting) < length:
        more = next(content, None)
        if more is None:
            raise BackupError("This backup ends in the middle of a record.")
        waiting += more
    taken = bytes(waiting[:length])
    del waiting[:length]
    return taken
