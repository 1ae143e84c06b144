"""The database: a SQLite file that only we may read, set up so that a commit is on the disk.

Every transaction that writes takes SQLite's write lock when it begins (BEGIN IMMEDIATE): what it reads
stays true until it commits, whichever process writes as well.
"""

from __future__ import annotations

import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from storage.errors import StorageError, UnsafeFileError

BUSY_SECONDS = 15  # how long to wait for another process's transaction

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
_COMPACT = ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)")


class Database:
    """A SQLite file and its connections. `open` prepares it; threads may share it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def open(cls, path: Path) -> Database:
        """The database in this file, which is created if need be. Raises UnsafeFileError."""
        prepare(path)
        engine = create_engine(f"sqlite:///{path}", hide_parameters=True)
        event.listen(engine, "connect", _set_up)
        event.listen(engine, "begin", _begin)
        return cls(engine)

    def close(self) -> None:
        """Let go of every connection that is not in use."""
        self.engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that may write: committed at the end, undone when anything is raised."""
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One transaction that sees the same state throughout, and keeps nobody from writing."""
        with (
            self.engine.connect().execution_options(candour_reads=True) as connection,
            connection.begin(),
        ):
            yield connection

    def compact(self) -> None:
        """Rewrite the file and empty its journal, so that neither keeps what was deleted or its order.

        Raises StorageError when somebody reads or writes for so long that the journal cannot be emptied.
        """
        with closing(self.engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
            for statement in _COMPACT:  # outside of any transaction
                cursor.execute(statement)
            (busy, *_) = cursor.fetchone() or (1,)
        if busy:
            raise StorageError("The database is in use, so its journal could not be emptied. Try again.")


def prepare(path: Path) -> None:
    """See that the file is there and that only its owner may read it. Raises UnsafeFileError.

    SQLite gives its journals the mode of the database, so they are as private as this file.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    refuse_shared(path)


def refuse_shared(path: Path) -> None:
    """Raise UnsafeFileError if anyone but the owner has a right to the file."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise UnsafeFileError(
            f"Others can read {path} (mode {mode:04o}). Allow only its owner: chmod 600 {path}"
        )


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
    reads = connection.get_execution_options().get("candour_reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
