"""Threads: what a person who handed in and the lead write each other, weeks later, without the lead knowing who it is.

A thread begins with each receipt. Whatever is written is sealed twice: to the audit's key, for the lead, and to the
thread's, which only the receipt opens. Nothing is ever pushed to whoever has the receipt: we do not know who they are.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from datetime import date
from enum import StrEnum
from random import SystemRandom

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Row, Table, delete, func, insert, select, update

from dialogues.wordless import Wordless
from storage.keys import Pair, seal, unseal
from storage.receipts import Opened, Receipt, proves
from storage.tables import ID_BYTES, messages, threads

MOST_MESSAGES = 200  # in one thread


class Sender(StrEnum):
    """Who wrote a message."""

    LEAD = "lead"
    RESPONDENT = "respondent"


class Thread(Wordless, frozen=True):
    """What is kept of a thread: enough to know its receipt, and to seal to it."""

    locator: bytes
    audit: str
    salt: bytes
    verifier: bytes
    public_key: bytes


class Message(Struct, frozen=True):
    """A message as one of both reads it. `week` is like 2026-W48. It has no repr."""

    locator: bytes
    sender: Sender
    text: str
    week: str
    new: bool
    number: int

    def __repr__(self) -> str:
        return f"Message({self.sender})"


class _Written(Wordless, frozen=True, array_like=True):
    """What is sealed: only those who can read it know which message of its thread it is."""

    number: int
    text: str


class Threads:
    """The threads, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(self, receipt: Receipt, audit: str, on: date) -> None:
        """Begin the thread of a new receipt. Raises IntegrityError when another has its locator (1 in 33 million)."""
        self._connection.execute(
            insert(threads),
            {
                "locator": receipt.opened.locator,
                "audit": audit,
                "salt": receipt.salt,
                "verifier": receipt.opened.verifier,
                "public_key": receipt.opened.pair.public,
                "week": week_of(on),
            },
        )

    def get(self, locator: bytes) -> Thread | None:
        """The thread of this locator, or None."""
        row = self._connection.execute(select(threads).where(threads.c.locator == locator)).first()
        return None if row is None else _thread(row)

    def of(self, audit: str) -> tuple[Thread, ...]:
        """Every thread of the audit, in no order. How many there are is never to be shown."""
        rows = self._connection.execute(select(threads).where(threads.c.audit == audit))
        return tuple(map(_thread, rows))

    def is_opened_by(self, opened: Opened) -> Thread | None:
        """The thread that this receipt opens, or None when it opens none."""
        thread = self.get(opened.locator)
        return thread if thread is not None and proves(opened, thread.verifier) else None

    def write(self, thread: Thread, sender: Sender, text: str, lead_key: bytes, on: date) -> bool:
        """Add a message. `lead_key` is the audit's public key. False when the thread is full."""
        here = messages.c.locator == thread.locator
        number = self._connection.scalar(select(func.count()).where(here)) or 0
        if number >= MOST_MESSAGES:
            return False
        content, week = msgspec.msgpack.encode(_Written(number, text)), week_of(on)
        self._connection.execute(
            insert(messages),
            {
                "id": secrets.token_bytes(ID_BYTES),
                "locator": thread.locator,
                "audit": thread.audit,
                "sender": sender,
                "status": "new",
                "for_lead": seal(lead_key, content),
                "for_respondent": seal(thread.public_key, content),
                "week": week,
            },
        )
        self._connection.execute(update(threads).where(threads.c.locator == thread.locator).values(week=week))
        return True

    def read_by_lead(self, audit: str, pair: Pair) -> tuple[Message, ...]:
        """Every message of the audit as the lead reads it, thread by thread, as they were written.

        Raises UndecipherableError.
        """
        rows = self._connection.execute(select(messages).where(messages.c.audit == audit))
        return _in_order(_message(row, row.for_lead, pair) for row in rows)

    def read_by_respondent(self, opened: Opened) -> tuple[Message, ...]:
        """Every message of the thread that this receipt opens, as they were written. Raises UndecipherableError."""
        rows = self._connection.execute(select(messages).where(messages.c.locator == opened.locator))
        return _in_order(_message(row, row.for_respondent, opened.pair) for row in rows)

    def mark_read(self, locators: Collection[bytes], sender: Sender) -> None:
        """Note that what this sender wrote in these threads was read."""
        those = messages.c.locator.in_(list(locators)) & (messages.c.sender == sender)
        self._connection.execute(
            update(messages).where(those, messages.c.status == "new").values(status="read")
        )

    def scatter(self, audit: str) -> None:
        """Write the threads of the audit and their messages anew, in an order that does not say who came when.

        All threads get the week of the last, so that it does not say so either.
        """
        last = self._connection.scalar(select(func.max(threads.c.week)).where(threads.c.audit == audit))
        self._write_anew(threads, audit, week=last)
        self._write_anew(messages, audit)

    def _write_anew(self, table: Table, audit: str, **changed: str | None) -> None:
        taken = self._connection.execute(delete(table).where(table.c.audit == audit).returning(*table.c))
        rows = [{**row._mapping, **changed} for row in taken]
        SystemRandom().shuffle(rows)
        if rows:
            self._connection.execute(insert(table), rows)

    def forget(self, audit: str, before: date) -> int:
        """Destroy the audit's threads in which nothing was written since the week of this day. How many there were."""
        old = (threads.c.audit == audit) & (threads.c.week < week_of(before))
        stale = select(threads.c.locator).where(old)
        self._connection.execute(delete(messages).where(messages.c.locator.in_(stale)))
        return self._connection.execute(delete(threads).where(old)).rowcount


def week_of(day: date) -> str:
    """The week of a day by ISO 8601, which sorts as it passes: 2026-W48."""
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def _thread(row: Row[tuple[bytes, str, bytes, bytes, bytes, str]]) -> Thread:
    return Thread(row.locator, row.audit, row.salt, row.verifier, row.public_key)


def _message(row: Row[tuple[object, ...]], sealed: bytes, pair: Pair) -> Message:
    written = msgspec.msgpack.decode(unseal(pair, sealed), type=_Written)
    return Message(
        row.locator, Sender(row.sender), written.text, row.week, row.status == "new", written.number
    )


def _in_order(found: Iterable[Message]) -> tuple[Message, ...]:
    return tuple(sorted(found, key=lambda each: (each.locator, each.number)))
