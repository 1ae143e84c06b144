"""Deliveries that come twice, late and in another order, against a simple model: each counts once, when it first comes.

Telegram has two queues for each person, messages and taps, each in its order. A crash between the commit and the
acknowledgement brings all that was not acknowledged again, in a new process that remembers nothing.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from bot import buttons
from bot.channels.telegram import updates
from bot.channels.telegram.client import Client
from bot.channels.telegram.receiving import CHANNEL, Reception
from bot.channels.telegram.sending import Sender
from bot.metrics import Metrics
from bot.services import attaching
from bot.turns import TurnLoop
from dialogues import engine, moves
from dialogues.interview import Interview
from dialogues.moves import Move
from storage.interviews import Memory
from storage.unit_of_work import Storage
from tests.bot.channels.house import AUDIT, UNLIMITED, held
from tests.bot.stories import CULTURE, NOW, clock, culture, opened
from tests.telegram.server import TelegramServer
from tests.telegram.settings import Settings

PEOPLE = (5, 6, 7)
TYPED = (
    "yes",
    "care",
    "nurse",
    "agree",
    "disagree",
    "7",
    "400",
    "Nobody came.",
    "/back",
    "/skip",
    "/edit role",
    "/pause",
    "/resume",
)
TAPPED: tuple[Move, ...] = (
    moves.Answer("yes"),
    moves.Answer("care"),
    moves.Answer("nurse"),
    moves.Answer("agree"),
    moves.Skip(),
    moves.Back(),
)


class Act(Struct, frozen=True):
    """What somebody does; a tap belongs to the turn it was shown for. `times` it is delivered; `crash` after it."""

    person: int
    typed: str = ""
    tapped: int = -1
    turn: int = 0
    times: int = 1
    crash: bool = False
    late: int = 0  # places it is overtaken by what is in the other queue


ACTS = st.lists(
    st.builds(
        Act,
        person=st.sampled_from(PEOPLE),
        typed=st.sampled_from(TYPED),
        times=st.sampled_from([1, 1, 2, 3]),
        crash=st.booleans(),
        late=st.sampled_from([0, 0, 1, 3]),
    )
    | st.builds(
        Act,
        person=st.sampled_from(PEOPLE),
        tapped=st.integers(0, len(TAPPED) - 1),
        turn=st.integers(1, 6),
        times=st.sampled_from([1, 1, 2, 3]),
        crash=st.booleans(),
        late=st.sampled_from([0, 0, 1, 3]),
    ),
    max_size=30,
)


def overtaken(acts: list[Act]) -> list[tuple[int, Act]]:
    """The order in which they arrive: each queue of each person keeps its own, and they overtake one another."""
    order: dict[tuple[int, bool], float] = {}
    placed = []
    for number, act in enumerate(acts):
        queue = (act.person, act.tapped >= 0)
        place = max(number + act.late, order.get(queue, -1.0) + 0.001)
        order[queue] = place
        placed.append((place, number, act))
    return [(number, act) for _, number, act in sorted(placed)]


def seeds(storage: Storage) -> dict[int, Interview]:
    found = {}
    for person in PEOPLE:
        conversation = held(storage, CHANNEL, str(person))
        assert conversation is not None
        found[person] = conversation.interview
    return found


def body(number: int, act: Act, begun: Interview, again: int) -> bytes:
    """The update as Telegram sends it; the same tap may come under another update id, with the same query."""
    chat = {"id": act.person, "type": "private", "first_name": "Amina"}
    if act.tapped < 0:
        message = {"message_id": number, "chat": chat, "text": act.typed}
        return msgspec.json.encode({"update_id": 1000 + number, "message": message})
    data = buttons.token(TAPPED[act.tapped], msgspec.structs.replace(begun, turn=act.turn))
    query = {"id": f"q{number}", "data": data, "message": {"message_id": 1, "chat": chat}}
    return msgspec.json.encode({"update_id": 1000 + number + 10_000 * again, "callback_query": query})


def modelled(acts: list[tuple[int, Act]], person: int) -> Interview:
    """Each of this person's acts once, through the engine alone."""
    form = culture()
    interview = engine.advance(form, engine.invite(form), moves.Begin(), now=NOW).interview
    for _, act in acts:
        if act.person != person:
            continue
        move: Move
        if act.tapped >= 0:
            tapped = TAPPED[act.tapped]
            fields = {"question": engine.waiting(form, interview), "turn": act.turn}
            move = msgspec.structs.replace(tapped, **fields)
        else:
            move = _typed(act.typed, interview)
        interview = engine.advance(form, interview, move, now=NOW).interview
    return interview


def _typed(text: str, interview: Interview) -> Move:
    """What the words mean, said as simply as possible."""
    commands: dict[str, Move] = {
        "/back": moves.Back(),
        "/skip": moves.Skip(),
        "/edit role": moves.Edit("role"),
        "/pause": moves.Pause(),
        "/resume": moves.Resume(),
    }
    answering = interview.state.value in ("consenting", "asking", "confirming")
    return commands.get(text) or (moves.Answer(text) if answering else moves.Begin())


@settings(max_examples=25, deadline=None)
@given(ACTS)
def test_whatever_comes_twice_late_or_in_another_order_counts_once(acts: list[Act]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        storage = opened(Path(folder))
        order = overtaken(acts)
        asyncio.run(_deliver(storage, order))
        for person, interview in seeds(storage).items():
            expected = modelled(order, person)
            for name in ("state", "answers", "done", "editing", "turn"):
                assert getattr(interview, name) == getattr(expected, name), name
        storage.close()


async def _deliver(storage: Storage, order: list[tuple[int, Act]]) -> None:
    with TelegramServer(Settings(limits=None)) as telegram:
        async with Client(telegram.token, telegram.url) as client:
            for person in PEOPLE:
                telegram.person(person).start()
            waiting: list[bytes] = []  # played, and not acknowledged
            begun: dict[int, Interview] = {}
            position = 0
            while position < len(order) or waiting or not begun:
                metrics = Metrics()
                async with TurnLoop(storage, clock()) as turns:
                    sender = Sender(client, metrics, UNLIMITED)
                    reception = Reception(turns, client, sender, metrics, attaching.prepare)
                    if not begun:
                        for person in PEOPLE:
                            await reception.deliver(_start(person))
                        begun = seeds(storage)
                    await _together(reception, waiting)
                    waiting.clear()
                    while position < len(order):
                        number, act = order[position]
                        position += 1
                        bodies = [body(number, act, begun[act.person], again) for again in range(act.times)]
                        await _together(reception, bodies)
                        if act.crash:
                            waiting = bodies
                            break
                    await sender.aclose()
                storage.memory = Memory()


async def _together(reception: Reception, bodies: list[bytes]) -> None:
    await asyncio.gather(*(reception.deliver(each) for each in bodies))


def _start(person: int) -> bytes:
    message = {
        "message_id": 1,
        "chat": {"id": person, "type": "private"},
        "text": f"/start {AUDIT}__{CULTURE}",
    }
    return msgspec.json.encode({"update_id": person, "message": message})


def test_the_updates_of_the_model_are_read_as_they_are_meant() -> None:
    interview = engine.advance(
        culture(), engine.invite(culture(), seed="s"), moves.Begin(), now=NOW
    ).interview
    tap = updates.heard(updates.decode(body(1, Act(5, tapped=0, turn=1), interview, 0)))
    again = updates.heard(updates.decode(body(1, Act(5, tapped=0, turn=1), interview, 1)))
    assert tap is not None
    assert again is not None
    assert tap.key == again.key
