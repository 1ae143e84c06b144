"""How the codebook was revised since the one that Candour ships."""

from __future__ import annotations

from datetime import date

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, insert, select

from reports import revisions
from reports.codebook import Codebook, shipped
from reports.revisions import Revision
from storage.errors import StorageError
from storage.locks import hold
from storage.tables import codebook_revisions

_HELD = b"codebook"


class Revised(Struct, frozen=True):
    """A revision, its number from 1 on, and the day on which it was made."""

    number: int
    day: date
    revision: Revision


class Codebooks:
    """The revisions of the codebook, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hold(self) -> None:
        """Let nobody else revise the codebook until this transaction ends."""
        hold(self._connection, [_HELD])

    def append(self, revision: Revision, day: date) -> Revised:
        """Put a revision behind all others. Hold the codebook first."""
        number = len(self.all()) + 1
        content = revisions.encode(revision)
        self._connection.execute(
            insert(codebook_revisions), {"number": number, "day": day, "content": content}
        )
        return Revised(number, day, revision)

    def all(self) -> tuple[Revised, ...]:
        """Every revision, in order. Raises StorageError when one cannot be read."""
        rows = self._connection.execute(select(codebook_revisions).order_by(codebook_revisions.c.number))
        return tuple(Revised(row.number, row.day, _decoded(row.content)) for row in rows)

    def present(self) -> Codebook:
        """The codebook as it is today: the shipped one, revised. Raises StorageError when a revision cannot be read."""
        return revisions.present(shipped(), [each.revision for each in self.all()])[0]


def _decoded(content: str) -> Revision:
    try:
        return revisions.decode(content)
    except msgspec.DecodeError as error:
        raise StorageError(
            "A revision of the codebook cannot be read: a newer Candour may have written it."
        ) from error
