"""`candour demo`: an example audit on this machine, in a browser."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
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
    from bot.cli.example import serve  # noqa: PLC0415 - takes a second, which no other command should wait for
    from bot.serving import PortTakenError, listen  # noqa: PLC0415 - the same

    with ExitStack() as stack:
        try:
            listening = stack.enter_context(listen(HOST, port))
        except PortTakenError as error:
            raise Trouble(
                f"Port {port} is taken by another program. Choose another one: candour demo --port {port + 1}"
            ) from error
        except OSError as error:
            raise Trouble(f"Port {port} cannot be used: {error.strerror}.") from error
        folder = data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="candour-")))
        serve(folder, listening)
    typer.echo("Candour has stopped." + ("" if data else " The example data are gone."))
