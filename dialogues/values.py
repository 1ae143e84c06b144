"""What XLSForm values mean: numbers, truth, dates and how they turn into each other.

A node's value is a string. In expressions there are also floats and booleans, as in XPath 1.0;
dates are ISO 8601 strings that compare and calculate as days since 1970-01-01.
Source: W3C XPath 1.0, section 4; ODK XForms specification, "Data types".
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeAlias

Scalar: TypeAlias = str | float | bool

NAN = math.nan
_EPOCH = date(1970, 1, 1)
_NUMERIC = re.compile(r"-?(?:\d+\.?\d*|\.\d+)", re.ASCII)
_DATE = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?(Z|[+-]\d\d:?\d\d)?)?", re.ASCII
)


class Day(str):
    """A date, or date and time, in ISO 8601: text that counts as days where a number is wanted.

    Only dates that were asked for or made by a function are Days; text that looks like one is text, as in
    JavaRosa: write `date('2026-05-04')`.
    """

    __slots__ = ()


def to_number(value: Scalar) -> float:
    """As XPath's number(), and Days as days; what is no number is NaN."""
    if isinstance(value, str):
        if isinstance(value, Day):
            return to_days(value)
        text = value.strip()
        return float(text) if _NUMERIC.fullmatch(text) else NAN
    return float(value)


def to_days(text: str) -> float:
    """Days since 1970-01-01, with the time of day as a fraction; NaN when it is no date."""
    moment = to_moment(text)
    if moment is None:
        return NAN
    days = (moment.date() - _EPOCH).days
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1e6
    return days + seconds / 86_400


def to_moment(text: str) -> datetime | None:
    """The date, or date and time as written on the clock, of an ISO 8601 string."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, _zone = match.groups()
    try:
        return datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            int((fraction or "0").ljust(6, "0")),
            tzinfo=UTC,
        )
    except ValueError:
        return None


def from_days(days: float, *, clock: bool = False) -> str:
    """The ISO date of a number of days since 1970-01-01, with `clock` the time as well; empty when there is none."""
    if not math.isfinite(days):
        return ""
    try:
        if clock:
            moment = datetime.combine(_EPOCH, time()) + timedelta(days=days)
            return moment.isoformat(timespec="milliseconds")
        return (_EPOCH + timedelta(days=math.floor(days))).isoformat()
    except OverflowError:
        return ""


def to_text(value: Scalar) -> str:
    """As XPath's string(): whole numbers without a point, NaN, Infinity, true, false."""
    if isinstance(value, str):
        return str(value)  # a Day as plain text: it may be stored
    if isinstance(value, bool):
        return "true" if value else "false"
    if value.is_integer():
        return str(int(value))
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return format(Decimal(repr(value)), "f")


def to_truth(value: Scalar) -> bool:
    """As XPath's boolean(): any text is true, also “false”; 0 and NaN are false."""
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    return bool(value)


def equal(left: Scalar, right: Scalar) -> bool:
    """As XPath's `=`: a boolean on either side makes it one of truth, a number one of numbers."""
    if isinstance(left, bool) or isinstance(right, bool):
        return to_truth(left) == to_truth(right)
    if isinstance(left, float) or isinstance(right, float):
        return to_number(left) == to_number(right)
    return left == right
