"""How much may be sent: 429 with the seconds to wait, and a record of what was let through and what was not."""

from __future__ import annotations

import math
from collections import deque

import msgspec

from tests.telegram.errors import Refused
from tests.telegram.settings import Limits


class Passage(msgspec.Struct, frozen=True):
    """One message that came to the gate: when, and for which chat."""

    at: float
    chat: int


class _Window:
    """At most so many in any stretch of so many seconds."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most, self.seconds = most, seconds
        self._times: deque[float] = deque()

    def wait(self, now: float) -> float:
        while self._times and self._times[0] <= now - self.seconds:
            self._times.popleft()
        return self._times[0] + self.seconds - now if len(self._times) >= self.most else 0.0

    def take(self, now: float) -> None:
        self._times.append(now)


class _Bucket:
    """So many at once; after that one for each drop that falls."""

    def __init__(self, size: int, rate: float) -> None:
        self.size, self.rate = size, rate
        self._level, self._at = float(size), 0.0

    def wait(self, now: float) -> float:
        self._level = min(self.size, self._level + (now - self._at) * self.rate)
        self._at = now
        return 0.0 if self._level >= 1 else (1 - self._level) / self.rate

    def take(self, now: float) -> None:
        self.wait(now)
        self._level -= 1


class Flood:
    """The gate every sent message passes. `sent` and `refused` are there for tests to count."""

    def __init__(self, limits: Limits | None) -> None:
        self.limits = limits
        self.sent: list[Passage] = []
        self.refused: list[Passage] = []
        self._overall = _Window(limits.overall, 1.0) if limits else None
        self._chats: dict[int, _Window | _Bucket] = {}

    def admit(self, chat: int, now: float, *, edit: bool = False) -> None:
        """Let a message through, or refuse it with 429."""
        gates = self._gates(chat) if not (edit and self.limits and not self.limits.edits) else []
        wait = max((gate.wait(now) for gate in gates), default=0.0)
        if wait > 0:
            self.refused.append(Passage(now, chat))
            raise too_many(math.ceil(wait))
        for gate in gates:
            gate.take(now)
        self.sent.append(Passage(now, chat))

    def _gates(self, chat: int) -> list[_Window | _Bucket]:
        if self.limits is None or self._overall is None:
            return []
        if chat not in self._chats:
            private = chat > 0
            self._chats[chat] = (
                _Bucket(self.limits.chat_burst, self.limits.chat_rate)
                if private
                else _Window(self.limits.group_per_minute, 60.0)
            )
        return [self._overall, self._chats[chat]]


def too_many(seconds: int) -> Refused:
    """429, as Telegram words it."""
    return Refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
