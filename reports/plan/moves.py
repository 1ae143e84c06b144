"""How an action moves from state to state, and what must hold for it.

TABLE is the documentation: the diagram in `docs/plan.md` is drawn from it, and a test keeps them equal. Where there are
several targets for a state, the first whose condition holds is taken. An event that is not in the table for a state
is refused, and so is one whose conditions do not hold: with a sentence, and nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import count
from operator import attrgetter
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from dialogues.lifecycle import drawn
from reports.findings import Finding
from reports.plan.actions import Action, Exempted, Milestone, Proof, Proven, State, changed_terms
from reports.plan.events import (
    Agree,
    Amend,
    Ask,
    Close,
    Embed,
    Event,
    Exempt,
    Finish,
    Keep,
    Later,
    Reject,
    Reopen,
    Tell,
    Verify,
)
from reports.plan.rules import Refusal, flaw, lack, left_weak

_OPEN = (State.PROPOSED, State.AGREED, State.IN_PROGRESS)
_DOING = (State.AGREED, State.IN_PROGRESS)
_DONE = (State.IMPLEMENTED, State.VERIFIED, State.EMBEDDED)

# trigger, from, to (None: stays), condition (a field of Facts), what it means in words
_ROWS: tuple[tuple[str, tuple[State, ...], State | None, str, str], ...] = (
    (
        "agree",
        (State.PROPOSED,),
        State.AGREED,
        "",
        "nothing is missing, and the owner has time and authority",
    ),
    ("amend", _DOING, State.PROPOSED, "is_asked_anew", "it has another owner or other terms: they are asked"),
    ("amend", _OPEN, None, "", "it is written anew"),
    ("exempt", (*_OPEN, *_DONE), None, "", "why weaker actions alone are right"),
    ("ask", _OPEN, None, "", "the owner needs help"),
    ("later", _OPEN, None, "", "remind me later"),
    ("tell", _DOING, State.IN_PROGRESS, "", "news"),
    ("finish", _DOING, State.IMPLEMENTED, "", "it is done"),
    ("verify", (State.IMPLEMENTED,), State.VERIFIED, "is_met", "somebody else saw that it is done as meant"),
    ("verify", (State.IMPLEMENTED,), State.IN_PROGRESS, "", "something is missing"),
    ("keep", (*_DOING, *_DONE), None, "", "a review lets it go on"),
    ("embed", (State.VERIFIED,), State.EMBEDDED, "", "a re-audit or a lasting shift shows the change"),
    ("close", (State.EMBEDDED,), State.CLOSED, "", "nothing is left to do"),
    ("reopen", (State.VERIFIED, State.EMBEDDED, State.CLOSED), State.IN_PROGRESS, "", "it did not hold"),
    ("reject", _OPEN, State.REJECTED, "", "it will not be done"),
)
TABLE: tuple[tuple[str, tuple[State, ...], State, str, str], ...] = tuple(
    (trigger, sources if target else (source,), target or source, condition, meaning)
    for trigger, sources, target, condition, meaning in _ROWS
    for source in (sources if target is None else sources[:1])
)
_LONGEST = timedelta(days=28)  # that a reminder can be put off


class Facts(Struct, frozen=True):
    """What the conditions of the table look at."""

    is_met: bool = False
    is_asked_anew: bool = False


class Context(Struct, frozen=True, kw_only=True):
    """What a move is decided from: the audit, the day, who it is (an account), its findings and all its actions."""

    audit: str
    today: date
    by: str
    findings: tuple[Finding, ...] = ()
    actions: tuple[Action, ...] = ()

    def plan_with(self, action: Action) -> tuple[Action, ...]:
        """All actions, with this one as it is given."""
        return (*(each for each in self.actions if each.id != action.id), action)


def possible(state: State) -> tuple[str, ...]:
    """The triggers that lead on from a state, in the order of the table."""
    return tuple(dict.fromkeys(trigger for trigger, sources, *_ in TABLE if state in sources))


def follow(trigger: str, state: State, facts: Facts) -> State | None:
    """The state that a trigger leads to, None where it leads nowhere."""
    targets = (
        target
        for name, sources, target, condition, _ in TABLE
        if name == trigger and state in sources and (not condition or getattr(facts, condition))
    )
    return next(targets, None)


def diagram() -> str:
    """What of the table leads to another state, as a Mermaid state diagram."""
    leading = (row for row in TABLE if row[1] != (row[2],))
    return drawn(leading, State.PROPOSED, (State.CLOSED, State.REJECTED))


def moved(action: Action, event: Event, context: Context) -> Action | Refusal:
    """The action as it is after the event, or why that cannot be; the action that was given stays as it was."""
    target = follow(type(event).__name__.lower(), action.state, _facts(action, event, context))
    if target is None:
        return _not_now(action)
    refusal = _refusal(action, event, context)
    if refusal is not None:
        return refusal
    after = replace(_changed(action, event, context), state=target)
    return _unkept(action, after, event, context) or after


def _facts(action: Action, event: Event, context: Context) -> Facts:
    match event:
        case Verify():
            return Facts(is_met=event.met)
        case Amend():
            return Facts(is_asked_anew=_is_asked_anew(action, event.to, context))
        case _:
            return Facts()


def _is_asked_anew(action: Action, to: Action, context: Context) -> bool:
    """Whether nobody has agreed to it as it will be; an owner who writes other terms agrees to them."""
    return to.owner != action.owner or (context.by != action.owner and bool(changed_terms(action, to)))


_NEXT = {
    State.PROPOSED: "It is only proposed: its owner agrees to it first.",
    State.AGREED: "It is agreed, and not done yet.",
    State.IN_PROGRESS: "It is in progress, and not done yet.",
    State.IMPLEMENTED: "It was reported as done: somebody else looks at it next.",
    State.VERIFIED: "Somebody has seen that it was done. A re-audit or its measure shows next whether that lasts.",
    State.EMBEDDED: "It is part of daily work. A review can close it.",
    State.CLOSED: "It is closed. It is reopened if the change does not hold.",
    State.REJECTED: "It was rejected. Please write a new action instead.",
}


def _not_now(action: Action) -> Refusal:
    return Refusal("", f"This cannot be done with {action.name} now. {_NEXT[action.state]}")


def _refusal(action: Action, event: Event, context: Context) -> Refusal | None:
    """What speaks against the event itself."""
    match event:
        case Agree():
            return _not_confirmed(action, event, context)
        case Tell():
            return _untold(action, event)
        case Later():
            return _too_long(event, context.today)
        case Verify():
            return _unseen(action, event, context)
        case Exempt():
            return _no_exception(event, context.today)
        case Keep():
            return _no_review(event, context.today)
        case Embed():
            return _unproven(action, event.proof, context)
        case Reopen() | Reject():
            return None if event.reason.strip() else Refusal("reason", "Please say why, in a few words.")
        case Ask() | Finish() | Close() | Amend():
            return None
        case _:
            assert_never(event)


def _not_confirmed(action: Action, event: Agree, context: Context) -> Refusal | None:
    if action.owner and context.by != action.owner:
        return Refusal(
            "", f"Only the owner of {action.name} can say that they have the time and the authority."
        )
    if not event.has_time:
        return Refusal("has_time", f"It is good to know. {action.name} needs time first, or another owner.")
    if not event.has_authority:
        return Refusal(
            "has_authority", f"It is good to know. {action.name} needs somebody who may decide this."
        )
    return None


def _untold(action: Action, event: Tell) -> Refusal | None:
    if event.percent is not None and not 0 <= event.percent <= 100:
        return Refusal("percent", "Please give a number from 0 to 100, like 40.")
    if event.milestone is not None and event.milestone not in {step.id for step in action.milestones}:
        return Refusal("milestone", "That step is no longer in the plan. Please choose one that is.")
    return None


def _too_long(event: Later, today: date) -> Refusal | None:
    if today < event.until <= today + _LONGEST:
        return None
    return Refusal("until", "Please choose a day within the next four weeks. The due day stays as it is.")


def _unseen(action: Action, event: Verify, context: Context) -> Refusal | None:
    if not context.by or context.by in (action.owner, action.reported_by):
        return Refusal(
            "", f"{action.name} needs a second pair of eyes: neither its owner nor whoever said it was done."
        )
    if not event.looked_at.strip():
        return Refusal(
            "looked_at", "What did you look at? A few words are enough, like “six records of May”."
        )
    if not event.met and not event.missing.strip():
        return Refusal("missing", "What is still missing? It helps the owner to know.")
    return None


def _no_exception(event: Exempt, today: date) -> Refusal | None:
    if not event.reason.strip():
        return Refusal("reason", "Please say why weaker actions alone are right here.")
    return (
        None if event.until > today else Refusal("until", "Until when should it hold? Choose a day to come.")
    )


def _no_review(event: Keep, today: date) -> Refusal | None:
    return (
        None
        if event.review > today
        else Refusal("next_review", "When is the next look? Choose a day to come.")
    )


def _unproven(action: Action, proof: Proof | None, context: Context) -> Refusal | None:
    if proof is not None and proof.held and _is_of(proof, action, context) and _is_after(proof, action):
        return None
    return Refusal(
        "decision",
        f"{action.name} is not embedded yet: it takes a re-audit of this audit, or a lasting shift in its measure, "
        "since it was done.",
    )


def _is_of(proof: Proof, action: Action, context: Context) -> bool:
    """Whether a proof is about this action: a re-audit of its audit, or a shift in its own measure."""
    if proof.kind is Proven.REAUDIT:
        return proof.of == context.audit
    return action.measure is not None and bool(proof.of) and proof.of == action.measure.measure


def _is_after(proof: Proof, action: Action) -> bool:
    return action.implemented_on is not None and proof.day > action.implemented_on


def _changed(action: Action, event: Event, context: Context) -> Action:
    """The action with what the event brings; its state is that of before."""
    match event:
        case Agree():
            return replace(action, confirmed=True, snoozed_until=None)
        case Tell():
            return _told(action, event)
        case Finish():
            return _finished(action, event, context)
        case Later():
            return replace(action, snoozed_until=event.until)
        case Verify():
            return _verified(action, event, context)
        case Exempt():
            return replace(action, exception=Exempted(event.reason, context.by, event.until))
        case Keep():
            return replace(action, review=event.review)
        case Embed():
            return replace(action, proof=event.proof)
        case Reopen() | Reject():
            return replace(_undone(action) if isinstance(event, Reopen) else action, because=event.reason)
        case Amend():
            return _amended(action, event.to, context)
        case Ask() | Close():
            return action
        case _:
            assert_never(event)


def _told(action: Action, event: Tell) -> Action:
    steps = tuple(
        replace(step, done=True) if step.id == event.milestone else step for step in action.milestones
    )
    percent = action.percent if event.percent is None else event.percent
    evidence = _together(action.evidence, event.evidence)
    return replace(action, milestones=steps, percent=percent, evidence=evidence, snoozed_until=None)


def _together(before: Iterable[str], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*before, *more)))


def _finished(action: Action, event: Finish, context: Context) -> Action:
    return replace(
        action,
        percent=100,
        implemented_on=context.today,
        reported_by=context.by,
        evidence=_together(action.evidence, event.evidence),
        snoozed_until=None,
    )


def _verified(action: Action, event: Verify, context: Context) -> Action:
    if not event.met:
        return replace(_undone(action), evidence=_together(action.evidence, event.evidence))
    evidence = _together(action.evidence, event.evidence)
    return replace(action, verified_by=context.by, verified_on=context.today, evidence=evidence)


def _undone(action: Action) -> Action:
    """As it was before it was reported as done; who agreed to it and what was shown stays."""
    return replace(
        action, implemented_on=None, reported_by="", verified_by="", verified_on=None, proof=None, percent=0
    )


_SAID = (
    "title",
    "description",
    "findings",
    "kind",
    "strength",
    "owner",
    "sponsor",
    "start",
    "due",
    "review",
    "measure",
    "evidence_required",
)  # what an action says; the rest is what became of it


def _amended(action: Action, to: Action, context: Context) -> Action:
    said = {name: getattr(to, name) for name in _SAID}
    confirmed = action.confirmed and not _is_asked_anew(action, to, context)
    given = max((action.steps, *(step.id for step in action.milestones)))
    steps = tuple(_known_again(to.milestones, action.milestones, given))
    return replace(
        action,
        **said,
        milestones=steps,
        steps=max((given, *(step.id for step in steps))),
        confirmed=confirmed,
    )


def _known_again(steps: Sequence[Milestone], before: Sequence[Milestone], given: int) -> Iterator[Milestone]:
    """Each step with the id that it had, and done if it was; one that is new has an id that none ever had.

    It is the same when its words and its day are, else when its words are. `given`: the highest id there ever was.
    """
    known = _same(steps, before)
    new = count(given + 1)
    for place, step in enumerate(steps):
        was = known.get(place)
        yield replace(step, id=was.id, done=was.done) if was else replace(step, id=next(new), done=False)


def _same(steps: Sequence[Milestone], before: Sequence[Milestone]) -> dict[int, Milestone]:
    """By the place of a step, which it was before; none is two of them."""
    left, found = list(before), dict[int, Milestone]()
    for what_counts in (attrgetter("what", "due"), attrgetter("what")):
        for place, step in enumerate(steps):
            alike = (each for each in left if what_counts(each) == what_counts(step))
            was = next(alike, None) if place not in found else None
            if was is not None:
                found[place] = was
                left.remove(was)
    return found


def _unkept(action: Action, after: Action, event: Event, context: Context) -> Refusal | None:
    """What the plan would no longer keep if this were so."""
    if not isinstance(event, Agree | Amend | Reject | Keep):
        return None
    found = None if isinstance(event, Reject) else flaw(after) or _unknown(after, context)
    is_bound = after.is_committed or (action.is_committed and after.owner == action.owner)
    return (
        found
        or (lack(after) if is_bound and after.is_live else None)
        or _weakened(action, after, event, context)
    )


def _unknown(action: Action, context: Context) -> Refusal | None:
    if {finding.id for finding in context.findings}.issuperset(action.findings):
        return None
    return Refusal("findings", "One of its findings is not there any more. Please choose the findings again.")


def _weakened(action: Action, after: Action, event: Event, context: Context) -> Refusal | None:
    """A finding of high priority would be left with weaker actions alone, some of them agreed."""
    weak = _weak(after, context)
    if not isinstance(event, Agree):  # what was so before is no reason against what does not make it worse
        weak -= _weak(action, context)
    names = sorted((each for each in context.findings if each.id in weak), key=lambda each: each.number)
    if not names:
        return None
    return Refusal(
        "kind",
        f"{names[0].name} is of high priority, and only weaker actions would answer it. Please add a stronger "
        "one, or record why weaker ones are right here.",
    )


def _weak(action: Action, context: Context) -> set[str]:
    plan = context.plan_with(action)
    agreed = {finding for each in plan if each.is_committed for finding in each.findings}
    return {each.id for each in left_weak(context.findings, plan, context.today)} & agreed
