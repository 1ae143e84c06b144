"""editMessageText, editMessageReplyMarkup, deleteMessage, answerCallbackQuery."""

from __future__ import annotations

from tests.telegram.chats import Chat, Json, Stored
from tests.telegram.errors import bad_request
from tests.telegram.methods.reaching import known_chat, own_message
from tests.telegram.methods.sending import changed_markup, written_text
from tests.telegram.parameters import Parameters
from tests.telegram.rules.keyboards import Markup
from tests.telegram.world import TapAnswer, World

DELETABLE = 48 * 3600.0
LONGEST_NOTICE = 200


def edit_message_text(world: World, given: Parameters) -> Json:
    """Another text, and another inline keyboard, in the place of the old."""
    chat, stored = own_message(world, given)
    if "text" not in stored.json:
        raise bad_request("there is no text in the message to edit")
    content = {
        key: value for key, value in stored.json.items() if key not in ("text", "entities", "reply_markup")
    }
    return _edit(
        world, chat, stored, content | written_text(given), changed_markup(given), given.text("text")
    )


def edit_message_reply_markup(world: World, given: Parameters) -> Json:
    """Another inline keyboard, or none."""
    chat, stored = own_message(world, given)
    content = {key: value for key, value in stored.json.items() if key != "reply_markup"}
    return _edit(world, chat, stored, content, changed_markup(given), stored.shown.html)


def _edit(world: World, chat: Chat, stored: Stored, message: Json, markup: Markup, html: str) -> Json:
    if _visible(stored.json) == _visible(message | {"reply_markup": markup.inline}):
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same as a "
            "current content and reply markup of the message"
        )
    world.flood.admit(chat.id, world.now(), edit=True)
    edited = message | {"edit_date": world.date}
    return world.chats.put(chat, edited, markup, html=html, mine=False).json


def _visible(message: Json) -> tuple[object, ...]:
    return tuple(message.get(name) for name in ("text", "entities", "reply_markup"))


def delete_message(world: World, given: Parameters) -> bool:
    """Take a message away, for 48 hours."""
    chat = known_chat(world, given)
    stored = chat.messages.get(given.number("message_id") or 0)
    if stored is None:
        raise bad_request("message to delete not found")
    if world.now() - stored.json["date"] > DELETABLE:
        raise bad_request("message can't be deleted for everyone")
    del chat.messages[stored.shown.message_id]
    return True


def answer_callback_query(world: World, given: Parameters) -> bool:
    """Stop the clock on a tapped button, with or without a notice."""
    tap = world.taps.get(given.text("callback_query_id"))
    if tap is None or world.now() - tap.at > world.settings.tap_answerable:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    text = given.text("text")
    if len(text) > LONGEST_NOTICE:
        raise bad_request("MESSAGE_TOO_LONG")
    world.answers.setdefault(tap.id, TapAnswer(tap, text, given.flag("show_alert")))
    return True
