"""What channels and the turn loop hand each other, whatever the channel."""

from __future__ import annotations

from msgspec import Struct

from dialogues.form import Form
from dialogues.interview import Interview
from dialogues.moves import Move
from dialogues.prompts import Prompt


class Address(Struct, frozen=True):
    """Where a person is reached: the channel's name, and what the channel knows them by. It has no repr."""

    channel: str
    id: str

    def __repr__(self) -> str:
        return f"Address({self.channel})"


class Incoming(Struct, frozen=True):
    """One message: who, in which audit, which form, the channel's own id of it, and the move that it makes.

    `update` is unique per address; the same one again changes nothing. Empty: never repeated.
    """

    address: Address
    audit: str
    form: str
    update: str
    move: Move


class Reply(Struct, frozen=True):
    """What follows from a message: prompts to show, and the interview they were rendered from.

    `tries` counts the consecutive replies to the present question that could not be taken.
    """

    form: Form
    interview: Interview
    prompts: tuple[Prompt, ...]
    tries: int = 0

    def __repr__(self) -> str:
        return f"Reply({self.interview!r})"
