"""Putting a backup back without giving anything back.

Into an empty place everything comes as it was. What nobody can know there: which invitations were used, which answers
were taken back and which audits were closed after the backup was made.

Where there is a database that can still be read, it knows. So **each audit that it still has stays as it is there**:
its slips, answers, concerns, threads, reports and people, as far as these tables can be read; the backup brings the
rest. No spent slip and no withdrawn answer comes back, no closed audit opens, no report is published twice, no role
that was taken away is given back, and who handed in after the backup has not done so in vain. A database that is
older than the backup, by what the journals say, tells nothing and is replaced.

The journal goes on: with the one that was there, if that is whole and continues the one of the backup; else with
that of the backup. The entry `restored` says which entries are lost then.

A PostgreSQL database is replaced in one transaction; for SQLite a new file is made beside the old one and takes its
place at the end. What a kill leaves behind of it is deleted the next time.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import date
from pathlib import Path

from alembic.util import CommandError
from msgspec import Struct
from sqlalchemy import Connection, Table, delete, select, text, update
from sqlalchemy.exc import DBAPIError

from dialogues.wordless import Wordless
from storage import copies, migrations
from storage.backups import digest_of, keys_of, records, sync
from storage.casework import Casework
from storage.coding import Origin
from storage.database import Database
from storage.errors import BackupError, UndecipherableError
from storage.journal import OPERATOR, Checkpoint, Flaw, Journal, Remembered, Restored
from storage.keys import Keys, Wrapped
from storage.postgresql import wait_patiently
from storage.quotes import Standing
from storage.tables import codings, excerpts, quotes, texts
from storage.unit_of_work import DATABASE, bring_up_to_date

# What is taken from the database that is there, all tables of a line or none of them: a response is in one of its
# line and in no other.
_STAYS = (
    ("slips",),
    ("pool", "answers", "texts", "files"),
    ("quotes",),  # those of withdrawn answers are gone, too
    ("threads", "messages"),
    ("concerns",),
    ("published",),
    ("people", "notices"),
    ("releases",),
    ("forms", "audit_forms"),
)
_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND application_name = 'candour'"
)
_RUNNING = "Candour uses this database at the moment. Stop every worker first, then put the backup back."


class Place(Wordless, frozen=True):
    """Where a backup goes: a data folder, or the address of a PostgreSQL database; and the key file.

    It has no repr: addresses hold passwords.
    """

    folder: Path
    key: Path
    url: str = ""


class Outcome(Struct, frozen=True):
    """What was done: the day of the backup, all audits, those that stayed as they were, and what the journal says."""

    day: str
    audits: tuple[str, ...]
    stayed: tuple[str, ...]
    recorded: Restored


class _Backup(Struct, frozen=True):
    path: Path
    keys: Keys
    remembered: Remembered
    today: date


class _Present(Struct, frozen=True):
    """What can be read of the database that is there, by table, and the head of its journal."""

    rows: dict[str, list[copies.Values]] = {}
    head: Checkpoint | None = None


class _Undone(Exception):
    """Ends a transaction that only looked."""


def put_back(path: Path, place: Place, today: date, *, force: bool = False) -> Outcome:
    """Put a backup into an empty place, or (`force`) in the place of what is there. All of it, or nothing.

    Raises BackupError, KeyMissingError, UnsafeFileError, KeyUnreadableError, UnavailableError, OSError.
    """
    backup = _Backup(path, keys_of(place.key), Remembered(place.key), today)
    into = _into_server if place.url else _into_file
    outcome, head = into(backup, place, force=force)
    if head is not None:
        backup.remembered.keep(head, anew=True)
    return outcome


def _into_server(backup: _Backup, place: Place, *, force: bool) -> tuple[Outcome, Checkpoint | None]:
    database = Database.open(place.url)
    try:
        with database.writing() as connection:
            wait_patiently(connection)
            if connection.scalar(_OTHERS):
                raise BackupError(_RUNNING)
            present = _Present()
            if not migrations.is_new(connection):
                _refuse_replacing(force=force)
                present = _still_there(connection, backup)
                migrations.clear(connection)
            return _fill(connection, backup, present)
    finally:
        database.close()


def _into_file(backup: _Backup, place: Place, *, force: bool) -> tuple[Outcome, Checkpoint | None]:
    path = place.folder / DATABASE
    place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left_over in place.folder.glob(f".{DATABASE}.*"):
        left_over.unlink()
    unfinished = path.with_name(f".{DATABASE}.{secrets.token_hex(8)}")
    present = _still_in(path, backup, force=force)
    with _alone(path):
        try:
            made = _made(unfinished, backup, present)
            for name in (
                f"{path}-wal",
                f"{path}-shm",
            ):  # of the old one: they would be played into the new one
                Path(name).unlink(missing_ok=True)
            unfinished.replace(path)
            sync(place.folder)
        finally:
            for name in ("", "-wal", "-shm"):
                Path(f"{unfinished}{name}").unlink(missing_ok=True)
    return made


def _made(path: Path, backup: _Backup, present: _Present) -> tuple[Outcome, Checkpoint | None]:
    """A whole database in one file."""
    database = Database.open(path)
    try:
        with database.writing() as connection:
            made = _fill(connection, backup, present)
        database.compact()
    finally:
        database.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    return made


def _still_in(path: Path, backup: _Backup, *, force: bool) -> _Present:
    """What the file that is there says. Nothing is changed in it."""
    if not path.exists():
        return _Present()
    with _alone(path):
        pass
    database = Database.open(path)
    found = _Present()
    try:
        with suppress(_Undone), database.writing() as connection:
            if not migrations.is_new(connection):
                _refuse_replacing(force=force)
                found = _still_there(connection, backup)
            raise _Undone
    except (DBAPIError, sqlite3.DatabaseError):  # it is no database any more
        _refuse_replacing(force=force)
    finally:
        database.close()
    return found


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Nobody else may use the SQLite file until the block ends. Raises BackupError when somebody does."""
    with ExitStack() as stack:
        if path.exists():
            connection = stack.enter_context(closing(sqlite3.connect(path, isolation_level=None, timeout=1)))
            try:
                (mode,) = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
                if mode != "delete":
                    raise BackupError(_RUNNING)
                connection.execute("BEGIN EXCLUSIVE")
            except sqlite3.DatabaseError as error:
                if getattr(error, "sqlite_errorcode", 0) & 0xFF in {
                    sqlite3.SQLITE_BUSY,
                    sqlite3.SQLITE_LOCKED,
                }:
                    raise BackupError(_RUNNING) from None
        yield


def _refuse_replacing(*, force: bool) -> None:
    if not force:
        raise BackupError(
            "There is a database already. Put the backup into an empty place, or in the place of this one with --force."
        )


def _still_there(connection: Connection, backup: _Backup) -> _Present:
    """What can be read of a database, brought up to date. Raises BackupError when it is that of another key file."""
    try:
        with connection.begin_nested():
            journal = bring_up_to_date(connection, backup.keys, backup.remembered, backup.today)
        there = {table.name: table for table in copies.tables(connection)}
    except (DBAPIError, CommandError):
        return _Present()
    rows = {name: found for name, table in there.items() if (found := _rows(connection, table)) is not None}
    _refuse_strange(backup, rows.get("audits", []))
    audits = [row["id"] for row in rows.get("audits", [])]
    try:
        with connection.begin_nested():
            head = journal.examine((), None, audits)
    except DBAPIError:
        return _Present(rows)
    if not head.whole:
        rows.pop("journal", None)
    return _Present(rows, head.head)


def _rows(connection: Connection, table: Table) -> list[copies.Values] | None:
    """Every row of a table, or None when it cannot be read."""
    try:
        with connection.begin_nested():
            found = connection.execute(select(table).order_by(*table.primary_key.columns))
            return [dict(row) for row in found.mappings()]
    except DBAPIError:
        return None


def _refuse_strange(backup: _Backup, audits: Collection[copies.Values]) -> None:
    try:
        for row in audits:
            backup.keys.unwrap(row["id"], Wrapped(row["public_key"], row["private_key"]))
    except UndecipherableError:
        raise BackupError(
            "The database that is there belongs to another key file. Move it away, or name its key file."
        ) from None


def _fill(connection: Connection, backup: _Backup, present: _Present) -> tuple[Outcome, Checkpoint | None]:
    """The backup, and of the database that was there what stays. Returns the head that is to be remembered."""
    with records(backup.path, backup.keys) as found:
        beginning = copies.fill(connection, found)
    journal = bring_up_to_date(connection, backup.keys, backup.remembered, backup.today)
    journal.write()
    if "journal" in present.rows and present.head is not None and journal.has(present.head):
        present = _Present()  # the backup is from later
    stayed = _keep(connection, present)
    _forget_what_is_of_nothing(connection)
    _go_on(connection, present)
    restored = journal.restored(digest_of(backup.path), (backup.remembered.read(), present.head))
    journal.append(restored, day=backup.today, actor=OPERATOR)
    journal.write()
    casework = Casework(connection, backup.keys)
    audits = tuple(audit.id for audit in casework.all())
    for audit in audits:
        casework.keys_of(audit)
    outcome = Outcome(beginning.day, audits, tuple(sorted(stayed)), restored)
    return outcome, _remembered(journal, backup, audits)


def _remembered(journal: Journal, backup: _Backup, audits: Collection[str]) -> Checkpoint | None:
    """The new head, unless what is remembered shows more than that entries were lost: then it stays, as evidence."""
    found = journal.examine((), backup.remembered.read(), audits)
    unexplained = any(fault.beside and fault.flaw is not Flaw.LOST for fault in found.faults)
    return None if unexplained else found.head


def _keep(connection: Connection, present: _Present) -> set[str]:
    """Put what was there in the place of what the backup says, for each audit that was there. Returns these."""
    if not present.rows:
        return set()
    there = {table.name: table for table in copies.tables(connection)}
    audits = there["audits"]
    _put(connection, there["forms"], present.rows.get("forms", []))
    _put(connection, audits, present.rows.get("audits", []))
    now = set(connection.scalars(select(audits.c.id)))
    known = {row["id"] for row in present.rows["audits"]} if "audits" in present.rows else now
    for names in _STAYS:
        if present.rows.keys() >= set(names):
            for table in (there[name] for name in names if name != "forms"):
                connection.execute(delete(table).where(table.c.audit.in_(known)))
                copies.add(
                    connection, table, [row for row in present.rows[table.name] if row["audit"] in now]
                )
    _keep_access(connection, there, present)
    return known


def _forget_what_is_of_nothing(connection: Connection) -> None:
    """Nothing of an answer that was taken back comes back, nor words to which nobody is asked to agree any more."""
    of_anybody = (excerpts.c.origin == Origin.ANONYMOUS, excerpts.c.source.not_in(select(texts.c.tag)))
    gone = select(excerpts.c.id).where(*of_anybody)
    connection.execute(delete(codings).where(codings.c.excerpt.in_(gone)))
    connection.execute(delete(excerpts).where(*of_anybody))
    connection.execute(delete(quotes).where(quotes.c.standing == Standing.ASKED))


def _keep_access(connection: Connection, there: Mapping[str, Table], present: _Present) -> None:
    """How people sign in, likewise: no account without a role comes back, and no passkey that was taken away."""
    if not present.rows.keys() >= {"people", "accounts", "credentials"}:
        return
    accounts, credentials = there["accounts"], there["credentials"]
    known = [row["id"] for row in present.rows["accounts"]]
    used = select(there["people"].c.account)
    connection.execute(delete(accounts).where(accounts.c.id.not_in(used), accounts.c.id.not_in(known)))
    of_nobody = credentials.c.account.not_in(select(accounts.c.id))
    connection.execute(delete(credentials).where(credentials.c.account.in_(known) | of_nobody))
    _put(connection, accounts, present.rows["accounts"])
    copies.add(connection, credentials, present.rows["credentials"])


def _put(connection: Connection, table: Table, rows: Sequence[copies.Values]) -> None:
    """Insert these rows; those of the same key change."""
    (key,) = table.primary_key.columns
    there = set(connection.scalars(select(key)))
    copies.add(connection, table, [row for row in rows if row[key.name] not in there])
    for row in rows:
        if row[key.name] in there:
            connection.execute(update(table).where(key == row[key.name]).values(row))


def _go_on(connection: Connection, present: _Present) -> None:
    """Let the journal go on with what was there, if that continues it."""
    (table,) = (table for table in copies.tables(connection) if table.name == "journal")
    rows = present.rows.get("journal", [])
    last = connection.execute(select(table).order_by(table.c.seq.desc()).limit(1)).mappings().first()
    after = last["seq"] if last else 0
    if last is None or any((row["seq"], row["mac"]) == (after, last["mac"]) for row in rows):
        copies.add(connection, table, [row for row in rows if row["seq"] > after])
