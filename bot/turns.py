"""The turn loop: many messages, one transaction; nothing is answered before it is on the disk.

While one group of turns is written, those that arrive wait, and become the next group: a lone message never
waits for company, and under load the cost of a commit is shared. One thread plays all turns, so that SQLite
has one writer and each conversation keeps its order. See `design/DELIVERY.md`.

A message that comes again is recognised, and answered from what is saved: the reply to a turn is a
function of the saved state, so none is ever queued on disk.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Protocol, Self, cast

from msgspec.structs import replace

from bot import hearing
from bot.clock import Clock
from bot.contacts import SHIPPED, Contacts
from bot.errors import StoppingError, TooBusyError
from bot.messages import Address, Decision, Desk, Incoming, Outcome, Reply, Returned
from bot.playing import Glance, Played, Player, Result, Task
from bot.returning import Doorkeeper
from storage.unit_of_work import Storage

GROUP = 256  # turns in one transaction
WAITING = 4096  # turns that may wait; more are refused, so that the channel holds them back


class Watch(Protocol):
    """Is told of every group that was played."""

    def played(self, results: Sequence[Result], seconds: Sequence[float]) -> None:
        """What came of each turn of a group, and the seconds from taking it to the commit."""


class Decides(Protocol):
    """Does what takes longer than a turn, and no conversation needs to know: `bot.services.deciding`."""

    def decide(self, address: Address, decision: Decision) -> Desk | None:
        """What came of it, to be read; None for whom it is a word like any other."""


class Unwatched:
    """Nobody looks."""

    def played(self, results: Sequence[Result], seconds: Sequence[float]) -> None:
        """Nothing to do."""


class TurnLoop:
    """Plays turns: `async with TurnLoop(storage, clock) as turns: reply = await turns.play(incoming)`.

    Leaving the block plays what waits and refuses what comes later.
    """

    def __init__(
        self,
        storage: Storage,
        clock: Clock,
        *,
        group: int = GROUP,
        waiting: int = WAITING,
        watch: Watch | None = None,
        announce: Callable[[tuple[bytes, ...]], None] | None = None,
        contacts: Contacts = SHIPPED,
        decides: Decides | None = None,
    ) -> None:
        """`contacts`: whom to call when someone is at risk. `decides`: without it, nothing is decided in a chat.

        `announce` is called with the notices that wait to be sent since a commit; it must not block. Without it they
        wait in the database until somebody looks for them.
        """
        self.contacts = contacts
        self._player = Player(storage, clock, contacts)
        self._doorkeeper = Doorkeeper(storage, clock)
        self._decides = decides
        self._aside = ThreadPoolExecutor(2, thread_name_prefix="aside")  # for what keeps nobody from playing
        self._watch = watch or Unwatched()
        self._announce = announce
        self._group = group
        self._limit = waiting
        self._waiting: deque[tuple[Task, asyncio.Future[Outcome | None], float]] = deque()
        self._thread: ThreadPoolExecutor | None = None
        self._draining: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="turns")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        thread, self._thread = self._thread, None
        if self._draining is not None:
            await self._draining
        if thread is not None:
            thread.shutdown()
            self._player.close()
        self._aside.shutdown()

    @property
    def queued(self) -> int:
        """How many turns wait."""
        return len(self._waiting)

    async def play(self, incoming: Incoming) -> Reply:
        """Play one message in a known audit and form; what it leads to is on the disk before this returns.

        Raises UnknownAuditError, UnknownFormError, AuditClosedError; TooBusyError and StoppingError when
        it was not taken; UnavailableError when the database cannot be reached: nothing was changed.
        """
        return cast("Reply", await self._enter(incoming))

    async def hear(self, incoming: Incoming) -> Outcome:
        """Play one message of a chat. Raises as `play` does; NowhereError, UnknownInvitationError; and as
        `Doorkeeper.open` does, when somebody comes with a receipt.
        """
        code = hearing.receipt(incoming.said)
        if code is not None:
            incoming = replace(incoming, said=await self.returned(code))
        decision = hearing.decision(incoming.said)
        decided = await self._decided(incoming.address, decision) if decision is not None else None
        if decided is not None:
            return decided
        return cast("Outcome", await self._enter(incoming))

    async def returned(self, code: str) -> Returned:
        """What a receipt, as it was typed, leads to. Takes a while, but keeps nobody from playing."""
        return Returned(
            await asyncio.get_running_loop().run_in_executor(self._aside, self._doorkeeper.open, code)
        )

    async def _decided(self, address: Address, decision: Decision) -> Desk | None:
        if self._decides is None:
            return None
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._aside, self._decides.decide, address, decision)

    async def show(self, address: Address, audit: str, form: str, case: bytes = b"") -> Reply | None:
        """What is waiting for this person, or None when they never began. Raises as `play` does."""
        return cast("Reply | None", await self._enter(Glance(address, audit, form, case)))

    def _enter(self, task: Task) -> asyncio.Future[Outcome | None]:
        if self._thread is None:
            raise StoppingError
        if len(self._waiting) >= self._limit:
            raise TooBusyError
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Outcome | None] = loop.create_future()
        self._waiting.append((task, future, time.perf_counter()))
        if self._draining is None:
            self._draining = loop.create_task(self._drain(self._thread))
        return future

    async def _drain(self, thread: ThreadPoolExecutor) -> None:
        """Play what waits, group by group, until nothing does."""
        try:
            await asyncio.sleep(0)  # whoever writes in the same moment comes along
            while self._waiting:
                size = min(self._group, len(self._waiting))
                tasks, futures, since = zip(*(self._waiting.popleft() for _ in range(size)), strict=True)
                try:
                    played = await self._group_of(thread, tasks)
                except BaseException:
                    _abandon(futures)
                    raise
                _resolve(futures, played.results)
                now = time.perf_counter()
                self._watch.played(played.results, [now - start for start in since])
        finally:
            self._draining = None

    async def _group_of(self, thread: ThreadPoolExecutor, tasks: Sequence[Task]) -> Played:
        played = await asyncio.get_running_loop().run_in_executor(thread, self._player.play, tasks)
        if played.notices and self._announce is not None:
            self._announce(played.notices)
        return played


def _resolve(futures: Sequence[asyncio.Future[Outcome | None]], results: Sequence[Result]) -> None:
    for future, result in zip(futures, results, strict=True):
        if future.done():  # whoever asked has gone
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)


def _abandon(futures: Sequence[asyncio.Future[Outcome | None]]) -> None:
    for future in futures:
        future.cancel()
