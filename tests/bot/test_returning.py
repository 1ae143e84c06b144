"""Coming back with a receipt: what it opens, and that nobody gets in by guessing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.memory import Message, Person
from bot.clock import SetClock
from bot.errors import NothingLeftError, ReceiptMissingError, TooManyTriesError, WrongReceiptError
from bot.messages import Reply
from bot.returning import MOST_WRONG, VISIT, WHILE, Doorkeeper
from bot.services import auditing, corresponding, keeping
from bot.turns import TurnLoop
from dialogues.interview import State
from storage import receipts
from storage.errors import StorageError
from storage.receipts import QUICK
from storage.threads import Sender
from storage.unit_of_work import Storage
from tests.bot.channels.house import held as draft_of
from tests.bot.stories import (
    AUDIT,
    CULTURE,
    NOW,
    PASSPHRASE,
    an_audit,
    clock,
    close,
    culture,
    opened,
    plays,
    whole,
)

Story = Callable[[TurnLoop], Awaitable[None]]


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    storage = opened(tmp_path)
    yield storage
    storage.close()


def told(storage: Storage, story: Story) -> None:
    async def whole_story() -> None:
        async with TurnLoop(storage, clock()) as turns:
            await story(turns)

    asyncio.run(whole_story())


async def hands_in(turns: TurnLoop, name: str = "ann", story: str = "They never came.") -> tuple[Person, str]:
    """Somebody answers in a chat and hands in. Who, and their receipt."""
    person = Person(turns, name)
    await person.comes(f"{AUDIT}__{CULTURE}")
    for typed in ("yes", "care", "agree", "7", story):
        await person.says(typed)
    shown = await person.taps("Hand in my answers")
    return person, receipt_in(shown)


def receipt_in(shown: tuple[Message, ...]) -> str:
    line = next(part for message in shown for part in message.text if part.startswith("Your receipt:\n"))
    return line.removeprefix("Your receipt:\n")


def heard(storage: Storage) -> int:
    with storage.reading() as work:
        return work.answers.waiting(AUDIT) + work.answers.heard(AUDIT)


def texts(shown: tuple[Message, ...]) -> str:
    return "\n".join(part for message in shown for part in message.text)


def test_a_receipt_is_shown_once_and_again_only_if_the_same_message_comes_again(storage: Storage) -> None:
    async def story(turns: TurnLoop) -> None:
        ann, receipt = await hands_in(turns)
        assert receipts.read(receipt)
        shown = await ann.says("hello?")
        assert receipt not in texts(shown)

    told(storage, story)


def test_the_receipt_is_gone_from_the_draft_once_its_owner_goes_on(storage: Storage) -> None:
    async def story(turns: TurnLoop) -> None:
        ann, receipt = await hands_in(turns)
        await ann.taps("I have kept it")
        assert isinstance(ann.outcome, Reply)
        assert ann.outcome.interview.state is State.SUBMITTED
        assert receipt not in texts(tuple(ann.chat[-1:]))

    told(storage, story)


def test_whoever_has_the_receipt_takes_their_answers_back_before_they_are_mixed(storage: Storage) -> None:
    async def story(turns: TurnLoop) -> None:
        ann, receipt = await hands_in(turns)
        await hands_in(turns, "bob")
        await ann.says(receipt)
        await ann.taps("Take my answers back")
        await ann.taps("Yes, erase them")
        shown = await ann.taps("Erase my answers")
        assert "Your answers have been erased." in texts(shown)

    told(storage, story)
    assert heard(storage) == 1


def test_whoever_has_the_receipt_takes_their_answers_back_after_the_audit_was_closed(
    storage: Storage,
) -> None:
    """From another phone, weeks later; what was published stays as it is."""
    kept: list[str] = []

    async def first(turns: TurnLoop) -> None:
        _, receipt = await hands_in(turns, story="CANARY")
        kept.append(receipt)
        await asyncio.gather(*(plays(turns, f"p{each}", whole()) for each in range(9)))

    async def later(turns: TurnLoop) -> None:
        somebody = Person(turns, "another phone")
        await somebody.says(kept[0].lower().replace(" ", "-"))
        await somebody.taps("Take my answers back")
        await somebody.taps("Yes, erase them")
        await somebody.taps("Erase my answers")

    told(storage, first)
    (before,) = close(storage)
    assert heard(storage) == 10
    told(storage, later)
    assert heard(storage) == 9
    assert "CANARY" not in auditing.words(storage, AUDIT, PASSPHRASE)["story"]
    assert close(storage) == (before,)
    with storage.reading() as work:
        form = work.forms.get(
            next(each.digest for each in auditing.forms(storage, AUDIT) if each.id == CULTURE)
        )
        tally = work.answers.tally(AUDIT, form)
    assert all(sum(map(sum, map(dict.values, counts.values()))) == 9 for counts in tally.counts.values())


def test_answers_that_were_mixed_early_are_taken_back_as_well(storage: Storage) -> None:
    kept: list[str] = []

    async def first(turns: TurnLoop) -> None:
        _, receipt = await hands_in(turns, story="CANARY")
        kept.append(receipt)
        await asyncio.gather(*(plays(turns, f"p{each}", whole()) for each in range(15)))

    async def later(turns: TurnLoop) -> None:
        ann = Person(turns, "another phone")
        await ann.says(f"/receipt {kept[0]}")
        for label in ("Take my answers back", "Yes, erase them", "Erase my answers"):
            await ann.taps(label)

    auditing.choose_passphrase(storage, AUDIT, PASSPHRASE, clock())
    told(storage, first)
    keeping.flush_early(storage)
    with storage.reading() as work:
        assert (work.answers.waiting(AUDIT), work.answers.heard(AUDIT)) == (8, 8)
    told(storage, later)
    assert heard(storage) == 15


def test_the_lead_and_a_person_whom_nobody_knows_write_each_other(storage: Storage) -> None:
    async def story(turns: TurnLoop) -> None:
        ann, receipt = await hands_in(turns)
        assert "Nobody has written to you so far." in texts(await ann.says(receipt))
        await ann.taps("Write a message")
        await ann.says("It is always at night.")
        assert "Your message is in." in texts(await ann.taps("Send my message"))
        (thread,) = await asyncio.to_thread(corresponding.threads, storage, AUDIT)
        assert [(each.sender, each.text) for each in thread.messages] == [
            (Sender.RESPONDENT, "It is always at night.")
        ]
        await asyncio.to_thread(
            corresponding.answer, storage, AUDIT, thread.locator, "On which unit?", clock()
        )
        shown = texts(await Person(turns, "another phone").says(receipt))
        assert shown.index("You wrote:\nIt is always at night.") < shown.index(
            "They answered:\nOn which unit?"
        )

    told(storage, story)


def test_the_lead_asks_everybody_who_answered(storage: Storage) -> None:
    async def story(turns: TurnLoop) -> None:
        (ann, hers), (_, his) = await hands_in(turns), await hands_in(turns, "bob")
        await asyncio.to_thread(corresponding.ask_everyone, storage, AUDIT, "What would help most?", clock())
        for receipt in (hers, his):
            assert "What would help most?" in texts(await ann.says(receipt))

    told(storage, story)


def test_a_concern_has_a_thread_too_which_the_lead_finds_with_it(storage: Storage) -> None:
    async def story(turns: TurnLoop) -> None:
        ann = Person(turns, "ann")
        await ann.comes(f"{AUDIT}__concern")
        await ann.says("Room 4 is not safe.")
        receipt = receipt_in(await ann.taps("Hand in my answers"))
        (concern,) = await asyncio.to_thread(auditing.concerns, storage, AUDIT)
        await asyncio.to_thread(
            corresponding.answer, storage, AUDIT, concern.locator, "I am on my way.", clock()
        )
        assert "I am on my way." in texts(await ann.says(receipt))

    told(storage, story)


def test_an_interview_that_is_under_way_goes_on_after_somebody_came_back(storage: Storage) -> None:
    async def story(turns: TurnLoop) -> None:
        _, receipt = await hands_in(turns)
        bob = Person(turns, "bob")
        await bob.comes(f"{AUDIT}__{CULTURE}")
        await bob.says("yes")
        waiting = bob.chat[-1]
        await bob.says(receipt)
        await bob.taps("Write a message")
        await bob.says("Something else.")
        await bob.taps("Send my message")
        assert bob.chat[-1].text == waiting.text

    told(storage, story)


def test_who_stops_before_taking_back_is_not_told_that_anything_was_erased(storage: Storage) -> None:
    async def story(turns: TurnLoop) -> None:
        ann, receipt = await hands_in(turns)
        await ann.says(receipt)
        for label in ("Take my answers back", "Yes, erase them", "Stop", "Yes, stop"):
            shown = texts(await ann.taps(label))
            assert "erased" not in shown, shown
        assert "You stopped. Nothing was taken back." in shown

    told(storage, story)
    assert heard(storage) == 1


def test_who_stops_before_sending_is_told_that_nothing_was_sent(storage: Storage) -> None:
    async def story(turns: TurnLoop) -> None:
        ann, receipt = await hands_in(turns)
        await ann.says(receipt)
        await ann.taps("Write a message")
        await ann.says("It is at night.")
        await ann.taps("Stop")
        assert "You stopped. Your message was not sent." in texts(await ann.taps("Yes, stop"))

    told(storage, story)


def test_without_a_receipt_nothing_can_be_taken_back(storage: Storage) -> None:
    async def story(turns: TurnLoop) -> None:
        await hands_in(turns)
        bob = Person(turns, "bob")
        with pytest.raises(ReceiptMissingError):
            await bob.comes(f"{AUDIT}__take-back")
        with pytest.raises(ReceiptMissingError):
            await bob.comes(f"{AUDIT}__message")

    told(storage, story)
    assert heard(storage) == 1


def test_a_wrong_and_an_unknown_receipt_are_told_the_same(storage: Storage) -> None:
    async def story(turns: TurnLoop) -> None:
        ann, receipt = await hands_in(turns)
        code = receipts.read(receipt)
        assert code is not None
        wrong = code[:5] + receipts.make(QUICK).code[5:19]
        told = []
        for guess in (wrong + receipts._check(wrong), receipts.make(QUICK).code, "nonsense"):
            with pytest.raises(WrongReceiptError) as raised:
                await ann.says(f"/receipt {guess}")
            told.append(str(raised.value))
        assert len(set(told)) == 1

    told(storage, story)


def test_a_wrong_and_an_unknown_receipt_cost_the_same(storage: Storage) -> None:
    """Argon2id is run with the same passes and memory, whether or not there is such a thread."""
    nobody = receipts.new_salt(storage.cost, storage.keys.salt_of_nobody(b"ABCDE"))
    assert nobody[:2] == receipts.make(storage.cost).salt[:2]
    assert len(nobody) == receipts.SALT_BYTES
    assert storage.keys.salt_of_nobody(b"ABCDE") == storage.keys.salt_of_nobody(b"ABCDE")
    assert storage.keys.salt_of_nobody(b"ABCDE") != storage.keys.salt_of_nobody(b"ABCDF")


def test_one_thread_can_be_guessed_at_few_times_an_hour(storage: Storage) -> None:
    now = SetClock(NOW)
    door = Doorkeeper(storage, now)
    receipt = receipts.make(QUICK)
    with storage.writing() as work:
        work.threads.begin(receipt, AUDIT, NOW.date())
    wrong = receipt.code[:5] + "0" * 14
    for _ in range(MOST_WRONG):
        with pytest.raises(WrongReceiptError):
            door.open(wrong + receipts._check(wrong))
    with pytest.raises(TooManyTriesError):
        door.open(receipt.code)
    now.move(WHILE + timedelta(minutes=1))
    assert door.open(receipt.code).audit == AUDIT


def test_a_right_receipt_may_be_used_as_often_as_one_likes(storage: Storage) -> None:
    door = Doorkeeper(storage, clock())
    receipt = receipts.make(QUICK)
    with storage.writing() as work:
        work.threads.begin(receipt, AUDIT, NOW.date())
    assert all(door.open(receipt.code).audit == AUDIT for _ in range(3 * MOST_WRONG))


def test_an_answer_that_looks_like_a_receipt_by_chance_is_an_answer(storage: Storage) -> None:
    words = next(
        five
        for five in ("they were very kind here", "they went away that time", "then they left that door")
        if len(five.replace(" ", "")) == 20
    )

    async def story(turns: TurnLoop) -> None:
        ann, _ = await hands_in(turns, story=words)
        assert isinstance(ann.outcome, Reply)
        assert ann.outcome.interview.state is State.SUBMITTED

    told(storage, story)


def test_answers_are_destroyed_when_they_were_kept_long_enough(storage: Storage) -> None:
    async def story(turns: TurnLoop) -> None:
        await asyncio.gather(*(plays(turns, f"p{each}", whole(story="CANARY")) for each in range(9)))

    told(storage, story)
    (published,) = close(storage)
    keeping.forget(storage, SetClock(NOW + timedelta(days=90)))
    assert heard(storage) == 9
    keeping.forget(storage, SetClock(NOW + timedelta(days=91)))
    assert heard(storage) == 0
    assert auditing.words(storage, AUDIT, PASSPHRASE) == {}
    assert auditing.report(storage, AUDIT, CULTURE) == published
    with storage.reading() as work:
        assert work.journal.entries()[-1].action == "answers forgotten"


def test_few_responses_wait_until_there_are_enough_to_be_mixed(storage: Storage) -> None:
    async def story(turns: TurnLoop) -> None:
        await asyncio.gather(*(plays(turns, f"p{each}", whole()) for each in range(15)))

    auditing.choose_passphrase(storage, AUDIT, PASSPHRASE, clock())
    told(storage, story)
    keeping.flush_early(storage)
    with storage.reading() as work:
        assert (work.answers.waiting(AUDIT), work.answers.heard(AUDIT)) == (15, 0)


def test_a_compaction_that_was_cut_off_is_made_up_for(storage: Storage) -> None:
    auditing.choose_passphrase(storage, AUDIT, PASSPHRASE, clock())
    with storage.writing() as work:
        work.flush(AUDIT)
        assert work.casework.rewriting_due() == {AUDIT: 1}
    auditing.compact(storage)
    with storage.reading() as work:
        assert work.casework.rewriting_due() == {}


def test_nothing_of_a_receipt_is_logged(storage: Storage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    shown: list[str] = []

    async def story(turns: TurnLoop) -> None:
        ann, receipt = await hands_in(turns)
        shown.append(receipt)
        await ann.says(receipt)
        with pytest.raises((WrongReceiptError, StorageError)):
            await ann.says(f"/receipt {receipts.make(QUICK).code}")

    told(storage, story)
    assert shown[0] not in caplog.text
    assert (receipts.read(shown[0]) or "") not in caplog.text


def test_a_receipt_is_good_for_as_long_as_there_are_answers_to_take_back(storage: Storage) -> None:
    """The audit stays open for half a year, and then for 90 days after the report."""

    async def story(turns: TurnLoop) -> None:
        await asyncio.gather(*(plays(turns, f"p{each}", whole()) for each in range(9)))

    told(storage, story)
    keeping.forget(storage, SetClock(NOW + timedelta(days=180)))
    with storage.reading() as work:
        assert len(work.threads.of(AUDIT)) == 9
    close(storage, when=SetClock(NOW + timedelta(days=180)))
    keeping.forget(storage, SetClock(NOW + timedelta(days=269)))
    with storage.reading() as work:
        assert (len(work.threads.of(AUDIT)), work.answers.heard(AUDIT)) == (9, 9)
    keeping.forget(storage, SetClock(NOW + timedelta(days=271)))
    with storage.reading() as work:
        assert (len(work.threads.of(AUDIT)), work.answers.heard(AUDIT)) == (0, 0)


def test_what_a_receipt_opened_is_shut_after_half_an_hour(storage: Storage) -> None:
    now = clock()

    async def story() -> None:
        async with TurnLoop(storage, now) as turns:
            ann, receipt = await hands_in(turns)
            await ann.says(receipt)
            now.move(VISIT + timedelta(seconds=1))
            with pytest.raises(ReceiptMissingError):
                await ann.taps("Take my answers back")

    asyncio.run(story())
    assert heard(storage) == 1


def test_nothing_of_a_receipt_is_left_in_a_chat_once_the_answers_were_taken_back(storage: Storage) -> None:
    async def story(turns: TurnLoop) -> None:
        ann, receipt = await hands_in(turns)
        await ann.says(receipt)
        for label in ("Take my answers back", "Yes, erase them", "Erase my answers"):
            await ann.taps(label)
        conversation = draft_of(storage, "memory", "ann")
        assert conversation is not None
        assert (conversation.visit, conversation.handed and conversation.handed.receipt) == (None, "")
        with pytest.raises(ReceiptMissingError):
            await ann.comes(f"{AUDIT}__take-back")

    told(storage, story)


def test_taking_back_what_is_not_there_is_said_to_be_in_vain(storage: Storage) -> None:
    async def story(turns: TurnLoop) -> None:
        ann, receipt = await hands_in(turns)
        for again in (False, True):
            await ann.says(receipt)
            await ann.taps("Take my answers back")
            await ann.taps("Yes, erase them")
            if again:
                with pytest.raises(NothingLeftError):
                    await ann.taps("Erase my answers")
            else:
                await ann.taps("Erase my answers")

    told(storage, story)
    assert heard(storage) == 0


def test_a_receipt_of_one_audit_works_in_a_chat_that_is_in_another(storage: Storage) -> None:
    auditing.open_audit(storage, an_audit("elm-court"), [culture()])

    async def story(turns: TurnLoop) -> None:
        _, receipt = await hands_in(turns)
        bob = Person(turns, "bob")
        await bob.comes("elm-court")
        await bob.says("yes")
        await bob.says(receipt)
        for label in ("Take my answers back", "Yes, erase them"):
            await bob.taps(label)
        shown = texts(await bob.taps("Erase my answers"))
        assert "Your answers have been erased." in shown
        assert "Your work?" in shown  # and on with the other audit

    told(storage, story)
    assert heard(storage) == 0
