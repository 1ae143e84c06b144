"""The made-up audits are what they say they are, by a person's codes alone."""

from __future__ import annotations

from itertools import pairwise

import pytest
from msgspec.structs import replace

from reports.coding import Direction
from tests.audits.reading import (
    FRONTLINE,
    LEADERS,
    NAMES,
    THEMES,
    Audit,
    Gold,
    Role,
    labelled,
    load,
    positive,
    problems,
    saying,
    weaknesses,
)

CAUSED = tuple(name for name in NAMES if load(name).expected.strongest)


def test_each_of_the_five_situations_has_its_audit() -> None:
    assert NAMES == ("agencies", "neglect", "restrictive", "rosy", "well")


@pytest.mark.parametrize("name", NAMES)
def test_quotes_stand_in_their_texts_and_codes_choices_and_roles_are_known(name: str) -> None:
    assert problems(load(name)) == ()


def test_a_quote_that_nobody_said_and_an_unknown_code_are_found() -> None:
    audit = load("well")
    answer = replace(
        audit.sources[0].answers[0], gold=(Gold("Nobody said this.", ("XYZ",), Direction.MIXED),)
    )
    spoilt = replace(audit, sources=(replace(audit.sources[0], answers=(answer,)), *audit.sources[1:]))
    assert problems(spoilt) == (
        "w01, what_happened: a quote is not found exactly once.",
        "w01, what_happened: a quote has no codes, a code twice, or an unknown one.",
    )


@pytest.mark.parametrize("name", NAMES)
def test_people_of_many_kinds_are_heard_and_records_and_the_service_are_looked_at(name: str) -> None:
    sources = load(name).sources
    assert 12 <= len(sources) <= 20
    assert {source.role for source in sources} == set(Role)
    assert {source.form for source in sources} >= {"guided-interview", "record-review", "observation"}


@pytest.mark.parametrize("name", NAMES)
def test_about_a_quarter_of_the_sentences_fit_no_theme(name: str) -> None:
    codes = [
        codes for source in load(name).sources for answer in source.answers for _, codes in labelled(answer)
    ]
    assert 0.2 <= codes.count(()) / len(codes) <= 0.3


@pytest.mark.parametrize("name", NAMES)
def test_no_two_people_say_the_same_sentence(name: str) -> None:
    said = [s.text for source in load(name).sources for answer in source.answers for s, _ in labelled(answer)]
    assert [first for first, second in pairwise(sorted(said)) if first == second] == []


@pytest.mark.parametrize("name", CAUSED)
@pytest.mark.parametrize("records", [True, False], ids=["people and records", "people"])
def test_the_causes_are_the_themes_in_which_most_people_name_a_weakness(name: str, records: bool) -> None:
    audit = load(name)
    counts = weaknesses(audit, records=records)
    causes = {*audit.expected.strongest}
    assert min(counts[code] for code in causes) > max(counts[code] for code in THEMES - causes)


@pytest.mark.parametrize("name", CAUSED)
def test_two_kinds_of_evidence_at_least_speak_for_each_cause(name: str) -> None:
    audit = load(name)
    for code in audit.expected.strongest:
        assert len({source.source_type for source in saying(audit, code, Direction.WEAKNESS)}) >= 2


@pytest.mark.parametrize("name", CAUSED)
def test_each_cause_has_somebody_who_says_something_good_about_it(name: str) -> None:
    audit = load(name)
    assert all(saying(audit, code, Direction.STRENGTH) for code in audit.expected.strongest)


def test_where_all_is_well_a_quarter_at_most_name_a_weakness_and_more_name_a_strength() -> None:
    audit = load("well")
    assert audit.expected.high_priority == ()
    for code, weak in weaknesses(audit).items():
        assert weak <= len(audit.sources) / 4
        assert weak < len(saying(audit, code, Direction.STRENGTH))


def test_where_all_is_well_the_closed_answers_are_good() -> None:
    audit = load("well")
    assert len(audit.responses) >= 30
    assert all((positive(audit, theme, FRONTLINE) or 1) >= 0.65 for theme in THEMES)


def test_the_rosy_view_of_leaders_differs_from_that_of_the_frontline_in_the_expected_themes() -> None:
    audit = load("rosy")
    gaps = {theme: _gap(audit, theme) for theme in THEMES - {"ASR"}}  # no closed question is about ASR
    assert len(audit.responses) >= 40
    expected = {*audit.expected.gap}
    assert min(gaps[theme] for theme in expected) >= 0.5
    assert max(gaps[theme] for theme in gaps.keys() - expected) < 0.35


def test_the_rosy_view_shows_in_words_too() -> None:
    audit = load("rosy")
    managers = {source.id for source in audit.sources if source.role is Role.MANAGER}
    for theme in audit.expected.gap:
        weak = saying(audit, theme, Direction.WEAKNESS)
        strong = saying(audit, theme, Direction.STRENGTH)
        assert managers <= {source.id for source in strong}
        assert sum(source.role is Role.FRONTLINE for source in weak) >= 5


def _gap(audit: Audit, theme: str) -> float:
    leaders, frontline = positive(audit, theme, LEADERS), positive(audit, theme, FRONTLINE)
    assert leaders is not None
    assert frontline is not None
    return leaders - frontline
