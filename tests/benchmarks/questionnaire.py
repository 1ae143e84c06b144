"""The questionnaire as somebody holds it who writes a bot by hand: texts, choices, and what follows what.

Both libraries' bots ask from it. Its conditions are written in Python, not read from a form.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from dialogues.form import Form, Kind

Answers: TypeAlias = dict[str, str]

_SELDOM = ("never", "rarely", "sometimes")
_CARE_ONLY = ("care_plan_read", "care_plan_behind", "maw_chasing", "trn_used", "asr_true", "asr_paper")
_OF_HARM = (
    "rp_",
    "ng_",
    "ag_",
    "fi_",
    "or_",
    "sn_",
    "ph_",
    "ps_",
    "di_",
    "do_",
    "sx_",
    "ms_",
    "restraint_",
    "harm_",
)

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
    "signs_then": lambda answers: answers.get("own_experience") == "yes",
    "cap_when": lambda answers: (
        answers.get("cap_enough_staff") in _SELDOM or answers.get("cap_skill_mix") in _SELDOM
    ),
    "trn_missing": lambda answers: (
        answers.get("trn_alone") == "agree_strongly"
        or answers.get("trn_prepared") in ("disagree", "disagree_strongly")
    ),
    "sup_put_off": lambda answers: answers.get("sup_had") == "yes",
    "sup_think": lambda answers: answers.get("sup_had") == "yes",
    "sup_turn_to": lambda answers: answers.get("sup_had") in ("no", "not_sure"),
    "lead_last_seen": lambda answers: answers.get("role_group") != "manager",
    "lrn_lasted": lambda answers: (
        answers.get("lrn_fade") in ("disagree_strongly", "disagree", "agree_strongly")
    ),
    "told_how_long": lambda answers: answers.get("told_next") in ("put_right", "tried", "going_on"),
    "cul_mistake": lambda answers: "no" in (answers.get("own_experience"), answers.get("worry_year")),
} | {name: lambda answers: answers.get("role_group") != "support" for name in _CARE_ONLY}


class Questionnaire:
    """The questions of a form, by their place."""

    def __init__(self, form: Form) -> None:
        questions = [
            question
            for question in form.questions.values()
            if question.kind.is_asked and not question.name.startswith(_OF_HARM)
        ]
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
