"""A chat without a network: somebody who writes and taps, and what stands in their chat. For tests and documentation.

    async with TurnLoop(storage, clock) as turns:
        amina = Person(turns, "amina")
        await amina.comes("rowan-house")
        await amina.taps("Yes")
        await amina.says("I told the nurse in charge")
        print(amina.last.text)

It is a channel like the others: what is said goes through the turn loop, and is on the disk when the reply is here.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from bot import buttons, promises, welcoming, wording
from bot.messages import (
    Address,
    Admitted,
    Appointed,
    AtRisk,
    Attached,
    Desk,
    Doors,
    Enter,
    Incoming,
    Invited,
    Outcome,
    Promises,
    Reply,
    Said,
    Sheet,
    Tap,
    Welcomed,
    Words,
)
from bot.turns import TurnLoop
from bot.wording import Outgoing
from dialogues.prompts import Signpost
from dialogues.wordless import Wordless

CHANNEL = "memory"


class Message(Wordless, frozen=True):
    """What stands in the chat: its paragraphs, and what each of its buttons carries. It has no repr."""

    text: tuple[str, ...]
    buttons: tuple[tuple[str, str], ...] = ()

    @property
    def labels(self) -> list[str]:
        """The words on its buttons."""
        return [label for label, _ in self.buttons]


class Person:
    """Somebody in a chat of their own. `chat` holds every message of ours, the oldest first."""

    def __init__(self, turns: TurnLoop, name: str) -> None:
        self.chat: list[Message] = []
        self.outcome: Outcome | None = None
        self._turns = turns
        self._address = Address(CHANNEL, name)
        self._numbers = count(1)

    def __repr__(self) -> str:
        return "Person()"

    @property
    def last(self) -> Message:
        """The newest message of ours."""
        return self.chat[-1]

    async def comes(self, code: str) -> tuple[Message, ...]:
        """Come by a link: with a slip, or the name of an audit. What they then see; raises as `TurnLoop.hear` does."""
        return await self._does(Enter(code))

    async def says(self, words: str) -> tuple[Message, ...]:
        """Write something: an answer, the words of a button, a command."""
        return await self._does(Words(words))

    async def taps(self, label: str) -> tuple[Message, ...]:
        """Tap the newest button with these words. Raises LookupError when there is none."""
        for message in reversed(self.chat):
            for words, token in message.buttons:
                if words == label:
                    return await self.taps_on(token)
        raise LookupError(label)

    async def taps_on(self, token: str) -> tuple[Message, ...]:
        """Tap a button by what it carries, even an old one."""
        return await self._does(Tap(token))

    async def attaches(self, content: bytes, extension: str) -> tuple[Message, ...]:
        """Send a file that was prepared before: `bot.services.attaching`."""
        return await self._does(Attached(content, extension))

    async def _does(self, said: Said) -> tuple[Message, ...]:
        update = str(next(self._numbers))
        self.outcome = await self._turns.hear(Incoming(self._address, "", "", update, said))
        messages = tuple(shown(self.outcome))
        self.chat += messages
        return messages


def shown(outcome: Outcome) -> Iterator[Message]:
    """What a person sees of what came of their message."""
    match outcome:
        case Reply():
            yield from _replied(outcome)
            if outcome.then is not None:
                yield from _replied(outcome.then)
        case Doors(code, forms):
            doors = ((form.title.to(wording.SOURCE), buttons.to_door(code, form.id)) for form in forms)
            yield Message((), tuple(doors))
        case Appointed():
            yield Message((outcome.role,))
        case Welcomed():
            yield Message(welcoming.told(outcome), welcoming.ways(outcome))
        case AtRisk(routes, can_tell, language):
            tell = ((wording.voice(language)(wording.TELL), buttons.TO_LEAD),) if can_tell else ()
            yield Message(wording.signpost(language, routes).text, tell)
        case Promises(language, days, years):
            yield Message(promises.text(language, days, years))
        case Desk(text, ways):
            yield Message(text, ways)
        case Sheet(rows=rows):
            yield Message(outcome.text, tuple(button for row in rows for button in row))
        case Admitted() | Invited():
            yield Message((outcome.code,))


def _replied(reply: Reply) -> Iterator[Message]:
    spoken = wording.words(
        reply.prompts, reply.interview.language, form=reply.form, tries=reply.tries, routes=reply.routes
    )
    for prompt, outgoing in zip(reply.prompts, spoken, strict=True):
        door = buttons.to_the_lead(reply) if isinstance(prompt, Signpost) else None
        carried = tuple((each.label, buttons.token(each.move, reply.interview)) for each in outgoing.buttons)
        yield Message(_text(outgoing), carried + ((door,) if door else ()))


def _text(outgoing: Outgoing) -> tuple[str, ...]:
    lines = (part for line in outgoing.lines for part in (line.label, line.answer))
    return (*outgoing.text, *lines, *filter(None, (outgoing.hint,)), *outgoing.probe)
