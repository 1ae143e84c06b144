"""The functions of XLSForm: how many arguments each takes, and what it becomes.

Source: ODK XForms specification, "XPath Functions". Where it is silent, JavaRosa is followed.
"""

from __future__ import annotations

import math
import re
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation
from functools import partial
from typing import Any, TypeAlias

import regex

from dialogues.closures import Code, Gives, Run, Scope, as_number, as_stored, as_text, as_truth, as_values
from dialogues.values import (
    NAN,
    Day,
    Scalar,
    from_days,
    to_days,
    to_moment,
    to_number,
    to_text,
    to_truth,
)

Build: TypeAlias = Callable[[Sequence[Code]], Code]


@dataclass(frozen=True, slots=True)
class Function:
    """A function by its name; `most` is None when it takes any number of arguments.

    `volatile` functions give another value each time: the value is kept with the interview.
    """

    name: str
    least: int
    most: int | None
    build: Build
    volatile: bool = False

    @property
    def takes(self) -> str:
        """How many arguments it takes, in words."""
        if self.most is None:
            return f"at least {self.least}"
        if self.least == self.most:
            return str(self.least) if self.least else "no"
        return f"{self.least} to {self.most}"


FUNCTIONS: dict[str, Function] = {}

MATCHING = 0.1  # seconds that a regular expression may take: some take for ever

_CONVERT: dict[Gives, Callable[[Code], Run]] = {
    Gives.TEXT: as_text,
    Gives.NUMBER: as_number,
    Gives.TRUTH: as_truth,
    Gives.ANY: lambda code: code.run,
}
_T, _N, _B, _A = Gives.TEXT, Gives.NUMBER, Gives.TRUTH, Gives.ANY


def _add(name: str, least: int, most: int | None, build: Build, *, volatile: bool = False) -> None:
    FUNCTIONS[name] = Function(name, least, most, build, volatile)


def _plain(
    name: str, gives: Gives, takes: tuple[Gives, ...], do: Callable[..., Any], *, least: int | None = None
) -> None:
    """A function of converted arguments."""

    def build(codes: Sequence[Code]) -> Code:
        runs = [_CONVERT[kind](code) for kind, code in zip(takes, codes, strict=False)]
        match runs:
            case [one]:
                return Code(lambda c: do(one(c)), gives)
            case [one, two]:
                return Code(lambda c: do(one(c), two(c)), gives)
            case _:
                return Code(lambda c: do(*[run(c) for run in runs]), gives)

    _add(name, len(takes) if least is None else least, len(takes), build)


def _listed(name: str, gives: Gives, do: Callable[[list[Scalar]], Any], *, least: int = 1) -> None:
    """A function of any number of values, where nodes count each for themselves."""

    def build(codes: Sequence[Code]) -> Code:
        lists = [as_values(code) for code in codes]
        return Code(lambda c: do([value for values in lists for value in values(c)]), gives)

    _add(name, least, None, build)


def _scoped(name: str, gives: Gives, do: Callable[[Scope], Any], *, volatile: bool = False) -> None:
    """A function without arguments that looks at the scope."""
    _add(name, 0, 0, lambda _: Code(do, gives), volatile=volatile)


# Choices

_NOTHING = ("",)  # an empty answer holds the empty choice, as in JavaRosa


def _selected(codes: Sequence[Code]) -> Code:
    value, wanted = as_text(codes[0]), as_text(codes[1])
    name = codes[1].constant
    if isinstance(name, str):
        bare = name.strip()
        return Code(lambda c: bare in (value(c).split() or _NOTHING), _B)
    return Code(lambda c: wanted(c).strip() in (value(c).split() or _NOTHING), _B)


def _selected_at(value: str, index: float) -> str:
    parts = value.split()
    return parts[int(index)] if math.isfinite(index) and 0 <= index < len(parts) else ""


_add("selected", 2, 2, _selected)
_plain("selected-at", _T, (_T, _N), _selected_at)
_plain("count-selected", _N, (_T,), lambda value: float(len(value.split())))


# Logic


def _if(codes: Sequence[Code]) -> Code:
    test, then, other = as_truth(codes[0]), codes[1], codes[2]
    if then.gives is other.gives:
        yes, no = then.run, other.run
        return Code(lambda c: yes(c) if test(c) else no(c), then.gives)
    yes, no = then.run, other.run
    return Code(lambda c: yes(c) if test(c) else no(c), _A)


def _coalesce(codes: Sequence[Code]) -> Code:
    runs = [as_stored(code) for code in codes]
    return Code(lambda c: next((text for run in runs if (text := run(c))), ""), _T)


def _once(codes: Sequence[Code]) -> Code:
    run = as_text(codes[0])
    return Code(lambda c: c.dot or run(c), _T)


def _from_string(text: str) -> bool:
    return text.strip().lower() in ("true", "1")


_add("if", 3, 3, _if)
_add("coalesce", 1, None, _coalesce)
_add("once", 1, 1, _once, volatile=True)
_plain("not", _B, (_B,), lambda value: not value)
_scoped("true", _B, lambda _: True)
_scoped("false", _B, lambda _: False)
_plain("boolean", _B, (_B,), lambda value: value)
_plain("boolean-from-string", _B, (_T,), _from_string)


# Text


def _fold(do: Callable[[str, str], Any], gives: Gives, name: str) -> None:
    _plain(name, gives, (_T, _T), do)


def _substr(text: str, start: float, end: float = math.inf) -> str:
    length = len(text)
    first, last = _offset(start, length), _offset(end, length)
    return text[first:last]


def _offset(position: float, length: int) -> int:
    if math.isnan(position):
        return 0
    if math.isinf(position):
        return length if position > 0 else 0
    whole = int(position)
    return max(0, min(length, whole + length if whole < 0 else whole))


def _join(codes: Sequence[Code]) -> Code:
    between, lists = as_text(codes[0]), [as_values(code) for code in codes[1:]]
    return Code(lambda c: between(c).join(to_text(v) for values in lists for v in values(c)), _T)


def _translate(text: str, old: str, new: str) -> str:
    table: dict[int, str | None] = {}
    for place, character in enumerate(old):
        table.setdefault(ord(character), new[place] if place < len(new) else None)
    return text.translate(table)


def _regex(codes: Sequence[Code]) -> Code:
    text, pattern = as_text(codes[0]), as_text(codes[1])
    if isinstance(codes[1].constant, str):
        fits = fitting(codes[1].constant)
        return Code(lambda c: fits(text(c)), _B)
    return Code(lambda c: _fits(pattern(c), text(c)), _B)


def _fits(pattern: str, text: str) -> bool:
    """Whether a text fits a pattern that an answer gave, which may be none."""
    try:
        return fitting(pattern)(text)
    except regex.error:
        return False


def fitting(pattern: str) -> Callable[[str], bool]:
    """Whether a text fits a regular expression as a whole; one that takes too long does not fit.

    Raises `regex.error` when the pattern is none.
    """
    compiled = regex.compile(pattern)

    def fits(text: str) -> bool:
        try:
            return compiled.fullmatch(text, timeout=MATCHING) is not None
        except TimeoutError:
            return False

    return fits


_add("regex", 2, 2, _regex)
_plain("string", _T, (_T,), lambda value: value)
_listed("concat", _T, lambda values: "".join(map(to_text, values)), least=1)
_add("join", 2, None, _join)
_plain("substr", _T, (_T, _N, _N), _substr, least=2)
_plain("string-length", _N, (_T,), lambda text: float(len(text)))
_fold(lambda text, part: part in text, _B, "contains")
_fold(lambda text, part: text.startswith(part), _B, "starts-with")
_fold(lambda text, part: text.endswith(part), _B, "ends-with")
_fold(lambda text, part: text[: max(text.find(part), 0)], _T, "substring-before")
_fold(lambda text, part: text[text.find(part) + len(part) :] if part in text else "", _T, "substring-after")
_plain("translate", _T, (_T, _T, _T), _translate)
_plain("normalize-space", _T, (_T,), lambda text: " ".join(text.split()))


# Numbers


def _whole(number: float) -> float:
    return float(math.trunc(number)) if math.isfinite(number) else number


def _round(number: float, digits: float = 0.0) -> float:
    if not math.isfinite(number) or not math.isfinite(digits):
        return number
    places = max(-30, min(30, int(digits)))
    if places == 0:
        return float(math.floor(number + 0.5))  # half goes up, also below zero
    half = ROUND_HALF_UP if number > 0 else ROUND_HALF_DOWN
    try:
        return float(Decimal(repr(number)).quantize(Decimal(1).scaleb(-places), half))
    except InvalidOperation:  # so many digits that there is nothing to round
        return number


def _safely(do: Callable[[float], float], number: float) -> float:
    try:
        return do(number)
    except (OverflowError, ValueError):
        return NAN


def _power(base: float, exponent: float) -> float:
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf
    except ValueError:
        return math.inf if base == 0 else NAN


def _total(numbers: Iterable[float]) -> float:
    total = 0.0
    for number in numbers:  # one by one, as other engines do: sum() rounds differently
        total += number
    return total


def _numbers(values: Iterable[Scalar]) -> list[float]:
    return [to_number(value) for value in values if value != ""]


def _extreme(pick: Callable[[list[float]], float], values: list[Scalar]) -> float:
    numbers = [number for number in _numbers(values) if not math.isnan(number)]
    return pick(numbers) if numbers else NAN


_plain("number", _N, (_N,), lambda number: number)
_plain("int", _N, (_N,), _whole)
_plain("round", _N, (_N, _N), _round, least=1)
_plain("abs", _N, (_N,), abs)
_plain("pow", _N, (_N, _N), _power)
_scoped("pi", _N, lambda _: math.pi)
_plain("atan2", _N, (_N, _N), math.atan2)
for _name in ("exp", "log", "log10", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan"):
    _plain(_name, _N, (_N,), partial(_safely, getattr(math, _name)))
_listed("min", _N, partial(_extreme, min))
_listed("max", _N, partial(_extreme, max))
_listed("sum", _N, lambda values: _total(number for number in _numbers(values) if not math.isnan(number)))


def _count(codes: Sequence[Code]) -> Code:
    keys, cells = codes[0].keys, codes[0].cells
    if cells is not None:
        return Code(lambda c: float(len(cells(c))), _N)
    if keys is None:
        return Code(lambda _: 1.0, _N)
    return Code(lambda c: float(len(keys(c))), _N)


_add("count", 1, 1, _count)
_listed("count-non-empty", _N, lambda values: float(sum(value != "" for value in values)))


# Dates


def _date(value: Scalar) -> Day:
    if isinstance(value, str) and (moment := to_moment(value)) is not None:
        return Day(moment.date().isoformat())
    return Day(from_days(to_number(value)))


def _date_time(value: Scalar) -> Day:
    if isinstance(value, str) and to_moment(value) is not None:
        return Day(value)
    return Day(from_days(to_number(value), clock=True))


def _time_of_day(text: str) -> float:
    match = re.match(r"(\d\d):(\d\d)", text)
    return (int(match[1]) * 60 + int(match[2])) / 1440 if match else NAN


def _format(value: Scalar, pattern: str) -> str:
    moment = to_moment(value if isinstance(value, str) else from_days(value))
    if moment is None:
        return ""
    return re.sub(r"%(.)", lambda match: _date_part(moment, match[1]), pattern)


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DATE_PARTS: dict[str, Callable[[datetime], str]] = {
    "Y": lambda m: f"{m.year:04d}",
    "y": lambda m: f"{m.year % 100:02d}",
    "m": lambda m: f"{m.month:02d}",
    "n": lambda m: str(m.month),
    "b": lambda m: _MONTHS[m.month - 1],
    "d": lambda m: f"{m.day:02d}",
    "e": lambda m: str(m.day),
    "H": lambda m: f"{m.hour:02d}",
    "h": lambda m: str(m.hour),
    "M": lambda m: f"{m.minute:02d}",
    "S": lambda m: f"{m.second:02d}",
    "3": lambda m: f"{m.microsecond // 1000:03d}",
    "a": lambda m: _DAYS[m.weekday()],
    "%": lambda _: "%",
}


def _date_part(moment: datetime, letter: str) -> str:
    part = _DATE_PARTS.get(letter)
    return part(moment) if part is not None else f"%{letter}"


_scoped("today", _A, lambda c: Day(c.now.date().isoformat()), volatile=True)
_scoped("now", _A, lambda c: Day(c.now.isoformat(timespec="milliseconds")), volatile=True)
_plain("date", _A, (_A,), _date)
_plain("date-time", _A, (_A,), _date_time)
_plain("format-date", _T, (_A, _T), _format)
_plain("format-date-time", _T, (_A, _T), _format)
_plain("decimal-date-time", _N, (_A,), lambda value: to_days(value) if isinstance(value, str) else value)
_plain("decimal-time", _N, (_T,), _time_of_day)


# Checklists and chance


def _within(count: float, least: float, most: float) -> bool:
    return (least < 0 or count >= least) and (most < 0 or count <= most)


def _checklist(codes: Sequence[Code]) -> Code:
    least, most = as_number(codes[0]), as_number(codes[1])
    lists = [as_values(code) for code in codes[2:]]

    def run(c: Scope) -> bool:
        count = sum(to_truth(value) for values in lists for value in values(c))
        return _within(count, least(c), most(c))

    return Code(run, _B)


def _weighted_checklist(codes: Sequence[Code]) -> Code:
    least, most = as_number(codes[0]), as_number(codes[1])
    pairs = [
        (as_truth(test), as_number(weight)) for test, weight in zip(codes[2::2], codes[3::2], strict=False)
    ]
    return Code(lambda c: _within(sum(weight(c) for test, weight in pairs if test(c)), least(c), most(c)), _B)


def _uuid(codes: Sequence[Code]) -> Code:
    del codes
    return Code(
        lambda c: str(uuid.UUID(int=int(c.chance() * 2**64) << 64 | int(c.chance() * 2**64), version=4)), _T
    )


_add("checklist", 3, None, _checklist)
_add("weighted-checklist", 4, None, _weighted_checklist)
_add("uuid", 0, 0, _uuid, volatile=True)
_scoped("random", _N, lambda c: c.chance(), volatile=True)
