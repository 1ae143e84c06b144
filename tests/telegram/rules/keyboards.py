"""What may hang below a message: buttons in it, a keyboard instead of letters, or its removal."""

from __future__ import annotations

from typing import Any

import msgspec

from tests.telegram.errors import bad_request

MOST_BUTTONS = 100
LONGEST_DATA = 64
ACTIONS = ("callback_data", "url", "web_app", "login_url", "switch_inline_query", "copy_text", "pay")

Rows = tuple[tuple[tuple[str, str], ...], ...]


class Markup(msgspec.Struct, frozen=True):
    """A checked `reply_markup`.

    `inline` is what a Message repeats, or None. `buttons` are its rows of (label, data), data empty for a link.
    `keyboard` is the reply keyboard's rows of labels: () takes it away, None leaves it as it is.
    """

    inline: dict[str, Any] | None = None
    buttons: Rows = ()
    keyboard: tuple[tuple[str, ...], ...] | None = None


def read_markup(given: object) -> Markup:
    """What `reply_markup` asks for; refused as Telegram refuses it."""
    match given:
        case None:
            return Markup()
        case {"inline_keyboard": list(rows)}:
            return _inline(rows)
        case {"keyboard": list(rows)}:
            return Markup(keyboard=_keyboard(rows))
        case {"remove_keyboard": True}:
            return Markup(keyboard=())
        case {"force_reply": True}:
            return Markup()
        case _:
            raise bad_request("object expected as reply markup")


def _inline(given: list[Any]) -> Markup:
    rows = [[_checked(button) for button in row] for row in given if row]
    if sum(len(row) for row in rows) > MOST_BUTTONS:
        raise bad_request("reply markup is too long")
    if not rows:
        return Markup()
    shown = tuple(tuple((button["text"], button.get("callback_data", "")) for button in row) for row in rows)
    return Markup(inline={"inline_keyboard": rows}, buttons=shown)


def _checked(button: Any) -> dict[str, Any]:
    if not isinstance(button, dict) or "text" not in button:
        raise bad_request("can't parse inline keyboard button: Can't find field \"text\"")
    if not str(button["text"]).strip():
        raise bad_request("inline keyboard button text must be non-empty")
    if not any(action in button for action in ACTIONS):
        raise bad_request(
            "inline keyboard button must have an action: text buttons are unallowed in the inline keyboard"
        )
    if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= LONGEST_DATA:
        raise bad_request("BUTTON_DATA_INVALID")
    return button


def _keyboard(given: list[Any]) -> tuple[tuple[str, ...], ...]:
    rows = tuple(tuple(_label(button) for button in row) for row in given)
    if sum(len(row) for row in rows) > MOST_BUTTONS * 3:
        raise bad_request("reply markup is too long")
    return rows


def _label(button: Any) -> str:
    label = button if isinstance(button, str) else button.get("text", "")
    if not label.strip():
        raise bad_request("keyboard button text must be non-empty")
    return str(label)
