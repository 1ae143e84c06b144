"""How the plan stands today: what is late, due soon or missing, and what each action needs next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from msgspec import Struct

from reports.findings import Finding, Nature, Standing
from reports.plan.actions import Action, Milestone, State
from reports.plan.rules import lack, left_weak

SOON = 14  # days


class Step(StrEnum):
    """What an action needs next."""

    COMPLETE = "complete"  # something is missing before it can be agreed
    AGREE = "agree"  # the owner is asked
    DO = "do"
    VERIFY = "verify"  # by somebody else
    PROVE = "prove"  # a re-audit, or its measure
    CLOSE = "close"  # a review
    NOTHING = "nothing"


class Status(Struct, frozen=True):
    """How an action stands on a day.

    `late`: days since it was due, 0 when it is not late; `left`: days until it is due, None when it is done or has no
    due day. `passed`: milestones whose day has gone by, `coming`: the next one. `review_due`: the day to look at it
    again has come.
    """

    action: Action
    step: Step
    late: int = 0
    left: int | None = None
    passed: tuple[Milestone, ...] = ()
    coming: Milestone | None = None
    review_due: bool = False

    @property
    def is_soon(self) -> bool:
        """Whether it is due within a fortnight."""
        return self.left is not None and self.left <= SOON


def status(action: Action, today: date) -> Status:
    """How an action stands on this day."""
    left = (action.due - today).days if action.is_open and action.due else None
    steps = [step for step in action.milestones if action.is_open and not step.done]
    return Status(
        action=action,
        step=_step(action),
        late=max(0, -(left or 0)),
        left=None if left is None or left < 0 else left,
        passed=tuple(step for step in steps if step.due < today),
        coming=next((step for step in steps if step.due >= today), None),
        review_due=_is_review_due(action, today),
    )


_STEPS = {
    State.AGREED: Step.DO,
    State.IN_PROGRESS: Step.DO,
    State.IMPLEMENTED: Step.VERIFY,
    State.VERIFIED: Step.PROVE,
    State.EMBEDDED: Step.CLOSE,
    State.CLOSED: Step.NOTHING,
    State.REJECTED: Step.NOTHING,
}


def _step(action: Action) -> Step:
    if action.state is State.PROPOSED:
        return Step.AGREE if lack(action) is None else Step.COMPLETE
    return _STEPS[action.state]


def _is_review_due(action: Action, today: date) -> bool:
    is_over = action.state in (State.PROPOSED, State.CLOSED, State.REJECTED)
    return not is_over and action.review is not None and action.review <= today


class Gaps(Struct, frozen=True):
    """What is weak in a plan as a whole.

    `unanswered`: open concerns without an action; `weak`: findings of high priority with weaker actions alone and no
    exception that holds; `unowned` and `late` actions; `passed`: milestones whose day has gone by, with their action.
    """

    unanswered: tuple[Finding, ...] = ()
    weak: tuple[Finding, ...] = ()
    unowned: tuple[Action, ...] = ()
    late: tuple[Action, ...] = ()
    passed: tuple[tuple[Action, Milestone], ...] = ()

    def __bool__(self) -> bool:
        return any((self.unanswered, self.weak, self.unowned, self.late, self.passed))


def gaps(findings: Iterable[Finding], actions: Iterable[Action], today: date) -> Gaps:
    """What is weak in a plan on this day; the latest actions come first."""
    known = tuple(findings)
    live = [action for action in actions if action.is_live]
    answered = {finding for action in live for finding in action.findings}
    found = [status(action, today) for action in live]
    return Gaps(
        unanswered=tuple(each for each in known if _is_open(each) and each.id not in answered),
        weak=left_weak(known, live, today),
        unowned=tuple(action for action in live if action.is_open and not action.owner),
        late=tuple(each.action for each in latest(found)),
        passed=tuple((each.action, step) for each in found for step in each.passed),
    )


def _is_open(finding: Finding) -> bool:
    return finding.nature is Nature.CONCERN and finding.standing is not Standing.CLOSED


def latest(found: Iterable[Status]) -> list[Status]:
    """Those that are late, the latest first."""
    return sorted((each for each in found if each.late), key=lambda each: (-each.late, each.action.number))


def late(actions: Iterable[Action], today: date) -> list[Action]:
    """The actions that are late on a day, the latest first."""
    return [each.action for each in latest(status(action, today) for action in actions)]
