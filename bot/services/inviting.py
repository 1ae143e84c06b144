"""Inviting people: slips, which can be used once, and the links that carry them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.clock import Clock, SystemClock
from storage.journal import OPERATOR, SlipsIssued
from storage.unit_of_work import Storage

_THIS_MACHINES = SystemClock()


def slips(
    storage: Storage, audit: str, count: int, role: str, clock: Clock = _THIS_MACHINES
) -> tuple[str, ...]:
    """New codes for this audit; only their hashes are kept. Raises UnknownAuditError."""
    with storage.writing() as work:
        work.casework.audit(audit)
        work.journal.append(SlipsIssued(count, role), day=clock.now().date(), actor=OPERATOR, audit=audit)
        return work.slips.issue(audit, count, role)


def lines(codes: Iterable[str], bot: str) -> Iterator[str]:
    """Each code as people get it: a link to the bot when it has a name, else what to send to it."""
    for code in codes:
        yield f"https://t.me/{bot}?start={code}" if bot else f"/start {code}"
