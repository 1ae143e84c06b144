"""A number followed month by month, and what of its ups and downs is more than chance: an XmR chart.

The rules:

1. The mean of the points, and limits at mean ± 2.66 × the mean moving range. A moving range above 3.267 times the mean
   is left out once, and the mean moving range taken anew (this can be switched off). The mean of the points stays.
2. Special cause: a point outside a limit; 7 points or more on one side of the mean; 7 or more that rise or fall; 2 of
   3 on one side, all three there, further out than two thirds of the way to the limit: only those are marked.
3. A point on the mean ends a run, two equal points end a rise or fall, and so does a month without a number: no moving
   range spans it, and nothing is "in a row" across it. A point on a limit is not outside it.
4. With fewer than 12 points the limits are on trial.
5. A rebase begins a new span, with limits and signals of its own, and has a reason. What stands before it is as if
   the numbers had ended there.

Sources: Wheeler, Understanding Variation, 1993 (2.66 and 3.267 are 3/d2 and D4 for n = 2); NHS England, Making Data
Count. Everything is counted in exact fractions, so that "on the mean" means on the mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from fractions import Fraction
from itertools import groupby, pairwise
from typing import TypeAlias

from msgspec import Struct

TO_LIMIT = Fraction("2.66")  # mean moving ranges from the mean to a limit
TOO_WIDE = Fraction("3.267")  # a moving range of more than so many mean ones is left out
NEAR = Fraction(2, 3)  # of the way to the limit
RUN = 7  # points in a row, on one side or in one direction
ENOUGH = 12  # points, from which limits are no longer on trial

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


class Month(Struct, frozen=True, order=True):
    """A month; `number` is 1 to 12."""

    year: int
    number: int

    @property
    def name(self) -> str:
        """`May 2026`."""
        return f"{self.word} {self.year}"

    @property
    def word(self) -> str:
        """`May`."""
        return _MONTHS[self.number - 1]

    @property
    def place(self) -> int:
        """Months since the year 0: neighbours differ by 1."""
        return self.year * 12 + self.number - 1

    def after(self, months: int) -> Month:
        """The month that many later."""
        year, index = divmod(self.place + months, 12)
        return Month(year, index + 1)


class Better(StrEnum):
    """Which way a measure should go."""

    HIGHER = "higher"
    LOWER = "lower"


class Measure(Struct, frozen=True):
    """What is followed: restraints a month, from the incident log, lower is better, at most 5."""

    indicator: str
    better: Better
    unit: str = ""
    target: float | None = None
    source: str = ""

    def meets(self, value: float) -> bool:
        """Whether a number meets the target; every number does where there is none."""
        if self.target is None:
            return True
        return value <= self.target if self.better is Better.LOWER else value >= self.target


class Point(Struct, frozen=True):
    """The number of one month; None where it is not known."""

    month: Month
    value: float | None


class Rebase(Struct, frozen=True):
    """From this month on there are new limits, because something was changed on purpose: `reason` says what."""

    month: Month
    reason: str


class Side(StrEnum):
    """Where from the mean, or which way, a signal points."""

    UP = "up"
    DOWN = "down"


class Rule(StrEnum):
    """What makes a signal: a point outside a limit, 7 on one side, 7 rising or falling, 2 of 3 near a limit."""

    OUTSIDE = "outside"
    SHIFT = "shift"
    TREND = "trend"
    NEAR = "near"


class Limits(Struct, frozen=True):
    """How far chance alone takes a measure, `screened`: how many moving ranges were left out."""

    lower: float
    upper: float
    moving_range: float
    screened: int = 0


class Signal(Struct, frozen=True):
    """More than chance: the rule, the months that are marked, whether that is the better side, and it all in words.

    `looked_at` months in a row were looked at; of a rule other than NEAR all of them are marked.
    """

    rule: Rule
    side: Side
    months: tuple[Month, ...]
    looked_at: int
    good: bool
    sentence: str


class Span(Struct, frozen=True):
    """The months between two rebases, with what holds for them. `limits` is None without two months in a row."""

    points: tuple[Point, ...]
    mean: float | None
    limits: Limits | None
    trial: bool
    signals: tuple[Signal, ...]
    reason: str = ""

    @property
    def known(self) -> tuple[Point, ...]:
        """The months with a number."""
        return tuple(point for point in self.points if point.value is not None)


class Assurance(StrEnum):
    """Where the target lies, seen from where the measure comes from."""

    BEYOND = "beyond"  # past the limit on the better side: not even a good month by chance meets it
    INSIDE = "inside"  # chance decides which month meets it
    SHORT = "short"  # before the limit on the worse side: even a bad month by chance meets it


class Chart(Struct, frozen=True):
    """A measure with its spans, in order; months that nobody gave a row are points without a value."""

    measure: Measure
    spans: tuple[Span, ...]
    assurance: Assurance | None

    @property
    def points(self) -> tuple[Point, ...]:
        """Every month."""
        return tuple(point for span in self.spans for point in span.points)

    @property
    def signals(self) -> tuple[Signal, ...]:
        """All of them, in order."""
        return tuple(signal for span in self.spans for signal in span.signals)

    def marks(self, month: Month) -> tuple[Signal, ...]:
        """The signals in which a month is marked."""
        return tuple(signal for signal in self.signals if month in signal.months)


class Refused(Struct, frozen=True):
    """There is no chart, and why."""

    sentence: str


Charted: TypeAlias = Chart | Refused


def chart(
    measure: Measure,
    points: Iterable[Point],
    rebases: Iterable[Rebase] = (),
    *,
    screened: bool = True,
) -> Charted:
    """The chart of a measure, or why there is none. Points and rebases come in any order."""
    given, cuts = sorted(points, key=_month), sorted(rebases, key=_month)
    refused = _refusal(given, cuts)
    if refused is not None:
        return refused
    spans = tuple(_spans(measure, _every_month(given), cuts, screened=screened))
    return Chart(measure, spans, _assurance(measure, spans[-1]))


def _month(entry: Point | Rebase) -> Month:
    return entry.month


def _refusal(points: Sequence[Point], rebases: Sequence[Rebase]) -> Refused | None:
    known = [point.month for point in points if point.value is not None]
    if not known:
        return Refused("There is no number yet.")
    twice = _twice(points)
    if twice is not None:
        return Refused(f"{twice.name} has two numbers. Keep the right one.")
    twice = _twice(rebases)
    if twice is not None:
        return Refused(f"{twice.name} has two reasons for new limits. Write them as one.")
    for rebase in rebases:
        if not rebase.reason.strip():
            return Refused(f"New limits from {rebase.month.name} need a reason: what was changed then?")
        if not known[0] < rebase.month <= known[-1]:
            return Refused(f"New limits from {rebase.month.name} need a number before, and one from then on.")
    return None


def _twice(entries: Sequence[Point | Rebase]) -> Month | None:
    """The first month that two of them have."""
    return next((one.month for one, other in pairwise(entries) if one.month == other.month), None)


def _every_month(points: Sequence[Point]) -> tuple[Point, ...]:
    """From the first month with a number to the last, also those that nobody gave."""
    given = {point.month: point for point in points if point.value is not None}
    first, last = min(given), max(given)
    months = (first.after(each) for each in range(last.place - first.place + 1))
    return tuple(given.get(month, Point(month, None)) for month in months)


def _spans(
    measure: Measure, points: Sequence[Point], rebases: Sequence[Rebase], *, screened: bool
) -> Iterator[Span]:
    starts = [points[0].month, *(rebase.month for rebase in rebases)]
    ends = [*starts[1:], points[-1].month.after(1)]
    reasons = ["", *(rebase.reason for rebase in rebases)]
    for start, end, reason in zip(starts, ends, reasons, strict=True):
        within = tuple(point for point in points if start <= point.month < end)
        yield _span(measure, within, reason, screened=screened)


def _span(measure: Measure, points: tuple[Point, ...], reason: str, *, screened: bool) -> Span:
    values = [None if point.value is None else _exact(point.value) for point in points]
    known = [value for value in values if value is not None]
    if not known:
        return Span(points, None, None, trial=True, signals=(), reason=reason)
    mean = sum(known, Fraction()) / len(known)
    kept, left_out = _moving_ranges(values, screened=screened)
    reach = TO_LIMIT * sum(kept, Fraction()) / len(kept) if kept else None
    limits = None if reach is None else _limits(mean, reach, left_out)
    signals = _Looked(measure, points, mean, reach).signals()
    return Span(points, float(mean), limits, len(known) < ENOUGH, signals, reason)


def _exact(value: float) -> Fraction:
    """The decimal number that somebody wrote: .1 is a tenth."""
    return Fraction(repr(float(value)))


def _limits(mean: Fraction, reach: Fraction, left_out: int) -> Limits:
    return Limits(float(mean - reach), float(mean + reach), float(reach / TO_LIMIT), left_out)


def _moving_ranges(values: Sequence[Fraction | None], *, screened: bool) -> tuple[list[Fraction], int]:
    """The moving ranges that count, and how many were left out.

    Where only months without any change would be left, all are kept: else every point would lie outside.
    """
    ranges = [
        abs(after - before) for before, after in pairwise(values) if before is not None and after is not None
    ]
    widest = TOO_WIDE * sum(ranges, Fraction()) / len(ranges) if ranges else Fraction()
    kept = [each for each in ranges if each <= widest]
    return (kept, len(ranges) - len(kept)) if screened and any(kept) else (ranges, 0)


def _assurance(measure: Measure, span: Span) -> Assurance | None:
    """A month on the target meets it, so a target on a limit counts to the side where it is met."""
    if measure.target is None or span.limits is None:
        return None
    sign = 1 if measure.better is Better.HIGHER else -1
    ends = sorted((sign * span.limits.lower, sign * span.limits.upper))
    target = sign * measure.target
    if target > ends[1]:
        return Assurance.BEYOND
    return Assurance.SHORT if target <= ends[0] else Assurance.INSIDE


class _Seen(Struct, frozen=True):
    """A month with its number, and how far that is from the mean."""

    month: Month
    value: Fraction
    off: Fraction

    @property
    def sign(self) -> int:
        return _sign(self.off)


def _sign(number: Fraction) -> int:
    return (number > 0) - (number < 0)


class _Looked(Struct, frozen=True):
    """One span being looked through. `reach`: from the mean to a limit, None where there is none."""

    measure: Measure
    points: tuple[Point, ...]
    mean: Fraction
    reach: Fraction | None

    def signals(self) -> tuple[Signal, ...]:
        found = [signal for stretch in self._stretches() for rule in _RULES for signal in rule(self, stretch)]
        return tuple(sorted(found, key=lambda signal: (signal.months[0], list(Rule).index(signal.rule))))

    def _stretches(self) -> Iterator[list[_Seen]]:
        """The months between those without a number."""
        for known, points in groupby(self.points, key=lambda point: point.value is not None):
            if known:
                values = [(each.month, _exact(each.value)) for each in points if each.value is not None]
                yield [_Seen(month, value, value - self.mean) for month, value in values]

    def outside(self, stretch: list[_Seen]) -> Iterator[Signal]:
        """Rule 1: points beyond a limit."""
        for each in stretch:
            if self.reach is not None and abs(each.off) > self.reach:
                yield self._signal(Rule.OUTSIDE, each.sign, [each], 1)

    def shift(self, stretch: list[_Seen]) -> Iterator[Signal]:
        """Rule 2: seven or more in a row on one side of the mean."""
        for sign, run in groupby(stretch, key=lambda each: each.sign):
            marked = list(run)
            if sign and len(marked) >= RUN:
                yield self._signal(Rule.SHIFT, sign, marked, len(marked))

    def trend(self, stretch: list[_Seen]) -> Iterator[Signal]:
        """Rule 3: seven or more that rise, or fall: as many differences of one sign, less one."""
        steps = list(pairwise(stretch))
        for sign, run in groupby(steps, key=lambda step: _sign(step[1].value - step[0].value)):
            taken = list(run)
            if sign and len(taken) >= RUN - 1:
                marked = [taken[0][0], *(after for _, after in taken)]
                yield self._signal(Rule.TREND, sign, marked, len(marked))

    def near(self, stretch: list[_Seen]) -> Iterator[Signal]:
        """Rule 4: two of three near a limit or beyond it, all three on that side; what overlaps is told as one."""
        runs: list[list[int]] = []
        for start in filter(
            lambda start: self._two_of_three(stretch[start : start + 3]), range(len(stretch) - 2)
        ):
            if runs and start <= runs[-1][-1] + 2:
                runs[-1].append(start)
            else:
                runs.append([start])
        for run in runs:
            looked_at = stretch[run[0] : run[-1] + 3]
            marked = [each for each in looked_at if self._is_near(each)]
            yield self._signal(Rule.NEAR, marked[0].sign, marked, len(looked_at))

    def _two_of_three(self, three: list[_Seen]) -> bool:
        alike = len({each.sign for each in three}) == 1
        return alike and sum(map(self._is_near, three)) >= 2

    def _is_near(self, each: _Seen) -> bool:
        return self.reach is not None and abs(each.off) > NEAR * self.reach

    def _signal(self, rule: Rule, sign: int, marked: list[_Seen], looked_at: int) -> Signal:
        side = Side.UP if sign > 0 else Side.DOWN
        good = (side is Side.UP) is (self.measure.better is Better.HIGHER)
        months = tuple(each.month for each in marked)
        return Signal(rule, side, months, looked_at, good, _told(rule, side, months, looked_at))


_RULES = (_Looked.outside, _Looked.shift, _Looked.trend, _Looked.near)


def _told(rule: Rule, side: Side, months: tuple[Month, ...], looked_at: int) -> str:
    above, limit = ("above", "upper") if side is Side.UP else ("below", "lower")
    match rule:
        case Rule.OUTSIDE:
            return f"{months[0].name} is {above} the {limit} limit."
        case Rule.SHIFT:
            return f"{looked_at} months in a row {above} the mean: {between(months)}."
        case Rule.TREND:
            way = "rising" if side is Side.UP else "falling"
            return f"{looked_at} months in a row {way}: {between(months)}."
        case Rule.NEAR:
            return f"{len(months)} of {looked_at} months in a row near the {limit} limit or past it: {listed(months)}."


def between(months: Sequence[Month]) -> str:
    """`from March to September 2026`, for months in a row; `in March 2026` for one."""
    first, last = months[0], months[-1]
    if first == last:
        return f"in {first.name}"
    return f"from {first.word if first.year == last.year else first.name} to {last.name}"


def listed(months: Sequence[Month]) -> str:
    """`April and June 2026`: the year stands once where it is the same."""
    one = len({month.year for month in months}) == 1
    names = [month.word if one else month.name for month in months]
    names[-1] = months[-1].name
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def shown(number: float) -> str:
    """A number as people read it: 8.16, 104.3, 12,400."""
    size = abs(number)
    text = f"{number:,.{2 if size < 100 else 1 if size < 1000 else 0}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text.replace("-", "−")
