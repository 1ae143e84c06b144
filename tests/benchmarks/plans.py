"""Reminders of 10,000 actions: one look at what is due, and a year of days with each notice decided on and worded."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from msgspec.structs import replace

from bot import wording
from bot.contacts import SHIPPED
from bot.services import reminding
from reports.hours import Nation
from reports.plan import Action, Milestone, State
from storage.notices import Sending
from storage.slips import LEAD, OWNER
from storage.unit_of_work import Storage
from tests.benchmarks.results import OURS, Result, single
from tests.bot.notifying import opened
from tests.bot.stories import AUDIT

ACTIONS, OWNERS = 10_000, 300
FIRST = date(2026, 3, 2)  # a Monday
ENGLAND = replace(SHIPPED, nation=Nation.ENGLAND)
ENGLISH = wording.voice(wording.SOURCE)


def scan() -> Iterator[Result]:
    """A look at 10,000 actions: the first of all, that of a usual day, and one more on the same day."""
    with _planned() as (storage, _):
        first = _timed(storage, FIRST)
        usual = sorted(_timed(storage, FIRST + timedelta(days)) for days in (1, 2, 3))[1]
        again = _timed(storage, FIRST + timedelta(3))
    aim = (single("the aim", 1.0),)
    yield Result("reminders.scan", "s", single(OURS, usual), aim, less_is_better=True)
    yield Result("reminders.scan.first", "s", single(OURS, first), aim, less_is_better=True)
    yield Result("reminders.scan.again", "s", single(OURS, again), aim, less_is_better=True)


def year() -> Iterator[Result]:
    """Every day of a year: what is due is noted, decided on, worded and marked. All is done, some of it late."""
    with _planned() as (storage, done):
        start, sent = time.perf_counter(), 0
        for days in range(365):
            sent += _day(storage, FIRST + timedelta(days), done)
        took = time.perf_counter() - start
    yield Result("reminders.year", "s", single(OURS, took), (single("the aim", 60.0),), less_is_better=True)
    yield Result("reminders.year.sent", "reminders", single(OURS, sent), ())


def _timed(storage: Storage, day: date) -> float:
    start = time.perf_counter()
    reminding.note_due(storage, _at(day), ENGLAND)
    return time.perf_counter() - start


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, 30, tzinfo=UTC)


def _day(storage: Storage, day: date, done: dict[date, list[Action]]) -> int:
    with storage.writing() as work:
        for action in done.get(day, ()):
            work.actions.keep(AUDIT, action)
    now = _at(day)
    reminding.note_due(storage, now, ENGLAND)
    with storage.writing() as work:
        audit, people = work.casework.audit(AUDIT), {each.id: each for each in work.people.all_of(AUDIT)}
        sent = 0
        for each in work.notices.waiting():
            if reminding.letter(work, each, people[each.person], audit, now, ENGLAND, ENGLISH):
                work.notices.mark(each.id, Sending.SENT)
                sent += 1
    return sent


@contextmanager
def _planned() -> Iterator[tuple[Storage, dict[date, list[Action]]]]:
    """A plan of 10,000 actions that are due over a year, and when each is done: a fifth up to four weeks late."""
    chance = random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        storage = opened(Path(folder))
        with storage.writing() as work:
            work.people.add(AUDIT, LEAD, "telegram", "1")
            accounts = [work.access.open(f"Owner {number}") for number in range(OWNERS)]
            for number, account in enumerate(accounts):
                work.people.appoint(account, AUDIT, OWNER, "telegram", str(100 + number))
        done: dict[date, list[Action]] = {}
        with storage.writing() as work:
            for number in range(1, ACTIONS + 1):
                action = _action(number, accounts, chance)
                late = chance.randrange(1, 28) if chance.random() < 0.2 else -chance.randrange(0, 20)
                assert action.due is not None
                finished = replace(action, state=State.IMPLEMENTED)
                done.setdefault(action.due + timedelta(late), []).append(finished)
                work.actions.keep(AUDIT, action)
        yield storage, done
        storage.close()


def _action(number: int, accounts: list[bytes], chance: random.Random) -> Action:
    due = FIRST + timedelta(chance.randrange(0, 350))
    return Action(
        id=f"{number:032x}",
        number=number,
        title=f"Action {number}",
        state=State.IN_PROGRESS,
        owner=chance.choice(accounts).hex(),
        sponsor=chance.choice(accounts).hex(),
        due=due,
        review=due + timedelta(90),
        milestones=(Milestone("A step", due - timedelta(30), id=1),),
    )
