"""Whoever steals everything still cannot tell whose answers are whose: see `design/ANONYMITY.md`, "The linkage test".

Fifteen people in a known order, many times; every attacker must do as well as one who guesses, and no better. The same
attackers do find everything in a store as one would naively make it, which shows that they can.
LINKAGE_RUNS says how many times; CI is content with a few.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import logging
import os
import sqlite3
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from msgspec import Struct
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

from bot import logs
from bot.channels.memory import CHANNEL
from bot.clock import SetClock
from bot.services import auditing, keeping
from bot.turns import TurnLoop
from storage import receipts, tables
from storage.epochs import Epochs, InMemory
from storage.errors import StorageError
from storage.keys import EpochKey, Keys, unseal
from storage.receipts import QUICK
from storage.unit_of_work import DATABASE, Storage, UnitOfWork
from tests.bot.stories import NOW
from tests.journeys.attackers import joins, orders, words
from tests.journeys.attackers.chance import Score, score, together
from tests.journeys.attackers.theft import Loot, from_postgres, from_sqlite
from tests.journeys.cast import AUDIT, PEOPLE, TARGETS, Cast, Respondent, open_audit, truth
from tests.postgres import Server

RUNS = int(os.environ.get("LINKAGE_RUNS", "6"))
FALSE_ALARM = 1e-4  # for all tests of this file together
TESTS = 2_000  # no more comparisons with chance than these are made in it
EARLY = 10  # twice K: half of them are mixed before the others come


class Stolen(Struct, frozen=True):
    """What was taken from one audit: in its middle, and after it was closed."""

    cast: Cast
    before: Loot
    after: Loot
    keys: tuple[bytes, ...]
    destroyed: tuple[bytes, ...]  # the keys of the day that there still were when everything was stolen

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

    def keys(self) -> tuple[bytes, ...]:
        """What is in the key file, and what everybody knows is made from it."""
        key = (self.folder / "key" / "candour.key").read_bytes()
        made = (
            hashlib.blake2b(b"", digest_size=32, key=key, person=each).digest() for each in (b"ref", b"draft")
        )
        return (key, *made)

    def takes(self, storage: Storage, when: str) -> Loot:
        """Everything, while it is in use."""
        if self.server is not None:
            return from_postgres(self.server, self.url, self._began)
        place = Path(storage.database.engine.url.database or "")
        assert place.name == DATABASE
        return from_sqlite(place, self.folder / when)


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """All that is logged meanwhile, at DEBUG, by whomever, as our log writes it."""
    written, root = io.StringIO(), logging.getLogger()
    handler, level = logs.Handler(written), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield written
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


async def play(storage: Storage, burglar: Burglar, clock: SetClock, chance: Random, *, early: bool) -> Stolen:
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
        known = set(storage.epochs.safe.held().values())
        clock.move(timedelta(days=storage.epochs.draft_days + 1))
        storage.epochs.destroy_old()
        assert not known & set(storage.epochs.safe.held().values())
    return Stolen(cast, before, after, burglar.keys(), tuple(known))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def audits(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Stolen]:
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    return list(_audits(tmp_path_factory.mktemp(request.param), server))


def _audits(folder: Path, server: Server | None) -> Iterator[Stolen]:
    for run in range(RUNS):
        place = folder / str(run)
        burglar = Burglar(place, server)
        clock = SetClock(NOW)
        epochs = Epochs(InMemory(), now=clock.now)
        key = place / "key" / "candour.key"
        storage = Storage.open(place / "data", key, burglar.url, cost=QUICK, epochs=epochs)
        try:
            with logged() as log:
                stolen = asyncio.run(play(storage, burglar, clock, Random(run), early=run % 2 == 1))
                stolen.after.files["candour.log"] = (log.getvalue() + troubles(storage, stolen)).encode()
            yield stolen
        finally:
            storage.close()
            if server is not None:
                server.drop(burglar.url)


def troubles(storage: Storage, stolen: Stolen) -> str:
    """What is said when something goes wrong with words that were said: in the log, and in tracebacks."""
    log, said = logs.logger("bot.linkage"), "".join(each.story for each in stolen.people).encode()
    row = {"audit": AUDIT, "form": said.decode(), "status": said.decode(), "route": "lead", "sealed": said}
    deeds: list[Callable[[UnitOfWork], object]] = [
        lambda work: unseal(work.casework.keys_of(AUDIT), said),
        lambda work: work._connection.execute(insert(tables.concerns), row | {"id": said[:16]}),
        lambda work: work._connection.execute(
            text("SELECT 1 FROM nowhere WHERE 'x' = :said"), {"said": said}
        ),
    ]
    told = []
    for deed in deeds:
        try:
            with storage.writing() as work:
                deed(work)
        except (StorageError, DBAPIError) as trouble:
            log.error("linkage.trouble", trouble=trouble)
            told += traceback.format_exception(trouble)
    assert len(told) > len(deeds)
    return "".join(told)


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
    """Nor whose thread or file it is: by rows, pages, journals, dumps, backups, xmin, ctid, ids, lengths or weeks."""
    found = scores(audits, "after")
    assert 50 < len(found) < TESTS // 4
    assert too_good(found) == {}


def test_a_copy_from_before_the_flush_says_nothing_about_answers_either(audits: list[Stolen]) -> None:
    """Nor about files. It does say whose a thread is, to whoever has a later copy too."""
    found = {key: each for key, each in scores(audits, "before").items() if key[0] in {"answers", "texts"}}
    assert len(found) < TESTS // 4
    assert too_good(found) == {}


def test_no_word_that_anybody_said_stands_anywhere(audits: list[Stolen]) -> None:
    for stolen in audits:
        said = [word for each in stolen.people for word in (each.story, each.proof, each.message)]
        for loot in (stolen.before, stolen.after):
            assert not list(words.found(said, loot.files))


def test_no_receipt_stands_anywhere(audits: list[Stolen]) -> None:
    for stolen in audits:
        for loot in (stolen.before, stolen.after):
            for code in (str(receipts.read(each.receipt)) for each in stolen.people):
                secret = code[5:].encode()
                assert not [name for name, content in loot.files.items() if secret in content]


def test_nothing_of_the_pool_is_left_after_it_was_flushed(audits: list[Stolen]) -> None:
    """Or the key file would open it, in the order in which people came."""
    for stolen in audits:
        waiting = [
            row["sealed"][start : start + 24] for row in stolen.before.rows["pool"] for start in (0, 256)
        ]
        assert len(waiting) == 2 * EARLY
        for piece in waiting:
            for name, content in stolen.after.files.items():
                assert piece not in content, name
                assert piece.hex().encode() not in content, name


def test_no_two_tables_have_anything_in_common_that_tells_a_row(audits: list[Stolen]) -> None:
    """Threads and their messages have their locator in common, and nothing else."""
    names = {frozenset(("threads.locator", "messages.locator"))}
    for stolen in audits:
        found = {
            frozenset(pair) for pair in joins.shared(stolen.after, {"xmin", "xmax"}) if not _public(pair)
        }
        assert found <= names


def _public(pair: tuple[str, str]) -> bool:
    """Whether both are of an audit: its forms, its journal, its release."""
    return {each.partition(".")[0] for each in pair} <= {
        "audits", "audit_forms", "forms", "journal", "releases", "published",
    }  # fmt: skip


def test_no_hash_of_a_chat_is_in_the_tables(audits: list[Stolen]) -> None:
    """Whoever tries all chats, with the key file too, finds none of ours once the keys of the day are gone."""
    for stolen in audits:
        names = [each.address for each in stolen.people]
        assert joins.dictionary(stolen.after, names, stolen.keys) == []
        assert not _chats(stolen, stolen.keys)
        assert _chats(
            stolen, stolen.destroyed
        )  # with those it can be done: that is what they are destroyed for


def _chats(stolen: Stolen, secrets: Iterable[bytes]) -> set[bytes]:
    """Which drafts are found by trying every chat, by whoever has the key file and took these for keys of the day."""
    known = Keys(stolen.keys[0])
    handles = [known.ref(CHANNEL, each.address, "", "") for each in stolen.people]
    tried = {EpochKey(0, secret).ref(handle) for secret in secrets for handle in handles} | set(handles)
    return tried & {row["ref"] for row in stolen.after.rows["drafts"]}


def test_each_snapshot_says_only_how_many_there_are(audits: list[Stolen]) -> None:
    """What is in both is no answer: those that were there before have got new ids since, except after a flush."""
    for stolen in audits:
        for table in ("pool", "answers", "texts"):
            before = {row["id"] for row in stolen.before.rows[table]}
            assert not before & {row["id"] for row in stolen.after.rows[table]}


# That attackers can find something


@pytest.mark.parametrize("secretive", [False, True])
def test_the_same_attackers_find_everybody_where_answers_are_kept_as_they_come(
    tmp_path: Path,
    secretive: bool,
) -> None:
    """Random ids do not help where the order of rows stays; without them even the ids say it."""
    found: dict[str, Score] = {}
    for run in range(6):
        people = [Random(run * PEOPLE + number).randbytes(16) for number in range(PEOPLE)]
        loot = naive(tmp_path / str(run), people, secretive=secretive)
        rows = loot.rows["answers"]
        for name, attack in orders.attacks(loot, "answers", "id"):
            guessed = [row["id"] for row in attack(rows)]
            found[name] = found.get(name, Score()).and_then(score(guessed, people))
    limit = FALSE_ALARM / TESTS
    links = {name for name, each in found.items() if each.by_links < limit}
    order = {name for name, each in found.items() if each.by_order < limit}
    assert {"as they are read", "by the last place in dump.sql"} <= links
    assert {"by the first place in naive.db"} <= order | links
    assert secretive or "by created" in links


def naive(folder: Path, people: list[bytes], *, secretive: bool) -> Loot:
    """A store as one would make it at first: a row for each, as they come, with the time or without."""
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(folder / "naive.db", isolation_level=None)) as store:
        store.execute(
            "CREATE TABLE answers (id BLOB PRIMARY KEY, question TEXT, value TEXT, created INTEGER)"
        )
        for number, one in enumerate(people):
            created = 0 if secretive else number
            store.execute("INSERT INTO answers VALUES (?, 'story', 'x', ?)", (one, created))
    return from_sqlite(folder / "naive.db", folder / "stolen", ("answers",))


def test_chance_is_told_from_knowing() -> None:
    rows = [bytes([number]) for number in range(PEOPLE)]
    chance = Random(3)
    blind = together(score(chance.sample(rows, PEOPLE), rows) for _ in range(300))
    assert min(blind.by_links, blind.by_order) > FALSE_ALARM
    known = together(score(rows, rows) for _ in range(2))
    backwards = together(score(rows[::-1], rows) for _ in range(3))
    assert known.by_links < FALSE_ALARM / TESTS
    assert backwards.by_order < FALSE_ALARM / TESTS
