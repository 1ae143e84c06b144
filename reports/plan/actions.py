"""What an action is, and how it is read from the answers to the form `action`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from enum import StrEnum

import msgspec
from msgspec import Struct

from dialogues.responses import Response, day_of, rows_of, text_of
from dialogues.wordless import Wordless
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

    @property
    def words(self) -> str:
        """As people read it: `in progress`."""
        return self.value.replace("_", " ")


class Strength(StrEnum):
    """How much an action can be relied on to change what people do (the action hierarchy of VA and IHI)."""

    STRONGER = "stronger"
    INTERMEDIATE = "intermediate"
    WEAKER = "weaker"


KINDS: dict[str, Strength] = {
    "design": Strength.STRONGER,
    "forcing": Strength.STRONGER,
    "simpler": Strength.STRONGER,
    "standard": Strength.STRONGER,
    "leadership": Strength.STRONGER,
    "staffing": Strength.INTERMEDIATE,
    "supervision": Strength.INTERMEDIATE,  # not in the hierarchy: it goes on, as staffing does
    "checklist": Strength.INTERMEDIATE,
    "simulation": Strength.INTERMEDIATE,
    "software": Strength.INTERMEDIATE,
    "training": Strength.WEAKER,
    "policy": Strength.WEAKER,
    "memo": Strength.WEAKER,
}
"""Kinds of action with their strength, after RCA2 (VA National Center for Patient Safety and IHI, 2015)."""


class Milestone(Wordless, frozen=True):
    """A step on the way. `id` tells it from every other step that the action has or had, wherever it stands now."""

    what: str
    due: date
    done: bool = False
    id: int = 0


class SuccessMeasure(Wordless, frozen=True, kw_only=True, omit_defaults=True):
    """How it is seen that an action works. `measure`: the id of the numbers that are followed for it, if any."""

    indicator: str
    baseline: str = ""
    target: str = ""
    better: Better | None = None
    source: str = ""
    frequency: str = ""
    measure: str = ""


class Exempted(Wordless, frozen=True):
    """Why weaker actions alone are right here, who recorded it (an account), and until when it holds."""

    reason: str
    by: str
    until: date


class Proven(StrEnum):
    """What can show that a change lasts."""

    REAUDIT = "reaudit"
    SHIFT = "shift"


class Proof(Struct, frozen=True):
    """What shows that a change lasts, or that it did not (`held`).

    `of`: of a re-audit the audit that is its baseline, of a shift the id of the measure. `day`: when it was seen.
    """

    kind: Proven
    of: str
    day: date
    held: bool = True


class Action(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What will be done. No words in its repr.

    `id` is that of the case in which it was first written (hexadecimal), `number` what people call it (A7).
    `findings` are ids. `owner`, `sponsor`, `reported_by` and `verified_by` are accounts (hexadecimal), '' while there
    is none. `confirmed`: the owner said that they have the time and the authority. `exception`: why a finding of high
    priority has only weaker actions. `evidence` are references to files and cases that show it was done. `because`:
    why it was rejected or reopened. `steps`: how many milestones it ever had, so that no id is given twice.
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
    reported_by: str = ""
    verified_by: str = ""
    verified_on: date | None = None
    proof: Proof | None = None
    exception: Exempted | None = None
    because: str = ""
    snoozed_until: date | None = None
    percent: int = 0  # how much is done, as the owner said last
    steps: int = 0

    def __repr__(self) -> str:
        return f"Action({self.name!r}, {self.state})"

    @property
    def name(self) -> str:
        """What people call it."""
        return f"A{self.number}"

    @property
    def is_live(self) -> bool:
        """Whether it was not rejected."""
        return self.state is not State.REJECTED

    @property
    def is_committed(self) -> bool:
        """Whether somebody has agreed to do it, or did."""
        return self.state not in (State.PROPOSED, State.REJECTED)

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.state in (State.PROPOSED, State.AGREED, State.IN_PROGRESS)


class Term(StrEnum):
    """What an owner agrees to."""

    WHAT = "what"
    DUE = "due"
    STEPS = "steps"
    MEASURE = "measure"
    EVIDENCE = "evidence"


def terms(action: Action) -> dict[Term, object]:
    """What its owner agrees to, or agreed to; how far it has come is none of it."""
    return {
        Term.WHAT: (action.title, action.description),
        Term.DUE: action.due,
        Term.STEPS: frozenset((step.what, step.due) for step in action.milestones),
        Term.MEASURE: action.measure,
        Term.EVIDENCE: action.evidence_required,
    }


def changed_terms(before: Action, after: Action) -> tuple[Term, ...]:
    """In what an action differs that its owner agreed to."""
    now = terms(after)
    return tuple(each for each, said in terms(before).items() if said != now[each])


def fingerprint(action: Action) -> str:
    """What tells these terms from others, without a word of them: 16 hexadecimal digits."""
    said = msgspec.msgpack.encode(tuple(terms(action).values()), order="deterministic")
    return hashlib.blake2b(said, digest_size=8).hexdigest()


def action(response: Response, *, id: str, number: int) -> Action:  # noqa: A002 - what Action calls it
    """The action that the answers to the form `action` describe; see `flaw` for what cannot be kept."""
    kind, steps = text_of(response, "kind"), tuple(_milestones(response))
    return Action(
        id=id,
        number=number,
        title=text_of(response, "title"),
        description=text_of(response, "description"),
        findings=tuple(text_of(response, "findings").split()),
        kind=kind,
        strength=KINDS.get(kind, Strength.WEAKER),
        owner=text_of(response, "owner"),
        sponsor=text_of(response, "sponsor"),
        start=day_of(response, "start"),
        due=day_of(response, "due"),
        review=day_of(response, "review"),
        milestones=steps,
        measure=_measure(response),
        evidence_required=text_of(response, "evidence_required"),
        steps=len(steps),
    )


def _milestones(response: Response) -> Iterator[Milestone]:
    """The steps that were named, the earliest first; one without a day is none."""
    rows = [(text_of(row, "what"), day_of(row, "by")) for row in rows_of(response, "milestones")]
    ordered = sorted(((what, by) for what, by in rows if what and by), key=lambda step: step[1])
    return (Milestone(what, by, id=number) for number, (what, by) in enumerate(ordered, 1))


def _measure(response: Response) -> SuccessMeasure | None:
    indicator, better = text_of(response, "indicator"), text_of(response, "better")
    if not indicator:
        return None
    return SuccessMeasure(
        indicator=indicator,
        baseline=text_of(response, "baseline"),
        target=text_of(response, "target"),
        better=Better(better) if better else None,
        source=text_of(response, "source"),
        frequency=text_of(response, "frequency"),
        measure=text_of(response, "measure"),
    )
