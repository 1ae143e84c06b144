"""The days of a plan for people's own calendar programs: a whole plan as a file, or each person's at an address.

The address has a token that nobody guesses; we keep its hash. Whoever has it reads the titles of that person's actions,
so that it can be made anew, which ends the one before, and taken away. What is read is what they may see now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time

from reports import reminding
from reports.exchange import icalendar
from reports.exchange.icalendar import Day, Occasion
from reports.hours import local_day
from reports.plan import Action
from reports.reminding import Why
from storage.casework import Audit
from storage.slips import LEAD
from storage.unit_of_work import Storage, UnitOfWork

_CALLED = {
    Why.DUE: Occasion.DUE,
    Why.MILESTONE: Occasion.MILESTONE,
    Why.REVIEW: Occasion.REVIEW,
    Why.REAUDIT: Occasion.REAUDIT,
}
_NAME = "Candour"


def of_plan(storage: Storage, audit: str, now: datetime) -> bytes:
    """Every day of an audit's plan that is still to come or was missed. Raises UnknownAuditError."""
    with storage.reading() as work:
        found = work.casework.audit(audit)
        days = [*_days(work.actions.of(audit)), *_look_again(work, found)]
    return icalendar.calendar(f"{_NAME}: {found.name}", days, _stamp(now))


def of_token(storage: Storage, token: str, now: datetime) -> bytes | None:
    """What belongs to whoever has this token; None when it is not worth anything (any more).

    That is what they own or sponsor, and of the audits that they lead, everything.
    """
    with storage.reading() as work:
        account = work.access.whose_calendar(token)
        if account is None:
            return None
        days = list(_of_account(work, account))
    return icalendar.calendar(_NAME, days, _stamp(now))


def renew(storage: Storage, account: bytes) -> str:
    """A token for somebody's calendar; the one before is worth nothing any more."""
    with storage.writing() as work:
        return work.access.new_calendar(account)


def take_away(storage: Storage, account: bytes) -> None:
    """Let no calendar program read what somebody has to do."""
    with storage.writing() as work:
        work.access.end_calendar(account)


def has_one(storage: Storage, account: bytes) -> bool:
    """Whether there is an address for somebody's calendar."""
    with storage.reading() as work:
        return work.access.has_calendar(account)


def _of_account(work: UnitOfWork, account: bytes) -> Iterator[Day]:
    roles = work.people.roles(account)
    for audit in sorted({audit for audit, _ in roles}):
        leads = (audit, LEAD) in roles
        theirs = (each for each in work.actions.of(audit) if leads or _is_theirs(each, account.hex()))
        yield from _days(theirs)
        if leads:
            yield from _look_again(work, work.casework.audit(audit))


def _is_theirs(action: Action, account: str) -> bool:
    return account in (action.owner, action.sponsor)


def _days(actions: Iterable[Action]) -> Iterator[Day]:
    for action in actions:
        for each in reminding.dates(action):
            yield Day(_CALLED[each.why], each.about, action.id, action.title, each.number)


def _look_again(work: UnitOfWork, audit: Audit) -> Iterator[Day]:
    begun = any(each.baseline == audit.id for each in work.casework.all())
    if audit.closed_on and not begun:
        on = reminding.reaudit_on(audit.closed_on)
        yield Day(Occasion.REAUDIT, on, audit.id.encode().hex(), audit.name)


def _stamp(now: datetime) -> datetime:
    """The beginning of a day: what is fetched twice on one is the same."""
    return datetime.combine(local_day(now), time(), UTC)
