"""The same questionnaire as a good aiogram author would write it: states, filters, a router; from bytes to payload.

All questions share one state, their place is kept in the data, as in aiogram's own quiz example: one write a turn, no
search through 35 states.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.filters import Command, CommandStart
from aiogram.filters.callback_data import CallbackData
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import BaseStorage, DefaultKeyBuilder, StateType, StorageKey
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from dialogues.form import Form
from tests.benchmarks.letters import Said
from tests.benchmarks.people import Step
from tests.benchmarks.questionnaire import Questionnaire
from tests.benchmarks.wire import Wire


class Interview(StatesGroup):
    """Where a person is."""

    answering = State()
    review = State()


class Pick(CallbackData, prefix="pick"):
    """A choice was tapped."""

    question: str
    value: str


class SqliteStorage(BaseStorage):
    """What aiogram lacks: states in SQLite, each write a commit that is on the disk.

    In a thread of its own, so that the bot goes on meanwhile: 4 to 20 % more turns than without (measured).
    """

    def __init__(self, path: Path) -> None:
        self._keys = DefaultKeyBuilder(with_bot_id=True, with_destiny=True)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="fsm")
        self._database = self._thread.submit(_opened, path).result()

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        """Store the state."""
        name = state.state if isinstance(state, State) else state
        await self._do(_SET_STATE, self._keys.build(key), name)

    async def get_state(self, key: StorageKey) -> str | None:
        """Read the state."""
        rows = await self._do("SELECT state FROM fsm WHERE key = ?", self._keys.build(key))
        return rows[0][0] if rows else None

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        """Store the data."""
        await self._do(_SET_DATA, self._keys.build(key), json.dumps(data))

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        """Read the data."""
        rows = await self._do("SELECT data FROM fsm WHERE key = ?", self._keys.build(key))
        return dict(json.loads(rows[0][0])) if rows else {}

    async def close(self) -> None:
        """Close the database."""
        self._thread.submit(self._database.close).result()
        self._thread.shutdown()

    async def _do(self, statement: str, *values: str | None) -> list[Any]:
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, self._execute, statement, values
        )

    def _execute(self, statement: str, values: tuple[str | None, ...]) -> list[Any]:
        return self._database.execute(statement, values).fetchall()


_SET_STATE = (
    "INSERT INTO fsm (key, state) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET state = excluded.state"
)
_SET_DATA = "INSERT INTO fsm (key, data) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET data = excluded.data"


def _opened(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE fsm (key TEXT PRIMARY KEY, state TEXT, data TEXT NOT NULL DEFAULT '{}')")
    return database


class Session(AiohttpSession):
    """Does what aiogram's own session does with a call, up to the body; then takes the answer."""

    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self._wire = wire

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ARG002, ASYNC109  (aiogram names it)
    ) -> TelegramType:
        """Encode the form as aiohttp does."""
        payload = self.build_form_data(bot, method)()
        answer = self._wire.take(method.__api_method__, payload.decode())
        result: TelegramType = self.check_response(bot, method, 200, answer).result  # type: ignore[assignment]
        return result


class Handlers:
    """The questionnaire's router."""

    def __init__(self, form: Form) -> None:
        self._asks = Questionnaire(form)
        self._keyboards = [
            _keyboard(name, choices)
            for name, choices in zip(self._asks.names, self._asks.choices, strict=True)
        ]
        self.submitted = 0

    def router(self) -> Router:
        """Which update goes where."""
        router = Router()
        router.message.register(self.begin, CommandStart())
        router.callback_query.register(self.tapped, Interview.answering, Pick.filter())
        router.message.register(self.skipped, Interview.answering, Command("skip"))
        router.message.register(self.typed, Interview.answering, F.text)
        router.callback_query.register(self.handed_in, Interview.review, F.data == "submit")
        return router

    async def begin(self, message: Message, state: FSMContext) -> None:
        """Begin anew."""
        await state.set_state(Interview.answering)
        await state.set_data({"place": 0, "answers": {}})
        await message.answer(self._asks.wording(0, {}), reply_markup=self._keyboards[0])

    async def tapped(self, query: CallbackQuery, callback_data: Pick, state: FSMContext) -> None:
        """A choice, if it belongs to the question that waits."""
        await query.answer()
        data = await state.get_data()
        place = data["place"]
        if (
            callback_data.question != self._asks.names[place]
            or callback_data.value not in self._asks.choices[place]
        ):
            return
        assert isinstance(query.message, Message)
        await self._take(callback_data.value, query.message, state, data)

    async def typed(self, message: Message, state: FSMContext) -> None:
        """Words or a number, where they are asked for."""
        data = await state.get_data()
        text, place = (message.text or "").strip(), data["place"]
        if not self._asks.choices[place] and self._asks.fits(place, text):
            await self._take(text, message, state, data)

    async def skipped(self, message: Message, state: FSMContext) -> None:
        """No answer."""
        await self._take("", message, state, await state.get_data())

    async def handed_in(self, query: CallbackQuery, state: FSMContext) -> None:
        """Hand in; the answers stay where they are."""
        await query.answer()
        await state.set_state(None)
        self.submitted += 1
        assert isinstance(query.message, Message)
        await query.message.answer("Thank you.")

    async def _take(self, value: str, message: Message, state: FSMContext, data: dict[str, Any]) -> None:
        """Keep an answer, and ask what comes next."""
        place, answers = data["place"], data["answers"]
        answers = {**answers, self._asks.names[place]: value}
        following = self._asks.following(place, answers)
        await state.set_data({"place": following, "answers": answers})
        if following is None:
            await state.set_state(Interview.review)
            await message.answer(self._asks.summary(answers), reply_markup=_HAND_IN)
        else:
            text = self._asks.wording(following, answers)
            await message.answer(text, reply_markup=self._keyboards[following])


def _keyboard(name: str, choices: dict[str, str]) -> InlineKeyboardMarkup:
    rows = [
        [InlineKeyboardButton(text=label, callback_data=Pick(question=name, value=value).pack())]
        for value, label in choices.items()
    ]
    return InlineKeyboardMarkup(
        inline_keyboard=[*rows, [InlineKeyboardButton(text="Back", callback_data="back")]]
    )


_HAND_IN = InlineKeyboardMarkup(
    inline_keyboard=[[InlineKeyboardButton(text="Hand in", callback_data="submit")]]
)


class Aiogram:
    """Keeps states in memory, or in SQLite."""

    def __init__(self, form: Form, folder: Path, *, durable: bool = False) -> None:
        self._wire, self._handlers = Wire(), Handlers(form)
        self._bot = Bot("1:none", session=Session(self._wire))
        storage = SqliteStorage(folder / "fsm.db") if durable else MemoryStorage()
        self._dispatcher = Dispatcher(storage=storage)
        self._dispatcher.include_router(self._handlers.router())

    @property
    def replies(self) -> int:
        """Messages that were sent: one a turn."""
        return self._wire.messages

    @property
    def submitted(self) -> int:
        """Counted by the handler."""
        return self._handlers.submitted

    async def start(self, _: int) -> None:
        """Nothing to start without a network."""

    def said(self, _: int, step: Step) -> Said:
        """Its buttons carry a prefix."""
        return Said(f"pick:{step.data}" if ":" in step.data else step.data, step.text)

    async def feed(self, update: bytes) -> None:
        """As its webhook's handler does; its polling does the same."""
        await self._dispatcher.feed_raw_update(self._bot, json.loads(update))

    async def stop(self) -> None:
        """Close the storage."""
        await self._dispatcher.storage.close()
