"""Interviews under way: each is an encrypted draft, found by a keyed hash of who, which audit, which form.

That hash needs two keys: the key file makes a handle of who it is (`Keys.ref`), and the key of an epoch makes of the
handle where the draft is stored. The latter also locks it, and is destroyed after days (`storage.epochs`). A draft
moves to the newest epoch when it is saved.

When an interview ends, a tombstone takes its place: it has no answers, and only recognises messages that
come again. All tombstones are equally long.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, bindparam, delete, or_, select

from dialogues.interview import Interview, State
from dialogues.wordless import Wordless
from storage.epochs import Epochs, Ring
from storage.errors import UndecipherableError
from storage.keys import EpochKey
from storage.locks import hold, on_server
from storage.receipts import Opened
from storage.tables import drafts

Ref: TypeAlias = bytes
Place: TypeAlias = tuple[str, str, bytes]  # audit, form, case

RECENT = 32  # how many updates of one person are recognised when they come again
REMEMBERED = 4096  # how many opened drafts are kept in memory

ENDED = frozenset({State.SUBMITTED, State.DECLINED, State.WITHDRAWN, State.EXPIRED})


class Aside(Struct, frozen=True, omit_defaults=True):
    """An interview that was put aside in a chat while another one is under way, or that has ended there."""

    audit: str
    form: str
    interview: Interview
    tries: int = 0
    slip: bytes = b""
    case: bytes = b""

    @property
    def place(self) -> Place:
        """Which interview it is."""
        return self.audit, self.form, self.case

    def __repr__(self) -> str:
        return f"Aside({self.interview!r})"


class Handed(Struct, frozen=True, omit_defaults=True):
    """What was just handed in: its receipt, and of which interview. Kept until its owner goes on. It has no repr."""

    receipt: str
    interview: Interview

    def __repr__(self) -> str:
        return f"Handed({self.interview!r})"


class Visit(Struct, frozen=True, omit_defaults=True):
    """Somebody has come back with a receipt, and this is what it leads to in their audit. It has no repr."""

    audit: str
    opened: Opened
    until: int  # seconds since 1970: then the receipt must be shown again

    def __repr__(self) -> str:
        return f"Visit({self.audit!r})"


class Tying(Wordless, frozen=True, omit_defaults=True):
    """The excerpt that an auditor has before them in a chat; none when all is coded. It has no repr.

    `wants` says what the next text is: a `memo`, or where to `split`; else it is a code. `memo` is kept until a code is
    chosen. `was` is the excerpt that was decided just before. `adds`: the next theme is one more, and replaces none.
    """

    audit: str
    excerpt: bytes = b""
    was: bytes = b""
    wants: str = ""
    memo: str = ""
    blind: bool = False
    adds: bool = False


class Conversation(Struct, frozen=True, omit_defaults=True):
    """An interview, and what the turn loop must know of it.

    `recent` holds digests of the last updates, `tries` the consecutive replies to the present question
    that could not be taken. In a chat, which does not tell by itself where a person is, `audit` and `form`
    say where, and `aside` holds their other interviews. `slip` is the hash of the invitation they came with,
    `handed` what they have just handed in, `visit` where a receipt has led them. `case` is the case of an auditor
    that goes on here: then its interview lies in `storage.cases`, and here is only a stub of it. `tying`: an auditor
    is coding here; a turn of an interview ends that.
    """

    interview: Interview
    recent: tuple[bytes, ...] = ()
    tries: int = 0
    audit: str = ""
    form: str = ""
    slip: bytes = b""
    aside: tuple[Aside, ...] = ()
    handed: Handed | None = None
    visit: Visit | None = None
    case: bytes = b""
    tying: Tying | None = None

    @property
    def place(self) -> Place:
        """Which interview is in the foreground."""
        return self.audit, self.form, self.case

    def __repr__(self) -> str:
        return f"Conversation({self.interview!r})"

    def after(self, update: bytes, interview: Interview, tries: int) -> Conversation:
        """What is remembered once this update (its digest) has led to this interview."""
        recent = (*self.recent, update)[-RECENT:] if update else self.recent
        slip = b"" if interview.state is State.SUBMITTED else self.slip
        visit = None if interview.state in ENDED else self.visit
        return replace(
            self,
            interview=tombstone(interview),
            recent=recent,
            tries=tries,
            slip=slip,
            handed=None,
            visit=visit,
            tying=None,
        )

    def turned_to(self, aside: Aside) -> Conversation:
        """The same chat with this interview in the foreground, and the present one put aside."""
        here = Aside(*self.place[:2], self._kept(), self.tries, self.slip, self.case)
        others = [each for each in self.aside if each.place != aside.place]
        if here.interview.state is not State.INVITED and here.place != aside.place:
            others.append(here)
        return replace(
            self,
            interview=aside.interview,
            tries=aside.tries,
            audit=aside.audit,
            form=aside.form,
            slip=aside.slip,
            aside=tuple(others),
            case=aside.case,
        )

    def _kept(self) -> Interview:
        """What is kept here of the interview in the foreground."""
        return stub(self.interview) if self.case else self.interview

    def stored(self) -> Conversation:
        """As it is stored: without what lies in a case."""
        return replace(self, interview=stub(self.interview)) if self.case else self


def tombstone(interview: Interview) -> Interview:
    """The interview; if it has ended, only what recognises it: no answer, nothing that was skipped."""
    if interview.state not in ENDED:
        return interview
    return stub(interview)


def stub(interview: Interview) -> Interview:
    """Where an interview stands, and nothing that was said in it."""
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
        self._ring: Ring | None = None

    def hold_to(self, ring: Ring) -> None:
        """Forget everything when keys have come or gone: what only a destroyed one opened is nowhere then."""
        if ring is not self._ring:
            self._known.clear()
            self._ring = ring

    def recall(self, ref: Ref, blob: bytes) -> Conversation | None:
        """The conversation that was opened from exactly these bytes, or None."""
        known = self._known.get(ref)
        if known is None or known[0] != blob:
            return None
        self._known.move_to_end(ref)
        return known[1]

    def keep(self, ref: Ref, blob: bytes, conversation: Conversation) -> None:
        """Remember what these bytes hold; of an interview that has ended nobody asks again soon."""
        if conversation.interview.state in ENDED:
            self._known.pop(ref, None)
            return
        self._known[ref] = (blob, conversation)
        self._known.move_to_end(ref)
        if len(self._known) > self._size:
            self._known.popitem(last=False)


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Conversation)

# Statements of the driver itself: SQLAlchemy's cost 2 µs a row. PostgreSQL takes a whole group as one array, in
# binary: as text, 64 drafts took 3.1 ms and not 0.7.
_SAVE_EACH = (
    "INSERT INTO drafts (ref, epoch, blob) VALUES (?, ?, ?)"
    " ON CONFLICT (ref) DO UPDATE SET blob = excluded.blob"
)
_SAVE_ALL = (
    "INSERT INTO drafts (ref, epoch, blob)"
    " SELECT ref, %b::integer, blob FROM unnest(%b::bytea[], %b::bytea[]) AS u (ref, blob)"
    " ON CONFLICT (ref) DO UPDATE SET blob = excluded.blob"
)
_LOAD_EACH = select(drafts.c.ref, drafts.c.blob).where(drafts.c.ref.in_(bindparam("refs", expanding=True)))
_LOAD_ALL = "SELECT ref, blob FROM drafts WHERE ref = ANY(%b::bytea[])"
_DELETE = delete(drafts).where(drafts.c.ref.in_(bindparam("refs", expanding=True)))


class _Kept(Struct, frozen=True):
    """A row: where it is, the key that opens it, and what it holds."""

    at: Ref
    key: EpochKey
    blob: bytes


class Interviews:
    """The drafts, within one transaction. They are asked for by their handles."""

    def __init__(self, connection: Connection, epochs: Epochs, memory: Memory) -> None:
        self._connection = connection
        self._epochs = epochs
        self._memory = memory
        self._in_arrays = on_server(connection)
        self._looked: set[Ref] = set()
        self._outdated: dict[Ref, Ref] = {}  # whose draft is under an older key, and where

    def load(self, refs: Collection[Ref]) -> dict[Ref, Conversation]:
        """Those that there are. Raises UndecipherableError, KeysUnavailableError.

        In a transaction that writes, none of them changes until it ends; nor does any begin that there is not.
        """
        hold(self._connection, refs)
        return {ref: self._open(ref, kept) for ref, kept in self._find(refs).items()}

    def save(self, conversations: Mapping[Ref, Conversation]) -> None:
        """Put them in the place of what was there, in one statement. Raises KeysUnavailableError."""
        if not conversations:
            return
        self._find(conversations.keys() - self._looked)
        key = self._ring.newest
        # in the order in which they lie on disk: neighbours are written together
        rows = sorted(self._lock(key, ref, conversation) for ref, conversation in conversations.items())
        if self._in_arrays:
            places, blobs = zip(*rows, strict=True)
            self._connection.exec_driver_sql(_SAVE_ALL, (key.epoch, list(places), list(blobs)))
        else:
            each = [(at, key.epoch, blob) for at, blob in rows]
            self._connection.exec_driver_sql(_SAVE_EACH, each)
        self._delete_outdated(conversations)

    def forget_dead(self) -> None:
        """Delete the drafts that no key opens any more, because their days are over."""
        first, beyond = self._epochs.lifetime()
        dead = or_(drafts.c.epoch < first, drafts.c.epoch >= beyond)
        self._connection.execute(delete(drafts).where(dead))

    @cached_property
    def _ring(self) -> Ring:
        ring = self._epochs.ring()
        self._memory.hold_to(ring)
        return ring

    def _find(self, refs: Collection[Ref]) -> dict[Ref, _Kept]:
        """Look under the newest key, where nearly all are; then, for the rest, under all older ones in one query."""
        if not refs:
            return {}
        self._looked.update(refs)
        found = self._under([self._ring.newest], refs)
        rest = [ref for ref in refs if ref not in found]
        if rest and self._ring.older:
            older = self._under(self._ring.older, rest)
            self._outdated.update({ref: kept.at for ref, kept in older.items()})
            found.update(older)
        return found

    def _under(self, keys: Sequence[EpochKey], refs: Collection[Ref]) -> dict[Ref, _Kept]:
        places = {key.ref(ref): (ref, key) for key in keys for ref in refs}
        return {places[at][0]: _Kept(at, places[at][1], blob) for at, blob in self._rows(list(places))}

    def _rows(self, refs: list[Ref]) -> Iterable[Sequence[bytes]]:
        if self._in_arrays:
            return self._connection.exec_driver_sql(_LOAD_ALL, (refs,))
        return self._connection.execute(_LOAD_EACH, {"refs": refs})

    def _open(self, ref: Ref, kept: _Kept) -> Conversation:
        conversation = self._memory.recall(ref, kept.blob)
        if conversation is None:
            conversation = decode(kept.key.open(kept.at, kept.blob))
            self._memory.keep(ref, kept.blob, conversation)
        return conversation

    def _lock(self, key: EpochKey, ref: Ref, conversation: Conversation) -> tuple[Ref, bytes]:
        at = key.ref(ref)
        blob = key.lock(at, encode(conversation))
        self._memory.keep(ref, blob, conversation)
        return at, blob

    def _delete_outdated(self, refs: Iterable[Ref]) -> None:
        places = [self._outdated.pop(ref) for ref in refs if ref in self._outdated]
        if places:
            self._connection.execute(_DELETE, {"refs": places})


def encode(conversation: Conversation) -> bytes:
    """The conversation as it is stored, before it is locked."""
    return _encoder.encode(conversation)


def decode(content: bytes) -> Conversation:
    """The conversation that was stored. Raises UndecipherableError when the bytes are none."""
    try:
        return _decoder.decode(content)
    except msgspec.DecodeError as trouble:
        raise UndecipherableError("A draft was opened but holds no interview.") from trouble
