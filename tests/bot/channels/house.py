"""The real Telegram channel in this process, on a real database, talking HTTP to the Bot API server of the tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec.structs import replace
from sqlalchemy import select

from bot.channels.telegram.client import Client
from bot.channels.telegram.receiving import CHANNEL, Reception
from bot.channels.telegram.sending import Limits, Sender
from bot.clock import Clock
from bot.contacts import SHIPPED, Contacts
from bot.metrics import Metrics
from bot.services import attaching, auditing, inviting
from bot.turns import TurnLoop
from dialogues.form import Form
from storage import tables
from storage.interviews import Conversation
from storage.keys import unseal
from storage.receipts import QUICK
from storage.slips import RESPONDENT
from storage.unit_of_work import Storage
from tests.bot.channels import forms
from tests.bot.stories import an_audit, clock
from tests.epochs import epochs_in
from tests.telegram.people import Person
from tests.telegram.server import TelegramServer
from tests.telegram.settings import Settings

AUDIT = "rowan-house"
UNLIMITED = Limits(overall=None, chat=None)


@contextmanager
def telegram_here(
    settings: Settings | None = None, now: Callable[[], float] | None = None
) -> Iterator[TelegramServer]:
    """Telegram, which takes messages as fast as they come unless told otherwise."""
    given = settings or Settings(limits=None)
    with TelegramServer(given, now=now) if now else TelegramServer(given) as telegram:
        yield telegram


def storage_in(folder: Path, offered: Iterable[Form] = (), audit: str = AUDIT) -> Storage:
    """The storage in this folder; the first time, with an open audit that offers these forms, or the usual two."""
    storage = Storage.open(folder / "data", folder / "candour.key", cost=QUICK, epochs=epochs_in(folder))
    if not auditing.audits(storage):
        auditing.open_audit(storage, an_audit(audit), list(offered) or [forms.work(), forms.concern()])
    return storage


@dataclass(frozen=True)
class House:
    """Candour as Telegram sees it."""

    telegram: TelegramServer
    storage: Storage
    turns: TurnLoop
    client: Client
    sender: Sender
    reception: Reception
    metrics: Metrics
    polling: asyncio.Task[None] | None

    async def quiet(self, timeout: float = 10) -> None:  # noqa: ASYNC109
        """Wait until Telegram has nothing left for us: all is committed and answered."""
        await asyncio.to_thread(self.telegram.waits_until_all_is_acknowledged, timeout)

    def slips(self, count: int = 1, role: str = RESPONDENT, audit: str = AUDIT) -> tuple[str, ...]:
        """New invitations."""
        return inviting.slips(self.storage, audit, count, role)

    def held(self, person: Person) -> Conversation | None:
        """What is saved of this person's chat."""
        return held(self.storage, CHANNEL, str(person.id))

    def waiting(self, audit: str = AUDIT) -> int:
        """How many handed in."""
        with self.storage.reading() as work:
            return work.answers.waiting(audit)

    def pool(self, audit: str = AUDIT) -> list[dict[str, object]]:
        """What was handed in to an audit, in no order."""
        return pool(self.storage, audit)


def held(storage: Storage, channel: str, person: str, audit: str = "", form: str = "") -> Conversation | None:
    """What is saved of somebody's conversation."""
    ref = storage.keys.ref(channel, person, audit, form)
    with storage.reading() as work:
        return work.interviews.load([ref]).get(ref)


def pool(storage: Storage, audit: str = AUDIT) -> list[dict[str, object]]:
    """What was handed in to an audit, in no order."""
    with storage.reading() as work:
        pair = work.casework.keys_of(audit)
    with storage.database.reading() as connection:
        sealed = connection.scalars(select(tables.pool.c.sealed).where(tables.pool.c.audit == audit)).all()
    return [msgspec.msgpack.decode(unseal(pair, each))[0] for each in sealed]


@asynccontextmanager
async def house(
    folder: Path,
    telegram: TelegramServer,
    *,
    offered: Iterable[Form] = (),
    polls: bool = True,
    limits: Limits = UNLIMITED,
    at: Clock | None = None,
    waiting: int = 4096,
    contacts: Contacts = SHIPPED,
) -> AsyncIterator[House]:
    """Candour at work, until the end of the block; then as SIGTERM would end it."""
    storage = storage_in(folder, offered)
    metrics = Metrics()
    try:
        async with (
            Client(telegram.token, telegram.url) as client,
            TurnLoop(storage, at or clock(), waiting=waiting, contacts=contacts) as turns,
        ):
            sender = Sender(client, metrics, limits)
            reception = Reception(turns, client, sender, metrics, attaching.prepare)
            polling = asyncio.create_task(reception.poll()) if polls else None
            try:
                yield House(telegram, storage, turns, client, sender, reception, metrics, polling)
            finally:
                reception.stop()
                if polling is not None:
                    await polling
                await sender.aclose()
    finally:
        storage.close()


def without(conversation: Conversation | None) -> Conversation:
    """The conversation without what is different each time."""
    assert conversation is not None
    return replace(conversation, recent=(), interview=replace(conversation.interview, seed="", form=""))
