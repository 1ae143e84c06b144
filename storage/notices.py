"""Notices: messages that start with us, to people with a role. Which and for whom, never what they say."""

from __future__ import annotations

import secrets
from enum import StrEnum

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from storage.tables import ID_BYTES, notices


class Sending(StrEnum):
    """How far a notice came. PARKED: it cannot be delivered, and the lead is shown so."""

    WAITING = "waiting"
    SENT = "sent"
    PARKED = "parked"


class Notice(Struct, frozen=True):
    """A message of this kind for a person, by their id in `people`; on which occasion of which subject, if any."""

    id: bytes
    person: bytes
    audit: str
    kind: str
    status: Sending
    subject: bytes = b""
    occasion: str = ""


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
        new = secrets.token_bytes(ID_BYTES)
        row = {"id": new, "person": person, "audit": audit, "kind": kind, "status": Sending.WAITING}
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(notices), row | {"subject": subject, "occasion": occasion})
        except IntegrityError:
            return None
        return new

    def get(self, notice: bytes) -> Notice | None:
        """The notice of this id, or None when there is none any more."""
        return next(iter(self._those(notices.c.id == notice)), None)

    def waiting(self) -> tuple[Notice, ...]:
        """Every notice that is still to be sent, in no order."""
        return self._those(notices.c.status == Sending.WAITING)

    def parked(self, audit: str) -> tuple[Notice, ...]:
        """Every notice of the audit that could not be delivered, in no order."""
        return self._those(notices.c.status == Sending.PARKED, notices.c.audit == audit)

    def mark(self, notice: bytes, status: Sending) -> None:
        """Note how far it came."""
        self._connection.execute(update(notices).where(notices.c.id == notice).values(status=status))

    def _those(self, *where: ColumnElement[bool]) -> tuple[Notice, ...]:
        rows = self._connection.execute(select(notices).where(*where))
        return tuple(_notice(row) for row in rows)


def _notice(row: Row[tuple[object, ...]]) -> Notice:
    subject = b"" if row.subject == row.id else row.subject
    return Notice(row.id, row.person, row.audit, row.kind, Sending(row.status), subject, row.occasion)
