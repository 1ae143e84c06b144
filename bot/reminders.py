"""The buttons under a reminder: what an owner says of an action by one tap, and for how long they put it off."""

from __future__ import annotations

from typing import Final, TypeAlias

from bot import buttons
from bot.wording import Voice, mark
from reports.reminding import LATER_DAYS

DONE, PROGRESS, LATER, HELP = "done", "progress", "later", "help"  # what is wished of an action, by its id

Ways: TypeAlias = tuple[tuple[str, str], ...]

_SAID: Final = {
    DONE: mark("Done"),
    PROGRESS: mark("Progress"),
    LATER: mark("Later"),
    HELP: mark("I need help"),
}
_WEEK = 7


def under(action: str, _: Voice) -> Ways:
    """The buttons under a reminder of this action (hexadecimal): words and tokens."""
    about = buttons.id_in(bytes.fromhex(action))
    return tuple((_(words), buttons.to_desk(what, about)) for what, words in _SAID.items())


def later(action: str, _: Voice) -> Ways:
    """For how long a reminder can be put off. The days stand behind the action in each token."""
    about = buttons.id_in(bytes.fromhex(action))
    return tuple((_for(days, _), buttons.to_desk(LATER, about, str(days))) for days in LATER_DAYS)


def days_of(carried: str) -> int:
    """For how many days such a token puts off; 0 for what none of ours carries."""
    return next((days for days in LATER_DAYS if str(days) == carried), 0)


def _for(days: int, _: Voice) -> str:
    if days == _WEEK:
        return _("In a week")
    return _.several("In {number} day", "In {number} days", days)
