"""How contestants are compared end to end: JSON of an update in, the payload of its reply out.

Everybody writes at once, and each person waits for their reply before they go on. Who loses a reply or a submission has
lost the comparison: it fails loudly.
"""

from __future__ import annotations

import asyncio
import gc
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeAlias

from msgspec import Struct

from dialogues.form import Form
from tests.benchmarks.letters import Letter, Said
from tests.benchmarks.people import Step

DEADLINE = 900.0  # seconds for one run of one contestant


class Contestant(Protocol):
    """A bot that can be written to, without a network: it starts afresh, and is used once."""

    @property
    def replies(self) -> int:
        """How many turns were answered: the payload with what comes next reached the request layer."""

    @property
    def submitted(self) -> int:
        """How many questionnaires were handed in."""

    async def start(self, people: int, /) -> None:
        """Get ready for so many people."""

    def said(self, number: int, step: Step, /) -> Said:
        """What the client of this person sends for a step: the data of our button, or a text."""

    async def feed(self, update: bytes, /) -> None:
        """Take one update; return when its reply has left, and when it is durable for those who promise it."""

    async def stop(self) -> None:
        """Let go of everything."""


Make: TypeAlias = Callable[[Form, Path], Contestant]


class Entry(Struct, frozen=True):
    """A contestant by name, and how many people it races with.

    It keeps its files in the folder given to `make`, which is empty at the start.
    """

    name: str
    make: Make
    people: int = 256


class Run(Struct, frozen=True):
    """One run: turns a second, and the longest time in which nobody at all got a reply, in seconds."""

    rate: float
    silence: float


class _Replies:
    """When replies came; how long the bot was silent at worst."""

    def __init__(self) -> None:
        self.silence = 0.0
        self._last = time.perf_counter()

    def came(self) -> None:
        now = time.perf_counter()
        self.silence = max(self.silence, now - self._last)
        self._last = now


async def race(contestant: Contestant, people: Sequence[Sequence[Letter]]) -> Run:
    """As fast as it goes: everybody writes on as soon as they are answered. The contestant is started already."""
    _sweep()
    before = contestant.replies, contestant.submitted
    began, replies = time.perf_counter(), _Replies()
    async with asyncio.timeout(DEADLINE), asyncio.TaskGroup() as tasks:
        for waiting in people:
            tasks.create_task(_write(contestant, waiting, replies))
    seconds, turns = time.perf_counter() - began, sum(map(len, people))
    _complete(contestant, before, turns, len(people))
    return Run(turns / seconds, replies.silence)


async def _write(contestant: Contestant, waiting: Sequence[Letter], replies: _Replies) -> None:
    for letter in waiting:
        await _deliver(contestant, letter)
        replies.came()
        await asyncio.sleep(0)  # the next person's turn: all conversations go on side by side


async def _deliver(contestant: Contestant, letter: Letter) -> None:
    await contestant.feed(letter.filled(contestant.said(letter.person, letter.step)))


async def offer(contestant: Contestant, arrivals: Sequence[tuple[int, Letter]], rate: float) -> list[float]:
    """The seconds that each turn takes when letters come at `rate` a second, by chance, answered or not.

    `arrivals` gives each letter with the conversation that it belongs to. Time counts from the moment when it
    should have been sent: who lags behind is not spared what piles up meanwhile (Tene's "coordinated omission").
    """
    _sweep()
    before = contestant.replies, contestant.submitted
    chance, taken = random.Random(1), list[float]()
    previous: dict[int, asyncio.Task[None]] = {}
    async with asyncio.timeout(DEADLINE), asyncio.TaskGroup() as tasks:
        due = time.perf_counter()
        for conversation, letter in arrivals:
            due += chance.expovariate(rate)
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            turn = _timed(contestant, letter, due, previous.get(conversation), taken)
            previous[conversation] = tasks.create_task(turn)
    _complete(contestant, before, len(arrivals), sum(letter.is_last for _, letter in arrivals))
    return taken


async def _timed(
    contestant: Contestant,
    letter: Letter,
    due: float,
    previous: asyncio.Task[None] | None,
    taken: list[float],
) -> None:
    if previous is not None:
        await previous
    await _deliver(contestant, letter)
    taken.append(time.perf_counter() - due)


def _sweep() -> None:
    """Spare the collector what was there before, above all the letters: they are our burden, not the contestant's."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _complete(contestant: Contestant, before: tuple[int, int], turns: int, people: int) -> None:
    found = contestant.replies - before[0], contestant.submitted - before[1]
    if found != (turns, people):
        raise AssertionError(
            f"{type(contestant).__name__}: {found[0]} of {turns} replies, {found[1]} of {people} submissions"
        )
