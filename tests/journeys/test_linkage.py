"""Whoever steals everything still cannot tell whose answers are whose: see `design/ANONYMITY.md`, "The linkage test".

Fifteen people in a known order, many times; every attacker must do as well as one who guesses, and no better. The same
attackers do find everything in a store as one would naively make it, which shows that they can.
LINKAGE_RUNS says how many times; CI is content with a few.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from msgspec import Struct

from bot.clock import SetClock
from bot.services import auditing, keeping
from bot.turns import TurnLoop
from storage.receipts import QUICK
from storage.unit_of_work import DATABASE, Storage
from tests.bot.stories import NOW
from tests.journeys.attackers import joins, orders, words
from tests.journeys.attackers.chance import Score, score
from tests.journeys.attackers.theft import Loot, from_postgres, from_sqlite
from tests.journeys.cast import AUDIT, K, PEOPLE, TARGETS, Cast, Respondent, open_audit, truth
from tests.postgres import Server

RUNS = int(os.environ.get("LINKAGE_RUNS", "6"))
FALSE_ALARM = 1e-4  # for all tests of this file together
TESTS = 2_000  # no more comparisons with chance than these are made in it
EARLY = 9


class Stolen(Struct, frozen=True):
    """What was taken from one audit: in its middle, and after it was closed."""

    cast: Cast
    before: Loot
    after: Loot
    withdrew: frozenset[int]

    @property
    def people(self) -> list[Respondent]:
        """All of them, in the order in which they came."""
        return self.cast.people


class Burglar:
    """Takes copies of the database, wherever it is."""

    def __init__(self, folder: Path, server: Server | None) -> None:
        self.folder, self.server = folder, server
        self.url = server.fresh() if server is not None else ""
        self._began = time.time() - 1

    def takes(self, storage: Storage, when: str) -> Loot:
        """Everything, while it is in use."""
        if self.server is not None:
            return from_postgres(self.server, self.url, self._began)
        place = Path(storage.database.engine.url.database or "")
        assert place.name == DATABASE
        return from_sqlite(place, self.folder / when)


async def play(storage: Storage, burglar: Burglar, chance: Random, *, early: bool) -> Stolen:
    clock = SetClock(NOW)
    open_audit(storage)
    writers, leavers = chance.sample(range(PEOPLE), 4), frozenset(chance.sample(range(PEOPLE), 2))
    async with TurnLoop(storage, clock) as turns:
        cast = Cast(storage, turns, clock, chance)
        for one in cast.people[:EARLY]:
            await cast.hands_in(one)
        before = burglar.takes(storage, "before")
        if early:
            await asyncio.to_thread(keeping.flush_early, storage)
        for one in cast.people[EARLY:]:
            await cast.hands_in(one)
        for number in writers:
            await cast.writes(cast.people[number])
        for number in leavers:
            await cast.takes_back(cast.people[number])
        await asyncio.to_thread(auditing.close_audit, storage, AUDIT, clock)
        after = burglar.takes(storage, "after")
    return Stolen(cast, before, after, leavers)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def audits(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Stolen]:
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    return list(_audits(tmp_path_factory.mktemp(request.param), server))


def _audits(folder: Path, server: Server | None) -> Iterator[Stolen]:
    for run in range(RUNS):
        place = folder / str(run)
        burglar = Burglar(place, server)
        storage = Storage.open(place / "data", place / "key" / "candour.key", burglar.url, cost=QUICK)
        try:
            yield asyncio.run(play(storage, burglar, Random(run), early=run % 2 == 1))
        finally:
            storage.close()
            if server is not None:
                server.drop(burglar.url)


def scores(audits: list[Stolen], source: str) -> dict[tuple[str, str], Score]:
    """By the kind of row and the attack, how it went over all runs."""
    found: dict[tuple[str, str], Score] = {}
    for stolen in audits:
        loot = stolen.after if source == "after" else Loot(stolen.after.rows, stolen.before.files)
        for target in TARGETS:
            true = truth(stolen.after, stolen.people, target)
            rows = [row for row in target.rows(stolen.after) if row[target.key] in true]
            for name, attack in orders.attacks(loot, target.table, target.key):
                guessed = [row[target.key] for row in attack(rows)]
                key = target.name.partition(":")[0], name
                found[key] = found.get(key, Score()).and_then(score(guessed, true))
    return found


def too_good(found: dict[tuple[str, str], Score]) -> dict[tuple[str, str], Score]:
    """Those that chance does not explain."""
    limit = FALSE_ALARM / TESTS
    return {key: each for key, each in found.items() if min(each.by_links, each.by_order) < limit}


def test_nothing_that_is_left_says_whose_an_answer_is(audits: list[Stolen]) -> None:
    found = scores(audits, "after")
    assert len(found) < TESTS // 4
    assert too_good(found) == {}
