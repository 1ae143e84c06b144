"""A process that sends notices until it is ended: `python -m tests.bot.notifying FOLDER API WORKER [DATABASE]`.

API is the address of a Bot API, DATABASE that of PostgreSQL; without it the database is SQLite in the folder. It
prints a line when it is ready, and ends when its standard input does. The rest is what other tests of jobs need.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import Forbidden, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from bot import logs
from bot.jobs import DATABASE, Jobs, Pace
from bot.messages import Letter
from bot.metrics import Metrics
from bot.services import auditing
from bot.services.noticing import Delivered
from storage import receipts
from storage.casework import CONCERN
from storage.notices import Sending
from storage.slips import LEAD
from storage.unit_of_work import Storage
from tests.bot.stories import AUDIT, an_audit, clock, concern, culture
from tests.epochs import epochs_in
from tests.telegram.server import TOKEN

QUICK = Pace(look_again=0.5, abandoned=5.0, settled=2.0, pause=0.1, longest_pause=1.0, tries=4)


class Courier:
    """Brings letters to Telegram, with the client of python-telegram-bot."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def __call__(self, channel: str, address: str, letter: Letter) -> Delivered:
        assert channel == "telegram"
        rows = [[InlineKeyboardButton(words, callback_data=token)] for words, token in letter.ways]
        below = InlineKeyboardMarkup(rows) if rows else None
        try:
            await self._bot.send_message(int(address), letter.text, reply_markup=below)
        except Forbidden:
            return Delivered.GONE
        except RetryAfter:
            return Delivered.HELD
        except TelegramError:
            return Delivered.FAILED
        return Delivered.SENT


@contextlib.asynccontextmanager
async def courier(api: str) -> AsyncIterator[Courier]:
    """A courier to the Bot API at this address."""
    bot = Bot(TOKEN, base_url=f"{api}/bot", request=HTTPXRequest(connection_pool_size=64))
    async with bot:
        yield Courier(bot)


def opened(folder: Path, url: str = "") -> Storage:
    """The storage in this folder or at this address; the first time, with an open audit."""
    storage = Storage.open(
        folder / "data", folder / "candour.key", url, cost=receipts.QUICK, epochs=epochs_in(folder)
    )
    if not auditing.audits(storage):
        auditing.open_audit(storage, an_audit(), [culture(), concern()])
    return storage


def noted(storage: Storage, chats: Sequence[int]) -> list[bytes]:
    """A notice for each of these people, who are all leads."""
    with storage.writing() as work:
        leads = [work.people.add(AUDIT, LEAD, "telegram", str(chat)) for chat in chats]
        return [work.notices.add(lead, AUDIT, CONCERN) for lead in leads]


def progress(storage: Storage, notices: Sequence[bytes]) -> dict[Sending, int]:
    """How many of them are how far."""
    with storage.reading() as work:
        found = [notice.status for each in notices if (notice := work.notices.get(each))]
    return {status: found.count(status) for status in set(found)}


def place(folder: Path, url: str = "") -> Path | str:
    """Where the jobs of this storage are kept."""
    return url or folder / "data" / DATABASE


async def _main(folder: Path, api: str, worker: str, url: str = "") -> None:
    logs.set_up("info")
    storage = opened(folder, url)
    async with (
        courier(api) as deliver,
        Jobs(storage, place(folder, url), worker, deliver, Metrics(), clock(), pace=QUICK),
    ):
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)
    storage.close()


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), *sys.argv[2:]))
