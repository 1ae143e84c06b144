"""`candour serve --check`: everything that must be right before Candour serves, one line each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import typer
from telegram.error import InvalidToken, TelegramError

from bot import contacts
from bot.channels.telegram.client import Client
from bot.cli.ticks import Finding, right, say, wrong
from bot.clock import SystemClock
from bot.contacts import Contacts
from bot.opening import epochs_of
from bot.settings import Receive, Settings, Telegram
from bot.web.webhook import PATH
from reports.hours import local_day
from storage import hazards
from storage.database import Database
from storage.epochs import Safe
from storage.errors import CandourError, StorageError, UnavailableError
from storage.hazards import Hazard
from storage.keys import Keys
from storage.unit_of_work import Storage


async def look_over(settings: Settings) -> bool:
    """Print what is right and what is wrong. Whether all is right. Changes nothing."""
    everything = True
    async for finding in findings(settings):
        everything = say(finding) and everything
    typer.echo("Everything is ready." if everything else "Candour cannot serve like this yet.")
    return everything


async def findings(settings: Settings) -> AsyncIterator[Finding]:
    """What there is to say, one after the other."""
    yield right("The settings can be read.")
    yield await asyncio.to_thread(_database, settings)
    yield await asyncio.to_thread(_key, settings)
    for finding in await asyncio.to_thread(_contacts, settings):
        yield finding
    for finding in await asyncio.to_thread(_hazards, settings):
        yield finding
    for finding in await asyncio.to_thread(_contacts, settings):
        yield finding
    if settings.telegram is None:
        yield right("Telegram is off: CANDOUR_TELEGRAM_TOKEN is not set.")
        return
    async with Client(settings.telegram.token.reveal(), settings.telegram.api) as client:
        async for finding in _telegram(client, settings, settings.telegram):
            yield finding


def _database(settings: Settings) -> Finding:
    where = "PostgreSQL" if settings.database else f"SQLite in {settings.data}"
    try:
        revision = Storage.revision(settings.data, settings.database.reveal())
    except (StorageError, OSError) as error:
        return wrong(f"The database cannot be used ({where}): {_reason(error)}")
    if not revision.found:
        return right(f"The database is new ({where}): the first start prepares it.")
    if revision.is_current:
        return right(f"The database answers and is up to date ({where}).")
    return right(f"The database answers; the next start brings it up to date ({where}).")


def _key(settings: Settings) -> Finding:
    if not settings.key.exists():
        return right(f"There is no key file at {settings.key} yet: the first start makes it.")
    try:
        Keys.open(settings.key)
    except (CandourError, OSError) as error:
        return wrong(f"The key file cannot be used: {_reason(error)}")
    return right(f"The key file can be read: {settings.key}.")


def _hazards(settings: Settings) -> list[Finding]:
    """Where the keys of the day are, and what about this machine and the database would undo the promise."""
    try:
        epochs = epochs_of(settings)
        found = [*hazards.of_machine(epochs.safe), *_hazards_of_server(settings, epochs.safe)]
        epochs.safe.close()
    except (StorageError, OSError) as error:
        return [wrong(f"The keys of the day cannot be used: {_reason(error)}")]
    where = right(f"The keys of the day are {epochs.safe.where}; drafts live {epochs.draft_days} days.")
    return [where, *(_weighed(hazard, settings) for hazard in found)]


def _hazards_of_server(settings: Settings, safe: Safe) -> tuple[Hazard, ...]:
    if not settings.database:
        return ()
    database = Database.open(settings.database.reveal())
    try:
        return hazards.of_database(database, safe)
    except UnavailableError:  # that was said before
        return ()
    finally:
        database.close()


def _weighed(hazard: Hazard, settings: Settings) -> Finding:
    if hazard.word in settings.accept:
        return right(f"You have said that you know of this: {hazard.sentence}")
    return wrong(hazard.advice)


def _contacts(settings: Settings) -> tuple[Finding, ...]:
    """Whether people in danger are told numbers that somebody checked."""
    if settings.contacts is None:
        found: Contacts | tuple[str, ...] = contacts.SHIPPED
        where = "the ones that come with Candour. Name your own council and lead: CANDOUR_CONTACTS"
    else:
        found = contacts.read(settings.contacts)
        where = str(settings.contacts)
    old = found.overdue(local_day(SystemClock().now())) if isinstance(found, Contacts) else found
    if old:
        return tuple(map(wrong, old))
    return (
        right(f"The numbers to call in danger were checked in the last {contacts.FRESH_DAYS} days: {where}."),
    )


async def _telegram(client: Client, settings: Settings, telegram: Telegram) -> AsyncIterator[Finding]:
    try:
        me = await client.call("getMe")
        info = await client.call("getWebhookInfo")
    except InvalidToken:
        yield wrong("Telegram does not know the token. Ask @BotFather for it.")
        return
    except TelegramError:
        yield wrong(f"Telegram cannot be reached at {telegram.api}. Check the network and the address.")
        return
    yield right(f"Telegram knows the token: the bot is @{me.get('username', '')}.")
    yield _webhook(info, settings, telegram)


def _webhook(info: dict[str, Any], settings: Settings, telegram: Telegram) -> Finding:
    there = str(info.get("url", ""))
    if telegram.receive is Receive.POLLING:
        if there:
            return right("Telegram still calls another address; the next start ends that, and asks itself.")
        return right("Candour asks Telegram for messages (polling). Only one worker may do so.")
    if there != settings.public_url + PATH:
        return right("Telegram does not call us yet; the next start tells it our address.")
    if info.get("last_error_message"):
        waiting = info.get("pending_update_count", 0)
        return wrong(
            f"Telegram could not deliver to {there} the last time it tried; {waiting} messages wait. "
            "Check that this address is reached from outside, with a valid certificate.",
        )
    return right(f"Telegram calls us at {there}.")


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.strerror or 'it cannot be reached'}."
    return str(error)
