"""What the lead and people with a receipt write each other, as the lead sees it: threads, never people.

Plain functions on a `Storage`. For the lead alone.
"""

from __future__ import annotations

from itertools import groupby

from msgspec import Struct

from bot.clock import Clock
from storage.threads import Message, Sender
from storage.unit_of_work import Storage

LONGEST = 4000  # characters of a message


class Thread(Struct, frozen=True):
    """A thread in which something was written. `locator` says nothing of who has its receipt."""

    locator: bytes
    messages: tuple[Message, ...]

    def __repr__(self) -> str:
        return "Thread()"

    @property
    def new(self) -> bool:
        """Whether there is something from its owner that the lead has not read."""
        return any(each.new and each.sender is Sender.RESPONDENT for each in self.messages)


def threads(storage: Storage, audit: str) -> tuple[Thread, ...]:
    """Every thread of the audit in which its owner wrote something, those with something new first.

    How many others there are is not to be known. Raises UnknownAuditError, UndecipherableError.
    """
    with storage.reading() as work:
        written = work.threads.read_by_lead(audit, work.casework.keys_of(audit))
    found = [Thread(locator, tuple(each)) for locator, each in groupby(written, lambda one: one.locator)]
    theirs = [thread for thread in found if any(each.sender is Sender.RESPONDENT for each in thread.messages)]
    return tuple(sorted(theirs, key=lambda thread: not thread.new))


def thread(storage: Storage, audit: str, locator: bytes) -> Thread:
    """The thread of a concern, whether anything was written in it or not. Raises as `threads` does."""
    with storage.reading() as work:
        written = work.threads.read_by_lead(audit, work.casework.keys_of(audit))
    return Thread(locator, tuple(each for each in written if each.locator == locator))


def answer(storage: Storage, audit: str, locator: bytes, text: str, clock: Clock) -> bool:
    """Write to whoever has the receipt of this thread, and note that theirs was read.

    False when there is no such thread any more, or it is full. Raises UnknownAuditError.
    """
    with storage.writing() as work:
        here = work.threads.get(locator)
        if here is None or here.audit != audit:
            return False
        work.threads.mark_read([locator], Sender.RESPONDENT)
        public = work.casework.keys_of(audit).public
        return work.threads.write(here, Sender.LEAD, text[:LONGEST], public, clock.now().date())


def ask_everyone(storage: Storage, audit: str, text: str, clock: Clock) -> None:
    """Ask everybody who handed in at this audit; each reads it when they come back. Raises UnknownAuditError."""
    with storage.writing() as work:
        public = work.casework.keys_of(audit).public
        for each in work.threads.of(audit):
            work.threads.write(each, Sender.LEAD, text[:LONGEST], public, clock.now().date())


def mark_read(storage: Storage, audit: str, locator: bytes) -> None:
    """Note that the lead has read a thread of this audit."""
    with storage.writing() as work:
        here = work.threads.get(locator)
        if here is not None and here.audit == audit:
            work.threads.mark_read([locator], Sender.RESPONDENT)
