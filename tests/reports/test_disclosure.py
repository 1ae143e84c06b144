"""What may be published: the vectors of ANONYMITY.md, and what must hold for all numbers."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reports.disclosure import (
    FEW,
    NEARLY_ALL,
    Band,
    Breakdown,
    Quarter,
    Range,
    Share,
    Size,
    apart,
    band,
    breakdown,
    choices,
    common,
    counted,
    enough,
    interval,
    is_threshold,
    margin,
    parts,
    quarter,
    share,
)
from reports.scoring import wilson

thresholds = st.integers(5, 20)
groups = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.integers(0, 60), max_size=8)
likert = st.tuples(*[st.integers(0, 25)] * 5).filter(lambda levels: sum(levels) >= 5)


def percent(value: int) -> Share:
    return Share(Size.PERCENT, value)


def test_k_lies_between_five_and_twenty() -> None:
    assert [k for k in range(30) if is_threshold(k)] == list(range(5, 21))


def test_an_open_audit_says_only_fewer_than_k_or_k_or_more() -> None:
    assert {counted(n, k=8) for n in range(8)} == {Band(0, 7)}
    assert {counted(n, k=8) for n in range(8, 500)} == {Band(8, None)}


def test_nobody_is_as_few_as_one() -> None:
    assert band(0, k=8) == band(7, k=8) == Band(0, 7)
    assert not enough(0, k=8)


@pytest.mark.parametrize(
    ("k", "sizes", "hidden"),
    [
        pytest.param(5, {"Sales": 4, "Tech": 9}, {"Sales", "Tech"}, id="the other of two would give it away"),
        pytest.param(
            5, {"Sales": 4, "Ops": 2, "Tech": 9}, {"Sales", "Ops"}, id="two small ones hide each other"
        ),
        pytest.param(
            3,
            {"A": 8, "B": 7, "C": 5, "D": 2, "E": 1},
            {"D", "E"},
            id="three people in two groups are enough",
        ),
        pytest.param(
            11, {"A": 23, "B": 14, "C": 12, "D": 7}, {"C", "D"}, id="the smallest visible group goes too"
        ),
        pytest.param(
            11, {"A": 30, "B": 11, "C": 10, "D": 3}, {"C", "D"}, id="thirteen people in two groups are enough"
        ),
        pytest.param(11, {"A": 11, "B": 11}, set(), id="nothing is small so nothing is hidden"),
        pytest.param(11, {"A": 20, "B": 5}, {"A", "B"}, id="only the total is left"),
        pytest.param(8, {"A": 20, "B": 0}, {"A", "B"}, id="a group of nobody is as small as one of one"),
    ],
)
def test_small_groups_and_what_would_give_them_away_are_hidden(
    k: int, sizes: dict[str, int], hidden: set[str]
) -> None:
    assert set(breakdown(sizes, k=k).hidden) == hidden


def test_groups_of_one_size_are_hidden_in_the_order_of_their_codes() -> None:
    assert breakdown({"z": 9, "a": 9, "m": 9, "x": 3}, k=8) == Breakdown(("m", "z"), ("a", "x"))


@given(groups, thresholds)
def test_every_visible_group_has_k_people_and_the_hidden_ones_cannot_be_told_apart(
    sizes: dict[str, int], k: int
) -> None:
    rule = breakdown(sizes, k=k)
    assert sorted((*rule.visible, *rule.hidden)) == sorted(sizes)
    assert all(sizes[code] >= k for code in rule.visible)
    if rule.visible and rule.hidden:
        assert len(rule.hidden) >= 2
        assert sum(sizes[code] for code in rule.hidden) >= k


@given(groups, thresholds, thresholds)
def test_raising_k_never_shows_more(sizes: dict[str, int], one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert set(breakdown(sizes, k=high).visible) <= set(breakdown(sizes, k=low).visible)


@given(groups, thresholds, st.randoms())
def test_the_order_in_which_groups_come_changes_nothing(
    sizes: dict[str, int], k: int, chance: st.DataObject
) -> None:
    shuffled = list(sizes.items())
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert breakdown(dict(shuffled), k=k) == breakdown(sizes, k=k)


@given(st.lists(groups, min_size=1, max_size=4), thresholds)
def test_what_is_hidden_on_one_question_is_hidden_on_its_theme_and_each_question_stays_safe(
    questions: list[dict[str, int]], k: int
) -> None:
    codes = {code for sizes in questions for code in sizes}
    full = [{code: sizes.get(code, 0) for code in codes} for sizes in questions]
    rule = common([breakdown(sizes, k=k) for sizes in full])
    assert not set(rule.visible) & set(rule.hidden)
    for sizes in full:
        assert all(sizes[code] >= k for code in rule.visible)
        assert not rule.visible or not rule.hidden or sum(sizes[code] for code in rule.hidden) >= k


@given(thresholds, st.integers(0, 3000))
def test_a_band_holds_the_number_and_at_least_five_sizes(k: int, n: int) -> None:
    assume(n >= k)
    found = band(n, k=k)
    assert k <= found.low <= n
    assert found.high is None or (found.high >= n and found.high - found.low >= 4)


@given(thresholds, thresholds, st.integers(20, 3000))
def test_raising_k_never_lowers_the_upper_end_of_a_band(one: int, other: int, n: int) -> None:
    low, high = sorted((one, other))
    assert (band(n, k=low).high or 10**9) <= (band(n, k=high).high or 10**9)


def test_shares_of_twelve_people_are_coarse() -> None:
    published = [share(x, 12) for x in (0, 1, 2, 6, 10, 11, 12)]
    assert published == [FEW, FEW, percent(15), percent(50), percent(85), NEARLY_ALL, NEARLY_ALL]


@given(st.integers(5, 400), st.data())
def test_a_share_and_its_complement_sum_to_a_hundred(n: int, data: st.DataObject) -> None:
    x = data.draw(st.integers(0, n))
    assert share(x, n).percent + share(n - x, n).percent == 100


@given(st.integers(5, 400), st.data())
def test_a_share_is_near_the_truth_or_a_word(n: int, data: st.DataObject) -> None:
    x = data.draw(st.integers(0, n))
    found = share(x, n)
    if found.size is Size.PERCENT:
        assert abs(found.percent - 100 * x / n) <= 2.5
        assert margin(n) < x < n - margin(n)


def test_few_and_nobody_have_the_same_interval() -> None:
    assert interval(share(0, 12), band(12, k=8)) == interval(share(1, 12), band(12, k=8)) == Range(0, 50)


@given(st.integers(5, 120), st.sampled_from([None, 60, 100, 150]), st.data())
def test_the_published_interval_holds_the_true_one(n: int, staff: int | None, data: st.DataObject) -> None:
    x = data.draw(st.integers(0, n))
    assume(staff is None or staff >= n)
    true, published = wilson(x, n, population=staff), interval(share(x, n), band(n, k=5), population=staff)
    assert published.low <= 100 * true.low + 1e-6
    assert published.high >= 100 * true.high - 1e-6
    assert published.low % 5 == published.high % 5 == 0


def test_the_interval_of_an_open_band_ends() -> None:
    assert interval(percent(50), Band(1000, None)) == Range(40, 60)


@given(likert)
def test_parts_cover_the_scale_and_none_of_them_is_small(levels: tuple[int, ...]) -> None:
    found = parts(levels, best=2, worst=2)
    assert [part.start for part in found] == [0, *(part.stop for part in found[:-1])]
    assert found[-1].stop == 5
    if len(found) > 2:
        n = sum(levels)
        positive_side = {part.stop <= 2 for part in found}
        assert positive_side == {True, False}
        cut = [part for part in found if (part.start, part.stop) not in {(0, 2), (2, 5)}]
        assert all(sum(levels[part.start : part.stop]) > margin(n) for part in cut)


@given(likert, st.data())
def test_any_small_number_is_as_possible_as_the_true_one(
    levels: tuple[int, ...], data: st.DataObject
) -> None:
    """For each option that few chose: none, one … up to the margin would have been published alike."""
    n = sum(levels)
    published = parts(levels, best=2, worst=2)
    small = [place for place, x in enumerate(levels) if x <= margin(n)]
    assume(small)
    place = data.draw(st.sampled_from(small))
    alike = {
        other[place]
        for other in _neighbours(levels, place)
        if sum(other) == n and parts(other, best=2, worst=2) == published
    }
    assert set(range(margin(n) + 1)) <= alike


def _neighbours(levels: tuple[int, ...], place: int) -> list[tuple[int, ...]]:
    """The same number of people, `place` holding 0..margin of them, the rest moved among the others."""
    n, found = sum(levels), []
    for wanted in range(margin(n) + 1):
        moved = levels[place] - wanted
        for first, second in product(range(5), repeat=2):
            for part in range(abs(moved) + 1):
                other = list(levels)
                other[place] = wanted
                other[first] += part if moved > 0 else -part
                other[second] += moved - part if moved > 0 else moved + part
                if other[place] == wanted and min(other) >= 0:
                    found.append(tuple(other))
    return found


def test_do_not_know_is_not_given_away_by_the_numbers_around_it() -> None:
    """All audits of 8 to 29 people: whatever else an item publishes, "few" may be nobody or somebody."""
    possible: dict[tuple[object, ...], set[int]] = {}
    for responses in range(8, 30):
        for n in range(8, responses + 1):
            for x, unsure in product(range(n + 1), range(responses - n + 1)):
                bands = band(responses, k=8), band(n, k=8)
                seen = (*bands, share(x, n), share(unsure, n + unsure))
                possible.setdefault(seen, set()).add(unsure)
    assert all({0, 1} <= found for seen, found in possible.items() if seen[3] == FEW)


def test_groups_of_which_one_nearly_agrees_are_not_told_apart() -> None:
    """Whenever group values are published for two groups, no group's answers were few or nearly all."""
    assert not apart([(0, 10), (4, 8)])
    assert not apart([(9, 10), (4, 8)])
    assert apart([(2, 10), (4, 8)])


def test_groups_are_told_in_quarters() -> None:
    assert [quarter(p) for p in (0.0, 0.24, 0.25, 0.5, 0.75, 1.0)] == [
        Quarter.FIRST,
        Quarter.FIRST,
        Quarter.SECOND,
        Quarter.THIRD,
        Quarter.FOURTH,
        Quarter.FOURTH,
    ]


def test_choices_are_shown_when_the_frequent_ones_alone_account_for_everyone() -> None:
    assert choices({"a": 9, "b": 6, "c": 1}, answered=12) == {
        "a": percent(75),
        "b": percent(50),
        "c": FEW,
    }


def test_choices_are_not_shown_when_the_rare_ones_could_be_had_by_subtraction() -> None:
    assert choices({"a": 10, "b": 1, "c": 1}, answered=12) is None


@given(st.integers(5, 60), st.data())
def test_whether_choices_are_shown_does_not_depend_on_the_rare_ones(n: int, data: st.DataObject) -> None:
    large = data.draw(st.lists(st.integers(margin(n) + 1, n), min_size=1, max_size=4))
    rare = st.lists(st.integers(0, margin(n)), min_size=3, max_size=3)
    one, other = (
        choices({str(i): x for i, x in enumerate([*large, *data.draw(rare)])}, answered=n) for _ in range(2)
    )
    assert one == other
