"""People with a role in an audit, and how to reach them: encrypted, each with a key of their own.

Whoever only answers is not here.
"""

from __future__ import annotations

import secrets

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from storage.errors import UndecipherableError
from storage.keys import Keys
from storage.locks import hold
from storage.tables import ID_BYTES, accounts, notices, people


class Person(Struct, frozen=True):
    """Somebody with a role. `channel` is empty for who is only reached by signing in. No address in its repr."""

    id: bytes
    account: bytes
    audit: str
    role: str
    channel: str
    address: str

    def __repr__(self) -> str:
        return f"Person({self.audit!r}, {self.role!r})"


class Seat(Struct, frozen=True):
    """A role that somebody has; `reached`: a channel may reach them there. `id` is the person's."""

    id: bytes
    account: bytes
    role: str
    reached: bool


_ROLES = select(people.c.audit, people.c.role).where(people.c.account == bindparam("of"))


class People:
    """The people, within one transaction."""

    def __init__(self, connection: Connection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys

    def add(self, audit: str, role: str, channel: str, address: str) -> bytes:
        """Keep somebody who is reached there, once however often it is said. Returns their id.

        Whoever is reached at the same place in another audit has the same account. Raises UndecipherableError.
        """
        self.hold(channel, address)
        there = self.at(channel, address)
        for person in there:
            if (person.audit, person.role) == (audit, role):
                return person.id
        account = there[0].account if there else self._new_account()
        return self.appoint(account, audit, role, channel, address)

    def appoint(self, account: bytes, audit: str, role: str, channel: str = "", address: str = "") -> bytes:
        """Give an account a role in an audit. Returns the id of the person."""
        new = secrets.token_bytes(ID_BYTES)
        locked = self._keys.lock_person(new, msgspec.msgpack.encode((channel, address)))
        row = {"id": new, "account": account, "audit": audit, "role": role, "locked": locked}
        self._connection.execute(insert(people), row)
        return new

    def hold(self, channel: str, address: str) -> None:
        """Let nobody else give a role to whoever is reached there until this transaction ends."""
        hold(self._connection, [self._keys.ref("person", channel, address)])

    def seat(self, person: Person, account: bytes, channel: str, address: str) -> None:
        """Let what somebody is belong to this account, and be told there."""
        locked = self._keys.lock_person(person.id, msgspec.msgpack.encode((channel, address)))
        self._connection.execute(
            update(people).where(people.c.id == person.id).values(account=account, locked=locked)
        )

    def at(self, channel: str, address: str) -> tuple[Person, ...]:
        """Every role of whoever is reached there. Looks at all, so that nobody is found any faster."""
        rows = self._connection.execute(select(people)).all()
        found = [self._open(row) for row in rows]
        return tuple(each for each in found if (each.channel, each.address) == (channel, address))

    def roles(self, account: bytes) -> frozenset[tuple[str, str]]:
        """What an account may do now, as pairs of an audit and a role."""
        found = self._connection.execute(_ROLES, {"of": account})
        return frozenset((audit, role) for audit, role in found)

    def of_account(self, account: bytes) -> tuple[Person, ...]:
        """Everything that an account is, in whatever audit, in no order. Raises UndecipherableError."""
        rows = self._connection.execute(select(people).where(people.c.account == account))
        return tuple(self._open(row) for row in rows)

    def all_of(self, audit: str) -> tuple[Person, ...]:
        """Everybody with a role in the audit, in no order. Raises UndecipherableError."""
        rows = self._connection.execute(select(people).where(people.c.audit == audit))
        return tuple(self._open(row) for row in rows)

    def of(self, audit: str, role: str) -> tuple[Person, ...]:
        """Everybody with this role in the audit, in no order. Raises UndecipherableError."""
        rows = self._connection.execute(select(people).where(people.c.audit == audit, people.c.role == role))
        return tuple(self._open(row) for row in rows)

    def ids(self, audit: str, role: str) -> tuple[bytes, ...]:
        """The ids of everybody with this role in the audit, in no order, whether or not they can be reached."""
        query = select(people.c.id).where(people.c.audit == audit, people.c.role == role)
        return tuple(self._connection.scalars(query))

    def to_tell(self, audit: str, role: str) -> tuple[bytes, ...]:
        """The same, without those whom no channel reaches: they see what there is when they sign in."""
        rows = self._connection.execute(select(people).where(people.c.audit == audit, people.c.role == role))
        return tuple(row.id for row in rows if self._may_be_reached(row))

    def _may_be_reached(self, row: Row[tuple[bytes, bytes, str, str, bytes]]) -> bool:
        try:
            return bool(self._open(row).channel)
        except UndecipherableError:  # nobody can tell: that is shown to the lead
            return True

    def seats(self, audit: str) -> tuple[Seat, ...]:
        """Everybody with a role in the audit, in no order, and whether any channel reaches them."""
        rows = self._connection.execute(select(people).where(people.c.audit == audit))
        return tuple(Seat(row.id, row.account, row.role, self._may_be_reached(row)) for row in rows)

    def get(self, person: bytes) -> Person | None:
        """The person of this id, or None when they were removed. Raises UndecipherableError."""
        row = self._connection.execute(select(people).where(people.c.id == person)).first()
        return None if row is None else self._open(row)

    def remove(self, person: bytes) -> None:
        """Forget somebody, and whatever was to be sent to them."""
        self._connection.execute(delete(notices).where(notices.c.person == person))
        self._connection.execute(delete(people).where(people.c.id == person))

    def _new_account(self) -> bytes:
        account = secrets.token_bytes(ID_BYTES)
        self._connection.execute(insert(accounts), {"id": account, "locked": b""})
        return account

    def _open(self, row: Row[tuple[bytes, bytes, str, str, bytes]]) -> Person:
        content = self._keys.open_person(row.id, row.locked)
        channel, address = msgspec.msgpack.decode(content, type=tuple[str, str])
        return Person(row.id, row.account, row.audit, row.role, channel, address)
