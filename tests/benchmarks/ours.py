"""Candour from end to end: bytes are delivered as its webhook delivers them, replies leave through its own sender.

Whatever a person gets is sent: the answer to the tap, the answered question in place of its buttons, the next one.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from bot.channels.telegram.client import Client, Requests
from bot.channels.telegram.receiving import Reception
from bot.channels.telegram.sending import Limits, Sender
from bot.clock import SystemClock
from bot.metrics import Metrics
from bot.services import attaching, auditing
from bot.turns import TurnLoop
from dialogues.form import Form
from dialogues.moves import Answer, Begin, Submit
from storage.casework import Audit
from storage.unit_of_work import Storage
from tests.benchmarks import peer
from tests.benchmarks.letters import FIRST_CHAT, Said
from tests.benchmarks.people import Step
from tests.benchmarks.wire import Wire
from tests.epochs import epochs_in

AUDIT = "bench"


class _Request(peer.Silence):
    """Takes the body of a call where ours would open a connection; keeps the last message of each chat."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.last: dict[int, bytes] = {}

    async def do_request(
        self, url: str, method: str, request_data: object = None, *_: object, **__: object
    ) -> tuple[int, bytes]:
        """Take the body, and the answer."""
        assert method == "POST"
        assert isinstance(request_data, bytes)
        name = url.rpartition("/")[2]
        if name == "sendMessage":
            chat = int(request_data[len(b'{"chat_id":') :].partition(b",")[0])
            self.last[chat] = request_data
        return 200, self._wire.take(name, request_data).encode()

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """As ours does."""
        return Requests.parse_json_payload(payload)


class Candour:
    """Keeps each turn encrypted and on the disk before it is answered."""

    def __init__(self, form: Form, folder: Path, database: str = "") -> None:
        self._form, self._folder, self._database = form, folder, database
        self._wire = Wire()
        self._request = _Request(self._wire)
        self.replies = 0

    @property
    def submitted(self) -> int:
        """Responses in the pool."""
        with self._storage.reading() as work:
            return work.answers.waiting(AUDIT)

    async def start(self, people: int) -> None:
        """Open the audit, and what answers."""
        self._storage = storage_in(self._folder, self._database)
        open_audit(self._storage, self._form, people)
        await self.attend()

    async def attend(self) -> None:
        """Begin to answer, in an audit that is open."""
        self._storage = storage_in(self._folder, self._database)
        metrics = Metrics()
        self._turns = TurnLoop(self._storage, SystemClock())
        await self._turns.__aenter__()
        client = Client("1:bench", requests=self._request)
        self._sender = Sender(client, metrics, Limits(None, None))
        self._reception = Reception(self._turns, client, self._sender, metrics, attaching.prepare)

    def said(self, number: int, step: Step) -> Said:
        """The token of the button in the keyboard that this person was sent last."""
        if isinstance(step.move, Begin):
            return Said(text=f"/start {AUDIT}")
        return tap(self.last(FIRST_CHAT + number), step)

    def last(self, chat: int) -> bytes:
        """The last message that was sent to a chat, as JSON."""
        return self._request.last.get(chat, b"")

    async def feed(self, update: bytes) -> None:
        """As the webhook does."""
        before = self._wire.messages
        await self._reception.deliver(update)
        self.replies += self._wire.messages > before

    async def stop(self) -> None:
        """Put all away."""
        await self._sender.aclose()
        await self._turns.__aexit__(None, None, None)
        self._storage.close()


def storage_in(folder: Path, database: str) -> Storage:
    """The database in this folder, or at this address."""
    return Storage.open(folder / "data", folder / "candour.key", database, epochs=epochs_in(folder))


def open_audit(storage: Storage, form: Form, people: int) -> None:
    """Open the audit that all are asked in."""
    audit = Audit(id=AUDIT, name="", service="", incident="", staff_count=people, opened_on=date(2026, 5, 4))
    auditing.open_audit(storage, audit, [form])


def tap(message: bytes, step: Step) -> Said:
    """What is done with the keyboard of a message; one of several choices is typed."""
    wanted = "u" if isinstance(step.move, Submit) else f"a{getattr(step.move, 'value', '')}"
    if step.data and isinstance(step.move, Answer | Submit):
        end = message.find(f'.{wanted}"'.encode())
        if end > 0:
            start = message.rfind(b'"', 0, end) + 1
            return Said(data=message[start : end + 1].decode() + wanted)
    return Said(text=step.text or str(getattr(step.move, "value", "")))
