"""The plan: what will be done about findings, by whom, by when, shown how; and whether it was.

proposed → agreed → in progress → implemented → verified → embedded → closed, or rejected
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from msgspec import Struct

from reports.measures import Better


class State(StrEnum):
    """How far an action has come."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    IN_PROGRESS = "in_progress"
    IMPLEMENTED = "implemented"
    VERIFIED = "verified"
    EMBEDDED = "embedded"
    CLOSED = "closed"
    REJECTED = "rejected"


class Strength(StrEnum):
    """How much an action can be relied on to change what people do (the action hierarchy of VA and IHI)."""

    STRONGER = "stronger"
    INTERMEDIATE = "intermediate"
    WEAKER = "weaker"


class Milestone(Struct, frozen=True):
    """A step on the way."""

    what: str
    due: date
    done: bool = False


class SuccessMeasure(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How it is seen that an action works. `measure`: the id of the numbers that are followed for it, if any."""

    indicator: str
    baseline: str = ""
    target: str = ""
    better: Better = Better.HIGHER
    source: str = ""
    frequency: str = ""
    measure: str = ""


class Action(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What will be done. No words in its repr.

    `id` is that of the case in which it was first written (hexadecimal), `number` what people call it (A7).
    `findings` are ids. `owner`, `sponsor` and `verified_by` are accounts (hexadecimal), '' while there is none.
    `confirmed`: the owner said that they have the time and the authority. `exception`: why a finding of high priority
    has only weaker actions. `evidence` are references to files and cases that show it was done.
    """

    id: str
    number: int
    title: str
    description: str = ""
    findings: tuple[str, ...] = ()
    kind: str = ""
    strength: Strength = Strength.WEAKER
    owner: str = ""
    sponsor: str = ""
    start: date | None = None
    due: date | None = None
    review: date | None = None
    milestones: tuple[Milestone, ...] = ()
    measure: SuccessMeasure | None = None
    evidence_required: str = ""
    evidence: tuple[str, ...] = ()
    state: State = State.PROPOSED
    confirmed: bool = False
    implemented_on: date | None = None
    verified_by: str = ""
    verified_on: date | None = None
    exception: str = ""
    snoozed_until: date | None = None
    percent: int = 0  # how much is done, as the owner said last

    def __repr__(self) -> str:
        return f"Action({self.name!r}, {self.state})"

    @property
    def name(self) -> str:
        """What people call it."""
        return f"A{self.number}"
