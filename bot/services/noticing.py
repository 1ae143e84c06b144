"""Messages that start with us: whether one still holds when its time comes, what it says, and how it ended.

Plain functions on a `Storage`. A notice is decided on with what is stored at that moment, never with what was
true when it was noted.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeAlias

from msgspec import Struct

from bot import logs, wording
from bot.contacts import Contacts
from bot.messages import Letter
from bot.services import reminding
from bot.wording import mark
from reports.hours import is_quiet, local_day, next_allowed
from storage.casework import CONCERN, MESSAGE
from storage.errors import UndecipherableError, UnknownAuditError
from storage.notices import (
    ACTION_BACK,
    ACTION_CHANGED,
    ACTION_DONE,
    ACTION_GIVEN,
    CHALLENGED,
    HELP_WANTED,
    NEWS_WANTED,
    OF_ACTIONS,
    REPLIED,
    Notice,
    Sending,
)
from storage.people import Person
from storage.slips import LEAD
from storage.unit_of_work import Storage, UnitOfWork

log = logs.logger(__name__)

REPORT = "report_published"  # the kind of a notice: somebody may read what was published

_TO_OWNERS = {ACTION_GIVEN: reminding.given, ACTION_CHANGED: reminding.changed}
_OF_THE_PLAN = _TO_OWNERS.keys() | {ACTION_DONE, ACTION_BACK, HELP_WANTED, NEWS_WANTED, CHALLENGED, REPLIED}
_CAN_WAIT = reminding.KINDS | _OF_THE_PLAN | {REPORT}  # for the day: nobody is woken by it

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
    ACTION_DONE: (
        mark("An action in the audit “{audit}” was reported as done."),
        mark("Somebody else looks at it next. Send /verify to note what you see."),
    ),
    ACTION_BACK: (
        mark("Somebody has looked at an action of yours in the audit “{audit}”. Something is still missing."),
        mark("Send /actions to go on with it."),
    ),
    HELP_WANTED: (
        mark("The owner of an action in the audit “{audit}” asks for help."),
        mark("Open Candour or send /plan to see which one it is."),
    ),
    CHALLENGED: (
        mark("The board has a question about the audit “{audit}”."),
        mark("Send /challenge to read it and to answer."),
    ),
    REPLIED: (
        mark("A question of the board about the audit “{audit}” was answered."),
        mark("Open Candour to read the answer."),
    ),
    REPORT: (
        mark("A report on the audit “{audit}” was published."),
        mark("Sign in to Candour to read it. It is on the page of the audit."),
    ),
}

_KNOWN = frozenset({*reminding.KINDS, *_TO_OWNERS, NEWS_WANTED, *_SAID})


class Delivered(StrEnum):
    """What became of a message that was handed to a channel."""

    SENT = "sent"
    HELD = "held"  # not now: the channel asks for a pause, and has let go of the message
    GONE = "gone"  # for good: the person blocked us, or their account is no more
    FAILED = "failed"  # not now: the channel could not be reached


class Deliver(Protocol):
    """Sends a letter to an address on a channel, once, and says what became of it."""

    async def __call__(self, channel: str, address: str, letter: Letter) -> Delivered:
        """Send it."""


class Parked(Struct, frozen=True):
    """A message that could not be delivered: to whom, by their role; on which channel; what kind it was.

    Role and channel are empty when nobody can read any more who it was for. `name`: what others call them, of messages
    about actions, if they have said it.
    """

    role: str
    channel: str
    kind: str
    name: str = ""


class Due(Struct, frozen=True):
    """It holds: whom to tell, and what."""

    person: Person
    letter: Letter


class Held(Struct, frozen=True):
    """It can wait, and has to until this moment."""

    person: Person
    until: datetime


class Over(Struct, frozen=True):
    """It does not hold any more: nobody needs to be told."""


Decision: TypeAlias = Due | Held | Over | None


def due_message(
    storage: Storage, notice: bytes, now: datetime, contacts: Contacts, language: str = wording.SOURCE
) -> Decision:
    """What is to be done with a notice now; None when nobody can be told, or nothing is known of it."""
    with storage.reading() as work:
        noted = work.notices.get(notice)
        if noted is None or noted.status is not Sending.WAITING:
            return None
        person = _person(work, noted.person)
        if person is None:
            return None
        nation = contacts.nation_of(noted.audit)
        if noted.kind in _CAN_WAIT and is_quiet(now, nation):
            return Held(person, next_allowed(now, nation))
        return _decided(work, noted, person, now, contacts, wording.voice(language))


def _decided(
    work: UnitOfWork, noted: Notice, person: Person, now: datetime, contacts: Contacts, _: wording.Voice
) -> Decision:
    if noted.kind not in _KNOWN:
        return None
    try:
        audit = work.casework.audit(noted.audit)
    except UnknownAuditError:
        return None
    match noted.kind:
        case kind if kind in reminding.KINDS:
            letter = reminding.letter(work, noted, person, audit, now, contacts, _)
        case kind if kind in _TO_OWNERS:
            letter = _TO_OWNERS[kind](work, noted, person, audit, _)
        case kind if kind == NEWS_WANTED:
            letter = reminding.news(work, noted, person, local_day(now), _)
        case kind:
            letter = Letter("\n\n".join(_(paragraph, audit=audit.name) for paragraph in _SAID[kind]))
    return Due(person, letter) if letter else Over()


def mark_sent(storage: Storage, notice: bytes) -> None:
    """Note that it was sent, and that whoever it was for is reached."""
    with storage.writing() as work:
        work.notices.mark(notice, Sending.SENT)
        work.notices.settle(notice)


def drop(storage: Storage, notice: bytes) -> None:
    """Note that nobody needs to be told any more."""
    with storage.writing() as work:
        work.notices.mark(notice, Sending.DROPPED)


def park(storage: Storage, notice: bytes, now: datetime) -> bool:
    """Note that it cannot be delivered, if it still waits; whether it did. Of a reminder the leads are told."""
    with storage.writing() as work:
        noted = work.notices.get(notice)
        if noted is None or noted.status is not Sending.WAITING:
            return False
        work.notices.mark(notice, Sending.PARKED)
        reminding.note_unreached(work, noted, now)
    return True


def parked(storage: Storage, audit: str, roles: Collection[str] = (LEAD,)) -> tuple[Parked, ...]:
    """What could not be delivered to people of this audit who have one of these roles, in no order.

    The lead must not learn from it that something went past them; but of actions, whom no message reaches. It stays
    until one does, or until their role is removed.
    """
    with storage.reading() as work:
        theirs = {person for role in roles for person in work.people.ids(audit, role)}
        waiting = [
            notice
            for notice in work.notices.parked(audit)
            if notice.person in theirs or (LEAD in roles and notice.kind in OF_ACTIONS)
        ]
        return tuple(_parked(work, notice) for notice in waiting)


def _parked(work: UnitOfWork, notice: Notice) -> Parked:
    person = _person(work, notice.person)
    if person is None:
        return Parked("", "", notice.kind)
    name = work.access.name(person.account) if notice.kind in OF_ACTIONS else ""
    return Parked(person.role, person.channel, notice.kind, name)


def _person(work: UnitOfWork, person: bytes) -> Person | None:
    """Somebody with a role; None when they were removed, or how to reach them cannot be read."""
    try:
        return work.people.get(person)
    except UndecipherableError as trouble:
        log.error("notice.unreadable", trouble=trouble)
        return None
