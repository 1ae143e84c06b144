"""Serving an application on a socket, until this process is told to stop."""

from __future__ import annotations

import asyncio
import errno
import gc
import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

GRACE = 10  # seconds for what is being answered when we are told to stop


class PortTakenError(OSError):
    """Another program listens on this port."""


@contextmanager
def listen(host: str, port: int) -> Iterator[socket.socket]:
    """A socket on the port, taken before anything else is done. Raises PortTakenError, OSError."""
    family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    # The protocol is named, else asyncio leaves Nagle's algorithm on: 40 ms for each answer.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(address)
            listening.listen(1024)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortTakenError(*error.args) from error
            raise
        yield listening


class Server(uvicorn.Server):
    """Serves until `stop`, then lets us put things away. Signals are left to whoever starts it."""

    def __init__(self, app: Starlette, *, proxies: Sequence[str] = ()) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="off",
                proxy_headers=bool(proxies),
                forwarded_allow_ips=list(proxies),
                timeout_graceful_shutdown=GRACE,
            )
        )

    def stop(self) -> None:
        """Take no more requests; those that were begun are answered."""
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone: uvicorn's own version would send them on and end us at once."""
        yield


@contextmanager
def told_to_stop() -> Iterator[asyncio.Event]:
    """Is set when this process is told to stop: by Ctrl-C or SIGTERM."""
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    caught = (signal.SIGINT, signal.SIGTERM)
    for one in caught:
        loop.add_signal_handler(one, told.set)
    try:
        yield told
    finally:
        for one in caught:
            loop.remove_signal_handler(one)


def keep_what_start_made() -> None:
    """Spare the garbage collector everything that was made so far: modules, forms, routes stay to the end."""
    gc.collect()
    gc.freeze()
