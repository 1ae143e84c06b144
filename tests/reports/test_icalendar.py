"""Days of a plan stand in any calendar program as they were meant, and the same days make the same bytes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from reports.exchange.icalendar import Day, Occasion, calendar

STAMPED = datetime(2026, 5, 4, 9, 30, 15, 999, tzinfo=UTC)
DUE = Day(
    Occasion.DUE, date(2026, 12, 31), "0a1b", "Weekly supervision; nights, weekends\\holidays\nBEGIN:VALARM"
)
DAYS = st.builds(
    Day,
    st.sampled_from(Occasion),
    st.dates(date(2026, 1, 1), date(2030, 12, 31)),
    st.integers(0, 2**32).map("{:032x}".format),
    st.text(max_size=120),
    st.integers(0, 12),
)


def lines(written: bytes) -> list[str]:
    """The content lines of RFC 5545, unfolded."""
    return written.replace(b"\r\n ", b"").decode().split("\r\n")


def test_a_day_is_an_event_that_lasts_all_day_and_keeps_nobody_busy() -> None:
    found = lines(calendar("The plan of Rowan House", [DUE], STAMPED))
    assert {
        "UID:due-0a1b@candour.invalid",
        "DTSTAMP:20260504T093015Z",
        "DTSTART;VALUE=DATE:20261231",
        "DTEND;VALUE=DATE:20270101",
        "TRANSP:TRANSPARENT",
        r"SUMMARY:Due: Weekly supervision\; nights\, weekends\\holidays BEGIN:VALARM",
    } <= set(found)
    assert [found[0], *found[-2:]] == ["BEGIN:VCALENDAR", "END:VCALENDAR", ""]


def test_a_date_that_moved_keeps_the_name_of_its_event() -> None:
    moved = Day(DUE.occasion, DUE.on + timedelta(days=7), DUE.about, "Another title")
    milestones = [Day(Occasion.MILESTONE, DUE.on, "0a1b", "M", number) for number in (1, 2)]
    assert moved.uid == DUE.uid
    assert len({each.uid for each in (DUE, *milestones)}) == 3
    assert "Weekly" not in repr(DUE)


@given(st.lists(DAYS, max_size=4, unique_by=lambda day: day.uid), st.text(max_size=60))
def test_any_days_are_read_as_they_were_written(days: list[Day], name: str) -> None:
    written = calendar(name, days, STAMPED)
    elsewhere = STAMPED.astimezone(timezone(timedelta(hours=5)))
    assert calendar(name, reversed(days), elsewhere) == written, "order and zone change no byte"
    assert all(len(line) <= 75 for line in written.split(b"\r\n")), "long lines are folded"
    assert not {*range(9), 11, 12, *range(14, 32)} & set(written)
    read = {str(event["uid"]): event for event in Calendar.from_ical(written).walk("VEVENT")}
    assert set(read) == {day.uid for day in days}
    for day in days:
        assert read[day.uid].decoded("dtstart") == day.on
        assert str(read[day.uid]["summary"]).startswith(day.occasion.value)
