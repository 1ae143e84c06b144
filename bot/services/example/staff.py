"""The staff of the example audits: synthetic people, who answer through the real engine and turn loop."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from bot.clock import Clock
from bot.messages import Address, Incoming, Reply
from bot.services.auditing import choose_passphrase
from bot.turns import TurnLoop
from dialogues import library
from dialogues.form import Form
from dialogues.interview import State
from dialogues.moves import Answer, Begin, Confirm, Move, Skip, Submit, Wording
from dialogues.prompts import Ask, ConfirmWording, Review
from reports.hours import local_day
from storage.casework import Audit
from storage.unit_of_work import Storage

EXAMPLES = Path(__file__).parents[2] / "example"
FORM = "staff-culture"
PASSPHRASE = "kettle maple ladder violin"  # noqa: S105 - of made-up people; the demo tells it
_FORMS = (FORM, "concern")
_MOST_TURNS = 200  # of one interview: an answer that is never taken must not play for ever


def material_of(name: str) -> dict[str, Any]:
    """What the example says, by the name of its file."""
    found: dict[str, Any] = yaml.load((EXAMPLES / f"{name}.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    return found


def described(name: str, material: Mapping[str, Any], clock: Clock) -> Audit:
    """The audit that a file describes, opened today."""
    return Audit(
        id=name,
        name=material["title"],
        service=material["service"],
        incident=material["incident"],
        staff_count=int(material["staff_count"]),
        opened_on=local_day(clock.now()),
        synthetic=True,
        harm_types="neglect",
    )


def forms() -> list[Form]:
    """What staff are offered."""
    return [library.shipped(form) for form in _FORMS]


async def hear(storage: Storage, name: str, staff: Sequence[Mapping[str, Any]], clock: Clock) -> None:
    """Play everybody's interview, all at once. Raises ValueError when one is not handed in."""
    await asyncio.to_thread(choose_passphrase, storage, name, PASSPHRASE, clock)
    async with TurnLoop(storage, clock) as turns:
        heard = await asyncio.gather(
            *(_interview(turns, name, number, member) for number, member in enumerate(staff))
        )
    if not all(heard):
        raise ValueError(f"{heard.count(False)} interviews of the example {name} were not handed in.")


async def _interview(turns: TurnLoop, audit: str, number: int, member: Mapping[str, Any]) -> bool:
    """One synthetic person's interview, from the first question to handing in."""
    address = Address("example", f"{audit}/{number}")
    move: Move = Begin(language=member["language"])
    for turn in range(_MOST_TURNS):
        reply = await turns.play(Incoming(address, audit, FORM, str(turn), move))
        following = _next_move(reply, member["answers"])
        if following is None:
            return reply.interview.state is State.SUBMITTED
        move = following
    return False


def _next_move(reply: Reply, answers: Mapping[str, Any]) -> Move | None:
    """What this person does next: answers, skips what they left out, hands in."""
    match reply.prompts[-1]:
        case Ask(question=question, turn=turn):
            value = answers.get(question)
            if value is None:
                return Skip(question=question, turn=turn)
            return Answer(
                tuple(value) if isinstance(value, list) else str(value), question=question, turn=turn
            )
        case ConfirmWording():
            return Confirm(Wording.KEEP)
        case Review(complete=True):
            return Submit()
        case _:
            return None
