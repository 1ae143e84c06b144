"""What Telegram shows before anything is said: the commands, and what this bot is, in each language."""

from __future__ import annotations

from bot import hearing, wording
from bot.channels.telegram.client import Client


async def set_up(client: Client) -> None:
    """Tell Telegram the commands and descriptions. Raises telegram.error.TelegramError."""
    for language in wording.languages():
        code = "" if language == wording.SOURCE else language
        await client.call("setMyCommands", {"commands": commands(language), "language_code": code})
        await client.call("setMyDescription", {"description": description(language), "language_code": code})
        await client.call(
            "setMyShortDescription", {"short_description": in_short(language), "language_code": code}
        )


def commands(language: str) -> list[dict[str, str]]:
    """The commands, each with what it does."""
    _ = wording.voice(language)
    return [{"command": name, "description": _(what)} for name, what in hearing.COMMANDS.items()]


def description(language: str) -> str:
    """What is shown before somebody presses Start: at most 512 characters."""
    _ = wording.voice(language)
    return "\n\n".join(
        (
            _("I ask people who work in care what it is like there, after something has gone wrong."),
            _("Nobody in your organisation can see who wrote what. Telegram knows that you use this bot."),
            _("To begin, open the link or scan the code that you were given."),
            _("If someone is in danger right now, call 999."),
        )
    )


def in_short(language: str) -> str:
    """What is shown on the bot's profile: at most 120 characters."""
    _ = wording.voice(language)
    return _("Listens to people who work in care. In danger? Call 999.")
