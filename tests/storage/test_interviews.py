from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import delete, select, update

from bot.clock import SetClock
from dialogues.interview import Interview, State
from storage import interviews
from storage.epochs import Epochs, InFolder, InMemory
from storage.errors import UnavailableError, UndecipherableError
from storage.interviews import RECENT, Conversation, Memory, digest
from storage.tables import drafts
from storage.unit_of_work import Storage

REF = b"somebody........"
HARD_TEXTS = {
    "long": "Nobody came. " * 8_000,
    "nul": "before\0after",
    "emoji": "👩🏽‍⚕️ 🏳️‍🌈 e\u0301",
    "right to left": "لم يسمعني أحد \u202eabc\u202c שלום",
    "markup": "<script>alert(1)</script> '; DROP TABLE drafts; -- %s {0}",
    "line ends": "a\r\nb\nc\u2028d",
    "empty": "",
}
# As it was stored by the first version: what was stored stays readable.
SAVED = bytes.fromhex(
    "82a9696e746572766965778aa4666f726da161a86c616e6775616765a26379a57374617465a661736b696e67a7616e7377657273"
    "82a4726f6c65a463617265aa6c697374656e65644031a56167726565a4646f6e6591a4726f6c65a6636f756e747381a6736869667473"
    "02a765646974696e67a4726f6c65a770656e64696e67a25865a47475726e07a473656564a27331a6726563656e7492c408aaaaaaaaaa"
    "aaaaaac408bbbbbbbbbbbbbbbb"
)


def _holding(text: str) -> Conversation:
    return Conversation(
        Interview("digest", "en", State.ASKING, {"story": text}, frozenset({"story"}), turn=3)
    )


def _kept(storage: Storage, conversation: Conversation) -> None:
    with storage.writing() as work:
        work.interviews.save({REF: conversation})


@pytest.mark.parametrize("text", HARD_TEXTS.values(), ids=HARD_TEXTS)
def test_what_was_said_comes_back_as_it_was_said(
    storage: Storage, reopen: Callable[[], Storage], text: str
) -> None:
    _kept(storage, _holding(text))
    with reopen().reading() as work:
        assert work.interviews.load([REF]) == {REF: _holding(text)}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_so_does_anything_else(storage: Storage, text: str) -> None:
    _kept(storage, _holding(text))
    storage.memory = Memory()
    with storage.reading() as work:
        assert work.interviews.load([REF])[REF].interview.answers == {"story": text}


def test_only_those_who_are_there_are_found(storage: Storage) -> None:
    _kept(storage, _holding("here"))
    with storage.reading() as work:
        assert set(work.interviews.load([REF, b"nobody"])) == {REF}
        assert work.interviews.load([]) == {}


def test_a_draft_that_was_changed_on_disk_is_not_believed(storage: Storage) -> None:
    with storage.writing() as work:
        work.interviews.save({REF: _holding("mine"), b"other": _holding("theirs")})
    with storage.database.writing() as connection:
        key = storage.epochs.ring().newest
        theirs = select(drafts.c.blob).where(drafts.c.ref == key.ref(b"other")).scalar_subquery()
        connection.execute(update(drafts).where(drafts.c.ref == key.ref(REF)).values(blob=theirs))
    with storage.reading() as work, pytest.raises(UndecipherableError):
        work.interviews.load([REF])


def test_memory_gives_way_when_another_worker_has_written(
    storage: Storage, reopen: Callable[[], Storage]
) -> None:
    _kept(storage, _holding("old"))
    _kept(reopen(), _holding("new"))
    with storage.reading() as work:
        assert work.interviews.load([REF]) == {REF: _holding("new")}


def test_memory_forgets_what_was_not_used_for_longest() -> None:
    memory = Memory(2)
    memory.keep(b"a", b"1", _holding("a"))
    memory.keep(b"b", b"1", _holding("b"))
    assert memory.recall(b"a", b"1") is not None
    memory.keep(b"c", b"1", _holding("c"))
    assert memory.recall(b"b", b"1") is None
    assert memory.recall(b"a", b"1") == _holding("a")


@pytest.mark.parametrize("state", [State.SUBMITTED, State.DECLINED, State.WITHDRAWN, State.EXPIRED])
def test_an_interview_that_ended_keeps_no_answer(state: State) -> None:
    interview = Interview(
        "digest",
        "cy",
        state,
        {"story": "canary"},
        frozenset({"story"}),
        {"shifts": 2},
        editing="story",
        pending="canary",
        turn=9,
        seed="s",
    )
    after = Conversation(interview).after(digest("u1"), interview, 0)
    assert after.interview == Interview("digest", "cy", state, turn=9)
    assert b"canary" not in interviews.encode(after)
    assert digest("u1") in after.recent


def test_tombstones_are_all_equally_long(storage: Storage) -> None:
    lengths = set()
    for updates in (0, 1, 40):
        conversation = _holding("words " * updates * 100)
        for number in range(updates):
            conversation = conversation.after(digest(f"a rather long name, {number}"), _ended(), 0)
        content = interviews.encode(conversation.after(b"", _ended(), 0))
        lengths.add(len(storage.epochs.ring().newest.lock(REF, content)))
    assert len(lengths) == 1


def test_the_last_updates_are_known_and_no_others() -> None:
    conversation = _holding("")
    for number in range(RECENT + 1):
        conversation = conversation.after(digest(str(number)), conversation.interview, 0)
    assert digest("0") not in conversation.recent
    assert all(digest(str(number)) in conversation.recent for number in range(1, RECENT + 1))


def test_an_update_without_a_name_is_never_taken_for_a_repeated_one() -> None:
    conversation = _holding("").after(digest(""), _holding("").interview, 0)
    assert digest("") not in conversation.recent


def test_a_conversation_never_shows_its_words() -> None:
    assert "canary" not in repr(_holding("canary"))


def test_what_the_first_version_stored_can_be_read() -> None:
    interview = Interview(
        "a",
        "cy",
        State.ASKING,
        {"role": "care", "listened@1": "agree"},
        frozenset({"role"}),
        {"shifts": 2},
        editing="role",
        pending="Xe",
        turn=7,
        seed="s1",
    )
    expected = Conversation(interview, (b"\xaa" * 8, b"\xbb" * 8))
    assert interviews.decode(SAVED) == expected


def test_what_is_no_conversation_is_refused() -> None:
    for content in (b"", b"\xc1", b"\x80", b"{}"):
        with pytest.raises(UndecipherableError):
            interviews.decode(content)


def _ended() -> Interview:
    return Interview("d" * 64, "en", State.SUBMITTED, turn=30)


# Keys of the day


@pytest.fixture
def day() -> SetClock:
    return SetClock(datetime(2026, 5, 4, 12, tzinfo=UTC))


@pytest.fixture
def dated(storage: Storage, day: SetClock) -> Storage:
    """A storage whose epochs go by a clock that is set."""
    storage.epochs = Epochs(InMemory(), draft_days=3, now=day.now)
    return storage


def _rows(storage: Storage) -> list[tuple[bytes, int]]:
    with storage.database.reading() as connection:
        return [(row.ref, row.epoch) for row in connection.execute(select(drafts).order_by(drafts.c.epoch))]


def _loaded(storage: Storage) -> dict[bytes, Conversation]:
    with storage.reading() as work:
        return work.interviews.load([REF])


def test_a_draft_of_an_earlier_day_is_found_and_moves_to_the_newest_key_when_it_is_saved(
    dated: Storage, day: SetClock
) -> None:
    _kept(dated, _holding("monday"))
    day.move(timedelta(days=3))
    with dated.writing() as work:
        assert work.interviews.load([REF]) == {REF: _holding("monday")}
        work.interviews.save({REF: _holding("thursday")})
    ((ref, epoch),) = _rows(dated)
    assert (ref, epoch) == (dated.epochs.ring().newest.ref(REF), dated.epochs.ring().newest.epoch)
    assert _loaded(dated) == {REF: _holding("thursday")}


def test_it_moves_also_when_nobody_looked_first(dated: Storage, day: SetClock) -> None:
    _kept(dated, _holding("monday"))
    day.move(timedelta(days=1))
    _kept(dated, _holding("tuesday"))
    assert len(_rows(dated)) == 1
    assert _loaded(dated) == {REF: _holding("tuesday")}


def test_one_is_not_kept_from_its_place_by_a_transaction_that_failed(dated: Storage, day: SetClock) -> None:
    _kept(dated, _holding("monday"))
    day.move(timedelta(days=1))
    with pytest.raises(KeyboardInterrupt), dated.writing() as work:
        work.interviews.save({REF: _holding("lost")})
        raise KeyboardInterrupt
    assert _loaded(dated) == {REF: _holding("monday")}


def test_after_its_days_a_draft_is_gone_and_then_its_row(dated: Storage, day: SetClock) -> None:
    _kept(dated, _holding("monday"))
    day.move(timedelta(days=3))
    dated.forget_old_drafts()
    assert len(_rows(dated)) == 1
    day.move(timedelta(days=1))
    assert _loaded(dated) == {}
    dated.forget_old_drafts()
    dated.forget_old_drafts()
    assert _rows(dated) == []


def test_a_draft_that_is_gone_on_with_does_not_die(dated: Storage, day: SetClock) -> None:
    _kept(dated, _holding("first"))
    for number in range(10):
        day.move(timedelta(days=3))
        dated.forget_old_drafts()
        with dated.writing() as work:
            held = work.interviews.load([REF])[REF]
            work.interviews.save({REF: Conversation(replace(held.interview, turn=number))})
    assert _loaded(dated)[REF].interview.answers == {"story": "first"}


def test_when_its_key_is_destroyed_nothing_opens_a_draft_in_no_copy_of_the_database(
    dated: Storage, day: SetClock
) -> None:
    """Not with the key file, and not with the keys of every other day."""
    _kept(dated, _holding("canary"))
    with dated.database.reading() as connection:
        copied = list(connection.execute(select(drafts)))
    day.move(timedelta(days=1))
    dated.epochs.ring()
    dated.epochs.safe.destroy(copied[0].epoch)
    with dated.database.writing() as connection:  # the copy is put back
        connection.execute(delete(drafts))
        connection.execute(drafts.insert(), [row._asdict() for row in copied])
    assert _loaded(dated) == {}
    ring = dated.epochs.ring()
    for key in (ring.newest, *ring.older):
        with pytest.raises(UndecipherableError):
            key.open(copied[0].ref, copied[0].blob)
    with pytest.raises(UndecipherableError):
        dated.keys.open_person(copied[0].ref, copied[0].blob)


def test_memory_forgets_what_a_destroyed_key_opened(dated: Storage, day: SetClock) -> None:
    _kept(dated, _holding("canary"))
    with dated.database.reading() as connection:
        (row,) = connection.execute(select(drafts))
    assert dated.memory.recall(REF, row.blob) is not None
    day.move(timedelta(days=4))
    assert _loaded(dated) == {}
    assert dated.memory.recall(REF, row.blob) is None


def test_where_a_draft_is_says_nothing_without_the_key_of_its_day(dated: Storage, day: SetClock) -> None:
    _kept(dated, _holding("one"))
    ((monday, _),) = _rows(dated)
    day.move(timedelta(days=1))
    _kept(dated, _holding("two"))
    ((tuesday, _),) = _rows(dated)
    assert len({REF, monday, tuesday}) == 3


def test_when_the_keys_are_away_nothing_is_lost(storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "away").write_bytes(b"no folder")
    storage.epochs = Epochs(InFolder(tmp_path / "away" / "epochs"))
    with pytest.raises(UnavailableError) as away, storage.writing() as work:
        work.interviews.load([REF])
    assert away.value.name == "keys"
    (tmp_path / "away").unlink()
    _kept(storage, _holding("later"))
    assert _loaded(storage) == {REF: _holding("later")}
