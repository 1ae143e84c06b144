"""What is refused in a plan, each with a sentence that says what is missing and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from msgspec import Struct

from reports.findings import Finding, Priority, Standing, priority
from reports.plan.actions import Action, Strength, SuccessMeasure

_YEARS = range(2000, 2101)


class Refusal(Struct, frozen=True):
    """Why something cannot be: the question of a form that should be asked again ('': none), and what to say."""

    question: str
    message: str


def flaw(action: Action) -> Refusal | None:
    """What no action may have, not even a proposed one: no finding, or days in the wrong order."""
    return next(_flaws(action), None)


def _flaws(action: Action) -> Iterator[Refusal]:
    if not action.title:
        yield Refusal("title", "What will be done? A few words are enough.")
    if not action.findings:
        yield Refusal("findings", "An action answers a finding. Please choose the one that this is for.")
    for name, day in (("start", action.start), ("due", action.due), ("review", action.review)):
        if day and day.year not in _YEARS:
            yield Refusal(name, f"{day.year} cannot be the year that is meant. Please give the day again.")
    if action.start and action.due and action.due < action.start:
        yield Refusal("due", "It would be due before it starts. Please choose a later day.")
    if action.due and action.review and action.review < action.due:
        yield Refusal("review", "It would be looked at before it is due. Please choose a day after that.")
    if not all(_is_within(action, step.due) for step in action.milestones):
        yield Refusal("milestones", "A step lies outside the time from start to due day. Please move it.")


def _is_within(action: Action, day: date) -> bool:
    return (action.start or day) <= day <= (action.due or day)


def lack(action: Action) -> Refusal | None:
    """What is missing before an action can be agreed, all of it in one sentence."""
    missing = list(_missing(action))
    if not missing:
        return None
    needs = _listed([words for _, words in missing])
    return Refusal(missing[0][0], f"Before {action.name} can be agreed, it needs {needs}.")


def _missing(action: Action) -> Iterator[tuple[str, str]]:
    if not action.owner:
        yield "owner", "an owner"
    if action.due is None:
        yield "due", "a due day"
    if action.measure is None:
        yield "indicator", "a measure that shows whether it works"
    else:
        yield from _unmeasured(action.measure)
    if not action.evidence_required:
        yield "evidence_required", "the evidence that will show it was done"
    if action.review is None:
        yield "review", "a day on which it is looked at again"


def _unmeasured(measure: SuccessMeasure) -> Iterator[tuple[str, str]]:
    """What a measure must say so that anybody can see later whether it was reached."""
    for question, words in _OF_A_MEASURE.items():
        if not getattr(measure, question):
            yield question, words


_OF_A_MEASURE = {
    "baseline": "what its measure is today",
    "target": "a target",
    "better": "the direction that is better",
    "source": "a source of the number",
    "frequency": "how often it is counted",
}


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def is_pressing(finding: Finding) -> bool:
    """Whether a finding is of high priority, and not closed."""
    return finding.standing is not Standing.CLOSED and priority(finding) is Priority.HIGH


def left_weak(findings: Iterable[Finding], actions: Iterable[Action], today: date) -> tuple[Finding, ...]:
    """The findings of high priority that have actions, all of them weaker, and no exception that holds today."""
    live = [action for action in actions if action.is_live]
    return tuple(each for each in findings if is_pressing(each) and _is_weak(_of(each, live), today))


def _of(finding: Finding, actions: list[Action]) -> list[Action]:
    return [action for action in actions if finding.id in action.findings]


def _is_weak(actions: list[Action], today: date) -> bool:
    return bool(actions) and not any(
        action.strength is not Strength.WEAKER or _is_exempt(action, today) for action in actions
    )


def _is_exempt(action: Action, today: date) -> bool:
    return action.exception is not None and action.exception.until >= today
