"""When people may be written to: by day, on working days, and not on a bank holiday where they are.

All four nations keep one time, Europe/London. What is compared is the clock on the wall there, so that an hour more or
less in March and October moves nothing.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct


class Nation(StrEnum):
    """Whose regulator, councils and bank holidays are meant."""

    ENGLAND = "england"
    WALES = "wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern-ireland"


class Hours(Struct, frozen=True):
    """The times of a day, as the clock in `zone` shows them, and the days of a week, Monday is 0.

    Messages that can wait are begun from `opens` to `closes`. In the quiet hours, `quiet_from` to `quiet_until` over
    midnight, none leaves at all.
    """

    opens: time = time(9)
    closes: time = time(17)
    quiet_from: time = time(20)
    quiet_until: time = time(8)
    days: frozenset[int] = frozenset(range(5))
    zone: str = "Europe/London"

    def local(self, moment: datetime) -> datetime:
        """The same moment by the clock there."""
        return moment.astimezone(ZoneInfo(self.zone))

    def at(self, day: date, clock: time) -> datetime:
        """The moment, in UTC, when the clock there first shows this time on this day."""
        return datetime.combine(day, clock, ZoneInfo(self.zone)).astimezone(UTC)


HOURS: Final = Hours()

_BY_NATION: Final = {
    Nation.ENGLAND: "ENG",
    Nation.WALES: "WLS",
    Nation.SCOTLAND: "SCT",
    Nation.NORTHERN_IRELAND: "NIR",
}


def local_day(moment: datetime) -> date:
    """Which day it is for an audit: the one on the wall in all four nations, which from March to October is not UTC's.

    Whatever is dated, late, due or told of a day takes it from here: pages, chats, reminders, digests and files.
    """
    return HOURS.local(moment).date()


def working_day(day: date, nation: Nation | None = None, hours: Hours = HOURS) -> bool:
    """Whether people work on this day. Where nobody named the nation, a bank holiday of any of them counts."""
    return day.weekday() in hours.days and not is_holiday(day, nation)


def is_holiday(day: date, nation: Nation | None = None) -> bool:
    """Whether it is a bank holiday there, or the day kept instead of one; without a nation, in any of them."""
    nations = (nation,) if nation else tuple(Nation)
    return any(day in _holidays(each, day.year) for each in nations)


def last_before_work(day: date, nation: Nation | None = None, hours: Hours = HOURS) -> date:
    """The last day before people work again: what falls on the days up to it is said on this one, rather than late."""
    while not working_day(day + timedelta(days=1), nation, hours):
        day += timedelta(days=1)
    return day


def is_open(moment: datetime, nation: Nation | None = None, hours: Hours = HOURS) -> bool:
    """Whether it is within working hours."""
    local = hours.local(moment)
    return hours.opens <= local.time() < hours.closes and working_day(local.date(), nation, hours)


def is_quiet(moment: datetime, nation: Nation | None = None, hours: Hours = HOURS) -> bool:
    """Whether nothing may be sent that can wait: at night, at the weekend, on a bank holiday."""
    local = hours.local(moment)
    by_day = hours.quiet_until <= local.time() < hours.quiet_from
    return not (by_day and working_day(local.date(), nation, hours))


def next_allowed(moment: datetime, nation: Nation | None = None, hours: Hours = HOURS) -> datetime:
    """The first moment from this one on that is not quiet: this one, or a morning, in UTC."""
    if not is_quiet(moment, nation, hours):
        return moment
    local = hours.local(moment)
    day = local.date() + timedelta(days=local.time() >= hours.quiet_until)
    while not working_day(day, nation, hours):
        day += timedelta(days=1)
    return hours.at(day, hours.quiet_until)


@lru_cache(maxsize=64)
def _holidays(nation: Nation, year: int) -> frozenset[date]:
    from holidays import country_holidays  # noqa: PLC0415 - brings the calendars of the whole world: a seventh of a second

    return frozenset(country_holidays("GB", subdiv=_BY_NATION[nation], years=year))
