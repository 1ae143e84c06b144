"""People with a phone: what they do in their chat with the bot, and what they see there."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from pathlib import PurePath
from time import monotonic
from typing import Any

from tests.telegram.chats import Chat, Identity, Json, Shown, Stored
from tests.telegram.rules.entities import commands_in
from tests.telegram.world import Tap, World

PATIENCE = 5.0
"""Seconds a person waits for an answer unless a test says otherwise."""

Wanted = str | Callable[[str, str], bool]
"""A button: its label, or what is true of its label and its data."""


class Person:
    """One person and their private chat with the bot. Every method may be called from any thread."""

    def __init__(self, world: World, identity: Identity) -> None:
        self.identity = identity
        self.id = identity.id
        self._world = world
        self._chat: Chat = world.chats.open(identity.chat())
        self._acted = 0

    # What they do

    def start(self, payload: str = "") -> int:
        """Press Start, perhaps in a link with a payload; returns the message's id. It unblocks the bot, too."""
        if self._chat.blocked:
            self.unblocks()
        return self.writes(f"/start {payload}".strip())

    def writes(self, text: str) -> int:
        """Write a message; returns its id."""
        entities = commands_in(text)
        return self._says({"text": text} | ({"entities": entities} if entities else {}))

    def edits(self, message_id: int, text: str) -> None:
        """Change a message that was sent."""
        with self._world.lock:
            stored = self._chat.messages[message_id]
            assert stored.shown.mine, f"message {message_id} is not theirs to edit"
            edited = stored.json | {"text": text, "edit_date": self._world.date}
            self._keep(edited)
            self._world.happens("edited_message", edited, ("chat", self.id))

    def forwards(self, text: str, *, of: str = "Priya Shah") -> int:
        """Forward what somebody else wrote, with that person's name on it."""
        origin = {"type": "hidden_user", "sender_user_name": of, "date": self._world.date - 3600}
        return self._says({"forward_origin": origin, "text": text})

    def sends_photo(self, content: bytes, caption: str = "") -> int:
        """Send a picture as a photo: Telegram keeps it as JPEG in several sizes."""
        with self._world.lock:
            return self._says({"photo": self._world.files.keep_photo(content)} | _caption(caption))

    def sends_document(
        self, name: str, content: bytes, mime: str, caption: str = "", *, claimed_size: int | None = None
    ) -> int:
        """Send a file as it is; `claimed_size` in bytes lets Telegram say another size than it has."""
        file = self._keep_file("documents", PurePath(name).suffix, content, claimed_size)
        return self._says({"document": file | {"file_name": name, "mime_type": mime}} | _caption(caption))

    def sends_audio(self, content: bytes = b"ID3") -> int:
        """Send a piece of music."""
        details = {"duration": 3, "mime_type": "audio/mpeg", "title": "Rain", "performer": "Amina"}
        return self._says({"audio": self._keep_file("music", ".mp3", content) | details})

    def sends_voice(self, content: bytes = b"OggS") -> int:
        """Speak instead of writing."""
        file = self._keep_file("voice", ".oga", content)
        return self._says({"voice": file | {"duration": 2, "mime_type": "audio/ogg"}})

    def sends_sticker(self, emoji: str = "👍") -> int:
        """Send a sticker."""
        file = self._keep_file("stickers", ".webp", b"RIFF")
        details = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return self._says({"sticker": file | details | {"emoji": emoji, "set_name": "Hands"}})

    def shares_contact(self, phone: str = "+447700900123") -> int:
        """Share their telephone number."""
        contact = {"phone_number": phone, "first_name": self.identity.first_name, "user_id": self.id}
        return self._says({"contact": contact})

    def shares_location(self, latitude: float = 51.5, longitude: float = -0.12) -> int:
        """Share where they are, in degrees."""
        return self._says({"location": {"latitude": latitude, "longitude": longitude}})

    def taps(self, wanted: Wanted) -> Tap:
        """Tap the button in the newest message that has it."""
        with self._world.lock:
            for shown in reversed(self.chat):
                data = _find(shown, wanted)
                if data is not None:
                    return self.taps_on(shown.message_id, data)
        raise AssertionError(f"No button {wanted!r} in the chat.\n{self.transcript()}")

    def taps_on(self, message_id: int, data: str) -> Tap:
        """Tap a button of a message, even one that has gone in the meantime."""
        return self._tap(Tap(secrets.token_hex(9), None, self.id, message_id, data, self._world.now()))

    def taps_again(self, tap: Tap, *, same_query: bool = False) -> Tap:
        """The app sends a tap a second time: another update id, and usually another query id.

        Source: telegram-bot-api issue 699; the app does so when it was closed before it heard of the first.
        """
        query = tap.id if same_query else secrets.token_hex(9)
        return self._tap(Tap(query, None, self.id, tap.message_id, tap.data, self._world.now()))

    def blocks(self) -> None:
        """Block the bot."""
        self._block(blocked=True)

    def unblocks(self) -> None:
        """Take it back."""
        self._block(blocked=False)

    def leaves_telegram(self) -> None:
        """Delete the account."""
        with self._world.lock:
            self._chat.deactivated = True

    # What they see

    @property
    def chat(self) -> list[Shown]:
        """All messages of both sides, oldest first."""
        with self._world.lock:
            return [stored.shown for stored in self._chat.messages.values()]

    @property
    def replies(self) -> list[Shown]:
        """The messages of the bot, oldest first."""
        return [shown for shown in self.chat if not shown.mine]

    @property
    def last(self) -> Shown:
        """The newest message of the bot."""
        replies = self.replies
        assert replies, f"The bot has written nothing.\n{self.transcript()}"
        return replies[-1]

    @property
    def keyboard(self) -> tuple[tuple[str, ...], ...]:
        """The labels that stand in place of the letters, if any."""
        keyboards = [shown.keyboard for shown in self.chat if shown.keyboard is not None]
        return keyboards[-1] if keyboards else ()

    @property
    def notices(self) -> list[str]:
        """What the bot answered to their taps, where it said something."""
        with self._world.lock:
            answers = [answer for answer in self._world.answers.values() if answer.tap.person == self.id]
        return [answer.text for answer in answers if answer.text]

    @property
    def unanswered_taps(self) -> list[Tap]:
        """The taps whose buttons still show a clock."""
        with self._world.lock:
            mine = [tap for tap in self._world.taps.values() if tap.person == self.id]
            return [tap for tap in mine if tap.id not in self._world.answers]

    def waits_for(self, wanted: str | Callable[[Shown], bool], timeout: float = PATIENCE) -> Shown:
        """The newest message of the bot that has this text in it, or of which this is true, as soon as there is one.

        Raises:
            AssertionError: none came within `timeout` seconds; it shows the chat.
        """
        return self._wait(lambda shown: _fits(shown, wanted), repr(wanted), timeout)

    def waits_for_news(self, timeout: float = PATIENCE) -> Shown:
        """The newest message of the bot that came, or was edited, since the person last did something."""
        acted = self._acted
        return self._wait(lambda shown: shown.moment > acted, "anything new", timeout)

    async def sees(self, wanted: str | Callable[[Shown], bool], timeout: float = PATIENCE) -> Shown:  # noqa: ASYNC109
        """`waits_for`, for a test whose event loop must go on: the bot may live on it."""
        return await asyncio.to_thread(self.waits_for, wanted, timeout)

    async def sees_news(self, timeout: float = PATIENCE) -> Shown:  # noqa: ASYNC109
        """`waits_for_news`, for a test whose event loop must go on."""
        return await asyncio.to_thread(self.waits_for_news, timeout)

    def transcript(self) -> str:
        """The chat as text, to be read when a test fails."""
        return "\n".join(_line(shown) for shown in self.chat) or "(an empty chat)"

    # How it is done

    def _wait(self, fits: Callable[[Shown], bool], wanted: str, timeout: float) -> Shown:
        deadline = monotonic() + timeout
        with self._world.lock:
            while True:
                for stored in reversed(self._chat.messages.values()):
                    if not stored.shown.mine and fits(stored.shown):
                        return stored.shown
                left = deadline - monotonic()
                if left <= 0:
                    raise AssertionError(f"{wanted} did not come within {timeout} s.\n{self.transcript()}")
                self._world.lock.wait(left)

    def _says(self, content: Json) -> int:
        with self._world.lock:
            assert not self._chat.blocked, "who has blocked the bot cannot write to it"
            self._chat.began = True
            message = {"from": self.identity.user(), "date": self._world.date} | content
            stored = self._world.chats.add(self._chat, message, mine=True)
            self._acted = stored.shown.moment
            self._world.happens("message", stored.json, ("chat", self.id))
            return stored.shown.message_id

    def _keep(self, message: Json) -> None:
        stored = self._world.chats.replace(self._chat, message)
        self._acted = stored.shown.moment

    def _keep_file(self, folder: str, ending: str, content: bytes, claimed_size: int | None = None) -> Json:
        with self._world.lock:
            return self._world.files.keep(folder, ending, content, size=claimed_size).json()

    def _tap(self, tap: Tap) -> Tap:
        with self._world.lock:
            self._acted = self._world.chats.moment
            body = {
                "id": tap.id,
                "from": self.identity.user(),
                "message": self._tapped(tap.message_id),
                "chat_instance": str(7_000_000_000 + self.id),
                "data": tap.data,
            }
            # The tap must be known before the bot can answer it.
            self._world.taps[tap.id] = tap
            update_id = self._world.happens("callback_query", body, ("taps", self.id))
            known = Tap(tap.id, update_id, tap.person, tap.message_id, tap.data, tap.at)
            self._world.taps[tap.id] = known
            return known

    def _tapped(self, message_id: int) -> Json:
        """The message below which the button hangs; of a deleted one only its number is left."""
        stored: Stored | None = self._chat.messages.get(message_id)
        return stored.json if stored else {"chat": self._chat.json, "message_id": message_id, "date": 0}

    def _block(self, *, blocked: bool) -> None:
        with self._world.lock:
            assert self._chat.began, "who has never written has nothing to block"
            if self._chat.blocked == blocked:
                return
            self._chat.blocked = blocked
            member, kicked = {"status": "member"}, {"status": "kicked", "until_date": 0}
            old, new = (member, kicked) if blocked else (kicked, member)
            body = {
                "chat": self._chat.json,
                "from": self.identity.user(),
                "date": self._world.date,
                "old_chat_member": {"user": self._world.bot} | old,
                "new_chat_member": {"user": self._world.bot} | new,
            }
            self._world.happens("my_chat_member", body, ("membership", self.id))


def _caption(caption: str) -> Json:
    return {"caption": caption} if caption else {}


def _find(shown: Shown, wanted: Wanted) -> str | None:
    for row in shown.buttons:
        for label, data in row:
            if label == wanted if isinstance(wanted, str) else wanted(label, data):
                return data
    return None


def _fits(shown: Shown, wanted: str | Callable[[Shown], bool]) -> bool:
    return wanted in shown.text if isinstance(wanted, str) else wanted(shown)


def _line(shown: Shown) -> str:
    side = "→" if shown.mine else "←"
    what = f"({shown.attachment}) " if shown.attachment else ""
    edited = " (edited)" if shown.edited else ""
    buttons = "".join("\n    " + " ".join(f"[{label}]" for label, _ in row) for row in shown.buttons)
    return f"{side} {shown.message_id}{edited} {what}{shown.text}{buttons}"


class Gathering:
    """A group, a supergroup or a channel the bot was brought into."""

    def __init__(self, world: World, chat: Json) -> None:
        self._world = world
        self._chat = world.chats.open(chat)
        self.id: int = chat["id"]

    def says(self, person: Person, text: str) -> int:
        """Somebody writes in the group; returns the message's id."""
        return self._happens("message", {"from": person.identity.user(), "text": text})

    def posts(self, text: str) -> int:
        """The channel itself writes; returns the message's id."""
        sender: dict[str, Any] = {"sender_chat": self._chat.json, "author_signature": "The editors"}
        return self._happens("channel_post", sender | {"text": text})

    def _happens(self, kind: str, content: Json) -> int:
        with self._world.lock:
            stored = self._world.chats.add(self._chat, {"date": self._world.date} | content, mine=True)
            self._world.happens(kind, stored.json, ("chat", self.id))
            return stored.shown.message_id

    @property
    def chat(self) -> list[Shown]:
        """All messages, oldest first."""
        with self._world.lock:
            return [stored.shown for stored in self._chat.messages.values()]
