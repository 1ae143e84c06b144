"""python-telegram-bot from end to end: bytes are parsed, played by its ConversationHandler, replies sent by its Bot.

As its documentation asks of conversations, one update is processed at a time.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from urllib.parse import urlencode

from telegram import CallbackQuery, InlineKeyboardMarkup, Update
from telegram.ext import PicklePersistence
from telegram.request import RequestData

from dialogues.form import Form
from tests.benchmarks import peer
from tests.benchmarks.letters import Said
from tests.benchmarks.people import Step
from tests.benchmarks.wire import Wire


class _Request(peer.Silence):
    """Does what PTB's HTTPXRequest does with a call, up to the body."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: object, **__: object
    ) -> tuple[int, bytes]:
        """Encode the form as httpx does, and take the answer."""
        assert method == "POST"
        body = urlencode(request_data.json_parameters, doseq=True).encode() if request_data else b""
        return 200, self._wire.take(url.rpartition("/")[2], body).encode()


class _Sending(peer.Conversation):
    """The questionnaire that does send. Its keyboards never change, so they are made once."""

    def __init__(self, form: Form) -> None:
        super().__init__(form)
        places = range(len(self.asks.names))
        self._keyboards = [super(_Sending, self).keyboard(place) for place in places]

    def keyboard(self, place: int) -> InlineKeyboardMarkup:
        """Made already."""
        return self._keyboards[place]

    async def acknowledge(self, query: CallbackQuery) -> None:
        """Stop the button's clock."""
        await query.answer()

    async def reply(self, update: Update, text: str, keyboard: InlineKeyboardMarkup | None) -> None:
        """Send it to the chat."""
        assert update.effective_chat is not None
        await update.effective_chat.send_message(text, reply_markup=keyboard)


class Ptb:
    """Keeps all in memory; or in a PicklePersistence, saved every `interval` seconds, or after each update when 0."""

    def __init__(self, form: Form, folder: Path, interval: float | None = None) -> None:
        self._wire, self._conversation = Wire(), _Sending(form)
        self._saves_each = interval == 0
        self._one_at_a_time = asyncio.Lock()
        pickle = (
            None
            if interval is None
            else PicklePersistence(folder / "bot.pickle", update_interval=interval or 60)
        )
        handler = self._conversation.handler(persistent=pickle is not None)
        self._app = peer.application(handler, _Request(self._wire), pickle)

    @property
    def replies(self) -> int:
        """Messages that were sent: one a turn."""
        return self._wire.messages

    @property
    def submitted(self) -> int:
        """Counted by the handler."""
        return self._conversation.submitted

    async def start(self, _: int) -> None:
        """Start the application, which begins to save by itself."""
        await self._app.initialize()
        await self._app.start()

    def said(self, _: int, step: Step) -> Said:
        """Its buttons carry what the made-up people's do."""
        return Said(step.data, step.text)

    async def feed(self, update: bytes) -> None:
        """One update after the other."""
        async with self._one_at_a_time:
            await self._app.process_update(Update.de_json(json.loads(update), self._app.bot))
            if self._saves_each:
                await self._app.update_persistence()

    async def stop(self) -> None:
        """Stop the application, which saves a last time."""
        await self._app.stop()
        await self._app.shutdown()
