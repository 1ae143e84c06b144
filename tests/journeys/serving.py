"""A whole site in a process of its own: `python -m tests.journeys.serving FOLDER COLLEAGUES [ROLE]`; prints its port.

So many colleagues have answered already; each of them chose the second choice of every question. With a role,
people must sign in, and the code of somebody with this role is printed too.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from pathlib import Path

import uvicorn

from bot.clock import Clock, SetClock, SystemClock
from bot.messages import Address, Incoming, Reply
from bot.services import appointing
from bot.turns import TurnLoop
from bot.web import create_app
from dialogues.moves import Answer, Begin, Move, Skip, Submit
from dialogues.prompts import Ask
from tests.bot.website import AUDIT, NOW, opened

MOST_TURNS = 80


async def play(turns: TurnLoop, number: int) -> None:
    """One colleague's interview."""
    address = Address("colleague", str(number))
    move: Move = Begin()
    for turn in range(MOST_TURNS):
        reply = await turns.play(Incoming(address, AUDIT, "staff-culture", str(turn), move))
        following = next_move(reply)
        if following is None:
            return
        move = following
    raise RuntimeError("An interview did not come to its end.")


def next_move(reply: Reply) -> Move | None:
    """Agree to take part; choose the second choice; write nothing; hand in."""
    if not reply.prompts or reply.interview.state.value == "submitted":
        return None
    match reply.prompts[-1]:
        case Ask(consent=True, turn=turn):
            return Answer("yes", turn=turn)
        case Ask(options=options, turn=turn) if options:
            return Answer(options[1].value, turn=turn)
        case Ask(turn=turn):
            return Skip(turn=turn)
        case _:
            return Submit()


async def serve(folder: Path, colleagues: int, role: str = "") -> None:
    """Serve until this process is ended. Where people sign in, time goes on."""
    storage = opened(folder)
    clock: Clock = SystemClock() if role else SetClock(NOW)
    listening = socket.create_server(("127.0.0.1", 0))
    async with TurnLoop(storage, clock) as turns:
        for number in range(colleagues):
            await play(turns, number)
        app = create_app(storage, turns, clock, demo=not role)
        if role:
            print(appointing.appoint(storage, AUDIT, role, "Ann Example")[1].code)
        print(listening.getsockname()[1], flush=True)
        config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
        await uvicorn.Server(config).serve(sockets=[listening])
    storage.close()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:]))
