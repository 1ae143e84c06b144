"""getUpdates: one bot waits at a time, and what it asks for next confirms what it had."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from tests.telegram.chats import Json
from tests.telegram.errors import HungUp, Refused, conflict
from tests.telegram.methods.catalogue import POLL, note
from tests.telegram.methods.receiving import allow
from tests.telegram.parameters import Parameters
from tests.telegram.updates import Update
from tests.telegram.world import World

MOST_UPDATES = 100
LONGEST_WAIT = 50


class _Wait:
    """One waiting getUpdates; `end` is why it must stop."""

    def __init__(self) -> None:
        self.woken = asyncio.Event()
        self.end: Exception | None = None

    def stop(self, why: Exception) -> None:
        self.end = self.end or why
        self.woken.set()


class Polling:
    """The getUpdates of one bot; all of it runs on the server's event loop."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._waiting: _Wait | None = None

    def wake(self) -> None:
        """Something has changed: look again."""
        if self._waiting is None:
            return
        with self.world.lock:
            down, webhook = self.world.faults.down, self.world.webhook is not None
        if down:
            self._waiting.stop(HungUp())
        elif webhook:
            self._waiting.stop(conflict("terminated by setWebhook request"))
        self._waiting.woken.set()

    async def get_updates(
        self, given: Parameters, gone: Callable[[], Coroutine[Any, Any, None]]
    ) -> list[Json]:
        """The next updates; waits up to `timeout` seconds for one, or until the caller is `gone`."""
        self._begin(given)
        wait = min(max(given.number("timeout", 0) or 0, 0), LONGEST_WAIT)
        updates = self._take(given)
        if not updates and wait:
            updates = await self._when_some_come(given, wait, gone)
        return [update.json() for update in updates]

    def _begin(self, given: Parameters) -> None:
        note(self.world, POLL, given)
        with self.world.lock:
            fault = self.world.faults.strike(POLL, None)
            if fault:
                raise fault.refusal or HungUp()
            if self.world.webhook is not None:
                raise conflict(
                    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
                )
            allow(self.world, given)

    def _take(self, given: Parameters) -> list[Update]:
        limit = min(max(given.number("limit", MOST_UPDATES) or MOST_UPDATES, 1), MOST_UPDATES)
        with self.world.lock:
            before = len(self.world.updates.acknowledged)
            updates = self.world.updates.take(given.number("offset", 0) or 0, limit, self.world.now())
            if len(self.world.updates.acknowledged) > before:
                self.world.changed()
            return updates

    async def _when_some_come(
        self, given: Parameters, seconds: float, gone: Callable[[], Coroutine[Any, Any, None]]
    ) -> list[Update]:
        """Wait; whoever waited before is told that somebody else does now."""
        if self._waiting is not None:
            self._waiting.stop(_other_poller())
        mine = self._waiting = _Wait()
        left = asyncio.create_task(gone())
        left.add_done_callback(lambda _: mine.stop(HungUp()))
        try:
            async with asyncio.timeout(seconds):
                return await self._watch(given, mine)
        except TimeoutError:
            return []
        finally:
            left.cancel()
            if self._waiting is mine:
                self._waiting = None

    async def _watch(self, given: Parameters, mine: _Wait) -> list[Update]:
        while True:
            await mine.woken.wait()
            mine.woken.clear()
            if mine.end is not None:
                raise mine.end
            updates = self._take(given)
            if updates:
                return updates


def _other_poller() -> Refused:
    return conflict("terminated by other getUpdates request; make sure that only one bot instance is running")
