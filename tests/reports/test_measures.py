"""A chart has the check values of the design, and marks exactly the months that each rule marks."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.measures import (
    Assurance,
    Better,
    Chart,
    Measure,
    Month,
    Point,
    Rebase,
    Refused,
    chart,
)

FIRST = Month(2026, 1)
FEWER = Measure("Restraints", Better.LOWER)
CALM = [10, 11] * 8
Values = list[float | None]
series = st.lists(st.none() | st.integers(-50, 50), min_size=2, max_size=40).filter(
    lambda values: any(value is not None for value in values)
)


def points(values: Values) -> list[Point]:
    return [Point(FIRST.after(place), value) for place, value in enumerate(values)]


def charted(*values: float | None, measure: Measure = FEWER, screened: bool = True) -> Chart:
    made = chart(measure, points(list(values)), screened=screened)
    assert isinstance(made, Chart)
    return made


def marked(made: Chart) -> list[tuple[str, str, list[int]]]:
    """Rule, side, and the months marked, the first being 1."""
    return [
        (each.rule.value, each.side.value, [month.place - FIRST.place + 1 for month in each.months])
        for each in made.signals
    ]


def limits(made: Chart) -> tuple[float, float]:
    found = made.spans[-1].limits
    assert found
    return round(found.lower, 2), round(found.upper, 2)


def test_one_to_ten_has_the_check_values() -> None:
    made = charted(*range(1, 11))
    assert made.spans[0].mean == 5.5
    assert limits(made) == (2.84, 8.16)


def test_a_moving_range_that_is_far_too_wide_is_left_out_once_unless_switched_off() -> None:
    """Ranges 2 ten times, then 10: mean 30/11 = 2.73, times 3.267 = 8.91 < 10. Mean of points 140/12 = 11.67."""
    values = [10, 12] * 5 + [10, 20]
    assert limits(charted(*values)) == (6.35, 16.99)  # ± 2.66 · 2
    assert limits(charted(*values, screened=False)) == (4.41, 18.92)  # ± 2.66 · 30/11


def test_where_screening_would_leave_no_change_at_all_nothing_is_left_out() -> None:
    """Else the limits would be the mean, and every month outside."""
    made = charted(*[0] * 11, 1)
    assert limits(made) == (-0.16, 0.33)  # 1/12 ± 2.66 · 1/11
    assert marked(made) == [("shift", "down", [*range(1, 12)]), ("outside", "up", [12])]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        pytest.param([*[10, 12] * 5, 10, 20], [("outside", "up", [12])], id="outside"),
        pytest.param([5, 5, 5, 5], [], id="on the limit is not outside"),
        pytest.param(
            [12, 14, 12, 14, 12, 14, 12, 8, 10, 8, 10, 8, 10, 8],
            [("shift", "up", [*range(1, 8)]), ("shift", "down", [*range(8, 15)])],
            id="seven on one side",
        ),
        pytest.param([12, 14, 12, 14, 12, 14, 8, 10, 8, 10, 8, 10], [], id="six are not seven"),
        pytest.param(
            [12, 14, 12, 11, 12, 14, 12, 10, 8, 10, 11, 10, 8, 10], [], id="a point on the mean, 11, ends it"
        ),
        pytest.param(
            [12, 14, 12, 14, None, 14, 12, 14, 8, 10, 8, 10, 8, 10, 8, 10],
            [("shift", "down", [*range(9, 17)])],
            id="a missing month ends it, and a longer run is marked whole",
        ),
        pytest.param(
            [5, 9, 3, 4, 5, 6, 7, 8, 9, 5, 8, 4], [("trend", "up", [*range(3, 10)])], id="seven rising"
        ),
        pytest.param(
            [7, 3, 9, 8, 7, 6, 5, 4, 3, 7, 4, 8], [("trend", "down", [*range(3, 10)])], id="seven falling"
        ),
        pytest.param([5, 9, 3, 4, 5, 6, 7, 8, 5, 8, 4], [], id="six rising are five steps"),
        pytest.param([5, 9, 3, 4, 5, 6, 6, 7, 8, 9, 5, 8, 4], [], id="two equal ones end a rise"),
        pytest.param([5, 9, 3, 4, 5, None, 6, 7, 8, 9, 5, 8, 4], [], id="so does a missing month"),
        pytest.param(
            [*CALM, 13.5, 11, 13.5, 11, 10],  # 10.81 ± 3.46: from 13.11 near
            [("near", "up", [17, 19])],
            id="two of three near: the one between is not marked",
        ),
        pytest.param(
            [*CALM, 7.5, 10, 7.5, 10, 11],  # 10.19 ± 3.46: to 7.89 near
            [("near", "down", [17, 19])],
            id="two of three near the lower limit",
        ),
        pytest.param([*CALM, 13.5, 10, 13.5, 11, 10], [], id="one of the three is on the other side"),
        pytest.param([*CALM, 13.5, 11, 11, 13.5, 10, 11], [], id="two of four"),
        pytest.param([*CALM, 13.5, None, 13.5, 11, 10], [], id="one of the three is missing"),
        pytest.param(
            [*CALM, 11, 13.5, 13.5, 11, 10, 11], [("near", "up", [18, 19])], id="what overlaps is one signal"
        ),
        pytest.param([0.1, 0.2, 0.3] * 7, [], id="a tenth is a tenth: .2 is on the mean"),
    ],
)
def test_exactly_these_months_are_marked(values: Values, found: list[tuple[str, str, list[int]]]) -> None:
    assert marked(charted(*values)) == found


def test_what_is_better_decides_whether_a_signal_is_good() -> None:
    values = (12, 14, 12, 14, 12, 14, 12, 8, 10, 8, 10, 8, 10, 8)
    more = Measure("Supervisions", Better.HIGHER)
    assert [each.good for each in charted(*values).signals] == [False, True]
    assert [each.good for each in charted(*values, measure=more).signals] == [True, False]


def test_each_signal_is_said_in_words_and_judged_by_what_is_better() -> None:
    made = charted(12, 14, 12, 14, 12, 14, 12, 8, 10, 8, 10, 8, 10, 8)
    assert [(each.sentence, each.good) for each in made.signals] == [
        ("7 months in a row above the mean: from January to July 2026.", False),
        ("7 months in a row below the mean: from August 2026 to February 2027.", True),
    ]
    near = charted(*CALM, 13.5, 11, 13.5, 11, 10).signals[0].sentence
    assert near == "2 of 3 months in a row near the upper limit or past it: May and July 2027."
    rising = charted(5, 9, 3, 4, 5, 6, 7, 8, 9, 5, 8, 4).signals[0].sentence
    assert rising == "7 months in a row rising: from March to September 2026."
    assert charted(*[10, 12] * 5, 10, 20).signals[0].sentence == "December 2026 is above the upper limit."


def test_limits_are_on_trial_below_twelve_points_and_absent_without_two_months_in_a_row() -> None:
    assert charted(*[1, 2] * 5, 1).spans[0].trial
    assert not charted(*[1, 2] * 6).spans[0].trial
    assert charted(*[1, 2] * 5, None, 1).spans[0].trial
    scattered = charted(5, None, 6, None, 7).spans[0]
    assert (scattered.mean, scattered.limits) == (6, None)


def test_months_that_nobody_gave_are_there_without_a_number() -> None:
    made = chart(FEWER, [Point(Month(2026, 12), 1), Point(Month(2027, 2), 3)])
    assert isinstance(made, Chart)
    assert [(point.month.name, point.value) for point in made.points] == [
        ("December 2026", 1),
        ("January 2027", None),
        ("February 2027", 3),
    ]


@pytest.mark.parametrize(
    ("better", "target", "assurance"),
    [
        (Better.HIGHER, 9, Assurance.BEYOND),
        (Better.HIGHER, 8.16, Assurance.INSIDE),
        (Better.HIGHER, 5, Assurance.INSIDE),
        (Better.HIGHER, 2.84, Assurance.SHORT),
        (Better.LOWER, 9, Assurance.SHORT),
        (Better.LOWER, 8.16, Assurance.SHORT),
        (Better.LOWER, 2.84, Assurance.INSIDE),
        (Better.LOWER, 1, Assurance.BEYOND),
        (Better.LOWER, None, None),
    ],
)
def test_the_target_is_beyond_inside_or_short_of_the_limits(
    better: Better, target: float | None, assurance: Assurance | None
) -> None:
    assert charted(*range(1, 11), measure=Measure("x", better, target=target)).assurance == assurance


def test_there_are_new_limits_only_with_a_reason_and_where_there_are_numbers() -> None:
    def refused(*rebases: Rebase, values: Values = [1, 2, 3, 4]) -> str:  # noqa: B006 - only read
        made = chart(FEWER, points(values), rebases)
        assert isinstance(made, Refused)
        return made.sentence

    assert "March 2026 need a reason" in refused(Rebase(Month(2026, 3), " "))
    for month in (FIRST, Month(2026, 5)):
        assert "need a number before" in refused(Rebase(month, "New rota"))
    assert "two reasons" in refused(Rebase(Month(2026, 3), "a"), Rebase(Month(2026, 3), "b"))
    assert "no number yet" in refused(values=[None])
    twice = chart(FEWER, [Point(FIRST, 1), Point(FIRST, 2)])
    assert twice == Refused("January 2026 has two numbers. Keep the right one.")


def test_a_rebase_begins_a_span_with_its_own_limits_and_signals_and_says_why() -> None:
    cut = FIRST.after(7)
    made = chart(
        FEWER, points([12, 14, 12, 14, 12, 14, 12, 8, 10, 8, 10, 8, 10, 8]), [Rebase(cut, "New rota")]
    )
    assert isinstance(made, Chart)
    before, after = made.spans
    assert (before.reason, after.reason, after.points[0].month) == ("", "New rota", cut)
    assert (round(before.mean or 0, 2), round(after.mean or 0, 2)) == (12.86, 8.86)
    assert made.signals == ()


@settings(max_examples=60)
@given(series, st.randoms(use_true_random=False))
def test_the_order_in_which_points_come_changes_nothing(values: Values, chance: object) -> None:
    shuffled = points(values)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert chart(FEWER, shuffled) == chart(FEWER, points(values))


@settings(max_examples=60)
@given(series, st.integers(-1000, 1000), st.sampled_from([0.5, 2, 3, 100]))
def test_another_zero_or_another_unit_marks_the_same_months(values: Values, shift: int, scale: float) -> None:
    moved = charted(*(None if value is None else value * scale + shift for value in values))
    plain = charted(*values)
    assert marked(moved) == marked(plain)
    for one, other in zip(plain.spans, moved.spans, strict=True):
        assert other.mean == pytest.approx((one.mean or 0) * scale + shift)
        assert (one.limits is None) == (other.limits is None)
        if one.limits and other.limits:
            assert other.limits.upper == pytest.approx(one.limits.upper * scale + shift)
            assert other.limits.screened == one.limits.screened


@settings(max_examples=60)
@given(series, st.data())
def test_a_rebase_never_changes_what_stands_before_it(values: Values, data: st.DataObject) -> None:
    """It is as if the numbers had ended there, whatever comes later."""
    known = [place for place, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return
    cut = data.draw(st.integers(known[0] + 1, known[-1]))
    made = chart(FEWER, points(values), [Rebase(FIRST.after(cut), "New rota")])
    alone = chart(FEWER, points(values[:cut]))
    assert isinstance(made, Chart)
    assert isinstance(alone, Chart)
    first, only = made.spans[0], alone.spans[0]
    assert (first.mean, first.limits, first.signals, first.known) == (
        only.mean, only.limits, only.signals, only.known
    )  # fmt: skip
