"""Forms of the size that is met in the field: a thousand rows, ten languages, repeats three deep."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import yaml

from dialogues.checker import check
from dialogues.engine import advance, invite
from dialogues.form import Form
from dialogues.interview import State, decode, encode
from dialogues.moves import Answer, Begin, Skip, Submit
from dialogues.prompts import Ask
from dialogues.rehearsal import rehearse
from dialogues.xlsform import read
from tests.benchmarks import large_form

NOW = datetime(2026, 5, 4, tzinfo=UTC)
LANGUAGES = ("en", "cy", "pl", "ro", "ml", "ur", "fr", "ar", "pt", "uk")


def spoken(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rows with their labels in every language."""
    return [
        {column: cell for column, cell in row.items() if column != "label"}
        | {f"label::L{code} ({code})": f"{row['label']} {code}" for code in LANGUAGES if "label" in row}
        for row in rows
    ]


def content() -> bytes:
    sheets = large_form.rows(sections=24)
    settings = [{**sheets["settings"][0], "default_language": "Len (en)"}]
    translated = {
        "survey": spoken(sheets["survey"]),
        "choices": spoken(sheets["choices"]),
        "settings": settings,
    }
    return yaml.safe_dump(translated, sort_keys=False).encode()


@pytest.fixture(scope="module")
def large() -> Form:
    form = read(content(), "large.yaml").form
    assert form is not None
    assert len(form.questions) > 950
    return form


def test_a_thousand_questions_in_ten_languages_are_checked_without_a_problem() -> None:
    assert [problem for problem in check(content(), "large.yaml") if problem.is_error] == []


@pytest.mark.parametrize("language", ["en", "ur", "uk"])
def test_a_thousand_questions_are_played_to_the_end_in_every_language(large: Form, language: str) -> None:
    turn = advance(large, invite(large, language=language), Begin(), now=NOW)
    asked = 0
    while isinstance(ask := turn.prompts[-1], Ask):
        assert ask.label.endswith(f" {language}")
        reply = large_form.reply(ask, asked)
        interview = decode(encode(turn.interview)) if asked % 50 == 0 else turn.interview
        turn = advance(
            large, interview, Answer(tuple(reply.split())) if ask.options else Answer(reply), now=NOW
        )
        asked += 1
        assert asked < 1_000
    assert asked > 500
    assert advance(large, turn.interview, Submit(), now=NOW).interview.state is State.SUBMITTED


def test_nothing_but_what_is_required_can_be_answered_too(large: Form) -> None:
    turn = advance(large, invite(large), Begin(), now=NOW)
    while isinstance(ask := turn.prompts[-1], Ask):
        turn = advance(large, turn.interview, Answer("child") if ask.required else Skip(), now=NOW)
    assert turn.interview.state is State.REVIEWING


def test_repeats_three_deep_are_played() -> None:
    survey = [
        {"type": "begin repeat", "name": "home", "label": "Home"},
        {"type": "text", "name": "town", "label": "Town?"},
        {"type": "begin repeat", "name": "person", "label": "Person"},
        {"type": "text", "name": "role", "label": "Role in ${town}?"},
        {"type": "begin repeat", "name": "visit", "label": "Visit"},
        {"type": "integer", "name": "length", "label": "How long for the ${role} of ${town}?"},
        {"type": "end repeat"},
        {"type": "calculate", "name": "hers", "calculation": "sum(${length})"},
        {"type": "end repeat"},
        {"type": "end repeat"},
        {"type": "calculate", "name": "total", "calculation": "sum(${length})"},
    ]
    form = read(yaml.safe_dump({"survey": survey}).encode(), "deep.yaml").form
    assert form is not None
    answers = {
        "home": [
            {"town": "Bath", "person": [{"role": "nurse", "visit": [{"length": 1}, {"length": 2}]}]},
            {
                "town": "Rhyl",
                "person": [{"role": "cook", "visit": []}, {"role": "lead", "visit": [{"length": 4}]}],
            },
        ]
    }
    played = rehearse(form, answers, now=NOW)
    assert played.state is State.SUBMITTED
    assert played.response["total"] == "7"
    labels = [turn.label for turn in played.turns if turn.question.endswith("length")]
    assert labels == [
        f"How long for the {who}?" for who in ("nurse of Bath", "nurse of Bath", "lead of Rhyl")
    ]
    assert played.response["home"][0]["person"][0]["hers"] == "3"  # type: ignore[index]
