"""For whoever runs Candour and for what watches it: /metrics, /healthz, /readyz. Served on a port of their own.

Alive means that the process answers. Ready means that everything it needs answers too; what does not is named, and
nothing else is said about it here, because whoever can reach the port can read it.
"""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot import logs
from bot.metrics import CONTENT_TYPE, Metrics
from bot.web import guard
from bot.web.gate import EVERYONE, Door
from storage.unit_of_work import Storage

LIMIT: Final = 2.0  # seconds that a check may take
KEEP: Final = 1.0  # seconds for which an answer is given again, so that asking often costs nothing

Check: TypeAlias = Callable[[], str | Awaitable[str | None] | None]
log = logs.logger(__name__)


def needs(storage: Storage) -> dict[str, Check]:
    """What must answer wherever pages are served: the database, and what keeps the keys of the day."""

    def database() -> None:
        with storage.reading() as work:
            work.casework.all()

    def keys() -> None:
        storage.epochs.safe.held()

    return {"database": database, "keys": keys}


class Checks:
    """What must answer before we are ready: for each name a check, which returns None or a sentence that says why not.

    A check may be plain, and is then run in a thread, or async. One that is still running is not begun again.
    """

    def __init__(self, checks: Mapping[str, Check], *, limit: float = LIMIT, keep: float = KEEP) -> None:
        self._checks = [_Checking(name, check, limit) for name, check in checks.items()]
        self._keep = keep
        self._one_at_a_time = asyncio.Lock()
        self._failing: Mapping[str, str] = {}
        self._good_until = -1.0

    async def failing(self) -> Mapping[str, str]:
        """What does not answer now, by name, each with its sentence: for whoever runs Candour, not for the network."""
        async with self._one_at_a_time:
            if time.monotonic() >= self._good_until:
                self._failing = await self._ask()
                self._good_until = time.monotonic() + self._keep
            return self._failing

    async def _ask(self) -> Mapping[str, str]:
        answers = await asyncio.gather(*(checking.answer() for checking in self._checks))
        pairs = zip(self._checks, answers, strict=True)
        return {checking.name: answer for checking, answer in pairs if answer is not None}


class _Checking:
    """One check, its last answer, and its run while that lasts."""

    def __init__(self, name: str, check: Check, limit: float) -> None:
        self.name = name
        self._check = check
        self._limit = limit
        self._late = f"It did not answer within {limit:g} seconds."
        self._running: asyncio.Task[str | None] | None = None
        self._until = 0.0
        self._was_well = True

    async def answer(self) -> str | None:
        """What the check says, or that it takes too long."""
        if self._running is None or self._running.done():  # done after its time: that answer is old
            self._running, self._until = asyncio.create_task(self._run()), time.monotonic() + self._limit
        run, left = self._running, self._until - time.monotonic()
        done, _ = await asyncio.wait({run}, timeout=max(0.0, left))
        answer = run.result() if done and left > 0 else self._late
        self._tell(well=answer is None)
        return answer

    async def _run(self) -> str | None:
        try:
            return await self._called()
        except TimeoutError:
            return self._late
        except Exception as trouble:  # noqa: BLE001 - whatever is broken, that is what it is asked for
            log.warning("check.broke", check=self.name, trouble=trouble)
            return "It failed when it was asked."

    async def _called(self) -> str | None:
        """An async check is ended at the limit; a thread cannot be, so `answer` only stops to wait for it."""
        answer = (
            self._check()
            if inspect.iscoroutinefunction(self._check)
            else await asyncio.to_thread(self._check)
        )
        if isinstance(answer, Awaitable):
            async with asyncio.timeout(self._limit):
                return await answer
        return answer

    def _tell(self, *, well: bool) -> None:
        """Log it when it changed."""
        if well and not self._was_well:
            log.info("check.well_again", check=self.name)
        elif self._was_well and not well:
            log.warning("check.failed", check=self.name)
        self._was_well = well


def create_operations(metrics: Metrics, checks: Checks) -> Starlette:
    """The application for the port of operations. Serve it without a `server` header."""

    async def show_metrics(_request: Request) -> Response:
        return Response(metrics.render(), headers={"content-type": CONTENT_TYPE})

    return Starlette(
        routes=[Route("/metrics", show_metrics), *routes(checks)],
        middleware=[Middleware(guard.Headers)],
    )


def routes(checks: Checks) -> list[BaseRoute]:
    """`/healthz` and `/readyz`, also for the web pages' own port."""

    async def ready(_request: Request) -> Response:
        failing = sorted(await checks.failing())
        said = {"ready": not failing, **({"failing": failing} if failing else {})}
        return JSONResponse(said, 503 if failing else 200)

    return [Door("/healthz", _alive, EVERYONE), Door("/readyz", ready, EVERYONE)]


async def _alive(_request: Request) -> Response:
    return JSONResponse({"alive": True})
