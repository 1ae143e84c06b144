"""What a thief has: rows of every table, in the order in which they are read, and every file as it lies on the disk."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, TypeAlias

import psycopg
from msgspec import Struct
from psycopg import sql

from storage.tables import metadata
from tests.postgres import Server, binaries

Row: TypeAlias = Mapping[str, Any]

TABLES = tuple(table.name for table in metadata.sorted_tables)
HEAP, LOG = "base", "pg_wal"  # PostgreSQL's tables, and its write-ahead log
_SYSTEM = "xmin::text::bigint AS xmin, xmax::text::bigint AS xmax, ctid::text AS ctid"


class Loot(Struct, frozen=True):
    """The rows of each table, and the content of each file."""

    rows: dict[str, list[Row]]
    files: dict[str, bytes]


def from_sqlite(database: Path, apart: Path, tables: Sequence[str] = TABLES) -> Loot:
    """Copy the database while others have it open, journals and all, and read from copies alone."""
    apart.mkdir(parents=True)
    for each in database.parent.glob("*.db*"):
        shutil.copyfile(each, apart / each.name)
    files = {each.name: each.read_bytes() for each in sorted(apart.iterdir())}
    with closing(sqlite3.connect(apart / database.name)) as restored:  # this reads the -wal, and mixes it in
        restored.row_factory = sqlite3.Row
        rows = {name: _rows(restored, name) for name in tables}
        restored.execute("VACUUM INTO ?", [str(apart / "backup.db")])
        dump = "\n".join(restored.iterdump()).encode()
    return Loot(rows, files | {"backup.db": (apart / "backup.db").read_bytes(), "dump.sql": dump})


def _rows(database: sqlite3.Connection, table: str) -> list[Row]:
    return [dict(row) for row in database.execute(f"SELECT * FROM {table}")]  # noqa: S608 - names of ours


def from_postgres(server: Server, url: str, since: float) -> Loot:
    """Read the tables with what PostgreSQL keeps of each row, dump them, copy the files of this database.

    `since`: when it was made, as a file's time; files of the write-ahead log from before have nothing of it.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")  # so that the files have what the memory has
        rows = {name: _read(connection, name) for name in TABLES}
        (number,) = connection.execute(
            "SELECT oid FROM pg_database WHERE datname = current_database()"
        ).fetchone() or ("",)
    dumps = {name: _dump(url, *options) for name, options in _DUMPS.items()}
    data = server.folder / "data"
    found = {HEAP: _together(data / f"base/{number}", 0), LOG: _together(data / "pg_wal", since)}
    return Loot(rows, dumps | found | {"server.log": (server.folder / "log").read_bytes()})


_DUMPS = {"plain.sql": (), "inserts.sql": ("--inserts",), "custom.dump": ("-Fc", "-Z0")}


def _read(connection: psycopg.Connection[Any], name: str) -> list[Row]:
    query = sql.SQL("SELECT *, {} FROM {}").format(sql.SQL(_SYSTEM), sql.Identifier(name))
    cursor = connection.execute(query)
    names = [column.name for column in cursor.description or ()]
    return [{name: _plain(name, value) for name, value in zip(names, row, strict=True)} for row in cursor]


def _plain(name: str, value: object) -> object:
    """Where a row is, as numbers, so that it can be sorted."""
    if name != "ctid":
        return value
    page, place = str(value).strip("()").split(",")
    return (int(page), int(place))


def _dump(url: str, *options: str) -> bytes:
    programs = binaries()
    assert programs is not None
    return subprocess.run(
        [programs / "pg_dump", *options, url], check=True, capture_output=True, timeout=60
    ).stdout


def _together(folder: Path, since: float) -> bytes:
    """The files of a folder, one after the other. One that goes away meanwhile is not stolen."""
    found = []
    for path in sorted(folder.iterdir()):
        with suppress(FileNotFoundError):
            if path.is_file() and path.stat().st_mtime >= since:
                found.append(path.read_bytes())
    return b"".join(found)
