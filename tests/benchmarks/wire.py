"""Where a library's request layer would open a connection: payloads are counted, and answered as Telegram would."""

from __future__ import annotations

import json

ME = json.dumps(
    {"ok": True, "result": {"id": 1, "is_bot": True, "first_name": "Candour", "username": "candour_bot"}}
)
_SENT = json.dumps(
    {
        "ok": True,
        "result": {
            "message_id": 3,
            "from": {"id": 1, "is_bot": True, "first_name": "Candour", "username": "candour_bot"},
            "chat": {"id": 5_000_000_000, "first_name": "Ann", "username": "ann", "type": "private"},
            "date": 1_777_885_200,
            "text": "8 of 35\n\nIn the last month, how often did people get help when they needed it?",
            "reply_markup": {
                "inline_keyboard": [
                    [{"text": choice, "callback_data": f"help_in_time:{choice.lower()}"}]
                    for choice in ("Never", "Rarely", "Sometimes", "Often", "Always", "Does not apply")
                ]
            },
        },
    }
)
_DONE = json.dumps({"ok": True, "result": True})


class Wire:
    """What left: messages, and answers to taps."""

    def __init__(self) -> None:
        self.messages = 0
        self.answers = 0

    def take(self, method: str, payload: bytes | str) -> str:
        """What the Bot API says to a call. The payload is what would have been its body."""
        match method:
            case "getMe":
                return ME
            case "sendMessage":
                assert payload
                self.messages += 1
                return _SENT
            case "answerCallbackQuery" | "editMessageText" | "editMessageReplyMarkup":
                assert payload
                self.answers += 1
                return _DONE
        raise AssertionError(f"Nobody expected {method}.")
