"""People are reminded of an action on the right days, of the newest thing only, and of nothing that was done."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from reports.plan import Action, Milestone, State
from reports.reminding import RULES, Occasion, Reader, Why, due, next_day, reaudit

DUE = date(2026, 6, 15)
ACTION = Action(
    id="0a", number=1, title="Weekly supervision", owner="01", sponsor="02", due=DUE, state=State.IN_PROGRESS
)
OWNER, ALL = (Reader.OWNER,), (Reader.OWNER, Reader.SPONSOR, Reader.LEAD)
DAYS = st.integers(-60, 200).map(lambda days: DUE + timedelta(days))
ACTIONS = st.builds(
    lambda state, due, review, milestones, until: replace(
        ACTION,
        state=state,
        due=due,
        review=review,
        milestones=tuple(
            Milestone("A step", day, done, id_) for id_, (day, done) in enumerate(milestones, 1)
        ),
        snoozed_until=until,
    ),
    st.sampled_from(State),
    st.none() | DAYS,
    st.none() | DAYS,
    st.lists(st.tuples(DAYS, st.booleans()), max_size=3),
    st.none() | DAYS,
)


def names(action: Action, day: date) -> list[str]:
    return [each.name for each in due(action, day)]


@pytest.mark.parametrize(
    ("days", "expected"),
    [(-15, []), (-14, [-14]), (-13, [-14]), (-8, [-14]), (-7, [-7]), (-1, [-1]), (0, [0]), (6, [0]), (7, [7]),
     (13, [7]), (100, [98])],
)  # fmt: skip
def test_the_owner_reads_the_newest_of_14_7_1_and_0_days_before_and_then_of_every_week(
    days: int, expected: list[int]
) -> None:
    assert names(ACTION, DUE + timedelta(days)) == [f"due:2026-06-15:{each:+d}" for each in expected]


def test_what_is_late_is_told_to_the_sponsor_and_the_lead_too() -> None:
    assert [each.readers for each in due(ACTION, DUE)] == [OWNER]
    assert [each.readers for each in due(ACTION, DUE + timedelta(7))] == [ALL]


def test_another_date_makes_other_occasions() -> None:
    moved = replace(ACTION, due=DUE + timedelta(30))
    assert names(moved, DUE) == []
    assert names(moved, DUE + timedelta(30)) == ["due:2026-07-15:+0"]


def test_what_was_put_off_waits_for_its_day_and_then_comes_once() -> None:
    later = replace(ACTION, snoozed_until=DUE + timedelta(2))
    assert names(later, DUE) == names(later, DUE + timedelta(1)) == []
    assert names(later, DUE + timedelta(2)) == names(later, DUE + timedelta(6)) == ["due:later:2026-06-17"]
    assert names(later, DUE + timedelta(7)) == ["due:2026-06-15:+7"]
    moved = replace(later, due=DUE + timedelta(60))
    assert names(moved, DUE + timedelta(6)) == ["due:later:2026-06-17"], (
        "the same for another date: told once"
    )
    assert names(moved, DUE + timedelta(46)) == ["due:2026-08-14:-14"]


def test_what_was_put_off_is_remembered_on_its_day_long_before_it_is_due_and_of_a_step() -> None:
    early = DUE - timedelta(60)
    step = replace(
        ACTION, milestones=(Milestone(what="Ask the nights", due=early, id=1),), snoozed_until=early
    )
    assert names(step, early - timedelta(1)) == []
    assert names(step, early) == ["due:later:2026-04-16", "milestone-1:2026-04-16:+0"]
    assert next_day(step, early - timedelta(3)) == early


def test_an_owner_who_has_not_answered_is_asked_again_and_others_hear_when_it_is_late() -> None:
    waits = replace(ACTION, state=State.PROPOSED, owner="aa" * 16)
    assert names(waits, DUE - timedelta(14)) == ["due:2026-06-15:-14"]
    (late,) = due(waits, DUE + timedelta(7))
    assert late.readers == (Reader.OWNER, Reader.SPONSOR, Reader.LEAD)
    put_off = replace(waits, due=None, snoozed_until=DUE)
    assert names(put_off, DUE) == ["due:later:2026-06-15"]
    assert names(replace(waits, owner=""), DUE) == [], "there is nobody to ask"


def test_whoever_puts_off_what_is_late_keeps_it_from_nobody_else() -> None:
    late = DUE + timedelta(7)
    later = replace(ACTION, snoozed_until=late + timedelta(7))
    assert [each.readers for each in due(later, late)] == [(Reader.SPONSOR, Reader.LEAD)]
    assert [each.readers for each in due(later, late + timedelta(7))] == [ALL], "no two on one day"


def test_steps_and_reviews_have_days_of_their_own() -> None:
    steps = (
        Milestone("Rota", DUE - timedelta(30), done=True, id=1),
        Milestone("Training", DUE - timedelta(3), id=2),
    )
    planned = replace(ACTION, milestones=steps, review=DUE + timedelta(90))
    assert names(planned, DUE - timedelta(4)) == ["due:2026-06-15:-7", "milestone-2:2026-06-12:-7"]
    done = replace(planned, state=State.IMPLEMENTED)
    assert names(done, DUE) == []
    review = due(done, DUE + timedelta(90))
    assert [(each.name, each.readers) for each in review] == [("review:2026-09-13:+0", (Reader.LEAD,))]
    assert names(replace(planned, state=State.CLOSED), DUE + timedelta(90)) == []


def test_the_lead_is_reminded_to_look_again_half_a_year_after_an_audit_was_closed() -> None:
    closed = date(2026, 1, 5)
    assert reaudit(closed, date(2026, 6, 7)) is None
    for day, expected in (
        (date(2026, 6, 8), "reaudit:2026-07-06:-28"),
        (date(2027, 1, 1), "reaudit:2026-07-06:+0"),
    ):
        found = reaudit(closed, day)
        assert found is not None and found.name == expected


@given(ACTIONS, DAYS)
def test_nobody_is_reminded_twice_of_one_date_on_a_day_and_nobody_of_what_is_over(
    action: Action, day: date
) -> None:
    found = due(action, day)
    assert len({(each.why, each.number, reader) for each in found for reader in each.readers}) == sum(
        len(each.readers) for each in found
    )
    assert all(each.on <= day for each in found)
    if action.state not in {State.PROPOSED, State.AGREED, State.IN_PROGRESS}:
        assert all(each.why is Why.REVIEW and each.readers == (Reader.LEAD,) for each in found)
    if action.state in {State.CLOSED, State.REJECTED}:
        assert not found
    if action.snoozed_until and day < action.snoozed_until:
        assert not any(Reader.OWNER in each.readers for each in found)


def test_what_falls_on_a_weekend_comes_on_the_friday_before() -> None:
    friday, sunday = DUE - timedelta(3), DUE - timedelta(1)
    assert [each.name for each in due(ACTION, friday, sunday)] == ["due:2026-06-15:-1"]
    assert next_day(ACTION, friday, sunday) == DUE
    later = replace(ACTION, snoozed_until=sunday)
    assert due(later, friday, sunday) == (), "what was put off to the weekend comes after it"
    assert next_day(later, friday, sunday) == DUE


@given(ACTIONS)
def test_whoever_looks_on_the_next_day_only_misses_nothing(action: Action) -> None:
    """The days that `next_day` names are all on which an occasion begins."""
    end = DUE + timedelta(260)
    looked: dict[Occasion, date] = {}
    day = next_day(action)
    while day and day <= end:
        for each in due(action, day):
            looked.setdefault(each, day)
        day = next_day(action, day)
    daily: dict[Occasion, date] = {}
    for looked_on in (DUE - timedelta(90) + timedelta(days) for days in range(351)):
        for occasion in due(action, looked_on):
            daily.setdefault(occasion, looked_on)
    assert looked == {occasion: on for occasion, on in daily.items() if on <= end}


def test_every_date_has_its_rule() -> None:
    assert set(RULES) == set(Why)
