"""One slip, many hands: exactly one response, whoever is quickest, on both databases, in threads and processes."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from msgspec.structs import replace

from bot.errors import SlipSpentError
from bot.messages import Address, Incoming, Reply
from bot.playing import Player, Result
from bot.services import auditing, inviting
from bot.turns import TurnLoop
from dialogues.moves import Submit
from storage.casework import Entry
from storage.errors import UnavailableError
from storage.slips import RESPONDENT
from storage.unit_of_work import Storage
from tests.bot import spender
from tests.bot.channels import forms
from tests.bot.stories import AUDIT, an_audit, clock
from tests.epochs import epochs_in

ROOT = Path(__file__).parents[2]
HANDS = 50
ONE = forms.small("{type: text, name: a, label: What happened?}", name=spender.FORM, title="One")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    return "" if request.param == "sqlite" else str(request.getfixturevalue("database_url"))


@pytest.fixture
def storage(tmp_path: Path, url: str) -> Iterator[Storage]:
    storage = opened(tmp_path, url)
    audit = replace(an_audit(), entry=Entry.SLIPS)
    auditing.open_audit(storage, audit, [ONE, forms.concern()])
    yield storage
    storage.close()


def opened(folder: Path, url: str) -> Storage:
    return Storage.open(folder / "data", folder / "candour.key", url, epochs=epochs_in(folder))


def counts(storage: Storage) -> tuple[int, int]:
    """How many slips are left, and how many responses there are."""
    with storage.reading() as work:
        return work.slips.left(AUDIT, RESPONDENT), work.answers.waiting(AUDIT)


async def come(storage: Storage, people: list[str], code: str) -> None:
    async with TurnLoop(storage, clock()) as turns:
        for person in people:
            await spender.come(turns, person, code)


def test_fifty_threads_hand_in_with_one_slip(storage: Storage, tmp_path: Path, url: str) -> None:
    """Each thread has a turn loop's player of its own, as if it were a worker of its own."""
    code, _ = inviting.slips(storage, AUDIT, 2, RESPONDENT)
    people = [f"hand-{number}" for number in range(HANDS)]
    asyncio.run(come(storage, people, code))
    start = Barrier(HANDS)

    def hand_in(person: str) -> Result:
        own = opened(tmp_path, url)
        start.wait()
        task = Incoming(Address("web", person), AUDIT, spender.FORM, "", Submit())
        player = Player(own, clock())
        result: Result = UnavailableError()
        while isinstance(result, UnavailableError):  # as a channel does: it comes again
            (result,) = player.play([task]).results
        own.close()
        return result

    with ThreadPoolExecutor(HANDS) as threads:
        came = list(threads.map(hand_in, people))
    assert sum(isinstance(result, Reply) for result in came) == 1
    assert sum(isinstance(result, SlipSpentError) for result in came) == HANDS - 1
    assert counts(storage) == (1, 1)


def test_two_processes_hand_in_with_one_slip(storage: Storage, tmp_path: Path, url: str) -> None:
    (code,) = inviting.slips(storage, AUDIT, 1, RESPONDENT)
    command = [sys.executable, "-m", "tests.bot.spender", str(tmp_path), url]
    workers = [
        subprocess.Popen(
            [*command, name, str(HANDS // 2), code],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    try:
        for worker in workers:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "ready\n"
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write("now\n")
            worker.stdin.flush()
        said = [worker.communicate(timeout=120)[0] for worker in workers]
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    totals = [sum(numbers) for numbers in zip(*(map(int, each.split()) for each in said), strict=True)]
    assert totals == [1, HANDS - 1]
    assert counts(storage) == (0, 1)
