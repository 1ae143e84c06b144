"""Files that people attached to an answer, sealed to the public key of their audit."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from sqlalchemy import Connection, delete, func, select, text

from storage.errors import StorageError
from storage.keys import Pair, seal, unseal
from storage.tables import HASH_BYTES, files

_KEEP = text(
    "INSERT INTO files (id, audit, form, tag, sealed) VALUES (:id, :audit, :form, :tag, :sealed) ON CONFLICT DO NOTHING"
)


_HEX = frozenset("0123456789abcdef")


class Files:
    """The files, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, file: bytes, audit: str, form: str, public_key: bytes, content: bytes) -> None:
        """Keep a file by its `digest`, once however often it is said. `form` is the name of the form it answers."""
        sealed = seal(public_key, content)
        row = {"id": file, "audit": audit, "form": form, "tag": b"", "sealed": sealed}
        self._connection.execute(_KEEP, row)

    def read(self, file: bytes, pair: Pair) -> bytes:
        """The content of a file. Raises StorageError when it is not there, UndecipherableError."""
        sealed = self._connection.scalar(select(files.c.sealed).where(files.c.id == file))
        if sealed is None:
            raise StorageError("This file is not in the database.")
        return unseal(pair, sealed)

    def erase(self, digests: Collection[bytes]) -> None:
        """Delete these files."""
        if digests:
            self._connection.execute(delete(files).where(files.c.id.in_(digests)))

    def erase_unused(self, audit: str, forms: Collection[str]) -> None:
        """Delete the files of these forms that came with no response: of whoever never handed in."""
        unused = (files.c.audit == audit) & files.c.form.in_(forms) & (files.c.tag == b"")
        self._connection.execute(delete(files).where(unused))

    def count(self, audit: str) -> int:
        """How many files the audit holds."""
        query = select(func.count()).select_from(files).where(files.c.audit == audit)
        return self._connection.scalar(query) or 0


def digest_in(name: str) -> bytes | None:
    """The digest in the name of a file, as it stands in an answer; None when that is no such name."""
    digits, _, extension = name.partition(".")
    if len(digits) != 2 * HASH_BYTES or not extension or not set(digits) <= _HEX:
        return None
    return bytes.fromhex(digits)


def digest(content: bytes, seed: str) -> bytes:
    """What stands for a file in the answers of one interview, of which `seed` is the random seed: 32 bytes.

    With another seed the same file has another digest. So nobody who has a picture too can see that it was
    sent; a file that two people sent is kept for each; and who withdraws takes only their own away.
    """
    key = hashlib.sha256(seed.encode()).digest()
    return hashlib.blake2b(content, digest_size=HASH_BYTES, key=key).digest()
