"""Interviews under way: each is an encrypted draft, found by a keyed hash of who, which audit, which form.

When an interview ends, a tombstone takes its place: it has no answers, and only recognises messages that
come again. All tombstones are equally long.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Collection, Mapping
from typing import TypeAlias

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import insert

from dialogues.interview import Interview, State
from storage.errors import UndecipherableError
from storage.keys import Keys
from storage.tables import drafts

Ref: TypeAlias = bytes

RECENT = 32  # how many updates of one person are recognised when they come again
REMEMBERED = 4096  # how many opened drafts are kept in memory

ENDED = frozenset({State.SUBMITTED, State.DECLINED, State.WITHDRAWN, State.EXPIRED})


class Conversation(Struct, frozen=True, omit_defaults=True):
    """An interview, and what the turn loop must know of it.

    `recent` holds digests of the last updates, `tries` the consecutive replies to the present question
    that could not be taken.
    """

    interview: Interview
    recent: tuple[bytes, ...] = ()
    tries: int = 0

    def __repr__(self) -> str:
        return f"Conversation({self.interview!r})"

    def after(self, update: bytes, interview: Interview, tries: int) -> Conversation:
        """What is remembered once this update (its digest) has led to this interview."""
        recent = (*self.recent, update)[-RECENT:] if update else self.recent
        return Conversation(tombstone(interview), recent, tries)


def tombstone(interview: Interview) -> Interview:
    """The interview; if it has ended, only what recognises it: no answer, nothing that was skipped."""
    if interview.state not in ENDED:
        return interview
    return Interview(interview.form, interview.language, interview.state, turn=interview.turn)


def digest(update: str) -> bytes:
    """Eight bytes that stand for an update, however long its channel names it; none for one that never repeats."""
    if not update:
        return b""
    return hashlib.blake2b(update.encode(errors="surrogatepass"), digest_size=8).digest()


class Memory:
    """The drafts opened last, each with the bytes it was opened from.

    What is found here holds only if the database still has the same bytes: so it stays right whoever
    else writes, and needs no transaction. For one thread.
    """

    def __init__(self, size: int = REMEMBERED) -> None:
        self._size = size
        self._known: OrderedDict[Ref, tuple[bytes, Conversation]] = OrderedDict()

    def recall(self, ref: Ref, blob: bytes) -> Conversation | None:
        """The conversation that was opened from exactly these bytes, or None."""
        known = self._known.get(ref)
        if known is None or known[0] != blob:
            return None
        self._known.move_to_end(ref)
        return known[1]

    def keep(self, ref: Ref, blob: bytes, conversation: Conversation) -> None:
        """Remember what these bytes hold."""
        self._known[ref] = (blob, conversation)
        self._known.move_to_end(ref)
        if len(self._known) > self._size:
            self._known.popitem(last=False)


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Conversation)

_insert = insert(drafts)
_upsert = _insert.on_conflict_do_update(index_elements=[drafts.c.ref], set_={"blob": _insert.excluded.blob})
_SAVE = str(_upsert.compile(dialect=sqlite.dialect()))  # compiled once: saves SQLAlchemy 2 µs a row
# SQLite has one writer and leaves the lock out; PostgreSQL then locks each conversation.
_LOAD = (
    select(drafts.c.ref, drafts.c.blob)
    .where(drafts.c.ref.in_(bindparam("refs", expanding=True)))
    .with_for_update()
)


class Interviews:
    """The drafts, within one transaction."""

    def __init__(self, connection: Connection, keys: Keys, memory: Memory) -> None:
        self._connection = connection
        self._keys = keys
        self._memory = memory

    def load(self, refs: Collection[Ref]) -> dict[Ref, Conversation]:
        """Those that there are, in one query. Raises UndecipherableError."""
        rows = self._connection.execute(_LOAD, {"refs": list(refs)})
        return {ref: self._open(ref, blob) for ref, blob in rows}

    def save(self, conversations: Mapping[Ref, Conversation]) -> None:
        """Put them in the place of what was there, in one statement."""
        if conversations:
            # in the order in which they lie on disk: neighbours are written together
            rows = [(ref, self._lock(ref, conversations[ref])) for ref in sorted(conversations)]
            self._connection.exec_driver_sql(_SAVE, rows)

    def _open(self, ref: Ref, blob: bytes) -> Conversation:
        conversation = self._memory.recall(ref, blob)
        if conversation is None:
            conversation = decode(self._keys.open_draft(ref, blob))
            self._memory.keep(ref, blob, conversation)
        return conversation

    def _lock(self, ref: Ref, conversation: Conversation) -> bytes:
        blob = self._keys.lock_draft(ref, encode(conversation))
        self._memory.keep(ref, blob, conversation)
        return blob


def encode(conversation: Conversation) -> bytes:
    """The conversation as it is stored, before it is locked."""
    return _encoder.encode(conversation)


def decode(content: bytes) -> Conversation:
    """The conversation that was stored. Raises UndecipherableError when the bytes are none."""
    try:
        return _decoder.decode(content)
    except msgspec.DecodeError as trouble:
        raise UndecipherableError("A draft was opened but holds no interview.") from trouble
