"""Killed at every statement of handing in, of a flush and of closing: all of it happened, or nothing, and it goes on.

On SQLite also at every statement that VACUUM runs within; on PostgreSQL before and after each commit.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Table, func, select

from bot.channels.memory import Person, shown
from bot.messages import Reply
from bot.services import auditing, inviting
from bot.turns import TurnLoop
from dialogues.form import Question
from storage import receipts, tables
from storage.unit_of_work import Storage
from tests import postgres
from tests.bot.stories import AUDIT, CULTURE, PASSPHRASE, an_audit, clock, culture, plays, whole
from tests.journeys.cast import receipt_in
from tests.journeys.dying import PERSON, Mortals, close, flush, mortals, opened, submit
from tests.postgres import Server, binaries

HEARD = 16
MIXED_EARLY = 8  # the others wait for the next time
MOST_STEPS = 400


class World:
    """A database in which somebody is about to hand in, or an audit about to be closed; as often as is needed."""

    def __init__(self, folder: Path, server: Server | None, tell: Callable[[Storage], None]) -> None:
        self._folder, self._server = folder, server
        self._url = server.fresh() if server is not None else ""
        self._copies = count()
        storage = opened(folder / "first", self._url)
        auditing.open_audit(storage, an_audit(), [culture()])
        auditing.choose_passphrase(storage, AUDIT, PASSPHRASE, clock())
        tell(storage)
        storage.close()

    def again(self) -> tuple[Path, str]:
        """One more of it: the folder, and the address."""
        folder = self._folder / str(next(self._copies))
        shutil.copytree(self._folder / "first", folder)
        return folder, self._server.copy(self._url) if self._server is not None else ""

    def is_over(self, url: str) -> None:
        """This one is not needed any more."""
        if self._server is not None:
            self._server.drop(url)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest) -> Iterator[Server | None]:
    """A server that need not wait for the disk: it goes on, only who talks to it is killed."""
    if request.param == "sqlite":
        yield None
        return
    if binaries() is None and not os.environ.get("CANDOUR_REQUIRE_ALL"):
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with postgres.server(fsync="off", full_page_writes="off") as running:
        yield running


@pytest.fixture(scope="module")
def dying() -> Iterator[Mortals]:
    with mortals() as process:
        yield process


def killed_everywhere(
    world: World, dying: Mortals, deed: str, see: Callable[[Storage], None], least: int
) -> None:
    """Die at each step, see what is there; the last time, do it all."""
    for step in range(MOST_STEPS):
        folder, url = world.again()
        died = dying.does(deed, folder, url, step)
        storage = opened(folder, url)
        try:
            see(storage)
        except BaseException as error:
            error.add_note(f"It was killed at step {step}.")
            raise
        finally:
            storage.close()
        world.is_over(url)
        if not died:
            assert step > least
            return
    raise AssertionError("There is no end to it.")


def rows(storage: Storage, table: Table) -> int:
    with storage.database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


# Handing in


def about_to_hand_in(storage: Storage) -> None:
    (slip,) = inviting.slips(storage, AUDIT, 1, "respondent", clock())

    async def story() -> None:
        async with TurnLoop(storage, clock()) as turns:
            person = Person(turns, PERSON)
            await person.comes(f"{slip}__{CULTURE}")
            for typed in ("yes", "care", "agree", "7", "They never came."):
                await person.says(typed)

    asyncio.run(story())


def has_handed_in_or_not(storage: Storage) -> None:
    """A slip is spent if, and only if, its response is there, with its thread; and who asks again gets the receipt."""
    there = [rows(storage, table) for table in (tables.slips, tables.pool, tables.threads)]
    assert there in ([1, 0, 0], [0, 1, 1])
    with storage.database.reading() as connection:
        before = connection.scalars(select(tables.threads.c.locator)).all()
    reply = submit(storage)
    assert isinstance(reply, Reply)
    receipt = receipts.read(receipt_in(tuple(shown(reply))))
    assert receipt is not None
    assert [rows(storage, table) for table in (tables.slips, tables.pool, tables.threads)] == [0, 1, 1]
    assert before in ([], [receipts.locator_of(receipt)])
    with storage.reading() as work:
        thread = work.threads.get(receipts.locator_of(receipt))
        assert thread is not None
        assert receipts.proves(receipts.derive(receipt, thread.salt), thread.verifier)


def test_killed_at_every_statement_of_handing_in(
    tmp_path: Path, server: Server | None, dying: Mortals
) -> None:
    world = World(tmp_path, server, about_to_hand_in)
    killed_everywhere(world, dying, "submit", has_handed_in_or_not, least=8)


# Mixing and closing


def about_to_be_mixed(storage: Storage) -> None:
    async def story() -> None:
        async with TurnLoop(storage, clock()) as turns:
            await asyncio.gather(*(plays(turns, f"p{each}", whole()) for each in range(HEARD)))

    asyncio.run(story())


def is_all_here_or_there(storage: Storage, mixed: int = HEARD) -> None:
    """Everything in the pool, or what is mixed of it in answers, question by question."""
    asked = [each for each in culture().children if isinstance(each, Question)]
    whole = {
        tables.pool: [HEARD, HEARD - mixed],
        tables.answers: [0, mixed * (1 + 3)],  # one that says that somebody was heard, and the choices
        tables.texts: [0, mixed * (len(asked) - 3)],
    }
    there = [rows(storage, table) for table in whole]
    assert there in [list(each) for each in zip(*whole.values(), strict=True)]
    assert rows(storage, tables.threads) == HEARD


def is_mixed_in_the_end(storage: Storage) -> None:
    is_all_here_or_there(storage, MIXED_EARLY)
    flush(storage)
    is_all_here_or_there(storage, MIXED_EARLY)
    with storage.reading() as work:
        assert work.answers.heard(AUDIT) == MIXED_EARLY
        assert work.casework.rewriting_due() == {}


def is_closed_in_the_end(storage: Storage) -> None:
    is_all_here_or_there(storage)
    reports = close(storage)
    is_all_here_or_there(storage)
    assert close(storage) == reports
    assert len(auditing.words(storage, AUDIT, PASSPHRASE)["story"]) == HEARD
    with storage.reading() as work:
        assert (work.answers.waiting(AUDIT), work.answers.heard(AUDIT)) == (0, HEARD)
        assert work.casework.rewriting_due() == {}


def test_killed_at_every_statement_of_an_early_flush(
    tmp_path: Path, server: Server | None, dying: Mortals
) -> None:
    world = World(tmp_path, server, about_to_be_mixed)
    killed_everywhere(world, dying, "flush", is_mixed_in_the_end, least=12)


def test_killed_at_every_statement_of_closing(tmp_path: Path, server: Server | None, dying: Mortals) -> None:
    world = World(tmp_path, server, about_to_be_mixed)
    killed_everywhere(world, dying, "close", is_closed_in_the_end, least=20)
