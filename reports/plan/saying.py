"""The plan in sentences, for chats, digests and reports. English: those who read them work with English forms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TypeAlias

from reports.measures import Month
from reports.plan.actions import Action, State
from reports.plan.standing import Status, Step, late, latest, status

People: TypeAlias = Mapping[str, str]  # accounts (hexadecimal) and how they are called, by their role


def dated(day: date) -> str:
    """`4 May 2026`."""
    return f"{day.day} {Month(day.year, day.month).name}"


def line(action: Action, today: date, people: People) -> str:
    """An action in two lines: what, then when, who and how far it is.

    `A3 · Weekly supervision for night staff`, `due 4 May 2026 · night team lead · 40 %`.
    """
    return f"{action.name} · {action.title}\n" + " · ".join(_told(status(action, today), people))


def _told(found: Status, people: People) -> Iterator[str]:
    action = found.action
    yield _when(found)
    yield people.get(action.owner, "no owner yet")
    yield f"{action.percent} %" if action.state is State.IN_PROGRESS else action.state.words


def _when(found: Status) -> str:
    action = found.action
    if action.due is None:
        return "no due day yet"
    if found.late:
        return f"was due {dated(action.due)}, {_days(found.late)} ago"
    if action.implemented_on:
        return f"done {dated(action.implemented_on)}"
    return f"due {dated(action.due)}"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def late_lines(actions: Iterable[Action], today: date, people: People) -> tuple[str, ...]:
    """Every late action in two lines, the latest first."""
    return tuple(line(each, today, people) for each in late(actions, today))


def plan_lines(actions: Iterable[Action], today: date, people: People) -> str:
    """The state of the plan in three lines: how many in which state, what is late, what comes next."""
    found = [status(action, today) for action in actions if action.is_live]
    if not found:
        return "There are no actions yet."
    return "\n".join((_counted(found), _late(latest(found), people), _coming(found, people)))


def _counted(found: list[Status]) -> str:
    states = [each.action.state for each in found]
    parts = [f"{states.count(state)} {state.words}" for state in State if state in states]
    return f"{_actions(len(found))}: {', '.join(parts)}."


def _actions(count: int) -> str:
    return "1 action" if count == 1 else f"{count} actions"


def _late(found: list[Status], people: People) -> str:
    if not found:
        return "None is late."
    are = "is" if len(found) == 1 else "are"
    return f"{_actions(len(found))} {are} late. The oldest: {_briefly(found[0], people)}."


def _coming(found: list[Status], people: People) -> str:
    ahead = sorted((each for each in found if each.left is not None), key=lambda each: each.left or 0)
    if ahead:
        return f"Next: {_briefly(ahead[0], people)}."
    waiting = sum(each.step is Step.VERIFY for each in found)
    if not waiting:
        return "Nothing else is due."
    return f"Next: {_actions(waiting)} {'waits' if waiting == 1 else 'wait'} for somebody to look at what was done."


def _briefly(found: Status, people: People) -> str:
    """`A3, weekly supervision for night staff, due 4 May 2026, night team lead`."""
    action = found.action
    due = f"due {dated(action.due)}" if action.due else "no due day yet"
    return ", ".join((action.name, action.title, due, people.get(action.owner, "no owner yet")))


def openness(days: int | None) -> str:
    """How long after it was known somebody was told."""
    if days is None:
        return "no day is known"
    return "on the same day" if days == 0 else f"{_days(days)} after"
