"""Made-up people who answer a form: what each does, turn by turn, the same for us and for a peer."""

from __future__ import annotations

import random
from datetime import UTC, datetime

from msgspec import Struct

from dialogues import engine
from dialogues.form import Form, Kind
from dialogues.moves import Answer, Begin, Move, Skip, Submit
from dialogues.prompts import Ask, Review

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
WORDS = (
    "On nights there are two of us for thirty people, so the turns are late and nobody writes down why.",
    "We were told it would be looked into, and then we heard nothing more about it.",
    "Handover is better now, the list by the office door helps.",
    "I would like somebody to come and see what a morning is like.",
)
_SKIPPED = 0.05


class Step(Struct, frozen=True):
    """One turn: our move, and the same thing as a message: a tap has `data`, what is typed has `text`.

    `prompt` is what the person sees when they do it; None at the beginning.
    """

    move: Move
    data: str = ""
    text: str = ""
    prompt: Ask | Review | None = None


def person(form: Form, seed: int) -> tuple[Step, ...]:
    """Everything one person does, from the first message to handing in."""
    chance = random.Random(seed)
    steps = [Step(Begin(), text="/start")]
    turn = engine.advance(form, engine.invite(form, seed="s"), Begin(), now=NOW)
    while True:
        prompt = turn.prompts[-1]
        if isinstance(prompt, Review):
            steps.append(Step(Submit(turn=prompt.turn), data="submit", prompt=prompt))
            return tuple(steps)
        assert isinstance(prompt, Ask), prompt
        steps.append(_reply(prompt, chance))
        turn = engine.advance(form, turn.interview, steps[-1].move, now=NOW)


def _reply(ask: Ask, chance: random.Random) -> Step:
    question, at = ask.question, ask.turn
    if ask.consent:
        return Step(Answer("yes", question=question, turn=at), data=f"{question}:yes", prompt=ask)
    if chance.random() < _SKIPPED and not ask.required:
        return Step(Skip(question=question, turn=at), text="/skip", prompt=ask)
    if ask.options:
        value = chance.choice(ask.options).value
        return Step(Answer(value, question=question, turn=at), data=f"{question}:{value}", prompt=ask)
    text = str(chance.randrange(1, 60)) if ask.kind is Kind.INTEGER else chance.choice(WORDS)
    return Step(Answer(text, question=question, turn=at), text=text, prompt=ask)
