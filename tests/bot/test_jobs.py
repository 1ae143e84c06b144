"""Notices leave as durable jobs: none is lost whatever dies, none says more than it must, and not all at once."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.app import deliver
from bot.channels.telegram.client import Client
from bot.channels.telegram.sending import Sender
from bot.clock import SetClock
from bot.jobs import Jobs, Pace
from bot.messages import Letter
from bot.metrics import Metrics
from bot.services import noticing
from bot.services.noticing import Delivered, Parked
from bot.turns import TurnLoop
from dialogues.moves import Answer, Begin, Submit
from reports.plan import Action, State
from storage.casework import CONCERN
from storage.notices import REMINDER, Sending
from storage.slips import LEAD, OWNER
from storage.unit_of_work import Storage
from tests.bot.notifying import QUICK, courier, noted, opened, place, progress
from tests.bot.sent import png
from tests.bot.stories import AUDIT, clock, plays
from tests.telegram.server import TOKEN, TelegramServer

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds; for a machine that is busy
NOTICE = "Someone raised a concern in the audit “Rowan House”.\n\nOpen Candour and read it today."
ALICE = 7_004_001_337
CANARY = "canary-9f31"


@pytest.fixture
def telegram() -> Iterator[TelegramServer]:
    with TelegramServer() as server:
        yield server


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    storage = opened(tmp_path)
    yield storage
    storage.close()


def leads(telegram: TelegramServer, count: int, first: int = ALICE) -> list[int]:
    """So many people who have started the bot."""
    for number in range(first, first + count):
        telegram.person(number).start()
    return list(range(first, first + count))


@asynccontextmanager
async def working(
    storage: Storage, folder: Path, telegram: TelegramServer, pace: Pace = QUICK
) -> AsyncIterator[Jobs]:
    async with (
        courier(telegram.url) as deliver,
        Jobs(storage, place(folder), "worker-1", deliver, Metrics(), clock(), pace=pace) as jobs,
    ):
        yield jobs


async def until(true: Callable[[], bool]) -> None:
    """Wait for something to become true."""
    deadline = time.monotonic() + PATIENCE
    while not await asyncio.to_thread(true):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def test_the_lead_is_told_of_a_concern_at_once_and_without_a_word_of_it(
    storage: Storage, tmp_path: Path, telegram: TelegramServer
) -> None:
    leads(telegram, 1)
    with storage.writing() as work:
        work.people.add(AUDIT, LEAD, "telegram", str(ALICE))
    async with working(storage, tmp_path, telegram) as jobs:
        async with TurnLoop(storage, clock(), announce=jobs.announce) as turns:
            await plays(turns, "someone", [Begin(), Answer(f"They shout. {CANARY}"), Submit()], CONCERN)
        await telegram.person(ALICE).sees(NOTICE)
        await until(lambda: not _waiting(storage))
    for kept in _jobs_database(tmp_path):
        assert CANARY not in kept
        assert str(ALICE) not in kept
        assert "Rowan" not in kept


async def test_what_is_announced_twice_is_sent_once(
    storage: Storage, tmp_path: Path, telegram: TelegramServer
) -> None:
    notices = noted(storage, leads(telegram, 3))
    async with working(storage, tmp_path, telegram) as jobs:
        jobs.announce(notices)
        jobs.announce(notices)
        await until(lambda: not _waiting(storage))
        jobs.announce(notices)
        last = noted(storage, leads(telegram, 1, first=ALICE + 10))
        jobs.announce(last)
        await until(lambda: not _waiting(storage))
    assert sorted(each.chat for each in telegram.sent) == [ALICE, ALICE + 1, ALICE + 2, ALICE + 10]


async def test_what_nobody_announced_is_found_when_we_start(
    storage: Storage, tmp_path: Path, telegram: TelegramServer
) -> None:
    notices = noted(storage, leads(telegram, 2))
    async with working(storage, tmp_path, telegram):
        await until(lambda: progress(storage, notices) == {Sending.SENT: 2})
    assert len(telegram.sent) == 2


async def test_what_nobody_announced_is_found_when_we_look_again(
    storage: Storage, tmp_path: Path, telegram: TelegramServer
) -> None:
    async with working(storage, tmp_path, telegram):
        notices = noted(storage, leads(telegram, 2))
        await until(lambda: progress(storage, notices) == {Sending.SENT: 2})
    assert len(telegram.sent) == 2


async def test_what_could_not_be_sent_is_sent_later(
    storage: Storage, tmp_path: Path, telegram: TelegramServer
) -> None:
    (notice,) = noted(storage, leads(telegram, 1))
    telegram.fails(method="sendMessage")
    telegram.refuses(chat=ALICE, retry_after=1)
    async with working(storage, tmp_path, telegram) as jobs:
        jobs.announce([notice])
        await telegram.person(ALICE).sees(NOTICE)
        await until(lambda: progress(storage, [notice]) == {Sending.SENT: 1})
    assert len(telegram.calls_of("sendMessage")) == 3


async def test_who_blocked_the_bot_is_shown_to_the_lead_and_not_tried_again(
    storage: Storage, tmp_path: Path, telegram: TelegramServer
) -> None:
    notices = noted(storage, leads(telegram, 2))
    telegram.person(ALICE).blocks()
    async with working(storage, tmp_path, telegram) as jobs:
        jobs.announce(notices)
        await until(lambda: not _waiting(storage))
    assert progress(storage, notices) == {Sending.SENT: 1, Sending.PARKED: 1}
    assert noticing.parked(storage, AUDIT) == (Parked(LEAD, "telegram", CONCERN),)


async def test_who_cannot_be_reached_for_long_is_shown_to_the_lead(
    storage: Storage, tmp_path: Path, telegram: TelegramServer
) -> None:
    notices = noted(storage, leads(telegram, 1))
    async with working(storage, tmp_path, telegram) as jobs:
        with telegram.being_down():
            jobs.announce(notices)
            await until(lambda: progress(storage, notices) == {Sending.PARKED: 1})


async def test_a_reminder_waits_for_the_morning_and_comes_with_its_picture_and_its_buttons(
    storage: Storage, tmp_path: Path, telegram: TelegramServer
) -> None:
    leads(telegram, 2)
    morning = SetClock(datetime(2026, 6, 16, 6, 59, 59, tzinfo=UTC))  # a second before eight in London
    with storage.writing() as work:
        owner = work.people.add(AUDIT, OWNER, "telegram", str(ALICE))
        person = work.people.get(owner)
        assert person is not None
        action = Action(
            id="0a" * 16,
            number=1,
            title=CANARY,
            owner=person.account.hex(),
            state=State.AGREED,
            due=date(2026, 6, 16),
        )
        work.actions.keep(AUDIT, action)
        due = work.notices.add_once(owner, AUDIT, REMINDER, bytes.fromhex(action.id), "due:2026-06-16:+0")
    assert due is not None
    async with Client(TOKEN, telegram.url) as client:
        sender = Sender(client, Metrics())
        send = partial(deliver, sender)
        async with Jobs(storage, place(tmp_path), "worker-1", send, Metrics(), morning, pace=QUICK):
            await until(lambda: bool(_rows(tmp_path, "workflow_status WHERE workflow_uuid LIKE '%:2'")))
            assert telegram.sent == [], "it is held until eight"
            morning.move(timedelta(seconds=1))
            seen = await telegram.person(ALICE).sees(lambda shown: CANARY in shown.text)
            await until(lambda: progress(storage, [due]) == {Sending.SENT: 1})
        assert seen.labels() == ["Done", "Progress", "Later", "I need help"]
        letter = Letter("Two of three are done.\n\nThat is one more.", (("Show all", "desk:plan"),), png())
        assert await send("telegram", str(ALICE + 1), letter) is Delivered.SENT
        assert await send("pigeon", "4", letter) is Delivered.GONE
        await sender.aclose()
    shown = telegram.person(ALICE + 1).replies
    assert [(each.attachment, each.text, each.labels()) for each in shown] == [
        ("photo", "", []),
        ("", letter.text, ["Show all"]),
    ]
    for kept in _jobs_database(tmp_path):
        assert CANARY not in kept


async def test_what_goes_wrong_is_tried_again_and_its_words_are_kept_nowhere(
    storage: Storage, tmp_path: Path
) -> None:
    tried = []

    async def deliver(channel: str, address: str, letter: Letter) -> Delivered:
        tried.append(channel)
        if len(tried) == 1:
            raise ValueError(f"{CANARY}: {address} does not want to read {letter.text}")
        return Delivered.SENT

    notices = noted(storage, [ALICE])
    async with Jobs(storage, place(tmp_path), "worker-1", deliver, Metrics(), clock(), pace=QUICK):
        await until(lambda: len(tried) == 1)
        for kept in _jobs_database(tmp_path):
            assert CANARY not in kept
        await until(lambda: progress(storage, notices) == {Sending.SENT: 1})


async def test_a_job_that_is_taken_over_while_it_is_only_slow_ends_well(
    storage: Storage, tmp_path: Path
) -> None:
    slow, tried = asyncio.Event(), []

    async def deliver(channel: str, address: str, letter: Letter) -> Delivered:  # noqa: ARG001
        tried.append(channel)
        await slow.wait()
        return Delivered.SENT

    (notice,) = noted(storage, [ALICE])
    hasty = Pace(look_again=0.2, abandoned=0.5, settled=1.0)
    async with Jobs(storage, place(tmp_path), "worker-1", deliver, Metrics(), clock(), pace=hasty):
        await until(lambda: len(tried) > 1)
        slow.set()
        await until(lambda: not _rows(tmp_path, "workflow_status"))
    assert progress(storage, [notice]) == {Sending.SENT: 1}


async def test_what_has_ended_is_forgotten_with_when_it_was(
    storage: Storage, tmp_path: Path, telegram: TelegramServer
) -> None:
    notices = noted(storage, leads(telegram, 3))
    async with working(storage, tmp_path, telegram) as jobs:
        jobs.announce(notices)
        await until(lambda: not _waiting(storage))
        await until(lambda: not _rows(tmp_path, "workflow_status"))


async def test_only_we_can_read_what_is_queued(
    storage: Storage, tmp_path: Path, telegram: TelegramServer
) -> None:
    async with working(storage, tmp_path, telegram):
        assert {path.stat().st_mode & 0o777 for path in (tmp_path / "data").glob("jobs.db*")} == {0o600}


async def test_jobs_can_be_stopped_and_started_again(
    storage: Storage, tmp_path: Path, telegram: TelegramServer
) -> None:
    for number in range(2):
        notices = noted(storage, leads(telegram, 1, first=ALICE + number))
        async with working(storage, tmp_path, telegram) as jobs:
            jobs.announce(notices)
        jobs.announce(notices)  # too late: they wait for the next start
    async with working(storage, tmp_path, telegram):
        await until(lambda: not _waiting(storage))
    assert sorted(each.chat for each in telegram.sent) == [ALICE, ALICE + 1]


async def test_killed_in_the_middle_all_notices_arrive(tmp_path: Path, telegram: TelegramServer) -> None:
    storage = opened(tmp_path)
    notices = noted(storage, leads(telegram, 60))
    with _process(tmp_path, telegram, "worker-1") as worker:
        telegram.waits_until(lambda: len(telegram.sent) >= 20, PATIENCE)
        worker.kill()
        worker.wait()
    assert progress(storage, notices)[Sending.WAITING] > 20
    with _process(tmp_path, telegram, "worker-1"):
        await until(lambda: progress(storage, notices) == {Sending.SENT: 60})
    storage.close()
    _came(telegram, 60)


async def test_a_worker_finishes_what_another_left_behind_for_good(
    tmp_path: Path, telegram: TelegramServer, database_url: str
) -> None:
    storage = opened(tmp_path, database_url)
    notices = noted(storage, leads(telegram, 60))
    with (
        _process(tmp_path, telegram, "worker-1", database_url) as gone,
        _process(tmp_path, telegram, "worker-2", database_url),
    ):
        telegram.waits_until(lambda: len(telegram.sent) >= 20, PATIENCE)
        gone.kill()
        gone.wait()
        await until(lambda: progress(storage, notices) == {Sending.SENT: 60})
    storage.close()
    _came(telegram, 60)


@contextmanager
def _process(
    folder: Path, telegram: TelegramServer, worker: str, url: str = ""
) -> Iterator[subprocess.Popen[str]]:
    """A process that sends notices, until the block ends."""
    arguments = [str(folder), telegram.url, worker, *([url] if url else [])]
    command = [sys.executable, "-m", "tests.bot.notifying", *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "ready\n"
            yield process
            if process.poll() is None:
                process.stdin.close()
                assert process.wait(PATIENCE) == 0
        finally:
            process.kill()


def _came(telegram: TelegramServer, people: int) -> None:
    """Everybody was told, a few of them twice at most: those whose message was under way at the end of a worker."""
    chats = [each.chat for each in telegram.sent]
    assert set(chats) == set(range(ALICE, ALICE + people))
    assert len(chats) - people <= 5


def _waiting(storage: Storage) -> bool:
    with storage.reading() as work:
        return bool(work.notices.waiting())


def _jobs_database(folder: Path) -> Sequence[str]:
    """Every row of every table, and every byte of every file, of the jobs."""
    with closing(sqlite3.connect(folder / "data" / "jobs.db")) as connection:
        tables = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        rows = [repr(row) for table in tables for row in connection.execute(f'SELECT * FROM "{table}"')]  # noqa: S608
    assert any("notice:" in row for row in rows)
    return [*rows, *(path.read_bytes().decode("latin-1") for path in (folder / "data").glob("jobs.db*"))]


def _rows(folder: Path, table: str) -> int:
    with closing(sqlite3.connect(folder / "data" / "jobs.db")) as connection:
        (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
    return int(count)
