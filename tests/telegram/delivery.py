"""The webhook: updates are posted, each queue in its order, again and again until the bot has said yes.

Source: telegram-bot-api's `WebhookActor.cpp`. All of it runs on the server's event loop.
"""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import msgspec

from tests.telegram.errors import HungUp, Refused
from tests.telegram.methods.catalogue import NAMES, perform
from tests.telegram.parameters import Parameters
from tests.telegram.updates import Queue, Update
from tests.telegram.world import Webhook, WebhookError, World

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
NEVER_IN_REPLY = ("deletewebhook", "setwebhook", "close", "logout")
MOST_DOUBLINGS = 30


class Attempt(msgspec.Struct, frozen=True):
    """One try to deliver an update; `trouble` is empty when the bot said yes."""

    update_id: int
    at: float
    trouble: str


class _Again(msgspec.Struct, frozen=True):
    """When an update may be offered again, and how often it has failed."""

    not_before: float
    failures: int


class Delivery:
    """Delivers the updates of one bot; `attempts` keeps every try, for tests to look at."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.attempts: list[Attempt] = []
        self._woken = asyncio.Event()
        self._under_way: dict[Queue, asyncio.Task[None]] = {}
        self._again: dict[int, _Again] = {}
        self._webhook: Webhook | None = None

    def wake(self) -> None:
        """Something has changed: look again."""
        self._woken.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        patience = aiohttp.ClientTimeout(total=self.world.settings.redelivery.patience)
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(timeout=patience, connector=connector) as session:
            try:
                while True:
                    self._follow_webhook()
                    await self._sleep(self._offer(session))
            finally:
                await self._stop()

    def _follow_webhook(self) -> None:
        """Another webhook, or none: what is under way to the old one is broken off and stays pending."""
        with self.world.lock:
            webhook = None if self.world.faults.down else self.world.webhook
        if webhook != self._webhook:
            for task in self._under_way.values():
                task.cancel()
            self._again.clear()
            self._webhook = webhook

    def _offer(self, session: aiohttp.ClientSession) -> float | None:
        """Begin every delivery that may begin; returns in how many seconds the next one may, if any waits."""
        if self._webhook is None:
            return None
        with self.world.lock:
            heads = self.world.updates.heads(self.world.now())
        now, waits = asyncio.get_running_loop().time(), []
        for update in heads:
            if update.queue in self._under_way or len(self._under_way) >= self._webhook.max_connections:
                continue
            wait = self._again.get(update.id, _Again(0, 0)).not_before - now
            if wait > 0:
                waits.append(wait)
            else:
                task = asyncio.create_task(self._deliver(session, self._webhook, update))
                self._under_way[update.queue] = task
        return min(waits, default=None)

    async def _sleep(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            pass
        self._woken.clear()

    async def _stop(self) -> None:
        for task in self._under_way.values():
            task.cancel()
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    async def _deliver(self, session: aiohttp.ClientSession, webhook: Webhook, update: Update) -> None:
        try:
            trouble, retry_after = await self._post(session, webhook, update)
            self._record(update, trouble, retry_after)
        finally:
            self._under_way.pop(update.queue, None)
            self._woken.set()

    async def _post(
        self, session: aiohttp.ClientSession, webhook: Webhook, update: Update
    ) -> tuple[str, float]:
        """Returns what went wrong, or nothing, and the `Retry-After`."""
        headers = {"Content-Type": "application/json"}
        if webhook.secret:
            headers[SECRET_HEADER] = webhook.secret
        body = msgspec.json.encode(update.json())
        try:
            async with session.post(
                webhook.url, data=body, headers=headers, allow_redirects=False
            ) as response:
                answer = await response.read()
                if 200 <= response.status <= 299:
                    self._carry_out(answer)
                    return "", 0.0
                trouble = f"Wrong response from the webhook: {response.status} {response.reason}"
                return trouble, _seconds(response.headers.get("Retry-After", ""))
        except TimeoutError:
            return "Read timeout expired", 0.0
        except aiohttp.ClientConnectorError:
            return "Connection refused", 0.0
        except aiohttp.ClientError:
            return "Webhook connection closed", 0.0

    def _record(self, update: Update, trouble: str, retry_after: float) -> None:
        with self.world.lock:
            self.attempts.append(Attempt(update.id, self.world.now(), trouble))
            if trouble:
                self.world.webhook_error = WebhookError(trouble, self.world.now())
                self._again[update.id] = self._later(update.id, retry_after)
            else:
                self._again.pop(update.id, None)
                self.world.updates.confirm(update.id)
            self.world.changed()

    def _later(self, update_id: int, retry_after: float) -> _Again:
        rule = self.world.settings.redelivery
        failures = self._again.get(update_id, _Again(0, 0)).failures
        wait = min(retry_after, rule.longest_retry_after) or min(
            rule.first * 2.0 ** min(failures, MOST_DOUBLINGS), rule.longest
        )
        return _Again(asyncio.get_running_loop().time() + wait, failures + 1)

    def _carry_out(self, answer: bytes) -> None:
        """A bot may put one call into its answer; nobody tells it how that went."""
        try:
            given: dict[str, Any] = msgspec.json.decode(answer, type=dict[str, Any])
        except msgspec.MsgspecError:
            return
        method = str(given.pop("method", "")).lower()
        if method not in NAMES or method in NEVER_IN_REPLY or method.startswith("get"):
            return
        try:
            perform(self.world, method, Parameters(given))
        except (Refused, HungUp):
            return


def _seconds(retry_after: str) -> float:
    return float(retry_after) if retry_after.isdecimal() else 0.0
