"""One transaction, and everything that may be done in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection

from storage import keys as key_files
from storage.answers import Answers
from storage.casework import Casework
from storage.database import Database
from storage.errors import KeyMissingError
from storage.forms import Forms, Shelf
from storage.interviews import Interviews, Memory
from storage.keys import Keys
from storage.migrations import upgrade

DATABASE = "candour.db"


class UnitOfWork:
    """What may be done within one transaction, by subject."""

    def __init__(self, connection: Connection, storage: Storage) -> None:
        self._connection = connection
        self._storage = storage

    @cached_property
    def interviews(self) -> Interviews:
        """Interviews under way. For the one thread that plays turns."""
        return Interviews(self._connection, self._storage.keys, self._storage.memory)

    @cached_property
    def forms(self) -> Forms:
        """Forms, pinned by digest."""
        return Forms(self._connection, self._storage.shelf)

    @cached_property
    def casework(self) -> Casework:
        """Audits, releases, concerns."""
        return Casework(self._connection, self._storage.keys)

    @cached_property
    def answers(self) -> Answers:
        """Responses in the pool, and answers that are nobody's any more."""
        return Answers(self._connection)


class Storage:
    """A database with its keys, and what is kept at hand of both."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self.database = database
        self.keys = keys
        self.memory = Memory()
        self.shelf = Shelf()

    @classmethod
    def open(cls, folder: Path, key: Path) -> Storage:
        """The database in this folder, brought up to date, with its key file, which lies elsewhere.

        Both are created the first time. Raises UnsafeFileError, KeyMissingError, KeyUnreadableError.
        """
        path = folder / DATABASE
        _see_to_key(path, key)
        keys = Keys.open(key)
        database = Database.open(path)
        with database.writing() as connection:
            upgrade(connection)
        return cls(database, keys)

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    @contextmanager
    def writing(self) -> Iterator[UnitOfWork]:
        """A transaction that is on the disk when the block ends, or never was when it raises."""
        with self.database.writing() as connection:
            yield UnitOfWork(connection, self)

    @contextmanager
    def reading(self) -> Iterator[UnitOfWork]:
        """A transaction that only looks."""
        with self.database.reading() as connection:
            yield UnitOfWork(connection, self)


def _see_to_key(database: Path, key: Path) -> None:
    """Create the key for a new database; never a second one for a database that has its own."""
    if key.exists():
        return
    if database.exists() and database.stat().st_size:
        raise KeyMissingError(f"{database} was encrypted with a key file that is not at {key}.")
    key_files.create(key)
