from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, select, text

from bot.clock import SetClock
from bot.errors import StoppingError, TooBusyError
from bot.messages import Address, Reply
from bot.services import auditing
from bot.turns import TurnLoop
from dialogues.interview import State
from dialogues.moves import Answer, Back, Begin, Concern, Help, Move, Pause, Speak, Submit, Withdraw
from dialogues.prompts import Ask, AskAgain, Declined, Expired, Guide, Paused, Signpost, Submitted, Withdrawn
from storage.errors import (
    AuditClosedError,
    UnavailableError,
    UndecipherableError,
    UnknownAuditError,
    UnknownFormError,
)
from storage.tables import drafts
from storage.unit_of_work import Storage
from tests.bot.stories import AUDIT, CULTURE, clock, close, message, opened, plays, whole


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    opening = opened(tmp_path)
    yield opening
    opening.close()


def _asked(reply: Reply | None) -> str:
    assert reply is not None
    ask = reply.prompts[-1]
    assert isinstance(ask, Ask), reply.prompts
    return ask.question


def _drafts(storage: Storage) -> int:
    with storage.database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(drafts)) or 0


def _waiting(storage: Storage) -> int:
    with storage.reading() as work:
        return work.answers.waiting(AUDIT)


def _files(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


async def _show(turns: TurnLoop, person: str, form: str = CULTURE) -> Reply | None:
    return await turns.show(Address("memory", person), AUDIT, form)


# One person


async def test_an_interview_is_played_from_the_first_word_to_the_last(storage: Storage) -> None:
    async with TurnLoop(storage, clock()) as turns:
        asked = []
        for number, move in enumerate(whole()[:-1]):
            reply = await turns.play(message("ann", str(number), move))
            asked.append(getattr(reply.prompts[-1], "question", "review"))
        assert asked == ["consent", "role", "listened", "months", "story", "review"]
        reply = await turns.play(message("ann", "end", Submit()))
    assert isinstance(reply.prompts[0], Submitted)
    assert _waiting(storage) == 1


async def test_looking_changes_nothing_and_nobody_is_there_before_they_begin(storage: Storage) -> None:
    async with TurnLoop(storage, clock()) as turns:
        assert await _show(turns, "ann") is None
        assert _drafts(storage) == 0
        await turns.play(message("ann", "1", Begin()))
        assert _asked(await _show(turns, "ann")) == "consent"
        assert await _show(turns, "bob") is None


@pytest.mark.parametrize("move", [Help(), Concern()])
async def test_a_stranger_who_only_asks_for_help_leaves_no_trace(
    storage: Storage, move: Help | Concern
) -> None:
    async with TurnLoop(storage, clock()) as turns:
        reply = await turns.play(message("ann", "1", move))
    assert isinstance(reply.prompts[0], Guide | Signpost)
    assert _drafts(storage) == 0


async def test_before_consent_nothing_that_was_said_is_kept(storage: Storage) -> None:
    async with TurnLoop(storage, clock()) as turns:
        await turns.play(message("ann", "1", Begin()))
        reply = await turns.play(message("ann", "2", Answer("my name is CANARY")))
    assert reply.interview.answers == {}
    with storage.reading() as work:
        ref = storage.keys.ref("memory", "ann", AUDIT, CULTURE)
        held = work.interviews.load([ref])[ref]
    assert held.interview.answers == {}
    assert held.interview.state is State.CONSENTING


async def test_the_conversation_goes_on_after_a_restart(storage: Storage, tmp_path: Path) -> None:
    async with TurnLoop(storage, clock()) as turns:
        await plays(turns, "ann", whole()[:3])
        await turns.play(message("ann", "pause", Pause()))
    storage.close()
    again = opened(tmp_path)
    async with TurnLoop(again, clock()) as turns:
        shown = await _show(turns, "ann")
        assert shown is not None
        assert shown.prompts == (Paused(),)
        assert shown.interview.answers == {"consent": "yes", "role": "care"}
    again.close()


async def test_what_a_person_is_shown_knows_nothing_that_the_turn_loop_works_with(storage: Storage) -> None:
    """Else a page that looks at the interview would share it with the thread that plays the next turn."""
    async with TurnLoop(storage, clock()) as turns:
        reply = await turns.play(message("ann", "1", Begin()))
        shown = await _show(turns, "ann")
    assert shown is not None
    assert reply.interview.__dict__ == shown.interview.__dict__ == {}
    assert reply.interview == shown.interview


async def test_replies_that_cannot_be_taken_are_counted_for_the_present_question(storage: Storage) -> None:
    async with TurnLoop(storage, clock()) as turns:
        await plays(turns, "ann", whole()[:4])  # "months" is asked now
        tries = []
        for number, typed in enumerate(("many", "400", "a lot", "many", "7", "fine")):
            reply = await turns.play(message("ann", f"t{number}", Answer(typed)))
            tries.append((isinstance(reply.prompts[0], AskAgain), reply.tries))
            if number == 1:
                assert (await turns.play(message("ann", "help", Help()))).tries == 2
                shown = await _show(turns, "ann")
                assert shown is not None
                assert shown.tries == 2
    assert tries == [(True, 1), (True, 2), (True, 3), (True, 4), (False, 0), (False, 0)]


async def test_going_back_begins_to_count_anew(storage: Storage) -> None:
    async with TurnLoop(storage, clock()) as turns:
        await plays(turns, "ann", whole()[:4])
        assert (await turns.play(message("ann", "x", Answer("many")))).tries == 1
        assert (await turns.play(message("ann", "y", Back()))).tries == 0


async def test_each_person_is_answered_in_their_own_language(storage: Storage) -> None:
    async with TurnLoop(storage, clock()) as turns:
        ann = await turns.play(message("ann", "1", Begin(language="cy")))
        bob = await turns.play(message("bob", "1", Begin()))
        assert (ann.interview.language, bob.interview.language) == ("cy", "en")
        assert (await turns.play(message("bob", "2", Speak("cy")))).interview.language == "cy"


HARD_TEXTS = {
    "100,000 characters": "Nobody came. " * 7_693,
    "NUL": "before\0after",
    "emoji": "👩🏽‍⚕️ 🏳️‍🌈 e\u0301",
    "right to left": "لم يسمعني أحد \u202eabc\u202c שלום",
    "markup": "<script>alert(1)</script>'; DROP TABLE drafts; --",
}


@pytest.mark.parametrize("said", HARD_TEXTS.values(), ids=HARD_TEXTS)
async def test_any_text_is_kept_as_it_was_said_or_asked_again(
    storage: Storage, tmp_path: Path, said: str
) -> None:
    async with TurnLoop(storage, clock()) as turns:
        await plays(turns, "ann", whole()[:5])
        reply = await turns.play(message("ann", "story", Answer(said)))
    if isinstance(reply.prompts[0], AskAgain):
        assert reply.prompts[0].reason == "too_long"
        return
    again = opened(tmp_path)
    async with TurnLoop(again, clock()) as turns:
        shown = await _show(turns, "ann")
    again.close()
    assert shown is not None
    assert shown.interview.answers["story"] == reply.interview.answers["story"]
    assert shown.interview.answers["story"] == said.replace("\0", "").strip()  # PostgreSQL knows no NUL


async def test_text_that_is_no_text_never_harms_anybody_else(storage: Storage) -> None:
    """Half of a surrogate pair cannot be written down."""
    async with TurnLoop(storage, clock()) as turns:
        for person in ("ann", "bob"):
            await plays(turns, person, whole()[:5])
        ann, bob = await asyncio.gather(
            turns.play(message("ann", "story", Answer("\ud83d"))),
            turns.play(message("bob", "story", Answer("fine"))),
            return_exceptions=True,
        )
        assert isinstance(ann, Reply | UnicodeEncodeError)
        assert isinstance(bob, Reply)
        assert bob.interview.answers["story"] == "fine"


# The same message again


async def test_a_message_that_comes_again_changes_nothing_and_is_answered_the_same(storage: Storage) -> None:
    async with TurnLoop(storage, clock()) as turns:
        await plays(turns, "ann", whole()[:2])
        first = await turns.play(message("ann", "u", Answer("nurse")))
        again = await turns.play(message("ann", "u", Answer("nurse")))
    assert (again.prompts, again.interview) == (first.prompts, first.interview)


async def test_the_same_message_twice_in_one_group_is_played_once(storage: Storage) -> None:
    async with TurnLoop(storage, clock()) as turns:
        await plays(turns, "ann", whole()[:2])
        replies = await asyncio.gather(*(turns.play(message("ann", "u", Answer("nurse"))) for _ in range(5)))
    assert {reply.interview.turn for reply in replies} == {replies[0].interview.turn}
    assert _asked(replies[-1]) == "listened"


async def test_what_was_handed_in_is_counted_once_however_often_it_is_handed_in(storage: Storage) -> None:
    async with TurnLoop(storage, clock()) as turns:
        await plays(turns, "ann", whole())
        for update in ("culture-6", "new", ""):
            reply = await turns.play(message("ann", update, Submit()))
            assert isinstance(reply.prompts[-1], Submitted)
        await plays(turns, "ann", whole())
        reply = await turns.play(message("ann", "again", Begin()))
        assert isinstance(reply.prompts[-1], Submitted)
    assert _waiting(storage) == 1


async def test_an_update_is_known_by_person_not_by_its_number_alone(storage: Storage) -> None:
    async with TurnLoop(storage, clock()) as turns:
        for person in ("ann", "bob"):
            assert _asked(await turns.play(message(person, "1", Begin()))) == "consent"


async def test_messages_without_a_number_are_never_taken_for_repeated_ones(storage: Storage) -> None:
    async with TurnLoop(storage, clock()) as turns:
        for move in whole()[:-1]:
            reply = await turns.play(message("ann", "", move))
    assert reply.interview.state is State.REVIEWING


# Endings


@pytest.mark.parametrize(
    ("moves", "ending"),
    [
        (whole(story="CANARY"), Submitted),
        ([Begin(), Answer("no")], Declined),
        ([*whole(story="CANARY")[:-1], Withdraw(sure=True)], Withdrawn),
    ],
)
async def test_whatever_way_an_interview_ends_its_draft_keeps_no_answer(
    storage: Storage, moves: list[Move], ending: type
) -> None:
    async with TurnLoop(storage, clock()) as turns:
        await plays(turns, "ann", moves)
        shown = await _show(turns, "ann")
    assert shown is not None
    assert isinstance(shown.prompts[0], ending)
    assert (shown.interview.answers, shown.interview.done, shown.interview.pending) == ({}, frozenset(), None)


async def test_whoever_declined_or_withdrew_may_begin_again(storage: Storage) -> None:
    async with TurnLoop(storage, clock()) as turns:
        await plays(turns, "ann", [Begin(), Answer("no")])
        assert _asked(await turns.play(message("ann", "again", Begin()))) == "consent"
        late = await turns.play(message("ann", "culture-1", Answer("no")))  # delivered again
        assert _asked(late) == "consent"


# Concerns


async def test_a_concern_reaches_the_lead_at_once_and_can_be_told_again(storage: Storage) -> None:
    async with TurnLoop(storage, clock()) as turns:
        for number, worry in enumerate(("Room 4 is not safe.", "Nor is room 5.")):
            moves: list[Move] = [Begin(), Answer(worry), Submit(), Submit()]
            for step, move in enumerate(moves):
                await turns.play(message("ann", f"{number}-{step}", move, "concern"))
    told = auditing.concerns(storage, AUDIT)
    assert {concern.response["what"] for concern in told} == {"Room 4 is not safe.", "Nor is room 5."}
    assert _waiting(storage) == 0


# What is not possible


async def test_unknown_audits_and_forms_are_said_in_one_sentence(storage: Storage) -> None:
    async with TurnLoop(storage, clock()) as turns:
        with pytest.raises(UnknownAuditError, match="There is no audit “elm-house”"):
            await turns.play(message("ann", "1", Begin(), audit="elm-house"))
        with pytest.raises(UnknownFormError, match="“rowan-house” has no form “gossip”"):
            await turns.play(message("ann", "1", Begin(), "gossip"))
        with pytest.raises(UnknownAuditError):
            await turns.show(Address("memory", "ann"), "elm-house", CULTURE)
    assert _drafts(storage) == 0


async def test_after_closing_nobody_begins_and_whoever_was_under_way_is_told(storage: Storage) -> None:
    async with TurnLoop(storage, clock()) as turns:
        await plays(turns, "ann", whole()[:5])
        await plays(turns, "cat", whole())
        await asyncio.to_thread(close, storage)
        with pytest.raises(AuditClosedError, match="is closed and takes no more answers"):
            await turns.play(message("bob", "1", Begin()))
        shown = await _show(turns, "ann")
        assert shown is not None
        assert isinstance(shown.prompts[0], Expired)
        reply = await turns.play(message("ann", "late", Answer("CANARY")))
        assert isinstance(reply.prompts[0], Expired)
        assert reply.interview.answers == {}
        assert (await turns.play(message("ann", "later", Begin()))).prompts == (Expired(),)
        assert (await turns.play(message("cat", "later", Begin()))).prompts == (Submitted(),)
    assert _waiting(storage) == 0


async def test_after_closing_the_way_to_help_is_still_open_for_everyone(storage: Storage) -> None:
    async with TurnLoop(storage, clock()) as turns:
        await plays(turns, "ann", whole()[:5])
        await asyncio.to_thread(close, storage)
        for person in ("ann", "stranger"):
            reply = await turns.play(message(person, "risk", Concern()))
            assert isinstance(reply.prompts[0], Signpost)
        await plays(turns, "stranger", [Begin(), Answer("Room 4 is not safe."), Submit()], "concern")
    assert len(auditing.concerns(storage, AUDIT)) == 1


# Many at once


async def test_many_people_are_played_together_each_in_their_own_order(storage: Storage) -> None:
    people = {f"p{number}": ("nurse", "care")[number % 2] for number in range(100)}
    commits = 0

    def count(_: object) -> None:
        nonlocal commits
        commits += 1

    event.listen(storage.database.engine, "commit", count)
    async with TurnLoop(storage, clock()) as turns:
        await asyncio.gather(*(plays(turns, person, whole(role)) for person, role in people.items()))
    assert _waiting(storage) == 100
    assert commits < 100  # for 700 turns
    close(storage)
    with storage.reading() as work:
        offer = work.casework.offers([AUDIT])[AUDIT][CULTURE]
        tally = work.answers.tally(AUDIT, work.forms.get(offer.digest))
    assert (tally.responses, tally.groups) == (100, {"nurse": 50, "care": 50})


async def test_messages_that_one_person_sends_at_once_are_played_in_order(storage: Storage) -> None:
    async with TurnLoop(storage, clock()) as turns:
        replies = await asyncio.gather(
            *(turns.play(message("ann", str(number), move)) for number, move in enumerate(whole()))
        )
    assert isinstance(replies[-1].prompts[0], Submitted)
    assert _waiting(storage) == 1


async def test_two_workers_on_one_database_take_turns_with_one_person(
    storage: Storage, tmp_path: Path
) -> None:
    other = opened(tmp_path)
    async with TurnLoop(storage, clock()) as one, TurnLoop(other, clock()) as two:
        for number, move in enumerate(whole()):
            reply = await (one, two)[number % 2].play(message("ann", str(number), move))
    other.close()
    assert isinstance(reply.prompts[0], Submitted)
    assert _waiting(storage) == 1


async def test_too_many_at_once_are_sent_away_without_harm(storage: Storage) -> None:
    async with TurnLoop(storage, clock(), waiting=2) as turns:
        people = [f"p{number}" for number in range(5)]
        replies = await asyncio.gather(
            *(turns.play(message(person, "1", Begin())) for person in people), return_exceptions=True
        )
        assert [isinstance(reply, TooBusyError) for reply in replies] == [False, False, True, True, True]
        assert "try again" in str(replies[-1])
        assert _asked(await turns.play(message("p4", "1", Begin()))) == "consent"
    assert _drafts(storage) == 3


async def test_stopping_plays_what_waits_and_takes_nothing_more(storage: Storage) -> None:
    async with TurnLoop(storage, clock(), group=8) as turns:
        playing = [asyncio.ensure_future(turns.play(message(f"p{n}", "1", Begin()))) for n in range(50)]
        await asyncio.sleep(0)
    assert all(reply.done() and isinstance(reply.result(), Reply) for reply in playing)
    assert _drafts(storage) == 50
    with pytest.raises(StoppingError):
        await turns.play(message("late", "1", Begin()))


async def test_whoever_does_not_wait_for_the_reply_is_heard_all_the_same(storage: Storage) -> None:
    async with TurnLoop(storage, clock()) as turns:
        gone = asyncio.ensure_future(turns.play(message("ann", "1", Begin())))
        stays = asyncio.ensure_future(turns.play(message("bob", "1", Begin())))
        await asyncio.sleep(0)
        gone.cancel()
        assert _asked(await stays) == "consent"
        assert _asked(await _show(turns, "ann")) == "consent"


# When the database fails


async def test_one_bad_draft_never_spoils_its_group(storage: Storage) -> None:
    async with TurnLoop(storage, clock()) as turns:
        for person in ("ann", "bob", "cat"):
            await plays(turns, person, whole()[:2])
        ref = storage.keys.ref("memory", "bob", AUDIT, CULTURE)
        with storage.database.writing() as connection:
            at = storage.epochs.ring().newest.ref(ref)
            connection.execute(drafts.update().where(drafts.c.ref == at).values(blob=b"scratched"))
        ann, bob, cat = await asyncio.gather(
            *(turns.play(message(person, "role", Answer("nurse"))) for person in ("ann", "bob", "cat")),
            return_exceptions=True,
        )
    assert isinstance(bob, UndecipherableError)
    assert isinstance(ann, Reply)
    assert isinstance(cat, Reply)
    assert (_asked(ann), _asked(cat)) == ("listened", "listened")


async def test_a_full_disk_loses_nothing_that_was_acknowledged(storage: Storage) -> None:
    long = "🕯" * 9_000  # 36 kB
    async with TurnLoop(storage, clock()) as turns:
        for person in ("ann", "bob"):
            await plays(turns, person, whole()[:5])

    def limit(driver: object, *_: object) -> None:
        pages = driver.execute("PRAGMA page_count").fetchone()[0]  # type: ignore[attr-defined]
        driver.execute(f"PRAGMA max_page_count = {pages}")  # type: ignore[attr-defined]

    event.listen(storage.database.engine, "checkout", limit)
    async with TurnLoop(storage, clock()) as turns:
        ann, bob = await asyncio.gather(
            turns.play(message("ann", "story", Answer(long))),
            turns.play(message("bob", "story", Answer("short"))),
            return_exceptions=True,
        )
        assert isinstance(ann, UnavailableError)
        assert "🕯" not in str(ann)
        assert isinstance(bob, Reply)
        assert _asked(await _show(turns, "ann")) == "story"
    event.remove(storage.database.engine, "checkout", limit)
    storage.database.close()
    async with TurnLoop(storage, clock()) as turns:
        reply = await turns.play(message("ann", "story", Answer("short after all")))
    assert reply.interview.answers["story"] == "short after all"
    with storage.database.reading() as connection:
        assert connection.scalar(text("PRAGMA integrity_check")) == "ok"


# Nobody's words leave by accident


async def test_no_word_of_an_answer_is_in_any_file_or_log(
    storage: Storage, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    canary = "CANARY-7f3a"
    async with TurnLoop(storage, clock()) as turns:
        await plays(turns, "canary-person", whole(story=canary))
        await plays(turns, "bob", whole(story=canary)[:-1])
        await plays(turns, "cat", [Begin(), Answer(f"{canary} at risk"), Submit()], "concern")
        reply = await turns.play(message("dan", "1", Begin()))
        written = b"".join(_files(tmp_path))  # while it runs: the journal is there too
    assert canary.encode() not in written
    assert b"canary-person" not in written
    assert canary not in caplog.text
    assert canary not in repr(reply)


async def test_the_clock_may_jump(storage: Storage) -> None:
    jumping = SetClock(clock().now())
    async with TurnLoop(storage, jumping) as turns:
        for number, move in enumerate(whole()):
            jumping.move(timedelta(days=(-1) ** number * 400))
            reply = await turns.play(message("ann", str(number), move))
    assert isinstance(reply.prompts[0], Submitted)
