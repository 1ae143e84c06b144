"""A case is begun, within one transaction: anew, with what is known already, or with the answers of one before."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from msgspec.structs import replace

from bot import listing
from bot.cases import HARM_TYPES, SCOPE, holders, offers, records
from bot.errors import CaseElsewhereError, RoleMissingError
from dialogues import engine
from dialogues.form import Form, walk
from dialogues.interview import Interview, static
from storage.cases import Case, CaseStatus
from storage.casework import ACTION, IN_CASES, OPENING, Offer
from storage.errors import UnknownFormError
from storage.unit_of_work import UnitOfWork

ABOUT_ACTION, ABOUT_FINDINGS = "action", "findings"  # words of an appearance
TELLING, DECISION = "telling", "decision"
_REVIEW = "review"  # the question of an action for the day on which it is looked at again
_ANOTHER = "[+]"  # ends the path of the question whether a repeat has one more
NOTHING: Mapping[str, str] = MappingProxyType({})


def invite(
    work: UnitOfWork, offer: Offer, account: bytes = b"", about: Mapping[str, str] = NOTHING
) -> Interview:
    """A new interview by the form that is offered, with what the audit knows; of another audit it knows nothing.

    `about`: what else is known, by words of an appearance.
    """
    known = {HARM_TYPES: offer.harm_types, SCOPE: offer.scope} if offer.records != OPENING else {}
    form = work.forms.get(offer.digest)
    there = listing.lists(work, offer, account, form) if offer.records in IN_CASES else {}
    return engine.invite(form, seed=secrets.token_hex(8), known={**known, **about}, lists=there)


def begin(
    work: UnitOfWork,
    audit: str,
    form: str,
    account: bytes,
    today: date,
    part_of: bytes = b"",
    about: Mapping[str, str] = NOTHING,
) -> Case:
    """A new case in the hands of this account. Raises RoleMissingError, UnknownAuditError, UnknownFormError."""
    offer = offered(work, audit, account, form)
    return work.cases.begin(audit, offer.form, invite(work, offer, account, about), account, today, part_of)


def offered(work: UnitOfWork, audit: str, account: bytes, form: str) -> Offer:
    """The form of this name, or that records this, if the account may begin it there.

    Raises RoleMissingError, UnknownAuditError, UnknownFormError.
    """
    held = {role for there, role in work.people.roles(account) if there == audit}
    if not held:
        raise RoleMissingError
    found = [each for each in offers(work, audit) if form in (each.form, each.records)]
    if not found:
        raise UnknownFormError(audit, form)
    may = [each for each in found if held & holders(each.records)]
    if not may:
        raise RoleMissingError
    return may[0]


def revise(work: UnitOfWork, audit: str, recorded: str, first: bytes, account: bytes, today: date) -> Case:
    """A new case with what was answered in the newest one of what was first written in the case `first`.

    Raises CaseElsewhereError when nothing was, RoleMissingError, UnknownAuditError, UnknownFormError.
    """
    offer = offered(work, audit, account, recorded)
    before = newest(work, audit, first, recorded)
    form = work.forms.get(offer.digest)
    interview = with_answers(invite(work, offer, account), before.interview, form)
    if recorded == ACTION:
        interview = _reviewed(work, first, interview)
    return work.cases.begin(audit, offer.form, interview, account, today, first, before.id)


def _reviewed(work: UnitOfWork, action: bytes, interview: Interview) -> Interview:
    """With the day on which a review has decided to look at the action again, which nobody wrote in its form."""
    found = work.actions.get(action.hex())
    if found is None or found[1].review is None or _REVIEW not in interview.answers:
        return interview
    return replace(interview, answers=interview.answers | {_REVIEW: found[1].review.isoformat()})


def newest(work: UnitOfWork, audit: str, first: bytes, recorded: str) -> Case:
    """The case in which something was written last that was first written in the case `first`.

    Raises CaseElsewhereError when there is none.
    """
    found = written(work, audit, first, recorded)
    if not found:
        raise CaseElsewhereError
    return found[-1]


def written(work: UnitOfWork, audit: str, first: bytes, recorded: str) -> list[Case]:
    """The cases that were handed in of what was first written in the case `first`, the newest last.

    Each goes on with the turns of the one before. What was observed meanwhile belongs to the same case, and is none.
    """
    theirs = (each for each in work.cases.of(audit) if first in (each.id, each.part_of))
    done = (each for each in theirs if each.status is CaseStatus.HANDED_IN)
    found = (each for each in done if records(work, each) == recorded)
    return sorted(found, key=lambda each: each.interview.turn)


def with_answers(new: Interview, before: Interview, form: Form) -> Interview:
    """The new interview with the answers of the one before, as far as its form still asks for them."""
    asked = {node.path for node in walk(form.children)}
    answers = {path: value for path, value in before.answers.items() if static(path) in asked}
    done = frozenset(path for path in before.done if static(path.removesuffix(_ANOTHER)) in asked)
    counts = {path: count for path, count in before.counts.items() if static(path) in asked}
    return replace(new, answers=answers, done=done, counts=counts, turn=before.turn)
