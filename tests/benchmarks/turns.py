"""How many turns a second: ours, each encrypted and on the disk before it is answered, beside a bot that keeps nothing.

Both answer the staff culture form for the same people in one process, in turns, several times; the median counts. No
network and no parsing on either side.
"""

from __future__ import annotations

import asyncio
import gc
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from datetime import date
from pathlib import Path

from bot.clock import SystemClock
from bot.messages import Address, Incoming, Reply
from bot.services import auditing
from bot.turns import TurnLoop
from bot.wording import words
from dialogues import library
from dialogues.form import Form
from dialogues.interview import State
from storage.casework import Audit
from storage.receipts import QUICK
from storage.unit_of_work import Storage
from tests.benchmarks import peer
from tests.benchmarks.people import Step, person
from tests.benchmarks.results import OURS, Result, median
from tests.epochs import epochs_in

PEOPLE = 256
ROUNDS = 7
PEER = "python-telegram-bot ConversationHandler, in memory"
BUILD = Path("build")


def durable() -> Iterator[Result]:
    """Turns through the turn loop, up to the prompts."""
    yield _compare("turns.durable", _nothing)


def worded() -> Iterator[Result]:
    """The same, up to words and buttons in the reader's language."""
    yield _compare("turns.worded", _words)


def _nothing(_: Reply) -> None:
    """The prompts hold the text and the choices already."""


def _words(reply: Reply) -> None:
    words(reply.prompts, reply.interview.language, form=reply.form, tries=reply.tries)


def _compare(name: str, render: Callable[[Reply], None]) -> Result:
    form = library.shipped("staff-culture")
    people = [person(form, seed) for seed in range(PEOPLE)]
    turns = sum(map(len, people))
    BUILD.mkdir(exist_ok=True)
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(ROUNDS):
        ours.append(turns / asyncio.run(_ours(form, people, render)))
        theirs.append(turns / asyncio.run(_theirs(form, people)))
    return Result(name, "turns/s", median(OURS, ours), (median(PEER, theirs),))


async def _ours(form: Form, people: list[tuple[Step, ...]], render: Callable[[Reply], None]) -> float:
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        place = Path(folder)
        storage = Storage.open(place / "data", place / "candour.key", cost=QUICK, epochs=epochs_in(place))
        auditing.open_audit(storage, _audit(), [form])
        async with TurnLoop(storage, SystemClock()) as turns:
            played = [
                _play(turns, _messages(form, number, steps), render) for number, steps in enumerate(people)
            ]
            seconds = await _timed(_all(played))
        with storage.reading() as work:
            assert work.answers.waiting("bench") == len(people)
        storage.close()
    return seconds


async def _theirs(form: Form, people: list[tuple[Step, ...]]) -> float:
    questionnaire = peer.Conversation(form)
    app = peer.application(questionnaire.handler())
    await app.initialize()
    waiting = [peer.updates(app, steps, number) for number, steps in enumerate(people)]

    async def play() -> None:
        for step in range(max(map(len, waiting))):
            for updates in waiting:
                if step < len(updates):
                    await app.process_update(updates[step])

    seconds = await _timed(play())
    assert questionnaire.submitted == len(people)
    assert questionnaire.replies == sum(map(len, waiting))
    await app.shutdown()
    return seconds


async def _timed(work: Coroutine[None, None, None]) -> float:
    gc.collect()
    start = time.perf_counter()
    await work
    return time.perf_counter() - start


async def _all(played: list[Coroutine[None, None, None]]) -> None:
    await asyncio.gather(*played)


async def _play(turns: TurnLoop, messages: list[Incoming], render: Callable[[Reply], None]) -> None:
    """One person, who waits for each reply before the next message."""
    for incoming in messages:
        reply = await turns.play(incoming)
        render(reply)
    assert reply.interview.state is State.SUBMITTED


def _messages(form: Form, number: int, steps: tuple[Step, ...]) -> list[Incoming]:
    address = Address("telegram", str(1000 + number))
    return [
        Incoming(address, "bench", form.id, str(1000 * number + place), step.move)
        for place, step in enumerate(steps)
    ]


def _audit() -> Audit:
    return Audit(
        id="bench",
        name="Benchmark",
        service="",
        incident="",
        staff_count=PEOPLE,
        opened_on=date(2026, 5, 4),
        synthetic=True,
    )
