"""Candour with two workers on PostgreSQL: processes of their own, to which updates are handed over in turn.

Nobody belongs to a worker: each next message of a person goes to the other one. A message and its reply travel over
a socket, as they would through a reverse proxy.
"""

from __future__ import annotations

import asyncio
import re
import struct
import sys
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path

from bot.serving import keep_what_start_made
from dialogues import library
from dialogues.form import Form
from dialogues.moves import Begin
from tests.benchmarks.letters import FIRST_CHAT, Said
from tests.benchmarks.ours import AUDIT, Candour, open_audit, storage_in, tap
from tests.benchmarks.people import Step
from tests.postgres import server

WORKERS = 2
STARTS_WITHIN = 30.0  # seconds
_LENGTH = struct.Struct(">I")
_CHAT = re.compile(rb'"chat":{"id":([0-9]+)')


class CandourWorkers:
    """Hands updates to the workers, and keeps the last message of each chat."""

    def __init__(self, form: Form, folder: Path) -> None:
        self._form, self._folder = form, folder
        self._stack = ExitStack()
        self._last: dict[int, bytes] = {}
        self.replies = 0

    @property
    def submitted(self) -> int:
        """Responses in the pool."""
        with self._storage.reading() as work:
            return work.answers.waiting(AUDIT)

    async def start(self, people: int) -> None:
        """Start PostgreSQL and the workers."""
        url = self._stack.enter_context(server()).fresh()
        self._storage = storage_in(self._folder, url)
        open_audit(self._storage, self._form, people)
        self._workers = [await self._hire(url, number) for number in range(WORKERS)]
        self._turns = cycle(self._workers)

    async def _hire(self, url: str, number: int) -> _Line:
        socket = self._folder / f"{number}.sock"
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", __name__, str(self._folder), url, str(socket)
        )
        async with asyncio.timeout(STARTS_WITHIN):
            while not socket.exists():  # noqa: ASYNC110 - a worker that is starting sends no event
                await asyncio.sleep(0.02)
        return _Line(process, *await asyncio.open_unix_connection(str(socket)))

    def said(self, number: int, step: Step) -> Said:
        """The button in the last message that this person was sent, or what they type."""
        if isinstance(step.move, Begin):
            return Said(text=f"/start {AUDIT}")
        return tap(self._last.get(FIRST_CHAT + number, b""), step)

    async def feed(self, update: bytes) -> None:
        """To the worker whose turn it is."""
        self._last[_chat(update)] = await next(self._turns).ask(update)
        self.replies += 1

    async def stop(self) -> None:
        """Put all away."""
        for worker in self._workers:
            await worker.close()
        self._storage.close()
        self._stack.close()


class _Line:
    """The line to a worker: it answers in the order in which it is asked."""

    def __init__(
        self, process: asyncio.subprocess.Process, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._process, self._reader, self._writer = process, reader, writer
        self._waiting: dict[int, asyncio.Future[bytes]] = {}
        self._number = 0
        self._reading = asyncio.create_task(self._read())

    async def ask(self, update: bytes) -> bytes:
        """What is sent in reply."""
        self._number += 1
        reply: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting[self._number] = reply
        self._writer.write(_LENGTH.pack(len(update)) + _LENGTH.pack(self._number) + update)
        return await reply

    async def _read(self) -> None:
        while True:
            number, reply = await _take(self._reader)
            self._waiting.pop(number).set_result(reply)

    async def close(self) -> None:
        """Let the worker go."""
        self._reading.cancel()
        self._writer.close()
        await asyncio.wait_for(self._process.wait(), STARTS_WITHIN)


async def _take(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readexactly(2 * _LENGTH.size)
    (length,), (number,) = _LENGTH.unpack(head[:4]), _LENGTH.unpack(head[4:])
    return number, await reader.readexactly(length)


def _chat(update: bytes) -> int:
    found = _CHAT.search(update)
    assert found
    return int(found.group(1))


async def _work(folder: Path, url: str, socket: Path) -> None:
    """A worker, until its line is closed."""
    candour = Candour(library.shipped("staff-culture"), folder, url)
    await candour.attend()
    closed = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.TaskGroup() as tasks:
            while True:
                try:
                    number, update = await _take(reader)
                except asyncio.IncompleteReadError:
                    break
                tasks.create_task(answer(writer, number, update))
        closed.set()

    async def answer(writer: asyncio.StreamWriter, number: int, update: bytes) -> None:
        before = candour.replies
        await candour.feed(update)
        assert candour.replies > before
        reply = candour.last(_chat(update))
        writer.write(_LENGTH.pack(len(reply)) + _LENGTH.pack(number) + reply)

    keep_what_start_made()
    listening = await asyncio.start_unix_server(serve, str(socket))
    await closed.wait()
    listening.close()
    await candour.stop()


if __name__ == "__main__":
    asyncio.run(_work(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])))
