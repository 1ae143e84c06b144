"""Submitted responses: whole and sealed in the pool, then flushed into answers that are nobody's any more.

What makes a flushed answer nobody's: it has no response, no time and no order; its choices are put into the
order of the form, whatever order they were tapped in; what was worked out from several answers is left out. Whether
words may be quoted is no answer: it lies sealed within them, and makes them no longer than if they may not. Each
flush writes all answers of the audit anew, in an order of its own, so that nothing tells those that came late. Only
whoever has the receipt can make the tags by which their answers are found again, to take them back.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from random import SystemRandom
from typing import TypeAlias

import msgspec
from sqlalchemy import ColumnElement, Connection, Table, delete, func, insert, select

from dialogues.form import QUOTABLE, Form, Kind, Question
from dialogues.responses import Response
from dialogues.wordless import Wordless
from reports.scoring import Tally
from storage import coding, quotes
from storage.files import digest_in
from storage.keys import Pair, seal, unseal
from storage.receipts import answer_tag, file_tag, pool_tag
from storage.tables import ID_BYTES, answers, files, pool, texts

HEARD = ""  # the `question` of rows that say that one person was heard, and nothing else

_A_FEW = 16  # answers within repeats that are looked for at once
_MOST_FILES = 256  # of one response that can be taken back

_UNQUOTED, _QUOTABLE = b"\xfe", b"\xff"  # before what somebody wrote: bytes with which no text begins
_NOTHING: tuple[object, ...] = (None, "", [])
_COUNTED = frozenset({Kind.ACKNOWLEDGE, Kind.RANGE, Kind.RANK, Kind.SELECT_MULTIPLE, Kind.SELECT_ONE})


class Piece(Wordless, frozen=True):
    """One answer on its own: its question's path, its value, whether it may be counted, or quoted. It has no repr."""

    question: str
    value: str
    counted: bool
    quotable: bool = False


class Written(Wordless, frozen=True):
    """What somebody wrote in their own words: digest of the form, path of the question, tag. It has no repr.

    `quotable`: they said, of this answer alone, that a report may use the words (R8).
    """

    form: str
    question: str
    tag: bytes
    text: str
    quotable: bool = False


class Submission(Wordless, frozen=True):
    """A response to be sealed for an audit; `form` is the digest of the form that it answers. It has no repr.

    `tags` is the key of the receipt's tags (`Opened.tags`).
    """

    audit: str
    form: str
    public_key: bytes
    response: Response
    tags: bytes


class _Pooled(Wordless, frozen=True):
    """What is sealed into the pool."""

    response: Response
    tags: bytes


class Answers:
    """The pool and the answers, within one transaction."""

    def __init__(self, connection: Connection, erased: Callable[[str], None]) -> None:
        self._connection = connection
        self._erased = erased  # is told of which audit answers are gone: what was learned goes too

    def submit(self, submissions: Iterable[Submission]) -> None:
        """Put responses into the pool, sealed, in one statement."""
        rows = [
            {
                "id": _new_id(),
                "audit": each.audit,
                "form": each.form,
                "tag": pool_tag(each.tags),
                "sealed": seal(each.public_key, msgspec.msgpack.encode((each.response, each.tags))),
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

    def flush(
        self, audit: str, pair: Pair, release_key: bytes, form: Callable[[str], Form], keep: int = 0
    ) -> None:
        """Take the responses of the audit apart, and mix all its answers anew. Of its pool any `keep` stay.

        `release_key` seals what people wrote in their own words, `form` finds a form by its digest.
        All happens in the caller's transaction, or nothing. Raises UndecipherableError.
        """
        kept: dict[bytes, bytes] = {}
        counted: list[Row] = []
        worded: list[Row] = []
        for digest, sealed in self._take(audit, keep):
            found = _pooled(unseal(pair, sealed))
            kept.update(_files(form(digest), found))
            for row in _rows(audit, form(digest), found, release_key):
                (worded if "sealed" in row else counted).append(row)
        self._scatter(answers, audit, counted)
        self._scatter(texts, audit, worded)
        self._scatter_files(audit, kept, lambda sealed: seal(release_key, unseal(pair, sealed)))

    def _take(self, audit: str, keep: int) -> Sequence[tuple[str, bytes]]:
        """Take the responses out of the pool, but for any `keep` of them."""
        here = pool.c.audit == audit
        if keep:
            ids = self._connection.scalars(select(pool.c.id).where(here)).all()
            here = pool.c.id.in_(SystemRandom().sample(ids, max(0, len(ids) - keep)))
        taken = self._connection.execute(delete(pool).where(here).returning(pool.c.form, pool.c.sealed))
        return [(row.form, row.sealed) for row in taken]

    def withdraw(self, audit: str, tags: bytes, pair: Pair, form: Callable[[str], Form]) -> bool:
        """Erase what the owner of these tags handed in, files too. False when nothing of theirs is there.

        Raises UndecipherableError.
        """
        pooled = delete(pool).where(pool.c.audit == audit, pool.c.tag == pool_tag(tags))
        row = self._connection.execute(pooled.returning(pool.c.form, pool.c.sealed)).first()
        if row is not None:
            named = _files(form(row.form), _pooled(unseal(pair, row.sealed)))
            self._erase(files, files.c.id, named)
            return True
        return self._withdraw_flushed(audit, tags, form)

    def _withdraw_flushed(self, audit: str, tags: bytes, form: Callable[[str], Form]) -> bool:
        used = select(answers.c.form).where(answers.c.audit == audit).distinct()
        found = False
        for digest in self._connection.scalars(used).all():
            mine = [answer_tag(tags, digest, question) for question in (HEARD, *form(digest).questions)]
            found = self._erase(answers, answers.c.tag, mine) or found
            self._erase_texts(mine)
            for question in form(digest).questions:
                self._erase_instances(tags, digest, question)
        if found:
            self._erased(audit)
            self._erase(files, files.c.tag, [file_tag(tags, number) for number in range(_MOST_FILES)])
        return found

    def _erase_instances(self, tags: bytes, form: str, question: str) -> None:
        """Answers within repeats, until there are no more."""
        start = 1
        while self._erase_texts([answer_tag(tags, form, question, start + each) for each in range(_A_FEW)]):
            start += _A_FEW

    def _erase_texts(self, tags: Sequence[bytes]) -> bool:
        """What was written, the excerpts that it was cut into, and quotes of it that no report has."""
        coding.forget_sources(self._connection, tags)
        quotes.forget_sources(self._connection, tags)
        return self._erase(texts, texts.c.tag, tags)

    def _erase(self, table: Table, column: ColumnElement[bytes], values: Iterable[bytes]) -> bool:
        wanted = list(values)
        if not wanted:
            return False
        return self._connection.execute(delete(table).where(column.in_(wanted))).rowcount > 0

    def forget(self, audit: str) -> bool:
        """Destroy every flushed answer of the audit, files, excerpts and unpublished quotes too.

        False when there was none.
        """
        heard = self.heard(audit) > 0
        self._erased(audit)
        coding.forget_anonymous(self._connection, audit)
        quotes.forget_unpublished(self._connection, audit)
        for table in (answers, texts):
            self._connection.execute(delete(table).where(table.c.audit == audit))
        self._connection.execute(delete(files).where(files.c.audit == audit, files.c.tag != b""))
        return heard

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
        for each in self.written(audit, pair):
            found.setdefault(each.question, []).append(each.text)
        return {question: tuple(sorted(written)) for question, written in found.items()}

    def written(self, audit: str, pair: Pair) -> Iterator[Written]:
        """Each of the same on its own, in no order. Raises UndecipherableError."""
        for row in self._connection.execute(select(texts).where(texts.c.audit == audit)):
            text, quotable = _worded(unseal(pair, row.sealed))
            yield Written(row.form, row.question, row.tag, text, quotable)

    def _count(self, table: Table, *where: ColumnElement[bool]) -> int:
        return self._connection.scalar(select(func.count()).select_from(table).where(*where)) or 0

    def _scatter(self, table: Table, audit: str, more: list[Row]) -> None:
        """Write the rows of the audit anew together with these, in an order that says nothing."""
        taken = self._connection.execute(delete(table).where(table.c.audit == audit).returning(*table.c))
        rows = [*more, *(dict(row._mapping) for row in taken)]
        SystemRandom().shuffle(rows)
        if rows:
            self._connection.execute(insert(table), rows)

    def _scatter_files(
        self, audit: str, new: Mapping[bytes, bytes], for_the_lead: Callable[[bytes], bytes]
    ) -> None:
        """The same for the files that are answers; `new`: their tags. Those of drafts stay where they are.

        Like what people wrote, they are sealed to the release key from now on.
        """
        used = (files.c.audit == audit) & (files.c.id.in_(list(new)) | (files.c.tag != b""))
        taken = self._connection.execute(delete(files).where(used).returning(*files.c))
        rows = [
            {**row._mapping, "tag": new[row.id], "sealed": for_the_lead(row.sealed)}
            if row.id in new
            else dict(row._mapping)
            for row in taken
        ]
        SystemRandom().shuffle(rows)
        if rows:
            self._connection.execute(insert(files), rows)


Row: TypeAlias = dict[str, str | bytes]


def split(form: Form, response: Response, within: str = "") -> Iterator[Piece]:
    """The answers of a response, one by one: those that somebody gave, not what was worked out from them.

    Whether words may be quoted is no answer of its own: it comes with the words.
    Answers inside a repeat (`within` its path) are never counted: one person gives several to one question.
    """
    for name, value in response.items():
        path = within + name
        question = form.questions.get(path)
        if question is not None:
            if question.kind.is_asked and value not in _NOTHING and not question.appears(QUOTABLE):
                counted = question.kind in _COUNTED and not within
                agreed = response.get(form.quotable.get(path, "").removeprefix(within)) == "yes"
                yield Piece(path, _stored(form, question, value), counted, agreed)
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


def _rows(audit: str, form: Form, found: _Pooled, release_key: bytes) -> Iterator[Row]:
    group = group_of(form, found.response)
    yield _counted(audit, form, HEARD, group, "") | {"tag": answer_tag(found.tags, form.digest, HEARD)}
    seen: Counter[str] = Counter()
    for piece in split(form, found.response):
        tag = answer_tag(found.tags, form.digest, piece.question, seen[piece.question])
        seen[piece.question] += 1
        if piece.counted:
            yield _counted(audit, form, piece.question, group, piece.value) | {"tag": tag}
        else:
            content = (_QUOTABLE if piece.quotable else _UNQUOTED) + piece.value.encode(
                errors="surrogatepass"
            )
            yield {
                "id": _new_id(),
                "audit": audit,
                "form": form.digest,
                "question": piece.question,
                "tag": tag,
                "sealed": seal(release_key, content),
            }


def _worded(content: bytes) -> tuple[str, bool]:
    """What was written, and whether it may be quoted. What was sealed before anybody was asked begins with neither."""
    quotable = content.startswith(_QUOTABLE)
    marked = quotable or content.startswith(_UNQUOTED)
    return content[marked:].decode(errors="surrogatepass"), quotable


def _pooled(content: bytes) -> _Pooled:
    """What was sealed. Before there were receipts it was the response alone, as JSON, and nobody could take it back."""
    if content.startswith(b"{"):
        return _Pooled(msgspec.json.decode(content), secrets.token_bytes(32))
    return _Pooled(*msgspec.msgpack.decode(content))


def _files(form: Form, found: _Pooled) -> dict[bytes, bytes]:
    """The digests of the files in a response, each with its tag."""
    digests: list[bytes] = []
    for piece in split(form, found.response):
        question = form.questions.get(piece.question)
        digest = digest_in(piece.value) if question is not None and question.kind.is_file else None
        if digest is not None:
            digests.append(digest)
    return {digest: file_tag(found.tags, number) for number, digest in enumerate(digests[:_MOST_FILES])}


def _counted(audit: str, form: Form, question: str, group: str, value: str) -> Row:
    return {
        "id": _new_id(),
        "audit": audit,
        "form": form.digest,
        "question": question,
        "grp": group,
        "value": value,
    }


def _new_id() -> bytes:
    return secrets.token_bytes(ID_BYTES)
