"""What a lead reads once a week or when they ask: what of it is told, what comes next, and a picture of the themes.

It decides from values that may be shown already: a band of people, themes as their pages have them, and the plan. No
number is made here that is not on a page. Words are found where languages are known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from enum import StrEnum

from msgspec import Struct

from reports.findings import Finding
from reports.plan import Action, Step, gaps, status
from reports.plan.standing import latest
from reports.rendering import clipped, pages

MOST = 3000  # characters: one message in every chat, with room for the numbers of its picture
NAMED = 3  # actions that are named of each kind, and steps that come next
THEMES = 5  # themes that are told
WEEK = 7  # days


class Next(StrEnum):
    """What a lead can do next, the most pressing first."""

    READ_CONCERN = "read_concern"
    REACH = "reach"
    ASK_FOR_NEWS = "ask_for_news"
    PUBLISH = "publish"
    WRITE_FINDINGS = "write_findings"
    PLAN = "plan"
    AGREE = "agree"
    VERIFY = "verify"
    REVIEW = "review"
    COMPARE = "compare"
    INVITE = "invite"


class Standings(Struct, frozen=True, kw_only=True):
    """How an audit stands on a day. `enough`: at least K were heard; `published`: what anonymous people wrote is.

    `unread` concerns wait, `undelivered` messages could not be delivered to people with a part that the lead knows.
    """

    today: date
    is_open: bool
    enough: bool
    published: bool
    is_again: bool = False
    unread: bool = False
    undelivered: int = 0
    findings: tuple[Finding, ...] = ()
    actions: tuple[Action, ...] = ()


class Planned(Struct, frozen=True):
    """The plan on a day: actions that are late, the oldest first, due within a week, waiting for agreement or eyes."""

    late: tuple[Action, ...]
    soon: tuple[Action, ...]
    proposed: int
    unverified: int
    under_way: int


def planned(actions: Iterable[Action], today: date) -> Planned:
    """How the plan stands on a day."""
    found = [status(each, today) for each in actions if each.is_live]
    steps = [each.step for each in found]
    soon = [each for each in found if each.left is not None and each.left <= WEEK]
    return Planned(
        late=tuple(each.action for each in latest(found)),
        soon=tuple(each.action for each in sorted(soon, key=lambda each: (each.left, each.action.number))),
        proposed=steps.count(Step.COMPLETE) + steps.count(Step.AGREE),
        unverified=steps.count(Step.VERIFY),
        under_way=steps.count(Step.DO),
    )


def next_steps(state: Standings) -> tuple[Next, ...]:
    """What comes next, three things at most."""
    plan = planned(state.actions, state.today)
    asked = {
        Next.READ_CONCERN: state.unread,
        Next.REACH: bool(state.undelivered),
        Next.ASK_FOR_NEWS: bool(plan.late),
        Next.PUBLISH: not state.is_open and state.enough and not state.published,
        Next.WRITE_FINDINGS: not state.is_open and not state.is_again and not state.findings,
        Next.PLAN: bool(gaps(state.findings, state.actions, state.today).unanswered),
        Next.AGREE: bool(plan.proposed),
        Next.VERIFY: bool(plan.unverified),
        Next.REVIEW: any(status(each, state.today).review_due for each in state.actions),
        Next.COMPARE: state.is_again and not state.is_open,
        Next.INVITE: state.is_open and not state.enough,
    }
    return tuple(step for step, holds in asked.items() if holds)[:NAMED]


def fitted(parts: Sequence[str], most: int = MOST) -> tuple[str, ...]:
    """As many paragraphs, from the first on, as stand in so many characters; one that does not fit is left out."""
    kept: list[str] = []
    for part in parts:
        if sum(map(len, kept)) + 2 * len(kept) + len(part) <= most:
            kept.append(part)
    return tuple(kept)


# As a picture


class Bar(Struct, frozen=True):
    """A theme in the picture: its name; of named people the share that report a weakness, 0..100, as `said`.

    `unnamed` and `unnamed_said` are the same of anonymous people, of published shares. None: nobody to speak of.
    """

    name: str
    share: int | None
    said: str
    unnamed: int | None = None
    unnamed_said: str = ""


def svg(title: str, bars: Sequence[Bar], words: tuple[str, str]) -> str:
    """The themes as bars, with their numbers beside them; `words` name people by name, and anonymous ones."""
    macro = pages.get_template("digest.svg.j2").module.themes  # type: ignore[attr-defined]
    rows = list(_placed(bars))
    return str(macro(title, rows, words, 60 + sum(72 for _ in rows))).strip() + "\n"


def _placed(bars: Iterable[Bar]) -> Iterator[tuple[int, Bar]]:
    for place, bar in enumerate(bars):
        name = clipped(bar.name)
        yield 60 + 72 * place, Bar(name, bar.share, bar.said, bar.unnamed, bar.unnamed_said)
