"""People are written to by day, on working days, and never on a bank holiday of theirs, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.hours import (
    HOURS,
    Hours,
    Nation,
    is_holiday,
    is_open,
    is_quiet,
    last_before_work,
    next_allowed,
    working_day,
)

LONDON = ZoneInfo("Europe/London")
# Both changes of the clocks, Easter and Christmas lie in it, and days that are kept instead of others.
FROM, DAYS = datetime(2026, 3, 1, tzinfo=UTC), 400
MOMENTS = st.integers(0, DAYS * 24 * 60).map(lambda minutes: FROM + timedelta(minutes=minutes))
NATIONS = st.sampled_from([None, *Nation])
EVERYWHERE = ("england", "wales", "scotland", "northern-ireland")


@pytest.mark.parametrize(
    ("day", "kept"),
    [
        ("2026-01-01", EVERYWHERE),
        ("2026-01-02", ("scotland",)),
        ("2026-03-17", ("northern-ireland",)),
        ("2026-04-03", EVERYWHERE),  # Good Friday
        ("2026-04-06", ("england", "wales", "northern-ireland")),  # Easter Monday
        ("2026-05-04", EVERYWHERE),
        ("2026-07-13", ("northern-ireland",)),  # the 12th is a Sunday
        ("2026-08-03", ("scotland",)),
        ("2026-08-31", ("england", "wales", "northern-ireland")),
        ("2026-11-30", ("scotland",)),
        ("2026-12-25", EVERYWHERE),
        ("2026-12-28", EVERYWHERE),  # Boxing Day is a Saturday
        ("2027-12-27", EVERYWHERE),  # Christmas Day and Boxing Day are a weekend
        ("2027-12-28", EVERYWHERE),
        ("2026-05-05", ()),
    ],
)
def test_each_nation_keeps_its_own_bank_holidays(day: str, kept: tuple[str, ...]) -> None:
    on = date.fromisoformat(day)
    assert tuple(nation for nation in Nation if is_holiday(on, nation)) == kept
    assert is_holiday(on) == bool(kept), "where nobody named the nation, each of them counts"
    assert not any(working_day(on, Nation(nation)) for nation in kept)


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [
        ("2026-05-05 08:00", "2026-05-05 08:00"),
        ("2026-05-05 07:59", "2026-05-05 08:00"),
        ("2026-05-05 19:59", "2026-05-05 19:59"),
        ("2026-05-05 20:00", "2026-05-06 08:00"),
        ("2026-05-08 20:00", "2026-05-11 08:00"),  # over the weekend
        ("2026-04-02 20:30", "2026-04-07 08:00"),  # over Easter
        ("2026-12-24 21:00", "2026-12-29 08:00"),  # over Christmas
        ("2026-03-28 23:00", "2026-03-30 08:00"),  # the night without two o'clock
        ("2026-10-25 01:30", "2026-10-26 08:00"),  # the night that has it twice
    ],
)
def test_a_message_waits_for_the_next_morning_that_is_a_working_day(moment: str, allowed: str) -> None:
    asked, expected = (datetime.fromisoformat(each).replace(tzinfo=LONDON) for each in (moment, allowed))
    assert next_allowed(asked, Nation.ENGLAND).astimezone(UTC) == expected.astimezone(UTC)


@given(MOMENTS, NATIONS)
def test_at_any_moment_of_a_year_the_next_allowed_one_is_by_day_on_a_working_day(
    moment: datetime, nation: Nation | None
) -> None:
    found = next_allowed(moment, nation)
    local = found.astimezone(LONDON)
    assert moment <= found <= moment + timedelta(days=6)
    assert not is_quiet(found, nation) and working_day(local.date(), nation)
    assert time(8) <= local.time() < time(20)
    assert next_allowed(found, nation) == found, "what is allowed does not wait"
    ahead = last_before_work(local.date(), nation)
    assert working_day(ahead + timedelta(days=1), nation)
    assert ahead == local.date() or not working_day(ahead, nation)
    if found > moment:
        assert local.time() == time(8)
        assert is_quiet(moment, nation) and is_quiet(found - timedelta(seconds=1), nation)
    assert not (is_open(moment, nation) and is_quiet(moment, nation)), "what is begun may also be sent"


@given(MOMENTS, NATIONS)
def test_the_zone_that_a_moment_comes_in_changes_nothing(moment: datetime, nation: Nation | None) -> None:
    elsewhere = moment.astimezone(ZoneInfo("Pacific/Auckland"))
    assert next_allowed(elsewhere, nation) == next_allowed(moment, nation)
    assert is_open(elsewhere, nation) == is_open(moment, nation)


def test_every_working_day_of_a_year_is_open_for_eight_hours_also_when_the_clocks_change() -> None:
    quarters = (FROM + timedelta(minutes=15 * each) for each in range(365 * 96))
    counted: dict[date, int] = {}
    for moment in quarters:
        if is_open(moment, Nation.SCOTLAND):
            day = moment.astimezone(LONDON).date()
            counted[day] = counted.get(day, 0) + 1
    assert set(counted.values()) == {8 * 4}
    days = (FROM.date() + timedelta(days=each) for each in range(365))
    assert set(counted) == {day for day in days if working_day(day, Nation.SCOTLAND)}


def test_the_hours_are_data() -> None:
    weekend = Hours(quiet_from=time(22), days=frozenset(range(7)))
    saturday = datetime(2026, 5, 9, 20, 30, tzinfo=UTC)  # 21:30 in London
    assert is_quiet(saturday) and not is_quiet(saturday, hours=weekend)
    assert HOURS.at(date(2026, 5, 9), time(9)) == datetime(2026, 5, 9, 8, tzinfo=UTC)
