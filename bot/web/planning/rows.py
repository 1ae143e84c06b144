"""An action as a row of a list."""

from __future__ import annotations

from bot.web import gate
from bot.web.cases import ACTIONS
from bot.web.planning.room import Shown
from bot.wording import Voice, mark
from reports.plan import State, Status

STATES = {
    State.PROPOSED: mark("Proposed"),
    State.AGREED: mark("Agreed"),
    State.IN_PROGRESS: mark("In progress"),
    State.IMPLEMENTED: mark("Done, to be seen by somebody else"),
    State.VERIFIED: mark("Seen to be done"),
    State.EMBEDDED: mark("Part of daily work"),
    State.CLOSED: mark("Closed"),
    State.REJECTED: mark("Will not be done"),
}


class Done(Shown, frozen=True):
    """An action in a list. `alert` tells that it is late."""

    address: str
    name: str
    title: str
    owner: str
    due: str
    alert: str
    state: str
    percent: int
    steps: tuple[str, ...]


def done(each: Status, audit: str, people: dict[str, str], _: Voice) -> Done:
    """An action in a list. `people`: what owners are called, by account."""
    action = each.action
    return Done(
        address=gate.plan_page(audit, ACTIONS, action.id),
        name=action.name,
        title=action.title,
        owner=people.get(action.owner, "") if action.owner else _("No owner yet"),
        due=_.date(action.due) if action.due else _("No due day yet"),
        alert=_.several("{number} day late", "{number} days late", each.late) if each.late else "",
        state=_(STATES[action.state]),
        percent=action.percent if action.state is State.IN_PROGRESS else 0,
        steps=tuple(
            _("{what}, by {day}", what=step.what, day=_.date(step.due))
            for step in (*each.passed, *([each.coming] if each.coming else []))
        ),
    )
