"""What a test may set: how much may be sent, and how a webhook is tried again."""

from __future__ import annotations

import msgspec


class Limits(msgspec.Struct, frozen=True):
    """How many messages Telegram takes before it answers 429 (core.telegram.org/bots/faq, “My bot is hitting limits”).

    `overall` in any second; to one person `chat_burst` at once and `chat_rate` a second after that; to one group
    `group_per_minute` in any minute. The FAQ speaks of sending only; bots report that edits count too.
    """

    overall: int = 30
    chat_rate: float = 1.0
    chat_burst: int = 20
    group_per_minute: int = 20
    edits: bool = True


class Redelivery(msgspec.Struct, frozen=True):
    """How an update is offered to a webhook again: `first` seconds, doubling up to `longest`; Telegram: 2 to about 60.

    An answer that takes more than `patience` seconds counts as none (Telegram: 60). A `Retry-After` is followed up
    to `longest_retry_after` seconds: telegram-bot-api does so up to an hour, but promises nothing, so here 0: never.
    """

    first: float = 0.05
    longest: float = 1.0
    patience: float = 10.0
    longest_retry_after: float = 0.0


class Settings(msgspec.Struct, frozen=True):
    """All of them; `limits=None` takes everything at once.

    `tap_answerable` is how many seconds a tap can be answered. Telegram does not say; bots report 10 s to a minute.
    """

    limits: Limits | None = Limits()
    redelivery: Redelivery = Redelivery()
    tap_answerable: float = 15.0
