"""A new key file in the place of the old one, whatever dies in between."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TypeAlias

import pytest
from sqlalchemy import Connection, insert, select, update

from dialogues.form import Form
from storage import renewal
from storage.casework import Audit
from storage.epochs import Epochs, InMemory
from storage.errors import KeyMissingError, KeysInUseError, UndecipherableError
from storage.journal import OPERATOR, AuditOpened, KeysRotated
from storage.keys import Keys, Wrapped, seal, unseal
from storage.tables import accounts, audits, credentials, metadata, people
from storage.unit_of_work import Storage

DAY = date(2026, 5, 4)
ACCOUNT, NAMELESS, CREDENTIAL = bytes([1]) * 16, bytes([2]) * 16, bytes([3]) * 16
ROOT = Path(__file__).parents[2]

Reopen: TypeAlias = Callable[[], Storage]


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return tmp_path / "key" / "candour.key"


@pytest.fixture
def sealed(reopen: Reopen, audit: Audit, form: Form) -> bytes:
    """A storage that holds something of each kind that is locked, closed again; a response sealed to its audit."""
    storage = reopen()
    with storage.writing() as work:
        work.forms.pin(form)
        work.casework.open(audit, [form])
        work.journal.append(AuditOpened(8, 58, ()), day=DAY, actor=OPERATOR, audit=audit.id)
        work.people.add("rowan-house", "lead", "telegram", "12345")
    locked = storage.keys.lock_account(ACCOUNT, b"Amina")
    secret = storage.keys.lock_account(ACCOUNT + CREDENTIAL, b"totp")
    with storage.database.writing() as connection:
        connection.execute(
            insert(accounts), [{"id": ACCOUNT, "locked": locked}, {"id": NAMELESS, "locked": b""}]
        )
        row = {"id": CREDENTIAL, "account": ACCOUNT, "kind": "totp", "locked": secret}
        connection.execute(insert(credentials), row)
        public = connection.scalars(select(audits.c.public_key)).one()
    storage.close()
    return seal(public, b"response")


def rotate(tmp_path: Path, url: str, epochs: Epochs | None = None) -> None:
    Storage.rotate_keys(
        tmp_path / "data",
        tmp_path / "key" / "candour.key",
        url,
        epochs=epochs or Epochs(InMemory()),
        day=DAY,
    )


def is_whole(storage: Storage, sealed: bytes) -> None:
    """Everything that is locked can be opened, and the journal is as it was written."""
    with storage.reading() as work:
        (lead,) = work.people.of("rowan-house", "lead")
        assert lead.address == "12345"
        assert unseal(work.casework.keys_of("rowan-house"), sealed) == b"response"
    with storage.database.reading() as connection:
        rows = {row.id: row.locked for row in connection.execute(select(accounts))}
        (credential,) = connection.execute(select(credentials))
    assert storage.keys.open_account(ACCOUNT, rows[ACCOUNT]) == b"Amina"
    assert rows[NAMELESS] == b""
    assert storage.keys.open_account(ACCOUNT + CREDENTIAL, credential.locked) == b"totp"
    assert storage.examine_journal().whole


def test_everything_is_locked_with_a_new_key_and_the_old_one_opens_nothing_more(
    tmp_path: Path, url: str, key: Path, sealed: bytes, reopen: Reopen
) -> None:
    old = Keys.open(key)
    before = key.read_bytes()
    rotate(tmp_path, url)
    storage = reopen()
    is_whole(storage, sealed)
    assert before not in key.read_bytes()[: len(before)]
    assert list(key.parent.glob("*.new")) == []
    for statement in (select(people), select(audits)):
        with storage.database.reading() as connection:
            (row,) = connection.execute(statement)
        with pytest.raises(UndecipherableError):
            if hasattr(row, "locked"):
                old.open_person(row.id, row.locked)
            else:
                old.unwrap(row.id, Wrapped(row.public_key, row.private_key))


def test_what_others_hold_on_to_stays_and_the_journal_says_what_was_done(
    tmp_path: Path, url: str, key: Path, sealed: bytes, reopen: Reopen
) -> None:
    old = Keys.open(key)
    storage = reopen()
    checkpoint = storage.examine_journal().head
    storage.close()
    rotate(tmp_path, url)
    rotate(tmp_path, url)
    storage = reopen()
    is_whole(storage, sealed)
    assert storage.keys.ref("web", "ann") == old.ref("web", "ann")
    assert storage.keys.webhook_secret() == old.webhook_secret()
    examined = storage.examine_journal([checkpoint])
    assert examined.whole
    assert examined.remembered == examined.head
    with storage.reading() as work:
        assert [entry.what for entry in work.journal.entries()][-2:] == [KeysRotated(), KeysRotated()]


@pytest.mark.usefixtures("sealed")
def test_a_new_epoch_begins_and_drafts_can_be_gone_on_with(tmp_path: Path, url: str) -> None:
    epochs = Epochs(InMemory())
    before = epochs.ring().newest.epoch
    rotate(tmp_path, url, epochs)
    assert epochs.ring().newest.epoch > before
    assert before in epochs.ring().epochs


@pytest.mark.parametrize("after", range(8))
def test_whatever_dies_in_between_one_of_the_two_key_files_opens_everything(
    tmp_path: Path, url: str, key: Path, sealed: bytes, reopen: Reopen, after: int
) -> None:
    """Cut off in a process of its own, after so many steps of what is written."""
    begin = [sys.executable, "-m", "tests.storage.renewer", str(tmp_path), url, str(after)]
    ended = subprocess.run(begin, cwd=ROOT, timeout=60, check=False).returncode
    assert ended in (0, -9)
    storage = reopen()
    is_whole(storage, sealed)
    assert list(key.parent.glob("*.new")) == []
    storage.close()
    rotate(tmp_path, url)
    is_whole(reopen(), sealed)


def test_while_anybody_has_the_database_open_the_key_is_not_renewed(
    tmp_path: Path, url: str, key: Path, sealed: bytes, reopen: Reopen
) -> None:
    storage = reopen()
    before = key.read_bytes()
    with pytest.raises(KeysInUseError, match="Stop it on every machine"):
        rotate(tmp_path, url)
    assert key.read_bytes() == before
    is_whole(storage, sealed)
    storage.close()
    rotate(tmp_path, url)


def test_nor_while_a_worker_on_another_machine_is_connected(tmp_path: Path, database_url: str) -> None:
    """That one has its own copy of the key file, in a folder that is locked there."""
    Storage.open(tmp_path / "data", tmp_path / "key" / "candour.key", database_url).close()
    copied = tmp_path / "elsewhere" / "candour.key"
    copied.parent.mkdir(mode=0o700)
    copied.touch(0o600)
    copied.write_bytes((tmp_path / "key" / "candour.key").read_bytes())
    other = Storage.open(tmp_path / "data", copied, database_url)
    try:
        with pytest.raises(KeysInUseError):
            rotate(tmp_path, database_url)
    finally:
        other.close()
    rotate(tmp_path, database_url)


def test_there_is_nothing_to_renew_before_there_is_a_key(tmp_path: Path) -> None:
    with pytest.raises(KeyMissingError):
        rotate(tmp_path, "")


def test_no_column_that_is_locked_with_the_key_file_is_forgotten() -> None:
    columns = {(table, column.name) for table in metadata.tables.values() for column in table.columns}
    assert {pair for pair in columns if pair[1] == "private_key" or pair[1].endswith("locked")} == set(
        renewal.LOCKED
    )


def test_one_row_that_cannot_be_opened_stops_it_and_nothing_is_changed(
    tmp_path: Path, url: str, key: Path, sealed: bytes, reopen: Reopen
) -> None:
    storage = reopen()
    with storage.database.writing() as connection:
        right = connection.scalars(select(people.c.locked)).one()
        spoil(connection, b"scratched")
    storage.close()
    before = key.read_bytes()
    with pytest.raises(UndecipherableError):
        rotate(tmp_path, url)
    assert key.read_bytes() == before
    storage = reopen()
    with storage.database.writing() as connection:
        spoil(connection, right)
    is_whole(storage, sealed)


def spoil(connection: Connection, locked: bytes) -> None:
    connection.execute(update(people).values(locked=locked))
