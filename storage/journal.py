"""The journal: what was done with audits, in a chain of entries that shows whatever was changed in it.

    entry 1 ── its MAC is ──▶ `previous` of entry 2 ── its MAC is ──▶ `previous` of entry 3 …

A MAC is keyed BLAKE2b over everything its entry says and the MAC before it. What finds what:

    an entry changed, moved, inserted or deleted; stamped with another key     the MACs
    the newest entries cut off                      the head remembered beside the key file, or a checkpoint
    everything stamped again with the right key     a checkpoint that was kept outside; nothing else can

Whoever puts a backup back with `candour restore` cuts the newest entries off too. The entry `restored` then says up
to which one the journal had come, as far as anybody knew: a checkpoint of one of these is told to be LOST, not CUT.

Entries hold a day, never a time; no person, no slip, no address, and nothing that one respondent did. They
are written last in a transaction, so that whoever writes one waits for nobody while others wait for them.
"""

from __future__ import annotations

import fcntl
import hmac
import os
import re
import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, insert, inspect, text

from storage.keys import Keys
from storage.locks import POSTGRESQL, hold
from storage.tables import HASH_BYTES, journal

OPERATOR, LEAD, CANDOUR = (
    "operator",
    "lead",
    "candour",
)  # who acted: at the command line, as a lead (or in another role: `storage.slips.ROLES`), we ourselves
GENESIS = bytes(HASH_BYTES)  # what comes before the first entry
TAG_BYTES = 16

_MARK = "candour-journal"  # the first word of a checkpoint
_LINE = re.compile(rf"{_MARK}\s+([0-9]{{1,10}})\s+([0-9A-Fa-f]{{64}})\s+([0-9A-Fa-f]{{32}})")
_CHAIN = b"journal"


# What can be recorded. An entry keeps the name of its kind and, as JSON, the fields.


class JournalBegun(Struct, frozen=True):
    """The journal began when there were these audits already; what happened before is not in it."""

    audits: tuple[str, ...]


class Asked(Struct, frozen=True):
    """A form that an audit offers, and what was declared about who answers it."""

    form: str
    digest: str
    attribution: str
    breakdown: str


class AuditOpened(Struct, frozen=True):
    """An audit was opened, with what decides on what may be published of it."""

    k: int
    staff: int
    forms: tuple[Asked, ...]


class FormsOffered(Struct, frozen=True):
    """An audit that is open already offers these forms from now on, in these versions."""

    forms: tuple[Asked, ...]


class SlipsIssued(Struct, frozen=True):
    """Invitations were made: how many, and to what they entitle."""

    count: int
    role: str


class RoleGiven(Struct, frozen=True):
    """Somebody used an invitation to a role. Who, is not said."""

    role: str


class RoleRemoved(Struct, frozen=True):
    """Somebody has a role no longer. Who, is not said."""

    role: str


class SignInForgotten(Struct, frozen=True):
    """Passkeys and app of somebody with this role were forgotten, so that they set up new ones."""

    role: str


class ApprovalAsked(Struct, frozen=True):
    """Somebody asked for what two people must want, such as `k`."""

    subject: str


class ApprovalRefused(Struct, frozen=True):
    """What was asked for was refused, or taken back."""

    subject: str


class ThresholdChanged(Struct, frozen=True):
    """The fewest people whose answers are shown together. `people`: how many wanted it, one or two."""

    before: int
    k: int
    people: int


class AuditClosed(Struct, frozen=True):
    """An audit takes no more answers."""


class PassphraseChosen(Struct, frozen=True):
    """What people write in their own words is sealed to a passphrase of the lead from here on."""


class AnswersForgotten(Struct, frozen=True):
    """The answers were destroyed, because their time was over. What was published of them stays."""


class ConcernsForgotten(Struct, frozen=True):
    """Concerns that had been read were destroyed, because their time was over. How many, is not said."""


class ReportPublished(Struct, frozen=True):
    """The report on a form was frozen; `digest` is the SHA-256 of its content, in hexadecimal."""

    form: str
    digest: str


class ConcernRead(Struct, frozen=True):
    """The lead has read a concern. Which, is not said."""


class BackedUp(Struct, frozen=True):
    """A backup was made; `file` is its SHA-256 in hexadecimal. `while_open`: responses were in the pool."""

    file: str
    while_open: bool


class Restored(Struct, frozen=True):
    """A backup was put back, the file with this SHA-256. Entries that came after it are not there any more.

    The journal has the entries up to `after`; it is known to have had them up to `known`, whose MAC was `head`
    (hexadecimal; '' when none is known to be lost).
    """

    file: str
    after: int
    known: int
    head: str


class KeysRotated(Struct, frozen=True):
    """The key file was replaced, and what it locks was locked anew."""


class EvidenceHandedIn(Struct, frozen=True):
    """An auditor has handed in an interview, a record check or an observation, by this form."""

    form: str


class CaseHandedOver(Struct, frozen=True):
    """An interview or record check under way went from one auditor to another. Who, is not said."""

    form: str


class CaseErased(Struct, frozen=True):
    """An interview or record check was stopped before it was handed in, and erased."""

    form: str


class NumberKept(Struct, frozen=True):
    """A number that is followed was `added` or `changed`, or `new limits` begin with it: which series, which month."""

    series: str
    month: str
    change: str


class NumbersImported(Struct, frozen=True):
    """Numbers that are followed came in a table: of how many measures, how many months."""

    series: int
    months: int


class ReauditSettled(Struct, frozen=True):
    """A re-audit was settled for its `baseline`: how many findings it closed and reopened, how many actions last."""

    baseline: str
    closed: int
    reopened: int
    embedded: int


class FindingMade(Struct, frozen=True):
    """A finding was written; `number` is what people call it by, F3."""

    number: int


class FindingRevised(Struct, frozen=True):
    """A finding was put in the place of the one of this number."""

    number: int


class ActionMade(Struct, frozen=True):
    """An action was proposed; `number` is what people call it by, A7."""

    number: int


class ActionRevised(Struct, frozen=True):
    """An action was written anew. `redated`: it is due on another day, though it had been agreed."""

    number: int
    redated: bool = False


class ActionMoved(Struct, frozen=True):
    """An action has come to this state, as `reports.plan` calls it."""

    number: int
    state: str


class EntryMade(Struct, frozen=True):
    """Something was recorded, of the kind that its form records, about what people call `about` (A7; '': the audit)."""

    kind: str
    about: str


class WordsOpened(Struct, frozen=True):
    """What people wrote in their own words was unlocked with the passphrase, so that auditors can tie themes to it."""


class QuoteAgreed(Struct, frozen=True):
    """Two people want words quoted that were written without a name, with consent. Which, is not said."""


class CodebookRevised(Struct, frozen=True):
    """The codebook was changed. `change` is the kind of change, `version` what it is called since."""

    change: str
    version: str


class Exported(Struct, frozen=True):
    """Evidence or codings left Candour as a file in this format."""

    format: str


What: TypeAlias = (
    JournalBegun
    | AuditOpened
    | FormsOffered
    | PassphraseChosen
    | SlipsIssued
    | RoleGiven
    | RoleRemoved
    | SignInForgotten
    | ApprovalAsked
    | ApprovalRefused
    | ThresholdChanged
    | AuditClosed
    | ReportPublished
    | AnswersForgotten
    | ConcernsForgotten
    | ConcernRead
    | BackedUp
    | Restored
    | KeysRotated
    | EvidenceHandedIn
    | CaseHandedOver
    | CaseErased
    | NumberKept
    | NumbersImported
    | ReauditSettled
    | FindingMade
    | FindingRevised
    | ActionMade
    | ActionRevised
    | ActionMoved
    | EntryMade
    | WordsOpened
    | QuoteAgreed
    | CodebookRevised
    | Exported
)

_KINDS: dict[str, type[What]] = {
    "journal begun": JournalBegun,
    "audit opened": AuditOpened,
    "forms offered": FormsOffered,
    "slips issued": SlipsIssued,
    "role given": RoleGiven,
    "role removed": RoleRemoved,
    "sign-in forgotten": SignInForgotten,
    "approval asked": ApprovalAsked,
    "approval refused": ApprovalRefused,
    "threshold changed": ThresholdChanged,
    "audit closed": AuditClosed,
    "passphrase chosen": PassphraseChosen,
    "report published": ReportPublished,
    "answers forgotten": AnswersForgotten,
    "concerns forgotten": ConcernsForgotten,
    "concern read": ConcernRead,
    "backed up": BackedUp,
    "restored": Restored,
    "keys rotated": KeysRotated,
    "evidence handed in": EvidenceHandedIn,
    "case handed over": CaseHandedOver,
    "case erased": CaseErased,
    "number kept": NumberKept,
    "numbers imported": NumbersImported,
    "re-audit settled": ReauditSettled,
    "finding made": FindingMade,
    "finding revised": FindingRevised,
    "action made": ActionMade,
    "action revised": ActionRevised,
    "action moved": ActionMoved,
    "entry made": EntryMade,
    "words opened": WordsOpened,
    "quote agreed": QuoteAgreed,
    "codebook revised": CodebookRevised,
    "exported": Exported,
}
_ACTIONS = {kind: action for action, kind in _KINDS.items()}


class Entry(Struct, frozen=True):
    """An entry as it stands, whether or not it was changed. `what` is None when it cannot be read."""

    seq: int
    day: str
    actor: str
    action: str
    audit: str
    what: What | None


class Checkpoint(Struct, frozen=True):
    """The MAC of entry `seq`, to be kept outside. `tag` shows that whoever wrote it down had the key."""

    seq: int
    head: bytes
    tag: bytes

    def __str__(self) -> str:
        return f"{_MARK} {self.seq} {self.head.hex()} {self.tag.hex()}"


class Flaw(StrEnum):
    """What can be wrong with a journal."""

    MISSING = "missing"  # the entries from `seq` to `until` are not there
    CHANGED = "changed"  # its MAC does not fit what it says, or was made with another key
    UNLINKED = "unlinked"  # it does not follow on the entry before it
    CUT = "cut"  # a checkpoint knows the entries from `seq` to `until`, and the journal ends before
    REPLACED = "replaced"  # a checkpoint knows another entry of this number
    LOST = (
        "lost"  # a checkpoint knows one of the entries from `seq` to `until`, which a restored backup has not
    )
    FOREIGN = "foreign"  # a checkpoint that was not made with this key, or was changed
    UNTOLD = "untold"  # the journal does not say that this audit was opened


class Fault(Struct, frozen=True):
    """Something that is wrong, from entry `seq` on.

    `beside`: seen by what is remembered beside the key file, not by a checkpoint that was given.
    """

    flaw: Flaw
    seq: int
    until: int = 0
    beside: bool = False
    audit: str = ""


class Examination(Struct, frozen=True):
    """What came of looking the whole journal through. `backwards`: entries of an earlier day than the one before.

    `lost`: by the number of the entry that says so, the first and the last entry that went with a restored backup.
    """

    entries: int
    head: Checkpoint
    faults: tuple[Fault, ...]
    backwards: tuple[int, ...]
    remembered: Checkpoint | None
    lost: tuple[tuple[int, int, int], ...] = ()

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


class _Row(Struct, frozen=True):
    """A row as the database holds it, byte by byte, and so also what we would never have written."""

    seq: int
    day: bytes | None
    actor: bytes | None
    action: bytes | None
    audit: bytes | None
    details: bytes | None
    previous: bytes | None
    mac: bytes | None

    def stamped(self, keys: Keys) -> bytes:
        """The MAC that it should have."""
        said = (self.seq, self.day, self.actor, self.action, self.audit, self.details, self.previous)
        return keys.stamp(msgspec.msgpack.encode(said))

    def entry(self) -> Entry:
        """What it says."""
        day, actor, action, audit = map(_words, (self.day, self.actor, self.action, self.audit))
        return Entry(self.seq, day, actor, action, audit, _what(action, self.details or b""))


# The bytes of every column, without a driver that makes something of them. JSON writes a day in one way only.
_SQLITE = """
    SELECT seq, CAST(day AS BLOB), CAST(actor AS BLOB), CAST(action AS BLOB), CAST(audit AS BLOB),
           CAST(details AS BLOB), CAST(previous AS BLOB), CAST(mac AS BLOB)
    FROM journal"""
_POSTGRESQL = """
    SELECT seq, convert_to(to_json(day) #>> '{}', 'UTF8'), convert_to(actor, 'UTF8'), convert_to(action, 'UTF8'),
           convert_to(audit, 'UTF8'), convert_to(details, 'UTF8'), previous, mac
    FROM journal"""


class Remembered:
    """The head of the journal in a small file beside the key file: outside of the database.

    It is written after the commit: it may be behind the journal, as after a crash, and is never ahead of it, unless
    an older copy of the database was put back.
    """

    def __init__(self, key: Path) -> None:
        self.path = key.with_name(f"{key.name}.journal")
        self._key = key

    def read(self) -> Checkpoint | None:
        """What is remembered, or None when nothing is. What cannot be read is a checkpoint that no key has made."""
        try:
            return read_checkpoint(self.path.read_text("utf-8")) or _NONSENSE
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            return _NONSENSE

    def keep(self, head: Checkpoint, *, anew: bool = False) -> None:
        """Remember this head, unless another worker has gone further; with `anew`, also then.

        Where that cannot be done, as in a folder that is read-only, what was recorded stays recorded, and
        `examine` says that nothing remembers it.
        """
        unfinished = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}")
        try:
            with self._key.open("rb") as key:
                fcntl.flock(key, fcntl.LOCK_EX)
                there = self.read()
                if anew or there is None or there.seq < head.seq:
                    _write(unfinished, f"{head}\n")
                    unfinished.replace(self.path)
        except OSError:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)


class Journal:
    """The journal, within one transaction."""

    def __init__(self, connection: Connection, keys: Keys, remembered: Remembered) -> None:
        self._connection = connection
        self._keys = keys
        self._remembered = remembered
        self._waiting: list[tuple[date, str, str, What]] = []

    def append(self, what: What, *, day: date, actor: str, audit: str = "") -> None:
        """Record something with this transaction; it is written when everything else has been."""
        self._waiting.append((day, actor, audit, what))

    def begin(self, audits: Collection[str], *, day: date) -> None:
        """Record in an empty journal that there were audits before it."""
        hold(self._connection, [_CHAIN])
        if self._last() is None:
            self.append(JournalBegun(tuple(sorted(audits))), day=day, actor=CANDOUR)

    def write(self) -> Checkpoint | None:
        """Write the entries that wait. Returns the new head, to be remembered when it is committed.

        None when there is no new one, or when the one remembered until now is not on the chain: that stays,
        because it is what shows that entries are gone.
        """
        if not self._waiting:
            return None
        hold(self._connection, [_CHAIN])
        remembered = self._remembered.read()
        continues = remembered is None or self.has(remembered)
        last = self._last()
        seq, mac = (0, GENESIS) if last is None else (last.seq, last.mac or b"")
        for day, actor, audit, what in self._waiting:
            seq, mac = self._write(seq + 1, (day, actor, audit, what), mac)
        self._waiting.clear()
        return _checkpoint(self._keys, seq, mac) if continues else None

    def tells(self, audit: str, kind: type[What]) -> bool:
        """Whether it has an entry of this kind about the audit."""
        return any(entry.audit == audit and isinstance(entry.what, kind) for entry in self.entries())

    def has(self, checkpoint: Checkpoint) -> bool:
        """Whether the entry that this checkpoint knows is on the chain."""
        at = self._rows("WHERE seq = :seq", seq=checkpoint.seq)
        return not _against(at, checkpoint, self._keys)

    def restored(self, file: str, known: Iterable[Checkpoint | None]) -> Restored:
        """What to record when this backup was put back: what is lost of all that these checkpoints know."""
        last = self._last()
        after = last.seq if last else 0
        ours = [head for head in known if head is not None and _is_ours(head, self._keys)]
        furthest = max(ours, key=lambda head: head.seq, default=None)
        if furthest is None or furthest.seq <= after:
            return Restored(file, after, after, "")
        return Restored(file, after, furthest.seq, furthest.head.hex())

    def entries(self) -> tuple[Entry, ...]:
        """Every entry, from the first."""
        return tuple(row.entry() for row in self._rows())

    def examine(
        self, checkpoints: Sequence[Checkpoint], remembered: Checkpoint | None, audits: Collection[str]
    ) -> Examination:
        """Whether this is the journal that was written. Looks every entry through.

        `remembered` must have been read before this transaction began, or it could be ahead of what is seen
        here. `audits`: those there are, each of which must have been told.
        """
        rows = self._rows()
        faults = [
            *_broken(rows, self._keys),
            *_untold(rows, audits),
            *(fault for each in checkpoints for fault in _against(rows, each, self._keys)),
            *(_against(rows, remembered, self._keys, beside=True) if remembered else ()),
        ]
        last = rows[-1] if rows else None
        head = _checkpoint(self._keys, last.seq if last else 0, (last.mac if last else GENESIS) or b"")
        backwards = tuple(
            after.seq for before, after in pairwise(rows) if (after.day or b"") < (before.day or b"")
        )
        faults.sort(key=lambda fault: fault.seq)
        lost = tuple((seq, what.after + 1, what.known) for seq, what in _losses(rows))
        return Examination(len(rows), head, tuple(faults), backwards, remembered, lost)

    def _write(self, seq: int, said: tuple[date, str, str, What], previous: bytes) -> tuple[int, bytes]:
        day, actor, audit, what = said
        action, details = _ACTIONS[type(what)], msgspec.json.encode(what, order="deterministic")
        on, by, did, of = (word.encode() for word in (day.isoformat(), actor, action, audit))
        mac = _Row(seq, on, by, did, of, details, previous, None).stamped(self._keys)
        self._connection.execute(
            insert(journal),
            {
                "seq": seq,
                "day": day,
                "actor": actor,
                "action": action,
                "audit": audit,
                "details": details.decode(),
                "previous": previous,
                "mac": mac,
            },
        )
        return seq, mac

    def _last(self) -> _Row | None:
        return next(iter(self._rows("ORDER BY seq DESC LIMIT 1")), None)

    def _rows(self, which: str = "ORDER BY seq", **values: int) -> list[_Row]:
        select = _POSTGRESQL if self._connection.dialect.name == POSTGRESQL else _SQLITE
        return [_Row(*row) for row in self._connection.execute(text(f"{select} {which}"), values)]


def is_missing(connection: Connection) -> bool:
    """Whether the database is from before there was a journal."""
    return inspect(connection).has_table("audits") and not inspect(connection).has_table("journal")


def read_checkpoint(line: str) -> Checkpoint | None:
    """The checkpoint in a line, or None when there is none. Whether it is ours, `examine` says."""
    found = _LINE.fullmatch(line.strip())
    if found is None:
        return None
    seq, head, tag = found.groups()
    return Checkpoint(int(seq), bytes.fromhex(head), bytes.fromhex(tag))


def _broken(rows: Sequence[_Row], keys: Keys) -> Iterator[Fault]:
    """What is wrong with the chain itself, at most one fault for each entry and each gap."""
    seq, mac = 0, GENESIS
    for row in rows:
        if row.seq > seq + 1:
            yield Fault(Flaw.MISSING, seq + 1, row.seq - 1)
        if not hmac.compare_digest(row.stamped(keys), row.mac or b""):
            yield Fault(Flaw.CHANGED, row.seq)
        elif row.seq <= seq + 1 and row.previous != mac:
            yield Fault(Flaw.UNLINKED, row.seq)
        seq, mac = row.seq, row.mac or b""


def _untold(rows: Sequence[_Row], audits: Collection[str]) -> Iterator[Fault]:
    told: set[str] = set()
    for entry in (row.entry() for row in rows):
        match entry.what:
            case JournalBegun(audits=before):
                told.update(before)
            case AuditOpened():
                told.add(entry.audit)
            case _:
                pass
    for audit in sorted(set(audits) - told):
        yield Fault(Flaw.UNTOLD, 1, audit=audit)


def _against(
    rows: Sequence[_Row], checkpoint: Checkpoint, keys: Keys, *, beside: bool = False
) -> tuple[Fault, ...]:
    """What a checkpoint shows to be wrong."""
    last = rows[-1].seq if rows else 0
    heads = {0: GENESIS} | {row.seq: row.mac or b"" for row in rows}
    if not _is_ours(checkpoint, keys):
        return (Fault(Flaw.FOREIGN, checkpoint.seq, beside=beside),)
    if heads.get(checkpoint.seq) == checkpoint.head:
        return ()
    for _, restored in _losses(rows):
        if _explains(restored, checkpoint):
            return (Fault(Flaw.LOST, restored.after + 1, restored.known, beside=beside),)
    if checkpoint.seq > last:
        return (Fault(Flaw.CUT, last + 1, checkpoint.seq, beside=beside),)
    return (Fault(Flaw.REPLACED, checkpoint.seq, beside=beside),)


def _losses(rows: Sequence[_Row]) -> Iterator[tuple[int, Restored]]:
    """The entries that say that others were lost when a backup was put back."""
    for row in rows:
        what = row.entry().what
        if isinstance(what, Restored) and what.known > what.after:
            yield row.seq, what


def _explains(restored: Restored, checkpoint: Checkpoint) -> bool:
    """Whether the entry that this checkpoint knows went with what the backup took the place of."""
    is_last = checkpoint.seq == restored.known
    within = restored.after < checkpoint.seq <= restored.known
    return within and (not is_last or checkpoint.head.hex() == restored.head)


def _is_ours(checkpoint: Checkpoint, keys: Keys) -> bool:
    return hmac.compare_digest(_checkpoint(keys, checkpoint.seq, checkpoint.head).tag, checkpoint.tag)


def _checkpoint(keys: Keys, seq: int, head: bytes) -> Checkpoint:
    # two things are stamped here and seven of an entry: neither can pass for the other
    return Checkpoint(seq, head, keys.stamp(msgspec.msgpack.encode((seq, head)))[:TAG_BYTES])


def _what(action: str, details: bytes) -> What | None:
    kind = _KINDS.get(action)
    try:
        return None if kind is None else msgspec.json.decode(details, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _words(content: bytes | None) -> str:
    return (content or b"").decode("utf-8", "replace")


def _write(path: Path, content: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


_NONSENSE = Checkpoint(0, b"", b"")
