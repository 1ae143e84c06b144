"""The plan as a report shows it: each action with how it stands, and what is weak in the whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reports.audit.material import FINDINGS, PLAN, Material
from reports.audit.model import Claim, Plan, Planned, Step
from reports.plan import Action, State, dated, gaps, status


def plan(material: Material, names: Mapping[str, str]) -> Plan:
    """The actions by number. `names`: what findings are called, by their ids."""
    actions = tuple(
        _planned(each, material, names) for each in sorted(material.actions, key=lambda each: each.number)
    )
    return Plan(tuple(_summary(actions)), actions, tuple(_gaps(material)))


def _planned(action: Action, material: Material, names: Mapping[str, str]) -> Planned:
    measure, stands = action.measure, status(action, material.about.as_of)
    late = stands.late > 0
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
        review_due=stands.review_due,
        exception=action.exception.reason if action.exception else "",
        standing=Claim(_standing(action, late=late), (PLAN,)),
    )


def _standing(action: Action, *, late: bool) -> str:
    parts = [action.state.words.capitalize()]
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
    counts = [(sum(each.state is state for each in live), state.words) for state in State]
    parts = ", ".join(f"{count} {word}" for count, word in counts if count)
    yield Claim(f"The plan has {_actions(len(live))}: {parts}.", (PLAN,))
    late = sum(each.late for each in live)
    yield Claim(
        f"{_actions(late)} {'is' if late == 1 else 'are'} late." if late else "None is late.", (PLAN,)
    )


def _actions(count: int) -> str:
    return "1 action" if count == 1 else f"{count} actions"


def _gaps(material: Material) -> Iterator[Claim]:
    found = gaps(material.findings, material.actions, material.about.as_of)
    for finding in found.unanswered:
        yield Claim(f"{finding.name} has no action yet.", (FINDINGS, PLAN))
    for finding in found.weak:
        yield Claim(f"{finding.name} is pressing and has weaker actions alone.", (FINDINGS, PLAN))
    for action in found.unowned:
        yield Claim(f"{action.name} has no owner yet.", (PLAN,))
    for action in found.late:
        yield Claim(f"{action.name} is late: it was due {dated(action.due)}." if action.due else "", (PLAN,))
    for action, step in found.passed:
        yield Claim(f"{action.name} missed a milestone: {step.what}, {dated(step.due)}.", (PLAN,))
