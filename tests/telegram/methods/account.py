"""getMe, getChat, and what people see of the bot: commands, descriptions, name, menu button."""

from __future__ import annotations

from tests.telegram.chats import Json
from tests.telegram.methods.reaching import known_chat
from tests.telegram.parameters import Parameters
from tests.telegram.rules.profile import Commands
from tests.telegram.world import World


def get_me(world: World, _: Parameters) -> Json:
    """Who the bot is."""
    return world.bot | {
        "can_join_groups": False,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def get_chat(world: World, given: Parameters) -> Json:
    """Who somebody is."""
    more = {"accent_color_id": 1, "max_reaction_count": 11, "accepted_gift_types": _GIFTS}
    return known_chat(world, given).json | more


_GIFTS = {
    "unlimited_gifts": True,
    "limited_gifts": True,
    "unique_gifts": True,
    "premium_subscription": True,
    "gifts_from_channels": True,
}


def set_my_commands(world: World, given: Parameters) -> bool:
    """The commands for a scope and a language."""
    world.profile.set_commands(given.value("commands"), given.value("scope"), given.text("language_code"))
    return True


def get_my_commands(world: World, given: Parameters) -> Commands:
    """What was set for just this scope and language."""
    return world.profile.commands(given.value("scope"), given.text("language_code"))


def delete_my_commands(world: World, given: Parameters) -> bool:
    """Forget them for a scope and a language."""
    world.profile.delete_commands(given.value("scope"), given.text("language_code"))
    return True


def set_my_description(world: World, given: Parameters) -> bool:
    """What stands in the empty chat before Start is pressed."""
    return _set(world, given, "description")


def get_my_description(world: World, given: Parameters) -> Json:
    """What was set for just this language."""
    return {"description": world.profile.text("description", given.text("language_code"))}


def set_my_short_description(world: World, given: Parameters) -> bool:
    """What stands on the bot's profile page."""
    return _set(world, given, "short_description")


def get_my_short_description(world: World, given: Parameters) -> Json:
    """What was set for just this language."""
    return {"short_description": world.profile.text("short_description", given.text("language_code"))}


def set_my_name(world: World, given: Parameters) -> bool:
    """The bot's name in a language."""
    return _set(world, given, "name")


def get_my_name(world: World, given: Parameters) -> Json:
    """What was set for just this language, or the name it began with."""
    return {"name": world.profile.text("name", given.text("language_code")) or world.bot["first_name"]}


def _set(world: World, given: Parameters, kind: str) -> bool:
    world.profile.set_text(kind, given.text(kind), given.text("language_code"))
    return True


def set_chat_menu_button(world: World, given: Parameters) -> bool:
    """The button beside the text field."""
    world.profile.menu_button = given.value("menu_button") or {"type": "commands"}
    return True


def get_chat_menu_button(world: World, _: Parameters) -> Json:
    """The button beside the text field."""
    return world.profile.menu_button
