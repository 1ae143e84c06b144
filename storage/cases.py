"""Cases: what auditors ask and find in their own names, each an interview that lasts until it is handed in.

Unlike drafts they lie under the key file, so that one can rest for weeks, go from chat to web, and be handed over.
What was handed in stays as it is: it is evidence.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import date
from enum import StrEnum

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, Row, delete, insert, select, update

from dialogues.interview import Interview
from storage.keys import Keys
from storage.locks import only_looks
from storage.tables import ID_BYTES, cases

NOBODY = bytes(ID_BYTES)  # the account of who holds what somebody without an account has handed in


class CaseStatus(StrEnum):
    """Whether a case can still be changed."""

    UNDER_WAY = "under_way"
    HANDED_IN = "handed_in"


class Case(Struct, frozen=True, kw_only=True):
    """An interview, record check or observation of an auditor (`holder`, an account). No words in its repr.

    `form` is the name of the form, `digest` the version that it is played with. `part_of`: the case during which an
    observation was made, or in which what is written anew was written first. `upon`: the case in which that was written
    last, as far as the holder knows; `against`: that which it stood upon before, while they may not have read yet what
    others wrote since.
    """

    id: bytes
    audit: str
    form: str
    digest: str
    holder: bytes
    begun_on: date
    interview: Interview
    status: CaseStatus = CaseStatus.UNDER_WAY
    handed_in_on: date | None = None
    part_of: bytes = b""
    upon: bytes = b""
    against: bytes = b""

    def __repr__(self) -> str:
        return f"Case({self.form!r}, {self.status})"


class _Content(Struct, frozen=True, array_like=True):
    """What is encrypted of a case."""

    interview: Interview
    part_of: bytes = b""
    upon: bytes = b""
    against: bytes = b""


_content = msgspec.msgpack.Decoder(_Content)


class Cases:
    """The cases, within one transaction."""

    def __init__(self, connection: Connection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys

    def begin(
        self,
        audit: str,
        form: str,
        interview: Interview,
        holder: bytes,
        today: date,
        part_of: bytes = b"",
        upon: bytes = b"",
    ) -> Case:
        """A new case of this form, in the hands of this account."""
        case = Case(
            id=secrets.token_bytes(ID_BYTES),
            audit=audit,
            form=form,
            digest=interview.form,
            holder=holder,
            begun_on=today,
            interview=interview,
            part_of=part_of,
            upon=upon,
        )
        row = {name: getattr(case, name) for name in ("id", "audit", "form", "digest", "holder", "begun_on")}
        self._connection.execute(insert(cases), row | {"status": case.status, "locked": self._lock(case)})
        return case

    def load(self, ids: Collection[bytes]) -> dict[bytes, Case]:
        """Those that there are. In a transaction that writes, none of them changes until it ends.

        Raises UndecipherableError.
        """
        if not ids:
            return {}
        query = select(cases).where(cases.c.id.in_(sorted(ids))).order_by(cases.c.id)
        held = query if only_looks(self._connection) else query.with_for_update()
        return {row.id: self._open(row) for row in self._connection.execute(held)}

    def get(self, case: bytes) -> Case | None:
        """The case of this id, or None. Raises UndecipherableError."""
        return self.load([case]).get(case)

    def of(self, audit: str) -> tuple[Case, ...]:
        """Every case of the audit, the oldest first, those of one day in no order. Raises UndecipherableError."""
        rows = self._connection.execute(
            select(cases).where(cases.c.audit == audit).order_by(cases.c.begun_on, cases.c.id)
        )
        return tuple(self._open(row) for row in rows)

    def save(self, case: Case, interview: Interview) -> Case:
        """Put this interview in the place of what the case held."""
        return self._write(replace(case, interview=interview))

    def hand_in(self, case: Case, interview: Interview, today: date) -> Case:
        """The case as it stays from now on."""
        status = CaseStatus.HANDED_IN
        return self._write(replace(case, interview=interview, status=status, handed_in_on=today))

    def hand_over(self, case: Case, to: bytes) -> Case:
        """Give the case to another account."""
        return self._write(replace(case, holder=to))

    def erase(self, case: bytes) -> None:
        """Forget a case that was stopped."""
        self._connection.execute(delete(cases).where(cases.c.id == case))

    def _write(self, case: Case) -> Case:
        values = {
            "holder": case.holder,
            "status": case.status,
            "handed_in_on": case.handed_in_on,
            "locked": self._lock(case),
        }
        self._connection.execute(update(cases).where(cases.c.id == case.id).values(values))
        return case

    def _lock(self, case: Case) -> bytes:
        content = _Content(case.interview, case.part_of, case.upon, case.against)
        return self._keys.lock_casework(case.id, msgspec.msgpack.encode(content))

    def _open(self, row: Row[tuple[object, ...]]) -> Case:
        content = _content.decode(self._keys.open_casework(row.id, row.locked))
        return Case(
            id=row.id,
            audit=row.audit,
            form=row.form,
            digest=row.digest,
            holder=row.holder,
            begun_on=row.begun_on,
            interview=content.interview,
            status=CaseStatus(row.status),
            handed_in_on=row.handed_in_on,
            part_of=content.part_of,
            upon=content.upon,
            against=content.against,
        )
