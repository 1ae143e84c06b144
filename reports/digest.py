"""What a lead reads once a week or when they ask: what of it is told, what comes next, and a picture of the themes.

It decides from values that may be shown already: a band of people, themes as their pages have them, and the plan. No
number is made here that is not on a page. Words are found where languages are known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum

from msgspec import Struct

from reports.findings import Finding, Nature, Standing
from reports.plan import Action, State
from reports.rendering import clipped, pages

MOST = 1000  # characters: they fit under a picture on Telegram, where 1,024 do
NAMED = 3  # actions that are named of each kind, and steps that come next
THEMES = 5  # themes that are told
WEEK = timedelta(days=7)


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
    known = tuple(actions)
    doing = [each for each in known if each.state in (State.AGREED, State.IN_PROGRESS)]
    dated = sorted(((each.due, each.number, each) for each in doing if each.due), key=lambda each: each[:2])
    return Planned(
        late=tuple(each for due, _, each in dated if due < today),
        soon=tuple(each for due, _, each in dated if today <= due <= today + WEEK),
        proposed=sum(each.state is State.PROPOSED for each in known),
        unverified=sum(each.state is State.IMPLEMENTED for each in known),
        under_way=len(doing),
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
        Next.PLAN: any(_unanswered(state)),
        Next.AGREE: bool(plan.proposed),
        Next.VERIFY: bool(plan.unverified),
        Next.REVIEW: any(_is_to_review(each, state.today) for each in state.actions),
        Next.COMPARE: state.is_again and not state.is_open,
        Next.INVITE: state.is_open and not state.enough,
    }
    return tuple(step for step, holds in asked.items() if holds)[:NAMED]


def _unanswered(state: Standings) -> Iterator[Finding]:
    """Findings that nothing is planned for."""
    answered = {
        finding for each in state.actions if each.state is not State.REJECTED for finding in each.findings
    }
    for each in state.findings:
        if each.nature is Nature.CONCERN and each.standing is not Standing.CLOSED and each.id not in answered:
            yield each


def _is_to_review(action: Action, today: date) -> bool:
    is_over = action.state in (State.PROPOSED, State.CLOSED, State.REJECTED)
    return not is_over and action.review is not None and action.review <= today


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
