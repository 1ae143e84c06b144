"""Backups: made while Candour runs, and looked through without changing anything. `storage.restoring` puts them back.

What is in one: `storage.copies`. How it is sealed: `storage.envelope`. Nothing of it is on the disk in the clear at any
time, so nothing needs to be cleaned up: what a kill leaves behind is a file with a name like `.NAME.1a2b…`,
sealed like a backup, and not whole.

Backups are for when no audit is open. While one is, its responses are in the pool, whole. Whoever has two backups
of that time and the key file sees which responses came in between, and on which days; a flush ends that for the
database, not for a backup. So `back_up` refuses then, unless it is told that losing the answers would be worse. It asks
whether an audit is open, never whether answers wait: that it refuses must not tell when the first one came.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from storage import copies, envelope
from storage.casework import Casework, Status
from storage.database import Database
from storage.errors import BackupError, KeyMissingError, UndecipherableError
from storage.journal import OPERATOR, BackedUp, Examination, Remembered
from storage.keys import Keys
from storage.migrations import Revision, wanted
from storage.unit_of_work import Storage, bring_up_to_date


class Contents(Struct, frozen=True):
    """What is in a backup. `day` is ISO 8601; `strange` are the audits whose keys this key file does not open."""

    day: str
    revision: Revision
    audits: tuple[str, ...]
    closed: int
    strange: tuple[str, ...]
    journal: Examination


def back_up(
    storage: Storage, path: Path, day: date, *, while_open: bool = False, replace: bool = False
) -> None:
    """Write a backup, see that it can be read, and only then give it its name. Raises BackupError, OSError."""
    _refuse_unsuitable(storage, while_open=while_open)
    _refuse_existing(path, replace=replace)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with _private(unfinished) as file, storage.database.reading() as connection:
            envelope.write(file, storage.keys, copies.write(connection, day))
        with records(unfinished, storage.keys) as found:
            for _ in found:
                pass
        with storage.writing() as work:  # before there is a copy: none without an entry
            entry = BackedUp(digest_of(unfinished), while_open)
            work.journal.append(entry, day=day, actor=OPERATOR)
        _refuse_existing(path, replace=replace)
        unfinished.replace(path)
        sync(path.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def look_through(path: Path, key: Path) -> Contents:
    """What is in a backup, and whether it fits the key file and what is remembered beside it. Changes nothing.

    Raises BackupError, KeyMissingError, UnsafeFileError, KeyUnreadableError, OSError.
    """
    keys, remembered = keys_of(key), Remembered(key)
    scratch = Database.in_memory()
    try:
        with scratch.writing() as connection:
            with records(path, keys) as found:
                beginning = copies.fill(connection, found)
            journal = bring_up_to_date(connection, keys, remembered, date.fromisoformat(beginning.day))
            journal.write()
            casework = Casework(connection, keys)
            audits = casework.all()
            return Contents(
                day=beginning.day,
                revision=Revision(beginning.revision, wanted()),
                audits=tuple(audit.id for audit in audits),
                closed=sum(audit.status is Status.CLOSED for audit in audits),
                strange=tuple(audit.id for audit in audits if not _opens(casework, audit.id)),
                journal=journal.examine((), remembered.read(), [audit.id for audit in audits]),
            )
    finally:
        scratch.close()


@contextmanager
def records(path: Path, keys: Keys) -> Iterator[Iterator[copies.Record]]:
    """The records of a backup, which raise BackupError where it is not as it was written."""
    with path.open("rb") as file:
        yield copies.read(envelope.read(file, keys))


def keys_of(key: Path) -> Keys:
    """The keys of the key file, which is not made here. Raises KeyMissingError, UnsafeFileError, KeyUnreadableError."""
    try:
        return Keys.open(key)
    except FileNotFoundError:
        raise KeyMissingError(
            f"There is no key file at {key}. A backup opens with the key file that it was made with, and no other."
        ) from None


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(folder: Path) -> None:
    """See that the names in this folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refuse_unsuitable(storage: Storage, *, while_open: bool) -> None:
    with storage.reading() as work:
        audits = work.casework.all()
    if not audits:
        raise BackupError("There is no audit in this database. Look at CANDOUR_DATA and CANDOUR_DATABASE.")
    names = [f"“{audit.id}”" for audit in audits if audit.status is Status.OPEN]
    if names and not while_open:
        raise BackupError(
            f"Still open: {', '.join(names)}. Make backups after an audit was closed, when its answers are nobody's "
            "any more. If losing its answers would be worse: --while-open. docs/running.md says what that costs."
        )


def _refuse_existing(path: Path, *, replace: bool) -> None:
    if path.is_dir() or not path.parent.is_dir():
        raise BackupError(f"“{path}” cannot be written: name a file in a folder that is there.")
    if path.exists() and not replace:
        raise BackupError(f"“{path}” is already there. Choose another name, or replace it with --force.")


@contextmanager
def _private(path: Path) -> Iterator[BinaryIO]:
    """A new file that only we may read, on the disk when the block ends."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _opens(casework: Casework, audit: str) -> bool:
    try:
        casework.keys_of(audit)
    except UndecipherableError:
        return False
    return True
