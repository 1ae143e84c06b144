"""People who answer while servers come and go, and whoever watches that nothing is lost: for the tests of trouble."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import select

from bot.channels.telegram.receiving import CHANNEL
from bot.services import auditing
from storage.casework import Audit
from storage.interviews import digest
from storage.keys import unseal
from storage.receipts import QUICK
from storage.tables import pool
from storage.unit_of_work import Storage
from tests.epochs import epochs_in
from tests.journeys.crowd import PATIENCE, Crowd, said_by, the_form
from tests.journeys.lives import (
    Life,
    Nursery,
    is_ready,
    kill,
    nursery,
    stop,
    wait_until_ready,
)
from tests.telegram.clock import MovableClock
from tests.telegram.server import TelegramServer
from tests.telegram.settings import Settings

AUDIT = "rowan"
PEOPLE = 30
SEED = int(os.environ.get("CRASH_SEED", "7"))
TAPS_ARE_KEPT = 151  # seconds, and one more


def opened(folder: Path, url: str = "") -> Storage:
    """A database with an open audit."""
    storage = Storage.open(folder / "data", folder / "candour.key", url, cost=QUICK, epochs=epochs_in(folder))
    audit = Audit(
        id=AUDIT,
        name="Rowan House",
        service="Rowan House",
        incident="Care was missed.",
        staff_count=58,
        opened_on=date(2026, 5, 1),
        synthetic=True,
    )
    auditing.open_audit(storage, audit, [the_form()])
    return storage


class Witness:
    """Sees that nothing was acknowledged that is not on the disk.

    It looks often enough: a conversation remembers the last 32 updates of its person.
    """

    def __init__(self, telegram: TelegramServer, crowd: Crowd, storage: Storage) -> None:
        self._telegram = telegram
        self._crowd = crowd
        self._storage = storage
        self.seen = 0

    def looks(self) -> None:
        """Compare what Telegram forgot since the last look with what the conversations remember."""
        acknowledged = self._telegram.acknowledged[self.seen :]
        self.seen += len(acknowledged)
        senders = {
            update: each for each in list(self._crowd.everybody.values()) for update in list(each.updates)
        }
        refs = {each.number: self._ref(each.number) for each in senders.values()}
        with self._storage.reading() as work:
            held = work.interviews.load(refs.values())
        for update in acknowledged:
            sender = senders[update]
            conversation = held.get(refs[sender.number])
            known = conversation is not None and digest(sender.updates[update]) in conversation.recent
            assert known, f"update {update} was acknowledged before it was on the disk"

    def _ref(self, number: int) -> bytes:
        return self._storage.keys.ref(CHANNEL, str(number), "", "")


def responses(storage: Storage) -> list[dict[str, Any]]:
    """What is in the pool, by the person who said it."""
    with storage.reading() as work:
        pair = work.casework.keys_of(AUDIT)
    with storage.database.reading() as connection:
        sealed = list(connection.scalars(select(pool.c.sealed)))
    found = [msgspec.msgpack.decode(unseal(pair, blob))[0] for blob in sealed]
    return sorted(found, key=lambda response: int(response["months"]))


def everything_is_there_once(storage: Storage, crowd: Crowd) -> None:
    """Every person's answers, whole, theirs, once, and each question in its place."""
    found = responses(storage)
    wanted = [msgspec.to_builtins(said_by(number)) for number in sorted(crowd.everybody)]
    assert [each["months"] for each in found] == [each["months"] for each in wanted]
    for response, said in zip(found, wanted, strict=True):
        differ = [(name, response.get(name), said[name]) for name in said if response.get(name) != said[name]]
        transcript = crowd.everybody[said["months"]].transcript()
        assert list(response.items()) == list(said.items()), f"not as it was said: {differ}\n{transcript}"


class Storm:
    """Servers that are killed, so many times, at moments that chance names."""

    def __init__(self, clock: MovableClock, crowd: Crowd, witness: Witness) -> None:
        self._clock = clock
        self._crowd = crowd
        self._witness = witness
        self._chance = Random(SEED)
        self.kills = self.early = self.jumps = 0

    def rages(self, lives: Nursery, places: Sequence[dict[str, str]], kills: int) -> None:
        """Kill them so often; each begins again at once."""
        living: dict[int, Life] = {}
        while self.kills < kills:
            for place, environ in enumerate(places):
                if place not in living:
                    whole = self.kills % 50 == 10
                    living[place] = lives.begin_whole(environ) if whole else lives.begin(environ)
            self._waits(living)
            for place in self._victims(living):
                self.early += not is_ready(living[place])
                kill(living.pop(place))
                self.kills += 1
            if (
                not living and self._chance.random() < 0.05
            ):  # no server is left that took a tap and may yet say so
                self._clock.let_pass(TAPS_ARE_KEPT)
                self.jumps += 1
            self._witness.looks()
            self._crowd.is_well()
        for life in living.values():
            kill(life)

    def _waits(self, living: dict[int, Life]) -> None:
        """Until some moment of start-up, or some moment after it."""
        if self._chance.random() < 0.15:
            time.sleep(self._chance.uniform(0, 0.25))
            return
        for life in living.values():
            wait_until_ready(life)
        time.sleep(self._chance.uniform(0, 0.4))

    def _victims(self, living: dict[int, Life]) -> list[int]:
        """One of them; sometimes all."""
        places = sorted(living)
        return places if self._chance.random() < 0.15 else [self._chance.choice(places)]


class Scene(Struct, frozen=True):
    """Everything that a storm goes over."""

    storage: Storage
    telegram: TelegramServer
    lives: Nursery
    crowd: Crowd
    witness: Witness
    storm: Storm

    def summary(self) -> str:
        """In figures."""
        storm, everybody = self.storm, self.crowd.everybody.values()
        return (
            f"{storm.kills} kills, {storm.early} of them before it was ready; {storm.jumps} times all taps were lost;"
            f" {len(everybody)} people, {self.witness.seen} updates acknowledged,"
            f" {sum(each.nudges for each in everybody)} times somebody asked again,"
            f" {sum(each.typed_instead for each in everybody)} typed what they had tapped"
        )


@contextmanager
def stormy(folder: Path, url: str = "", *, seats: int = PEOPLE) -> Iterator[Scene]:
    """Telegram, its people, servers that can be killed, and the database with whoever watches it."""
    clock = MovableClock()
    with (
        closing(opened(folder, url)) as storage,
        TelegramServer(Settings(limits=None), now=clock) as telegram,
        nursery(folder / "lives") as lives,
        Crowd(telegram, AUDIT, seats=seats, seed=SEED) as crowd,
    ):
        witness = Witness(telegram, crowd, storage)
        yield Scene(storage, telegram, lives, crowd, witness, Storm(clock, crowd, witness))


def all_hand_in(scene: Scene, places: Sequence[dict[str, str]]) -> None:
    """The storm is over: everybody comes to the end, and the servers stop when they are told to."""
    living = [scene.lives.begin(environ) for environ in places]
    scene.crowd.let_nobody_in()
    while not scene.crowd.has_left(seconds=2.0):  # who waits in vain for too long ends this
        scene.witness.looks()
    scene.telegram.waits_until_all_is_acknowledged(PATIENCE)
    assert [stop(life) for life in living] == [0] * len(living)
    scene.witness.looks()
    assert scene.witness.seen > len(scene.crowd.everybody)
    everything_is_there_once(scene.storage, scene.crowd)


@contextmanager
def told_of_the_seed() -> Iterator[None]:
    """When it fails, say with which chance."""
    try:
        yield
    except BaseException:
        print(f"to have the same chance again: CRASH_SEED={SEED}")
        raise
