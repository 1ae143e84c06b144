"""Submitted responses: whole and sealed in the pool, then flushed into answers that are nobody's any more.

What makes a flushed answer nobody's: it has no response, no time and no order; its choices are put into the
order of the form, whatever order they were tapped in; what was worked out from several answers is left out.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from random import SystemRandom
from typing import TypeAlias

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Table, delete, func, insert, select

from dialogues.form import Form, Kind, Question
from dialogues.responses import Response
from reports.scoring import Tally
from storage.files import digest_in
from storage.keys import Pair, seal, unseal
from storage.tables import ID_BYTES, answers, pool, texts

HEARD = ""  # the `question` of rows that say that one person was heard, and nothing else

_NOTHING: tuple[object, ...] = (None, "", [])
_COUNTED = frozenset({Kind.ACKNOWLEDGE, Kind.RANGE, Kind.RANK, Kind.SELECT_MULTIPLE, Kind.SELECT_ONE})


class Piece(Struct, frozen=True):
    """One answer on its own: its question's path, its value, whether it may be counted. It has no repr."""

    question: str
    value: str
    counted: bool

    def __repr__(self) -> str:
        return "Piece()"


class Submission(Struct, frozen=True):
    """A response to be sealed for an audit; `form` is the digest of the form that it answers. It has no repr."""

    audit: str
    form: str
    public_key: bytes
    response: Response

    def __repr__(self) -> str:
        return "Submission()"


class Answers:
    """The pool and the answers, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def submit(self, submissions: Iterable[Submission]) -> None:
        """Put responses into the pool, sealed, in one statement."""
        rows = [
            {
                "id": _new_id(),
                "audit": each.audit,
                "form": each.form,
                "tag": _new_id(),
                "sealed": seal(each.public_key, msgspec.json.encode(each.response)),
            }
            for each in submissions
        ]
        if rows:
            self._connection.execute(insert(pool), rows)

    def waiting(self, audit: str) -> int:
        """How many responses are in the pool. Never to be shown."""
        return self._count(pool, pool.c.audit == audit)

    def heard(self, audit: str) -> int:
        """How many responses were flushed. Never to be shown."""
        return self._count(answers, answers.c.audit == audit, answers.c.question == HEARD)

    def flush(self, audit: str, pair: Pair, form: Callable[[str], Form]) -> frozenset[bytes]:
        """Take every response of the audit apart and empty its pool. Raises UndecipherableError.

        `form` finds a form by its digest. Returns the digests of the files that are answers. All happens in
        the caller's transaction, or nothing.
        """
        files: set[bytes] = set()
        counted: list[Row] = []
        worded: list[Row] = []
        pooled = delete(pool).where(pool.c.audit == audit).returning(pool.c.form, pool.c.sealed)
        for digest, sealed in self._connection.execute(pooled):
            response: Response = msgspec.json.decode(unseal(pair, sealed))
            files.update(_files(form(digest), response))
            for row in _rows(audit, form(digest), response, pair.public):
                (worded if "sealed" in row else counted).append(row)
        self._scatter(answers, counted)
        self._scatter(texts, worded)
        return frozenset(files)

    def tally(self, audit: str, form: Form) -> Tally:
        """How many people said what, of the answers to this form that were flushed."""
        columns = (answers.c.question, answers.c.grp, answers.c.value)
        groups: dict[str, int] = {}
        counts: dict[str, dict[str, dict[str, int]]] = {}
        for question, group, value, people in self._connection.execute(
            select(*columns, func.count())
            .where(answers.c.audit == audit, answers.c.form == form.digest)
            .group_by(*columns)
        ):
            if question == HEARD:
                groups[group] = people
            else:
                counts.setdefault(question, {}).setdefault(group, {})[value] = people
        return Tally(sum(groups.values()), groups, counts)

    def words(self, audit: str, pair: Pair) -> dict[str, tuple[str, ...]]:
        """By question, what people wrote in their own words, in no order. Raises UndecipherableError."""
        found: dict[str, list[str]] = {}
        for row in self._connection.execute(select(texts).where(texts.c.audit == audit)):
            found.setdefault(row.question, []).append(unseal(pair, row.sealed).decode(errors="surrogatepass"))
        return {question: tuple(sorted(written)) for question, written in found.items()}

    def _count(self, table: Table, *where: ColumnElement[bool]) -> int:
        return self._connection.scalar(select(func.count()).select_from(table).where(*where)) or 0

    def _scatter(self, table: Table, rows: list[Row]) -> None:
        """Insert the rows in an order that says nothing."""
        SystemRandom().shuffle(rows)
        if rows:
            self._connection.execute(insert(table), rows)


Row: TypeAlias = dict[str, str | bytes]


def split(form: Form, response: Response, within: str = "") -> Iterator[Piece]:
    """The answers of a response, one by one: those that somebody gave, not what was worked out from them.

    Answers inside a repeat (`within` its path) are never counted: one person gives several to one question.
    """
    for name, value in response.items():
        path = within + name
        question = form.questions.get(path)
        if question is not None:
            if question.kind.is_asked and value not in _NOTHING:
                counted = question.kind in _COUNTED and not within
                yield Piece(path, _stored(form, question, value), counted)
        elif isinstance(value, list):
            for instance in value:
                if isinstance(instance, dict):
                    yield from split(form, instance, f"{path}/")


def group_of(form: Form, response: Response) -> str:
    """The declared group of whoever responded, or '' when it was not said."""
    value = response.get(form.breakdown, "") if form.breakdown else ""
    return value if isinstance(value, str) else ""


def _stored(form: Form, question: Question, value: object) -> str:
    """The value as XLSForm has it; choices in the form's order, not in that in which they were tapped."""
    if not isinstance(value, list):
        return str(value)
    chosen = [str(choice) for choice in value]
    if question.kind is Kind.SELECT_MULTIPLE:
        order = {choice.name: place for place, choice in enumerate(form.choices.get(question.choices, ()))}
        chosen.sort(key=lambda name: order.get(name, len(order)))
    return " ".join(chosen)


def _rows(audit: str, form: Form, response: Response, public_key: bytes) -> Iterator[Row]:
    group = group_of(form, response)
    yield _counted(audit, form, HEARD, group, "")
    for piece in split(form, response):
        if piece.counted:
            yield _counted(audit, form, piece.question, group, piece.value)
        else:
            content = piece.value.encode(errors="surrogatepass")
            yield {
                "id": _new_id(),
                "audit": audit,
                "form": form.digest,
                "question": piece.question,
                "tag": _new_id(),
                "sealed": seal(public_key, content),
            }


def _files(form: Form, response: Response) -> Iterator[bytes]:
    """The digests of the files in a response."""
    for piece in split(form, response):
        question = form.questions.get(piece.question)
        found = digest_in(piece.value) if question is not None and question.kind.is_file else None
        if found is not None:
            yield found


def _counted(audit: str, form: Form, question: str, group: str, value: str) -> Row:
    return {
        "id": _new_id(),
        "audit": audit,
        "form": form.digest,
        "question": question,
        "grp": group,
        "value": value,
        "tag": _new_id(),
    }


def _new_id() -> bytes:
    return secrets.token_bytes(ID_BYTES)
