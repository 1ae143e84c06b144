"""What can come in: everything a person can do in an interview, at any point of it.

A move may name the question and the turn it belongs to, as a button does; one that belongs to an
earlier turn changes nothing. Moves have no repr of what was said.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from dialogues.wordless import Wordless


class _Move(Wordless, frozen=True, kw_only=True, tag=str.lower, omit_defaults=True):
    """A move, and where it belongs."""

    question: str | None = None
    turn: int | None = None


class Begin(_Move, frozen=True, repr_omit_defaults=True):
    """Start, or show again what is waiting."""

    language: str | None = None


class Answer(_Move, frozen=True, kw_only=False):
    """A reply, typed or tapped; several choices are a tuple."""

    value: str | tuple[str, ...]


class Mark(_Move, frozen=True, kw_only=False):
    """Mark one of several choices, or unmark it; the answer is given by `Done`."""

    choice: str
    wanted: bool = True


class Leaf(_Move, frozen=True, kw_only=False):
    """See the choices from the one at this place on, counted from 0; nothing is changed by it."""

    start: int


class Done(_Move, frozen=True):
    """Answer with what is marked."""


class Skip(_Move, frozen=True):
    """Leave the question out."""


class Back(_Move, frozen=True):
    """Go to the question before."""


class Keep(_Move, frozen=True):
    """Leave a question that was gone back to as it was answered."""


class Edit(_Move, frozen=True, kw_only=False):
    """Change an earlier answer."""

    path: str


class Jump(_Move, frozen=True, kw_only=False):
    """Go to a section, by the path of its group; empty: ask which."""

    section: str = ""


class Finish(_Move, frozen=True):
    """Leave out whatever is still to be asked, but for what must be answered."""


class Another(_Move, frozen=True, kw_only=False):
    """Whether a repeat has another instance."""

    wanted: bool


class Remove(_Move, frozen=True, kw_only=False):
    """Take one instance out of a repeat, such as `visits[2]`."""

    instance: str


class Wording(StrEnum):
    """What to do with a text that may identify its writer."""

    KEEP = "keep"
    CHANGE = "change"
    REMOVE = "remove"


class Confirm(_Move, frozen=True, kw_only=False):
    """Decide about a text that may identify its writer."""

    wording: Wording


class Speak(_Move, frozen=True, kw_only=False):
    """Go on in another language, by its code or name; empty: ask which."""

    language: str


class Pause(_Move, frozen=True):
    """Break off for now."""


class Resume(_Move, frozen=True):
    """Go on after a pause."""


class Look(_Move, frozen=True):
    """Show what was answered so far."""


class Help(_Move, frozen=True):
    """Show what can be done here."""


class Concern(_Move, frozen=True):
    """Someone is at risk."""


class Submit(_Move, frozen=True):
    """Hand the answers in."""


class Withdraw(_Move, frozen=True):
    """Stop, and have every answer erased; asked back unless `sure`."""

    sure: bool = False


class Expire(_Move, frozen=True):
    """The time for this interview has run out; said by us, not by a person."""


Move: TypeAlias = (
    Begin
    | Answer
    | Mark
    | Leaf
    | Done
    | Skip
    | Back
    | Keep
    | Edit
    | Jump
    | Finish
    | Another
    | Remove
    | Confirm
    | Speak
    | Pause
    | Resume
    | Look
    | Help
    | Concern
    | Submit
    | Withdraw
    | Expire
)
