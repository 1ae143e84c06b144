"""What two people must want: one asks, somebody else with a role in the audit agrees, and then it is done.

A kind of thing that needs this is a member of `Asked`, with what must hold both when it is asked for and when it is
agreed to (`_check`), and what is done (`_do`).
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec
from msgspec import Struct

from bot.clock import Clock
from reports import disclosure
from reports.hours import local_day
from storage.approvals import Approval
from storage.casework import Audit, Entry, Status
from storage.errors import RequestError, UnsafeThresholdError
from storage.journal import ApprovalAsked, ApprovalRefused, SlipsIssued, ThresholdChanged, What
from storage.slips import RESPONDENT
from storage.unit_of_work import Storage, UnitOfWork

K = "k"


class KFixedError(RequestError):
    """K can no longer be changed: somebody was promised it."""

    def __init__(self, audit: str) -> None:
        super().__init__(
            f"K of “{audit}” cannot be changed any more: people were invited, or could answer, with what it is."
        )


class NotWaitingError(RequestError):
    """What was to be agreed to is not waiting, or not for this person."""

    def __init__(self) -> None:
        super().__init__("This was settled already, or somebody else has to agree to it.")


class NewK(Struct, frozen=True, tag="k"):
    """The fewest people whose answers are to be shown together."""

    k: int


Asked: TypeAlias = NewK  # a union, tagged, as soon as something else needs two people


class Waiting(Struct, frozen=True):
    """Something that waits for a second person. `mine`: whoever looks has asked for it, and cannot agree."""

    id: str
    asked: Asked
    mine: bool


def waiting(storage: Storage, audit: str, account: bytes) -> tuple[Waiting, ...]:
    """What waits in the audit, as this account sees it."""
    with storage.reading() as work:
        found = work.approvals.of(audit)
    return tuple(Waiting(each.id.hex(), _asked(each), each.asked_by == account) for each in found)


def is_k_fixed(storage: Storage, audit: str) -> bool:
    """Whether K can no longer be changed."""
    with storage.reading() as work:
        return _is_fixed(work, work.casework.audit(audit))


def change_k(storage: Storage, audit: str, k: int, account: bytes, role: str, clock: Clock) -> bool:
    """Raise K at once, or ask a second person to agree that it is lowered. Whether it was changed.

    Raises UnknownAuditError, UnsafeThresholdError, KFixedError.
    """
    with storage.writing() as work:
        work.casework.hold(audit)
        found = work.casework.audit(audit)
        _check(work, found, NewK(k))
        _replace(work, audit, K)
        today = local_day(clock.now())
        if k >= found.k:
            work.journal.append(_do(work, found, NewK(k), people=1), day=today, actor=role, audit=audit)
            return True
        work.approvals.ask(audit, K, msgspec.json.encode(NewK(k)).decode(), account)
        work.journal.append(ApprovalAsked(K), day=today, actor=role, audit=audit)
        return False


def agree(storage: Storage, audit: str, approval: str, account: bytes, role: str, clock: Clock) -> None:
    """Agree to what somebody else has asked for, and do it.

    Raises UnknownAuditError, NotWaitingError, and what the deed itself raises when it may not be done any more.
    """
    with storage.writing() as work:
        work.casework.hold(audit)
        found = work.casework.audit(audit)
        asked = _get(work, audit, approval)
        asker = any(there == audit for there, _ in work.people.roles(asked.asked_by))
        if asked.asked_by == account or not asker or not work.approvals.settle(asked.id):
            raise NotWaitingError
        _check(work, found, _asked(asked))
        done = _do(work, found, _asked(asked), people=2)
        work.journal.append(done, day=local_day(clock.now()), actor=role, audit=audit)


def refuse(storage: Storage, audit: str, approval: str, role: str, clock: Clock) -> None:
    """Do not agree to it, or take back what one has asked for. Raises NotWaitingError."""
    with storage.writing() as work:
        asked = _get(work, audit, approval)
        if not work.approvals.settle(asked.id):
            raise NotWaitingError
        refused = ApprovalRefused(asked.subject)
        work.journal.append(refused, day=local_day(clock.now()), actor=role, audit=audit)


def _get(work: UnitOfWork, audit: str, approval: str) -> Approval:
    """What waits under this id in this audit."""
    found = next((each for each in work.approvals.of(audit) if each.id.hex() == approval), None)
    if found is None:
        raise NotWaitingError
    return found


def _replace(work: UnitOfWork, audit: str, subject: str) -> None:
    """What was asked for of this kind before is not wanted any more."""
    for before in work.approvals.of(audit):
        if before.subject == subject:
            work.approvals.settle(before.id)


def _asked(approval: Approval) -> Asked:
    return msgspec.json.decode(approval.details, type=Asked)


def _check(work: UnitOfWork, audit: Audit, asked: Asked) -> None:
    """Raise what forbids it."""
    if not disclosure.is_threshold(asked.k):
        raise UnsafeThresholdError(asked.k, disclosure.SMALLEST_K, disclosure.LARGEST_K)
    if _is_fixed(work, audit):
        raise KFixedError(audit.id)


def _do(work: UnitOfWork, audit: Audit, asked: Asked, *, people: int) -> What:
    """Do it. Returns what the journal says of it."""
    work.casework.change_k(audit.id, asked.k)
    return ThresholdChanged(audit.k, asked.k, people)


def _is_fixed(work: UnitOfWork, audit: Audit) -> bool:
    """Whether somebody was promised this K: by a slip, or by a link that is open to all from the first day.

    Whether anybody has answered is not looked at, where whoever asks could tell by the reply that one has.
    """
    if audit.status is not Status.OPEN or audit.entry is Entry.OPEN:
        return True
    if work.slips.left(audit.id, RESPONDENT):  # a journal that was put back may have lost the entry
        return True
    return any(
        entry.audit == audit.id and isinstance(entry.what, SlipsIssued) and entry.what.role == RESPONDENT
        for entry in work.journal.entries()
    )
