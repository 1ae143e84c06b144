"""Telegram from end to end: JSON of an update in, committed, the payload of the reply out; beside what others build.

Everybody gets the same updates of the same people, in the same process, one contestant after the other, several times.
"""

from __future__ import annotations

import asyncio
import gc
import os
import statistics
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from functools import cache, partial
from itertools import chain, count
from multiprocessing import get_context
from pathlib import Path

import aiogram
import telegram

from dialogues import library
from dialogues.form import Form
from tests.benchmarks.aiogram_fsm import Aiogram
from tests.benchmarks.contest import Contestant, Entry, Run, offer, race
from tests.benchmarks.letters import Letter, letters
from tests.benchmarks.ours import Candour
from tests.benchmarks.people import Step, person
from tests.benchmarks.ptb import Ptb
from tests.benchmarks.results import Figure, Result, median, single
from tests.benchmarks.workers import CandourWorkers

PEOPLE = 256  # who write at once
FEW = 32  # for who rewrites one file after each update; it gets slower with everybody who ever wrote
ROUNDS = 5
RATE = 1000.0  # turns a second that are offered
SECONDS = 10
EARLY, LATE = 10_000, 100_000  # turns after which memory is read
WARM_UP = 16  # people before latency is measured: libraries make much when first used
STRANGERS = 900_000  # their numbers, which nobody else has
SHORTEST = 28  # turns of the shortest interview
BUILD = Path("build")

SQLITE = Entry("Candour, SQLite", Candour)
POSTGRES = Entry("Candour, PostgreSQL, 2 workers", CandourWorkers)

_PTB = f"python-telegram-bot {telegram.__version__}"
_AIOGRAM = f"aiogram {aiogram.__version__} FSM"
PTB = Entry(f"{_PTB} ConversationHandler, in memory", Ptb)
PTB_SECOND = Entry(f"{_PTB}, PicklePersistence every second", partial(Ptb, interval=1))
PTB_EACH = Entry(f"{_PTB}, PicklePersistence each update, {FEW} people", partial(Ptb, interval=0), people=FEW)
AIOGRAM = Entry(f"{_AIOGRAM}, MemoryStorage", Aiogram)
AIOGRAM_SQLITE = Entry(f"{_AIOGRAM}, SQLite storage of ours (WAL, FULL)", partial(Aiogram, durable=True))


def sqlite() -> Iterator[Result]:
    """Turns a second; and how long the bot was silent for everybody at worst."""
    peers = (PTB, PTB_SECOND, PTB_EACH, AIOGRAM, AIOGRAM_SQLITE)
    runs = _races(_entered(SQLITE, peers))
    yield _result("turns.telegram.sqlite", "turns/s", SQLITE, peers, _rates(runs))
    silences = {entry: median(entry.name, [1000 * run.silence for run in runs[entry]]) for entry in runs}
    yield _result("turns.telegram.silence", "ms", SQLITE, peers, silences, less_is_better=True)


def postgres() -> Iterator[Result]:
    """Turns a second of two workers, beside those who keep nothing, and the aim."""
    peers = (PTB, AIOGRAM)
    figures = _rates(_races(_entered(POSTGRES, peers)))
    aim = single("the aim", 2000)
    yield _result("turns.telegram.postgres", "turns/s", POSTGRES, peers, figures, aim)


def latency() -> Iterator[Result]:
    """How long a turn takes when 1,000 a second come, whatever becomes of them: the middle one, and 99 of 100."""
    peers = (PTB, PTB_SECOND, AIOGRAM, AIOGRAM_SQLITE)
    arrivals = _arrivals(int(RATE * SECONDS))
    taken = {entry: asyncio.run(_offered(entry, arrivals)) for entry in _entered(SQLITE, peers)}
    for percent, aims in ((50, ()), (99, (single("the aim", 25),))):
        figures = {entry: _percentile(entry, taken[entry], percent) for entry in taken}
        name = f"turns.telegram.p{percent}"
        yield _result(name, f"ms at {RATE:.0f}/s", SQLITE, peers, figures, *aims, less_is_better=True)


def memory() -> Iterator[Result]:
    """Megabytes of a process of its own after 10,000 turns and after 100,000, each interview by somebody new."""
    peers = (PTB, AIOGRAM)
    read = {entry: _alone(entry) for entry in _entered(SQLITE, peers)}
    for place, turns in enumerate((EARLY, LATE)):
        figures = {entry: single(entry.name, read[entry][place]) for entry in read}
        name = f"turns.telegram.memory.{turns}"
        yield _result(name, "MB", SQLITE, peers, figures, less_is_better=True)


def _entered(ours: Entry, peers: tuple[Entry, ...]) -> tuple[Entry, ...]:
    return ours, *peers


def _result(
    name: str,
    unit: str,
    ours: Entry,
    peers: tuple[Entry, ...],
    figures: Mapping[Entry, Figure],
    *aims: Figure,
    less_is_better: bool = False,
) -> Result:
    return Result(name, unit, figures[ours], (*(figures[peer] for peer in peers), *aims), less_is_better)


def _races(entries: Sequence[Entry]) -> dict[Entry, list[Run]]:
    """Several rounds, in each of which all take their turn, so that a busy minute of the machine meets everybody."""
    runs: dict[Entry, list[Run]] = {entry: [] for entry in entries}
    for _ in range(ROUNDS):
        for entry in entries:
            runs[entry].append(asyncio.run(_raced(entry)))
    return runs


def _rates(runs: Mapping[Entry, Sequence[Run]]) -> dict[Entry, Figure]:
    return {entry: median(entry.name, [run.rate for run in found]) for entry, found in runs.items()}


async def _raced(entry: Entry) -> Run:
    async with _started(entry, entry.people) as contestant:
        return await race(contestant, _people(0, entry.people))


async def _offered(entry: Entry, arrivals: Sequence[tuple[int, Letter]]) -> list[float]:
    people = len({letter.person for _, letter in arrivals})
    async with _started(entry, people + WARM_UP) as contestant:
        await race(contestant, _people(STRANGERS, WARM_UP))
        return await offer(contestant, arrivals, RATE)


def _percentile(entry: Entry, taken: Sequence[float], percent: int) -> Figure:
    return single(entry.name, 1000 * statistics.quantiles(taken, n=100)[percent - 1])


def _arrivals(turns: int) -> list[tuple[int, Letter]]:
    """Who writes when: 256 conversations in turn; when one ends, somebody new begins in its place."""
    conversations = [
        chain.from_iterable(letters(number, _steps(number)) for number in count(place, PEOPLE))
        for place in range(PEOPLE)
    ]
    return [(place % PEOPLE, next(conversations[place % PEOPLE])) for place in range(turns)]


def _alone(entry: Entry) -> tuple[float, float]:
    """In a fresh process, because memory that another contestant has let go of would hide what this one takes."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(_growth, entry).result()


def _growth(entry: Entry) -> tuple[float, float]:
    return asyncio.run(_grown(entry))


async def _grown(entry: Entry) -> tuple[float, float]:
    """Megabytes after the first 10,000 turns and after 100,000; people come in waves of 256."""
    read: list[float] = []
    turns, first = 0, 0
    async with _started(entry, LATE // SHORTEST + PEOPLE) as contestant:
        for mark in (EARLY, LATE):
            while turns < mark:
                turns += await _wave(contestant, first)
                first += PEOPLE
            read.append(_resident())
    return read[0], read[1]


async def _wave(contestant: Contestant, first: int) -> int:
    wave = _people(first, PEOPLE)
    await race(contestant, wave)
    return sum(map(len, wave))


def _resident() -> float:
    """Megabytes of memory that this process holds."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@asynccontextmanager
async def _started(entry: Entry, people: int) -> AsyncIterator[Contestant]:
    with _folder() as folder:
        contestant = entry.make(_form(), folder)
        await contestant.start(people)
        try:
            yield contestant
        finally:
            await contestant.stop()


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder on the disk: /tmp may be memory."""
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        yield Path(folder)


@cache
def _form() -> Form:
    return library.shipped("staff-culture")


def _people(first: int, size: int) -> list[list[Letter]]:
    """All letters of so many people, whose numbers begin with the first."""
    return [letters(number, _steps(number)) for number in range(first, first + size)]


def _steps(number: int) -> tuple[Step, ...]:
    """What somebody does: 256 ways through the form, again and again."""
    return _ways()[number % PEOPLE]


@cache
def _ways() -> list[tuple[Step, ...]]:
    return [person(_form(), seed) for seed in range(PEOPLE)]
