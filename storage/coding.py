"""Excerpts of what people said and wrote, and what auditors decided about them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from enum import StrEnum
from random import SystemRandom
from threading import Lock

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from dialogues.wordless import Wordless
from reports.codebook import Codebook
from reports.coding import Decision, segments
from reports.learning import Cache, Confirmed, Run, aside
from reports.suggesting import Suggester
from storage.keys import Keys
from storage.locks import only_looks
from storage.tables import ID_BYTES, codings, excerpts


class Origin(StrEnum):
    """Whose words they are: said in an interview under a name or role, or nobody's."""

    NAMED = "named"
    ANONYMOUS = "anonymous"


class Excerpt(Struct, frozen=True, kw_only=True):
    """A piece of an answer. It has no repr.

    `source` is the case it is from, or the tag of the answer: excerpts with one source are of one person. `place`
    is where it begins in that answer, in characters; `instance` is that of the repeat it stands in ('' outside).
    `form` is a digest. `quotable`: whoever wrote it without a name said that a report may use the words. `id` is empty
    until it is kept.
    """

    audit: str
    form: str
    question: str
    origin: Origin
    source: bytes
    text: str
    place: int = 0
    instance: str = ""
    quotable: bool = False
    id: bytes = b""

    def __repr__(self) -> str:
        return f"Excerpt({self.origin})"

    @property
    def answer(self) -> tuple[bytes, str, str]:
        """What the excerpts of one answer have in common."""
        return self.source, self.question, self.instance


def cut(answer: Excerpt) -> tuple[Excerpt, ...]:
    """A whole answer in pieces of about a sentence."""
    return tuple(
        replace(answer, text=each.text, place=answer.place + each.start) for each in segments(answer.text)
    )


class Coding(Struct, frozen=True):
    """What one auditor (`coder`, an account) decided about one excerpt."""

    excerpt: bytes
    coder: bytes
    decision: Decision


class _Content(Wordless, frozen=True, array_like=True):
    """What is encrypted of an excerpt. `quotable` is missing in those of before."""

    text: str
    place: int
    instance: str
    quotable: bool = False


_content = msgspec.msgpack.Decoder(_Content)
_history = msgspec.msgpack.Decoder(tuple[Decision, ...])


class Excerpts:
    """The excerpts, within one transaction."""

    def __init__(self, connection: Connection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys

    def keep(self, pieces: Iterable[Excerpt]) -> tuple[Excerpt, ...]:
        """Keep these, with ids that say nothing. Returns them as they are kept."""
        kept = [replace(each, id=secrets.token_bytes(ID_BYTES)) for each in pieces]
        rows = [self._row(each) for each in kept]
        SystemRandom().shuffle(rows)
        if rows:
            self._connection.execute(insert(excerpts), rows)
        return tuple(kept)

    def of(self, audit: str) -> tuple[Excerpt, ...]:
        """Every excerpt of the audit, in an order that says nothing and stays. Raises UndecipherableError."""
        query = select(excerpts).where(excerpts.c.audit == audit).order_by(excerpts.c.id)
        return tuple(self._open(row) for row in self._connection.execute(query))

    def sources(self, audit: str, origin: Origin) -> frozenset[bytes]:
        """What the excerpts of this origin are from."""
        here = (excerpts.c.audit == audit, excerpts.c.origin == origin)
        return frozenset(self._connection.scalars(select(excerpts.c.source).where(*here).distinct()))

    def get(self, excerpt: bytes) -> Excerpt | None:
        """The excerpt of this id, or None. In a transaction that writes, it stays until that ends.

        Raises UndecipherableError.
        """
        query = select(excerpts).where(excerpts.c.id == excerpt)
        held = query if only_looks(self._connection) else query.with_for_update()
        row = self._connection.execute(held).first()
        return None if row is None else self._open(row)

    def split(self, excerpt: Excerpt, at: int) -> tuple[Excerpt, Excerpt]:
        """Cut an excerpt in two before this character, and forget what was decided about the whole.

        The first part goes on under the id of the whole.
        """
        first = replace(excerpt, text=excerpt.text[:at].rstrip())
        second = excerpt.text[at:]
        begins = excerpt.place + at + len(second) - len(second.lstrip())
        self._connection.execute(delete(codings).where(codings.c.excerpt == excerpt.id))
        row = self._row(first)
        here = excerpts.c.id == excerpt.id
        self._connection.execute(update(excerpts).where(here).values(words_locked=row["words_locked"]))
        (kept,) = self.keep([replace(excerpt, text=second.strip(), place=begins)])
        return first, kept

    def _row(self, each: Excerpt) -> dict[str, str | bytes]:
        content = msgspec.msgpack.encode(_Content(each.text, each.place, each.instance, each.quotable))
        return {
            "id": each.id,
            "audit": each.audit,
            "form": each.form,
            "question": each.question,
            "origin": each.origin,
            "source": each.source,
            "words_locked": self._keys.lock_casework(each.id, content),
        }

    def _open(self, row: Row[tuple[object, ...]]) -> Excerpt:
        held = _content.decode(self._keys.open_casework(row.id, row.words_locked))
        return Excerpt(
            id=row.id,
            audit=row.audit,
            form=row.form,
            question=row.question,
            origin=Origin(row.origin),
            source=row.source,
            text=held.text,
            place=held.place,
            instance=held.instance,
            quotable=held.quotable,
        )


def forget_sources(connection: Connection, sources: Collection[bytes]) -> None:
    """Forget the excerpts of these answers, and what was decided about them: somebody takes them back."""
    _forget(connection, excerpts.c.source.in_(sources))


def forget_anonymous(connection: Connection, audit: str) -> None:
    """Destroy what people wrote in their own words in this audit, and what was decided about it."""
    _forget(connection, excerpts.c.audit == audit, excerpts.c.origin == Origin.ANONYMOUS)


def _forget(connection: Connection, *where: ColumnElement[bool]) -> None:
    these = select(excerpts.c.id).where(*where)
    connection.execute(these.with_for_update()).close()  # who decides about one at this moment is waited for
    connection.execute(delete(codings).where(codings.c.excerpt.in_(these)))
    connection.execute(delete(excerpts).where(*where))


class Suggesters:
    """What suggests codes in each audit, kept at hand in memory alone; it may have learned from what was confirmed."""

    def __init__(self, run: Run = aside) -> None:
        self._run = run
        self._caches: dict[str, Cache] = {}
        self._lock = Lock()  # pages are made in several threads

    def get(
        self,
        audit: str,
        book: Codebook,
        there: AbstractSet[bytes],
        count: int,
        confirmed: Callable[[], Sequence[Confirmed]],
    ) -> Suggester:
        """The suggester of an audit in which so many excerpts were confirmed: see `reports.learning.Cache`."""
        with self._lock:
            cache = self._caches.setdefault(audit, Cache(self._run))
        return cache.get(book, there, count, confirmed)

    def forget(self, audit: str) -> None:
        """Keep nothing of what was learned in this audit: something of it was destroyed."""
        with self._lock:
            cache = self._caches.pop(audit, None)
        if cache is not None:
            cache.forget()


class Codings:
    """What was decided, within one transaction."""

    def __init__(self, connection: Connection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys

    def decide(self, audit: str, coding: Coding) -> None:
        """Keep a decision; the coder's earlier one about the same excerpt is kept behind it."""
        row = self._row(coding.excerpt, coding.coder)
        if row is None:
            new = secrets.token_bytes(ID_BYTES)
            content = self._lock(new, (coding.decision,))
            place = {"id": new, "audit": audit, "excerpt": coding.excerpt, "coder": coding.coder}
            self._connection.execute(insert(codings), place | {"locked": content})
        else:
            self._put(row.id, (*self._decisions(row), coding.decision))

    def amend(self, coding: Coding) -> None:
        """Put a decision in the place of the coder's latest one about the same excerpt, which must be there."""
        row = self._row(coding.excerpt, coding.coder)
        if row is not None:
            self._put(row.id, (*self._decisions(row)[:-1], coding.decision))

    def undo(self, excerpt: bytes, coder: bytes) -> bool:
        """Take the coder's last decision about an excerpt back. False when there is none."""
        row = self._row(excerpt, coder)
        if row is None:
            return False
        earlier = self._decisions(row)[:-1]
        if earlier:
            self._put(row.id, earlier)
        else:
            self._connection.execute(delete(codings).where(codings.c.id == row.id))
        return True

    def drop(self, excerpt: bytes, coder: bytes) -> bool:
        """Forget all that this coder ever decided about an excerpt. False when there is nothing."""
        here = (codings.c.excerpt == excerpt, codings.c.coder == coder)
        return self._connection.execute(delete(codings).where(*here)).rowcount > 0

    def decision(self, excerpt: bytes, coder: bytes) -> Decision | None:
        """What this coder decided about an excerpt last, or None."""
        row = self._row(excerpt, coder)
        return None if row is None else self._decisions(row)[-1]

    def of(self, audit: str) -> tuple[Coding, ...]:
        """The latest decision of each coder about each excerpt, in no order. Raises UndecipherableError."""
        return self._each(audit, -1)

    def about(self, excerpt: bytes) -> dict[bytes, Decision]:
        """The latest decision of each coder about this excerpt, by coder."""
        rows = self._connection.execute(select(codings).where(codings.c.excerpt == excerpt))
        return {row.coder: self._decisions(row)[-1] for row in rows}

    def first(self, audit: str) -> tuple[Coding, ...]:
        """The first decision of each coder about each excerpt, which no talk with others has changed."""
        return self._each(audit, 0)

    def _each(self, audit: str, which: int) -> tuple[Coding, ...]:
        rows = self._connection.execute(select(codings).where(codings.c.audit == audit))
        return tuple(Coding(row.excerpt, row.coder, self._decisions(row)[which]) for row in rows)

    def _row(self, excerpt: bytes, coder: bytes) -> Row[tuple[object, ...]] | None:
        here = (codings.c.excerpt == excerpt, codings.c.coder == coder)
        return self._connection.execute(select(codings).where(*here)).first()

    def _decisions(self, row: Row[tuple[object, ...]]) -> tuple[Decision, ...]:
        return _history.decode(self._keys.open_casework(row.id, row.locked))

    def _lock(self, place: bytes, decisions: Sequence[Decision]) -> bytes:
        return self._keys.lock_casework(place, msgspec.msgpack.encode(tuple(decisions)))

    def _put(self, place: bytes, decisions: Sequence[Decision]) -> None:
        content = self._lock(place, decisions)
        self._connection.execute(update(codings).where(codings.c.id == place).values(locked=content))
