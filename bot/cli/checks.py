"""`candour serve --check`: everything that must be right before Candour serves, one line each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import typer
from msgspec import Struct
from telegram.error import InvalidToken, TelegramError

from bot import contacts
from bot.channels.telegram.client import Client
from bot.clock import SystemClock
from bot.contacts import Contacts
from bot.settings import Receive, Settings, Telegram
from bot.web.webhook import PATH
from storage.errors import CandourError, StorageError
from storage.keys import Keys
from storage.unit_of_work import Storage


class Finding(Struct, frozen=True):
    """One thing that was looked at: whether it is right, and a sentence that says so or what to do."""

    right: bool
    sentence: str


async def look_over(settings: Settings) -> bool:
    """Print what is right and what is wrong. Whether all is right. Changes nothing."""
    everything = True
    async for finding in findings(settings):
        everything = everything and finding.right
        typer.echo(f"{'✓' if finding.right else '✗'} {finding.sentence}")
    typer.echo("Everything is ready." if everything else "Candour cannot serve like this yet.")
    return everything


async def findings(settings: Settings) -> AsyncIterator[Finding]:
    """What there is to say, one after the other."""
    yield _right("The settings can be read.")
    yield await asyncio.to_thread(_database, settings)
    yield await asyncio.to_thread(_key, settings)
    for finding in await asyncio.to_thread(_contacts, settings):
        yield finding
    if settings.telegram is None:
        yield _right("Telegram is off: CANDOUR_TELEGRAM_TOKEN is not set.")
        return
    async with Client(settings.telegram.token.reveal(), settings.telegram.api) as client:
        async for finding in _telegram(client, settings, settings.telegram):
            yield finding


def _right(sentence: str) -> Finding:
    return Finding(True, sentence)  # noqa: FBT003 - the field is its name


def _wrong(sentence: str) -> Finding:
    return Finding(False, sentence)  # noqa: FBT003 - the same


def _database(settings: Settings) -> Finding:
    where = "PostgreSQL" if settings.database else f"SQLite in {settings.data}"
    try:
        revision = Storage.revision(settings.data, settings.database.reveal())
    except (StorageError, OSError) as error:
        return _wrong(f"The database cannot be used ({where}): {_reason(error)}")
    if not revision.found:
        return _right(f"The database is new ({where}): the first start prepares it.")
    if revision.is_current:
        return _right(f"The database answers and is up to date ({where}).")
    return _right(f"The database answers; the next start brings it up to date ({where}).")


def _key(settings: Settings) -> Finding:
    if not settings.key.exists():
        return _right(f"There is no key file at {settings.key} yet: the first start makes it.")
    try:
        Keys.open(settings.key)
    except (CandourError, OSError) as error:
        return _wrong(f"The key file cannot be used: {_reason(error)}")
    return _right(f"The key file can be read: {settings.key}.")


def _contacts(settings: Settings) -> tuple[Finding, ...]:
    """Whether people in danger are told numbers that somebody checked."""
    if settings.contacts is None:
        found: Contacts | tuple[str, ...] = contacts.SHIPPED
        where = "the ones that come with Candour. Name your own council and lead: CANDOUR_CONTACTS"
    else:
        found = contacts.read(settings.contacts)
        where = str(settings.contacts)
    wrong = found.overdue(SystemClock().now().date()) if isinstance(found, Contacts) else found
    if wrong:
        return tuple(map(_wrong, wrong))
    return (
        _right(
            f"The numbers to call in danger were checked in the last {contacts.FRESH_DAYS} days: {where}."
        ),
    )


async def _telegram(client: Client, settings: Settings, telegram: Telegram) -> AsyncIterator[Finding]:
    try:
        me = await client.call("getMe")
        info = await client.call("getWebhookInfo")
    except InvalidToken:
        yield _wrong("Telegram does not know the token. Ask @BotFather for it.")
        return
    except TelegramError:
        yield _wrong(f"Telegram cannot be reached at {telegram.api}. Check the network and the address.")
        return
    yield _right(f"Telegram knows the token: the bot is @{me.get('username', '')}.")
    yield _webhook(info, settings, telegram)


def _webhook(info: dict[str, Any], settings: Settings, telegram: Telegram) -> Finding:
    there = str(info.get("url", ""))
    if telegram.receive is Receive.POLLING:
        if there:
            return _right("Telegram still calls another address; the next start ends that, and asks itself.")
        return _right("Candour asks Telegram for messages (polling). Only one worker may do so.")
    if there != settings.public_url + PATH:
        return _right("Telegram does not call us yet; the next start tells it our address.")
    if info.get("last_error_message"):
        waiting = info.get("pending_update_count", 0)
        return _wrong(
            f"Telegram could not deliver to {there} the last time it tried; {waiting} messages wait. "
            "Check that this address is reached from outside, with a valid certificate.",
        )
    return _right(f"Telegram calls us at {there}.")


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.strerror or 'it cannot be reached'}."
    return str(error)
