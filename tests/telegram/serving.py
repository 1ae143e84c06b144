"""How the Bot API is served over HTTP, and how a connection breaks without an answer."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from tests.telegram.errors import HungUp, Refused
from tests.telegram.methods.catalogue import NAMES, POLL, perform
from tests.telegram.methods.receiving import Described
from tests.telegram.parameters import read_parameters
from tests.telegram.polling import Polling
from tests.telegram.world import World


def threadsafe(loop: asyncio.AbstractEventLoop, wake: Callable[[], None]) -> Callable[[], None]:
    """The same, callable from any thread: it happens on the loop, a little later."""

    def wake_up() -> None:
        loop.call_soon_threadsafe(wake)

    return wake_up


class Serving(uvicorn.Server):
    """Serves an application until it is told to stop; then at once, for tests start and stop many."""

    def __init__(self, app: Starlette) -> None:
        config = uvicorn.Config(
            app,
            http=_Line,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
        )
        super().__init__(config)
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """End, from any thread."""
        self._loop.call_soon_threadsafe(self._stopped.set)

    async def main_loop(self) -> None:
        await self._stopped.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listening in sockets or []:
            listening.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=1)


class _Line(H11Protocol):
    """A connection that can be cut: by the two addresses it has, which an application knows."""

    _ends: ClassVar[dict[object, Callable[[], None]]] = {}

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # asyncio does so itself only for sockets that were made with their protocol named; without it, every answer
        # waits 40 ms for the acknowledgement of its own header.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._ends[self.server, self.client] = transport.abort

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._ends.pop((self.server, self.client), None)

    @classmethod
    def cut(cls, scope: Scope) -> None:
        """Break the connection a request came on, if it is still there."""
        cls._ends.get((scope["server"], scope["client"]), lambda: None)()


class _HangUp(Response):
    """No answer at all: the connection is cut."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        _Line.cut(scope)
        while (await receive())["type"] != "http.disconnect":
            pass


def application(world: World, polling: Polling) -> Starlette:
    """The Bot API of one bot: calls and files."""

    async def call(request: Request) -> Response:
        if world.faults.down:
            return _HangUp()
        try:
            _check_token(world, request)
            given = await read_parameters(request)
            method: str = request.path_params["method"]
            if NAMES.get(method.lower()) == POLL:
                return _answer(await polling.get_updates(given, partial(_disconnected, request)))
            return _answer(perform(world, method, given))
        except Refused as refused:
            return _refusal(refused)
        except (HungUp, ClientDisconnect):
            return _HangUp()

    async def download(request: Request) -> Response:
        if world.faults.down:
            return _HangUp()
        try:
            _check_token(world, request)
        except Refused as refused:
            return _refusal(refused)
        with world.lock:
            file = world.files.at(request.path_params["path"])
        if file is None:
            return _refusal(Refused(404, "Not Found"))
        return Response(file.content, media_type="application/octet-stream")

    async def nowhere(_: Request, __: Exception) -> Response:
        return _refusal(Refused(404, "Not Found"))

    routes = [
        Route("/bot{token}/{method}", call, methods=["GET", "POST"]),
        Route("/file/bot{token}/{path:path}", download),
    ]
    return Starlette(routes=routes, exception_handlers={404: nowhere})


def _check_token(world: World, request: Request) -> None:
    if request.path_params["token"] != world.token:
        raise Refused(401, "Unauthorized")


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _answer(result: Any) -> Response:
    body = {"ok": True, "result": result}
    if isinstance(result, Described):
        body = {"ok": True, "result": result.result, "description": result.description}
    return Response(msgspec.json.encode(body), media_type="application/json")


def _refusal(refused: Refused) -> Response:
    body: dict[str, Any] = {"ok": False, "error_code": refused.code, "description": refused.description}
    if refused.retry_after is not None:
        body["parameters"] = {"retry_after": refused.retry_after}
    return Response(msgspec.json.encode(body), refused.code, media_type="application/json")
