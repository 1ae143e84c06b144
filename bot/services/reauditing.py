"""Re-audits: opened from a closed audit, and what they show of it.

Plain functions on a `Storage`, for pages and the command line. What is compared of anonymous people was published of
both audits; whoever calls `settle` has seen that a lead of both wants it.
"""

from __future__ import annotations

from collections.abc import Collection

from bot import founding, revisiting, wording
from bot.clock import Clock
from bot.following import Hand
from dialogues import library
from reports.embedding import Outcome
from reports.hours import local_day
from storage.casework import CONCERN, Audit
from storage.journal import OPERATOR
from storage.unit_of_work import Storage


def open_again(
    storage: Storage, baseline: str, name: str, title: str, staff: int, clock: Clock, actor: str = OPERATOR
) -> Audit:
    """Open a re-audit of a closed audit, with all that it takes over; `title` and `staff` may be left out.

    Raises UnknownAuditError, AuditOpenError, AuditExistsError.
    """
    today, voice = local_day(clock.now()), wording.voice(wording.SOURCE)
    with storage.writing() as work:
        audit, forms = founding.again(work, baseline, today, name=name, title=title, staff=staff, _=voice)
        founding.found(work, audit, (*forms, library.shipped(CONCERN)), actor)
    return audit


def outcome(storage: Storage, audit: str) -> Outcome:
    """What a re-audit shows of its baseline. Raises UnknownAuditError, NoBaselineError, AuditOpenError."""
    with storage.reading() as work:
        return revisiting.outcome(work, audit)


def baseline(storage: Storage, audit: str) -> Audit:
    """The audit that this one looks at again. Raises as `outcome`."""
    with storage.reading() as work:
        return revisiting.both(work, audit)[1]


def settle(storage: Storage, audit: str, confirmed: Collection[str], by: Hand) -> tuple[int, int, int]:
    """Do what the outcome proposes for these findings and actions, by their ids: see `revisiting.settle`."""
    with storage.writing() as work:
        return revisiting.settle(work, audit, confirmed, by)
