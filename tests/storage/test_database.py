from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from storage.errors import KeyMissingError, KeyUnreadableError, StorageError
from storage.keys import Keys
from storage.migrations import Revision
from storage.tables import drafts
from storage.unit_of_work import Storage

SOMEBODY = {"ref": b"somebody", "epoch": 1, "blob": b"CANARY" * 500}


def test_a_transaction_that_fails_leaves_nothing(storage: Storage) -> None:
    def write() -> None:
        with storage.database.writing() as connection:
            connection.execute(drafts.insert(), SOMEBODY)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
    assert _drafts(storage) == 0


def test_reading_neither_waits_for_a_writer_nor_sees_half_of_its_work(storage: Storage) -> None:
    with storage.database.writing() as writing, storage.database.reading() as reading:
        writing.execute(drafts.insert(), SOMEBODY)
        assert reading.scalar(text("SELECT count(*) FROM drafts")) == 0


def test_reading_sees_the_same_state_throughout(storage: Storage) -> None:
    with storage.database.reading() as reading:
        assert reading.scalar(text("SELECT count(*) FROM drafts")) == 0
        with storage.database.writing() as writing:
            writing.execute(drafts.insert(), SOMEBODY)
        assert reading.scalar(text("SELECT count(*) FROM drafts")) == 0
    assert _drafts(storage) == 1


def test_compacting_keeps_what_there_is(storage: Storage) -> None:
    with storage.database.writing() as connection:
        connection.execute(drafts.insert(), SOMEBODY)
    storage.database.compact()
    assert _drafts(storage) == 1


def test_no_fault_tells_what_a_row_holds(storage: Storage) -> None:
    statements = (
        drafts.insert(),  # a second row of this name
        text(
            "INSERT INTO concerns (id, audit, form, sealed, status, route) VALUES (:blob, '', '', :ref, 'no', 'lead')"
        ),
        text("INSERT INTO pool (id, audit, form, tag, sealed) VALUES (:ref, NULL, 'CANARY', :ref, :blob)"),
    )
    with storage.database.writing() as connection:
        connection.execute(drafts.insert(), SOMEBODY)
    for statement in statements:
        with pytest.raises(IntegrityError) as raised, storage.database.writing() as connection:
            connection.execute(statement, SOMEBODY)
        told = f"{raised.value} {raised.value!r} {raised.value.orig} {raised.value.orig!r}"
        assert "hide_parameters" in told
        for secret in ("somebody", b"somebody".hex(), "CANARYCANARY", b"CANARY".hex()):
            assert secret not in told


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


def test_a_key_that_was_made_beforehand_is_used(reopen: Callable[[], Storage], tmp_path: Path) -> None:
    (tmp_path / "key").mkdir(mode=0o700)
    (tmp_path / "key" / "candour.key").touch(0o600)
    (tmp_path / "key" / "candour.key").write_bytes(bytes(32))
    assert reopen().keys.ref("web") == Keys(bytes(32)).ref("web")


def test_which_revision_a_database_has_is_found_without_changing_it(
    tmp_path: Path, url: str, reopen: Callable[[], Storage]
) -> None:
    before = Storage.revision(tmp_path / "data", url)
    assert (before.found, before.is_current) == ("", False)
    assert Storage.revision(tmp_path / "data", url) == before
    assert not (tmp_path / "data").exists()
    reopen()
    assert Storage.revision(tmp_path / "data", url) == Revision(before.wanted, before.wanted)


@pytest.mark.parametrize(
    "address", ["localhost", "mysql://u:secret@host/db", "postgresql://u:secret@host:port/db"]
)
def test_an_address_that_is_none_is_refused_without_repeating_its_password(
    tmp_path: Path, address: str
) -> None:
    with pytest.raises(StorageError, match="postgresql://user:password@host/database") as raised:
        Storage.open(tmp_path, tmp_path / "candour.key", address)
    assert "secret" not in str(raised.value)


def _drafts(storage: Storage) -> object:
    with storage.database.reading() as connection:
        return connection.scalar(text("SELECT count(*) FROM drafts"))
