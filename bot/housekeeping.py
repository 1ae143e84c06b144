"""What must be done again and again although nobody asks: once at the start, then each hour, on a thread.

A step is a function that may be done twice, or by two workers at once, without harm. One that fails is logged, and
keeps no other from being done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self, TypeAlias

from bot import logs
from bot.clock import Clock
from bot.services import keeping
from storage.unit_of_work import Storage

EVERY: Final = 3600.0  # seconds

Step: TypeAlias = Callable[[], None]

log = logs.logger(__name__)


def steps(storage: Storage, clock: Clock) -> tuple[Step, ...]:
    """Everything that is to be done for a storage, in its order."""

    def flush_early() -> None:
        keeping.flush_early(storage)

    def forget_answers() -> None:
        keeping.forget(storage, clock)

    return (storage.forget_old_drafts, flush_early, forget_answers)


class Housekeeping:
    """Does its steps while the block lasts: `async with Housekeeping(steps(storage)): …`.

    Leaving the block waits for the step that is under way.
    """

    def __init__(self, steps: tuple[Step, ...], *, every: float = EVERY) -> None:
        self._steps = steps
        self._every = every
        self._stopping = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._rounds = asyncio.create_task(self._go_round())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        await self._rounds

    async def _go_round(self) -> None:
        while not self._stopping.is_set():
            for step in self._steps:
                if not self._stopping.is_set():
                    await asyncio.to_thread(_do, step)
            await self._pause()

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), self._every)
        except TimeoutError:
            return


def _do(step: Step) -> None:
    try:
        step()
    except Exception as trouble:  # noqa: BLE001 - whatever it is, the next round may go well; else nobody would come
        log.error("housekeeping.failed", job=step.__name__, trouble=trouble)
