"""Trouble that a test has planned: refusals, broken servers, connections that die, a Telegram that is down."""

from __future__ import annotations

import msgspec

from tests.telegram.errors import Refused


class Fault(msgspec.Struct, frozen=True):
    """What happens to a call, instead of an answer: a refusal, or a hang-up (`refusal=None`).

    A hang-up comes after the call was carried out: the bot cannot know that it was.
    """

    refusal: Refused | None
    chat: int | None
    method: str | None

    def strikes(self, method: str, chat: int | None) -> bool:
        """Whether this call is meant."""
        return self.chat in (None, chat) and (self.method or method).lower() == method.lower()


class Faults:
    """What is planned, in order; each strikes once. `down`: nobody is answered at all."""

    def __init__(self) -> None:
        self.down = False
        self._planned: list[Fault] = []

    def plan(self, fault: Fault, times: int) -> None:
        """Let it strike so many calls."""
        self._planned += [fault] * times

    def strike(self, method: str, chat: int | None) -> Fault | None:
        """The fault for this call, used up by it."""
        found = next((fault for fault in self._planned if fault.strikes(method, chat)), None)
        if found is not None:
            self._planned.remove(found)
        return found
