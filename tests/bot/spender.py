"""A worker process for `test_slip_once.py`: many people hand in, at once, with one slip.

python -m tests.bot.spender FOLDER URL NAME PEOPLE CODE
It prints `ready`, waits for a line, and prints how many were counted and how many were told that they were not.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from pathlib import Path

from bot.errors import SlipSpentError
from bot.messages import Address, Enter, Incoming
from bot.turns import TurnLoop
from dialogues.moves import Answer, Begin, Move, Submit
from storage.unit_of_work import Storage
from tests.bot.stories import AUDIT, clock
from tests.epochs import epochs_in

FORM = "one"


async def says(turns: TurnLoop, person: str, said: Move | Enter) -> str:
    """What one person does; what came of it."""
    try:
        await turns.play(Incoming(Address("web", person), AUDIT, FORM, "", said))
    except SlipSpentError:
        return "told"
    return "counted"


async def come(turns: TurnLoop, person: str, code: str) -> None:
    """From the slip to the last question."""
    for said in (Enter(code), Begin(), Answer("It was cold.")):
        await says(turns, person, said)


async def hand_in(turns: TurnLoop, people: list[str]) -> Counter[str]:
    """All at once."""
    return Counter(await asyncio.gather(*(says(turns, person, Submit()) for person in people)))


async def main(folder: Path, url: str, name: str, count: int, code: str) -> None:
    """Come, wait for the word, hand in."""
    storage = Storage.open(folder / "data", folder / "candour.key", url, epochs=epochs_in(folder))
    people = [f"{name}-{number}" for number in range(count)]
    async with TurnLoop(storage, clock()) as turns:
        for person in people:
            await come(turns, person, code)
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        came = await hand_in(turns, people)
    print(came["counted"], came["told"], flush=True)
    storage.close()


if __name__ == "__main__":
    folder, url, name, count, code = sys.argv[1:]
    asyncio.run(main(Path(folder), url, name, int(count), code))
