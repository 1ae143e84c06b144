"""How numbers on themes are said: priorities, exact counts of named people, coarse shares and bands of others."""

from __future__ import annotations

from collections.abc import Iterator

from bot.wording import Voice, mark
from reports.disclosure import Band, Share, Size
from reports.themes import Prevalence, Priority, ThemeResult

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


def unnamed(each: ThemeResult, _: Voice) -> Iterator[str]:
    """What anonymous people wrote, as far as the rules let it out."""
    for one in each.unnamed:
        if one.spoke is None:
            continue
        said = [_("{share} write about it", share=share(one.spoke, _))]
        if one.weakness:
            said.append(_("{share} as a weakness", share=share(one.weakness, _)))
        if one.strength:
            said.append(_("{share} as a strength", share=share(one.strength, _)))
        yield _("Of {people}: {parts}", people=band(one.band, _), parts="; ".join(said))


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


def heard(found: Band, _: Voice) -> str:
    """How many were heard, banded so that nobody can be picked out."""
    if found.low == 0:
        return _("Fewer than {number} people have answered so far.", number=(found.high or 0) + 1)
    return _("{number} or more people have answered.", number=found.low)
