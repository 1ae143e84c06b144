"""The two clients the server is tried with: python-telegram-bot and aiogram, made to speak one language."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Protocol

import aiogram
import telegram
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramAPIError
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from tests.telegram.server import TelegramServer

CLIENTS = ("python-telegram-bot", "aiogram")


class Trouble(Exception):
    """What a client made of a refusal: the name of its exception, Telegram's words in small letters, the wait."""

    def __init__(self, kind: str, words: str, retry_after: float | None) -> None:
        super().__init__(f"{kind}: {words}")
        self.kind = kind
        self.words = words
        self.retry_after = retry_after


class Client(Protocol):
    """A bot's client. Parameters are those of the Bot API, objects as plain values."""

    async def call(self, method: str, **parameters: Any) -> Any:
        """Call a method by its name in this client (`send_message`); raises Trouble."""

    def file(self, name: str, content: bytes) -> Any:
        """A file to be sent."""

    def command(self, name: str, description: str) -> Any:
        """A command for the menu."""

    def private_chats(self) -> Any:
        """The scope of all private chats."""

    async def download(self, file_id: str) -> bytes:
        """Fetch a file; raises Trouble."""


class PythonTelegramBot:
    """`telegram.Bot`: form-urlencoded, objects as JSON in it."""

    def __init__(self, bot: telegram.Bot) -> None:
        self.bot = bot

    async def call(self, method: str, **parameters: Any) -> Any:
        try:
            return await getattr(self.bot, method)(**parameters)
        except TelegramError as trouble:
            raise _trouble(trouble, str(trouble)) from trouble

    def file(self, name: str, content: bytes) -> Any:
        return telegram.InputFile(content, filename=name)

    def command(self, name: str, description: str) -> Any:
        return telegram.BotCommand(name, description)

    def private_chats(self) -> Any:
        return telegram.BotCommandScopeAllPrivateChats()

    async def download(self, file_id: str) -> bytes:
        file = await self.call("get_file", file_id=file_id)
        return bytes(await file.download_as_bytearray())


class Aiogram:
    """`aiogram.Bot`: multipart."""

    def __init__(self, bot: aiogram.Bot) -> None:
        self.bot = bot

    async def call(self, method: str, **parameters: Any) -> Any:
        try:
            return await getattr(self.bot, method)(**parameters)
        except TelegramAPIError as trouble:
            raise _trouble(trouble, trouble.message) from trouble

    def file(self, name: str, content: bytes) -> Any:
        return aiogram.types.BufferedInputFile(content, filename=name)

    def command(self, name: str, description: str) -> Any:
        return aiogram.types.BotCommand(command=name, description=description)

    def private_chats(self) -> Any:
        return aiogram.types.BotCommandScopeAllPrivateChats()

    async def download(self, file_id: str) -> bytes:
        file = await self.call("get_file", file_id=file_id)
        content = await self.bot.download_file(file.file_path)
        assert content is not None
        return content.read()


def _trouble(trouble: Exception, words: str) -> Trouble:
    return Trouble(type(trouble).__name__, words.lower().removeprefix("bad request: "), _wait(trouble))


def _wait(trouble: Exception) -> float | None:
    given: object = getattr(trouble, "retry_after", None)
    match given:
        case timedelta():
            return given.total_seconds()
        case int() | float():
            return float(given)
        case _:
            return None


class _Session(AiohttpSession):
    async def close(self) -> None:
        """Without the quarter of a second that aiogram grants TLS to end."""
        if self._session is not None:
            await self._session.close()


@asynccontextmanager
async def connected(name: str, server: TelegramServer, token: str = "") -> AsyncIterator[Client]:
    """One of the two clients, talking to the server."""
    token = token or server.token
    if name == "aiogram":
        session = _Session(api=TelegramAPIServer.from_base(server.url))
        async with aiogram.Bot(token, session=session) as bot:
            yield Aiogram(bot)
        return
    # Not `async with telegram.Bot`: that begins with getMe, which a test may have planned trouble for.
    async with HTTPXRequest() as calls, HTTPXRequest() as polls:
        base, files = f"{server.url}/bot", f"{server.url}/file/bot"
        yield PythonTelegramBot(
            telegram.Bot(token, base_url=base, base_file_url=files, request=calls, get_updates_request=polls)
        )
