"""What two people must want: one asks, somebody else with a role in the audit agrees, and then it is done.

A kind of thing that needs this is a member of `Asked`, with what must hold both when it is asked for and when it is
agreed to (`_check`), and what is done (`_do`).
"""

from __future__ import annotations

from datetime import date
from typing import TypeAlias

import msgspec
from msgspec import Struct

from bot.clock import Clock
from dialogues.wordless import Wordless
from reports import disclosure
from reports.hours import local_day
from storage.approvals import Approval
from storage.casework import Audit, Entry, Status
from storage.errors import RequestError, UnsafeThresholdError
from storage.journal import (
    ApprovalAsked,
    ApprovalRefused,
    QuoteAgreed,
    SlipsIssued,
    ThresholdChanged,
    What,
)
from storage.quotes import Kept, Standing
from storage.slips import RESPONDENT
from storage.unit_of_work import Storage, UnitOfWork

K, QUOTE = "k", "quote"


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


class NewQuote(Struct, frozen=True, tag="quote"):
    """Words that somebody wrote without a name are to be quoted: the id under which they are kept (hexadecimal)."""

    quote: str


Asked: TypeAlias = NewK | NewQuote
_asked_for: msgspec.json.Decoder[Asked] = msgspec.json.Decoder(Asked)


class Waiting(Wordless, frozen=True):
    """Something that waits for a second person. `mine`: whoever looks has asked for it, and cannot agree.

    `about` and `words`: of a quote, what was asked and the words that would be read. It has no repr.
    """

    id: str
    asked: Asked
    mine: bool
    about: str = ""
    words: str = ""


def waiting(storage: Storage, audit: str, account: bytes) -> tuple[Waiting, ...]:
    """What waits in the audit, as this account sees it."""
    with storage.reading() as work:
        return tuple(
            shown for each in work.approvals.of(audit) if (shown := _shown(work, each, account)) is not None
        )


def _shown(work: UnitOfWork, each: Approval, account: bytes) -> Waiting | None:
    """What waits; None for words that their writer has taken back since."""
    asked, mine = _asked(each), each.asked_by == account
    if isinstance(asked, NewK):
        return Waiting(each.id.hex(), asked, mine)
    kept = _kept(work, asked)
    if kept is None:
        return None
    return Waiting(each.id.hex(), asked, mine, kept.about, kept.redaction.words)


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
            work.journal.append(
                _do(work, found, NewK(k), people=1, by=account), day=today, actor=role, audit=audit
            )
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
        done = _do(work, found, _asked(asked), people=2, by=account)
        work.journal.append(done, day=local_day(clock.now()), actor=role, audit=audit)


def refuse(storage: Storage, audit: str, approval: str, role: str, clock: Clock) -> None:
    """Do not agree to it, or take back what one has asked for. Raises NotWaitingError."""
    with storage.writing() as work:
        asked = _get(work, audit, approval)
        if not work.approvals.settle(asked.id):
            raise NotWaitingError
        _forget(work, _asked(asked))
        refused = ApprovalRefused(asked.subject)
        work.journal.append(refused, day=local_day(clock.now()), actor=role, audit=audit)


def ask_to_quote(work: UnitOfWork, audit: str, quote: bytes, account: bytes, role: str, today: date) -> None:
    """Ask a second person to agree to words that are kept under this id."""
    details = msgspec.json.encode(NewQuote(quote.hex())).decode()
    work.approvals.ask(audit, QUOTE, details, account)
    work.journal.append(ApprovalAsked(QUOTE), day=today, actor=role, audit=audit)


def drop(work: UnitOfWork, audit: str, account: bytes) -> None:
    """Forget what this account has asked for in the audit."""
    for each in work.approvals.of(audit):
        if each.asked_by == account:
            work.approvals.settle(each.id)
            _forget(work, _asked(each))


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
    return _asked_for.decode(approval.details)


def _kept(work: UnitOfWork, asked: NewQuote) -> Kept | None:
    """The words that wait; None when their writer has taken them back."""
    kept = work.quotes.get(bytes.fromhex(asked.quote))
    return kept if kept is not None and kept.standing is Standing.ASKED else None


def _forget(work: UnitOfWork, asked: Asked) -> None:
    """Keep nothing of what nobody agreed to."""
    if isinstance(asked, NewQuote):
        work.quotes.erase(bytes.fromhex(asked.quote))


def _check(work: UnitOfWork, audit: Audit, asked: Asked) -> None:
    """Raise what forbids it."""
    if isinstance(asked, NewQuote):
        if _kept(work, asked) is None:
            raise NotWaitingError
        return
    if not disclosure.is_threshold(asked.k):
        raise UnsafeThresholdError(asked.k, disclosure.SMALLEST_K, disclosure.LARGEST_K)
    if _is_fixed(work, audit):
        raise KFixedError(audit.id)


def _do(work: UnitOfWork, audit: Audit, asked: Asked, *, people: int, by: bytes) -> What:
    """Do it. Returns what the journal says of it."""
    if isinstance(asked, NewQuote):
        kept = _kept(work, asked)
        if kept is None:
            raise NotWaitingError
        work.quotes.agree(kept, by.hex())
        return QuoteAgreed()
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
