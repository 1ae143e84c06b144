"""Every method this server knows, and how a call is carried out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.telegram.errors import HungUp, Refused
from tests.telegram.methods import account, editing, receiving, sending
from tests.telegram.parameters import Parameters
from tests.telegram.world import Call, World

METHODS: dict[str, Callable[[World, Parameters], Any]] = {
    "answerCallbackQuery": editing.answer_callback_query,
    "deleteMessage": editing.delete_message,
    "deleteMyCommands": account.delete_my_commands,
    "deleteWebhook": receiving.delete_webhook,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "editMessageText": editing.edit_message_text,
    "getChat": account.get_chat,
    "getChatMenuButton": account.get_chat_menu_button,
    "getFile": receiving.get_file,
    "getMe": account.get_me,
    "getMyCommands": account.get_my_commands,
    "getMyDescription": account.get_my_description,
    "getMyName": account.get_my_name,
    "getMyShortDescription": account.get_my_short_description,
    "getWebhookInfo": receiving.get_webhook_info,
    "sendChatAction": sending.send_chat_action,
    "sendDocument": sending.send_document,
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "setChatMenuButton": account.set_chat_menu_button,
    "setMyCommands": account.set_my_commands,
    "setMyDescription": account.set_my_description,
    "setMyName": account.set_my_name,
    "setMyShortDescription": account.set_my_short_description,
    "setWebhook": receiving.set_webhook,
}
POLL = "getUpdates"
NAMES = {name.lower(): name for name in (*METHODS, POLL)}


def perform(world: World, method: str, given: Parameters) -> Any:
    """Carry a call out and return its result; the trouble a test has planned strikes here.

    Raises:
        Refused: Telegram says no, or something else than yes.
        HungUp: the call was carried out, but nobody will hear of it.
    """
    name = note(world, method, given)
    with world.lock:
        fault = world.faults.strike(name, given.chat)
        if fault and fault.refusal:
            raise fault.refusal
        try:
            result = METHODS[name](world, given)
        finally:
            world.changed()
        if fault:
            raise HungUp
        return result


def note(world: World, method: str, given: Parameters) -> str:
    """Write a call down; returns the method in Telegram's spelling."""
    name = NAMES.get(method.lower())
    if name is None:
        raise Refused(404, "Not Found: method not found")
    with world.lock:
        world.calls.append(Call(name, given.given, world.now()))
        world.lock.notify_all()
    return name
