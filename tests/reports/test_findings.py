"""Findings: what they must have, whom they must not blame, and how sure we can be of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from dialogues.form import SourceType
from reports.findings import (
    Agreement,
    Assurance,
    Cause,
    Finding,
    Grounds,
    Lens,
    Nature,
    Priority,
    Says,
    Standing,
    Strength,
    Visibility,
    assessed,
    blame,
    finding,
    opinion,
    priority,
    refusals,
    suggested,
    triangulation,
)
from reports.findings import sentences as words

SENTENCES = Path(__file__).with_name("sentences")
EVIDENCE = ("case.01", "case.02", "theme.staff-culture.SUP", "measure.03")
SOUND = Finding(
    id="f1",
    number=1,
    title="Too few at night",
    themes=("CAP",),
    framework=("cqc:safe.staffing",),
    criteria="Three on every night.",
    condition="Eight of ten nights had two.",
    causes=(Cause(Lens.ORGANISATION, "The number was set three years ago."),),
    consequence="People are not turned in time.",
    recommendation="Work out the number each month.",
    supporting=("case.01", "case.02"),
    searched=True,
    visibility=Visibility.NOT_ACTED_ON,
    impact=5,
    likelihood=4,
)
FULL = Grounds(people=9, roles=4, records=True, roles_heard=0.9, response=0.7, alpha=0.8)


def asked(made: Finding) -> list[str]:
    return [each.question for each in refusals(made, EVIDENCE)]


def test_a_finding_that_has_all_its_parts_is_taken() -> None:
    assert asked(SOUND) == []


@pytest.mark.parametrize(
    ("without", "question"),
    [
        ({"title": ""}, "title"),
        ({"themes": ()}, "themes"),
        ({"framework": (), "criteria": ""}, "framework"),
        ({"condition": ""}, "condition"),
        ({"causes": ()}, "causes"),
        ({"causes": (Cause(None, "The number was set long ago."),)}, "causes[1]/lens"),
        ({"consequence": ""}, "consequence"),
        ({"recommendation": ""}, "recommendation"),
        ({"supporting": ()}, "supporting"),
        ({"supporting": ("case.99",)}, "supporting"),
        ({"searched": False}, "against"),
        ({"contradicting": ("case.99",), "contradiction": "It was a holiday."}, "contradicting"),
        ({"contradicting": ("case.01",), "contradiction": "It says both."}, "contradicting"),
        ({"contradicting": ("measure.03",)}, "contradiction"),
        ({"visibility": None}, "visibility"),
        ({"impact": 0}, "impact"),
        ({"likelihood": 6}, "likelihood"),
        ({"judged": Strength.LOW}, "judged_because"),
    ],
)
def test_what_is_missing_is_asked_for_where_it_was_asked(without: dict[str, Any], question: str) -> None:
    assert asked(replace(SOUND, **without)) == [question]


def test_good_practice_needs_no_cause_no_risk_and_no_recommendation() -> None:
    made = Finding(
        id="f2",
        number=2,
        title="Families are asked",
        nature=Nature.GOOD_PRACTICE,
        themes=("CARE",),
        condition="The cook asks each person what they ate.",
        consequence="What is not eaten is known the same day.",
        supporting=("case.01",),
        searched=True,
    )
    assert asked(made) == []
    assert asked(replace(made, supporting=())) == ["supporting"]


PARTS: dict[str, tuple[Any, str]] = {
    "title": ("", "title"),
    "themes": ((), "themes"),
    "condition": ("", "condition"),
    "causes": ((), "causes"),
    "consequence": ("", "consequence"),
    "recommendation": ("", "recommendation"),
    "supporting": ((), "supporting"),
    "visibility": (None, "visibility"),
    "impact": (0, "impact"),
    "likelihood": (0, "likelihood"),
}


@settings(max_examples=60, deadline=None)
@given(st.sets(st.sampled_from(sorted(PARTS))), st.integers(1, 5), st.integers(1, 5), st.sampled_from(Lens))
def test_whatever_is_left_out_is_asked_for_and_nothing_else(
    dropped: set[str], impact: int, likelihood: int, lens: Lens
) -> None:
    whole = replace(
        SOUND, impact=impact, likelihood=likelihood, causes=(Cause(lens, "No time is set aside."),)
    )
    made = replace(whole, **{name: PARTS[name][0] for name in dropped})
    assert set(asked(made)) == {PARTS[name][1] for name in dropped}


# Blame


def told(name: str) -> list[str]:
    return (SENTENCES / f"{name}.txt").read_text("utf-8").splitlines()


# Those called unseen were written after the rules, and no rule may be changed to suit them: write new ones instead.
@pytest.mark.parametrize(
    ("lot", "caught", "let_through"),
    [("", 40, 40), ("_later", 20, 20), ("_last", 19, 20), ("_unseen", 11, 16)],
)
def test_causes_that_only_blame_are_asked_about_and_those_in_the_system_let_through(
    lot: str, caught: int, let_through: int
) -> None:
    assert sum(blame(each) is not None for each in told(f"blaming{lot}")) == caught
    assert sum(blame(each) is None for each in told(f"system{lot}")) == let_through


def test_a_false_alarm_holds_nobody_up_who_says_what_made_it_likely() -> None:
    blaming = Cause(Lens.PEOPLE, "The nurse failed to act on the weight chart.")
    made = replace(SOUND, causes=(blaming,))
    (refused,) = refusals(made, EVIDENCE)
    assert refused.question == "causes[1]/because"
    assert "What made it easy" in refused.message
    explained = replace(blaming, because="The chart is kept in another office.")
    assert asked(replace(SOUND, causes=(explained,))) == []
    waved_through = replace(blaming, because="Yes.")
    assert asked(replace(SOUND, causes=(waved_through,))) == ["causes[1]/because"]


def test_of_several_causes_the_one_that_blames_is_asked_about() -> None:
    system = SOUND.causes[0]
    made = replace(SOUND, causes=(system, Cause(Lens.PEOPLE, "Human error."), system))
    assert asked(made) == ["causes[2]/because"]


# Strength, triangulation, priority


@pytest.mark.parametrize(
    ("grounds", "strength"),
    [
        ({}, Strength.HIGH),
        ({"roles_heard": 0.59}, Strength.HIGH),  # one moderate concern takes nothing
        ({"roles_heard": 0.59, "response": 0.39}, Strength.MODERATE),  # two limitations are serious
        ({"records": False, "roles": 1}, Strength.MODERATE),  # two moderate ones
        ({"unexplained": 0.3}, Strength.MODERATE),
        ({"unexplained": 0.1}, Strength.HIGH),
        ({"people": 4}, Strength.HIGH),  # moderate: records carry it as well
        ({"people": 4, "records": False}, Strength.MODERATE),  # serious, and one moderate
        ({"people": 0, "roles": 0, "records": False, "alpha": 0.5, "unexplained": 0.5}, Strength.VERY_LOW),
        ({"fits_service": False, "fits_period": False}, Strength.MODERATE),
        ({"roles_heard": None, "response": None, "alpha": None}, Strength.HIGH),  # nobody knows
    ],
)
def test_strength_goes_down_by_what_takes_from_it(grounds: dict[str, Any], strength: Strength) -> None:
    assert assessed(SOUND, replace(FULL, **grounds)).strength is strength


def test_negative_cases_that_are_explained_take_nothing() -> None:
    made = replace(SOUND, contradicting=("measure.03",), contradiction="A holiday.")
    assert assessed(made, replace(FULL, unexplained=0.5)).strength is Strength.HIGH


def test_the_auditor_judges_and_the_rule_is_still_told() -> None:
    made = replace(SOUND, judged=Strength.LOW, judged_because="The rotas of spring are missing.")
    said = words.strength(made, assessed(made, FULL))
    assert said[0] == "Strength of the evidence: low. The rotas of spring are missing."
    assert said[1] == "By the rule it would be high."


def test_two_kinds_of_source_that_agree_are_convergent_and_two_of_one_kind_are_not() -> None:
    kinds = {"case.01": SourceType.STAFF, "case.02": SourceType.PROCESSES, "measure.03": SourceType.OUTCOMES}
    found = triangulation(SOUND, kinds)
    assert found.agreement is Agreement.CONVERGENT
    assert dict(found.says)[SourceType.PARTNERS] is Says.SILENT
    alike = triangulation(SOUND, dict.fromkeys(kinds, SourceType.STAFF))
    assert alike.agreement is Agreement.SINGLE
    against = replace(SOUND, contradicting=("measure.03",))
    assert triangulation(against, kinds).agreement is Agreement.MIXED
    assert triangulation(against, {}).agreement is Agreement.UNSUPPORTED


@pytest.mark.parametrize(
    ("impact", "likelihood", "pressing"),
    [(3, 4, Priority.HIGH), (5, 2, Priority.MEDIUM), (2, 3, Priority.MEDIUM), (1, 5, Priority.LOW)],
)
def test_priority_is_impact_times_likelihood(impact: int, likelihood: int, pressing: Priority) -> None:
    assert priority(replace(SOUND, impact=impact, likelihood=likelihood)) is pressing


def test_the_opinion_that_the_rule_suggests_follows_the_findings_that_stand() -> None:
    assert suggested([]) is Assurance.SUBSTANTIAL
    assert suggested([replace(SOUND, impact=2, likelihood=3)]) is Assurance.MODERATE
    assert suggested([SOUND]) is Assurance.LIMITED
    assert suggested([SOUND] * 3) is Assurance.NONE
    assert suggested([replace(SOUND, standing=Standing.CLOSED)] * 3) is Assurance.SUBSTANTIAL


# What was told


def test_the_answers_of_the_form_become_a_finding_and_an_opinion() -> None:
    golden = Path(__file__).parents[1] / "dialogues" / "golden"
    answers = msgspec.json.decode((golden / "finding.json").read_bytes())
    made = finding(answers, id="f1", number=3)
    assert made.name == "F3"
    assert made.causes[1].because == "There was one every night, and nobody answered."
    assert (made.impact, made.likelihood, made.judged) == (5, 4, Strength.MODERATE)
    assert refusals(made, answers["supporting"] + answers["contradicting"]) == ()
    assert words.line(made, Strength.LOW) == "F3 · Too few people at night · high priority · evidence: low"
    assert "Two homes of the group" in dict(words.full(made))["Where else it could be so"]
    concluded = opinion(msgspec.json.decode((golden / "opinion.json").read_bytes()))
    assert concluded.assurance is Assurance.LIMITED


def test_no_words_are_in_a_repr() -> None:
    assert "night" not in repr(SOUND) + repr(SOUND.causes)
