"""Messages that start with us: whether one still holds when its time comes, what it says, and how it ended.

Plain functions on a `Storage`. A notice is decided on with what is stored at that moment, never with what was
true when it was noted.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from bot import logs, wording
from bot.wording import mark
from storage.casework import CONCERN, MESSAGE
from storage.errors import UndecipherableError, UnknownAuditError
from storage.notices import Sending
from storage.people import Person
from storage.slips import LEAD
from storage.unit_of_work import Storage, UnitOfWork

log = logs.logger(__name__)

# By the kind of a notice: its paragraphs. None may hold a word of what it is about.
_SAID = {
    CONCERN: (
        mark("Someone raised a concern in the audit “{audit}”."),
        mark("Open Candour and read it today."),
    ),
    MESSAGE: (
        mark("Someone who answered wrote to you in the audit “{audit}”."),
        mark("Open Candour to read it and to answer. You will not see who it is."),
    ),
}


class Delivered(StrEnum):
    """What became of a message that was handed to a channel."""

    SENT = "sent"
    HELD = "held"  # not now: the channel asks for a pause, and has let go of the message
    GONE = "gone"  # for good: the person blocked us, or their account is no more
    FAILED = "failed"  # not now: the channel could not be reached


class Deliver(Protocol):
    """Sends a text to an address on a channel, once, and says what became of it."""

    async def __call__(self, channel: str, address: str, text: str) -> Delivered:
        """Send it."""


class Parked(Struct, frozen=True):
    """A message that could not be delivered: to whom, by their role; on which channel; what kind it was.

    Role and channel are empty when nobody can read any more who it was for.
    """

    role: str
    channel: str
    kind: str


def due_message(storage: Storage, notice: bytes, language: str = wording.SOURCE) -> tuple[Person, str] | None:
    """Whom to tell, and what, in plain text; None when there is nothing to send, or nobody to send it to."""
    with storage.reading() as work:
        noted = work.notices.get(notice)
        if noted is None or noted.status is not Sending.WAITING or noted.kind not in _SAID:
            return None
        person = _person(work, noted.person)
        try:
            audit = work.casework.audit(noted.audit)
        except UnknownAuditError:
            return None
    _ = wording.voice(language)
    text = "\n\n".join(_(paragraph, audit=audit.name) for paragraph in _SAID[noted.kind])
    return None if person is None else (person, text)


def mark_sent(storage: Storage, notice: bytes) -> None:
    """Note that it was sent."""
    with storage.writing() as work:
        work.notices.mark(notice, Sending.SENT)


def park(storage: Storage, notice: bytes) -> bool:
    """Note that it cannot be delivered, if it still waits; whether it did."""
    with storage.writing() as work:
        noted = work.notices.get(notice)
        waits = noted is not None and noted.status is Sending.WAITING
        if waits:
            work.notices.mark(notice, Sending.PARKED)
    return waits


def parked(storage: Storage, audit: str, roles: Collection[str] = (LEAD,)) -> tuple[Parked, ...]:
    """What could not be delivered to people of this audit who have one of these roles, in no order.

    The lead must not learn from it that something went past them.
    """
    with storage.reading() as work:
        theirs = {person for role in roles for person in work.people.ids(audit, role)}
        waiting = [notice for notice in work.notices.parked(audit) if notice.person in theirs]
        found = [(notice.kind, _person(work, notice.person)) for notice in waiting]
    return tuple(
        Parked(person.role, person.channel, kind) if person else Parked("", "", kind)
        for kind, person in found
    )


def _person(work: UnitOfWork, person: bytes) -> Person | None:
    """Somebody with a role; None when they were removed, or how to reach them cannot be read."""
    try:
        return work.people.get(person)
    except UndecipherableError as trouble:
        log.error("notice.unreadable", trouble=trouble)
        return None
