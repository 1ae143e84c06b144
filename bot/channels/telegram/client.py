"""Calls of the Bot API, through python-telegram-bot's network layer, without its objects.

Making and parsing its objects costs more than a whole turn; and what is not decoded cannot be logged.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self, cast

import httpx
import msgspec
from msgspec import Struct
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, HTTPXRequest, RequestData

from bot.channels.telegram import updates
from bot.channels.telegram.updates import Update
from dialogues.wordless import Wordless

os.environ.setdefault(
    "PTB_TIMEDELTA", "true"
)  # python-telegram-bot's way to say that we know of its change to timedelta
_JSON = {"content-type": "application/json"}
_CONNECT = 10.0  # seconds to reach Telegram
_LONGER = 10.0  # seconds that a call may take beyond what it waits for by itself
_encode = msgspec.json.Encoder().encode


class _Parameterised(Struct):
    """The `parameters` of a refusal."""

    retry_after: int | None = None
    migrate_to_chat_id: int | None = None


class _Batch(Struct):
    """An answer of Telegram to `getUpdates`."""

    ok: bool = False
    result: tuple[msgspec.Raw, ...] = ()
    description: str = ""
    parameters: _Parameterised | None = None


_batch = msgspec.json.Decoder(_Batch)
_answer = msgspec.json.Decoder(dict[str, Any])


class _Parts(Wordless, frozen=True):
    """Parameters of which some are files. It has no repr: they are somebody's."""

    fields: dict[str, str]
    files: dict[str, tuple[str, bytes]]


class Requests(HTTPXRequest):
    """python-telegram-bot's network layer, with JSON as the body: a form would double the work of a keyboard."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: object = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        *_timeouts: object,
        **_more_timeouts: object,
    ) -> tuple[int, bytes]:
        """Status and body of the answer. JSON or parts go. Raises TimedOut, NetworkError; neither names the URL."""
        seconds = (
            self.read_timeout if isinstance(read_timeout, type(BaseRequest.DEFAULT_NONE)) else read_timeout
        )
        timeout = httpx.Timeout(_CONNECT, read=seconds)
        try:
            if isinstance(request_data, _Parts):
                answer = await self._client.request(
                    method, url, timeout=timeout, data=request_data.fields, files=request_data.files
                )
            else:
                content = request_data if isinstance(request_data, bytes) else None
                answer = await self._client.request(
                    method, url, headers=_JSON, timeout=timeout, content=content
                )
        except httpx.TimeoutException:
            raise TimedOut from None
        except httpx.HTTPError as trouble:
            raise NetworkError(type(trouble).__name__) from None
        return answer.status_code, answer.content

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer as the network layer wants it."""
        try:
            return _answer.decode(payload)
        except msgspec.DecodeError:
            raise NetworkError("Telegram's answer could not be read.") from None


class _Intake(Requests):
    """Reads updates, and of them only what is kept."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer as the network layer wants it."""
        try:
            batch = _batch.decode(payload)
            found = tuple(updates.decode(bytes(raw)) for raw in batch.result)
        except (ValueError, RecursionError):
            raise NetworkError("Telegram's answer could not be read.") from None
        refused = msgspec.structs.asdict(batch.parameters) if batch.parameters else {}
        return {
            "ok": batch.ok,
            "result": found,
            "description": batch.description,
            "parameters": {name: value for name, value in refused.items() if value},
        }


class Client:
    """`async with Client(token, api) as client: await client.call("getMe")`. It has no repr: it knows the token."""

    def __init__(
        self, token: str, api: str = "https://api.telegram.org", requests: BaseRequest | None = None
    ) -> None:
        self._calls = f"{api.rstrip('/')}/bot{token}/"
        self._files = f"{api.rstrip('/')}/file/bot{token}/"
        self._requests = requests or Requests(connection_pool_size=64, pool_timeout=30.0, read_timeout=20.0)
        self._intake = _Intake(connection_pool_size=1)
        self.username = ""  # of our bot, once Telegram has said it: see `learn_name`

    def __repr__(self) -> str:
        return "Client()"

    async def __aenter__(self) -> Self:
        await self._requests.initialize()
        await self._intake.initialize()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._requests.shutdown()
        await self._intake.shutdown()

    async def learn_name(self) -> None:
        """Ask Telegram what our bot is called. Raises telegram.error.TelegramError."""
        self.username = str((await self.call("getMe")).get("username", ""))

    async def call(self, method: str, parameters: Mapping[str, object] | None = None) -> Any:
        """Call a method of the Bot API: its result as JSON. Bytes are a file. Raises telegram.error.TelegramError."""
        return await self._requests.post(self._calls + method, _body(parameters or {}))

    async def updates(self, offset: int | None, *, limit: int, seconds: int) -> tuple[Update, ...]:
        """What has come since `offset`, which acknowledges all before it; waits for so many seconds at most."""
        parameters = {
            "offset": offset or 0,
            "limit": limit,
            "timeout": seconds,
            "allowed_updates": updates.ALLOWED,
        }
        found: Any = await self._intake.post(
            self._calls + "getUpdates", _body(parameters), read_timeout=seconds + _LONGER
        )
        return tuple(found)

    async def fetch(self, file_id: str) -> bytes:
        """The content of a file that somebody sent. Raises telegram.error.TelegramError."""
        found = await self.call("getFile", {"file_id": file_id})
        return await self._requests.retrieve(self._files + str(found.get("file_path", "")), read_timeout=60.0)


def _body(parameters: Mapping[str, object]) -> RequestData:
    """Parameters as JSON, or as parts. The network layer only hands them on to `Requests`, which knows them."""
    files = {name: (name, value) for name, value in parameters.items() if isinstance(value, bytes)}
    if not files:
        return cast("RequestData", _encode(parameters))
    fields = {
        name: value if isinstance(value, str) else _encode(value).decode()
        for name, value in parameters.items()
        if name not in files
    }
    return cast("RequestData", _Parts(fields, files))
