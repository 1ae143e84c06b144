"""Findings and the plan of an audit, for pages and the command line.

Plain functions on a `Storage`. Whoever calls them has seen that the reader is an auditor or the lead of the audit, or
the owner of the actions. What changes them is a case: see `bot.planning`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from msgspec import Struct

from bot import beginning, listing, weighing
from bot.clock import Clock
from bot.listing import Asked
from bot.weighing import Weighed
from reports import plan as rules
from reports.findings import Finding
from reports.plan import Action, Gaps, Status
from storage.cases import Case
from storage.casework import ACTION, CHALLENGE, FINDING
from storage.plan import Entry
from storage.unit_of_work import Storage


class Plan(Struct, frozen=True):
    """How the plan of an audit stands on a day. `people`: how accounts (hexadecimal) are called."""

    actions: tuple[Status, ...]
    gaps: Gaps
    people: dict[str, str]
    day: date

    @property
    def lines(self) -> str:
        """In three lines: how many in which state, what is late, what comes next."""
        return rules.plan_lines((each.action for each in self.actions), self.day, self.people)


def findings(storage: Storage, audit: str) -> tuple[Weighed, ...]:
    """Every finding of the audit with the strength of its evidence, by number. Raises UnknownAuditError."""
    with storage.reading() as work:
        work.casework.audit(audit)
        return weighing.weighed(work, audit)


def plan(storage: Storage, audit: str, clock: Clock) -> Plan:
    """The plan of the audit; actions by number. Raises UnknownAuditError."""
    today = clock.now().date()
    with storage.reading() as work:
        work.casework.audit(audit)
        actions = work.actions.of(audit)
        return Plan(
            tuple(rules.status(each, today) for each in actions),
            rules.gaps(work.findings.of(audit), actions, today),
            listing.people(work, audit),
            today,
        )


def owned(storage: Storage, account: bytes, clock: Clock) -> tuple[tuple[str, Status], ...]:
    """What an account is to do in any audit, each with the audit."""
    today = clock.now().date()
    with storage.reading() as work:
        return tuple((audit, rules.status(each, today)) for audit, each in work.actions.owned(account))


def entries(
    storage: Storage, audit: str, kinds: Collection[str] = (), subject: str | None = None
) -> tuple[Entry, ...]:
    """What was said in the audit, of these kinds, about this finding or action; the oldest first."""
    with storage.reading() as work:
        return work.entries.of(audit, kinds, subject)


def challenges(storage: Storage, audit: str) -> tuple[Asked, ...]:
    """The questions of the board with what came of each, the oldest first."""
    with storage.reading() as work:
        return listing.asked(work.entries.of(audit, (CHALLENGE,)))


def revise(storage: Storage, audit: str, of: Finding | Action, account: bytes, clock: Clock) -> Case:
    """A new case with what was answered for a finding or action before.

    Raises CaseElsewhereError, RoleMissingError, UnknownAuditError, UnknownFormError.
    """
    recorded = FINDING if isinstance(of, Finding) else ACTION
    with storage.writing() as work:
        first = bytes.fromhex(of.id)
        return beginning.revise(work, audit, recorded, first, account, clock.now().date())
