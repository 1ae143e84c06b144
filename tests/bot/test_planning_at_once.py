"""The plan when two workers write at once, on a real PostgreSQL server: nobody waits for each other for good."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event
from time import sleep

import pytest
from sqlalchemy import text

from bot.messages import Address
from bot.planning import Planner, seen
from bot.services import auditing
from bot.turns import TurnLoop
from dialogues.moves import Begin
from reports.plan import Action, State
from storage.receipts import QUICK
from storage.slips import OWNER
from storage.unit_of_work import Storage
from tests.bot.stories import AUDIT, CULTURE, NOW, an_audit, clock, concern, culture, message
from tests.epochs import epochs_in

_WAITING = text(
    "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()"
)


@pytest.fixture
def storage(tmp_path: Path, database_url: str) -> Iterator[Storage]:
    storage = Storage.open(
        tmp_path / "data", tmp_path / "candour.key", database_url, cost=QUICK, epochs=epochs_in(tmp_path)
    )
    auditing.open_audit(storage, an_audit(), [culture(), concern()])
    yield storage
    storage.close()


async def test_workers_never_wait_for_each_other_for_good(storage: Storage) -> None:
    """Two owners put off what is theirs at the same moment; then a turn is undone by PostgreSQL, and played again."""
    owners = given(storage)
    both, begun = Barrier(2, timeout=30), Event()

    def put_off(number: int) -> None:
        with storage.writing() as work:
            _, action = seen(work, owners[number], _id(number))
            both.wait()  # each has looked before either changes anything
            Planner(work, NOW.date(), []).put_off(action.id, 3, owners[number])

    with ThreadPoolExecutor(2) as workers:
        list(workers.map(put_off, range(2)))
    with storage.reading() as work:
        assert all(each.snoozed_until for each in work.actions.of(AUDIT))

    def rival() -> None:
        with storage.writing() as work:
            work.casework.hold_row(AUDIT)
            begun.set()
            while not _waits(storage):  # the turn, which holds what is wanted next
                sleep(0.01)
            work.interviews.load({storage.keys.ref("memory", "ann", AUDIT, CULTURE)})

    async with TurnLoop(storage, clock()) as turns:
        with ThreadPoolExecutor(1) as other:
            held = other.submit(rival)
            await asyncio.to_thread(begun.wait, 30)
            reply = await turns.play(message("ann", "1", Begin()))
            held.result()
        shown = await turns.show(Address("memory", "ann"), AUDIT, CULTURE)
    assert shown is not None
    assert shown.interview == reply.interview  # it was kept, once


def given(storage: Storage) -> list[bytes]:
    """Two owners, each of an action."""
    with storage.writing() as work:
        owners = [work.access.open(name) for name in ("night team lead", "cook")]
        for number, owner in enumerate(owners):
            work.people.appoint(owner, AUDIT, OWNER)
            made = Action(
                id=_id(number).hex(), number=number + 1, title="x", owner=owner.hex(), state=State.AGREED
            )
            work.actions.keep(AUDIT, made)
    return owners


def _id(number: int) -> bytes:
    return bytes([number + 1]) * 16


def _waits(storage: Storage) -> bool:
    with storage.database.reading() as connection:
        return bool(connection.scalar(_WAITING))
