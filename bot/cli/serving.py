"""Serves the example audit. Apart from its command, because what it needs takes a second to import."""

from __future__ import annotations

import asyncio
import gc
import shutil
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
import uvicorn
from starlette.applications import Starlette

from bot.cli.demo import HOST
from bot.cli.trouble import Trouble
from bot.clock import SystemClock
from bot.services.example import play_example
from bot.turns import TurnLoop
from bot.web import create_app
from storage.errors import StorageError
from storage.unit_of_work import Storage

_DATABASE, _UNFINISHED, _KEY = "database", "database.new", "keys/candour.key"


def serve(folder: Path, listening: socket.socket) -> None:
    """Serve the example on a socket until Ctrl-C. Raises `Trouble` when the folder cannot be used."""
    try:
        asyncio.run(_serve(folder, listening))
    except StorageError as error:
        raise Trouble(str(error)) from error
    except OSError as error:
        raise Trouble(f"The folder “{folder}” cannot be used: {error.strerror or error}.") from error


async def _serve(folder: Path, listening: socket.socket) -> None:
    clock = SystemClock()
    await _prepare(folder, clock)
    storage = Storage.open(folder / _DATABASE, folder / _KEY)
    try:
        async with TurnLoop(storage, clock) as turns:
            app = create_app(storage, turns, clock, host=HOST, demo=True)
            address = f"http://{HOST}:{listening.getsockname()[1]}"
            typer.echo(
                f"Candour is ready: {address}\nAll people and answers in it are made up. Stop with Ctrl-C."
            )
            keep_what_start_made()
            await _Server(app).serve(sockets=[listening])
    finally:
        storage.close()


def keep_what_start_made() -> None:
    """Spare the garbage collector everything that was made so far: modules, forms, routes stay to the end."""
    gc.collect()
    gc.freeze()


async def _prepare(folder: Path, clock: SystemClock) -> None:
    """Fill a fresh database with the example, unless the folder has one: all of it or, after a crash, none."""
    if (folder / _DATABASE).exists():
        typer.echo(f"Going on with the example in {folder}.")
        return
    unfinished = folder / _UNFINISHED
    if unfinished.exists():
        shutil.rmtree(unfinished)
    typer.echo("Playing the interviews of the example …")
    storage = Storage.open(unfinished, folder / _KEY)
    try:
        await play_example(storage, clock)
    finally:
        storage.close()
    unfinished.rename(folder / _DATABASE)


class _Server(uvicorn.Server):
    """A server that ends when asked to, and lets us put things away afterwards."""

    def __init__(self, app: Starlette) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=5,
            )
        )

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on Ctrl-C and on SIGTERM; uvicorn's own version would send the signal on and end us at once."""
        loop = asyncio.get_running_loop()
        caught = (signal.SIGINT, signal.SIGTERM)
        for one in caught:
            loop.add_signal_handler(one, self._end)
        try:
            yield
        finally:
            for one in caught:
                loop.remove_signal_handler(one)

    def _end(self) -> None:
        self.should_exit = True
