"""The chats and what stands in them, both as Telegram's JSON and as people see it."""

from __future__ import annotations

from typing import Any

import msgspec

from tests.telegram.rules.keyboards import Markup, Rows

Json = dict[str, Any]


class Identity(msgspec.Struct, frozen=True):
    """Who somebody is for Telegram: everything a bot is told about them with every message."""

    id: int
    first_name: str
    last_name: str
    username: str
    language_code: str

    def user(self) -> Json:
        """As the sender of a message."""
        return {"id": self.id, "is_bot": False} | _names(self) | {"language_code": self.language_code}

    def chat(self) -> Json:
        """As a private chat."""
        return {"id": self.id} | _names(self) | {"type": "private"}


def _names(who: Identity) -> Json:
    return {"first_name": who.first_name, "last_name": who.last_name, "username": who.username}


class Shown(msgspec.Struct, frozen=True):
    """A message as it stands in the chat.

    `mine`: the person wrote it, not the bot. `html` is the source as the bot sent it. `buttons` are rows of
    (label, data). `keyboard` are the labels it put in place of the letters; () took them away. `attachment` is
    "photo", "document" or another kind. `moment` grows with every message and every edit in the whole Telegram.
    """

    message_id: int
    mine: bool
    text: str
    html: str = ""
    buttons: Rows = ()
    keyboard: tuple[tuple[str, ...], ...] | None = None
    edited: bool = False
    attachment: str = ""
    moment: int = 0

    def labels(self) -> list[str]:
        """What stands on its buttons, row by row."""
        return [label for row in self.buttons for label, _ in row]


class Stored(msgspec.Struct, frozen=True):
    """A message as Telegram keeps it."""

    json: Json
    shown: Shown


class Chat:
    """One chat. A private one knows whether its person has ever written, blocked the bot, or left Telegram."""

    def __init__(self, json: Json) -> None:
        self.json = json
        self.id: int = json["id"]
        self.private = json["type"] == "private"
        self.began = not self.private
        self.blocked = False
        self.deactivated = False
        self.messages: dict[int, Stored] = {}


class Chats:
    """All chats of the bot, and the counters its messages are numbered with."""

    def __init__(self) -> None:
        self._chats: dict[int, Chat] = {}
        self._next_message = 1
        self._moment = 0

    def open(self, json: Json) -> Chat:
        """The chat with this id, made when there is none."""
        return self._chats.setdefault(json["id"], Chat(json))

    def find(self, chat_id: int | None) -> Chat | None:
        """The chat with this id, if there is one."""
        return None if chat_id is None else self._chats.get(chat_id)

    def add(
        self, chat: Chat, json: Json, markup: Markup | None = None, *, html: str = "", mine: bool
    ) -> Stored:
        """A new message at the end of a chat; `json` says what is in it, without its number and its chat."""
        message = {"message_id": self._next_message, "chat": chat.json} | json
        self._next_message += 1
        return self.put(chat, message, markup or Markup(), html=html, mine=mine)

    def put(self, chat: Chat, message: Json, markup: Markup, *, html: str, mine: bool) -> Stored:
        """A message at its place, new or edited."""
        self._moment += 1
        if markup.inline is not None:
            message = message | {"reply_markup": markup.inline}
        shown = Shown(
            message_id=message["message_id"],
            mine=mine,
            text=str(message.get("text") or message.get("caption") or ""),
            html=html,
            buttons=markup.buttons,
            keyboard=markup.keyboard,
            edited="edit_date" in message,
            attachment=_attachment(message),
            moment=self._moment,
        )
        stored = Stored(message, shown)
        chat.messages[shown.message_id] = stored
        return stored

    def replace(self, chat: Chat, message: Json) -> Stored:
        """A person's message, as they have edited it."""
        return self.put(chat, message, Markup(), html="", mine=True)

    @property
    def moment(self) -> int:
        """When the newest message or edit came."""
        return self._moment


ATTACHMENTS = ("animation", "audio", "contact", "document", "location", "photo", "sticker", "voice")


def _attachment(message: Json) -> str:
    return next((kind for kind in ATTACHMENTS if kind in message), "")
