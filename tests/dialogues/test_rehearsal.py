"""A form is played against prepared answers, and the conversation can be read by people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dialogues import library
from dialogues.engine import advance, invite
from dialogues.form import Choice, Kind, Text
from dialogues.interview import State
from dialogues.moves import Answer, Begin
from dialogues.prompts import Ask, Reason
from dialogues.rehearsal import Played, Rehearsal, rehearse
from tests.dialogues.playing import NOW, YES_NO, form_of

GOLDEN = Path(__file__).with_name("golden")
STAFF = library.shipped("staff-culture")


def golden(name: str) -> dict[str, Any]:
    """The prepared answers of a golden transcript."""
    answers: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
    return answers


ANSWERS = golden("staff-culture")

VISITS = form_of(
    """
survey:
  - {type: text, name: ward, label: Which ward?, required: "yes"}
  - {type: begin repeat, name: visits, label: Another visit?}
  - type: integer
    name: length
    label: How many minutes?
    constraint: ". < 600"
    constraint_message: Less than ten hours.
  - {type: begin repeat, name: people, label: Another person?}
  - {type: text, name: who, label: Who came?}
  - {type: end repeat}
  - {type: end repeat}
  - {type: select_one yes_no, name: enough, label: Was it enough?}
"""
    + YES_NO
)


def play(answers: dict[str, Any], language: str | None = None) -> Rehearsal:
    return rehearse(VISITS, answers, now=NOW, language=language)


def transcript(rehearsal: Rehearsal) -> str:
    """The conversation as a safeguarding lead reads it."""
    parts = []
    for played in rehearsal.turns:
        parts.append(played.label)
        if played.kind is not Kind.NOTE:
            parts.append(f"    {reply(played)}")
        parts.append("")
    return "\n".join([*parts, f"— {rehearsal.state} —", ""])


def reply(played: Played) -> str:
    if played.reply is None:
        return "(skipped)"
    return played.shown or str(played.reply)


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("staff-culture", "staff-culture"),
        ("staff-culture", "staff-culture-restraint"),
        ("reflection", "reflection"),
        ("guided-interview", "guided-interview"),
        ("record-review", "record-review"),
        ("finding", "finding"),
        ("opinion", "opinion"),
        ("action", "action"),
        ("progress", "progress"),
        ("progress", "progress-news"),
        ("verification", "verification"),
        ("exception", "exception"),
        ("challenge", "challenge"),
        ("challenge", "challenge-response"),
        ("learning-share", "learning-share"),
        ("notification", "notification"),
        ("review", "review"),
    ],
)
def test_a_shipped_form_reads_as_in_its_golden_transcript(form: str, name: str) -> None:
    """When the wording changes on purpose: look at the difference, then write the new transcript there."""
    rehearsal = rehearse(library.shipped(form), golden(name), now=NOW)
    assert transcript(rehearsal) == (GOLDEN / f"{name}.txt").read_text("utf-8")
    assert rehearsal.unused == ()
    assert all(played.accepted for played in rehearsal.turns)


def test_a_record_review_counts_what_was_met_and_how_long_it_took() -> None:
    review = library.shipped("record-review")
    shown = rehearse(review, golden("record-review"), now=NOW).response
    assert (shown["n"], shown["judged"], shown["met_n"], shown["met_share"]) == ("5", "4", "2", "50")
    assert (shown["days_longest"], shown["days_mean"], shown["late_n"]) == ("63", "21", "1")
    referral = {
        "reference": "1",
        "sent_on": "2026-03-02",
        "answered_on": "2026-03-09",
        "referral_met": "partly",
    }
    answers = {
        "kind": "referrals",
        "standard": "Answered in five days.",
        "expected_days": 5,
        "sampled": [referral],
    }
    shown = rehearse(review, answers, now=NOW).response
    assert (shown["met_share"], shown["days_longest"], shown["late_n"]) == ("0", "7", "1")
    shift = {"planned": 4, "worked": 3, "rota_met": "cannot_tell"}
    answers = {"kind": "rotas", "standard": "Four at night.", "sampled": [shift, {"rota_met": "cannot_tell"}]}
    shown = rehearse(review, answers, now=NOW).response
    assert (shown["n"], shown["judged"], shown["staffed"], shown["short_n"]) == ("2", "0", "1", "1")
    assert "met_share" not in shown


@pytest.mark.parametrize(("action", "asked"), [("03", "milestone"), ("05", "news")])
def test_a_step_is_asked_for_only_where_the_action_has_one(action: str, asked: str) -> None:
    form, named = library.shipped("progress"), {"03": "A3", "05": "A5"}
    lists = {
        "actions": [Choice(name, Text({"en": label})) for name, label in named.items()],
        "milestones": [Choice("03.1", Text({"en": "a rota"}), None, {"action": "03"})],
    }
    interview = invite(form, known={"action": action, "telling": "progress"}, lists=lists)
    turn = advance(form, interview, Begin(), now=NOW)
    turn = advance(form, turn.interview, Answer("50"), now=NOW)
    assert [each.question for each in turn.prompts if isinstance(each, Ask)] == [asked]


def test_an_interview_without_a_scope_has_all_sections_and_another_only_its_own() -> None:
    form = library.shipped("guided-interview")
    everything = rehearse(form, {"participant": "nurse", "role": "frontline"}, now=NOW)
    narrow = rehearse(form, {"participant": "nurse", "role": "frontline", "scope": ["response"]}, now=NOW)
    asked = {played.question for played in everything.turns}
    assert {"last_worry", "hard_shift", "plan_used", "one_thing"} <= asked
    assert "told_you" not in asked
    assert {"first_steps", "one_thing"} <= {played.question for played in narrow.turns}
    assert "plan_used" not in {played.question for played in narrow.turns}


def test_what_is_handed_in_are_the_values_of_the_answers() -> None:
    rehearsal = rehearse(STAFF, ANSWERS, now=NOW)
    assert rehearsal.state is State.SUBMITTED
    assert set(rehearsal.response) == set(ANSWERS)
    assert rehearsal.response["sup_months"] == 2
    assert rehearsal.response["cap_skill_mix"] == "sometimes"
    assert rehearsal.response["sup_form_filling"] == "agree"
    assert rehearsal.response["kept_barriers"] == ["no_time", "blame"]
    json.dumps(rehearsal.response)


def asked_of(answers: dict[str, Any], harm_types: str = "") -> set[str]:
    """The questions of the staff form that these answers lead to in an audit about these kinds of harm."""
    rehearsal = rehearse(STAFF, answers | {"harm_types": harm_types}, now=NOW)
    return {played.question for played in rehearsal.turns if played.kind is not Kind.NOTE}


GOING_ON = {**ANSWERS, "restraint_go_on": "yes", "harm_go_on": "yes"}
CODES = {
    "restrictive_practice": "rp",
    "neglect": "ng",
    "several_agencies": "ag",
    "financial": "fi",
    "organisational": "or",
    "self_neglect": "sn",
    "physical": "ph",
    "psychological": "ps",
    "discriminatory": "di",
    "domestic": "do",
    "sexual": "sx",
    "modern_slavery": "ms",
}


@pytest.mark.parametrize(("code", "begins"), CODES.items())
def test_a_kind_of_harm_brings_its_own_questions_and_no_others(code: str, begins: str) -> None:
    more = asked_of(GOING_ON, code) - asked_of(GOING_ON)
    assert more
    assert {name.split("_")[0] for name in more if not name.endswith("_go_on")} == {begins}
    past = {**GOING_ON, "restraint_go_on": "no", "harm_go_on": "no"}
    sensitive = {"restraint_go_on", "harm_go_on"} & more
    assert asked_of(past, code) - asked_of(GOING_ON) == (sensitive or more)


def test_of_all_kinds_of_harm_together_one_open_question_is_asked() -> None:
    every = asked_of(GOING_ON, " ".join(CODES)) - asked_of(GOING_ON)
    assert [name for name in every if STAFF.questions[name].kind is Kind.TEXT] == ["rp_last"]


def test_people_in_the_kitchen_are_asked_less_and_managers_when_they_last_looked_not_at_all() -> None:
    care = asked_of(ANSWERS, "several_agencies")
    assert care - asked_of({**ANSWERS, "role_group": "support"}, "several_agencies") > {
        "maw_chasing",
        "ag_wait",
    }
    assert care - asked_of({**ANSWERS, "role_group": "manager"}, "several_agencies") == {"lead_last_seen"}


def test_every_question_of_the_shipped_form_is_reached_by_somebody() -> None:
    going_on = {**dict.fromkeys(STAFF.quotable, "A few words."), **GOING_ON}
    past = {**going_on, "own_experience": "no", "sup_had": "no"}
    told = {**going_on, "worry_year": "told", "told_next": "put_right"}
    found = asked_of(told, " ".join(CODES)) | asked_of(past, "neglect") | asked_of(past, "several_agencies")
    said = {question.path for question in STAFF.questions.values() if question.kind.is_asked}
    assert found | asked_of(ANSWERS) == said


def test_a_team_says_how_many_they_are_and_who_passes_the_incident_by_is_asked_what_came_after() -> None:
    form, answers = library.shipped("reflection"), golden("reflection")
    alone = rehearse(form, answers | {"together": "alone"}, now=NOW)
    assert alone.unused == ("how_many",)
    past = rehearse(form, answers | {"go_back": "no"}, now=NOW)
    assert {"meant_to", "what_happened", "what_difference", "next_time"} <= set(past.unused)
    assert {"talked", "support_enough", "more_of"} <= set(past.response)


def test_the_same_answers_in_welsh_are_the_same_response() -> None:
    welsh = {
        **ANSWERS,
        "com_handover": "Yn aml",
        "sup_form_filling": "y pedwerydd",
        "com_hear_back": "Anghytuno'n gryf",
    }
    welsh |= {"cul_safe_to_say": "Yn y canol"}
    english, cymraeg = rehearse(STAFF, ANSWERS, now=NOW), rehearse(STAFF, welsh, now=NOW, language="cy")
    assert cymraeg.response == english.response
    assert [played.question for played in cymraeg.turns] == [played.question for played in english.turns]
    assert all(mine.label != theirs.label for mine, theirs in zip(cymraeg.turns, english.turns, strict=True))


def test_consent_refused_hands_in_nothing() -> None:
    rehearsal = rehearse(STAFF, {"consent": "no", "one_thing": "x"}, now=NOW)
    assert (rehearsal.state, rehearsal.response) == (State.DECLINED, {})
    assert rehearsal.unused == ("one_thing",)


def test_no_answer_about_consent_ends_the_rehearsal() -> None:
    rehearsal = rehearse(STAFF, {}, now=NOW)
    assert (rehearsal.state, rehearsal.response) == (State.CONSENTING, {})
    last = rehearsal.turns[-1]
    assert (last.question, last.accepted) == ("consent", False)
    assert last.problem is not None
    assert last.problem.reason is Reason.REQUIRED


def test_everything_else_may_be_skipped() -> None:
    rehearsal = rehearse(STAFF, {"consent": "yes"}, now=NOW)
    assert rehearsal.state is State.SUBMITTED
    assert rehearsal.response == {"consent": "yes"}


def test_a_text_that_may_identify_its_writer_is_kept_in_a_rehearsal() -> None:
    rehearsal = rehearse(STAFF, {**ANSWERS, "one_thing": "Ring 07700 900123"}, now=NOW)
    assert rehearsal.state is State.SUBMITTED
    assert rehearsal.response["one_thing"] == "Ring 07700 900123"


def test_repeats_are_lists_of_objects() -> None:
    answers = {
        "ward": "Ash",
        "visits": [
            {"length": 20, "people": [{"who": "Ann"}, {"who": "Bob"}]},
            {"length": "thirty"},
            {"length": 5},
        ],
        "enough": True,
    }
    rehearsal = play({**answers, "visits": [answers["visits"][0], {"length": 30}, {}]})  # type: ignore[index]
    assert rehearsal.state is State.SUBMITTED
    assert rehearsal.response == {
        "ward": "Ash",
        "visits": [
            {"length": 20, "people": [{"who": "Ann"}, {"who": "Bob"}]},
            {"length": 30, "people": []},
            {"people": []},
        ],
        "enough": "yes",
    }
    assert [played.question for played in rehearsal.turns] == [
        "ward", "visits[1]/length", "visits[1]/people[1]/who", "visits[1]/people[2]/who", "visits[2]/length",
        "visits[2]/people[1]/who", "visits[3]/length", "visits[3]/people[1]/who", "enough",
    ]  # fmt: skip


@pytest.mark.parametrize("answers", [{"visits": []}, {}])
def test_an_empty_or_missing_list_is_no_instance(answers: dict[str, Any]) -> None:
    rehearsal = play({"ward": "Ash", **answers})
    assert rehearsal.state is State.SUBMITTED
    assert rehearsal.response["visits"] == []
    assert rehearsal.unused == ()


def test_an_inner_empty_list_is_no_instance() -> None:
    rehearsal = play({"ward": "Ash", "visits": [{"length": 3, "people": []}]})
    assert rehearsal.response["visits"] == [{"length": 3, "people": []}]


def test_a_required_answer_that_is_missing_ends_the_rehearsal() -> None:
    rehearsal = play({"enough": "yes"})
    assert (rehearsal.state, rehearsal.response["visits"]) == (State.ASKING, [{"people": [{}]}])
    [played] = rehearsal.turns
    assert (played.question, played.reply, played.accepted) == ("ward", None, False)
    assert played.problem is not None
    assert played.problem.reason is Reason.REQUIRED
    assert rehearsal.unused == ("enough",)


def test_an_answer_that_is_not_taken_says_why_and_is_skipped() -> None:
    rehearsal = play({"ward": "Ash", "visits": [{"length": 700}], "enough": "perhaps"})
    assert rehearsal.state is State.SUBMITTED
    refused = {played.question: played.problem for played in rehearsal.turns if not played.accepted}
    assert {
        question: problem and (problem.reason, problem.message) for question, problem in refused.items()
    } == {
        "visits[1]/length": (Reason.CONSTRAINT, "Less than ten hours."),
        "enough": (Reason.NOT_A_CHOICE, ""),
    }
    assert "enough" not in rehearsal.response


def test_answers_that_were_not_used_are_named_also_inside_repeats() -> None:
    rehearsal = play(
        {"ward": "Ash", "wrad": "x", "visits": [{"lenght": 3}, {"length": 3, "people": [{"wo": "A"}]}]}
    )
    assert rehearsal.unused == ("wrad", "visits[1]/lenght", "visits[2]/people[1]/wo")


@pytest.mark.parametrize(
    "reply", [{}, {"a": 1}, [], [[]], 1e300, -0.0, True, "", "\x00", "x" * 100_000, [None]]
)
def test_any_json_value_is_an_answer_or_not_taken(reply: Any) -> None:
    for name in ("ward", "enough", "visits"):
        rehearsal = play({"ward": "Ash", name: reply})
        assert rehearsal.state in (State.SUBMITTED, State.ASKING)
        json.dumps(rehearsal.response)


def test_what_fails_when_it_is_handed_in_is_asked_again() -> None:
    form = form_of("""
survey:
  - {type: integer, name: a, label: A, required: "yes", constraint: ". < ${b} or ${b} = ''"}
  - {type: integer, name: b, label: B}
""")
    rehearsal = rehearse(form, {"a": 5, "b": 3}, now=NOW)
    assert rehearsal.state is State.ASKING
    played = [(one.question, one.accepted) for one in rehearsal.turns]
    assert played == [("a", True), ("b", True), ("a", False)]
