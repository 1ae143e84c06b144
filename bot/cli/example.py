"""Serves the example audit. Apart from its command, because what it needs takes a second to import."""

from __future__ import annotations

import asyncio
import shutil
import socket
from pathlib import Path

import typer

from bot.cli.demo import HOST
from bot.cli.trouble import Trouble
from bot.clock import SystemClock
from bot.contacts import Contacts, of_nation
from bot.services.example import play_example
from bot.serving import Server, keep_what_start_made, told_to_stop
from bot.turns import TurnLoop
from bot.web import create_app
from bot.web.operations import Checks, needs, routes
from reports.hours import Nation
from storage.epochs import Epochs, InFolder
from storage.errors import StorageError
from storage.receipts import QUICK
from storage.unit_of_work import Storage

# Where Rowan House would be; an example needs no fresh check.
_IN_ENGLAND = Contacts(of_nation(Nation.ENGLAND), nation=Nation.ENGLAND)
_DATABASE, _UNFINISHED, _KEY = "database", "database.new", "keys/candour.key"
_DAYS = "keys/days"  # on the disk, unlike in earnest: everybody is made up, and the example goes on after a restart


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
    days = Epochs(InFolder(folder / _DAYS))
    storage = Storage.open(folder / _DATABASE, folder / _KEY, epochs=days)
    try:
        async with TurnLoop(storage, clock, contacts=_IN_ENGLAND) as turns:
            app = create_app(storage, turns, clock, host=HOST, demo=True, more=routes(Checks(needs(storage))))
            address = f"http://{HOST}:{listening.getsockname()[1]}"
            typer.echo(
                f"Candour is ready: {address}\nAll people and answers in it are made up. Stop with Ctrl-C."
            )
            keep_what_start_made()
            server = Server(app)
            with told_to_stop() as told:
                serving = asyncio.create_task(server.serve(sockets=[listening]))
                await told.wait()
                server.stop()
                await serving
    finally:
        storage.close()


async def _prepare(folder: Path, clock: SystemClock) -> None:
    """Fill a fresh database with the example, unless the folder has one: all of it or, after a crash, none."""
    if (folder / _DATABASE).exists():
        typer.echo(f"Going on with the example in {folder}.")
        return
    unfinished = folder / _UNFINISHED
    if unfinished.exists():
        shutil.rmtree(unfinished)
    typer.echo("Playing the interviews of the example …")
    storage = Storage.open(unfinished, folder / _KEY, cost=QUICK)
    try:
        await play_example(storage, clock)
    finally:
        storage.close()
    unfinished.rename(folder / _DATABASE)
