"""The cases of people with a role, within one transaction: who may have them, handed over, and listed.

Turns and services use the same functions. Whether somebody may, is asked each time: a role that ended has ended.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from types import MappingProxyType

from msgspec import Struct

from bot.errors import CaseElsewhereError, NoColleagueError, RoleMissingError
from dialogues import engine
from dialogues.form import Form, Kind, Question
from dialogues.interview import Interview, static
from dialogues.prompts import Item
from storage.cases import Case, CaseStatus
from storage.casework import (
    ACTION,
    CHALLENGE,
    EVIDENCE,
    EXCEPTION,
    FINDING,
    IN_CASES,
    LEARNING,
    MEASURE,
    NOTIFICATION,
    OPENING,
    OPINION,
    PROGRESS,
    REVIEW,
    VERIFICATION,
    Offer,
)
from storage.errors import UnknownAuditError
from storage.journal import CaseErased, CaseHandedOver
from storage.slips import AUDITOR, BOARD, LEAD, OWNER, ROLES
from storage.unit_of_work import UnitOfWork

MAY_ASK = frozenset({AUDITOR, LEAD})  # who asks, codes and writes findings; a deputy has no cases
MAY_OWN = frozenset({OWNER, LEAD})  # who can be asked to do something
ASKING = frozenset({EVIDENCE, OPENING})  # what is begun beside interviews; the rest belongs to the plan
PARTICIPANT, THEME, DIRECTION = "participant", "theme", "direction"  # words of an appearance
HARM_TYPES, SCOPE = "harm-types", "scope"

# By what a form records, the roles that hold its cases. What is not here, nobody does.
_HOLDERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        OPENING: frozenset({LEAD}),  # whoever goes on with what opens an audit becomes its lead
        **dict.fromkeys((EVIDENCE, FINDING, ACTION, VERIFICATION, EXCEPTION, LEARNING), MAY_ASK),
        **dict.fromkeys((NOTIFICATION, REVIEW, OPINION), MAY_ASK),
        PROGRESS: MAY_OWN,  # of what is theirs
        MEASURE: MAY_ASK | MAY_OWN,
        CHALLENGE: MAY_ASK | {BOARD},
    }
)
_ONES_OWN = frozenset({PROGRESS, CHALLENGE})  # nobody else goes on with it


class Listed(Struct, frozen=True, kw_only=True):
    """A case in a list. `participant`: whom it is with, as far as that was said; `holder_name` may be empty.

    No words in its repr.
    """

    id: bytes
    audit: str
    form: str
    records: str
    title: str
    participant: str
    holder: bytes
    holder_name: str
    status: CaseStatus
    begun_on: date
    handed_in_on: date | None
    answered: int
    relevant: int
    part_of: bytes = b""

    def __repr__(self) -> str:
        return f"Listed({self.form!r}, {self.status})"


class Colleague(Struct, frozen=True):
    """Somebody who may hold a case. `name` is empty when nobody said it. No name in its repr."""

    account: bytes
    name: str
    role: str

    def __repr__(self) -> str:
        return f"Colleague({self.role!r})"


# Who may


def holders(records: str) -> frozenset[str]:
    """The roles that hold a case which records this."""
    return _HOLDERS.get(records, frozenset())


def may_ask(work: UnitOfWork, account: bytes, audit: str, records: str = EVIDENCE) -> bool:
    """Whether an account may hold a case of the audit, which records this, at this moment."""
    return any(there == audit and role in holders(records) for there, role in work.people.roles(account))


def may_hold(work: UnitOfWork, account: bytes, case: Case) -> bool:
    """Whether an account may hold this case at this moment."""
    return may_ask(work, account, case.audit, records(work, case))


def may_look(work: UnitOfWork, account: bytes, case: Case) -> bool:
    """Whether an account may see this case: who could hold it sees their own, and who asks sees those of others."""
    recorded = records(work, case)
    is_theirs = recorded in ASKING or case.holder == account
    return may_ask(work, account, case.audit, recorded if is_theirs else EVIDENCE)


def records(work: UnitOfWork, case: Case) -> str:
    """What its form records."""
    return work.forms.get(case.digest).records


def acting(work: UnitOfWork, case: Case) -> str:
    """The role in which its holder acts, for the journal: the foremost that they have."""
    held = {role for audit, role in work.people.roles(case.holder) if audit == case.audit}
    return next((role for role in ROLES if role in held & holders(records(work, case))), AUDITOR)


def held_by(work: UnitOfWork, case: Case | None, account: bytes) -> Case:
    """The case, which they may go on with. Raises CaseElsewhereError, RoleMissingError."""
    if case is not None and not may_hold(work, account, case):
        raise RoleMissingError
    if case is None or case.status is not CaseStatus.UNDER_WAY or case.holder != account:
        raise CaseElsewhereError
    return case


def get(work: UnitOfWork, audit: str, case: bytes) -> Case:
    """The case of this id in this audit. Raises CaseElsewhereError when there is none."""
    found = work.cases.get(case)
    if found is None or found.audit != audit:
        raise CaseElsewhereError
    return found


# What they do


def offers(work: UnitOfWork, audit: str) -> tuple[Offer, ...]:
    """The forms that are played as cases in the audit. Raises UnknownAuditError."""
    found = work.casework.offers({audit}).get(audit)
    if found is None:
        raise UnknownAuditError(audit)
    return tuple(offer for offer in found.values() if offer.records in IN_CASES)


def may_begin(
    work: UnitOfWork, account: bytes, audit: str, among: Collection[str] = ASKING
) -> tuple[Offer, ...]:
    """The forms that an account can begin in the audit, of those that record one of these."""
    held = {role for there, role in work.people.roles(account) if there == audit}
    found = (each for each in offers(work, audit) if each.records in among and held & holders(each.records))
    return tuple(sorted(found, key=lambda each: each.form))


def hand_over(work: UnitOfWork, case: Case, to: bytes, today: date, actor: str) -> Case:
    """Give a case under way to a colleague who may hold it. Raises CaseElsewhereError, NoColleagueError."""
    if case.status is not CaseStatus.UNDER_WAY:
        raise CaseElsewhereError
    if not may_hold(work, to, case) or records(work, case) in _ONES_OWN:
        raise NoColleagueError
    if case.holder == to:
        return case
    work.journal.append(CaseHandedOver(case.form), day=today, actor=actor, audit=case.audit)
    return work.cases.hand_over(case, to)


def erase(work: UnitOfWork, case: Case, today: date) -> None:
    """Forget a case that was stopped."""
    work.cases.erase(case.id)
    work.journal.append(CaseErased(case.form), day=today, actor=acting(work, case), audit=case.audit)


# What there is


def colleagues(work: UnitOfWork, audit: str, records: str = EVIDENCE) -> tuple[Colleague, ...]:
    """Everybody who may be given a case of the audit that records this, once, by name."""
    given = frozenset() if records in _ONES_OWN else holders(records)
    found = {
        each.account: Colleague(each.account, work.access.name(each.account), each.role)
        for each in sorted(work.people.all_of(audit), key=lambda person: person.role, reverse=True)
        if each.role in given
    }
    return tuple(sorted(found.values(), key=lambda each: (each.name, each.role, each.account)))


def listed(work: UnitOfWork, audit: str, account: bytes = b"") -> tuple[Listed, ...]:
    """Every case of the audit that is evidence, the oldest first.

    Among them stands what else this account has begun, so that they find it to go on with.
    """
    found = (listing(work, case) for case in work.cases.of(audit))
    return tuple(each for each in found if each.records == EVIDENCE or _goes_on(each, account))


def _goes_on(each: Listed, account: bytes) -> bool:
    return each.holder == account and each.status is CaseStatus.UNDER_WAY


def listing(work: UnitOfWork, case: Case) -> Listed:
    """A case as it stands in a list."""
    form = work.forms.get(case.digest)
    progress = engine.progress(form, case.interview)
    return Listed(
        id=case.id,
        audit=case.audit,
        form=case.form,
        records=form.records,
        title=form.title.to(case.interview.language),
        participant=participant(form, case.interview),
        holder=case.holder,
        holder_name=work.access.name(case.holder),
        status=case.status,
        begun_on=case.begun_on,
        handed_in_on=case.handed_in_on,
        answered=progress.done,
        relevant=progress.relevant,
        part_of=case.part_of,
    )


def participant(form: Form, interview: Interview) -> str:
    """Whom the interview is with, by name or role, or '' while nobody has said."""
    return next((item.answer for item in answers(form, interview, PARTICIPANT)), "")


def answers(form: Form, interview: Interview, appearance: str) -> Iterator[Item]:
    """The answers to questions with this word in their appearance."""
    for item in engine.history(form, interview):
        if item.value and question(form, item).appears(appearance):
            yield item


def question(form: Form, item: Item) -> Question:
    """The question that an answer was given to, in whichever instance of a repeat."""
    return form.questions[static(item.question)]


def is_told(asked: Question | None) -> bool:
    """Whether an answer is words about what happened, which are cut and coded, in interviews and in what staff write.

    It is a text that has a theme, or a construct that it measures; not who somebody is, where it was, or a note.
    """
    if asked is None or asked.kind is not Kind.TEXT or asked.appears("contact") or asked.appears(PARTICIPANT):
        return False
    return bool(asked.theme or asked.construct)
