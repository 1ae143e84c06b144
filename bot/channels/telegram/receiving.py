"""One update: played, on the disk, answered; only then acknowledged.

Polling acknowledges by the offset of its next call, the webhook by its 200. Until then Telegram keeps the update and
brings it again: what was played already is recognised, and the question is shown once more.
"""

from __future__ import annotations

import asyncio
import hmac
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeAlias

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot import hearing, logs
from bot.channels.telegram import screens, updates
from bot.channels.telegram.client import Client
from bot.channels.telegram.screens import Call, Refresh, Settle
from bot.channels.telegram.sending import Sender, Sent
from bot.channels.telegram.updates import Fetch, Heard, Update
from bot.errors import StoppingError, TooBusyError, TurnError
from bot.messages import Address, Attached, Desk, Incoming, Odd, Outcome, Reply, Said, Sheet, Tap
from bot.metrics import Metrics, UpdateKind
from bot.services import digesting
from bot.services.attaching import MOST_BYTES
from bot.turns import TurnLoop
from dialogues.prompts import Reason, Stale
from storage.errors import RequestError, UnavailableError
from storage.interviews import RECENT

CHANNEL = "telegram"
TRIES = 3  # of an update that breaks something, before it is set aside
POLL_SECONDS = 25
FETCH_SECONDS = 15.0  # for a file, before its sender is asked for it again
FETCHES = 4  # files at once
FIRST = 4  # updates fetched at first: whoever is ended soon after each start still gets on, a few at a time
REPLIED = 4096  # updates of which it is remembered that the reply left

_BACK_OFF = (0.1, 0.3, 1.0, 3.0, 5.0)

Prepare: TypeAlias = Callable[[bytes], Attached]

log = logs.logger(__name__)


class Reception:
    """Takes updates. `prepare` makes an answer of a file's content; it is called in a thread.

    `pages` is the address of the web pages as people reach it.
    """

    def __init__(
        self,
        turns: TurnLoop,
        client: Client,
        sender: Sender,
        metrics: Metrics,
        prepare: Prepare,
        pages: str = "",
    ) -> None:
        self._turns = turns
        self._client = client
        self._sender = sender
        self._metrics = metrics
        self._prepare = prepare
        self._pages = pages
        self._stopping = asyncio.Event()
        self._fetching = asyncio.Semaphore(FETCHES)
        self._replied: OrderedDict[tuple[int, str], None] = OrderedDict()

    def stop(self) -> None:
        """Take nothing more; what was taken is played, or comes again."""
        self._stopping.set()

    # Polling

    async def poll(self) -> None:
        """Fetch and take updates until `stop`, whatever Telegram answers: it may be a proxy that says so."""
        offset: int | None = None
        limit = FIRST
        failures = 0
        while not self._stopping.is_set():
            try:
                found = await self._unless_stopping(
                    self._client.updates(offset, limit=limit, seconds=POLL_SECONDS)
                )
                failures = 0
            except TelegramError as trouble:
                await self._wait(_pause(trouble, failures))
                failures += 1
                continue
            if not found:
                offset = None  # all is acknowledged; after a quiet week the next number may be any
            elif await self._take_all(found):
                offset = found[-1].update_id + 1
                limit = min(2 * limit, RECENT)
        await self._acknowledge(offset)

    async def _take_all(self, found: Iterable[Update]) -> bool:
        """Take them, each chat's in order; whether all may be acknowledged."""
        chats: dict[int, list[Heard]] = {}
        for update in found:
            heard = self._hear(update)
            if heard is not None:
                chats.setdefault(heard.chat, []).append(heard)
        taken = await asyncio.gather(*(self._in_order(each) for each in chats.values()))
        return all(taken)

    async def _in_order(self, heard: list[Heard]) -> bool:
        try:
            for each in heard:
                await self._patiently(each)
        except (StoppingError, UnavailableError):  # we are stopping: it comes again
            return False
        return True

    async def _patiently(self, heard: Heard) -> None:
        """Settle it, however many others wait: while it is not, nothing more is fetched."""
        while True:
            try:
                return await self.settle(heard)
            except TooBusyError:
                await asyncio.sleep(_BACK_OFF[0])

    async def _acknowledge(self, offset: int | None) -> None:
        """Let what was taken not come again after a restart; if this fails it does, and changes nothing."""
        if offset is None:
            return
        try:
            await self._client.updates(offset, limit=1, seconds=0)
        except TelegramError as trouble:
            log.info("telegram.not_acknowledged", trouble=trouble)

    async def _unless_stopping(self, work: Awaitable[tuple[Update, ...]]) -> tuple[Update, ...]:
        """What it gives; nothing when we are to stop before it does."""
        task = asyncio.ensure_future(work)
        stopping = asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if task.done():
            return task.result()
        task.cancel()
        return ()

    async def _wait(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    # Webhook

    async def deliver(self, body: bytes) -> None:
        """Take the update that Telegram posted; it may be acknowledged when this returns.

        Raises TooBusyError, StoppingError, UnavailableError: it should be brought again.
        """
        try:
            heard = self._hear(updates.decode(body))
        except ValueError as trouble:
            log.warning("telegram.unreadable", trouble=trouble)
            return
        if heard is not None:
            await self.settle(heard, tries=TRIES)  # perhaps another worker has the database

    # One update

    def _hear(self, update: Update) -> Heard | None:
        heard = updates.heard(update)
        self._metrics.update_received(_kind(heard))
        return heard

    async def settle(self, heard: Heard, *, tries: int | None = None) -> None:
        """Play what was heard and send the reply. Waits while the database cannot be reached, or tries so often.

        Raises TooBusyError, StoppingError; UnavailableError when we are to stop, and after the last try.
        """
        if (heard.chat, heard.key) in self._replied:
            return
        calls = await self._answer(heard, tries)
        for call in calls:
            if isinstance(call, Settle | Refresh) and not call.keyboard:
                self._sender.has_no_buttons(heard.chat, call.message)
        if await self._sender.send(heard.chat, calls) is not Sent.FAILED:
            self._remember(heard)

    async def _answer(self, heard: Heard, tries: int | None) -> tuple[Call, ...]:
        if not heard.private:
            return screens.only_private()
        said = await self._said(heard)
        message = Incoming(Address(CHANNEL, str(heard.chat)), "", "", heard.key, said)
        failures = breaks = 0
        while True:
            try:
                outcome = await self._turns.hear(message)
                if failures:
                    self._metrics.database_answered(well=True)
                return await self._shown(heard, outcome)
            except (StoppingError, TooBusyError):
                raise
            except UnavailableError as trouble:
                self._metrics.database_answered(well=False)
                if hearing.is_concern(
                    said
                ):  # where to turn is said whatever is broken; it leaves no trace anyhow
                    return screens.at_risk(self._turns.contacts.of())
                failures += 1
                if failures == tries:
                    raise
                await self._until_better(trouble, failures - 1)
            except (RequestError, TurnError) as refused:
                return screens.refusal(refused, query=heard.query)
            except Exception as error:  # noqa: BLE001 - whatever breaks, the others must be heard
                breaks += 1
                if breaks == TRIES:
                    return self._set_aside(error, said)

    async def _shown(self, heard: Heard, outcome: Outcome) -> tuple[Call, ...]:
        if self._came_twice(heard, outcome):
            return screens.seen(heard.query)
        pictures = outcome.pictures if isinstance(outcome, Desk) else ()
        drawn = [await asyncio.to_thread(digesting.picture, each) for each in pictures]
        return screens.screen(
            outcome,
            query=heard.query,
            message=heard.message,
            pages=self._pages,
            bot=self._client.username,
            drawn=drawn,
        )

    async def _until_better(self, trouble: UnavailableError, failures: int) -> None:
        if failures == 0:
            log.warning("database.unavailable", trouble=trouble)
        await self._wait(_BACK_OFF[min(failures, len(_BACK_OFF) - 1)])
        if self._stopping.is_set():
            raise trouble

    def _set_aside(self, error: Exception, said: Said) -> tuple[Call, ...]:
        """Go past what broke three times, and say so. Nothing of it is written down."""
        self._metrics.update_set_aside()
        log.error("telegram.set_aside", tries=TRIES, trouble=error)
        return screens.at_risk(self._turns.contacts.of()) if hearing.is_concern(said) else screens.not_kept()

    async def _said(self, heard: Heard) -> Said:
        """What was heard; a file is fetched first."""
        if not isinstance(heard.content, Fetch):
            return heard.content
        if heard.content.size > MOST_BYTES:
            return Attached(problem=Reason.FILE_TOO_BIG.value)
        try:
            async with asyncio.timeout(FETCH_SECONDS), self._fetching:
                content = await self._fetched(heard.content.file_id)
                return await asyncio.to_thread(self._prepare, content) if content else Odd("unfetched")
        except TimeoutError:
            return Odd("unfetched")

    async def _fetched(self, file_id: str) -> bytes:
        """The content of a file; nothing when Telegram does not give it."""
        for pause in _BACK_OFF[:TRIES]:
            try:
                return await self._client.fetch(file_id)
            except TelegramError as trouble:
                log.info("telegram.not_fetched", method="getFile", trouble=trouble)
                await asyncio.sleep(pause)
        return b""

    def _came_twice(self, heard: Heard, outcome: Outcome) -> bool:
        """Whether a tap is one that was answered already, under another number: then nothing more is to be said."""
        stale = (isinstance(outcome, Reply) and any(isinstance(each, Stale) for each in outcome.prompts)) or (
            isinstance(outcome, Sheet) and outcome.stale
        )
        return stale and (heard.chat, _tapped(heard)) in self._replied

    def _remember(self, heard: Heard) -> None:
        for key in filter(None, (heard.key, _tapped(heard))):
            self._replied[heard.chat, key] = None
        while len(self._replied) > REPLIED:
            self._replied.popitem(last=False)


def is_ours(secret: str, given: str) -> bool:
    """Whether a posted update carries the secret that only Telegram knows; takes as long for a wrong one."""
    return hmac.compare_digest(secret.encode(), given.encode(errors="replace"))


def _tapped(heard: Heard) -> str:
    """The button that was tapped, whatever the number of the tap."""
    return f"b{heard.message}/{heard.content.token}" if isinstance(heard.content, Tap) else ""


def _kind(heard: Heard | None) -> UpdateKind:
    if heard is None or not heard.private:
        return UpdateKind.OTHER
    match heard.content:
        case Tap():
            return UpdateKind.TAP
        case Fetch():
            return UpdateKind.FILE
        case Odd():
            return UpdateKind.OTHER
        case _:
            return UpdateKind.MESSAGE


def _pause(trouble: TelegramError, failures: int) -> float:
    """Seconds before the next try to fetch updates."""
    if failures == 0:
        log.warning("telegram.not_fetching", method="getUpdates", trouble=trouble)
    if isinstance(trouble, RetryAfter):
        return trouble._retry_after.total_seconds()
    if isinstance(trouble, Conflict):  # another poller has this token
        return 5.0
    if isinstance(trouble, InvalidToken):
        return 30.0
    return _BACK_OFF[min(failures, len(_BACK_OFF) - 1)]
