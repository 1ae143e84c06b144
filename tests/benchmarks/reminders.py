"""How evenly a thousand messages leave that start with us: one each to a thousand people, through Telegram's limits.

The workers are processes of their own, as in earnest; the Bot API answers 429 to more than 30 a second.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path

from storage.notices import Sending
from tests import postgres
from tests.benchmarks.results import OURS, Result, single
from tests.bot.notifying import noted, opened, progress
from tests.telegram.server import TelegramServer

PEOPLE = 1_000
RATE = 25.0
LIMIT = 30  # of Telegram: messages a second
LONGEST = 120.0  # seconds until we give up
ROOT = Path(__file__).parents[2]


def sqlite() -> Iterator[Result]:
    """One worker, SQLite."""
    yield from _measured("jobs.reminders.sqlite", OURS, 1)


def postgresql() -> Iterator[Result]:
    """Two workers that share one queue on PostgreSQL."""
    with postgres.server() as server:
        yield from _measured("jobs.reminders.postgres", f"{OURS}, 2 workers", 2, server.fresh())


def _measured(name: str, who: str, workers: int, url: str = "") -> Iterator[Result]:
    times, refused = _send(workers, url)
    rate = (len(times) - 1) / (times[-1] - times[0])
    yield Result(name, "messages/s", single(who, rate), (single("the aim", RATE),))
    worst = single(who, _most_within_a_second(times))
    limit = single("what Telegram takes", LIMIT)
    yield Result(f"{name}.worst", "in the worst second", worst, (limit,), less_is_better=True)
    pause = max(later - earlier for earlier, later in pairwise(times))
    yield Result(f"{name}.pause", "s without a message", single(who, pause), ())
    yield Result(f"{name}.too_many", "answers 429", single(who, refused), ())


def _send(workers: int, url: str) -> tuple[list[float], int]:
    """When each message left, in order, and how often there were too many."""
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory()))
        telegram = ending.enter_context(TelegramServer())
        for person in range(1, PEOPLE + 1):
            telegram.person(person).start()
        storage = opened(folder, url)
        ending.callback(storage.close)
        notices = noted(storage, range(1, PEOPLE + 1))
        for number in range(workers):
            ending.enter_context(_worker(folder, telegram.url, f"worker-{number}", url))
        telegram.waits_until(lambda: len(telegram.sent) >= PEOPLE, LONGEST)
        while progress(storage, notices) != {Sending.SENT: PEOPLE}:
            time.sleep(0.1)
        return [each.at for each in telegram.sent], len(telegram.refused)


@contextmanager
def _worker(folder: Path, api: str, name: str, url: str) -> Iterator[None]:
    arguments = [str(folder), api, name, *([url] if url else [])]
    command = [sys.executable, "-m", "tests.bot.notifying", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE) as process:
        try:
            yield
            process.communicate(timeout=LONGEST)
        finally:
            process.kill()


def _most_within_a_second(times: Sequence[float]) -> int:
    """The most in any second; `times` are in order."""
    return max(bisect_left(times, begin + 1.0) - number for number, begin in enumerate(times))
