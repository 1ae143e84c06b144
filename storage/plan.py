"""Findings, the plan, and what is followed and published: casework, in the names of those who decided it.

What is looked for is in columns of its own; all words are encrypted with the key file. Whoever changes findings or
actions of an audit holds it before they read them (`Casework.hold`): no row is held, so that nobody who has one waits
for another.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Iterable
from datetime import date

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    ScalarSelect,
    Table,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from dialogues.responses import Response
from dialogues.wordless import Wordless
from reports import reminding
from reports.findings import Finding, Standing
from reports.measures import Measure, Point, Rebase
from reports.plan import Action
from storage.errors import AlreadyPublishedError, StorageError
from storage.keys import Keys
from storage.locks import only_looks
from storage.tables import ID_BYTES, actions, entries, findings, followed, publications


class Entry(Struct, frozen=True, kw_only=True):
    """Something that was said of a finding or an action, or of the audit: progress, a challenge, a notification …

    `kind` is what its form records; `subject` the id of what it is about (hexadecimal; '' is the audit); `said` the
    response. It has no repr.
    """

    id: bytes
    audit: str
    kind: str
    subject: str
    account: bytes
    day: date
    said: Response

    def __repr__(self) -> str:
        return f"Entry({self.kind!r})"


class Followed(Wordless, frozen=True, kw_only=True):
    """A number that is followed month by month in an audit. No numbers in its repr."""

    id: str
    audit: str
    measure: Measure
    points: tuple[Point, ...] = ()
    rebases: tuple[Rebase, ...] = ()


class Publication(Struct, frozen=True):
    """A report that was published: frozen, with its SHA-256 in hexadecimal."""

    audit: str
    view: str
    edition: int
    day: date
    digest: str
    content: bytes


class _Numbered:
    """What is called by a number within its audit."""

    def __init__(self, connection: Connection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys

    def _next(self, table: Table, audit: str) -> int:
        highest = self._connection.scalar(select(func.max(table.c.number)).where(table.c.audit == audit))
        return int(highest or 0) + 1

    def _rows(self, table: Table, *where: ColumnElement[bool]) -> list[Row[tuple[object, ...]]]:
        query = select(table).where(*where).order_by(table.c.audit, table.c.number)
        return list(self._connection.execute(query))

    def _lock(self, of: Finding | Action) -> bytes:
        return self._keys.lock_casework(bytes.fromhex(of.id), msgspec.msgpack.encode(of))


class Findings(_Numbered):
    """The findings, within one transaction."""

    def next_number(self, audit: str) -> int:
        """What the next finding of the audit is called. Whoever asks holds the audit: see `Casework.hold`."""
        return self._next(findings, audit)

    def keep(self, audit: str, finding: Finding) -> None:
        """Keep a finding, or put it in the place of what was there under its id."""
        row = {"number": finding.number, "standing": finding.standing, "locked": self._lock(finding)}
        _put(self._connection, findings, bytes.fromhex(finding.id), audit, row)

    def of(self, audit: str) -> tuple[Finding, ...]:
        """Every finding of the audit, by number. Raises UndecipherableError."""
        return tuple(self._open(row) for row in self._rows(findings, findings.c.audit == audit))

    def get(self, finding: str) -> tuple[str, Finding] | None:
        """The audit and the finding of this id, or None. Raises UndecipherableError."""
        row = next(iter(self._rows(findings, findings.c.id == _id(finding))), None)
        return None if row is None else (str(row.audit), self._open(row))

    def stand(self, finding: Finding, standing: Standing, audit: str) -> Finding:
        """The finding as it stands now."""
        changed = replace(finding, standing=standing)
        self.keep(audit, changed)
        return changed

    def _open(self, row: Row[tuple[object, ...]]) -> Finding:
        return msgspec.msgpack.decode(self._keys.open_casework(row.id, row.locked), type=Finding)


_ACTION = select(actions).where(actions.c.id == bindparam("action"))


class Actions(_Numbered):
    """The actions, within one transaction."""

    def next_number(self, audit: str) -> int:
        """What the next action of the audit is called. Whoever asks holds the audit: see `Casework.hold`."""
        return self._next(actions, audit)

    def keep(self, audit: str, action: Action) -> None:
        """Keep an action, or put it in the place of what was there under its id."""
        row = {
            "number": action.number,
            "state": action.state,
            "owner": bytes.fromhex(action.owner),
            "sponsor": bytes.fromhex(action.sponsor),
            "due_on": action.due,
            "review_on": action.review,
            "next_on": reminding.next_day(action),
            "locked": self._lock(action),
        }
        _put(self._connection, actions, bytes.fromhex(action.id), audit, row)

    def of(self, audit: str) -> tuple[Action, ...]:
        """Every action of the audit, by number. Raises UndecipherableError."""
        return tuple(self._open(row) for row in self._rows(actions, actions.c.audit == audit))

    def owned(self, account: bytes) -> tuple[tuple[str, Action], ...]:
        """The actions that an account owns, each with its audit. Raises UndecipherableError."""
        return self._each_with_audit(actions.c.owner == account)

    def sponsored(self, account: bytes) -> tuple[tuple[str, Action], ...]:
        """The actions that an account stands behind and somebody else owns. Raises UndecipherableError."""
        return self._each_with_audit(actions.c.sponsor == account, actions.c.owner != account)

    def _each_with_audit(self, *where: ColumnElement[bool]) -> tuple[tuple[str, Action], ...]:
        return tuple((str(row.audit), self._open(row)) for row in self._rows(actions, *where))

    def get(self, action: str) -> tuple[str, Action] | None:
        """The audit and the action of this id, or None. Raises UndecipherableError."""
        row = self._connection.execute(_ACTION, {"action": _id(action)}).first()
        return None if row is None else (str(row.audit), self._open(row))

    def to_remind(self, audits: Collection[str], today: date, most: int) -> tuple[tuple[str, Action], ...]:
        """So many of the actions of these audits of which somebody is to be reminded on this day, or was before it.

        Nobody else reminds of them until the transaction ends; what others hold now is left out, so that nobody waits.
        Raises UndecipherableError.
        """
        waiting = select(actions).where(actions.c.next_on <= today, actions.c.audit.in_(audits))
        query = waiting.order_by(actions.c.next_on, actions.c.id).limit(most)
        held = query if only_looks(self._connection) else query.with_for_update(skip_locked=True)
        return tuple((str(row.audit), self._open(row)) for row in self._connection.execute(held))

    def note_reminded(self, reminded: Iterable[Action], today: date, ahead: date) -> None:
        """Note that whoever is to be reminded of these on this day is about to be: see `reminding.next_day`."""
        nexts = [
            {"action": bytes.fromhex(each.id), "day": reminding.next_day(each, today, ahead)}
            for each in reminded
        ]
        moved = update(actions).where(actions.c.id == bindparam("action")).values(next_on=bindparam("day"))
        if nexts:
            self._connection.execute(moved, nexts)

    def _open(self, row: Row[tuple[object, ...]]) -> Action:
        return msgspec.msgpack.decode(self._keys.open_casework(row.id, row.locked), type=Action)


class Entries:
    """What was said of findings, actions and audits, within one transaction. It is added to, never changed."""

    def __init__(self, connection: Connection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys

    def add(self, entry: Entry) -> None:
        """Keep what was said."""
        row = {name: getattr(entry, name) for name in ("id", "audit", "kind", "account", "day")}
        content = msgspec.msgpack.encode(entry.said)
        row |= {"subject": _id(entry.subject), "locked": self._keys.lock_casework(entry.id, content)}
        self._connection.execute(insert(entries).values(**row, place=_next_place(entry.audit)))

    def of(self, audit: str, kinds: Collection[str] = (), subject: str | None = None) -> tuple[Entry, ...]:
        """What was said in the audit, of these kinds or all, about this or anything, as it was added day by day.

        Raises UndecipherableError.
        """
        where = [entries.c.audit == audit]
        if kinds:
            where.append(entries.c.kind.in_(kinds))
        if subject is not None:
            where.append(entries.c.subject == _id(subject))
        query = select(entries).where(*where).order_by(entries.c.day, entries.c.place, entries.c.id)
        return tuple(self._open(row) for row in self._connection.execute(query))

    def _open(self, row: Row[tuple[object, ...]]) -> Entry:
        return Entry(
            id=row.id,
            audit=row.audit,
            kind=row.kind,
            subject=row.subject.hex(),
            account=row.account,
            day=row.day,
            said=msgspec.msgpack.decode(self._keys.open_casework(row.id, row.locked)),
        )


def _next_place(audit: str) -> ScalarSelect[int]:
    """The place after the last; two that are added at the same moment may share it."""
    last = func.coalesce(func.max(entries.c.place), 0)
    return select(last + 1).where(entries.c.audit == audit).scalar_subquery()


_series = msgspec.msgpack.Decoder(tuple[Measure, tuple[Point, ...], tuple[Rebase, ...]])


class Measures:
    """The numbers that are followed, within one transaction."""

    def __init__(self, connection: Connection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys

    def keep(self, series: Followed) -> Followed:
        """Keep a series, or put it in the place of what was there under its id; '' gets one."""
        kept = series if series.id else replace(series, id=secrets.token_hex(ID_BYTES))
        id_ = bytes.fromhex(kept.id)
        content = msgspec.msgpack.encode((kept.measure, kept.points, kept.rebases))
        _put(self._connection, followed, id_, kept.audit, {"locked": self._keys.lock_casework(id_, content)})
        return kept

    def of(self, audit: str) -> tuple[Followed, ...]:
        """Every series of the audit, by what is followed. Raises UndecipherableError."""
        query = select(followed).where(followed.c.audit == audit).order_by(followed.c.id)
        held = query if only_looks(self._connection) else query.with_for_update()
        found = [self._open(row) for row in self._connection.execute(held)]
        return tuple(sorted(found, key=lambda each: (each.measure.indicator, each.id)))

    def get(self, series: str) -> Followed | None:
        """The series of this id, or None. Raises UndecipherableError."""
        query = select(followed).where(followed.c.id == _id(series))
        held = query if only_looks(self._connection) else query.with_for_update()
        row = self._connection.execute(held).first()
        return None if row is None else self._open(row)

    def _open(self, row: Row[tuple[object, ...]]) -> Followed:
        measure, points, rebases = _series.decode(self._keys.open_casework(row.id, row.locked))
        return Followed(id=row.id.hex(), audit=row.audit, measure=measure, points=points, rebases=rebases)


class Publications:
    """The reports that were published, within one transaction."""

    def __init__(self, connection: Connection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys

    def publish(self, audit: str, view: str, edition: int, day: date, content: bytes) -> Publication:
        """Freeze a report. Raises AlreadyPublishedError when there is this edition already."""
        made = Publication(audit, view, edition, day, hashlib.sha256(content).hexdigest(), content)
        id_ = secrets.token_bytes(ID_BYTES)
        row = {name: getattr(made, name) for name in ("audit", "view", "edition", "day", "digest")}
        row |= {"id": id_, "locked": self._keys.lock_casework(id_, content)}
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(publications), row)
        except IntegrityError as trouble:
            raise AlreadyPublishedError(audit) from trouble
        return made

    def of(self, audit: str) -> tuple[Publication, ...]:
        """What was published of the audit, by edition and view. Raises StorageError when it was changed."""
        query = select(publications).where(publications.c.audit == audit)
        rows = self._connection.execute(query.order_by(publications.c.edition, publications.c.view))
        return tuple(self._open(row) for row in rows)

    def _open(self, row: Row[tuple[object, ...]]) -> Publication:
        content = self._keys.open_casework(row.id, row.locked)
        if hashlib.sha256(content).hexdigest() != row.digest:
            raise StorageError(f"What was published of the audit “{row.audit}” was changed since.")
        return Publication(row.audit, row.view, row.edition, row.day, row.digest, content)


def _id(hexadecimal: str) -> bytes:
    """An id as it is stored; none for what is no id."""
    try:
        return bytes.fromhex(hexadecimal)
    except ValueError:
        return b""


def _put(connection: Connection, table: Table, id_: bytes, audit: str, row: dict[str, object]) -> None:
    """Insert a row, or update the one of this id."""
    changed = update(table).where(table.c.id == id_).values(row)
    if connection.execute(changed).rowcount == 0:
        connection.execute(insert(table), {"id": id_, "audit": audit, **row})
