"""Words of anonymous people that are to be quoted, or may be (R8), within one transaction.

A quote is tied to the answer that it is from by the tag of that answer alone, so that whoever takes the answer back
takes it too. Once a report has it, it is tied to nothing any more.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from enum import StrEnum

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from reports.quotes import Approval, Quote, Redaction
from storage.keys import Keys
from storage.tables import ID_BYTES, quotes


class Standing(StrEnum):
    """How far a quote has come."""

    ASKED = "asked"  # a second person is to agree
    AGREED = "agreed"
    PUBLISHED = "published"  # a report that was frozen has it: it stays


class Kept(Struct, frozen=True):
    """Words that were looked over, and what was asked (`about`); with a second person's approval they are a quote.

    It has no repr.
    """

    id: bytes
    audit: str
    standing: Standing
    about: str
    redaction: Redaction
    approval: Approval | None = None

    def __repr__(self) -> str:
        return f"Kept({self.standing})"

    @property
    def name(self) -> str:
        """How people call it: `Q1A2B`. It says nothing."""
        return f"Q{self.id.hex()[:4].upper()}"

    @property
    def quote(self) -> Quote | None:
        """The quote, once somebody has agreed. Only words whose writer consented are ever kept."""
        return Quote(self.about, True, self.redaction, self.approval) if self.approval else None  # noqa: FBT003


_content = msgspec.msgpack.Decoder(tuple[str, Redaction, Approval | None])


class Quotes:
    """The quotes, within one transaction."""

    def __init__(self, connection: Connection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys

    def ask(self, audit: str, source: bytes, about: str, redaction: Redaction) -> bytes:
        """Keep words for which a second person is asked; `source` is the tag of the answer. Returns their id."""
        new = secrets.token_bytes(ID_BYTES)
        row = {"id": new, "audit": audit, "source": source, "standing": Standing.ASKED}
        locked = self._lock(new, about, redaction, None)
        self._connection.execute(insert(quotes), row | {"words_locked": locked})
        return new

    def get(self, quote: bytes) -> Kept | None:
        """The quote of this id, or None. Raises UndecipherableError."""
        return next(iter(self._those(quotes.c.id == quote)), None)

    def of(self, audit: str) -> tuple[Kept, ...]:
        """Every quote of the audit, in an order that says nothing and stays. Raises UndecipherableError."""
        return self._those(quotes.c.audit == audit)

    def agree(self, kept: Kept, by: str) -> None:
        """This account agrees to exactly these words. Raises ValueError when they may not be quoted all the same."""
        approval = Approval(kept.redaction.words, by)
        Quote(kept.about, True, kept.redaction, approval)  # noqa: FBT003
        values = {
            "standing": Standing.AGREED,
            "words_locked": self._lock(kept.id, kept.about, kept.redaction, approval),
        }
        self._connection.execute(update(quotes).where(quotes.c.id == kept.id).values(values))

    def note_published(self, quote: bytes) -> None:
        """A report has it: it stays, and nothing tells from which answer it is."""
        here = (quotes.c.id == quote, quotes.c.standing == Standing.AGREED)
        values = {"standing": Standing.PUBLISHED, "source": secrets.token_bytes(ID_BYTES)}
        self._connection.execute(update(quotes).where(*here).values(values))

    def erase(self, quote: bytes) -> None:
        """Forget words that nobody agreed to."""
        here = (quotes.c.id == quote, quotes.c.standing == Standing.ASKED)
        self._connection.execute(delete(quotes).where(*here))

    def _those(self, *where: ColumnElement[bool]) -> tuple[Kept, ...]:
        rows = self._connection.execute(select(quotes).where(*where).order_by(quotes.c.id))
        return tuple(map(self._open, rows))

    def _open(self, row: Row[tuple[object, ...]]) -> Kept:
        content = _content.decode(self._keys.open_casework(row.id, row.words_locked))
        return Kept(row.id, row.audit, Standing(row.standing), *content)

    def _lock(self, quote: bytes, about: str, redaction: Redaction, approval: Approval | None) -> bytes:
        return self._keys.lock_casework(quote, msgspec.msgpack.encode((about, redaction, approval)))


def forget_sources(connection: Connection, sources: Collection[bytes]) -> None:
    """Forget what would have been quoted of these answers: somebody takes them back."""
    connection.execute(delete(quotes).where(quotes.c.source.in_(sources)))


def forget_unpublished(connection: Connection, audit: str) -> None:
    """Forget what no report of the audit has: its answers are destroyed."""
    here = (quotes.c.audit == audit, quotes.c.standing != Standing.PUBLISHED)
    connection.execute(delete(quotes).where(*here))
