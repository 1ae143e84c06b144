"""Slips: the right to answer, or to lead, once. We keep a hash of each code, and nothing once it was used."""

from __future__ import annotations

import hashlib
import secrets
from random import SystemRandom

from msgspec import Struct
from sqlalchemy import Connection, delete, func, insert, select

from storage.tables import slips

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: nothing that is easily taken for something else
RESPONDENT, LEAD, DEPUTY, AUDITOR = "respondent", "lead", "deputy", "auditor"  # what a slip entitles to
OWNER, BOARD = "owner", "board"
PARTNER = "partner"  # who answers for another agency, in their own name, and has no account
ROLES = (LEAD, DEPUTY, AUDITOR, OWNER, BOARD)  # of people who sign in; a deputy is who is told past the lead
ANSWERING = (RESPONDENT, PARTNER)  # whose slips are worth nothing once the audit is closed
LENGTH = 24  # of 5 bits each: 120

_AS_MEANT = str.maketrans("OIL", "011", " -\u2010\u2011\u2012\u2013\u2014\t\r\n\u00a0")


class Slip(Struct, frozen=True):
    """What a code entitles to. Its repr does not say which code it was."""

    audit: str
    role: str
    hash: bytes

    def __repr__(self) -> str:
        return f"Slip({self.audit!r}, {self.role!r})"


class Slips:
    """The slips that were not used yet, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def issue(self, audit: str, count: int, role: str) -> tuple[str, ...]:
        """New codes of 24 characters, in no order that is kept. `role`: 'respondent', 'partner' or one of `ROLES`."""
        codes = tuple("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(count))
        rows = [{"hash": _hash(code), "audit": audit, "role": role} for code in codes]
        SystemRandom().shuffle(rows)
        if rows:
            self._connection.execute(insert(slips), rows)
        return codes

    def find(self, code: str) -> Slip | None:
        """The slip of a code, however it was typed, or None when there is none or it was used.

        What is mistyped is looked for like any other, so that no time tells it from what was used.
        """
        row = self._connection.execute(select(slips).where(slips.c.hash == _hash(as_meant(code)))).first()
        return None if row is None else Slip(row.audit, row.role, row.hash)

    def is_left(self, slip: bytes) -> bool:
        """Whether the slip of this hash was not used yet."""
        return self._connection.scalar(select(slips.c.hash).where(slips.c.hash == slip)) is not None

    def spend(self, slip: bytes) -> bool:
        """Use the slip of this hash up; False when somebody was quicker."""
        return self._connection.execute(delete(slips).where(slips.c.hash == slip)).rowcount == 1

    def forget(self, audit: str) -> None:
        """Let nobody answer any more with a slip of this audit: it is closed."""
        self._connection.execute(delete(slips).where(slips.c.audit == audit, slips.c.role.in_(ANSWERING)))

    def left(self, audit: str, role: str) -> int:
        """How many were not used yet."""
        query = select(func.count()).select_from(slips).where(slips.c.audit == audit, slips.c.role == role)
        return self._connection.scalar(query) or 0


def as_meant(code: str) -> str:
    """The code without what people add when they copy it: lower case, spaces, hyphens, O for 0, I and L for 1."""
    return code.upper().translate(_AS_MEANT)


def in_groups(code: str) -> str:
    """The code as people read and type it: in groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode(errors="surrogatepass")).digest()
