"""Audits with the forms they offer, what was published of them, and the concerns that reached them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from enum import StrEnum

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Row, Table, bindparam, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from dialogues.form import Form
from dialogues.responses import Response
from reports.ledger import Subset
from storage import slips
from storage.answers import Submission
from storage.errors import AlreadyPublishedError, AuditExistsError, StorageError, UnknownAuditError
from storage.keys import Keys, Pair, Wrapped, seal, unseal
from storage.locks import hold, only_looks
from storage.passphrases import ReleaseKey
from storage.slips import LEAD, RESPONDENT
from storage.tables import ID_BYTES, audit_forms, audits, concerns, published, releases

CONCERN = "concern"  # the `records` of forms whose responses are never held back
RESPONSE = "response"  # that of forms whose responses are pooled, and published together
MESSAGE = "message"  # that of the form by which whoever has a receipt writes to the lead
WITHDRAWAL = "withdrawal"  # that of the form by which they take their answers back
EVIDENCE = "evidence"  # that of forms that an auditor fills in, as a case: see `storage.cases`
PARTNER = "partner"  # of forms that partner agencies answer by themselves: a case too, once it is handed in
OPENING = "audit"  # that of the form by which a lead opens an audit, a case too
FINDING, ACTION, PROGRESS, VERIFICATION = "finding", "action", "progress", "verification"
EXCEPTION, CHALLENGE, LEARNING, NOTIFICATION = "exception", "challenge", "learning", "notification"
MEASURE, REVIEW, OPINION = "measure", "review", "opinion"
PLANNING = frozenset(  # those of forms by which findings and the plan are made: see `storage.plan`
    {
        FINDING,
        ACTION,
        PROGRESS,
        VERIFICATION,
        EXCEPTION,
        CHALLENGE,
        LEARNING,
        NOTIFICATION,
        MEASURE,
        REVIEW,
        OPINION,
    }
)
IN_CASES = frozenset({EVIDENCE, OPENING}) | PLANNING
NEEDS_RECEIPT = frozenset({MESSAGE, WITHDRAWAL})


class Status(StrEnum):
    """Whether an audit takes answers."""

    OPEN = "open"
    CLOSED = "closed"


class Entry(StrEnum):
    """Who may answer: whoever has a slip, which can be used once; or whoever has the link, which is weaker."""

    SLIPS = "slips"
    OPEN = "open"


class Audit(Struct, frozen=True, kw_only=True):
    """A post-incident review. `k`: the fewest people whose answers are published together.

    `scope` and `harm_types` are codes separated by spaces, as a select_multiple has them: see `reports.codebook`.
    `baseline`: of a re-audit, the audit that it looks at again.
    """

    id: str
    name: str
    service: str
    incident: str
    staff_count: int
    opened_on: date
    k: int = 8
    status: Status = Status.OPEN
    closed_on: date | None = None
    synthetic: bool = False
    entry: Entry = Entry.OPEN
    scope: str = ""
    harm_types: str = ""
    period_from: date | None = None
    period_to: date | None = None
    baseline: str = ""


class Offer(Struct, frozen=True):
    """What a turn must know of a form of an audit: its present version, and what a response is sealed to."""

    audit: str
    form: str
    digest: str
    records: str
    status: Status
    public_key: bytes
    entry: Entry
    harm_types: str = ""
    scope: str = ""

    @property
    def needs_slip(self) -> bool:
        """Whether only those who have a slip may answer: never to say that somebody is at risk, nor with a receipt.

        Partners always: they answer in their own name.
        """
        return self.records == PARTNER or (self.entry is Entry.SLIPS and self.records == RESPONSE)

    @property
    def is_open(self) -> bool:
        """Whether answers are taken: those that are counted, while the audit is open; all others at any time."""
        return self.status is Status.OPEN or self.records not in (RESPONSE, PARTNER)

    def takes(self, role: str) -> bool:
        """Whether a slip of this role is spent here."""
        return self.records == {RESPONDENT: RESPONSE, slips.PARTNER: PARTNER}.get(role)


class Concern(Struct, frozen=True):
    """What somebody wants the lead to know now, or whoever is past them (`route`).

    `locator` is that of its writer's thread, if any. It has no repr.
    """

    id: bytes
    form: str
    read: bool
    response: Response
    locator: bytes = b""
    route: str = LEAD

    def __repr__(self) -> str:
        return f"Concern(read={self.read})"


_groups = msgspec.json.Decoder(tuple[str, ...] | None)
_AUDIT_COLUMNS = tuple(audits.c[name] for name in Audit.__struct_fields__)
_OFFERS = (
    select(
        audits.c.id,
        audit_forms.c.form,
        audit_forms.c.digest,
        audit_forms.c.records,
        audits.c.status,
        audits.c.public_key,
        audits.c.entry,
        audits.c.harm_types,
        audits.c.scope,
    )
    .join_from(audits, audit_forms, isouter=True)
    .where(audits.c.id.in_(bindparam("ids", expanding=True)))
)
# PostgreSQL then keeps an audit from being closed while a turn is under way; SQLite has one writer anyhow.
_OFFERS_HELD = _OFFERS.with_for_update(read=True, of=audits)


class Casework:
    """Audits, releases and concerns, within one transaction."""

    def __init__(self, connection: Connection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys

    def open(self, audit: Audit, forms: Iterable[Form]) -> None:
        """Enter an audit with the forms that it offers, which must be pinned. Raises AuditExistsError."""
        pair = self._keys.new_pair(audit.id)
        row = msgspec.structs.asdict(audit) | {"public_key": pair.public, "private_key": pair.private}
        row |= {"erasures": 0}
        try:
            self._insert(audits, row)
        except IntegrityError as trouble:
            raise AuditExistsError(audit.id) from trouble
        for form in forms:
            self.offer(audit.id, form)

    def offer(self, audit: str, form: Form) -> None:
        """Have an audit offer this form, which must be pinned, in this version.

        One that partners answer becomes evidence when it is handed in; until then it is no auditor's.
        """
        here = (audit_forms.c.audit == audit, audit_forms.c.form == form.id)
        self._connection.execute(delete(audit_forms).where(*here))
        records = PARTNER if form.is_for_partners else form.records
        row = {"audit": audit, "form": form.id, "digest": form.digest, "records": records}
        self._connection.execute(insert(audit_forms), row)

    def audit(self, audit: str) -> Audit:
        """The audit of this name. Raises UnknownAuditError."""
        row = self._connection.execute(select(*_AUDIT_COLUMNS).where(audits.c.id == audit)).first()
        if row is None:
            raise UnknownAuditError(audit)
        return _audit(row)

    def all(self) -> tuple[Audit, ...]:
        """Every audit, by name."""
        rows = self._connection.execute(select(*_AUDIT_COLUMNS).order_by(audits.c.id))
        return tuple(_audit(row) for row in rows)

    def close(self, audit: str, on: date) -> None:
        """Take no more answers for this audit. It is counted once more, for good."""
        closed = {"status": Status.CLOSED, "closed_on": on, "counted_on": None, "counted_enough": None}
        self._connection.execute(update(audits).where(audits.c.id == audit).values(closed))

    def counted(self, audit: str, today: date) -> bool | None:
        """Whether enough were heard by the count that holds today, or None when it is time to count.

        An open audit is counted on one moment of a day, so that nobody sees when the K-th person handed in; a
        closed one once. Raises UnknownAuditError.
        """
        columns = select(audits.c.status, audits.c.counted_on, audits.c.counted_enough)
        row = self._connection.execute(columns.where(audits.c.id == audit)).first()
        if row is None:
            raise UnknownAuditError(audit)
        holds = row.counted_on is not None and (row.status == Status.CLOSED or row.counted_on >= today)
        return row.counted_enough if holds else None

    def count(self, audit: str, today: date, *, enough: bool) -> None:
        """Keep whether enough were heard. Of several who count on one day, the first is believed."""
        stale = or_(audits.c.counted_on.is_(None), audits.c.counted_on < today)
        self._connection.execute(
            update(audits).where(audits.c.id == audit, stale).values(counted_on=today, counted_enough=enough)
        )

    def change_k(self, audit: str, k: int) -> None:
        """Publish together the answers of so many people at least. What may be so, the services decide."""
        self._connection.execute(update(audits).where(audits.c.id == audit).values(k=k))

    def offers(self, ids: Collection[str]) -> dict[str, dict[str, Offer]]:
        """By audit and form, what these audits offer; an audit that there is not is missing.

        In a transaction that writes, none of them is closed until it ends.
        """
        offers: dict[str, dict[str, Offer]] = {}
        query = _OFFERS if only_looks(self._connection) else _OFFERS_HELD
        for row in self._connection.execute(query, {"ids": list(ids)}):
            audit, form, digest, records, status, public, entry, *known = row
            offered = offers.setdefault(audit, {})
            if form is not None:
                offered[form] = Offer(
                    audit, form, digest, records, Status(status), public, Entry(entry), *known
                )
        return offers

    def keys_of(self, audit: str) -> Pair:
        """The audit's keys. Raises UnknownAuditError, UndecipherableError."""
        columns = select(audits.c.public_key, audits.c.private_key).where(audits.c.id == audit)
        row = self._connection.execute(columns).first()
        if row is None:
            raise UnknownAuditError(audit)
        return self._keys.unwrap(audit, Wrapped(row.public_key, row.private_key))

    def hold(self, audit: str) -> None:
        """Let nobody else publish of this audit, or change its plan, until this transaction ends."""
        hold(self._connection, [self._keys.ref("publishing", audit)])

    def hold_row(self, audit: str) -> None:
        """Let no turn of this audit begin until this transaction ends, and wait for those under way."""
        self._connection.execute(select(audits.c.id).where(audits.c.id == audit).with_for_update())

    def see_that_keys_fit(self) -> None:
        """Raise UndecipherableError if the audits of this database were opened with another key file."""
        first = self._connection.scalar(select(audits.c.id).limit(1))
        if first is not None:
            self.keys_of(first)

    def publish(self, audit: str, form: str, content: bytes, subsets: Iterable[Subset] = ()) -> str:
        """Keep what is published of the answers to a form, for good, and whom it is about.

        Returns its SHA-256 in hexadecimal. Raises AlreadyPublishedError if anything was published of them, even
        if that is not there any more.
        """
        if self.published(audit, form):
            raise AlreadyPublishedError(audit)
        digest = hashlib.sha256(content).hexdigest()
        try:
            self._insert(releases, {"audit": audit, "form": form, "digest": digest, "content": content})
        except IntegrityError as trouble:
            raise AlreadyPublishedError(audit) from trouble
        rows = [
            {
                "audit": audit,
                "form": form,
                "question": each.question,
                "groups": msgspec.json.encode(each.groups).decode(),
            }
            for each in subsets
        ]
        if rows:
            self._connection.execute(insert(published), rows)
        return digest

    def published(self, audit: str, form: str) -> tuple[Subset, ...]:
        """The ledger: whom all that was ever published of the answers to a form is about, in no order."""
        rows = self._connection.execute(
            select(published.c.question, published.c.groups).where(
                published.c.audit == audit, published.c.form == form
            )
        )
        return tuple(Subset(row.question, _groups.decode(row.groups)) for row in rows)

    def release(self, audit: str, form: str) -> bytes | None:
        """What was published of the answers to a form, or None. Raises StorageError if it was changed."""
        query = select(releases.c.digest, releases.c.content)
        row = self._connection.execute(
            query.where(releases.c.audit == audit, releases.c.form == form)
        ).first()
        if row is None:
            return None
        if hashlib.sha256(row.content).hexdigest() != row.digest:
            raise StorageError(f"What was published of the audit “{audit}” was changed since.")
        return bytes(row.content)

    def release_key(self, audit: str) -> ReleaseKey | None:
        """What answers in people's own words are sealed to, or None while the lead has chosen no passphrase."""
        query = select(audits.c.release_salt, audits.c.release_key).where(audits.c.id == audit)
        row = self._connection.execute(query).first()
        if row is None or row.release_key is None:
            return None
        return ReleaseKey(row.release_salt, row.release_key)

    def set_release_key(self, audit: str, key: ReleaseKey) -> bool:
        """Keep what the lead's passphrase made, once and for all. False when there is one already."""
        unset = (audits.c.id == audit) & audits.c.release_key.is_(None)
        chosen = update(audits).where(unset).values(release_salt=key.salt, release_key=key.public)
        return self._connection.execute(chosen).rowcount == 1

    def note_rewriting(self, audit: str) -> None:
        """Note that something of the audit was erased, so that the database must still be compacted."""
        here = update(audits).where(audits.c.id == audit)
        self._connection.execute(here.values(erasures=audits.c.erasures + 1))

    def rewriting_due(self) -> dict[str, int]:
        """The audits of which something was erased since the database was compacted, and how often."""
        rows = self._connection.execute(select(audits.c.id, audits.c.erasures).where(audits.c.erasures > 0))
        return {row.id: row.erasures for row in rows}

    def note_rewritten(self, due: Mapping[str, int]) -> None:
        """Note that the database was compacted since all this was erased; what was erased meanwhile stays due."""
        for audit, erasures in due.items():
            here = update(audits).where(audits.c.id == audit)
            self._connection.execute(here.values(erasures=audits.c.erasures - erasures))

    def raise_concern(self, told: Submission, locator: bytes = b"", route: str = LEAD) -> None:
        """Keep a concern, sealed, for those with the role `route`; `locator` is that of its writer's thread."""
        self._connection.execute(
            insert(concerns),
            {
                "id": secrets.token_bytes(ID_BYTES),
                "audit": told.audit,
                "form": told.form,
                "sealed": seal(told.public_key, msgspec.msgpack.encode((told.response, locator))),
                "status": "new",
                "route": route,
            },
        )

    def concerns(self, audit: str, routes: Collection[str] = (LEAD,)) -> tuple[Concern, ...]:
        """The concerns of the audit that a reader may see who has these roles in it, in no order.

        Raises UnknownAuditError, UndecipherableError.
        """
        pair = self.keys_of(audit)
        query = select(concerns).where(concerns.c.audit == audit, concerns.c.route.in_(routes))
        return tuple(_concern(row, unseal(pair, row.sealed)) for row in self._connection.execute(query))

    def waits_unread(self, audit: str, route: str) -> bool:
        """Whether there is a concern for this role that nobody has read."""
        mine = (concerns.c.audit == audit, concerns.c.route == route, concerns.c.status == "new")
        return self._connection.scalar(select(concerns.c.id).where(*mine).limit(1)) is not None

    def mark_read(self, concern: bytes) -> str | None:
        """Note that a concern was read. Returns its audit, or None when that was noted before."""
        unread = update(concerns).where(concerns.c.id == concern, concerns.c.status == "new")
        audit: str | None = self._connection.scalar(unread.values(status="read").returning(concerns.c.audit))
        return audit

    def forget_concerns(self, audit: str) -> tuple[Concern, ...]:
        """Delete the concerns of the audit that were read, and return them. Raises UndecipherableError."""
        read = (concerns.c.audit == audit) & (concerns.c.status == "read")
        rows = self._connection.execute(delete(concerns).where(read).returning(concerns)).all()
        pair = self.keys_of(audit) if rows else None
        return tuple(_concern(row, unseal(pair, row.sealed)) for row in rows if pair is not None)

    def _insert(self, table: Table, row: Mapping[str, object]) -> None:
        """Insert the row, or raise IntegrityError and leave the transaction as it was before."""
        with self._connection.begin_nested():
            self._connection.execute(insert(table), row)


def _concern(row: Row[tuple[object, ...]], content: bytes) -> Concern:
    """What was told. Before there were receipts it was the response alone, as JSON."""
    old = content.startswith(b"{")
    response, locator = (msgspec.json.decode(content), b"") if old else msgspec.msgpack.decode(content)
    return Concern(row.id, row.form, row.status == "read", response, locator, row.route)


def _audit(row: Row[tuple[object, ...]]) -> Audit:
    columns = row._asdict()
    return Audit(**columns | {"status": Status(columns["status"]), "entry": Entry(columns["entry"])})
