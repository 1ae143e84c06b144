"""Where Telegram posts updates. It gets its 200 when the update is on the disk; until then it keeps it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from bot.errors import TurnError
from bot.web.gate import EVERYONE, Door
from storage.errors import UnavailableError

PATH = "/telegram"
MOST_BYTES = 1024 * 1024  # of one update; Telegram's are far smaller
AGAIN = 2  # seconds after which we ask for an update again that we could not take

Deliver: TypeAlias = Callable[[bytes], Awaitable[None]]
IsOurs: TypeAlias = Callable[[str], bool]


def route(deliver: Deliver, is_ours: IsOurs) -> Door:
    """`POST /telegram`. `is_ours` says whether the secret that came with an update is the one we gave Telegram."""

    async def take(request: Request) -> Response:
        if not is_ours(request.headers.get("x-telegram-bot-api-secret-token", "")):
            return Response(status_code=403)
        body = await _read(request)
        if body is None:
            return Response(status_code=413)
        try:
            await deliver(body)
        except (TurnError, UnavailableError):
            return Response(status_code=503, headers={"retry-after": str(AGAIN)})
        return Response(status_code=200)

    return Door(PATH, take, EVERYONE, ["POST"])


async def _read(request: Request) -> bytes | None:
    """The body, or None when it is too long."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)
