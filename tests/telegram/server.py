"""A Telegram Bot API server for tests: real HTTP on a loopback port, Telegram's rules, people who write and tap.

    with TelegramServer() as telegram:
        amina = telegram.person(7)
        amina.start("slip-payload")          # the bot, at telegram.url with telegram.token, hears of it
        amina.waits_for("Shall we begin?")
        amina.taps("Yes")

`python -m tests.telegram.server --port N --token T` serves in a process of its own, with people on the command line.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from time import monotonic, time
from types import TracebackType
from typing import Any, Self

from tests.telegram.chats import Identity
from tests.telegram.delivery import Attempt, Delivery
from tests.telegram.errors import Refused
from tests.telegram.faults import Fault
from tests.telegram.people import PATIENCE, Gathering, Person
from tests.telegram.polling import Polling
from tests.telegram.rules.flood import Passage, too_many
from tests.telegram.rules.profile import Profile
from tests.telegram.serving import Serving, application, threadsafe
from tests.telegram.settings import Limits, Settings
from tests.telegram.world import Call, World

TOKEN = "7000000001:AAF-a-made-up-token-for-tests_only0"
LARGEST_UPDATE_ID = 2**31 - 1
GROUPS_BELOW = -1_000_000_000_000

_NAMES = (
    ("Amina", "Yusuf"),
    ("Tomasz", "Baker"),
    ("Grace", "Mensah"),
    ("Ewelina", "Nowak"),
    ("Siân", "Price"),
)


class TelegramServer:
    """Telegram, as one bot sees it. `settings` are in `settings.py`; `now` returns seconds since 1970.

    It serves from `__enter__` to `__exit__` in a thread of its own; everything may be called from any thread.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        token: str = TOKEN,
        port: int = 0,
        now: Callable[[], float] = time,
    ) -> None:
        self.token = token
        self.port = port
        self.world = World(token, settings or Settings(), now)
        self._people: dict[int, Person] = {}
        self._delivery: Delivery | None = None
        self._server: Serving | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="telegram", daemon=True)

    def __enter__(self) -> Self:
        self._socket = socket.create_server(("127.0.0.1", self.port))
        self.port = self._socket.getsockname()[1]
        self._thread.start()
        if not self._ready.wait(PATIENCE):
            raise RuntimeError("The Telegram server did not start.")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, trouble: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.stop()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "The Telegram server did not stop."

    @property
    def url(self) -> str:
        """Where the Bot API begins: calls go to `{url}/bot{token}/…`, files come from `{url}/file/bot{token}/…`."""
        return f"http://127.0.0.1:{self.port}"

    # Who is there

    def person(self, number: int, *, language_code: str = "en") -> Person:
        """The person with this id; new people have an account and have never written to the bot."""
        with self.world.lock:
            if number not in self._people:
                first, last = _NAMES[number % len(_NAMES)]
                identity = Identity(number, first, last, f"{first.lower()}_{number}", language_code)
                self._people[number] = Person(self.world, identity)
            return self._people[number]

    def group(self, number: int = 1) -> Gathering:
        """A small group."""
        chat = {"id": -number, "title": "Night team", "type": "group", "all_members_are_administrators": True}
        return self._gathering(chat)

    def supergroup(self, number: int = 1) -> Gathering:
        """A large group."""
        chat = {
            "id": GROUPS_BELOW - number,
            "title": "Rowan House",
            "username": "rowan_house",
            "type": "supergroup",
        }
        return self._gathering(chat)

    def channel(self, number: int = 900_000) -> Gathering:
        """A channel."""
        return self._gathering({"id": GROUPS_BELOW - number, "title": "Rowan House news", "type": "channel"})

    def _gathering(self, chat: dict[str, Any]) -> Gathering:
        with self.world.lock:
            return Gathering(self.world, chat)

    # What the bot did

    @property
    def calls(self) -> list[Call]:
        """Every call so far, oldest first."""
        with self.world.lock:
            return list(self.world.calls)

    def calls_of(self, method: str) -> list[Call]:
        """The calls of one method."""
        return [call for call in self.calls if call.method == method]

    @property
    def acknowledged(self) -> list[int]:
        """The ids of the updates the bot has confirmed, in the order it did."""
        with self.world.lock:
            return list(self.world.updates.acknowledged)

    @property
    def pending(self) -> list[int]:
        """The ids of the updates that wait."""
        with self.world.lock:
            return [update.id for update in self.world.updates.pending(self.world.now())]

    @property
    def dropped(self) -> list[int]:
        """The ids of the updates that waited too long, or were dropped because the bot asked for it."""
        with self.world.lock:
            self.world.updates.pending(self.world.now())
            return list(self.world.updates.dropped)

    @property
    def deliveries(self) -> list[Attempt]:
        """Every try to reach the webhook, oldest first."""
        with self.world.lock:
            return list(self._delivery.attempts) if self._delivery else []

    @property
    def sent(self) -> list[Passage]:
        """When each message left, and for which chat."""
        with self.world.lock:
            return list(self.world.flood.sent)

    @property
    def refused(self) -> list[Passage]:
        """When each message was answered with 429 because there were too many, and for which chat."""
        with self.world.lock:
            return list(self.world.flood.refused)

    @property
    def profile(self) -> Profile:
        """The commands and descriptions people see."""
        return self.world.profile

    def waits_until(self, true: Callable[[], bool], timeout: float = PATIENCE) -> None:
        """Wait for something to become true of this server.

        Raises:
            AssertionError: it did not within `timeout` seconds.
        """
        deadline = monotonic() + timeout
        with self.world.lock:
            while not true():
                left = deadline - monotonic()
                assert left > 0, f"It did not happen within {timeout} s; pending: {len(self.pending)}."
                self.world.lock.wait(left)

    def waits_until_all_is_acknowledged(self, timeout: float = PATIENCE) -> None:
        """Wait until no update is left."""
        self.waits_until(lambda: not self.pending, timeout)

    # What goes wrong

    def refuses(
        self, *, chat: int | None = None, method: str | None = None, retry_after: int = 1, times: int = 1
    ) -> None:
        """Answer the next calls with 429: all, or those for one chat, or of one method."""
        self._plan(Fault(too_many(retry_after), chat, method), times)

    def fails(
        self, code: int = 502, *, chat: int | None = None, method: str | None = None, times: int = 1
    ) -> None:
        """Answer the next calls with an error of Telegram's own, 500 or 502, and do nothing."""
        words = {500: "Internal Server Error", 502: "Bad Gateway"}[code]
        self._plan(Fault(Refused(code, words), chat, method), times)

    def hangs_up(self, *, chat: int | None = None, method: str | None = None, times: int = 1) -> None:
        """Carry the next calls out and break the connection instead of answering."""
        self._plan(Fault(None, chat, method), times)

    def _plan(self, fault: Fault, times: int) -> None:
        with self.world.lock:
            self.world.faults.plan(fault, times)

    @contextlib.contextmanager
    def being_down(self) -> Iterator[None]:
        """Nobody is answered, nothing is delivered, until the end of the block. People can write all the same."""
        self._set_down(down=True)
        try:
            yield
        finally:
            self._set_down(down=False)

    def _set_down(self, *, down: bool) -> None:
        with self.world.lock:
            self.world.faults.down = down
            self.world.changed()

    def has_a_quiet_week(self, chance: random.Random) -> int:
        """A week without updates: their ids go on anywhere, higher or lower. Returns the next id."""
        with self.world.lock:
            assert not self.pending, "the bot must have had all updates before a quiet week"
            self.world.updates.next_id = chance.randint(1, LARGEST_UPDATE_ID - 1_000_000)
            return self.world.updates.next_id

    # How it is served

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        polling, self._delivery = Polling(self.world), Delivery(self.world)
        for wake in (polling.wake, self._delivery.wake):
            self.world.listeners.append(threadsafe(loop, wake))
        self._server = Serving(application(self.world, polling))
        delivering = asyncio.create_task(self._delivery.run())
        self._ready.set()
        try:
            await self._server.serve(sockets=[self._socket])
        finally:
            self.world.listeners.clear()
            delivering.cancel()
            await asyncio.gather(delivering, return_exceptions=True)


# In a process of its own


def play_line(telegram: TelegramServer, line: str) -> None:
    """One line of a person: `7 some words` writes, `7 [Yes]` taps, `7 ?` shows the chat."""
    number, _, said = line.strip().partition(" ")
    person = telegram.person(int(number))
    if said == "?":
        print(person.transcript(), flush=True)
    elif said.startswith("[") and said.endswith("]"):
        person.taps(said[1:-1])
    else:
        person.writes(said)


def main() -> None:
    """Serve until the process is ended, playing the people whose lines come in; prints the address."""
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--port", type=int, default=0, help="0: a free one")
    reader.add_argument("--token", default=TOKEN)
    reader.add_argument("--unlimited", action="store_true", help="never answer 429")
    asked = reader.parse_args()
    settings = Settings(limits=None if asked.unlimited else Limits())
    with TelegramServer(settings, token=asked.token, port=asked.port) as telegram:
        print(telegram.url, flush=True)
        for line in sys.stdin:
            play_line(telegram, line)
        signal.pause()


if __name__ == "__main__":
    main()
