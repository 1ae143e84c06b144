"""How messages leave for Telegram: in order in each chat, not too fast, again when the network failed.

Each chat has its own line, and a pause that Telegram asks for (429) holds up that chat alone. `sendMessage` has no
key that would make it safe to repeat: after a time-out it is sent again, and a person may read a message twice.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Coroutine, Iterable, Sequence
from datetime import timedelta
from enum import StrEnum
from html import unescape
from typing import cast

from aiolimiter import AsyncLimiter
from msgspec import Struct
from msgspec.structs import replace
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError

from bot import logs
from bot.channels.telegram.client import Client
from bot.channels.telegram.screens import (
    Call,
    Menu,
    Picture,
    Post,
    Refresh,
    Settle,
    Toast,
    payload,
    without_marks,
)
from bot.metrics import Metrics, SendOutcome

BACK_OFF = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, *[30.0] * 20)  # seconds before each new try: ten minutes in all
PATIENCE = 10.0  # seconds that somebody waits for a message to leave
REMEMBERED = 2_000  # chats whose pace, and whose last buttons, are remembered

log = logs.logger(__name__)


class Sent(StrEnum):
    """What became of a message."""

    SENT = "sent"
    HELD = "held"  # this chat is paused: it will be sent, later
    GONE = "gone"  # the person blocked the bot or is gone: for good
    FAILED = "failed"  # Telegram does not take it, or could not be reached for long


class Limits(Struct, frozen=True):
    """How fast messages may leave: so many in so many seconds. None: as fast as they come.

    30 a second to all chats together, in short windows; to one chat 10 at once, then 1 a second.
    """

    overall: tuple[float, float] | None = (6, 0.2)
    chat: tuple[float, float] | None = (10, 10)


class _Errand(Struct):
    """Calls that wait in the line of a chat, and whoever waits for them."""

    calls: deque[Call]
    done: asyncio.Future[Sent]


class Sender:
    """`await sender.send(chat, calls)`. `aclose` stops what is still waiting."""

    def __init__(self, client: Client, metrics: Metrics, limits: Limits = Limits()) -> None:  # noqa: B008 - frozen
        self._client = client
        self._metrics = metrics
        self._limits = limits
        self._overall = AsyncLimiter(*limits.overall) if limits.overall else None
        self._paces: OrderedDict[int, AsyncLimiter] = OrderedDict()
        self._lines: dict[int, deque[_Errand]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._standing: OrderedDict[int, int] = OrderedDict()

    def send(self, chat: int, calls: Sequence[Call]) -> asyncio.Future[Sent]:
        """Send these, in order and behind what waits for this chat.

        The future ends early, with HELD, when the chat is paused or Telegram takes its time.
        """
        loop = asyncio.get_running_loop()
        for toast in calls:
            if isinstance(toast, Toast):
                self._start(self._tell(toast))
        rest: deque[Call] = deque(call for call in calls if not isinstance(call, Toast))
        errand = _Errand(rest, loop.create_future())
        if not rest:
            errand.done.set_result(Sent.SENT)
            return errand.done
        patience = loop.call_later(PATIENCE, _settle, errand, Sent.HELD)
        errand.done.add_done_callback(lambda _: patience.cancel())
        line = self._lines.get(chat)
        if line is None:
            self._lines[chat] = deque([errand])
            self._start(self._serve(chat))
        else:
            line.append(errand)
        return errand.done

    async def once(self, chat: int, posts: Iterable[Post | Picture]) -> Sent:
        """Try once to send a message that starts with us; whoever asked tries again. HELD: the chat is paused.

        What is in several messages ends with the first that did not leave.
        """
        for post in posts:
            sent = await self._try(chat, post)
            if sent is not Sent.SENT:
                return sent
        return Sent.SENT

    async def _try(self, chat: int, post: Post | Picture) -> Sent:
        await self._turn_of(chat)
        try:
            await self._call(chat, post)
        except RetryAfter:
            self._metrics.too_many_requests()
            self._metrics.send_ended(SendOutcome.PAUSED)
            return Sent.HELD
        except (Forbidden, ChatMigrated):
            self._metrics.send_ended(SendOutcome.BLOCKED)
            return Sent.GONE
        except BadRequest as refused:
            return self._given_up(post, refused)
        except TelegramError as trouble:
            log.info("telegram.not_sent", method="sendMessage", trouble=trouble)
            self._metrics.send_ended(SendOutcome.AGAIN)
            return Sent.FAILED
        return Sent.SENT

    async def aclose(self, seconds: float = 5.0) -> None:
        """Wait for what is being sent, for so long at most."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, chat: int) -> None:
        """Send what stands in the line of a chat, until nothing does."""
        line = self._lines[chat]
        try:
            while line:
                errand = line[0]
                _settle(errand, await self._run(chat, errand))
                line.popleft()
        finally:
            for errand in line:
                _settle(errand, Sent.FAILED)
            del self._lines[chat]

    async def _run(self, chat: int, errand: _Errand) -> Sent:
        sent = Sent.SENT
        while errand.calls and sent is not Sent.GONE:
            sent = await self._one(chat, errand.calls.popleft())
        return sent

    async def _tell(self, toast: Toast) -> None:
        """Say that a tap was seen; one that is too old needs it no more."""
        try:
            method, parameters = payload(toast, 0)
            await self._client.call(method, parameters)
        except TelegramError as error:
            log.debug("telegram.toast_failed", trouble=error)

    async def _one(self, chat: int, call: Call) -> Sent:
        """Send one call, as often as it takes."""
        failures = 0
        while True:
            if isinstance(call, Post | Picture):
                await self._turn_of(chat)
            try:
                await self._call(chat, call)
            except RetryAfter as pause:
                self._metrics.too_many_requests()
                self._metrics.send_ended(SendOutcome.PAUSED)
                self._hold(chat)
                await asyncio.sleep(cast("timedelta", pause.retry_after).total_seconds())
            except (Forbidden, ChatMigrated):
                self._metrics.send_ended(SendOutcome.BLOCKED)
                return Sent.GONE
            except BadRequest as refused:
                again = _otherwise(call, refused)
                if again is None:
                    return self._given_up(call, refused)
                call = again
            except NetworkError as trouble:
                if failures == len(BACK_OFF):
                    return self._given_up(call, trouble)
                self._metrics.send_ended(SendOutcome.AGAIN)
                self._hold(chat)
                await asyncio.sleep(BACK_OFF[failures])
                failures += 1
            except TelegramError as trouble:
                return self._given_up(call, trouble)
            else:
                return Sent.SENT

    async def _call(self, chat: int, call: Call) -> None:
        method, parameters = payload(call, chat)
        start = time.perf_counter()
        result = await self._client.call(method, parameters)
        self._metrics.send_ended(SendOutcome.SENT, time.perf_counter() - start)
        if isinstance(call, Post):
            await self._tidy(chat, call, result)

    async def _tidy(self, chat: int, post: Post, result: object) -> None:
        """Take the buttons off the question before: what follows a typed answer must not leave two sets of them."""
        if post.stays:
            return
        before = self._standing.pop(chat, None)
        if post.keyboard and isinstance(result, dict):
            self._standing[chat] = int(result.get("message_id", 0))
            if len(self._standing) > REMEMBERED:
                self._standing.popitem(last=False)
        if before is not None:
            try:
                await self._client.call(*payload(Refresh(before), chat))
            except TelegramError as error:  # it is gone, or has none any more
                log.debug("telegram.tidying_failed", trouble=error)

    def has_no_buttons(self, chat: int, message: int) -> None:
        """The buttons of this message are being taken off."""
        if self._standing.get(chat) == message:
            del self._standing[chat]

    def _hold(self, chat: int) -> None:
        """Let nobody wait for a chat that is paused."""
        for other in self._lines.get(chat, ()):
            _settle(other, Sent.HELD)

    def _given_up(self, call: Call, error: TelegramError) -> Sent:
        if isinstance(
            call, Settle | Refresh | Menu
        ):  # gone, too old, or as it should be: there is nothing to lose
            return Sent.SENT
        self._metrics.send_ended(SendOutcome.FAILED)
        log.warning("telegram.not_sent", method="sendMessage", trouble=error)
        return Sent.GONE if _is_gone(error) else Sent.FAILED

    async def _turn_of(self, chat: int) -> None:
        """Wait until a message may leave for this chat."""
        if self._limits.chat is not None:
            pace = self._paces.get(chat)
            if pace is None:
                pace = self._paces[chat] = AsyncLimiter(*self._limits.chat)
                if len(self._paces) > REMEMBERED:
                    self._paces.popitem(last=False)
            await pace.acquire()
        if self._overall is not None:
            await self._overall.acquire()


def _settle(errand: _Errand, sent: Sent) -> None:
    if not errand.done.done():
        errand.done.set_result(sent)


def _is_gone(error: TelegramError) -> bool:
    return "chat not found" in error.message.lower()


def _otherwise(call: Call, refused: BadRequest) -> Call | None:
    """The same without marks, when Telegram could not read them; a message of its own, when there is none to change."""
    reason = refused.message.lower()
    if isinstance(call, Settle) and call.keyboard and "parse" not in reason and "not modified" not in reason:
        return Post(call.html, call.keyboard)
    if "parse entities" not in refused.message.lower() or not isinstance(call, Post | Settle):
        return None
    bare = unescape(without_marks(call.html))
    return replace(call, html=_escaped_for_nothing(bare)) if bare != call.html else None


def _escaped_for_nothing(text: str) -> str:
    """Plain words that need no mark and no escape to be read as HTML."""
    return text.replace("&", "＆").replace("<", "‹").replace(">", "›")
