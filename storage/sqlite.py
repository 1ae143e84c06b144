"""SQLite: one file that only we may read, set up so that a commit is on the disk.

Every transaction that writes takes SQLite's write lock when it begins (BEGIN IMMEDIATE): what it reads
stays true until it commits, whichever process writes as well.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from storage.errors import StorageError
from storage.locks import LOOKS, only_looks
from storage.private import prepare

BUSY_SECONDS = 15  # how long to wait for another process's transaction
READING = {LOOKS: True}

_PRAGMAS = (
    f"busy_timeout = {BUSY_SECONDS * 1000}",
    "cache_size = -32768",  # KiB
    "synchronous = FULL",  # a commit has reached the disk before it is acknowledged
    "secure_delete = ON",  # what is deleted is overwritten
    "foreign_keys = ON",
    "temp_store = MEMORY",  # nothing is sorted in files outside of our folder
    "trusted_schema = OFF",
    "journal_size_limit = 4194304",
)
_PAGE_SIZE = "PRAGMA page_size = 16384"  # a draft fits in: half the time of 4096, where each spills over
_EMPTY = "PRAGMA wal_checkpoint(TRUNCATE)"
_BETWEEN = 0.1  # seconds: whoever compacts at the same moment can make SQLite refuse without waiting
_PASSING = frozenset({
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_READONLY,
})  # fmt: skip


def connect(path: Path) -> Engine:
    """The database in this file, which is created if need be. Raises UnsafeFileError."""
    prepare(path)
    return _prepared(create_engine(f"sqlite:///{path}", hide_parameters=True))


def in_memory() -> Engine:
    """An empty database that is nowhere on the disk, for one thread, and gone when it is let go of."""
    return _prepared(create_engine("sqlite://", hide_parameters=True, poolclass=StaticPool))


def _prepared(engine: Engine) -> Engine:
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def compact(engine: Engine) -> None:
    """Rewrite the file and empty its journal. Raises StorageError when somebody keeps it in use."""
    with closing(engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
        cursor.execute(_EMPTY)  # outside of any transaction
        cursor.execute("VACUUM")
        deadline = time.monotonic() + BUSY_SECONDS
        while (cursor.execute(_EMPTY).fetchone() or (1,))[0]:
            if time.monotonic() > deadline:
                raise StorageError("The database is in use, so its journal could not be emptied. Try again.")
            time.sleep(_BETWEEN)


def passing(error: BaseException | None) -> str:
    """SQLite's name for a fault that passes by itself, or when somebody makes room; '' for any other."""
    if not isinstance(error, sqlite3.Error):
        return ""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)  # faults of the driver itself have none
    return error.sqlite_errorname if code & 0xFF in _PASSING else ""


def _set_up(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    driver = cast("sqlite3.Connection", connection)
    driver.isolation_level = None  # the driver begins nothing by itself
    _use_journal(driver)
    for pragma in _PRAGMAS:
        driver.execute(f"PRAGMA {pragma}")


def _use_journal(driver: sqlite3.Connection) -> None:
    """Turn the write-ahead log on. SQLite does not wait when another process does so too: then we do."""
    driver.execute(_PAGE_SIZE)
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            driver.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN" if only_looks(connection) else "BEGIN IMMEDIATE")
