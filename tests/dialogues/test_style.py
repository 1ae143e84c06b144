"""What the checker says about wording, scales, length and reach: warnings that keep no form from being used."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from dialogues.checker import check
from dialogues.problems import Problem
from dialogues.style import reading_age


def found(
    survey: list[dict[str, str]], choices: list[dict[str, str]] | None = None, **settings: str
) -> dict[str, Problem]:
    """The warnings about a form, by their kind."""
    sheets: dict[str, Any] = {"survey": survey, "settings": [{"form_id": "f", **settings}]}
    if choices:
        sheets["choices"] = choices
    problems = check(yaml.safe_dump(sheets, allow_unicode=True).encode(), "form.yaml")
    assert not [problem for problem in problems if problem.is_error]
    return {problem.kind: problem for problem in problems}


def choices_of(name: str, *scores: str) -> list[dict[str, str]]:
    """A list with one choice for each score; an empty score is apart from the scale."""
    return [
        {
            "list_name": name,
            "name": f"c{place}",
            "label": f"Choice {place}",
            **({"score": score} if score else {}),
        }
        for place, score in enumerate(scores)
    ]


TEXT = {"type": "text", "name": "a", "label": "What happened?"}


@pytest.mark.parametrize(
    "label",
    [
        "Do you see your manager and/or the nurse?",
        "Do you feel safe? Do you feel heard?",
        "Do you feel safe and do you feel heard?",
    ],
)
def test_a_question_that_asks_two_things_is_told(label: str) -> None:
    assert found([{**TEXT, "label": label}])["double_barrelled"].place.row == 2


def test_a_question_that_joins_two_words_asks_one_thing() -> None:
    assert "double_barrelled" not in found([{**TEXT, "label": "Who looks after food and drink at night?"}])


@pytest.mark.parametrize(
    "label", ["Why didn't you tell anyone?", "Surely you were told?", "Don't you feel heard?"]
)
def test_a_question_that_leads_or_blames_is_told(label: str) -> None:
    assert "leading" in found([{**TEXT, "label": label}])


def test_a_scale_that_leans_to_one_side_is_told() -> None:
    one = {"type": "select_one s", "name": "q", "label": "How often?"}
    leaning = found([one], choices_of("s", "1", "2", "4", "5", ""))
    assert "unbalanced_scale" not in leaning
    leaning = found([one], choices_of("s", "1", "3", "4", "5", ""))
    assert "1 choices below" in leaning["unbalanced_scale"].message
    assert "unbalanced_scale" not in found([one], choices_of("s", "1", "2", "3", "4", "5", ""))


def test_a_fact_that_must_be_told_offers_not_knowing() -> None:
    one = {"type": "select_one s", "name": "q", "label": "Was it a weekend?", "required": "yes"}
    assert found([one], choices_of("s", "", ""))["no_dont_know"].place.row == 2
    knowing = [*choices_of("s", "", ""), {"list_name": "s", "name": "dont_know", "label": "I don't know"}]
    assert "no_dont_know" not in found([one], knowing)
    assert "no_dont_know" not in found([{**one, "required": ""}], choices_of("s", "", ""))


def test_more_than_25_closed_questions_in_an_anonymous_form_are_told() -> None:
    signpost = {"type": "note", "name": "sign", "label": "Ring 999.", "appearance": "signpost"}
    closed = [{"type": "integer", "name": f"n{number}", "label": "How many?"} for number in range(26)]
    assert "26 closed" in found([signpost, *closed], attribution="anonymous")["many_closed"].message
    assert "many_closed" not in found([signpost, *closed[:25]], attribution="anonymous")
    begin = {"type": "begin group", "name": "some", "label": "Some", "relevant": "${n0} = 1"}
    some = [closed[0], begin, *closed[1:], {"type": "end group"}]
    assert "many_closed" not in found([signpost, *some], attribution="anonymous")


def test_long_words_in_long_sentences_are_told_with_the_age_they_need() -> None:
    hard = "Organisational safeguarding methodologies necessitate comprehensive interdisciplinary evaluation"
    survey = [{**TEXT, "label": f"{hard}. " * 15}]
    assert "at most 12" in found(survey, audience="frontline")["reading_age"].message
    assert "reading_age" not in found(survey, audience="frontline", reading_age="60")
    assert "reading_age" not in found([{**TEXT, "label": "Who do you tell if you are worried? " * 20}])


def test_the_reading_age_of_plain_words_is_low() -> None:
    assert reading_age("We sat. We ate. He was sad.") < 8
    assert reading_age("") == 0.0


def test_a_question_that_can_never_be_asked_is_told() -> None:
    one = {"type": "select_one s", "name": "q", "label": "Which?"}
    both = {**TEXT, "relevant": "${q} = 'c0' and ${q} = 'c1'"}
    assert "cannot be both" in found([one, both], choices_of("s", "", ""))["unreachable"].message
    assert "never holds" in found([{**TEXT, "relevant": "1 = 2"}])["unreachable"].message
    either = {**TEXT, "relevant": "${q} = 'c0' or ${q} = 'c1'"}
    assert "unreachable" not in found([one, either], choices_of("s", "", ""))


def test_a_question_that_waits_for_a_list_from_outside_is_not_called_unreachable() -> None:
    listed = {"type": "select_one_from_file rooms.csv", "name": "room", "label": "Which?"}
    asked = {**listed, "relevant": "count(instance('rooms')/root/item) > 0"}
    assert "unreachable" not in found([TEXT, asked])


def test_a_condition_that_looks_ahead_is_told() -> None:
    later = {"type": "integer", "name": "b", "label": "How many?"}
    assert "asked after it" in found([{**TEXT, "relevant": "${b} > 1"}, later])["looks_ahead"].message
    assert "looks_ahead" not in found([later, {**TEXT, "relevant": "${b} > 1"}])


def test_a_pattern_that_can_take_for_ever_is_told_and_does_not() -> None:
    slow = found([{**TEXT, "constraint": "regex(., '(a+)+$')"}])
    assert "(a+)+" in slow["slow_regex"].message
    assert "slow_regex" not in found([{**TEXT, "constraint": "regex(., '(ab)+c*')"}])
