"""What waits for the bot: the queue of updates, how they are confirmed, and when Telegram gives up on them."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import Any

import msgspec

TAP_KEPT = 150.0
"""Seconds a tap waits to be fetched (telegram-bot-api, `add_new_callback_query`)."""
OTHERS_KEPT = 86_400.0
"""Seconds anything else waits."""
FURTHEST_AHEAD = 10
"""An offset further ahead than this is one of another time: it confirms nothing (TDLib, `TQueue::get`)."""
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})

Queue = tuple[str, int]


class Update(msgspec.Struct, frozen=True):
    """One update: its kind as Telegram names it, its object, the queue it travels in, when it is dropped."""

    id: int
    kind: str
    body: dict[str, Any]
    queue: Queue
    expires: float

    def json(self) -> dict[str, Any]:
        """As the bot gets it."""
        return {"update_id": self.id, self.kind: self.body}


class Updates:
    """The updates of one bot. `acknowledged` and `dropped` keep the ids, in order, for tests to look at."""

    def __init__(self, first_id: int) -> None:
        self.next_id = first_id
        self.acknowledged: list[int] = []
        self.dropped: list[int] = []
        self.allowed: tuple[str, ...] = ()
        self._pending: dict[int, Update] = {}
        self._queues: dict[Queue, dict[int, Update]] = {}
        self._expiries: list[tuple[float, int]] = []

    def allow(self, kinds: Iterable[str]) -> None:
        """Keep only these kinds from now on; none named: all but three that must be asked for."""
        self.allowed = tuple(kinds)

    def add(self, kind: str, body: dict[str, Any], queue: Queue, now: float) -> int | None:
        """Keep an update for the bot; returns its id, or None when the bot does not want this kind."""
        if kind not in self.allowed and (self.allowed or kind in NOT_BY_DEFAULT):
            return None
        expires = now + (TAP_KEPT if kind == "callback_query" else OTHERS_KEPT)
        update = Update(self.next_id, kind, body, queue, expires)
        self.next_id += 1
        self._pending[update.id] = update
        self._queues.setdefault(queue, {})[update.id] = update
        heapq.heappush(self._expiries, (expires, update.id))
        return update.id

    def pending(self, now: float) -> list[Update]:
        """All that wait, oldest first."""
        self._drop_expired(now)
        return list(self._pending.values())

    def take(self, offset: int, limit: int, now: float) -> list[Update]:
        """What getUpdates returns; confirms everything below `offset`. A negative one counts from the end."""
        self._drop_expired(now)
        for update_id in self._below(offset):
            self.confirm(update_id)
        return [update for update, _ in zip(self._pending.values(), range(limit), strict=False)]

    def _below(self, offset: int) -> list[int]:
        if offset < 0:
            return list(self._pending)[:offset]
        if offset > self.next_id + FURTHEST_AHEAD:
            return []
        below: list[int] = []
        for update_id in self._pending:
            if update_id >= offset:
                break
            below.append(update_id)
        return below

    def heads(self, now: float) -> list[Update]:
        """The oldest update of each queue: what a webhook may be offered next."""
        self._drop_expired(now)
        return [next(iter(queue.values())) for queue in self._queues.values()]

    def confirm(self, update_id: int) -> None:
        """The bot has it: forget it."""
        if self._forget(update_id):
            self.acknowledged.append(update_id)

    def clear(self) -> None:
        """Drop all that waits, as `drop_pending_updates` asks."""
        for update_id in list(self._pending):
            self._forget(update_id)
            self.dropped.append(update_id)

    def _drop_expired(self, now: float) -> None:
        while self._expiries and self._expiries[0][0] < now:
            _, update_id = heapq.heappop(self._expiries)
            if self._forget(update_id):
                self.dropped.append(update_id)

    def _forget(self, update_id: int) -> bool:
        update = self._pending.pop(update_id, None)
        if update is None:
            return False
        queue = self._queues[update.queue]
        del queue[update_id]
        if not queue:
            del self._queues[update.queue]
        return True
