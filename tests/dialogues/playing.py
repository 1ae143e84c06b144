"""Forms written in a few lines of YAML, and conversations that read like ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from dialogues.engine import Turn, advance, history, invite, prompts, response
from dialogues.form import Choice, Form
from dialogues.interview import Interview, State
from dialogues.moves import Answer, Begin, Move
from dialogues.prompts import Ask, Prompt, Say
from dialogues.responses import Response
from dialogues.xlsform import read

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
P = TypeVar("P", bound=Prompt)

YES_NO = """
choices:
  - {list_name: yes_no, name: "yes", label: "Yes"}
  - {list_name: yes_no, name: "no", label: "No"}
"""


def form_of(text: str) -> Form:
    """The form that is written in YAML; it has no errors."""
    reading = read(text.encode(), "test.yaml")
    assert reading.form is not None, [problem.message for problem in reading.problems]
    return reading.form


class Conversation:
    """One person in one interview: `talk.say("12")`, then look at `talk.question`."""

    def __init__(
        self,
        form: Form,
        *,
        language: str | None = None,
        seed: str = "seed",
        lists: Mapping[str, Sequence[Choice]] | None = None,
    ) -> None:
        self.form = form
        self.now = NOW
        self.interview: Interview = invite(form, language=language, seed=seed, lists=lists or {})
        self.prompts: tuple[Prompt, ...] = ()

    def do(self, move: Move) -> Turn:
        """Play one move."""
        turn = advance(self.form, self.interview, move, now=self.now)
        self.interview, self.prompts = turn.interview, turn.prompts
        return turn

    def begin(self) -> Conversation:
        """Begin, and give the conversation itself."""
        self.do(Begin())
        return self

    def say(self, *replies: str | tuple[str, ...]) -> Turn:
        """Reply to one question after the other."""
        turn = Turn(self.interview, self.prompts)
        for reply in replies:
            turn = self.do(Answer(reply))
        return turn

    def later(self, **by: float) -> None:
        """Time passes."""
        self.now += timedelta(**by)

    @property
    def state(self) -> State:
        return self.interview.state

    @property
    def ask(self) -> Ask:
        """The question that is waiting."""
        return self.last(Ask)

    @property
    def question(self) -> str:
        """The path of the question that is waiting; empty when there is none."""
        return next((prompt.question for prompt in self.prompts if isinstance(prompt, Ask)), "")

    @property
    def options(self) -> list[str]:
        return [option.value for option in self.ask.options]

    @property
    def notes(self) -> list[str]:
        """What was said before the question."""
        return [prompt.text for prompt in self.prompts if isinstance(prompt, Say)]

    @property
    def response(self) -> Response:
        return response(self.form, self.interview)

    @property
    def history(self) -> list[tuple[str, str]]:
        return [(item.question, item.answer) for item in history(self.form, self.interview)]

    @property
    def shown(self) -> tuple[Prompt, ...]:
        """What a saved interview shows."""
        return prompts(self.form, self.interview)

    def last(self, kind: type[P]) -> P:
        """The last prompt of a kind; there is one."""
        found = [prompt for prompt in self.prompts if isinstance(prompt, kind)]
        assert found, self.prompts
        return found[-1]

    def has(self, kind: type[Prompt]) -> bool:
        return any(isinstance(prompt, kind) for prompt in self.prompts)
