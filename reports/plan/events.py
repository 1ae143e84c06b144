"""What can happen to an action. Who did it and when stands in the Context."""

from __future__ import annotations

from datetime import date
from typing import TypeAlias

from dialogues.wordless import Wordless
from reports.plan.actions import Action, Proof


class Agree(Wordless, frozen=True):
    """The owner says whether they have the time and the authority."""

    has_time: bool
    has_authority: bool


class Tell(Wordless, frozen=True):
    """News: how much is done, the id of a milestone that was reached, what shows it."""

    percent: int | None = None
    milestone: int | None = None
    evidence: tuple[str, ...] = ()


class Ask(Wordless, frozen=True):
    """The owner asks for help."""


class Later(Wordless, frozen=True):
    """The owner asks not to be reminded before this day."""

    until: date


class Finish(Wordless, frozen=True):
    """It is done, and this shows it."""

    evidence: tuple[str, ...] = ()


class Verify(Wordless, frozen=True):
    """Somebody else looked at whether it was done as meant."""

    met: bool
    looked_at: str
    missing: str = ""
    evidence: tuple[str, ...] = ()


class Exempt(Wordless, frozen=True):
    """Weaker actions alone are right here: why, and until when."""

    reason: str
    until: date


class Keep(Wordless, frozen=True):
    """A review found that it should go on: the day of the next one."""

    review: date


class Embed(Wordless, frozen=True):
    """The change lasts; this shows it."""

    proof: Proof | None = None


class Close(Wordless, frozen=True):
    """Nothing is left to do."""


class Reopen(Wordless, frozen=True):
    """It did not hold."""

    reason: str


class Reject(Wordless, frozen=True):
    """It will not be done."""

    reason: str


class Amend(Wordless, frozen=True):
    """It is written anew: what it says is taken from `to`, how far it has come is kept."""

    to: Action


Event: TypeAlias = (
    Agree | Tell | Ask | Later | Finish | Verify | Exempt | Keep | Embed | Close | Reopen | Reject | Amend
)
