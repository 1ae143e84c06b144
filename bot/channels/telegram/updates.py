"""What of an update is kept. Decoding is scrubbing: what has no field here never enters the process.

Names, user names, languages, dates, forwards, phone numbers, places are dropped while the JSON is read.
"""

from __future__ import annotations

import re
from typing import TypeAlias

import msgspec
from msgspec import Struct

from bot import hearing
from bot.messages import Enter, Odd, Said, Tap, Words
from dialogues.wordless import Wordless

ALLOWED = ("message", "edited_message", "callback_query")  # what we ask Telegram for
PRIVATE = "private"


class Chat(Wordless, frozen=True):
    """Where it happened."""

    id: int
    type: str = PRIVATE


class Sent(Wordless, frozen=True):
    """A photo or a file, which Telegram keeps until it is fetched; its name is dropped."""

    file_id: str
    file_size: int = 0


class There(Wordless, frozen=True):
    """Something was there; nothing of it is read."""


class Message(Wordless, frozen=True):
    """A message, or the one that a tapped button belongs to."""

    message_id: int
    chat: Chat
    text: str = ""
    photo: tuple[Sent, ...] = ()
    document: Sent | None = None
    audio: Sent | None = None
    voice: Sent | None = None
    video: There | None = None
    video_note: There | None = None
    animation: There | None = None
    sticker: There | None = None
    location: There | None = None
    contact: There | None = None


class Query(Wordless, frozen=True):
    """A tapped button."""

    id: str
    data: str = ""
    message: Message | None = None


class Update(Wordless, frozen=True):
    """One update."""

    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: Query | None = None


class Fetch(Wordless, frozen=True):
    """A photo or a file that is still with Telegram. `voice`: recorded for this chat, not chosen from files."""

    file_id: str
    size: int
    voice: bool = False


Content: TypeAlias = Said | Fetch


class Heard(Struct, frozen=True):
    """What a person in a private chat did, or what somebody wrote to us elsewhere.

    `key` is unique in the chat: the same tap can come under two update ids, and is still the same tap.
    `query` is the tap to be answered, `message` the message whose button was tapped.
    """

    chat: int
    key: str
    content: Content
    query: str = ""
    message: int = 0
    private: bool = True

    def __repr__(self) -> str:
        return f"Heard({self.content!r})"


_NUMBER = re.compile(rb'"update_id"\s*:\s*([0-9]{1,18})')  # all that is needed to go past it
_decoder = msgspec.json.Decoder(Update)


def decode(body: bytes) -> Update:
    """The update in this JSON, empty when it cannot be read. Raises ValueError when it has not even a number."""
    try:
        return _decoder.decode(body)
    except (ValueError, RecursionError):  # an unknown shape, broken text, a thousand brackets
        number = _NUMBER.search(body)
        if number is None:
            raise ValueError("This is no update.") from None
        return Update(int(number.group(1)))


def heard(update: Update) -> Heard | None:
    """What an update says; None when nobody waits for an answer to it."""
    if update.callback_query is not None:
        return _tapped(update.callback_query)
    edited = update.edited_message is not None
    message = update.message or update.edited_message
    if message is None:
        return None
    content = Odd("edited") if edited else _content(message)
    if message.chat.type != PRIVATE:
        said = message.text.startswith("/")
        key = f"u{update.update_id}"
        return Heard(message.chat.id, key, content, private=False) if said and not edited else None
    return Heard(message.chat.id, f"u{update.update_id}", content)


def _tapped(query: Query) -> Heard | None:
    message = query.message
    if message is None or message.chat.type != PRIVATE:
        return None
    return Heard(message.chat.id, f"q{query.id}", Tap(query.data), query.id, message.message_id)


def _content(message: Message) -> Content:
    if message.text:
        return _words(message.text)
    if message.photo:
        largest = message.photo[-1]
        return Fetch(largest.file_id, largest.file_size)
    sent = message.document or message.audio or message.voice
    if sent is not None and message.animation is None:
        return Fetch(sent.file_id, sent.file_size, voice=sent is message.voice)
    return Odd(_kind(message))


def _words(text: str) -> Said:
    """What was typed; a link that was opened comes as a command."""
    found = hearing.command(text)
    return found if isinstance(found, Enter) else Words(text)


def _kind(message: Message) -> str:
    if message.video or message.video_note or message.animation:
        return "video"
    for kind in ("sticker", "location", "contact"):
        if getattr(message, kind) is not None:
            return kind
    return ""
