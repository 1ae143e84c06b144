"""Duplicated, delayed and grouped deliveries against a model: each message counts once, when it first arrives."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from bot.messages import Address
from bot.turns import TurnLoop
from dialogues import engine
from dialogues.interview import Interview, State
from dialogues.moves import (
    Answer,
    Back,
    Begin,
    Edit,
    Help,
    Look,
    Move,
    Pause,
    Resume,
    Skip,
    Speak,
    Submit,
    Withdraw,
)
from storage.interviews import ENDED, Memory, tombstone
from storage.unit_of_work import Storage
from tests.bot.stories import AUDIT, CULTURE, NOW, clock, culture, message, opened

PEOPLE = ("ann", "bob")
MOVES: st.SearchStrategy[Move] = st.one_of(
    st.sampled_from(["yes", "care", "nurse", "agree", "disagree", "7", "400", "Nobody came.", "2"]).map(
        Answer
    ),
    st.sampled_from(
        [
            Begin(),
            Skip(),
            Back(),
            Pause(),
            Resume(),
            Look(),
            Help(),
            Submit(),
            Edit("role"),
            Speak("cy"),
            Withdraw(),
        ]
    ),
)


class Delivery(Struct, frozen=True):
    """A message, and after how many later ones it is delivered once more (0: never)."""

    person: str
    move: Move
    again: int
    alone: bool


DELIVERIES = st.lists(
    st.builds(
        Delivery,
        st.sampled_from(PEOPLE),
        MOVES,
        st.sampled_from([0, 0, 0, 1, 2, 5]),
        st.booleans(),
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(DELIVERIES)
def test_each_message_counts_once_when_it_first_arrives(deliveries: list[Delivery]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        storage = opened(Path(folder))
        begun = [Delivery(person, Begin(), 0, alone=True) for person in PEOPLE]
        asyncio.run(_deliver(storage, [*begun, *deliveries], forget=False))
        with storage.reading() as work:
            assert work.answers.waiting(AUDIT) == _submitted([*begun, *deliveries])
        storage.close()


@settings(max_examples=20, deadline=None)
@given(DELIVERIES)
def test_what_is_remembered_in_memory_changes_nothing(deliveries: list[Delivery]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        storage = opened(Path(folder))
        begun = [Delivery(person, Begin(), 0, alone=True) for person in PEOPLE]
        asyncio.run(_deliver(storage, [*begun, *deliveries], forget=True))
        storage.close()


async def _deliver(storage: Storage, deliveries: list[Delivery], *, forget: bool) -> None:
    """Play them with their repetitions, some together; compare with the model at the end."""
    order = [(number, each) for number, each in enumerate(deliveries)]
    for number, each in enumerate(deliveries):
        if each.again:
            order.append((number + each.again, each))
    order.sort(key=lambda item: item[0])
    names = {id(each): str(number) for number, each in enumerate(deliveries)}
    async with TurnLoop(storage, clock()) as turns:
        together = []
        for _, each in order:
            together.append(turns.play(message(each.person, names[id(each)], each.move)))
            if each.alone:
                await asyncio.gather(*together)
                together.clear()
                if forget:
                    storage.memory = Memory()
        await asyncio.gather(*together)
        for person in PEOPLE:
            shown = await turns.show(Address("memory", person), AUDIT, CULTURE)
            assert shown is not None
            expected = _played(person, deliveries)
            assert _but_seed(shown.interview) == _but_seed(tombstone(expected))
            assert shown.prompts == engine.prompts(shown.form, tombstone(expected))


def _played(person: str, deliveries: list[Delivery]) -> Interview:
    """The model: every message of this person once, in order, through the engine alone."""
    form = culture()
    interview = engine.invite(form)
    for each in deliveries:
        if each.person != person:
            continue
        again = isinstance(each.move, Begin) and interview.state in ENDED - {State.SUBMITTED}
        interview = engine.invite(form) if again else interview
        interview = tombstone(engine.advance(form, interview, each.move, now=NOW).interview)
    return interview


def _submitted(deliveries: list[Delivery]) -> int:
    return sum(_played(person, deliveries).state is State.SUBMITTED for person in PEOPLE)


def _but_seed(interview: Interview) -> tuple[object, ...]:
    return tuple(getattr(interview, name) for name in interview.__struct_fields__ if name != "seed")
