"""A new key file in the place of the old one: everything that the old one locked is locked anew, or nothing is.

    the new key file is written beside the old one, as `….new`
    one transaction locks everything anew, and is committed
    `….new` takes the name of the old one

Whatever dies in between: whoever opens the database next sees which of the two files opens what is stored, and that
one stays. Every process that has the database open shares a lock on the folder of the key file; renewing
takes it alone.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TypeAlias

from sqlalchemy import Connection, Row, Table, bindparam, func, select, update

from storage import keys
from storage.errors import KeysInUseError, UndecipherableError
from storage.keys import Keys, Wrapped
from storage.tables import (
    accounts,
    actions,
    audits,
    cases,
    codings,
    credentials,
    entries,
    excerpts,
    findings,
    followed,
    people,
    publications,
    quotes,
)

Relocked: TypeAlias = Callable[[Keys, Keys, Row[tuple[object, ...]]], bytes]


def _person(old: Keys, new: Keys, row: Row[tuple[object, ...]]) -> bytes:
    return new.lock_person(row.id, old.open_person(row.id, row.locked))


def _account(old: Keys, new: Keys, row: Row[tuple[object, ...]]) -> bytes:
    # without a name there is nothing to lock
    return new.lock_account(row.id, old.open_account(row.id, row.locked)) if row.locked else b""


def _credential(old: Keys, new: Keys, row: Row[tuple[object, ...]]) -> bytes:
    part = row.account + row.id
    return new.lock_account(part, old.open_account(part, row.locked))


def _pair(old: Keys, new: Keys, row: Row[tuple[object, ...]]) -> bytes:
    return new.wrap(row.id, old.unwrap(row.id, Wrapped(row.public_key, row.private_key))).private


def _casework(old: Keys, new: Keys, row: Row[tuple[object, ...]]) -> bytes:
    return new.lock_casework(row.id, old.open_casework(row.id, row.locked))


def _words(old: Keys, new: Keys, row: Row[tuple[object, ...]]) -> bytes:
    return new.lock_casework(row.id, old.open_casework(row.id, row.words_locked))


# Every column that is locked with the key file, and how it is locked anew.
LOCKED: Final[Mapping[tuple[Table, str], Relocked]] = {
    (people, "locked"): _person,
    (accounts, "locked"): _account,
    (credentials, "locked"): _credential,
    (audits, "private_key"): _pair,
    (cases, "locked"): _casework,
    (codings, "locked"): _casework,
    (findings, "locked"): _casework,
    (actions, "locked"): _casework,
    (entries, "locked"): _casework,
    (followed, "locked"): _casework,
    (publications, "locked"): _casework,
    (excerpts, "words_locked"): _words,
    (quotes, "words_locked"): _words,
}


def relock(connection: Connection, old: Keys, new: Keys) -> None:
    """Lock everything in the database with the new key. Raises UndecipherableError."""
    for (table, column), anew in LOCKED.items():
        changed = [{"of": row.id, "to": anew(old, new, row)} for row in connection.execute(select(table))]
        if changed:
            statement = update(table).where(table.c.id == bindparam("of")).values({column: bindparam("to")})
            connection.execute(statement, changed)


def fits(connection: Connection, held: Keys) -> bool:
    """Whether these keys open what is stored: the first row of each kind."""
    try:
        for (table, column), anew in LOCKED.items():
            locked = func.length(table.c[column]) > 0
            for row in connection.execute(select(table).where(locked).limit(1)):
                anew(held, held, row)
    except UndecipherableError:
        return False
    return True


def settle(connection: Connection, path: Path) -> Keys:
    """The keys of this file, after what a renewal that was cut off has left. Raises what `Keys.open` raises.

    Nobody may be renewing it meanwhile: see `share`.
    """
    cut_off = waiting(path).exists()
    held = Keys.open(path)
    if not cut_off:
        return held
    if fits(connection, held):
        waiting(path).unlink(missing_ok=True)
    elif not waiting(path).exists() or fits(connection, Keys.open(waiting(path))):
        adopt(path)
        held = Keys.open(path)
    return held


def prepare(path: Path) -> Path:
    """Write a new key file beside this one. The first key goes along. Raises what `keys.read` raises."""
    key, first = keys.read(path)
    beside = waiting(path)
    beside.unlink(missing_ok=True)
    keys.create(beside, first or key)
    _note(path.parent)
    return beside


def waiting(path: Path) -> Path:
    """Where the new key file is until it takes the place of this one."""
    return path.with_name(f"{path.name}.new")


def adopt(path: Path) -> None:
    """Let the new key file take the place of this one; whoever did so before was right too."""
    with suppress(FileNotFoundError):
        waiting(path).replace(path)
        _note(path.parent)


def share(path: Path) -> int | None:
    """Keep the key file from being renewed until this descriptor is closed. None where there is no such lock."""
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor
    return None


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Nobody has the database open while the block lasts. Raises KeysInUseError when somebody has."""
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise KeysInUseError from None
        yield
    finally:
        os.close(descriptor)


def _note(folder: Path) -> None:
    """See that the names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
