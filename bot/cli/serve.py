"""`candour serve`: the web chat, and Telegram when there is a token, until told to stop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.trouble import Trouble
from reports.hours import local_day

if TYPE_CHECKING:
    import socket

    from bot.contacts import Contacts
    from bot.settings import Settings


def serve(
    check: Annotated[
        bool, typer.Option("--check", help="Only say what is right and what is wrong, and change nothing.")
    ] = False,
) -> None:
    """Serve Candour, by the settings in the environment (docs/running.md). Stop with Ctrl-C or SIGTERM."""
    settings = settings_here()
    if check:
        from bot.cli.checks import look_over  # noqa: PLC0415 - takes a second, which no other command should wait for

        raise typer.Exit(0 if asyncio.run(look_over(settings)) else 1)
    _serve(settings)


def settings_here() -> Settings:
    """The settings of this environment. Raises Trouble that names everything that is wrong with them."""
    from bot.settings import Settings, read  # noqa: PLC0415 - see above

    found = read(os.environ)
    if isinstance(found, Settings):
        return found
    raise Trouble("these settings cannot be used:\n" + "\n".join(f"  - {problem}" for problem in found))


def contacts_of(settings: Settings) -> Contacts:
    """What is shipped, or that with the organisation's own file. Raises Trouble when that cannot be used."""
    from bot import contacts  # noqa: PLC0415 - see above

    found = contacts.SHIPPED if settings.contacts is None else contacts.read(settings.contacts)
    if isinstance(found, contacts.Contacts):
        return found
    raise Trouble("\n".join(found))


def _fresh_contacts(settings: Settings) -> Contacts:
    """The same; raises Trouble too when a number was not checked for so long that it may be wrong."""
    from bot.clock import SystemClock  # noqa: PLC0415 - see above

    found = contacts_of(settings)
    overdue = found.overdue(local_day(SystemClock().now()))
    if overdue:
        raise Trouble(
            "people would be told numbers that may be wrong:\n" + "\n".join(f"  - {each}" for each in overdue)
        )
    return found


def _serve(settings: Settings) -> None:
    from bot import logs  # noqa: PLC0415 - see above
    from bot.app import Sockets, run  # noqa: PLC0415
    from storage.errors import StorageError  # noqa: PLC0415

    contacts = _fresh_contacts(settings)
    logs.set_up(settings.log_level.value)
    with _listen(settings.host, settings.port) as web, _operations(settings) as operations:
        try:
            asyncio.run(run(settings, contacts, Sockets(web, operations), lambda: _say_ready(settings, web)))
        except StorageError as error:
            raise Trouble(str(error)) from error
        except OSError as error:
            raise Trouble(
                f"The folder “{settings.data}” cannot be used: {error.strerror or 'it cannot be reached'}."
            ) from error
    typer.echo("Candour has stopped.")


def _say_ready(settings: Settings, web: socket.socket) -> None:
    address = settings.public_url or f"http://{settings.host}:{web.getsockname()[1]}"
    typer.echo(f"Candour is ready: {address}")
    if settings.telegram is None:
        typer.echo("Telegram is off: CANDOUR_TELEGRAM_TOKEN is not set.")


@contextmanager
def _operations(settings: Settings) -> Iterator[socket.socket | None]:
    if not settings.operations_port:
        yield None
        return
    with _listen(settings.operations_host, settings.operations_port) as listening:
        yield listening


@contextmanager
def _listen(host: str, port: int) -> Iterator[socket.socket]:
    from bot.serving import PortTakenError, listen  # noqa: PLC0415 - see above

    try:
        with listen(host, port) as listening:
            yield listening
    except PortTakenError as error:
        raise Trouble(
            f"Port {port} is taken by another program. Set another one: see docs/running.md."
        ) from error
    except OSError as error:
        raise Trouble(
            f"Port {port} of “{host}” cannot be used: {error.strerror or error}. Look at the hosts and ports set."
        ) from error
