"""Numbers that an audit follows month by month, for its pages and the command line.

Plain functions on a `Storage`. What cannot be kept is a NotOpenedError that says why, and nothing is kept then.
"""

from __future__ import annotations

from bot import following, wording
from bot.clock import Clock
from bot.following import Hand
from dialogues.problems import Problem
from dialogues.wordless import Wordless
from reports import measures, monthly
from reports.hours import local_day
from reports.measures import Charted, Month
from reports.monthly import Series
from storage.journal import OPERATOR
from storage.plan import Entry, Followed
from storage.unit_of_work import Storage

NOBODY = bytes(16)  # the account of whoever is at the command line


class Shown(Wordless, frozen=True):
    """A series with its chart, or why there is none, and what was changed in it later. No numbers in its repr."""

    followed: Followed
    chart: Charted
    corrections: tuple[Entry, ...] = ()


def hand(account: bytes, actor: str, clock: Clock, language: str = wording.SOURCE) -> Hand:
    """Who keeps numbers now, and in which language they are told what cannot be so."""
    return Hand(account, actor, local_day(clock.now()), wording.voice(language))


def operator(clock: Clock) -> Hand:
    """Whoever is at the command line."""
    return hand(NOBODY, OPERATOR, clock)


def shown(storage: Storage, audit: str) -> tuple[Shown, ...]:
    """Every series of the audit, by what is followed. Raises UnknownAuditError."""
    with storage.reading() as work:
        work.casework.audit(audit)
        return tuple(
            Shown(each, following.charted(each), following.corrections(work, each))
            for each in work.measures.of(audit)
        )


def begin(
    storage: Storage, audit: str, measure: measures.Measure, month: Month, value: float, by: Hand
) -> Followed:
    """Follow something new, from this number on. Raises UnknownAuditError, NotOpenedError."""
    with storage.writing() as work:
        work.casework.audit(audit)
        return following.put(work, following.begin(work, audit, measure, by), month, value, by)


def add(
    storage: Storage, audit: str, series: str, month: Month, value: float, by: Hand, *, reason: str = ""
) -> Followed:
    """Keep the number of a month; in the place of another one with a reason. Raises NotOpenedError."""
    with storage.writing() as work:
        found = following.find(work, audit, series, by)
        return following.put(work, found, month, value, by, reason=reason)


def rebase(storage: Storage, audit: str, series: str, month: Month, reason: str, by: Hand) -> Followed:
    """Begin new limits with a month, because something was changed on purpose. Raises NotOpenedError."""
    with storage.writing() as work:
        return following.rebase(work, following.find(work, audit, series, by), month, reason, by)


def bring(
    storage: Storage, audit: str, content: bytes, name: str, by: Hand
) -> tuple[Followed, ...] | list[Problem]:
    """Keep the numbers of a table, .csv or .xlsx by its name: all, or none and everything that is wrong.

    Raises UnknownAuditError.
    """
    read = monthly.read(content, name)
    problems = [each for each in read if isinstance(each, Problem)]
    if problems:
        return problems
    series = [each for each in read if isinstance(each, Series)]
    with storage.writing() as work:
        work.casework.audit(audit)
        return following.bring(work, audit, series, by)
