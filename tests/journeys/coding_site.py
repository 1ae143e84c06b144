"""A site with words to code, findings and a plan, in a process of its own, for browsers: prints its port."""

from __future__ import annotations

import asyncio
import socket
import sys
from pathlib import Path

import uvicorn

from bot.clock import SetClock
from bot.turns import TurnLoop
from bot.web import create_app
from tests.bot import coded, planned
from tests.bot.test_coding import NOW


async def serve(folder: Path) -> None:
    """Serve until this process is ended; whoever comes is the lead."""
    storage, clock = coded.open_storage(folder), SetClock(NOW)
    coded.fill(storage, clock)
    planned.fill(storage, coded.AUDIT)
    listening = socket.create_server(("127.0.0.1", 0))
    print(listening.getsockname()[1], flush=True)
    async with TurnLoop(storage, clock) as turns:
        app = create_app(storage, turns, clock, demo=True)
        await uvicorn.Server(uvicorn.Config(app, log_level="warning")).serve(sockets=[listening])


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
