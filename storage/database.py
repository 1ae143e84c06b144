"""The database and its transactions, whichever of the two it is: a file (SQLite) or a server (PostgreSQL)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Error as SQLiteError

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from storage import postgresql, sqlite
from storage.errors import CollidedError, UnavailableError
from storage.locks import POSTGRESQL


class Database:
    """A database and its connections. Threads may share it.

    Whatever is done with it raises UnavailableError when the database cannot be reached or written for now.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._on_server = engine.dialect.name == POSTGRESQL

    @classmethod
    def open(cls, place: Path | str) -> Database:
        """The database in this file, which is created if need be, or at this address.

        Addresses are like `postgresql://user:password@host/database`. Raises UnsafeFileError for a file that
        others can read, StorageError for an address that is none.
        """
        return cls(sqlite.connect(place) if isinstance(place, Path) else postgresql.connect(place))

    @classmethod
    def in_memory(cls) -> Database:
        """An empty database that is nowhere on the disk, for one thread, and gone when it is closed."""
        return cls(sqlite.in_memory())

    def close(self) -> None:
        """Let go of every connection that is not in use."""
        self.engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that may write: committed at the end, undone when anything is raised."""
        with _told(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One transaction that sees the same state throughout, and keeps nobody from writing."""
        options = postgresql.READING if self._on_server else sqlite.READING
        with (
            _told(),
            self.engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            yield connection

    def compact(self) -> None:
        """Rewrite what is stored, so that nothing keeps what was deleted or its order.

        Raises StorageError when somebody reads or writes for so long that it cannot be done.
        """
        with _told():
            (postgresql if self._on_server else sqlite).compact(self.engine)


@contextmanager
def _told() -> Iterator[None]:
    """Say UnavailableError when the database is away; nothing is chained to it, so that it says no more."""
    try:
        yield
    except (DBAPIError, SQLiteError) as error:
        name = _passing(error)
        if not name:
            raise
        raise (CollidedError if postgresql.collided(name) else UnavailableError)(name) from None
    except NoConnectionLeft:
        raise UnavailableError("pool") from None


def _passing(error: DBAPIError | SQLiteError) -> str:
    """What kind of passing fault it is; '' for one that stays: in the schema, in a statement, in the data."""
    if not isinstance(error, DBAPIError):
        return sqlite.passing(error)
    if error.connection_invalidated:
        return "connection"
    return sqlite.passing(error.orig) or postgresql.passing(error.orig)
