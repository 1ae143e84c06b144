"""One contract for every channel: the same questions, the same buttons, the same answers, the same end.

Each conversation is held in memory, and then on another channel; after each step both people read the same words and
may tap the same buttons, and at the end the same is saved. Where a channel rightly differs stands in `conversing.py`.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot import wording
from bot.contacts import SHIPPED, Contacts, of_nation
from bot.turns import TurnLoop
from dialogues.interview import State
from reports.hours import Nation
from storage.interviews import ENDED
from tests.bot.channels import forms
from tests.bot.channels.conversing import (
    Again,
    Change,
    Channel,
    Ended,
    InATerminal,
    InMemory,
    InTelegram,
    OnTheWeb,
    Risk,
    Seen,
    Step,
    Tap,
    Type,
)
from tests.bot.channels.house import AUDIT, house, pool, storage_in, telegram_here
from tests.bot.stories import clock, close

CHANNELS = ("telegram", "web", "console")

AGREED: list[Step] = [Tap("Yes")]
TO_THE_TEXT: list[Step] = [*AGREED, *[Type("/skip")] * 5, Type("rota"), Tap("No")]
HAND_IN = "Hand in my answers"

CONVERSATIONS: dict[str, list[Step]] = {
    "everything by tap": [
        *AGREED,
        Tap("Care assistant"),
        Tap("A colleague"),
        Tap("Nobody yet"),
        Tap("Done"),
        Tap("4"),
        Tap("Skip"),
        Tap("Skip"),
        Tap("Skip"),
        Tap("No"),
        Tap("Skip"),
        Tap(HAND_IN),
    ],
    "everything typed": [
        Type("yes"),
        Type("Nurse"),
        Type("My manager, Nobody yet"),
        Type("3"),
        Type("18"),
        Type("4 May 2026"),
        Type("rota"),
        Type("no"),
        Type("We were two on nights. Nobody came."),
        Type(HAND_IN),
    ],
    "back, skip and keep": [
        *AGREED,
        Tap("Nurse"),
        Tap("Back"),
        Tap("Keep my answer"),
        Tap("Skip"),
        Type("2"),
        Type("/back"),
        Tap("5"),
        Type("/skip"),
    ],
    "the first question has nothing before it": [*AGREED, Type("/start")],
    "an answer is changed by its number": [
        *TO_THE_TEXT,
        Type("All is well."),
        Change(1),
        Tap("Nurse"),
        Change(7),
        Type("All is not well."),
        Tap(HAND_IN),
    ],
    "marks are set and taken back": [
        *AGREED,
        Tap("Nurse"),
        Tap("My manager"),
        Tap("A colleague"),
        Tap("My manager"),
        Tap("Done"),
        Tap("1"),
    ],
    "one more, and one more": [
        *AGREED,
        *[Type("/skip")] * 5,
        Type("rota"),
        Tap("Yes"),
        Type("meal"),
        Type("yes"),
        Type("walk"),
        Tap("No"),
        Type("/skip"),
        Tap(HAND_IN),
    ],
    "a number that cannot be understood": [
        *AGREED,
        *[Type("/skip")] * 3,
        Type("many"),
        Type("a lot"),
        Type("ages"),
        Type("12"),
    ],
    "help is offered after three tries": [
        *AGREED,
        *[Type("/skip")] * 3,
        *[Type("many")] * 3,
        Tap("Help"),
        Tap("Skip"),
    ],
    "a date that cannot be understood": [
        *AGREED,
        *[Type("/skip")] * 4,
        Type("soon"),
        Type("once"),
        Type("long ago"),
        Tap("Skip"),
    ],
    "a number that does not fit": [*AGREED, *[Type("/skip")] * 3, Type("9999"), Type("60")],
    "a text that tells who wrote it is kept": [*TO_THE_TEXT, Type("Ask amina@example.org"), Tap("Keep it")],
    "a text that tells who wrote it is cut": [
        *TO_THE_TEXT,
        Type("Ask amina@example.org"),
        Tap("Take it out"),
    ],
    "a text that tells who wrote it is changed": [
        *TO_THE_TEXT,
        Type("Ask amina@example.org"),
        Tap("Change it"),
        Type("Ask me"),
        Tap(HAND_IN),
    ],
    "a text that tells who wrote it is written anew": [
        *TO_THE_TEXT,
        Type("Ask amina@example.org"),
        Type("Ask the night team"),
        Tap(HAND_IN),
    ],
    "a pause": [
        *AGREED,
        Tap("Nurse"),
        Tap("Pause"),
        Tap("Go on"),
        Tap("Skip"),
        Type("/pause"),
        Type("/resume"),
    ],
    "another language in the middle": [*AGREED, Tap("Nurse"), Type("/language cy"), Tap("Cydweithiwr")],
    "stopping, but not really": [*AGREED, Tap("Nurse"), Tap("Stop"), Tap("No, go on"), Type("Nobody yet")],
    "stopping": [*AGREED, Tap("Nurse"), Type("/stop"), Tap("Yes, erase my answers")],
    "no consent": [Tap("No")],
    "at risk before consent": [Risk(), Type("/start"), Tap("Yes"), Tap("Nurse")],
    "at risk in the middle": [*AGREED, Tap("Nurse"), Risk(), Type("/start"), Type("My manager")],
    "at risk after the end": [*TO_THE_TEXT, Type("/skip"), Tap(HAND_IN), Risk()],
    "handing in twice": [*TO_THE_TEXT, Type("/skip"), Tap(HAND_IN), Again()],
}


async def _channel(name: str, folder: Path, stack: AsyncExitStack, contacts: Contacts = SHIPPED) -> Channel:
    if name == "console":
        return InATerminal(forms.work(), clock())
    if name == "telegram":
        telegram = stack.enter_context(telegram_here())
        return InTelegram(await stack.enter_async_context(house(folder, telegram, contacts=contacts)))
    storage = storage_in(folder)
    stack.callback(storage.close)
    turns = await stack.enter_async_context(TurnLoop(storage, clock(), contacts=contacts))
    return InMemory(turns, storage) if name == "memory" else OnTheWeb(storage, turns, clock())


PLAYED = [
    pytest.param(name, steps, id=f"{name}: {story}")
    for story, steps in CONVERSATIONS.items()
    for name in CHANNELS
    # in a terminal the end is the end
    if not (name == "console" and story in {"at risk after the end", "handing in twice"})
]


@pytest.mark.parametrize(("name", "steps"), PLAYED)
async def test_a_conversation_is_the_same_on_every_channel(
    name: str, steps: list[Step], tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        there = await _channel(name, tmp_path / "there", stack)
        here = await _channel("memory", tmp_path / "here", stack)
        _compare(name, None, await here.begins(), await there.begins())
        for step in steps:
            _compare(name, step, await here.does(step), await there.does(step))
        expected, found = await here.ends(), await there.ends()
    assert found.state is expected.state
    if name != "console":
        assert (found.language, found.answers) == (expected.language, expected.answers)
        pools = []
        for folder in ("here", "there"):
            storage = storage_in(tmp_path / folder)
            pools.append(pool(storage))
            storage.close()
        assert pools[0] == pools[1]
        assert len(pools[0]) == (expected.state is State.SUBMITTED)
        assert expected.state not in ENDED or expected.answers == {}


def _compare(name: str, step: Step | None, here: Seen, there: Seen) -> None:
    """The same words, and the same to tap."""
    where = f"{name}, after {step}:\n{there.text}\n{sorted(there.labels)}"
    for paragraph in _expected(name, step, here):
        assert paragraph in there.text, f"“{paragraph}” is not there; {where}"
    again = {KEPT} if name == "web" and step == Again() else set()  # the page with the receipt is shown again
    assert there.labels - again == _tappable(name, step, here), where


DONE = {"Done", "Wedi gorffen"}
STALE = "That belonged to an earlier question"
RECEIPT = ("Your receipt:", "Write it down or take a picture", "With it you can come back")
KEPT = "I have kept it"


def _expected(name: str, step: Step | None, here: Seen) -> tuple[str, ...]:
    """The paragraphs that must be read on this channel too. All differences are here."""
    if name == "web" and step == Risk():  # a page of its own, laid out for a telephone
        return tuple(part for place in wording.places("en") for part in (place.who, place.what, place.phone))
    if step == Again():  # the second tap is not spoken of: the chat stands as it was, the page is shown again
        return () if name == "telegram" else tuple(part for part in here.paragraphs if STALE not in part)
    if name == "console":  # keeps nothing, so it gives no receipt
        return tuple(part for part in here.paragraphs if not part.startswith(RECEIPT))
    return tuple(part for part in here.paragraphs if not part.startswith(RECEIPT[0]))  # each has its own


def _tappable(name: str, step: Step | None, here: Seen) -> frozenset[str]:
    """What must be there to be tapped. All differences are here."""
    if (
        step == Tap("Help") and name != "console"
    ):  # memory hangs a button below each line of the guide; others name them
        return here.labels - GUIDE
    if name == "web" and step == Risk():
        return frozenset({"Tell the safeguarding lead"})
    if name == "web":  # marks are sent with “Continue”; from a page that ends a link leads on
        return here.labels - DONE - {"Start again"}
    if name == "console":  # several are typed in one line; nothing is kept, so nothing reaches a lead
        return here.labels - DONE - {"Tell the safeguarding lead", KEPT}
    return here.labels


GUIDE = frozenset({"Language", "See my answers", "Someone is at risk", "Change an answer", "Help"})


# Where to turn

HERE = Contacts(of_nation(Nation.SCOTLAND), {AUDIT: of_nation(Nation.WALES)})
EVERYWHERE: dict[str, list[Step]] = {
    "before consent": [],
    "asking": [Tap("Yes")],
    "changing an answer": [*TO_THE_TEXT, Type("All is well."), Change(1)],
    "confirming": [*TO_THE_TEXT, Type("Ask amina@example.org")],
    "reviewing": [*TO_THE_TEXT, Type("/skip")],
    "paused": [Tap("Yes"), Tap("Pause")],
    "about to stop": [Tap("Yes"), Tap("Stop")],
    "stopped": [Tap("Yes"), Type("/stop"), Tap("Yes, erase my answers")],
    "declined": [Tap("No")],
    "handed in": [*TO_THE_TEXT, Type("/skip"), Tap(HAND_IN)],
}
OVER = {"stopped", "declined", "handed in"}  # in a terminal the end is the end


@pytest.mark.parametrize("name", ["memory", "telegram", "web"])
@pytest.mark.parametrize("where", EVERYWHERE)
async def test_where_to_turn_is_one_step_away_wherever_somebody_is(
    name: str, where: str, tmp_path: Path
) -> None:
    """With the numbers of this audit, and the way to its lead."""
    async with AsyncExitStack() as stack:
        person = await _channel(name, tmp_path, stack, HERE)
        await person.begins()
        for step in EVERYWHERE[where]:
            await person.does(step)
        seen = await person.does(Risk())
        told = [part for place in wording.places("en", HERE.of(AUDIT)) for part in (place.who, place.phone)]
        assert [part for part in told if part not in seen.text] == []
        assert "0345 600 9527" not in seen.text  # of another nation
        assert "Tell the safeguarding lead" in seen.labels


@pytest.mark.parametrize("where", [each for each in EVERYWHERE if each not in OVER])
async def test_a_terminal_shows_where_to_turn_too(where: str, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        person = await _channel("console", tmp_path, stack)
        await person.begins()
        for step in EVERYWHERE[where]:
            await person.does(step)
        assert "Call 999 first." in (await person.does(Risk())).text
        await person.ends()


# An audit that closes


@pytest.mark.parametrize("name", ["memory", "telegram", "web"])
async def test_when_the_audit_closes_what_is_under_way_is_erased_and_said_so(
    name: str, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        there = await _channel(name, tmp_path, stack)
        await there.begins()
        await there.does(Tap("Yes"))
        await there.does(Tap("Nurse"))
        storage = storage_in(tmp_path)
        close(storage)
        seen = await there.does(Type("Nobody yet"))
        assert "The time to finish this has run out, so your answers were erased." in seen.text
        assert "Call 999 first" in (await there.does(Risk())).text
        assert await there.ends() == Ended(State.EXPIRED, "en", {})
        assert pool(storage) == []
        storage.close()
