"""Scores are exact: the check values of ANALYSIS.md, and what belongs to n."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from dialogues.form import Form
from reports.scoring import Tally, chosen, composite, everyone, scale, score, wilson
from tests.reports.material import LEVELS, choices, facts, form, item, text, typical


@pytest.mark.parametrize(
    ("x", "n", "low", "high"),
    [(4, 5, 0.3755, 0.9638), (0, 8, 0.0, 0.3244), (12, 20, 0.3866, 0.7812), (81, 263, 0.2553, 0.3662)],
)
def test_wilson_has_the_check_values(x: int, n: int, low: float, high: float) -> None:
    interval = wilson(x, n)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=5e-5)


def test_wilson_ends_exactly_where_nobody_or_everybody_agrees() -> None:
    assert wilson(0, 8).low == 0.0
    assert wilson(8, 8).high == 1.0


@given(st.integers(1, 200), st.data())
def test_wilson_contains_its_share_and_mirrors_its_complement(n: int, data: st.DataObject) -> None:
    x = data.draw(st.integers(0, n))
    interval, mirrored = wilson(x, n), wilson(n - x, n)
    assert 0 <= interval.low <= x / n <= interval.high <= 1
    assert interval.low == pytest.approx(1 - mirrored.high)


def test_hearing_most_of_the_staff_narrows_the_interval_and_hearing_all_closes_it() -> None:
    alone, corrected, all_heard = wilson(12, 20), wilson(12, 20, population=30), wilson(12, 20, population=20)
    assert alone.low < corrected.low < corrected.high < alone.high
    assert (all_heard.low, all_heard.high) == (0.6, 0.6)


def test_more_answers_than_staff_correct_nothing() -> None:
    assert wilson(12, 20, population=15) == wilson(12, 20)


def one_of(polarity: int) -> Form:
    return form(item("q", "CAP", polarity=polarity))


def test_the_two_best_of_five_are_positive() -> None:
    definition = one_of(1)
    found = scale(definition, definition.questions["q"])
    assert found is not None
    result = score(found, dict(zip(LEVELS, (1, 2, 3, 4, 5), strict=True)))
    assert (result.levels, result.positive, result.n) == ((5, 4, 3, 2, 1), 9, 15)


def test_the_two_worst_of_five_are_positive_when_the_item_is_reversed() -> None:
    definition = one_of(-1)
    found = scale(definition, definition.questions["q"])
    assert found is not None
    assert score(found, dict(zip(LEVELS, (1, 2, 3, 4, 5), strict=True))).positive == 3


def test_of_two_or_three_levels_only_one_is_positive() -> None:
    definition = replace(one_of(1), choices={"often5": choices("no", "partly", "yes", scored=True)})
    found = scale(definition, definition.questions["q"])
    assert found is not None
    assert (found.best, found.worst, found.levels[0]) == (1, 1, ("yes",))


def test_a_list_without_scores_is_no_scale() -> None:
    definition = form()
    assert scale(definition, definition.questions["role"]) is None


def test_do_not_know_and_does_not_apply_are_no_part_of_n() -> None:
    definition = one_of(1)
    found = scale(definition, definition.questions["q"])
    assert found is not None
    result = score(found, {"always": 3, "never": 3, "dont_know": 2, "not_applicable": 9, "unheard_of": 1})
    assert (result.n, result.p, result.dont_know_share) == (6, 0.5, 0.25)


def test_an_item_that_nobody_answered_has_no_share() -> None:
    definition = one_of(1)
    found = scale(definition, definition.questions["q"])
    assert found is not None
    assert (score(found, {}).p, score(found, {}).dont_know_share) == (None, None)


def test_a_theme_is_the_mean_of_the_items_that_have_a_share() -> None:
    assert composite([0.2, None, 0.6]) == pytest.approx(0.4)
    assert composite([None]) is None


def test_each_choice_of_several_counts_a_person_once() -> None:
    assert chosen({"a b": 2, "b": 3, "b b": 1, "": 4}) == {"a": 2, "b": 6}


def test_answers_of_all_groups_add_up() -> None:
    tally = Tally(3, {"x": 2, "": 1}, {"q": {"x": {"often": 2}, "": {"often": 1, "never": 1}}})
    assert everyone(tally, "q") == {"often": 3, "never": 1}
    assert everyone(tally, "nowhere") == {}


def test_exact_counts_have_no_repr() -> None:
    assert repr(typical()) == "Tally"
    assert facts().name in repr(facts())
    assert text("x").to("cy") == "x (cy)"
