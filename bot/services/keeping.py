"""What is done with answers when it is time: mixed early, destroyed when they were kept long enough.

Plain functions on a `Storage`, each safe to repeat and to be cut off anywhere.
"""

from __future__ import annotations

from datetime import date, timedelta

from bot import filing, logs
from bot.clock import Clock
from bot.services.auditing import compact
from reports.hours import local_day
from storage.casework import Audit, Status
from storage.journal import CANDOUR, AnswersForgotten, ConcernsForgotten
from storage.unit_of_work import Storage, UnitOfWork

ANSWERS_KEPT = timedelta(days=90)  # after the release
THREADS_KEPT = timedelta(days=90)  # after the last message

log = logs.logger(__name__)


def flush_early(storage: Storage) -> None:
    """Mix what waits in the pools of open audits, where there are 2 K responses or more: the sooner, the safer.

    Any K of them stay for the next time. Else whoever had copied the database after the last but one would see the
    few answers that came with the last. An audit whose lead has chosen no passphrase yet waits for it.
    """
    with storage.reading() as work:
        ready = [audit.id for audit in work.casework.all() if _is_ready(work, audit)]
    for name in ready:
        with storage.writing() as work:
            work.casework.hold(name)  # another worker may be about to do the same
            audit = work.casework.audit(name)
            if _is_ready(work, audit):
                work.flush(name, keep=audit.k)
    compact(storage)


def forget(storage: Storage, clock: Clock) -> None:
    """Destroy answers 90 days after their release, and then threads 90 days after the last message in them.

    Never a thread while its answers are there: its receipt is what takes them back. Concerns are records of
    safeguarding: they stay for years, and none goes that nobody has read.
    """
    today = local_day(clock.now())
    with storage.writing() as work:
        for audit in work.casework.all():
            if _is_over(audit, today):
                _forget(work, audit, today)
            if audit.closed_on is not None and today > _years_after(audit.closed_on, work.concern_years):
                _forget_concerns(work, audit, today)
    compact(storage)


def _forget(work: UnitOfWork, audit: Audit, today: date) -> None:
    work.casework.hold_row(audit.id)  # nobody cuts them into excerpts meanwhile
    answers = work.answers.forget(audit.id)
    if work.threads.forget(audit.id, today - THREADS_KEPT) or answers:
        work.casework.note_rewriting(audit.id)
    if answers:
        work.journal.append(AnswersForgotten(), day=today, actor=CANDOUR, audit=audit.id)


def _forget_concerns(work: UnitOfWork, audit: Audit, today: date) -> None:
    """Destroy the concerns that were read, with their files."""
    forgotten = work.casework.forget_concerns(audit.id)
    if forgotten:
        names = frozenset[str]().union(*(filing.names_in(each.response) for each in forgotten))
        work.files.erase(filing.digests(names))
        work.casework.note_rewriting(audit.id)
        work.journal.append(ConcernsForgotten(), day=today, actor=CANDOUR, audit=audit.id)


def _years_after(day: date, years: int) -> date:
    """The same day so many years later; 1 March where there is no 29 February."""
    return date(day.year + years, day.month, 1) + timedelta(days=day.day - 1)


def _is_ready(work: UnitOfWork, audit: Audit) -> bool:
    return (
        audit.status is Status.OPEN
        and work.answers.waiting(audit.id) >= 2 * audit.k
        and work.casework.release_key(audit.id) is not None
    )


def _is_over(audit: Audit, today: date) -> bool:
    return audit.closed_on is not None and today > audit.closed_on + ANSWERS_KEPT
