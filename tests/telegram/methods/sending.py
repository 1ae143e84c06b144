"""sendMessage, sendPhoto, sendDocument, sendChatAction."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from tests.telegram.chats import Chat, Json
from tests.telegram.errors import Refused, bad_request
from tests.telegram.files import LARGEST_PHOTO_UPLOAD
from tests.telegram.methods.reaching import known_chat, reachable_chat
from tests.telegram.parameters import Parameters
from tests.telegram.rules.entities import Entity, commands_in, parse_html, trimmed, units
from tests.telegram.rules.keyboards import Markup, read_markup
from tests.telegram.world import World

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
ACTIONS = frozenset(
    {
        "choose_sticker",
        "find_location",
        "record_video",
        "record_video_note",
        "record_voice",
        "typing",
        "upload_document",
        "upload_photo",
        "upload_video",
        "upload_video_note",
        "upload_voice",
    }
)


def send_message(world: World, given: Parameters) -> Json:
    """A text with what hangs below it."""
    chat = reachable_chat(world, given)
    return _send(world, chat, given, written_text(given), html=given.text("text"))


def send_photo(world: World, given: Parameters) -> Json:
    """A photo: new, or one that is kept, by its id."""
    chat = reachable_chat(world, given)
    caption = written_caption(given)
    upload = given.upload("photo")
    if upload is None:
        photo = [world.files.find(given.text("photo")).json() | {"width": 1, "height": 1}]
    elif len(upload.content) > LARGEST_PHOTO_UPLOAD:
        raise Refused(413, "Request Entity Too Large")
    else:
        photo = world.files.keep_photo(upload.content)
    return _send(world, chat, given, {"photo": photo} | caption, html=given.text("caption"))


def send_document(world: World, given: Parameters) -> Json:
    """A file as it is: new, or one that is kept, by its id."""
    chat = reachable_chat(world, given)
    caption = written_caption(given)
    upload = given.upload("document")
    if upload is None:
        document = world.files.find(given.text("document")).json()
    else:
        file = world.files.keep("documents", PurePath(upload.name).suffix, upload.content)
        document = file.json() | {"file_name": upload.name, "mime_type": upload.kind}
    return _send(world, chat, given, {"document": document} | caption, html=given.text("caption"))


def send_chat_action(world: World, given: Parameters) -> bool:
    """“is typing …”: it goes by and leaves nothing."""
    reachable_chat(world, given)
    if given.text("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    return True


def written_text(given: Parameters) -> Json:
    """`text` and its entities, checked."""
    text, entities = _written(given, "text", "entities")
    if not text:
        raise bad_request("message text is empty")
    if units(text) > LONGEST_TEXT:
        raise bad_request("message is too long")
    return {"text": text} | ({"entities": entities} if entities else {})


def written_caption(given: Parameters) -> Json:
    """`caption` and its entities, checked; nothing when there is none."""
    text, entities = _written(given, "caption", "caption_entities")
    if units(text) > LONGEST_CAPTION:
        raise bad_request("message caption is too long")
    caption = {"caption": text} if text else {}
    return caption | ({"caption_entities": entities} if entities else {})


def _written(given: Parameters, name: str, entities_name: str) -> tuple[str, list[Entity]]:
    source = given.text(name)
    entities: list[Any] = given.value(entities_name) or []
    match given.text("parse_mode").lower():
        case "html":
            source, entities = parse_html(source)
        case "":
            pass
        case _:
            raise bad_request("unsupported parse_mode")
    text, entities = trimmed(source, entities)
    return text, sorted(entities + commands_in(text), key=lambda entity: entity["offset"])


def _send(world: World, chat: Chat, given: Parameters, content: Json, *, html: str) -> Json:
    markup = read_markup(given.value("reply_markup"))
    reply = _reply(world, given)
    world.flood.admit(chat.id, world.now())
    message = {"from": world.bot, "date": world.date} | content | reply | _preview(given)
    return world.chats.add(chat, message, markup, html=html, mine=False).json


def _reply(world: World, given: Parameters) -> Json:
    asked: Json = given.value("reply_parameters") or {}
    message_id = asked.get("message_id") or given.number("reply_to_message_id")
    if not message_id:
        return {}
    replied = known_chat(world, given).messages.get(message_id)
    if replied is None and not asked.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return {"reply_to_message": replied.json} if replied else {}


def _preview(given: Parameters) -> Json:
    options = given.value("link_preview_options")
    return {"link_preview_options": options} if options else {}


def changed_markup(given: Parameters) -> Markup:
    """The inline keyboard an edited message gets; without one it loses what it had."""
    markup = read_markup(given.value("reply_markup"))
    if markup.keyboard is not None:
        raise bad_request("inline keyboard expected")
    return markup
