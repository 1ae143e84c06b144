"""What people with a receipt and those who review an audit write each other: threads, never people.

The thread of a concern is for whom that concern is for: the lead, or past them the deputy. All others are for the
lead. Plain functions on a `Storage`.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import groupby
from random import SystemRandom

from bot.clock import Clock
from dialogues.wordless import Wordless
from reports.hours import local_day
from storage.slips import LEAD, ROLES
from storage.threads import Message, Sender
from storage.unit_of_work import Storage, UnitOfWork

LONGEST = 4000  # characters of a message

_HANDLE_BYTES = 16


class Thread(Wordless, frozen=True):
    """A thread, for `role` to read. `locator` says nothing of who has its receipt; `concern`: it began with one."""

    locator: bytes
    messages: tuple[Message, ...]
    role: str
    concern: bool

    @property
    def new(self) -> bool:
        """Whether there is something from its owner that was not read yet."""
        return any(each.new and each.sender is Sender.RESPONDENT for each in self.messages)


def threads(storage: Storage, audit: str, roles: Collection[str] = (LEAD,)) -> tuple[Thread, ...]:
    """The threads for whoever has these roles in the audit: of concerns, and those in which their owner wrote.

    Those with something new come first. How many others there are is not to be known. Raises UnknownAuditError,
    UndecipherableError.
    """
    with storage.reading() as work:
        found = _all(work, audit)
    shown = [each for each in found if each.role in roles and (each.concern or _has_words_of_owner(each))]
    return tuple(sorted(shown, key=lambda thread: not thread.new))


def handle(storage: Storage, audit: str, locator: bytes) -> str:
    """What stands for a thread on a page: who reads it learns no part of a receipt, and so can try none out."""
    return storage.keys.prove("thread", audit, locator)[:_HANDLE_BYTES].hex()


def meant(storage: Storage, audit: str, carried: str, roles: Collection[str] = (LEAD,)) -> bytes:
    """The locator of the thread that such a handle stands for, among those that these roles may read; else nothing."""
    known = (each.locator for each in threads(storage, audit, roles))
    return next((locator for locator in known if handle(storage, audit, locator) == carried), b"")


def answer(
    storage: Storage, audit: str, locator: bytes, text: str, clock: Clock, roles: Collection[str] = (LEAD,)
) -> bool:
    """Write to whoever has the receipt of this thread, and note that theirs was read.

    False when these roles have no such thread, or it is full. Raises UnknownAuditError.
    """
    with storage.writing() as work:
        work.casework.hold_row(audit)  # no flush writes the threads anew meanwhile
        here = work.threads.get(locator)
        mine = any(each.locator == locator and each.role in roles for each in _all(work, audit))
        if here is None or not mine or not text.strip():
            return False
        work.threads.mark_read([locator], Sender.RESPONDENT)
        public = work.casework.keys_of(audit).public
        return work.threads.write(here, Sender.LEAD, text[:LONGEST], public, local_day(clock.now()))


def ask_everyone(storage: Storage, audit: str, text: str, clock: Clock) -> None:
    """Ask everybody who handed in at this audit; each reads it when they come back. Raises UnknownAuditError."""
    with storage.writing() as work:
        work.casework.hold_row(audit)
        public = work.casework.keys_of(audit).public
        everybody = list(work.threads.of(audit))
        SystemRandom().shuffle(everybody)
        for each in everybody:
            work.threads.write(each, Sender.LEAD, text[:LONGEST], public, local_day(clock.now()))


def mark_read(storage: Storage, audit: str, locator: bytes, roles: Collection[str] = (LEAD,)) -> None:
    """Note that whoever has these roles has read a thread of theirs."""
    with storage.writing() as work:
        if any(each.locator == locator and each.role in roles for each in _all(work, audit)):
            work.threads.mark_read([locator], Sender.RESPONDENT)


def _all(work: UnitOfWork, audit: str) -> list[Thread]:
    """Every thread that a concern began or in which something was written."""
    of_concerns = {each.locator: each.route for each in work.casework.concerns(audit, ROLES) if each.locator}
    written = work.threads.read_by_lead(audit, work.casework.keys_of(audit))
    said = {locator: tuple(each) for locator, each in groupby(written, lambda one: one.locator)}
    return [
        Thread(locator, said.get(locator, ()), of_concerns.get(locator, LEAD), locator in of_concerns)
        for locator in {**of_concerns, **said}
    ]


def _has_words_of_owner(thread: Thread) -> bool:
    return any(each.sender is Sender.RESPONDENT for each in thread.messages)
