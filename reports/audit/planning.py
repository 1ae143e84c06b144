"""The plan as a report shows it: each action with how it stands, and what is weak in the whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from reports.audit.concluding import PRESSING, committed
from reports.audit.material import FINDINGS, PLAN, Material
from reports.audit.model import Claim, Plan, Planned, Step
from reports.findings import Nature, Standing
from reports.measures import Month
from reports.plan import Action, State, Strength

_OPEN = (State.PROPOSED, State.AGREED, State.IN_PROGRESS)
STATES = {state: state.value.replace("_", " ") for state in State}


def dated(day: date) -> str:
    """`4 May 2026`."""
    return f"{day.day} {Month(day.year, day.month).name}"


def plan(material: Material, names: Mapping[str, str]) -> Plan:
    """The actions by number. `names`: what findings are called, by their ids."""
    actions = tuple(
        _planned(each, material, names) for each in sorted(material.actions, key=lambda each: each.number)
    )
    return Plan(tuple(_summary(actions)), actions, tuple(_gaps(material, actions)))


def _planned(action: Action, material: Material, names: Mapping[str, str]) -> Planned:
    measure, late = action.measure, is_late(action, material.about.as_of)
    return Planned(
        name=action.name,
        title=action.title,
        description=action.description,
        findings=tuple(names[each] for each in action.findings if each in names),
        kind=action.kind,
        reliance=action.strength,
        owner=material.people.get(action.owner),
        sponsor=material.people.get(action.sponsor),
        start=action.start,
        due=action.due,
        review=action.review,
        steps=tuple(Step(each.what, each.due, each.done) for each in action.milestones),
        indicator=measure.indicator if measure else "",
        baseline=measure.baseline if measure else "",
        target=measure.target if measure else "",
        source=measure.source if measure else "",
        frequency=measure.frequency if measure else "",
        evidence_required=action.evidence_required,
        state=action.state,
        percent=action.percent,
        late=late,
        exception=action.exception,
        standing=Claim(_standing(action, late=late), (PLAN,)),
    )


def is_late(action: Action, today: date) -> bool:
    """Whether it should be done by now, and is not."""
    return action.state in _OPEN and action.due is not None and action.due < today


def _standing(action: Action, *, late: bool) -> str:
    parts = [STATES[action.state].capitalize()]
    if action.state is State.IN_PROGRESS:
        parts.append(f"{action.percent} % done")
    if late and action.due:
        parts.append(f"late: it was due {dated(action.due)}")
    elif action.implemented_on:
        parts.append(f"done {dated(action.implemented_on)}")
    return ", ".join(parts) + "."


def _summary(actions: tuple[Planned, ...]) -> Iterator[Claim]:
    live = [each for each in actions if each.state is not State.REJECTED]
    if not live:
        yield Claim("There is no action yet.", (PLAN,))
        return
    counts = [(sum(each.state is state for each in live), STATES[state]) for state in State]
    parts = ", ".join(f"{count} {word}" for count, word in counts if count)
    yield Claim(f"The plan has {_actions(len(live))}: {parts}.", (PLAN,))
    late = sum(each.late for each in live)
    yield Claim(
        f"{_actions(late)} {'is' if late == 1 else 'are'} late." if late else "None is late.", (PLAN,)
    )


def _actions(count: int) -> str:
    return "1 action" if count == 1 else f"{count} actions"


def _gaps(material: Material, actions: tuple[Planned, ...]) -> Iterator[Claim]:
    live = [each for each in actions if each.state is not State.REJECTED]
    for finding in sorted(material.findings, key=lambda each: each.number):
        if finding.nature is not Nature.CONCERN or finding.standing is Standing.CLOSED:
            continue
        its = [each for each in live if finding.name in each.findings]
        if not its:
            yield Claim(f"{finding.name} has no action yet.", (FINDINGS, PLAN))
        elif finding.impact * finding.likelihood >= PRESSING and all(
            each.reliance is Strength.WEAKER and not each.exception for each in its
        ):
            yield Claim(f"{finding.name} is pressing and has weaker actions alone.", (FINDINGS, PLAN))
    for each in live:
        if each.owner is None and (each.state is State.PROPOSED or committed(each.state)):
            yield Claim(f"{each.name} has no owner yet.", (PLAN,))
    for each in live:
        if each.late and each.due:
            yield Claim(f"{each.name} is late: it was due {dated(each.due)}.", (PLAN,))
