"""Processes that kill themselves at a statement: `python -m tests.journeys.dying`, which is forked for each of them.

It reads orders, one JSON object a line: what to do in which database, and at which step to die. A step is a statement
that begins or has ended, a commit that begins, or a connection that is given back right after one. Its answer is the
exit code, negative when a signal ended it.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from bot.channels.memory import CHANNEL
from bot.messages import Address, Incoming, Words
from bot.services import auditing, keeping
from bot.turns import TurnLoop
from storage.receipts import QUICK
from storage.unit_of_work import Storage
from tests.bot.stories import AUDIT, clock
from tests.epochs import epochs_in

ROOT = Path(__file__).parents[2]
HANDS_IN = "the update with which somebody hands in"
PERSON = "ann"


def opened(folder: Path, url: str) -> Storage:
    """The storage in this folder, or at this address with the key in the folder."""
    return Storage.open(folder / "data", folder / "candour.key", url, cost=QUICK, epochs=epochs_in(folder))


def submit(storage: Storage) -> object:
    """Hand in what somebody has answered. Always the same update."""

    async def turn() -> object:
        async with TurnLoop(storage, clock()) as turns:
            said = Words("Hand in my answers")
            return await turns.hear(Incoming(Address(CHANNEL, PERSON), "", "", HANDS_IN, said))

    return asyncio.run(turn())


def close(storage: Storage) -> object:
    """Close the audit."""
    return auditing.close_audit(storage, AUDIT, clock())


def flush(storage: Storage) -> None:
    """Mix what waits, before the audit is closed."""
    keeping.flush_early(storage)


_DEEDS: dict[str, Callable[[Storage], object]] = {"submit": submit, "close": close, "flush": flush}


def _die_at(engine: Engine, step: int) -> None:
    """Kill this process at the step of this number."""
    steps = count()

    def one_step(*_: object) -> None:
        if next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def looks_on(connection: Any, *_: object) -> None:
        connection.set_trace_callback(one_step)  # sees what goes past SQLAlchemy, and what VACUUM does within

    if engine.dialect.name == "sqlite":
        event.listen(engine, "checkout", looks_on)
    else:
        event.listen(engine, "before_cursor_execute", one_step)
        event.listen(engine, "commit", one_step)
    event.listen(engine, "reset", one_step)  # the transaction has ended


def _live(order: dict[str, Any]) -> None:
    """Do what was ordered, and die on the way."""
    storage = opened(Path(order["folder"]), order["url"])
    _die_at(storage.database.engine, order["step"])
    _DEEDS[order["deed"]](storage)


def _tend() -> None:
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            try:
                _live(json.loads(line))
                os._exit(0)
            finally:
                os._exit(1)  # never go on as a second one of us
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


class Mortals:
    """Gives the orders."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def does(self, deed: str, folder: Path, url: str, step: int) -> bool:
        """Whether it died at this step. False: it has no such step, and came to its end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"deed": deed, "folder": str(folder), "url": url, "step": step}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        assert code in {0, -signal.SIGKILL}
        return code != 0


@contextmanager
def mortals() -> Iterator[Mortals]:
    """A process that is forked for each order, until the end of the block."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.journeys.dying"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Mortals(process)
        assert process.stdin is not None
        process.stdin.close()


if __name__ == "__main__":
    _tend()
