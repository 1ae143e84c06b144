"""On which occasions people are reminded of an action, and who; worked out from the action as it is, and the day.

Each date has its days of reminding. Of those that have come, only the newest counts: after an outage nobody is sent
what they should have read before. Those of a weekend or a bank holiday come on the working day before (`ahead`). The
name of an occasion holds its date, so that another date makes other occasions, and the same one never comes twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct

from reports.plan import Action, State

REAUDIT_AFTER: Final = timedelta(
    days=182
)  # since the audit was closed; long enough to see whether change lasts

_ASKED = frozenset({State.AGREED, State.IN_PROGRESS})  # of these the owner is reminded, step by step
_OWED = _ASKED | {
    State.PROPOSED
}  # of these as long as nobody says that it is done; at first, to say whether they can
_REVIEWED = _ASKED | {State.IMPLEMENTED, State.VERIFIED, State.EMBEDDED}
_WEEK = 7


class Why(StrEnum):
    """What comes, or came."""

    DUE = "due"
    MILESTONE = "milestone"
    REVIEW = "review"
    REAUDIT = "reaudit"


class Reader(StrEnum):
    """Who is reminded."""

    OWNER = "owner"
    SPONSOR = "sponsor"
    LEAD = "lead"


class Rule(Struct, frozen=True):
    """The days of reminding, counted from the date that they are about; and whether every week after the last."""

    days: tuple[int, ...]
    weekly: bool = False

    def newest(self, about: date, today: date) -> date | None:
        """The last of the days that have come."""
        gone = (today - about).days
        if self.weekly and gone >= self.days[-1]:
            return about + timedelta(self.days[-1] + (gone - self.days[-1]) // _WEEK * _WEEK)
        return max((about + timedelta(each) for each in self.days if each <= gone), default=None)

    def next(self, about: date, after: date) -> date | None:
        """The first of the days that come after this one."""
        gone = (after - about).days
        if self.weekly and gone >= self.days[-1]:
            return about + timedelta(self.days[-1] + ((gone - self.days[-1]) // _WEEK + 1) * _WEEK)
        return min((about + timedelta(each) for each in self.days if each > gone), default=None)


RULES: Final = {
    Why.DUE: Rule((-14, -7, -1, 0), weekly=True),
    Why.MILESTONE: Rule((-7, 0)),
    Why.REVIEW: Rule((-7, 0)),
    Why.REAUDIT: Rule((-28, 0)),
}


class Occasion(Struct, frozen=True):
    """A day `on` which somebody is reminded of a date that comes or came (`about`).

    `number` is the id of a milestone. `put_off`: the owner asked for this day.
    """

    why: Why
    about: date
    on: date
    readers: tuple[Reader, ...]
    number: int = 0
    put_off: bool = False

    @property
    def name(self) -> str:
        """What it is known by for good: due:2026-05-04:-14; what was put off by its day: due:later:2026-04-22."""
        if self.put_off:
            return f"{self.why}:later:{self.on.isoformat()}"
        what = f"{self.why}-{self.number}" if self.number else str(self.why)
        return f"{what}:{self.about.isoformat()}:{(self.on - self.about).days:+d}"


class Date(Struct, frozen=True):
    """A date of an action. `number` is the id of a milestone."""

    why: Why
    about: date
    number: int = 0


def due(action: Action, today: date, ahead: date | None = None) -> tuple[Occasion, ...]:
    """The occasions that hold on this day, whether or not anybody was told: one at most for each date and reader.

    `ahead` is the last day before people work again, if that is not this one: see `hours.last_before_work`.
    None of what was done asks its owner for anything; only a review is still to come then. What is proposed asks
    whether they can do it.
    """
    found = (_occasions(action, each, today, ahead or today) for each in dates(action))
    return (*_put_off(action, today, ahead or today), *(each for occasions in found for each in occasions))


def next_day(action: Action, after: date = date.min, ahead: date | None = None) -> date | None:
    """The first day on which an occasion begins that did not on this one; None when there is no more."""
    last = ahead or after
    days = [RULES[each.why].next(each.about, last) for each in dates(action)]
    until = action.snoozed_until
    if until and until > after and action.state in _OWED:
        days.append(max(until, last + timedelta(1)))
    return min((day for day in days if day), default=None)


def reaudit_on(closed_on: date) -> date:
    """When it is time to look again whether what was found has changed."""
    return closed_on + REAUDIT_AFTER


def reaudit(closed_on: date, today: date) -> Occasion | None:
    """The same as an occasion, for the lead."""
    about = reaudit_on(closed_on)
    on = RULES[Why.REAUDIT].newest(about, today)
    return Occasion(Why.REAUDIT, about, on, (Reader.LEAD,)) if on else None


def dates(action: Action) -> Iterator[Date]:
    """The dates of an action that somebody has to keep yet, in no order."""
    waits = action.state is State.PROPOSED and action.owner != ""
    if action.due and (waits or action.state in _ASKED):
        yield Date(Why.DUE, action.due)
    if action.state in _ASKED:
        for milestone in action.milestones:
            if not milestone.done:
                yield Date(Why.MILESTONE, milestone.due, milestone.id)
    if action.state in _REVIEWED and action.review:
        yield Date(Why.REVIEW, action.review)


def _occasions(action: Action, of: Date, today: date, ahead: date) -> Iterator[Occasion]:
    newest, until = RULES[of.why].newest(of.about, ahead), action.snoozed_until
    readers = _readers(action, of, newest) if newest else ()
    if until and newest and (today < until or (of.why is Why.DUE and newest < until)):
        readers = tuple(each for each in readers if each is not Reader.OWNER)
    if newest and readers:
        yield Occasion(of.why, of.about, newest, readers, of.number)


def _put_off(action: Action, today: date, ahead: date) -> Iterator[Occasion]:
    """The day for which the owner asked, whatever it was that they put off, until a later one has come."""
    until = action.snoozed_until
    if until is None or until > today or action.state not in _OWED:
        return
    newest = RULES[Why.DUE].newest(action.due, ahead) if action.due else None
    if newest is None or newest < until:
        yield Occasion(Why.DUE, action.due or until, until, (Reader.OWNER,), put_off=True)


def _readers(action: Action, of: Date, on: date) -> tuple[Reader, ...]:
    match of.why:
        case Why.DUE if on > of.about:
            return (Reader.OWNER, Reader.SPONSOR, Reader.LEAD)
        case Why.REVIEW:
            return (Reader.OWNER, Reader.LEAD) if action.state in _ASKED else (Reader.LEAD,)
        case _:
            return (Reader.OWNER,)
