"""What was said of an action, a finding or the audit after the plan was made, as it is read from its form.

Progress, a verification, an exception and a review are events too: `event` gives what they mean for the action.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Self

from dialogues.responses import Response, day_of, text_of, whole_of
from dialogues.wordless import Wordless
from reports.plan.actions import Proof
from reports.plan.events import (
    Agree,
    Ask,
    Close,
    Embed,
    Event,
    Exempt,
    Finish,
    Keep,
    Later,
    Reject,
    Reopen,
    Tell,
    Verify,
)


class Telling(StrEnum):
    """What an owner tells of an action."""

    AGREE = "agree"
    PROGRESS = "progress"
    DONE = "done"
    HELP = "help"
    LATER = "later"


class Progress(Wordless, frozen=True, kw_only=True):
    """What an owner told of an action. `milestone`: the id of the step that was reached."""

    action: str
    telling: Telling
    has_time: bool = False
    has_authority: bool = False
    percent: int | None = None
    news: str = ""
    milestone: int | None = None
    evidence: tuple[str, ...] = ()
    in_the_way: str = ""
    days: int = 0
    until: date | None = None

    @classmethod
    def from_response(cls, response: Response) -> Self:
        """The answers to the form `progress`."""
        step = text_of(response, "milestone").rpartition(".")[2]
        percent = whole_of(response, "percent", -1)
        return cls(
            action=text_of(response, "action"),
            telling=Telling(text_of(response, "telling") or Telling.PROGRESS),
            has_time=text_of(response, "has_time") == "yes",
            has_authority=text_of(response, "has_authority") == "yes",
            percent=None if percent < 0 else percent,
            news=text_of(response, "news"),
            milestone=int(step) if step.isdecimal() else None,
            evidence=tuple(_files(response)),
            in_the_way=text_of(response, "in_the_way"),
            days=whole_of(response, "later"),
            until=day_of(response, "until"),
        )

    def event(self, today: date) -> Event:
        """What this means for the action."""
        match self.telling:
            case Telling.AGREE:
                return Agree(self.has_time, self.has_authority)
            case Telling.PROGRESS:
                return Tell(self.percent, self.milestone, self.evidence)
            case Telling.DONE:
                return Finish(self.evidence)
            case Telling.HELP:
                return Ask()
            case Telling.LATER:
                return Later(self.until or today + timedelta(days=self.days))


def _files(response: Response) -> Iterator[str]:
    """What was sent in to show it."""
    yield from filter(None, (text_of(response, name) for name in ("photo", "document")))


class Verification(Wordless, frozen=True, kw_only=True):
    """Somebody else looked at whether an action was done as meant."""

    action: str
    looked_at: str
    where: str = ""
    evidence: tuple[str, ...] = ()
    met: bool = False
    missing: str = ""

    @classmethod
    def from_response(cls, response: Response) -> Self:
        """The answers to the form `verification`."""
        return cls(
            action=text_of(response, "action"),
            looked_at=text_of(response, "looked_at"),
            where=text_of(response, "where"),
            evidence=tuple(_files(response)),
            met=text_of(response, "verdict") == "met",
            missing=text_of(response, "missing"),
        )

    def event(self) -> Verify:
        """What this means for the action."""
        return Verify(self.met, self.looked_at, self.missing, self.evidence)


class Exemption(Wordless, frozen=True):
    """Why a finding of high priority has only weaker actions. `allowed_by`: the role of who decided it."""

    action: str
    reason: str
    allowed_by: str
    until: date

    @classmethod
    def from_response(cls, response: Response) -> Self:
        """The answers to the form `exception`; without a day it holds no longer than the first."""
        until = day_of(response, "until") or date.min
        return cls(
            text_of(response, "action"), text_of(response, "reason"), text_of(response, "allowed_by"), until
        )

    def event(self) -> Exempt:
        """What this means for the action."""
        return Exempt(self.reason, self.until)


class Outcome(StrEnum):
    """What came of a challenge; `open` while nothing did."""

    OPEN = "open"
    EXPLAINED = "explained"
    CHANGED = "changed"  # the plan was
    LOOKED_INTO = "looked_into"


class Challenge(Wordless, frozen=True, kw_only=True):
    """A question by the board, or what came of one: `about` is the id of the entry that asks it, '' of a new one."""

    about: str = ""
    question: str = ""
    by: str = ""
    response: str = ""
    outcome: Outcome = Outcome.OPEN
    came_of_it: str = ""

    @classmethod
    def from_response(cls, response: Response) -> Self:
        """The answers to the form `challenge`."""
        return cls(
            about=text_of(response, "about"),
            question=text_of(response, "question"),
            by=text_of(response, "asked_by"),
            response=text_of(response, "response"),
            outcome=Outcome(text_of(response, "outcome") or Outcome.OPEN),
            came_of_it=text_of(response, "came_of_it"),
        )

    def answered(self, later: Challenge) -> Challenge:
        """The question with what was said of it later; what was not said again stays."""
        return Challenge(
            about=self.about,
            question=self.question,
            by=self.by,
            response=later.response or self.response,
            outcome=later.outcome if later.outcome is not Outcome.OPEN else self.outcome,
            came_of_it=later.came_of_it or self.came_of_it,
        )


class LearningShare(Wordless, frozen=True, kw_only=True):
    """What was learned was told to others. `reach`: how many people, 0 when it is not known."""

    what: str
    channel: str
    audience: tuple[str, ...] = ()
    day: date | None = None
    reach: int = 0
    findings: tuple[str, ...] = ()
    services_checked: str = ""
    found_there: str = ""

    @classmethod
    def from_response(cls, response: Response) -> Self:
        """The answers to the form `learning-share`."""
        return cls(
            what=text_of(response, "what"),
            channel=text_of(response, "channel"),
            audience=tuple(text_of(response, "audience").split()),
            day=day_of(response, "shared_on"),
            reach=whole_of(response, "reach"),
            findings=tuple(text_of(response, "findings").split()),
            services_checked=text_of(response, "services_checked"),
            found_there=text_of(response, "found_there"),
        )


class Notification(Wordless, frozen=True, kw_only=True):
    """Somebody outside was told. `known_on`: when the incident, or what was found, became known."""

    who: str
    what: str = ""
    how: str = ""
    told_on: date | None = None
    told_at: time | None = None
    known_on: date | None = None
    findings: tuple[str, ...] = ()
    reference: str = ""

    @classmethod
    def from_response(cls, response: Response) -> Self:
        """The answers to the form `notification`."""
        at = text_of(response, "told_at")
        return cls(
            who=text_of(response, "who_else") or text_of(response, "who"),
            what=text_of(response, "what"),
            how=text_of(response, "how"),
            told_on=day_of(response, "told_on"),
            told_at=time.fromisoformat(at[:5]) if at else None,
            known_on=day_of(response, "known_on"),
            findings=tuple(text_of(response, "findings").split()),
            reference=text_of(response, "reference"),
        )

    @property
    def days_after(self) -> int | None:
        """Days from when it was known until they were told, None when one of the two is not known."""
        if self.told_on is None or self.known_on is None:
            return None
        return (self.told_on - self.known_on).days


class Decision(StrEnum):
    """What a review decides."""

    GO_ON = "go_on"
    CHANGE = "change"
    EMBEDDED = "embedded"
    CLOSE = "close"
    REOPEN = "reopen"
    REJECT = "reject"


class Review(Wordless, frozen=True, kw_only=True):
    """What the measure of an action shows, and what follows."""

    action: str
    shows: str
    decision: Decision
    reason: str = ""
    next_review: date | None = None

    @classmethod
    def from_response(cls, response: Response) -> Self:
        """The answers to the form `review`."""
        return cls(
            action=text_of(response, "action"),
            shows=text_of(response, "shows"),
            decision=Decision(text_of(response, "decision") or Decision.GO_ON),
            reason=text_of(response, "reason") or text_of(response, "why_not"),
            next_review=day_of(response, "next_review"),
        )

    def event(self, proof: Proof | None = None) -> Event:
        """What this means for the action. A change is written with the form `action`; until then it goes on.

        `proof`: what there is to show that the change lasts.
        """
        match self.decision:
            case Decision.GO_ON | Decision.CHANGE:
                return Keep(self.next_review or date.min)
            case Decision.EMBEDDED:
                return Embed(proof)
            case Decision.CLOSE:
                return Close()
            case Decision.REOPEN:
                return Reopen(self.reason)
            case Decision.REJECT:
                return Reject(self.reason)
