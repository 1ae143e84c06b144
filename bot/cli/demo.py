"""`candour demo`: an example audit on this machine, in a browser."""

from __future__ import annotations

import asyncio
import errno
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from starlette.applications import Starlette

from bot.cli.trouble import Trouble
from bot.clock import SystemClock
from bot.services.example import play_example
from bot.turns import TurnLoop
from bot.web import create_app
from storage.errors import StorageError
from storage.unit_of_work import Storage

HOST = "127.0.0.1"
_DATABASE, _UNFINISHED, _KEY = "database", "database.new", "keys/candour.key"


def demo(
    port: Annotated[int, typer.Option(help="The port on this machine.", min=1, max=65535)] = 8000,
    data: Annotated[
        Path | None, typer.Option(help="Keep the example in this folder, and go on with it the next time.")
    ] = None,
) -> None:
    """Open a synthetic example audit and serve it on this machine. Stop with Ctrl-C."""
    with ExitStack() as stack:
        listening = stack.enter_context(_listen(port))
        folder = data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="candour-")))
        try:
            asyncio.run(_serve(folder, listening))
        except StorageError as error:
            raise Trouble(str(error)) from error
        except OSError as error:
            raise Trouble(f"The folder “{folder}” cannot be used: {error.strerror or error}.") from error
    typer.echo("Candour has stopped." + ("" if data else " The example data are gone."))


@contextmanager
def _listen(port: int) -> Iterator[socket.socket]:
    """A socket on the port, taken before anything else is done."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    with listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, port))
            listening.listen()
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Trouble(
                    f"Port {port} is taken by another program. Choose another one: candour demo --port {port + 1}"
                ) from error
            raise Trouble(f"Port {port} cannot be used: {error.strerror}.") from error
        yield listening


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
            await _Server(app).serve(sockets=[listening])
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
