"""A bot behind a webhook: it notes what was posted to it and answers as a test wants."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web


class Receiver:
    """What came, in order, and what is answered: `answers` one after the other, then 200.

    While `free` is not set, nobody is answered.
    """

    def __init__(self) -> None:
        self.url = ""
        self.updates: list[dict[str, Any]] = []
        self.secrets: list[str | None] = []
        self.answers: deque[web.Response] = deque()
        self.at_once = 0
        self.most_at_once = 0
        self.free = asyncio.Event()
        self.free.set()
        self._came = asyncio.Condition()

    @property
    def ids(self) -> list[int]:
        """The update ids, in the order they came."""
        return [update["update_id"] for update in self.updates]

    async def receive(self, request: web.Request) -> web.Response:
        """One post."""
        update = json.loads(await request.read())
        async with self._came:
            self.updates.append(update)
            self._came.notify_all()
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.free.wait()
        finally:
            self.at_once -= 1
        return self.answers.popleft() if self.answers else web.Response()

    async def has_come(self, number: int) -> None:
        """Wait until so many updates were posted, for 5 s at most."""
        async with asyncio.timeout(5), self._came:
            await self._came.wait_for(lambda: len(self.updates) >= number)


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver on a free loopback port."""
    receiver = Receiver()
    application = web.Application()
    application.router.add_post("/hook", receiver.receive)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        receiver.url = f"http://{host}:{port}/hook"
        yield receiver
    finally:
        await runner.cleanup()
