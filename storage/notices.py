"""Notices: messages that start with us, to people with a role. Which and for whom, never what they say."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct, structs
from sqlalchemy import ColumnElement, Connection, Row, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from storage.tables import ID_BYTES, notices

REMINDER = "reminder"  # the kind of a notice whose subject is an action: see `reports.reminding`
LOOK_AGAIN = "look-again"  # that it is time to look again whether an audit changed anything
UNREACHED = "unreached"  # that reminders do not reach its subject, a person
DIGEST = "digest"  # what happened in a week
# What people are told of the plan: its kind. What it is about stands in `Notice.subject`.
ACTION_GIVEN, ACTION_CHANGED = "action_given", "action_changed"
ACTION_DONE, ACTION_BACK = "action_done", "action_back"
HELP_WANTED, CHALLENGED, REPLIED = "help_wanted", "challenged", "replied"
NEWS_WANTED = "news_wanted"  # of an action: to its owner, once a day
OF_ACTIONS = frozenset(
    {REMINDER, ACTION_GIVEN, ACTION_CHANGED, ACTION_BACK, NEWS_WANTED}
)  # the lead hears whom these do not reach


class Sending(StrEnum):
    """How far a notice came.

    PARKED: it cannot be delivered, and the lead is shown so. DROPPED: it does not hold any more, whatever came of it.
    """

    WAITING = "waiting"
    SENT = "sent"
    PARKED = "parked"
    DROPPED = "dropped"


class Notice(Struct, frozen=True):
    """A message of this kind for a person, by their id in `people`; on which occasion of which subject, if any."""

    id: bytes
    person: bytes
    audit: str
    kind: str
    status: Sending
    subject: bytes = b""
    occasion: str = ""


class Wanted(Struct, frozen=True):
    """A notice that is to be added: as `Notice`, with what it is noted once by."""

    person: bytes
    audit: str
    kind: str
    subject: bytes
    occasion: str


_IS_PARKED = notices.c.status == Sending.PARKED
_IS_TOLD = notices.c.status.in_((Sending.WAITING, Sending.SENT))
_MARK = (
    update(notices).where(notices.c.id == bindparam("notice")).values(status=bindparam("became"))
)  # made once: as often as anything is sent


class Notices:
    """The notices, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, person: bytes, audit: str, kind: str) -> bytes:
        """Note that a message is to be sent. Returns the id of the notice."""
        new = secrets.token_bytes(ID_BYTES)
        row = {"id": new, "person": person, "audit": audit, "kind": kind, "status": Sending.WAITING}
        self._connection.execute(insert(notices), row | {"subject": new, "occasion": ""})
        return new

    def add_once(self, person: bytes, audit: str, kind: str, subject: bytes, occasion: str) -> bytes | None:
        """The same, of an occasion of a subject; None when they were told of it, or are about to be."""
        row = _row(Wanted(person, audit, kind, subject, occasion))
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(notices), row)
        except IntegrityError:
            return None
        return bytes(row["id"])

    def add_all(self, wanted: Sequence[Wanted]) -> tuple[bytes, ...]:
        """The same of many, of which nobody was told: see `told`. Raises IntegrityError and adds none if they were."""
        rows = [_row(each) for each in wanted]
        if rows:
            self._connection.execute(insert(notices), rows)
        return tuple(row["id"] for row in rows)

    def told(self, subjects: Collection[bytes], occasions: Collection[str]) -> set[tuple[bytes, str, bytes]]:
        """Who was told, or is about to be, of which of these occasions: subjects, occasions and persons."""
        query = select(notices.c.subject, notices.c.occasion, notices.c.person)
        theirs = query.where(notices.c.subject.in_(subjects), notices.c.occasion.in_(occasions))
        return {(row.subject, row.occasion, row.person) for row in self._connection.execute(theirs)}

    def get(self, notice: bytes) -> Notice | None:
        """The notice of this id, or None when there is none any more."""
        return next(iter(self._those(notices.c.id == notice)), None)

    def waiting(self) -> tuple[Notice, ...]:
        """Every notice that is still to be sent, in no order."""
        return self._those(notices.c.status == Sending.WAITING)

    def parked(self, audit: str) -> tuple[Notice, ...]:
        """Every notice of the audit that could not be delivered, in no order."""
        return self._those(_IS_PARKED, notices.c.audit == audit)

    def mark(self, notice: bytes, status: Sending) -> None:
        """Note how far it came."""
        self._connection.execute(_MARK, {"notice": notice, "became": status})

    def settle(self, notice: bytes) -> None:
        """Whoever this notice was for is reached again: what they missed of actions is over, and whom it was told."""
        person = select(notices.c.person).where(notices.c.id == notice).scalar_subquery()
        missed = (notices.c.person == person, notices.c.kind.in_(OF_ACTIONS), _IS_PARKED)
        told = (notices.c.subject == person, notices.c.kind == UNREACHED, _IS_TOLD)
        for which in (missed, told):
            self._connection.execute(update(notices).where(*which).values(status=Sending.DROPPED))

    def tells(self, kind: str, subject: bytes) -> bool:
        """Whether anybody was told, or is about to be, of this subject, and it holds still."""
        theirs = select(notices.c.id).where(notices.c.subject == subject, notices.c.kind == kind, _IS_TOLD)
        return self._connection.execute(theirs.limit(1)).first() is not None

    def _those(self, *where: ColumnElement[bool]) -> tuple[Notice, ...]:
        rows = self._connection.execute(select(notices).where(*where))
        return tuple(_notice(row) for row in rows)


def _row(wanted: Wanted) -> dict[str, Any]:
    return {"id": secrets.token_bytes(ID_BYTES), "status": Sending.WAITING, **structs.asdict(wanted)}


def _notice(row: Row[tuple[object, ...]]) -> Notice:
    subject = b"" if row.subject == row.id else row.subject
    return Notice(row.id, row.person, row.audit, row.kind, Sending(row.status), subject, row.occasion)
