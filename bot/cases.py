"""The cases of auditors, within one transaction: begun, handed over, and listed.

Turns and services use the same functions. Whether somebody may, is asked each time: a role that ended has ended.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from bot.errors import CaseElsewhereError, NoColleagueError, RoleMissingError
from dialogues import engine
from dialogues.form import Form, Kind, Question
from dialogues.interview import Interview, static
from dialogues.prompts import Item
from storage.cases import Case, CaseStatus
from storage.casework import EVIDENCE, IN_CASES, OPENING, Offer
from storage.errors import UnknownAuditError, UnknownFormError
from storage.journal import CaseErased, CaseHandedOver
from storage.slips import AUDITOR, LEAD
from storage.unit_of_work import UnitOfWork

MAY_ASK = frozenset({AUDITOR, LEAD})  # who has cases; a deputy has none
PARTICIPANT, THEME, DIRECTION = "participant", "theme", "direction"  # words of an appearance
HARM_TYPES, SCOPE = "harm-types", "scope"


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
    """The roles that hold a case which records this: whoever goes on with what opens an audit becomes its lead."""
    return frozenset({LEAD}) if records == OPENING else MAY_ASK


def may_ask(work: UnitOfWork, account: bytes, audit: str, records: str = EVIDENCE) -> bool:
    """Whether an account may hold a case of the audit, which records this, at this moment."""
    return any(there == audit and role in holders(records) for there, role in work.people.roles(account))


def may_hold(work: UnitOfWork, account: bytes, case: Case) -> bool:
    """Whether an account may hold this case at this moment."""
    return may_ask(work, account, case.audit, records(work, case))


def records(work: UnitOfWork, case: Case) -> str:
    """What its form records."""
    return work.forms.get(case.digest).records


def acting(work: UnitOfWork, case: Case) -> str:
    """The role in which its holder acts, for the journal: the foremost that they have."""
    return LEAD if (case.audit, LEAD) in work.people.roles(case.holder) else AUDITOR


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


def may_begin(work: UnitOfWork, account: bytes, audit: str) -> tuple[Offer, ...]:
    """The forms that an account can begin in the audit: only a lead opens another one."""
    leads = (audit, LEAD) in work.people.roles(account)
    return tuple(each for each in offers(work, audit) if leads or each.records != OPENING)


def invite(work: UnitOfWork, offer: Offer) -> Interview:
    """A new interview by the form that is offered, with what the audit knows; of another audit it knows nothing."""
    known = {HARM_TYPES: offer.harm_types, SCOPE: offer.scope} if offer.records != OPENING else {}
    return engine.invite(work.forms.get(offer.digest), seed=secrets.token_hex(8), known=known)


def begin(work: UnitOfWork, audit: str, form: str, account: bytes, today: date, part_of: bytes = b"") -> Case:
    """A new case in the hands of this account. Raises RoleMissingError, UnknownAuditError, UnknownFormError."""
    if not may_ask(work, account, audit):
        raise RoleMissingError
    offer = next((each for each in may_begin(work, account, audit) if each.form == form), None)
    if offer is None:
        raise UnknownFormError(audit, form)
    return work.cases.begin(audit, form, invite(work, offer), account, today, part_of)


def hand_over(work: UnitOfWork, case: Case, to: bytes, today: date, actor: str) -> Case:
    """Give a case under way to a colleague who may hold it. Raises CaseElsewhereError, NoColleagueError."""
    if case.status is not CaseStatus.UNDER_WAY:
        raise CaseElsewhereError
    if not may_hold(work, to, case):
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
    """Everybody who may hold a case of the audit that records this, once, by name."""
    found = {
        each.account: Colleague(each.account, work.access.name(each.account), each.role)
        for each in sorted(work.people.all_of(audit), key=lambda person: person.role, reverse=True)
        if each.role in holders(records)
    }
    return tuple(sorted(found.values(), key=lambda each: (each.name, each.role, each.account)))


def listed(work: UnitOfWork, audit: str, account: bytes = b"") -> tuple[Listed, ...]:
    """Every case of the audit that is evidence, the oldest first.

    Among them stands what this account has begun to open another audit, so that they find it to go on with.
    """
    found = (listing(work, case) for case in work.cases.of(audit))
    return tuple(each for each in found if each.records != OPENING or _opens(each, account))


def _opens(each: Listed, account: bytes) -> bool:
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
