"""All that Telegram remembers of one bot and its people, under one lock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import msgspec

from tests.telegram.chats import Chats, Json
from tests.telegram.faults import Faults
from tests.telegram.files import Files
from tests.telegram.rules.flood import Flood
from tests.telegram.rules.profile import Profile
from tests.telegram.settings import Settings
from tests.telegram.updates import Queue, Updates

FIRST_UPDATE = 850_000_000
MOST_CONNECTIONS = 40


class Call(msgspec.Struct, frozen=True):
    """One call of the bot: the method in Telegram's spelling, what it was given, and when."""

    method: str
    parameters: dict[str, Any]
    at: float


class Tap(msgspec.Struct, frozen=True):
    """A tap on a button, as the app sent it; `update_id` is None when the bot does not want taps."""

    id: str
    update_id: int | None
    person: int
    message_id: int
    data: str
    at: float


class TapAnswer(msgspec.Struct, frozen=True):
    """What the bot answered to a tap: a small notice, or an alert that must be closed."""

    tap: Tap
    text: str
    alert: bool


class Webhook(msgspec.Struct, frozen=True):
    """Where updates are posted to; `secret` travels in X-Telegram-Bot-Api-Secret-Token."""

    url: str
    secret: str = ""
    max_connections: int = MOST_CONNECTIONS


class WebhookError(msgspec.Struct, frozen=True):
    """What went wrong with the webhook the last time, and when."""

    what: str
    at: float


class World:
    """What Telegram remembers. Whoever reads or changes it holds `lock`; whoever changed it calls `changed`."""

    def __init__(self, token: str, settings: Settings, now: Callable[[], float]) -> None:
        self.token = token
        self.settings = settings
        self.now = now
        self.lock = threading.Condition(threading.RLock())
        self.listeners: list[Callable[[], None]] = []
        self.bot: Json = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Candour",
            "username": "candour_test_bot",
        }
        self.chats = Chats()
        self.updates = Updates(FIRST_UPDATE)
        self.files = Files()
        self.profile = Profile()
        self.flood = Flood(settings.limits)
        self.faults = Faults()
        self.calls: list[Call] = []
        self.taps: dict[str, Tap] = {}
        self.answers: dict[str, TapAnswer] = {}
        self.webhook: Webhook | None = None
        self.webhook_error: WebhookError | None = None

    def changed(self) -> None:
        """Tell everybody who waits: tests, the waiting getUpdates, the webhook."""
        self.lock.notify_all()
        for listener in self.listeners:
            listener()

    def happens(self, kind: str, body: Json, queue: Queue) -> int | None:
        """Something the bot should hear of; returns the update's id."""
        update_id = self.updates.add(kind, body, queue, self.now())
        self.changed()
        return update_id

    @property
    def date(self) -> int:
        """Now, as messages say it: whole seconds since 1970."""
        return int(self.now())
