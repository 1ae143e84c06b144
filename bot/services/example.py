"""The example audits of `candour demo`: synthetic people, played through the real engine and turn loop."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from bot.clock import Clock, SetClock
from bot.messages import Address, Incoming, Reply
from bot.services.access import EXAMPLE_LEAD
from bot.services.appointing import appoint
from bot.services.auditing import choose_passphrase, close_audit, open_audit
from bot.turns import TurnLoop
from dialogues import library
from dialogues.interview import State
from dialogues.moves import Answer, Begin, Confirm, Move, Skip, Submit, Wording
from dialogues.prompts import Ask, ConfirmWording, Review
from storage.casework import Audit
from storage.slips import LEAD
from storage.unit_of_work import Storage

EXAMPLES = Path(__file__).parents[1] / "example"
FIRST, LATER = "rowan-house", "rowan-house-later"
FORM = "staff-culture"
PASSPHRASE = "made up for the example"  # noqa: S105 - of made-up people; the demo tells it
_FORMS = (FORM, "concern")
_MOST_TURNS = 200  # of one interview: an answer that is never taken must not play for ever


async def play_example(storage: Storage, clock: Clock) -> None:
    """Open the first audit, hear its staff and publish it; open the later one and leave it open.

    Both have the same made-up lead, as whom everybody acts who looks at the example.
    """
    now = clock.now()
    opened = SetClock(now - timedelta(days=196))
    await _hear(storage, FIRST, opened)
    lead, _ = await asyncio.to_thread(appoint, storage, FIRST, LEAD, EXAMPLE_LEAD, clock=opened)
    await asyncio.to_thread(close_audit, storage, FIRST, SetClock(now - timedelta(days=175)))
    opened = SetClock(now - timedelta(days=9))
    await _hear(storage, LATER, opened)
    same = f"{FIRST}/{lead}"
    await asyncio.to_thread(appoint, storage, LATER, LEAD, EXAMPLE_LEAD, same, opened)


async def _hear(storage: Storage, name: str, clock: Clock) -> None:
    """Open one example audit and play everybody's interview, all at once."""
    material = yaml.load((EXAMPLES / f"{name}.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    audit = Audit(
        id=name,
        name=material["title"],
        service=material["service"],
        incident=material["incident"],
        staff_count=int(material["staff_count"]),
        opened_on=clock.now().date(),
        synthetic=True,
    )
    open_audit(storage, audit, [library.shipped(form) for form in _FORMS])
    choose_passphrase(storage, name, PASSPHRASE, clock)
    async with TurnLoop(storage, clock) as turns:
        heard = await asyncio.gather(
            *(_interview(turns, name, number, member) for number, member in enumerate(material["staff"]))
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
