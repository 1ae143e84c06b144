"""Days of a plan for people's own calendars: iCalendar (RFC 5545), all-day, the same bytes for the same days.

A calendar program fetches the whole again and again and knows an event by its UID: a date that moved moves there too.
Of what people wrote there is only the short title that they gave an action.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from icalendar import Calendar, Event

from dialogues.wordless import Wordless
from reports.packing import clean

_MAKER = "-//Candour//Plan//EN"
_DOMAIN = "candour.invalid"  # makes a UID unlike those of other programs, and names no host
_AGAIN = timedelta(hours=6)  # so often may a calendar program look again
_LONGEST = 200  # characters of a title


class Occasion(StrEnum):
    """Why a day is in the calendar; the value is how it is called there."""

    DUE = "Due"
    MILESTONE = "Milestone"
    REVIEW = "Review"
    REAUDIT = "Re-audit"


class Day(Wordless, frozen=True):
    """A day of a plan. `about` is the hexadecimal id of the action or audit, `number` tells milestones apart.

    It has no repr: the title is somebody's words.
    """

    occasion: Occasion
    on: date
    about: str
    title: str
    number: int = 0

    @property
    def uid(self) -> str:
        """What it is called for good, whatever its date and title become."""
        number = f"-{self.number}" if self.number else ""
        return f"{self.occasion.name.lower()}{number}-{self.about}@{_DOMAIN}"


def calendar(name: str, days: Iterable[Day], stamped: datetime) -> bytes:
    """A calendar of this name, in order of dates. `stamped` is the moment that it tells of, not that of writing."""
    made = Calendar()
    _add(made, version="2.0", prodid=_MAKER, calscale="GREGORIAN", method="PUBLISH")
    made.add("name", _line(name))
    made.add("x-wr-calname", _line(name))  # the same for programs older than RFC 7986
    made.add("refresh-interval", _AGAIN, parameters={"value": "DURATION"})
    for day in sorted(days, key=lambda each: (each.on, each.uid)):
        made.add_component(_event(day, stamped.astimezone(UTC).replace(microsecond=0)))
    written: bytes = made.to_ical()
    return written


def _event(day: Day, stamped: datetime) -> Event:
    event = Event()
    summary = f"{day.occasion.value}: {_line(day.title)}"
    _add(
        event, uid=day.uid, dtstamp=stamped, dtstart=day.on, dtend=day.on + timedelta(days=1), summary=summary
    )
    # All day, and yet nobody is busy; and not for others to whom somebody shows their calendar.
    _add(event, transp="TRANSPARENT", **{"class": "PRIVATE"})
    return event


def _line(text: str) -> str:
    return " ".join(clean(text).split())[:_LONGEST]


def _add(made: Calendar | Event, **values: object) -> None:
    for name, value in values.items():
        made.add(name, value)
