"""One transaction, and everything that may be done in it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection

from reports.hours import local_day
from storage import journal, renewal
from storage import keys as key_files
from storage.access import Access
from storage.answers import Answers
from storage.approvals import Approvals
from storage.cases import Cases
from storage.casework import Casework
from storage.codebooks import Codebooks
from storage.coding import Codings, Excerpts, Suggesters
from storage.database import Database
from storage.epochs import Epochs, InMemory
from storage.errors import KeyMissingError, KeysInUseError, PassphraseMissingError
from storage.files import Files
from storage.forms import Forms, Shelf
from storage.interviews import Interviews, Memory
from storage.journal import OPERATOR, Checkpoint, Examination, Journal, KeysRotated, Remembered
from storage.keys import Keys
from storage.migrations import Revision, current, is_new, keep_others_out, upgrade, wanted
from storage.notices import Notices
from storage.people import People
from storage.plan import Actions, Entries, Findings, Measures, Publications
from storage.postgresql import others_are_connected
from storage.quotes import Quotes
from storage.receipts import USUAL, Cost
from storage.slips import Slips
from storage.threads import Threads

DATABASE = "candour.db"
CONCERN_YEARS = 8  # after the close, as health and care records of adults are kept in the United Kingdom


class UnitOfWork:
    """What may be done within one transaction, by subject."""

    def __init__(self, connection: Connection, storage: Storage) -> None:
        self._connection = connection
        self._storage = storage
        self.erased: set[str] = set()  # audits of which answers are gone when this is committed

    @cached_property
    def interviews(self) -> Interviews:
        """Interviews under way. For the one thread that plays turns."""
        return Interviews(self._connection, self._storage.epochs, self._storage.memory)

    @property
    def draft_days(self) -> int:
        """For how many days what is not handed in can be gone on with."""
        return self._storage.epochs.draft_days

    @property
    def concern_years(self) -> int:
        """For how many years after the close of an audit its concerns are kept."""
        return self._storage.concern_years

    @cached_property
    def forms(self) -> Forms:
        """Forms, pinned by digest."""
        return Forms(self._connection, self._storage.shelf)

    @cached_property
    def casework(self) -> Casework:
        """Audits, releases, concerns."""
        return Casework(self._connection, self._storage.keys)

    @cached_property
    def cases(self) -> Cases:
        """Interviews, record checks and observations of auditors."""
        return Cases(self._connection, self._storage.keys)

    @cached_property
    def excerpts(self) -> Excerpts:
        """Pieces of text that themes are tied to."""
        return Excerpts(self._connection, self._storage.keys)

    @cached_property
    def quotes(self) -> Quotes:
        """Words of anonymous people that are to be quoted, or may be."""
        return Quotes(self._connection, self._storage.keys)

    @cached_property
    def codings(self) -> Codings:
        """What auditors decided about excerpts."""
        return Codings(self._connection, self._storage.keys)

    @cached_property
    def codebooks(self) -> Codebooks:
        """How the codebook was revised."""
        return Codebooks(self._connection)

    @cached_property
    def findings(self) -> Findings:
        """What audits conclude."""
        return Findings(self._connection, self._storage.keys)

    @cached_property
    def actions(self) -> Actions:
        """What will be done about it."""
        return Actions(self._connection, self._storage.keys)

    @cached_property
    def entries(self) -> Entries:
        """What was said of findings, actions and audits."""
        return Entries(self._connection, self._storage.keys)

    @cached_property
    def measures(self) -> Measures:
        """Numbers that are followed month by month."""
        return Measures(self._connection, self._storage.keys)

    @cached_property
    def publications(self) -> Publications:
        """Reports that were published."""
        return Publications(self._connection, self._storage.keys)

    @property
    def suggesters(self) -> Suggesters:
        """What suggests codes."""
        return self._storage.suggesters

    @cached_property
    def answers(self) -> Answers:
        """Responses in the pool, and answers that are nobody's any more."""
        return Answers(self._connection, self.erased.add)

    def flush(self, audit: str, keep: int = 0) -> None:
        """Take the responses in the audit's pool apart: see `Answers.flush`. The database must be compacted after it.

        Raises UnknownAuditError, PassphraseMissingError, UndecipherableError.
        """
        self.casework.hold_row(audit)
        pair, key = self.casework.keys_of(audit), self.casework.release_key(audit)
        if key is None:
            raise PassphraseMissingError(audit)
        self.answers.flush(audit, pair, key.public, self.forms.get, keep)
        self.threads.scatter(audit)
        self.casework.note_rewriting(audit)

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

    def __init__(
        self,
        database: Database,
        keys: Keys,
        remembered: Remembered,
        cost: Cost = USUAL,
        epochs: Epochs | None = None,
    ) -> None:
        self.cost = cost
        self.database = database
        self.keys = keys
        self.remembered = remembered
        self.epochs = epochs or Epochs(InMemory())
        self.concern_years = CONCERN_YEARS
        self.memory = Memory()
        self.shelf = Shelf()
        self.suggesters = Suggesters()
        self._shared: int | None = None

    @classmethod
    def open(
        cls, folder: Path, key: Path, url: str = "", cost: Cost = USUAL, *, epochs: Epochs | None = None
    ) -> Storage:
        """The database in this folder, brought up to date, with its key file, which lies elsewhere.

        With a `url` the database is that of a PostgreSQL server, and the folder is not looked at. Workers that
        share a database share the key file and the keys of `epochs`; without these, drafts end with this
        process. Key and tables are created the first time. Raises UnsafeFileError, KeyMissingError,
        KeyUnreadableError, UnavailableError, and StorageError for a `url` that is none.
        `cost` is what one try of a receipt or a passphrase takes.
        """
        shared = renewal.share(key)
        try:
            storage = cls._opened(folder, key, url, epochs, cost)
        except BaseException:
            _let_go(shared)
            raise
        storage._shared = shared
        return storage

    @classmethod
    def _opened(cls, folder: Path, key: Path, url: str, epochs: Epochs | None, cost: Cost = USUAL) -> Storage:
        database = Database.open(url or folder / DATABASE)
        try:
            with database.writing() as connection:
                _see_to_key(connection, key)
                begins = journal.is_missing(connection)
                upgrade(connection)
                storage = cls(database, renewal.settle(connection, key), Remembered(key), cost, epochs)
                Casework(connection, storage.keys).see_that_keys_fit()
                today = local_day(datetime.now(UTC))
                head = _recorded(connection, storage.keys, storage.remembered, today, begins=begins).write()
        except BaseException:
            database.close()
            raise
        storage.remember(head)
        return storage

    @classmethod
    def rotate_keys(cls, folder: Path, key: Path, url: str, *, epochs: Epochs, day: date) -> None:
        """Begin a new epoch, put a new key file in the place of this one, and lock with it whatever was locked.

        A crash leaves all of it or nothing to whoever opens the database next. Raises KeysInUseError while anybody
        has it open, KeyMissingError before there is a key, and what `open` raises.
        """
        if not key.exists():
            raise KeyMissingError(f"There is no key file at {key}. The first start makes it.")
        with renewal.alone(key):
            storage = cls._opened(folder, key, url, epochs)
            try:
                epochs.rotate()
                head = storage._relock(Keys.open(renewal.prepare(key)), day)
                renewal.adopt(key)
                storage.remember(head)
            finally:
                storage.close()

    def _relock(self, new: Keys, day: date) -> Checkpoint | None:
        with self.database.writing() as connection:
            keep_others_out(connection)
            if others_are_connected(connection):
                raise KeysInUseError
            renewal.relock(connection, self.keys, new)
            work = UnitOfWork(connection, self)
            work.journal.append(KeysRotated(), day=day, actor=OPERATOR)
            return work.journal.write()

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
        """Let go of the database and the keys."""
        self.database.close()
        self.epochs.safe.close()
        _let_go(self._shared)
        self._shared = None

    @contextmanager
    def writing(self) -> Iterator[UnitOfWork]:
        """A transaction that is on the disk when the block ends, or never was when it raises."""
        with self.database.writing() as connection:
            work = UnitOfWork(connection, self)
            yield work
            head = work.journal.write()
        self.remember(head)
        for audit in work.erased:
            self.suggesters.forget(audit)

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

    def forget_old_drafts(self) -> None:
        """Destroy the keys of epochs that are over, and delete what only they opened. Doing so twice is harmless."""
        self.epochs.destroy_old()
        with self.writing() as work:
            work.interviews.forget_dead()

    @contextmanager
    def reading(self) -> Iterator[UnitOfWork]:
        """A transaction that only looks."""
        with self.database.reading() as connection:
            yield UnitOfWork(connection, self)


def bring_up_to_date(connection: Connection, keys: Keys, remembered: Remembered, day: date) -> Journal:
    """Migrate. Returns the journal; where there was none, the entry that says so waits in it to be written."""
    begins = journal.is_missing(connection)
    upgrade(connection)
    return _recorded(connection, keys, remembered, day, begins=begins)


def _recorded(
    connection: Connection, keys: Keys, remembered: Remembered, day: date, *, begins: bool
) -> Journal:
    """The journal; if it begins only now, it will say so."""
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


def _let_go(descriptor: int | None) -> None:
    if descriptor is not None:
        os.close(descriptor)
