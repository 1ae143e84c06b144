"""The interviews, record checks and observations of auditors, around the turns in which they are played.

Plain functions on a `Storage`, for the pages of auditors and leads. Whoever calls them has seen that the reader is an
auditor or the lead of the audit; whether somebody may begin, hold or be given a case is seen to here.
"""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from bot import beginning, covering, founding
from bot import cases as casebook
from bot.cases import Colleague, Listed
from bot.clock import Clock
from dialogues import engine
from dialogues.form import Form
from dialogues.prompts import Item, Section
from dialogues.wordless import Wordless
from reports.hours import local_day
from reports.scope import Covered
from storage.cases import Case
from storage.casework import EVIDENCE, Audit
from storage.files import digest_in
from storage.journal import Exported
from storage.unit_of_work import Storage, UnitOfWork


class Chapter(Struct, frozen=True):
    """A section of a transcript: its label ('' for what stands in none), and what was asked and answered."""

    label: str
    items: tuple[Item, ...]

    def __repr__(self) -> str:
        return f"Chapter({len(self.items)} answers)"


class Evidence(Wordless, frozen=True):
    """A file that was given as an answer, and its extension (`jpg`). It has no repr."""

    content: bytes
    extension: str


class Transcript(Struct, frozen=True):
    """One case, to be read. Answers are in the words of `language`; of a file there is only its name.

    `observations` are what was noted down during it. No words in its repr.
    """

    case: Listed
    audit_name: str
    language: str
    chapters: tuple[Chapter, ...]
    observations: tuple[Transcript, ...] = ()

    def __repr__(self) -> str:
        return f"Transcript({self.case!r})"


def forms(storage: Storage, audit: str) -> tuple[Form, ...]:
    """The forms that auditors and leads can begin in the audit. Raises UnknownAuditError."""
    with storage.reading() as work:
        return tuple(work.forms.get(offer.digest) for offer in casebook.offers(work, audit))


def beginnings(storage: Storage, audit: str, account: bytes) -> tuple[Form, ...]:
    """Those that this account can begin there. Raises UnknownAuditError."""
    with storage.reading() as work:
        return tuple(work.forms.get(offer.digest) for offer in casebook.may_begin(work, account, audit))


def case(storage: Storage, audit: str, id_: bytes) -> Listed:
    """One case, as it stands in a list. Raises CaseElsewhereError when there is none of this id in the audit."""
    with storage.reading() as work:
        return casebook.listing(work, casebook.get(work, audit, id_))


def cases(storage: Storage, audit: str, account: bytes = b"") -> tuple[Listed, ...]:
    """Every case of the audit that is evidence, the oldest first; and what this account has begun to open another."""
    with storage.reading() as work:
        return casebook.listed(work, audit, account)


def begin(
    storage: Storage, audit: str, form: str, account: bytes, clock: Clock, part_of: bytes = b""
) -> Case:
    """A new case of this account. It is played as any turn: `Incoming` with its id, `Begin` first.

    Raises RoleMissingError, UnknownAuditError, UnknownFormError.
    """
    with storage.writing() as work:
        return beginning.begin(work, audit, form, account, _today(clock), part_of)


def hand_over(storage: Storage, audit: str, case: bytes, to_account: bytes, clock: Clock, actor: str) -> None:
    """Give a case under way to another auditor or lead of the audit; what opens an audit only to a lead.

    Raises CaseElsewhereError when it is not under way there, NoColleagueError.
    """
    with storage.writing() as work:
        casebook.hand_over(work, casebook.get(work, audit, case), to_account, _today(clock), actor)


def colleagues(storage: Storage, audit: str, records: str = EVIDENCE) -> tuple[Colleague, ...]:
    """Everybody who may hold a case of the audit that records this, by name."""
    with storage.reading() as work:
        return casebook.colleagues(work, audit, records)


def sections(storage: Storage, audit: str, case: bytes) -> tuple[Section, ...]:
    """The sections of a case, and how far each is: `Jump` leads to one. Raises CaseElsewhereError."""
    with storage.reading() as work:
        found = casebook.get(work, audit, case)
        return engine.sections(work.forms.get(found.digest), found.interview)


def transcript(storage: Storage, audit: str, case: bytes) -> Transcript:
    """One case, to be read or exported. Raises CaseElsewhereError when there is none of this id in the audit."""
    with storage.reading() as work:
        found = casebook.get(work, audit, case)
        name = work.casework.audit(audit).name
        during = (each for each in work.cases.of(audit) if each.part_of == case)
        return _transcript(work, found, name, tuple(_transcript(work, each, name) for each in during))


def export(storage: Storage, audit: str, case: bytes, clock: Clock, actor: str) -> Transcript:
    """The same, when it leaves Candour as a file: the journal says so. Raises CaseElsewhereError."""
    written = transcript(storage, audit, case)
    with storage.writing() as work:
        work.journal.append(Exported("transcript"), day=_today(clock), actor=actor, audit=audit)
    return written


def evidence(storage: Storage, audit: str, case: bytes, file: bytes) -> Evidence | None:
    """A file by its digest, if it is an answer in this case. Raises CaseElsewhereError when there is no such case."""
    with storage.reading() as work:
        found = casebook.get(work, audit, case)
        items = engine.history(work.forms.get(found.digest), found.interview)
        name = next((each.value for each in items if each.kind.is_file and digest_in(each.value) == file), "")
        if not name:
            return None
        content = work.files.read(file, work.casework.keys_of(audit))
        return Evidence(content, name.rpartition(".")[2])


def opened_by(storage: Storage, audit: str, case: bytes) -> Audit:
    """The audit that was opened by handing in this case of `new-audit`.

    Raises CaseElsewhereError, UnknownAuditError.
    """
    with storage.reading() as work:
        found = casebook.get(work, audit, case)
        response = engine.response(work.forms.get(found.digest), found.interview)
        return work.casework.audit(founding.short_name(response))


def coverage(storage: Storage, audit: str) -> tuple[Covered, ...]:
    """How much was heard of each area of the audit's scope, of those that were handed in. Raises UnknownAuditError."""
    with storage.reading() as work:
        return covering.coverage(work, work.casework.audit(audit))


def _transcript(
    work: UnitOfWork, case: Case, name: str, observations: tuple[Transcript, ...] = ()
) -> Transcript:
    found = engine.chapters(work.forms.get(case.digest), case.interview)
    chapters = tuple(Chapter(label, items) for label, items in found)
    return Transcript(casebook.listing(work, case), name, case.interview.language, chapters, observations)


def _today(clock: Clock) -> date:
    return local_day(clock.now())
