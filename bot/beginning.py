"""A case is begun, within one transaction: anew, with what is known already, or with the answers of one before."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from msgspec.structs import replace

from bot import listing
from bot.cases import HARM_TYPES, SCOPE, holders, offers
from bot.errors import CaseElsewhereError, RoleMissingError
from dialogues import engine
from dialogues.form import Form, walk
from dialogues.interview import Interview, static
from storage.cases import Case, CaseStatus
from storage.casework import IN_CASES, OPENING, Offer
from storage.errors import UnknownFormError
from storage.unit_of_work import UnitOfWork

ABOUT_ACTION, ABOUT_FINDINGS = "action", "findings"  # words of an appearance
TELLING, DECISION = "telling", "decision"
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
    before = newest(work, audit, first)
    form = work.forms.get(offer.digest)
    interview = _with_answers(invite(work, offer, account), before.interview, form)
    return work.cases.begin(audit, offer.form, interview, account, today, first)


def newest(work: UnitOfWork, audit: str, first: bytes) -> Case:
    """The case in which something was written last that was first written in the case `first`.

    Each goes on with the turns of the one before. Raises CaseElsewhereError when there is none.
    """
    written = [
        each
        for each in work.cases.of(audit)
        if first in (each.id, each.part_of) and each.status is CaseStatus.HANDED_IN
    ]
    if not written:
        raise CaseElsewhereError
    return max(written, key=lambda each: each.interview.turn)


def _with_answers(new: Interview, before: Interview, form: Form) -> Interview:
    """The new interview with the answers of the one before, as far as its form still asks for them."""
    asked = {node.path for node in walk(form.children)}
    answers = {path: value for path, value in before.answers.items() if static(path) in asked}
    done = frozenset(path for path in before.done if static(path.removesuffix(_ANOTHER)) in asked)
    counts = {path: count for path, count in before.counts.items() if static(path) in asked}
    return replace(new, answers=answers, done=done, counts=counts, turn=before.turn)
