from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.errors import KeyMissingError, KeyUnreadableError, UnsafeFileError
from storage.unit_of_work import Storage


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


def test_a_transaction_that_fails_leaves_nothing(storage: Storage) -> None:
    def write() -> None:
        with storage.database.writing() as connection:
            connection.execute(text("INSERT INTO drafts VALUES (x'00', x'00')"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
    with storage.database.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM drafts")) == 0


def test_reading_neither_waits_for_a_writer_nor_sees_half_of_its_work(storage: Storage) -> None:
    with storage.database.writing() as writing, storage.database.reading() as reading:
        writing.execute(text("INSERT INTO drafts VALUES (x'00', x'00')"))
        assert reading.scalar(text("SELECT count(*) FROM drafts")) == 0


def test_what_was_deleted_is_nowhere_in_the_files_after_compacting(storage: Storage, tmp_path: Path) -> None:
    with storage.database.writing() as connection:
        connection.execute(text("INSERT INTO drafts VALUES (x'00', :blob)"), {"blob": b"CANARY" * 500})
    with storage.database.writing() as connection:
        connection.execute(text("DELETE FROM drafts"))
    storage.database.compact()
    assert all(b"CANARY" not in path.read_bytes() for path in (tmp_path / "data").iterdir())


def test_a_database_without_its_key_is_never_given_another(
    reopen: Callable[[], Storage], tmp_path: Path
) -> None:
    reopen().close()
    (tmp_path / "key" / "candour.key").unlink()
    with pytest.raises(KeyMissingError, match=r"candour\.key"):
        reopen()
    assert not (tmp_path / "key" / "candour.key").exists()


def test_a_broken_key_file_stops_the_start(reopen: Callable[[], Storage], tmp_path: Path) -> None:
    reopen().close()
    (tmp_path / "key" / "candour.key").write_bytes(b"half")
    with pytest.raises(KeyUnreadableError):
        reopen()
