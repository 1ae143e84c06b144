from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from dialogues.form import Form
from dialogues.interview import Interview, State
from storage.answers import Submission
from storage.casework import Audit
from storage.database import Database
from storage.errors import StorageError, UnavailableError
from storage.interviews import Conversation
from storage.locks import hold
from storage.tables import drafts
from storage.unit_of_work import Storage
from tests.postgres import Server

DEADLINE = 60  # seconds
REF = b"somebody........"
CONVERSATION = Conversation(Interview("digest", "en", State.ASKING, {"story": "canary"}))

pytestmark = pytest.mark.parametrize("url", ["postgresql"], indirect=True)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("synchronous_commit", "on"),
        ("application_name", "candour"),
        ("lock_timeout", "15s"),
        ("statement_timeout", "1min"),
        ("idle_in_transaction_session_timeout", "2min"),
        ("transaction_isolation", "read committed"),
        ("client_encoding", "UTF8"),
    ],
)
def test_every_connection_is_set_up_for_durability(storage: Storage, setting: str, value: str) -> None:
    with storage.database.writing() as one, storage.database.writing() as other:
        for connection in (one, other):
            assert connection.scalar(text(f"SHOW {setting}")) == value


def test_a_transaction_that_only_looks_cannot_write(storage: Storage) -> None:
    with pytest.raises(UnavailableError) as raised, storage.database.reading() as connection:
        connection.execute(drafts.insert(), {"ref": REF, "epoch": 1, "blob": b""})
    assert raised.value.name == "25006"
    with storage.database.reading() as connection:
        assert connection.scalar(text("SHOW transaction_isolation")) == "repeatable read"
    with storage.database.writing() as connection:
        assert connection.scalar(text("SHOW transaction_read_only")) == "off"


def test_a_transaction_in_which_a_fault_was_overlooked_is_not_called_committed(storage: Storage) -> None:
    with (
        pytest.raises(StorageError, match="nothing of it was kept"),
        storage.database.writing() as connection,
    ):
        connection.execute(drafts.insert(), {"ref": REF, "epoch": 1, "blob": b""})
        with pytest.raises(ProgrammingError, match="42P01"):
            connection.execute(text("SELECT * FROM nowhere"))
    with storage.database.writing() as connection:
        assert connection.scalar(text("SELECT count(*) FROM drafts")) == 0


@pytest.mark.parametrize("abrupt", [True, False])
def test_a_server_that_was_away_is_found_again(storage: Storage, postgres: Server, abrupt: bool) -> None:
    with storage.writing() as work:
        work.interviews.save({REF: CONVERSATION})
    postgres.stop(abrupt=abrupt)
    for _ in range(2):
        with pytest.raises(UnavailableError, match="Try again later") as raised, storage.writing() as work:
            work.interviews.save({REF: CONVERSATION})
        assert raised.value.name == "connection"
        assert raised.value.__cause__ is None
        assert raised.value.__suppress_context__
        with pytest.raises(UnavailableError), storage.reading() as work:
            work.interviews.load([REF])
    postgres.start()
    with storage.writing() as work:
        assert work.interviews.load([REF]) == {REF: CONVERSATION}


def test_a_server_that_goes_away_within_a_transaction_leaves_nothing_of_it(
    storage: Storage, postgres: Server
) -> None:
    with pytest.raises(UnavailableError), storage.writing() as work:
        work.interviews.save({REF: CONVERSATION})
        postgres.stop(abrupt=True)
    postgres.start()
    with storage.writing() as work:
        assert work.interviews.load([REF]) == {}


def test_starting_without_a_server_says_so(url: str, postgres: Server, tmp_path: Path) -> None:
    postgres.stop()
    for start in (
        lambda: Storage.open(tmp_path, tmp_path / "key", url),
        lambda: Storage.revision(tmp_path, url),
    ):
        with pytest.raises(UnavailableError):
            start()
    assert not (tmp_path / "key").exists()


def test_two_workers_that_begin_the_same_conversation_take_turns(
    storage: Storage, second: Storage, thread: Executor
) -> None:
    def follow() -> dict[bytes, Conversation]:
        with second.writing() as work:
            return work.interviews.load([b"other", REF])

    with storage.writing() as work:
        assert work.interviews.load([REF, b"another"]) == {}
        following = thread.submit(follow)
        _wait_until_somebody_waits(storage)
        work.interviews.save({REF: CONVERSATION})
    assert following.result(DEADLINE) == {REF: CONVERSATION}


def test_looking_at_a_conversation_waits_for_nobody(storage: Storage, second: Storage) -> None:
    with storage.writing() as work, second.reading() as looking:
        work.interviews.load([REF])
        work.interviews.save({REF: CONVERSATION})
        assert looking.interviews.load([REF]) == {}


def test_an_audit_is_closed_after_the_turns_that_were_under_way(
    filled: Storage, second: Storage, thread: Executor, audit: Audit, form: Form
) -> None:
    """Whatever was handed in before the audit was closed is flushed with the rest; nothing comes later."""

    def close() -> int:
        with second.writing() as work:
            work.casework.close(audit.id, date(2026, 6, 1))
            work.flush(audit.id)
            return work.answers.heard(audit.id)

    with filled.writing() as work:
        offer = work.casework.offers({audit.id})[audit.id][form.id]
        closing = thread.submit(close)
        _wait_until_somebody_waits(filled)
        work.answers.submit(
            [Submission(audit.id, form.digest, offer.public_key, {"role": "care"}, bytes(32))]
        )
    assert closing.result(DEADLINE) == 1
    with filled.writing() as work:
        assert not work.casework.offers({audit.id})[audit.id][form.id].is_open


def test_what_is_locked_for_too_long_is_unavailable_for_now(storage: Storage, second: Storage) -> None:
    with (
        storage.database.writing() as first,
        pytest.raises(UnavailableError) as raised,
        second.database.writing() as other,
    ):
        hold(first, [REF])
        other.execute(text("SET LOCAL lock_timeout = '20ms'"))
        hold(other, [REF])
    assert raised.value.name == "55P03"


def test_of_two_that_wait_for_each_other_one_is_told_to_try_again(
    storage: Storage, second: Storage, thread: Executor
) -> None:
    def take(database: Database, names: Sequence[bytes], met: threading.Barrier) -> str:
        try:
            with database.writing() as connection:
                hold(connection, names[:1])
                met.wait(DEADLINE)
                hold(connection, names[1:])
        except UnavailableError as error:
            return error.name
        return ""

    met = threading.Barrier(2)
    other = thread.submit(take, second.database, (b"second", b"first"), met)
    outcomes = {take(storage.database, (b"first", b"second"), met), other.result(DEADLINE)}
    assert outcomes == {"", "40P01"}


def test_a_group_too_large_for_the_servers_table_of_locks_is_refused_and_the_next_one_taken(
    storage: Storage,
) -> None:
    with pytest.raises(UnavailableError) as raised, storage.database.writing() as connection:
        hold(connection, [number.to_bytes(8, "big") for number in range(100_000)])
    assert raised.value.name == "53200"
    with storage.database.writing() as connection:
        hold(
            connection, [number.to_bytes(8, "big") for number in range(2_560)]
        )  # ten workers, 256 turns each


def test_what_was_deleted_is_nowhere_in_the_tables_after_compacting(
    storage: Storage, postgres: Server
) -> None:
    with storage.database.writing() as connection:
        for name in (b"kept", b"gone"):
            connection.execute(drafts.insert(), {"ref": name, "epoch": 1, "blob": name + b"-CANARY" * 200})
        connection.execute(drafts.delete().where(drafts.c.ref == b"gone"))
    storage.database.compact()
    postgres.stop()  # everything is written down
    content = [path.read_bytes() for path in (postgres.folder / "data" / "base").rglob("*") if path.is_file()]
    assert any(b"kept-CANARY" in each for each in content)
    assert not any(b"gone-CANARY" in each for each in content)


@pytest.fixture
def second(reopen: Callable[[], Storage]) -> Storage:
    """Another worker's storage, on the same database."""
    return reopen()


@pytest.fixture
def thread() -> Iterator[Executor]:
    with ThreadPoolExecutor(1) as one:
        yield one


def _wait_until_somebody_waits(storage: Storage) -> None:
    """Until a worker waits for a lock of this database."""
    waits = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        with storage.database.reading() as connection:
            if connection.scalar(waits):
                return
        time.sleep(0.005)
    raise TimeoutError
