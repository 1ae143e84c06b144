"""Forms, pinned by their digest: what an interview was begun with stays what it is played with."""

from __future__ import annotations

from collections import OrderedDict

from sqlalchemy import Connection, select, text

from dialogues import form as codec
from dialogues.form import Form
from storage.errors import StorageError
from storage.tables import forms

_PIN = text("INSERT INTO forms (digest, content) VALUES (:digest, :content) ON CONFLICT DO NOTHING")


class Shelf:
    """The forms used last, by digest: a form never changes, so they stay right. Threads may share it."""

    def __init__(self, size: int = 64) -> None:
        self._size = size
        self._forms: OrderedDict[str, Form] = OrderedDict()

    def get(self, digest: str) -> Form | None:
        """The form, if it is at hand."""
        return self._forms.get(digest)

    def put(self, form: Form) -> Form:
        """Keep it at hand; the oldest makes room. Returns the one to use."""
        kept = self._forms.setdefault(form.digest, form)
        if len(self._forms) > self._size:
            self._forms.popitem(last=False)
        return kept


class Forms:
    """The forms, within one transaction."""

    def __init__(self, connection: Connection, shelf: Shelf) -> None:
        self._connection = connection
        self._shelf = shelf

    def pin(self, form: Form) -> None:
        """Keep this version of the form for good."""
        self._connection.execute(_PIN, {"digest": form.digest, "content": codec.encode(form)})

    def get(self, digest: str) -> Form:
        """The form of this digest. Raises StorageError when it was never pinned."""
        return self._shelf.get(digest) or self._shelf.put(self._read(digest))

    def _read(self, digest: str) -> Form:
        content = self._connection.scalar(select(forms.c.content).where(forms.c.digest == digest))
        if content is None:
            raise StorageError(f"The form {digest[:12]}… is not in this database.")
        return codec.decode(content)
