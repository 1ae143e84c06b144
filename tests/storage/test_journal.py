"""Every way in which somebody may change the journal, on both databases, and who finds it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select, text
from sqlalchemy.exc import DBAPIError

from storage import migrations
from storage.casework import Audit
from storage.journal import (
    CANDOUR,
    GENESIS,
    LEAD,
    OPERATOR,
    AuditClosed,
    AuditOpened,
    Checkpoint,
    ConcernRead,
    Fault,
    Flaw,
    Journal,
    JournalBegun,
    ReportPublished,
    RoleGiven,
    SlipsIssued,
    What,
    read_checkpoint,
)
from storage.keys import Keys
from storage.tables import journal
from storage.unit_of_work import Storage

Row: TypeAlias = dict[str, Any]
ROOT = Path(__file__).parents[2]
AUDIT = "rowan-house"
DAY = date(2026, 5, 4)
STORY: tuple[What, ...] = (
    AuditOpened(8, 42, ()),
    SlipsIssued(42, "respondent"),
    RoleGiven("lead"),
    ConcernRead(),
    AuditClosed(),
    ReportPublished("culture", "ab" * 32),
)
OFF = {
    "sqlite": [f"DROP TRIGGER IF EXISTS journal_{name}" for name in ("no_update", "no_delete", "at_the_end")],
    "postgresql": ["ALTER TABLE journal DISABLE TRIGGER USER"],
}


def record(storage: Storage, *whats: What, day: date = DAY) -> None:
    for what in whats:
        with storage.writing() as work:
            work.journal.append(what, day=day, actor=OPERATOR, audit=AUDIT)


@pytest.fixture
def told(storage: Storage) -> Storage:
    """A storage with six entries in its journal."""
    record(storage, *STORY)
    return storage


@contextmanager
def tampering(storage: Storage) -> Iterator[Connection]:
    """The database in the hands of its owner, who does not stop at triggers."""
    with storage.database.writing() as connection:
        _unguard(connection)
        yield connection


def change(storage: Storage, changed: Callable[[list[Row]], list[Row]]) -> None:
    """Put other rows in the place of those there are."""
    with tampering(storage) as connection:
        _replace(connection, changed(_rows(connection)))


def faults(storage: Storage, *checkpoints: Checkpoint) -> list[Fault]:
    return list(storage.examine_journal(checkpoints).faults)


def stamped(rows: list[Row], keys: Keys) -> list[Row]:
    """The same rows, numbered and chained anew with these keys, as we would."""
    previous, done = GENESIS, []
    for seq, row in enumerate(rows, 1):
        words = [str(row[name]).encode() for name in ("day", "actor", "action", "audit", "details")]
        mac = keys.stamp(msgspec.msgpack.encode((seq, *words, previous)))
        done.append(row | {"seq": seq, "previous": previous, "mac": mac})
        previous = mac
    return done


# What is recorded


def test_entries_come_back_in_order_as_they_were_told(told: Storage) -> None:
    with told.reading() as work:
        entries = work.journal.entries()
    assert [entry.what for entry in entries] == list(STORY)
    assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5, 6]
    assert {(entry.day, entry.actor, entry.audit) for entry in entries} == {("2026-05-04", OPERATOR, AUDIT)}
    assert told.examine_journal().whole


def test_what_is_undone_is_not_recorded(told: Storage) -> None:
    with pytest.raises(RuntimeError), told.writing() as work:
        work.journal.append(ConcernRead(), day=DAY, actor=LEAD, audit=AUDIT)
        raise RuntimeError
    assert told.examine_journal().entries == len(STORY)


def test_several_entries_of_one_transaction_are_one_after_the_other(storage: Storage) -> None:
    with storage.writing() as work:
        for what in STORY:
            work.journal.append(what, day=DAY, actor=OPERATOR, audit=AUDIT)
    examined = storage.examine_journal()
    assert (examined.whole, examined.entries, examined.head.seq) == (True, 6, 6)


def test_an_empty_journal_is_whole(storage: Storage) -> None:
    examined = storage.examine_journal()
    assert (examined.whole, examined.entries, examined.remembered) == (True, 0, None)


def test_a_clock_that_was_set_back_is_noted_and_breaks_nothing(told: Storage) -> None:
    record(told, ConcernRead(), day=DAY - timedelta(days=3))
    examined = told.examine_journal()
    assert (examined.whole, examined.backwards) == (True, (7,))


def test_an_entry_holds_a_day_and_no_time(told: Storage) -> None:
    with told.reading() as work, told.database.reading() as connection:
        assert {entry.day for entry in work.journal.entries()} == {"2026-05-04"}
        assert {type(row["day"]) for row in _rows(connection)} == {date}


# What the database refuses by itself


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET audit = 'elm-house' WHERE seq = 3",
        "UPDATE journal SET seq = 100 WHERE seq = 6",
        "DELETE FROM journal WHERE seq = 6",
        "DELETE FROM journal",
    ],
)
def test_the_database_refuses_to_change_or_delete_an_entry(told: Storage, statement: str) -> None:
    with pytest.raises(DBAPIError), told.database.writing() as connection:
        connection.execute(text(statement))
    assert told.examine_journal().whole


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)  # SQLite has no TRUNCATE
def test_postgresql_refuses_to_empty_the_journal(told: Storage) -> None:
    with pytest.raises(DBAPIError), told.database.writing() as connection:
        connection.execute(text("TRUNCATE journal"))


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)  # only it has REPLACE, which asks no other trigger
def test_sqlite_takes_entries_at_the_end_alone(told: Storage) -> None:
    replacing = text(
        "INSERT OR REPLACE INTO journal SELECT :seq, day, 'x', action, audit, details, previous, mac"
        " FROM journal WHERE seq = 3"
    )
    for seq in (3, 0, 8):
        with pytest.raises(DBAPIError), told.database.writing() as connection:
            connection.execute(replacing, {"seq": seq})
    assert told.examine_journal().whole


# What the chain finds


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("day", date(2026, 5, 5)),
        ("actor", LEAD),
        ("action", "concern read"),
        ("audit", "elm-house"),
        ("details", '{"role":"auditor"}'),
        ("previous", b"\1" * 32),
        ("mac", bytes(32)),
    ],
)
@pytest.mark.parametrize("seq", [1, 3, 6])
def test_an_edited_entry_is_found(told: Storage, column: str, value: object, seq: int) -> None:
    before = told.examine_journal().head
    change(told, lambda rows: [row | ({column: value} if row["seq"] == seq else {}) for row in rows])
    found = faults(told, before)
    assert Fault(Flaw.CHANGED, seq) in found
    if column != "mac":
        assert found == [Fault(Flaw.CHANGED, seq)]


def test_two_entries_that_changed_places_are_found(told: Storage) -> None:
    change(told, lambda rows: [*rows[:1], rows[3] | {"seq": 2}, rows[2], rows[1] | {"seq": 4}, *rows[4:]])
    assert [(fault.flaw, fault.seq) for fault in faults(told)][:2] == [(Flaw.CHANGED, 2), (Flaw.UNLINKED, 3)]


def test_an_inserted_entry_is_found(told: Storage) -> None:
    def inserted(rows: list[Row]) -> list[Row]:
        moved = [row | {"seq": row["seq"] + 1} for row in rows[3:]]
        return [*rows[:3], rows[2] | {"seq": 4, "previous": rows[2]["mac"]}, *moved]

    change(told, inserted)
    assert faults(told)[0] == Fault(Flaw.CHANGED, 4)


def test_an_entry_that_was_added_without_the_key_is_found(told: Storage) -> None:
    change(told, lambda rows: [*rows, rows[2] | {"seq": 7, "previous": rows[5]["mac"]}])
    assert faults(told) == [Fault(Flaw.CHANGED, 7)]


def test_deleted_entries_are_found(told: Storage) -> None:
    change(told, lambda rows: [*rows[:2], *rows[4:]])
    assert faults(told) == [Fault(Flaw.MISSING, 3, 4)]


def test_deleted_entries_are_found_when_the_others_are_numbered_anew(told: Storage) -> None:
    change(told, lambda rows: [*rows[:2], *(row | {"seq": row["seq"] - 1} for row in rows[3:])])
    assert [fault.seq for fault in faults(told) if fault.flaw is Flaw.CHANGED] == [3, 4, 5]


def test_the_first_entry_is_missed(told: Storage) -> None:
    change(told, lambda rows: rows[1:])
    assert faults(told) == [Fault(Flaw.MISSING, 1, 1)]


def test_a_journal_that_was_stamped_with_another_key_is_found(told: Storage) -> None:
    change(told, lambda rows: stamped(rows, Keys(bytes(32))))
    found = faults(told)
    assert [fault.seq for fault in found if fault.flaw is Flaw.CHANGED] == [1, 2, 3, 4, 5, 6]


@pytest.mark.usefixtures("told")
def test_a_key_file_that_is_another_one_fits_no_entry(tmp_path: Path, reopen: Callable[[], Storage]) -> None:
    (tmp_path / "key" / "candour.key").write_bytes(bytes(32))
    found = faults(reopen())
    assert [fault.seq for fault in found if fault.flaw is Flaw.CHANGED] == [1, 2, 3, 4, 5, 6]


def test_what_nobody_would_write_is_found_and_can_still_be_read(told: Storage) -> None:
    with tampering(told) as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("UPDATE journal SET actor = CAST(x'ff00' AS TEXT) WHERE seq = 1"))
            connection.execute(text("UPDATE journal SET day = 'never', details = x'ff' WHERE seq = 2"))
        else:
            connection.execute(text("UPDATE journal SET details = 'no json' WHERE seq = 1"))
            connection.execute(text("UPDATE journal SET day = '2026-05-04 BC' WHERE seq = 2"))
    assert [fault.seq for fault in faults(told)] == [1, 2]
    with told.reading() as work:
        assert len(work.journal.entries()) == 6


# What the head that is remembered beside the key file finds


def test_a_cut_tail_is_found_by_what_is_remembered_beside_the_key_file(told: Storage, tmp_path: Path) -> None:
    change(told, lambda rows: rows[:4])
    assert faults(told) == [Fault(Flaw.CUT, 5, 6, beside=True)]
    (tmp_path / "key" / "candour.key.journal").unlink()
    assert faults(told) == []  # then only a checkpoint could tell


def test_a_cut_tail_is_not_forgotten_when_the_journal_goes_on(told: Storage) -> None:
    change(told, lambda rows: rows[:4])
    record(told, *STORY[:4])
    assert faults(told) == [Fault(Flaw.REPLACED, 6, beside=True)]


def test_an_emptied_journal_is_found(told: Storage) -> None:
    change(told, lambda _: [])
    assert faults(told) == [Fault(Flaw.CUT, 1, 6, beside=True)]


def test_what_is_remembered_may_be_behind(told: Storage, tmp_path: Path) -> None:
    """The power failed between a commit and the file."""
    file = tmp_path / "key" / "candour.key.journal"
    before = file.read_text()
    record(told, ConcernRead(), ConcernRead())
    file.write_text(before)
    assert told.examine_journal().whole
    record(told, ConcernRead())
    examined = told.examine_journal()
    assert examined.whole
    assert examined.remembered == examined.head == read_checkpoint(file.read_text())


def test_what_is_remembered_never_goes_back(told: Storage) -> None:
    older = told.examine_journal().head
    record(told, ConcernRead())
    told.remember(older)  # of a worker that was slow
    assert told.examine_journal().remembered == told.examine_journal().head


def test_what_is_remembered_is_for_its_owner_alone(told: Storage, tmp_path: Path) -> None:
    folder = tmp_path / "key"
    assert {path.name for path in folder.iterdir()} == {"candour.key", "candour.key.journal"}
    assert (folder / "candour.key.journal").stat().st_mode & 0o777 == 0o600
    assert told.examine_journal().whole


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"candour-journal 1 zz zz", b"candour-journal 2 " + b"0" * 64 + b" " + b"0" * 32],
)
def test_what_is_remembered_cannot_be_changed_unnoticed(
    told: Storage, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "key" / "candour.key.journal").write_bytes(content)
    record(told, ConcernRead())
    assert [(fault.flaw, fault.beside) for fault in faults(told)] == [(Flaw.FOREIGN, True)]


def test_recording_goes_on_where_nothing_can_be_remembered(told: Storage, tmp_path: Path) -> None:
    file = tmp_path / "key" / "candour.key.journal"
    file.unlink()
    file.mkdir()
    (file / "in the way").touch()
    record(told, ConcernRead())
    assert told.examine_journal().entries == 7
    assert len(list(file.parent.iterdir())) == 2


# What only a checkpoint finds


def test_a_journal_that_was_stamped_anew_with_the_right_key_is_found_by_a_checkpoint_alone(
    told: Storage,
) -> None:
    kept = told.examine_journal().head
    _write_anew(told, lambda rows: [row | {"audit": "elm-house"} for row in rows])
    assert faults(told) == []
    assert faults(told, kept) == [Fault(Flaw.REPLACED, 6)]


def test_a_tail_that_was_cut_with_the_key_in_hand_is_found_by_a_checkpoint(told: Storage) -> None:
    kept = told.examine_journal().head
    _write_anew(told, lambda rows: rows[:3])
    assert faults(told) == []
    assert faults(told, kept) == [Fault(Flaw.CUT, 4, 6)]


def test_older_checkpoints_stay_true_while_the_journal_grows(storage: Storage) -> None:
    kept = [storage.examine_journal().head]
    for what in STORY:
        record(storage, what)
        kept.append(storage.examine_journal().head)
    assert faults(storage, *kept) == []
    _write_anew(storage, lambda rows: [*rows[:3], rows[3] | {"actor": OPERATOR + "s"}, *rows[4:]])
    assert [fault.seq for fault in faults(storage, *kept)] == [4, 5, 6]


def test_a_checkpoint_is_one_line_that_comes_back(told: Storage) -> None:
    kept = told.examine_journal().head
    assert str(kept).startswith("candour-journal 6 ")
    assert read_checkpoint(f"  {kept}\n") == kept
    assert read_checkpoint(str(kept).upper().replace("CANDOUR-JOURNAL", "candour-journal")) == kept


HEAD_AND_TAG = f"{'0' * 64} {'0' * 32}"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "candour-journal",
        "candour-journal 6 ab ab",
        f"candour-journal six {HEAD_AND_TAG}",
        f"candour-journal -6 {HEAD_AND_TAG}",
        f"candour-journal ٦ {HEAD_AND_TAG}",
        f"candour-journal {'9' * 11} {HEAD_AND_TAG}",
        f"other 6 {HEAD_AND_TAG}",
        f"candour-journal 6 {HEAD_AND_TAG} 7",
        f"candour-journal 6 {'x' * 64} {'0' * 32}",
    ],
)
def test_a_line_that_is_no_checkpoint_is_none(line: str) -> None:
    assert read_checkpoint(line) is None


def test_a_checkpoint_that_was_changed_or_made_with_another_key_is_told_apart(told: Storage) -> None:
    kept = told.examine_journal().head
    other = Checkpoint(5, kept.head, kept.tag)
    made_up = Checkpoint(10**9, bytes(32), bytes(16))
    assert [fault.flaw for fault in faults(told, other, made_up)] == [Flaw.FOREIGN, Flaw.FOREIGN]


# Audits and the journal


def test_an_audit_that_nobody_recorded_is_found(filled: Storage, audit: Audit) -> None:
    assert faults(filled) == [Fault(Flaw.UNTOLD, 1, audit=audit.id)]
    record(filled, AuditOpened(8, 58, ()))
    assert faults(filled) == []


def test_the_journal_of_a_database_that_had_none_begins_by_saying_so(
    filled: Storage, reopen: Callable[[], Storage], audit: Audit
) -> None:
    with filled.database.writing() as connection:
        migrations.downgrade(connection, "0002")
    with ThreadPoolExecutor(3) as workers:  # which all start on the new version at once
        again, *_ = workers.map(lambda _: reopen(), range(3))
    with again.reading() as work:
        (first,) = work.journal.entries()
    assert (first.what, first.actor, first.seq) == (JournalBegun((audit.id,)), CANDOUR, 1)
    assert again.examine_journal().whole
    assert again.examine_journal().remembered == again.examine_journal().head


def test_going_back_to_a_version_without_a_journal_is_possible_and_seen_later(
    told: Storage, reopen: Callable[[], Storage]
) -> None:
    with told.database.writing() as connection:
        migrations.downgrade(connection, "0002")
    again = reopen()
    with again.reading() as work:
        assert [entry.what for entry in work.journal.entries()] == [JournalBegun(())]
    assert faults(again) == [Fault(Flaw.CUT, 2, 6, beside=True)]


def test_an_emptied_journal_does_not_begin_again(told: Storage, reopen: Callable[[], Storage]) -> None:
    change(told, lambda _: [])
    again = reopen()
    assert again.examine_journal().entries == 0
    assert faults(again) == [Fault(Flaw.CUT, 1, 6, beside=True)]


# Many at once


def test_two_processes_that_record_at_once_make_one_chain(tmp_path: Path, url: str) -> None:
    rounds = 40
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.storage.recorder", tmp_path, url, role, str(rounds)], cwd=ROOT
        )
        for role in ("lead", "respondent")
    ]
    try:
        assert [worker.wait(300) for worker in workers] == [0, 0]
    finally:
        for worker in workers:
            worker.kill()
    storage = Storage.open(tmp_path / "data", tmp_path / "key" / "candour.key", url)
    examined = storage.examine_journal()
    with storage.reading() as work:
        whats = [entry.what for entry in work.journal.entries()]
    storage.close()
    assert (examined.whole, examined.entries) == (True, 2 * rounds)
    assert examined.remembered == examined.head
    for role in ("lead", "respondent"):
        counts = [what.count for what in whats if isinstance(what, SlipsIssued) and what.role == role]
        assert counts == list(range(1, rounds + 1))


def test_whoever_verifies_while_others_record_is_not_alarmed(storage: Storage) -> None:
    with ThreadPoolExecutor(2) as workers:
        recording = [workers.submit(record, storage, *STORY) for _ in range(4)]
        while not all(each.done() for each in recording):
            assert faults(storage) == []
        for each in recording:
            each.result()
    assert storage.examine_journal().entries == 24


# Any journal, any change

_WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
_WHATS: st.SearchStrategy[What] = st.one_of(
    st.builds(AuditOpened, st.integers(5, 20), st.integers(1, 99), st.just(())),
    st.builds(SlipsIssued, st.integers(1, 99), _WORDS),
    st.builds(RoleGiven, _WORDS),
    st.just(ConcernRead()),
)
_VALUES: dict[str, st.SearchStrategy[object]] = {
    "day": st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    "actor": _WORDS,
    "action": _WORDS,
    "audit": _WORDS,
    "details": _WORDS,
    "previous": st.binary(min_size=32, max_size=32),
    "mac": st.binary(min_size=32, max_size=32),
    "seq": st.integers(1, 2**31 - 1),
}


def _edited(rows: list[Row], draw: st.DrawFn) -> list[Row]:
    at, column = draw(st.integers(0, len(rows) - 1)), draw(st.sampled_from(sorted(_VALUES)))
    value = draw(_VALUES[column])
    assume(column != "seq" or value not in {row["seq"] for row in rows})
    return [row | ({column: value} if place == at else {}) for place, row in enumerate(rows)]


def _swapped(rows: list[Row], draw: st.DrawFn) -> list[Row]:
    order = draw(st.permutations(rows))
    return [row | {"seq": seq} for seq, row in enumerate(order, 1)]


def _deleted(rows: list[Row], draw: st.DrawFn) -> list[Row]:
    start = draw(st.integers(0, len(rows) - 1))
    end = draw(st.integers(start + 1, len(rows)))
    left = [*rows[:start], *rows[end:]]
    return left if draw(st.booleans()) else [row | {"seq": seq} for seq, row in enumerate(left, 1)]


def _inserted(rows: list[Row], draw: st.DrawFn) -> list[Row]:
    at = draw(st.integers(0, len(rows)))
    forged = draw(st.sampled_from(rows)) | {"previous": rows[at - 1]["mac"] if at else GENESIS}
    return [row | {"seq": seq} for seq, row in enumerate([*rows[:at], forged, *rows[at:]], 1)]


def _stamped(rows: list[Row], draw: st.DrawFn) -> list[Row]:
    return stamped(rows, Keys(draw(st.binary(min_size=32, max_size=32))))


@st.composite
def _changes(draw: st.DrawFn) -> Callable[[list[Row]], list[Row]]:
    kind = draw(st.sampled_from([_edited, _swapped, _deleted, _inserted, _stamped]))
    return lambda rows: kind(rows, draw)


@given(
    st.data(),
    st.lists(st.tuples(_WHATS, st.dates(date(2026, 1, 1), date(2032, 1, 1))), min_size=1, max_size=6),
)
def _any_change_is_found(storage: Storage, data: st.DataObject, told: Sequence[tuple[What, date]]) -> None:
    """All in one transaction that is undone at the end."""
    with storage.database.engine.connect() as connection, connection.begin() as transaction:
        recorded = Journal(connection, storage.keys, storage.remembered)
        for what, day in told:
            recorded.append(what, day=day, actor=OPERATOR, audit=AUDIT)
        head = recorded.write()
        assert recorded.examine([], head, []).whole
        before = _rows(connection)
        after = data.draw(_changes())(before)
        assume(after != before)
        _unguard(connection)
        _replace(connection, after)
        assert not recorded.examine([], head, []).whole
        transaction.rollback()


def test_any_change_to_any_journal_is_found(storage: Storage) -> None:
    _any_change_is_found(storage)


def _write_anew(storage: Storage, changed: Callable[[list[Row]], list[Row]]) -> None:
    """What somebody does who has the database, the key file and what lies beside it."""
    storage.remembered.path.unlink()
    change(storage, lambda rows: stamped(changed(rows), storage.keys))
    storage.remember(storage.examine_journal().head)


def _unguard(connection: Connection) -> None:
    for statement in OFF[connection.dialect.name]:
        connection.execute(text(statement))


def _rows(connection: Connection) -> list[Row]:
    return [row._asdict() for row in connection.execute(select(journal).order_by(journal.c.seq))]


def _replace(connection: Connection, rows: list[Row]) -> None:
    connection.execute(delete(journal))
    if rows:
        connection.execute(insert(journal), rows)
