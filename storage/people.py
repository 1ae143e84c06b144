"""People with a role in an audit, and how to reach them: encrypted, each with a key of their own.

Whoever only answers is not here.
"""

from __future__ import annotations

import secrets

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Row, delete, insert, select

from storage.keys import Keys
from storage.locks import hold
from storage.tables import ID_BYTES, accounts, notices, people


class Person(Struct, frozen=True):
    """Somebody with a role. Their repr does not say how to reach them."""

    id: bytes
    account: bytes
    audit: str
    role: str
    channel: str
    address: str

    def __repr__(self) -> str:
        return f"Person({self.audit!r}, {self.role!r})"


class People:
    """The people, within one transaction."""

    def __init__(self, connection: Connection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys

    def add(self, audit: str, role: str, channel: str, address: str) -> bytes:
        """Keep somebody, once however often it is said. Returns their id. Raises UndecipherableError."""
        hold(self._connection, [self._keys.ref("people", audit, role)])
        for person in self.of(audit, role):
            if (person.channel, person.address) == (channel, address):
                return person.id
        new = secrets.token_bytes(ID_BYTES)
        locked = self._keys.lock_person(new, msgspec.msgpack.encode((channel, address)))
        account = secrets.token_bytes(ID_BYTES)
        self._connection.execute(insert(accounts), {"id": account, "locked": b""})
        row = {"id": new, "account": account, "audit": audit, "role": role, "locked": locked}
        self._connection.execute(insert(people), row)
        return new

    def of(self, audit: str, role: str) -> tuple[Person, ...]:
        """Everybody with this role in the audit, in no order. Raises UndecipherableError."""
        rows = self._connection.execute(select(people).where(people.c.audit == audit, people.c.role == role))
        return tuple(self._open(row) for row in rows)

    def ids(self, audit: str, role: str) -> tuple[bytes, ...]:
        """The ids of everybody with this role in the audit, in no order, whether or not they can be reached."""
        query = select(people.c.id).where(people.c.audit == audit, people.c.role == role)
        return tuple(self._connection.scalars(query))

    def get(self, person: bytes) -> Person | None:
        """The person of this id, or None when they were removed. Raises UndecipherableError."""
        row = self._connection.execute(select(people).where(people.c.id == person)).first()
        return None if row is None else self._open(row)

    def remove(self, person: bytes) -> None:
        """Forget somebody, and whatever was to be sent to them."""
        self._connection.execute(delete(notices).where(notices.c.person == person))
        self._connection.execute(delete(people).where(people.c.id == person))

    def _open(self, row: Row[tuple[bytes, bytes, str, str, bytes]]) -> Person:
        content = self._keys.open_person(row.id, row.locked)
        channel, address = msgspec.msgpack.decode(content, type=tuple[str, str])
        return Person(row.id, row.account, row.audit, row.role, channel, address)
