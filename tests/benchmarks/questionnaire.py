"""The questionnaire as somebody holds it who writes a bot by hand: texts, choices, and what follows what.

Both libraries' bots ask from it. Its conditions are written in Python, not read from a form.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from dialogues.form import Form, Kind

Answers: TypeAlias = dict[str, str]

CONDITIONS: dict[str, Callable[[Answers], bool]] = {
    "sup_months": lambda answers: answers.get("sup_had") == "yes",
    "sup_helps": lambda answers: answers.get("sup_had") == "yes",
    "sup_form_filling": lambda answers: answers.get("sup_had") == "yes",
    "worry_year": lambda answers: answers.get("own_experience") == "yes",
    "worry_last": lambda answers: answers.get("worry_year") in ("told", "some", "kept"),
    "told_next": lambda answers: answers.get("worry_year") in ("told", "some"),
    "told_treated": lambda answers: answers.get("worry_year") in ("told", "some"),
    "kept_barriers": lambda answers: answers.get("worry_year") in ("kept", "some"),
    "signs_before": lambda answers: answers.get("own_experience") == "yes",
}


class Questionnaire:
    """The questions of a form, by their place."""

    def __init__(self, form: Form) -> None:
        questions = [question for question in form.questions.values() if question.kind.is_asked]
        self.kinds = [question.kind for question in questions]
        self.names = [question.name for question in questions]
        self.labels = [question.label.to("en") for question in questions]
        self.hints = [question.hint.to("en") for question in questions]
        self.choices = [
            {choice.name: choice.label.to("en") for choice in form.choices.get(question.choices, ())}
            for question in questions
        ]

    def following(self, place: int, answers: Answers) -> int | None:
        """The place of the question to ask after this one, or None when that was the last."""
        for later in range(place + 1, len(self.names)):
            condition = CONDITIONS.get(self.names[later])
            if condition is None or condition(answers):
                return later
        return None

    def fits(self, place: int, text: str) -> bool:
        """Whether what was typed can be an answer."""
        return self.kinds[place] is not Kind.INTEGER or (text.isdecimal() and 0 <= int(text) <= 60)

    def wording(self, place: int, answers: Answers) -> str:
        """One question, with how far the person is."""
        return f"{len(answers)} of {len(self.names)}\n\n{self.labels[place]}\n\n{self.hints[place]}"

    def summary(self, answers: Answers) -> str:
        """All answers so far."""
        return "\n".join(
            f"{self.labels[place]}: {self.choices[place].get(answers[name], answers[name])}"
            for place, name in enumerate(self.names)
            if name in answers
        )
