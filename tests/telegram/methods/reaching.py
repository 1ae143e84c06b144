"""Whom a call can reach, and which message it means."""

from __future__ import annotations

from tests.telegram.chats import Chat, Stored
from tests.telegram.errors import bad_request, forbidden
from tests.telegram.parameters import Parameters
from tests.telegram.world import World


def known_chat(world: World, given: Parameters) -> Chat:
    """The chat of a call."""
    if not given.text("chat_id"):
        raise bad_request("chat_id is empty")
    chat = world.chats.find(given.chat)
    if chat is None:
        raise bad_request("chat not found")
    return chat


def reachable_chat(world: World, given: Parameters) -> Chat:
    """The chat of a call, if its person can be written to."""
    chat = known_chat(world, given)
    if chat.deactivated:
        raise forbidden("user is deactivated")
    if chat.blocked:
        raise forbidden("bot was blocked by the user")
    if not chat.began:
        raise forbidden("bot can't initiate conversation with a user")
    return chat


def own_message(world: World, given: Parameters) -> tuple[Chat, Stored]:
    """The bot's own message that a call wants to edit."""
    chat = reachable_chat(world, given)
    stored = chat.messages.get(given.number("message_id") or 0)
    if stored is None:
        raise bad_request("message to edit not found")
    if stored.shown.mine or stored.json.get("from", {}).get("id") != world.bot["id"]:
        raise bad_request("message can't be edited")
    return chat, stored
