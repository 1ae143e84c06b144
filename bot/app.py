"""The whole of Candour as one process: storage, turn loop, jobs, channels, pages, put together and taken apart.

Taking apart goes the other way round: first nothing new is taken, then what was taken is played and answered, then
the database is let go. What could not be finished comes again, from Telegram or from the jobs database.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from msgspec import Struct
from starlette.routing import BaseRoute
from telegram.error import TelegramError

from bot import logs
from bot.channels.telegram import menu, screens
from bot.channels.telegram.client import Client
from bot.channels.telegram.receiving import CHANNEL, Reception, is_ours
from bot.channels.telegram.sending import Sender
from bot.channels.telegram.updates import ALLOWED
from bot.clock import SystemClock
from bot.contacts import Contacts
from bot.errors import TurnError
from bot.housekeeping import Housekeeping, steps
from bot.jobs import DATABASE, Jobs
from bot.messages import Letter, Reply
from bot.metrics import Metrics, TurnOutcome
from bot.opening import open_safely
from bot.playing import Result
from bot.services import attaching
from bot.services.deciding import Decider
from bot.services.noticing import Delivered
from bot.serving import Server, keep_what_start_made, told_to_stop
from bot.settings import Receive, Settings, Telegram
from bot.turns import TurnLoop
from bot.web import create_app
from bot.web.operations import Checks, create_operations, needs, routes
from bot.web.webhook import PATH, route
from dialogues.prompts import Stale
from storage.errors import RequestError
from storage.unit_of_work import Storage

CONNECTIONS = 40  # updates that Telegram may bring at once

log = logs.logger(__name__)


class Sockets(Struct, frozen=True):
    """Where this process listens; `operations` is None when that is off."""

    web: socket.socket
    operations: socket.socket | None = None


async def run(settings: Settings, contacts: Contacts, sockets: Sockets, ready: Callable[[], None]) -> None:
    """Serve until told to stop; `ready` is called when everything answers. `contacts`: whom to call in danger.

    Raises StorageError.
    """
    logs.watch(asyncio.get_running_loop())
    metrics = Metrics()
    storage = await asyncio.to_thread(open_safely, settings)
    async with AsyncExitStack() as stack:
        stack.callback(storage.close)
        house = await _build(settings, contacts, storage, metrics, stack)
        with told_to_stop() as told:
            await _serve(house, sockets, told, ready)


class House(Struct, frozen=True):
    """What answers: the pages, the operations, and Telegram if there is any."""

    web: Server
    operations: Server
    reception: Reception | None
    polls: bool


async def _build(
    settings: Settings, contacts: Contacts, storage: Storage, metrics: Metrics, stack: AsyncExitStack
) -> House:
    await stack.enter_async_context(Housekeeping(steps(storage, SystemClock())))
    checks = Checks(needs(storage))
    more: list[BaseRoute] = routes(checks)
    reception = client = None
    if settings.telegram is None:
        turns = await _turns(storage, contacts, metrics, stack)
    else:
        client = await stack.enter_async_context(_client(settings.telegram))
        sender = Sender(client, metrics)
        stack.push_async_callback(sender.aclose)
        jobs = Jobs(
            storage,
            _place(settings),
            settings.worker,
            partial(deliver, sender),
            metrics,
            SystemClock(),
            contacts=contacts,
        )
        await stack.enter_async_context(jobs)
        turns = await _turns(storage, contacts, metrics, stack, jobs)
        reception = Reception(turns, client, sender, metrics, attaching.prepare, settings.public_url)
        secret = storage.keys.webhook_secret()
        if settings.telegram.receive is Receive.WEBHOOK:
            more.append(route(reception.deliver, partial(is_ours, secret)))
        introducing = asyncio.create_task(_introduce(client, settings, secret))
        stack.callback(introducing.cancel)
    app = create_app(
        storage,
        turns,
        SystemClock(),
        host=settings.host,
        allowed_hosts=settings.hosts,
        more=more,
        bot=lambda: client.username if client is not None else "",
    )
    return House(
        Server(app, proxies=settings.proxies),
        Server(create_operations(metrics, checks)),
        reception,
        settings.telegram is not None and settings.telegram.receive is Receive.POLLING,
    )


async def _turns(
    storage: Storage,
    contacts: Contacts,
    metrics: Metrics,
    stack: AsyncExitStack,
    jobs: Jobs | None = None,
) -> TurnLoop:
    """The turn loop; what starts with us goes to the jobs, or waits in the database until there are any."""
    announce = jobs.announce if jobs else None
    clock = SystemClock()
    turns = TurnLoop(
        storage,
        clock,
        watch=Watching(metrics),
        announce=announce,
        contacts=contacts,
        decides=Decider(storage, clock),
    )
    metrics.watch_queue(lambda: turns.queued)
    return await stack.enter_async_context(turns)


def _place(settings: Settings) -> Path | str:
    """Where the jobs have their queue: beside the database."""
    return settings.database.reveal() or settings.data / DATABASE


async def deliver(sender: Sender, channel: str, address: str, letter: Letter) -> Delivered:
    """Send a message that starts with us, where it can be sent."""
    if channel != CHANNEL:
        return Delivered.GONE
    return Delivered((await sender.once(int(address), screens.notice(letter))).value)


async def _serve(house: House, sockets: Sockets, told: asyncio.Event, ready: Callable[[], None]) -> None:
    """Serve until told to stop, or until something ends that should not."""
    work: list[asyncio.Task[None]] = [asyncio.create_task(house.web.serve(sockets=[sockets.web]))]
    if sockets.operations is not None:
        work.append(asyncio.create_task(house.operations.serve(sockets=[sockets.operations])))
    if house.reception is not None and house.polls:
        work.append(asyncio.create_task(house.reception.poll()))
    keep_what_start_made()
    ready()
    stopping = asyncio.create_task(told.wait())
    await asyncio.wait({stopping, *work}, return_when=asyncio.FIRST_COMPLETED)
    log.info("serve.stopping")
    stopping.cancel()
    if house.reception is not None:
        house.reception.stop()
    house.web.stop()
    house.operations.stop()
    ended = await asyncio.gather(*work, return_exceptions=True)
    for failed in ended:
        if isinstance(failed, BaseException):
            raise failed


def _client(telegram: Telegram) -> Client:
    return Client(telegram.token.reveal(), telegram.api)


async def _introduce(client: Client, settings: Settings, secret: str) -> None:
    """Tell Telegram how to reach us, and people what we are: again and again, until it was heard."""
    pause = 1.0
    while not await _introduced(client, settings, secret):
        await asyncio.sleep(pause)
        pause = min(2 * pause, 60.0)


async def _introduced(client: Client, settings: Settings, secret: str) -> bool:
    try:
        if settings.telegram is not None and settings.telegram.receive is Receive.WEBHOOK:
            await client.call(
                "setWebhook",
                {
                    "url": settings.public_url + PATH,
                    "secret_token": secret,
                    "allowed_updates": ALLOWED,
                    "max_connections": CONNECTIONS,
                },
            )
        else:
            await client.call("deleteWebhook")
        await client.learn_name()
        await menu.set_up(client)
    except TelegramError as trouble:
        log.warning("telegram.not_introduced", trouble=trouble)
        return False
    return True


class Watching:
    """Counts turns."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def played(self, results: Sequence[Result], seconds: Sequence[float]) -> None:
        """A group was played."""
        self._metrics.group_committed(len(results))
        for result, took in zip(results, seconds, strict=True):
            self._metrics.turn_ended(_outcome(result), took)


def _outcome(result: Result) -> TurnOutcome:
    if isinstance(result, RequestError | TurnError):
        return TurnOutcome.REFUSED
    if isinstance(result, Exception):
        return TurnOutcome.FAILED
    if not isinstance(result, Reply):
        return TurnOutcome.PLAYED
    if any(isinstance(prompt, Stale) for prompt in result.prompts):
        return TurnOutcome.STALE
    return TurnOutcome.REPEATED if result.move is None else TurnOutcome.PLAYED
