"""What one person may not do alone, and who has asked for it: it waits here until somebody else agrees."""

from __future__ import annotations

import secrets

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, delete, insert, select

from storage.tables import ID_BYTES, approvals


class Approval(Struct, frozen=True):
    """Something that was asked for: `subject` says what kind of thing, `details` (JSON) the rest."""

    id: bytes
    audit: str
    subject: str
    details: str
    asked_by: bytes


class Approvals:
    """What waits for a second person, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def ask(self, audit: str, subject: str, details: str, asked_by: bytes) -> bytes:
        """Note that this account asks for something. Returns the id of what it asks."""
        new = secrets.token_bytes(ID_BYTES)
        row = {"id": new, "audit": audit, "subject": subject, "details": details, "asked_by": asked_by}
        self._connection.execute(insert(approvals), row)
        return new

    def of(self, audit: str) -> tuple[Approval, ...]:
        """Everything that waits in the audit, in no order."""
        return self._those(approvals.c.audit == audit)

    def get(self, approval: bytes) -> Approval | None:
        """What was asked for under this id, or None when it was settled."""
        return next(iter(self._those(approvals.c.id == approval)), None)

    def settle(self, approval: bytes) -> bool:
        """It waits no longer; False when somebody was quicker."""
        return self._connection.execute(delete(approvals).where(approvals.c.id == approval)).rowcount == 1

    def _those(self, *where: ColumnElement[bool]) -> tuple[Approval, ...]:
        rows = self._connection.execute(select(approvals).where(*where))
        return tuple(Approval(*row) for row in rows)
