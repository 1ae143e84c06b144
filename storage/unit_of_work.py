"""One transaction, and everything that may be done in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection

from storage import journal
from storage import keys as key_files
from storage.access import Access
from storage.answers import Answers
from storage.approvals import Approvals
from storage.casework import Casework
from storage.database import Database
from storage.errors import KeyMissingError, PassphraseMissingError
from storage.files import Files
from storage.forms import Forms, Shelf
from storage.interviews import Interviews, Memory
from storage.journal import Checkpoint, Examination, Journal, Remembered
from storage.keys import Keys
from storage.migrations import Revision, current, is_new, upgrade, wanted
from storage.notices import Notices
from storage.people import People
from storage.receipts import USUAL, Cost
from storage.slips import Slips
from storage.threads import Threads

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

    def flush(self, audit: str) -> None:
        """Take every response in the audit's pool apart: see `Answers.flush`. The database must be compacted after it.

        Raises UnknownAuditError, PassphraseMissingError, UndecipherableError.
        """
        pair, key = self.casework.keys_of(audit), self.casework.release_key(audit)
        if key is None:
            raise PassphraseMissingError(audit)
        self.answers.flush(audit, pair, key.public, self.forms.get)
        self.threads.scatter(audit)
        self.casework.note_rewriting(audit, due=True)

    @cached_property
    def threads(self) -> Threads:
        """What receipts open."""
        return Threads(self._connection)

    @cached_property
    def slips(self) -> Slips:
        """Rights to answer that were not used yet."""
        return Slips(self._connection)

    @cached_property
    def people(self) -> People:
        """People with a role, and how to reach them."""
        return People(self._connection, self._storage.keys)

    @cached_property
    def access(self) -> Access:
        """How people with a role sign in."""
        return Access(self._connection, self._storage.keys)

    @cached_property
    def approvals(self) -> Approvals:
        """What waits for a second person."""
        return Approvals(self._connection)

    @cached_property
    def notices(self) -> Notices:
        """Messages that start with us."""
        return Notices(self._connection)

    @cached_property
    def files(self) -> Files:
        """What people attached to their answers."""
        return Files(self._connection)

    @cached_property
    def journal(self) -> Journal:
        """What was done with audits."""
        return Journal(self._connection, self._storage.keys, self._storage.remembered)


class Storage:
    """A database with its keys, and what is kept at hand of both."""

    def __init__(self, database: Database, keys: Keys, remembered: Remembered, cost: Cost = USUAL) -> None:
        self.cost = cost
        self.database = database
        self.keys = keys
        self.remembered = remembered
        self.memory = Memory()
        self.shelf = Shelf()

    @classmethod
    def open(cls, folder: Path, key: Path, url: str = "", cost: Cost = USUAL) -> Storage:
        """The database in this folder, brought up to date, with its key file, which lies elsewhere.

        With a `url` the database is that of a PostgreSQL server, and the folder is not looked at. Workers that
        share a database share the key file. Key and tables are created the first time. Raises
        UnsafeFileError, KeyMissingError, KeyUnreadableError, UnavailableError, and StorageError for a `url`
        that is none. `cost` is what one try of a receipt or a passphrase takes.
        """
        database = Database.open(url or folder / DATABASE)
        try:
            with database.writing() as connection:
                _see_to_key(connection, key)
                storage = cls(database, Keys.open(key), Remembered(key), cost)
                today = datetime.now(UTC).date()
                recorded = bring_up_to_date(connection, storage.keys, storage.remembered, today)
                Casework(connection, storage.keys).see_that_keys_fit()
                head = recorded.write()
        except BaseException:
            database.close()
            raise
        storage.remember(head)
        return storage

    @staticmethod
    def revision(folder: Path, url: str = "") -> Revision:
        """What the database in this folder or at this address is, and what it should be. Changes nothing.

        Raises UnsafeFileError, UnavailableError, StorageError for an address that is none.
        """
        path = folder / DATABASE
        if not url and not path.exists():
            return Revision("", wanted())
        database = Database.open(url or path)
        try:
            with database.reading() as connection:
                return Revision(current(connection), wanted())
        finally:
            database.close()

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    @contextmanager
    def writing(self) -> Iterator[UnitOfWork]:
        """A transaction that is on the disk when the block ends, or never was when it raises."""
        with self.database.writing() as connection:
            work = UnitOfWork(connection, self)
            yield work
            head = work.journal.write()
        self.remember(head)

    def remember(self, head: Checkpoint | None) -> None:
        """Note beside the key file how far the journal has come, now that it is committed."""
        if head is not None:
            self.remembered.keep(head)

    def examine_journal(self, checkpoints: Sequence[Checkpoint] = ()) -> Examination:
        """Whether the journal is as it was written, and has what these checkpoints say it has."""
        remembered = self.remembered.read()  # first: others go on meanwhile, and it must not be ahead
        with self.reading() as work:
            audits = [audit.id for audit in work.casework.all()]
            return work.journal.examine(checkpoints, remembered, audits)

    @contextmanager
    def reading(self) -> Iterator[UnitOfWork]:
        """A transaction that only looks."""
        with self.database.reading() as connection:
            yield UnitOfWork(connection, self)


def bring_up_to_date(connection: Connection, keys: Keys, remembered: Remembered, day: date) -> Journal:
    """Migrate. Returns the journal; where there was none, the entry that says so waits in it to be written."""
    begins = journal.is_missing(connection)
    upgrade(connection)
    recorded = Journal(connection, keys, remembered)
    if begins:
        before = [audit.id for audit in Casework(connection, keys).all()]
        recorded.begin(before, day=day)
    return recorded


def _see_to_key(connection: Connection, key: Path) -> None:
    """Create the key for a new database; never a second one for a database that has its own.

    The database is asked first: others who start make the key before they fill the database.
    """
    if is_new(connection):
        key_files.create(key)
    elif not key.exists():
        raise KeyMissingError(f"The database was encrypted with a key file that is not at {key}.")
