"""A process that plays interviews until it is killed: `python -m tests.bot.answering FOLDER PEOPLE`.

It reads from standard input what was acknowledged before, as JSON: {person: turns}. Each of its lines on standard
output says "person turns" after a reply that is new. Every turn is sent twice, and the last acknowledged one comes
again first: what a channel does that never heard of the acknowledgement.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from bot.clock import SystemClock
from bot.turns import TurnLoop
from dialogues.moves import Move
from tests.bot.stories import message, opened, whole


def moves_of(person: int) -> list[Move]:
    """What each says is their own."""
    role = ("care", "nurse")[person % 2]
    listened = ("disagree", "unsure", "agree")[person % 3]
    return whole(role, listened, str(person), f"I am number {person}.")


async def _answer(turns: TurnLoop, person: int, done: int) -> None:
    moves = moves_of(person)
    for number in range(max(0, done - 1), len(moves)):
        incoming = message(f"p{person}", f"u{number}", moves[number])
        await asyncio.gather(turns.play(incoming), turns.play(incoming))
        if number >= done:
            os.write(1, f"{person} {number + 1}\n".encode())


async def _main(folder: Path, people: int, done: dict[str, int]) -> None:
    storage = opened(folder)
    async with TurnLoop(storage, SystemClock(), group=8) as turns:
        await asyncio.gather(*(_answer(turns, person, done.get(str(person), 0)) for person in range(people)))
    storage.close()


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), int(sys.argv[2]), json.load(sys.stdin)))
