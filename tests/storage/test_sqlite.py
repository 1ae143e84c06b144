from __future__ import annotations

import resource
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from storage import sqlite
from storage.database import Database
from storage.errors import StorageError, UnavailableError, UnsafeFileError
from storage.tables import drafts
from storage.unit_of_work import Storage

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


def test_only_the_owner_may_read_the_database_and_its_journals(storage: Storage, tmp_path: Path) -> None:
    with storage.writing() as work:
        work.interviews.load([b"somebody"])
    folder = tmp_path / "data"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {"candour.db": 0o600, "candour.db-wal": 0o600, "candour.db-shm": 0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.usefixtures("storage")
def test_a_database_that_others_can_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data" / "candour.db").chmod(0o644)
    with pytest.raises(UnsafeFileError, match="chmod 600"):
        Storage.open(tmp_path / "data", tmp_path / "key" / "candour.key")


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("synchronous", 2),
        ("journal_mode", "wal"),
        ("secure_delete", 1),
        ("foreign_keys", 1),
        ("temp_store", 2),
    ],
)
def test_every_connection_is_set_up_for_durability(storage: Storage, pragma: str, value: object) -> None:
    with storage.database.reading() as one, storage.database.reading() as other:
        for connection in (one, other):
            assert connection.scalar(text(f"PRAGMA {pragma}")) == value


def test_what_was_deleted_is_nowhere_in_the_files_after_compacting(storage: Storage, tmp_path: Path) -> None:
    with storage.database.writing() as connection:
        connection.execute(text("INSERT INTO drafts VALUES (x'00', 1, :blob)"), {"blob": b"CANARY" * 500})
    with storage.database.writing() as connection:
        connection.execute(text("DELETE FROM drafts"))
    storage.database.compact()
    assert all(b"CANARY" not in path.read_bytes() for path in (tmp_path / "data").iterdir())


def test_a_database_that_another_process_keeps_is_unavailable_for_now(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_PRAGMAS", ("busy_timeout = 50",))
    impatient = Database.open(tmp_path / "data" / "candour.db")
    with (
        storage.database.writing(),
        pytest.raises(UnavailableError, match="Nothing was changed") as raised,
        impatient.writing(),
    ):
        pass
    assert raised.value.name == "SQLITE_BUSY"
    with impatient.writing():
        pass
    impatient.close()


def test_a_disk_that_takes_no_more_loses_nothing_that_was_stored(storage: Storage) -> None:
    _insert(storage, b"first", size=1)
    with (
        _files_no_larger_than(256 * 1024),
        pytest.raises(UnavailableError) as raised,
    ):
        _insert(storage, b"large", size=1_000_000)
    assert raised.value.name in {"SQLITE_FULL", "SQLITE_IOERR_WRITE"}
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__
    with storage.database.reading() as connection:
        assert list(connection.scalars(text("SELECT ref FROM drafts"))) == [b"first"]
        assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
    _insert(storage, b"large", size=1_000_000)


def test_a_fault_in_a_statement_is_not_called_passing(storage: Storage) -> None:
    with pytest.raises(OperationalError, match="no such table"), storage.database.reading() as connection:
        connection.execute(text("SELECT * FROM nowhere"))


def test_a_journal_that_cannot_be_emptied_is_said(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_PRAGMAS", ("busy_timeout = 50",))
    impatient = Database.open(tmp_path / "data" / "candour.db")
    with closing(sqlite3.connect(tmp_path / "data" / "candour.db")) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM drafts").fetchall()
        with storage.database.writing() as connection:
            connection.execute(text("INSERT INTO drafts VALUES (x'00', 1, x'00')"))
        with pytest.raises(StorageError, match="in use"):
            impatient.compact()
    impatient.compact()
    impatient.close()


def _insert(storage: Storage, ref: bytes, *, size: int) -> None:
    with storage.database.writing() as connection:
        connection.execute(drafts.insert(), {"ref": ref, "epoch": 1, "blob": bytes(size)})


@contextmanager
def _files_no_larger_than(size: int) -> Iterator[None]:
    """The system refuses to make files larger, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
