"""What people see of a bot before they write to it: its name, commands and descriptions, by language."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from tests.telegram.errors import bad_request

MOST_COMMANDS = 100
LONGEST_COMMAND_DESCRIPTION = 256
LONGEST = {"name": 64, "description": 512, "short_description": 120}

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"([a-z]{2})?")

Commands = list[dict[str, str]]


class Profile:
    """Commands by scope and language, and the texts (`name`, `description`, `short_description`) by language."""

    def __init__(self) -> None:
        self._commands: dict[tuple[bytes, str], Commands] = {}
        self._texts: dict[tuple[str, str], str] = {}
        self.menu_button: dict[str, Any] = {"type": "commands"}

    def commands(self, scope: object, language: str) -> Commands:
        """What was set for just this scope and language."""
        return self._commands.get(_key(scope, language), [])

    def set_commands(self, commands: object, scope: object, language: str) -> None:
        """Set them, or refuse them all."""
        self._commands[_key(scope, language)] = _checked(commands)

    def delete_commands(self, scope: object, language: str) -> None:
        """Forget what was set for just this scope and language."""
        self._commands.pop(_key(scope, language), None)

    def text(self, kind: str, language: str) -> str:
        """What was set for just this language."""
        return self._texts.get((kind, _language(language)), "")

    def set_text(self, kind: str, text: str, language: str) -> None:
        """Set it, or refuse it for its length."""
        if len(text) > LONGEST[kind]:
            raise bad_request(f"bot {kind.replace('_', ' ')} is too long")
        self._texts[kind, _language(language)] = text


def _key(scope: object, language: str) -> tuple[bytes, str]:
    return msgspec.json.encode(scope or {"type": "default"}, order="sorted"), _language(language)


def _language(given: str) -> str:
    if not _LANGUAGE.fullmatch(given):
        raise bad_request("invalid language code specified")
    return given


def _checked(commands: object) -> Commands:
    if not isinstance(commands, list):
        raise bad_request("expected an Array of BotCommand")
    if len(commands) > MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    return [_command(each) for each in commands]


def _command(given: dict[str, str]) -> dict[str, str]:
    name, description = given.get("command", "").removeprefix("/"), given.get("description", "").strip()
    if not _COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not description:
        raise bad_request("command description must be non-empty")
    if len(description) > LONGEST_COMMAND_DESCRIPTION:
        raise bad_request(f"command description length must not exceed {LONGEST_COMMAND_DESCRIPTION}")
    return {"command": name, "description": description}
