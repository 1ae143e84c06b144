"""`candour demo`: an example audit on this machine, in a browser."""

from __future__ import annotations

import errno
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.trouble import Trouble

HOST = "127.0.0.1"


def demo(
    port: Annotated[int, typer.Option(help="The port on this machine.", min=1, max=65535)] = 8000,
    data: Annotated[
        Path | None, typer.Option(help="Keep the example in this folder, and go on with it the next time.")
    ] = None,
) -> None:
    """Open a synthetic example audit and serve it on this machine. Stop with Ctrl-C."""
    from bot.cli.serving import serve  # noqa: PLC0415 - takes a second, which no other command should wait for

    with ExitStack() as stack:
        listening = stack.enter_context(_listen(port))
        folder = data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="candour-")))
        serve(folder, listening)
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
