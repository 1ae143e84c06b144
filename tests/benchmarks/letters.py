"""What Telegram would send: whole updates as JSON bytes, the same for every contestant but for what is said in them.

A contestant makes its own keyboards, so what a tap carries is its own, and known only when its turn has come: a
letter is made beforehand with a gap, and the gap is filled when it is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from dialogues.prompts import Ask
from tests.benchmarks.people import Step

_Json: TypeAlias = dict[str, Any]
_GAP = "⁂"
_NAMES = (("Ann", "Ashworth"), ("Bilal", "Khan"), ("Chipo", "Moyo"), ("Dorota", "Nowak"), ("Efua", "Mensah"))
_BOT = {"id": 1, "is_bot": True, "first_name": "Candour", "username": "candour_bot"}
_BEGAN_AT = 1_777_885_200  # 4 May 2026, 9:00 UTC
FIRST_CHAT = 5_000_000_000


class Said(Struct, frozen=True):
    """What somebody does in their client: tap a button with this data, or type this text."""

    data: str = ""
    text: str = ""


class Letter(Struct, frozen=True):
    """One update: whose, which step, whether it is their last, and its JSON around the gap if tapped or typed."""

    person: int
    step: Step
    is_last: bool
    tapped: tuple[bytes, bytes]
    typed: tuple[bytes, bytes]

    def filled(self, said: Said) -> bytes:
        """The update's JSON, whole."""
        before, after = self.tapped if said.data else self.typed
        return before + msgspec.json.encode(said.data or said.text) + after


def letters(number: int, steps: Sequence[Step]) -> list[Letter]:
    """All that one person sends; update ids and message ids rise as they do at Telegram."""
    found = []
    for place, step in enumerate(steps):
        update = {"update_id": 700_000_000 + 1000 * number + place}
        tapped = _around(update | {"callback_query": _tap(number, step, place)})
        typed = _around(update | {"message": _typed(number, step, place)})
        found.append(Letter(number, step, place == len(steps) - 1, tapped, typed))
    return found


def _around(update: _Json) -> tuple[bytes, bytes]:
    before, after = msgspec.json.encode(update).split(msgspec.json.encode(_GAP))
    return before, after


def _typed(number: int, step: Step, place: int) -> _Json:
    message = {
        "message_id": 2 * place + 2,
        "from": _user(number),
        "chat": _chat(number),
        "date": _BEGAN_AT + 20 * place,
        "text": _GAP,
    }
    if not step.text.startswith("/"):
        return message
    return message | {"entities": [{"offset": 0, "length": len(step.text), "type": "bot_command"}]}


def _tap(number: int, step: Step, place: int) -> _Json:
    return {
        "id": str(21_474_836_480_000_000 + 1000 * number + place),
        "from": _user(number),
        "message": {
            "message_id": 2 * place + 1,
            "from": _BOT,
            "chat": _chat(number),
            "date": _BEGAN_AT + 20 * place - 15,
            **_question(step),
        },
        "chat_instance": str(-3_000_000_000_000_000_000 - number),
        "data": _GAP,
    }


def _question(step: Step) -> _Json:
    """The message that the tapped button hangs on, worded like everybody's, with a keyboard of the usual size."""
    ask = step.prompt
    if not isinstance(ask, Ask):
        rows = [[{"text": "Hand in", "callback_data": "submit"}]]
        return {"text": "Here is what you told me.", "reply_markup": {"inline_keyboard": rows}}
    rows = [
        [{"text": option.label, "callback_data": f"{ask.question}:{option.value}"}] for option in ask.options
    ]
    text = f"{ask.progress.done} of {ask.progress.relevant}\n\n{ask.label}\n\n{ask.hint}"
    return {"text": text, "reply_markup": {"inline_keyboard": rows}}


def _user(number: int) -> _Json:
    return {"id": FIRST_CHAT + number, "is_bot": False, **_name(number), "language_code": "en"}


def _chat(number: int) -> _Json:
    return {"id": FIRST_CHAT + number, **_name(number), "type": "private"}


def _name(number: int) -> _Json:
    first, last = _NAMES[number % len(_NAMES)]
    return {"first_name": first, "last_name": last, "username": f"{first}_{last}_{number}".lower()}
