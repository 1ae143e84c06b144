"""How numbers on themes are said: priorities, exact counts of named people, coarse shares and bands of others."""

from __future__ import annotations

from bot.wording import Voice, mark
from reports.disclosure import Band, Share, Size
from reports.themes import Prevalence, Priority

_PRIORITIES = {
    Priority.HIGH: mark("High"),
    Priority.MEDIUM: mark("Medium"),
    Priority.LOW: mark("Low"),
    Priority.NONE: mark("None"),
}


def priority(found: Priority, _: Voice) -> str:
    """How pressing a theme is."""
    return _(_PRIORITIES[found])


def prevalence(said: Prevalence, _: Voice) -> str:
    """How many of how many say what."""
    if not said.heard:
        return ""
    if not said.spoke:
        return _("0 of {heard}", heard=said.heard)
    parts = (
        (said.weakness, _("{number} weakness", number=said.weakness)),
        (said.strength, _("{number} strength", number=said.strength)),
        (said.mixed, _("{number} both", number=said.mixed)),
    )
    shown = ", ".join(words for number, words in parts if number)
    return _("{spoke} of {heard}: {parts}", spoke=said.spoke, heard=said.heard, parts=shown)


def share(found: Share, _: Voice) -> str:
    """A coarse share, in words at both ends."""
    return {
        Size.FEW: _("few or none"),
        Size.NEARLY_ALL: _("nearly all or all"),
        Size.PERCENT: _("about {percent} %", percent=found.percent),
    }[found.size]


def band(found: Band, _: Voice) -> str:
    """A number of people."""
    if found.high is None:
        return _("{low} or more people", low=found.low)
    return _("{low} to {high} people", low=found.low, high=found.high)
