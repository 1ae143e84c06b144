"""Charts of measures as people read them: sentences, a page, a picture. The same charts, the same bytes.

In English only so far. What a table calls things comes from outside: it is clipped and escaped as in `rendering`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import ceil

from msgspec import Struct

from reports.measures import (
    ENOUGH,
    Assurance,
    Better,
    Chart,
    Charted,
    Month,
    Point,
    Refused,
    Rule,
    Side,
    Signal,
    Span,
    between,
    shown,
)
from reports.rendering import clipped, pages, stylesheet

_LEFT, _RIGHT = (
    2.0,
    76.0,
)  # percent of the width, between which the months lie; beyond stand the names of lines
_TOP, _BOTTOM = 26.0, 222.0  # pixels
_APART = 14.0  # pixels between two names
_TICKS = 6  # names of months that fit on a phone
_CROWDED = 36  # months, beyond which points are small


class Stroke(Struct, frozen=True):
    """A line of the picture: x in percent of its width, y in pixels."""

    x1: float
    y1: float
    x2: float
    y2: float
    kind: str = "value"


class Mark(Struct, frozen=True):
    """A month: `usual`, or in a signal that is `better` or `worse`."""

    x: float
    y: float
    kind: str


class Label(Struct, frozen=True):
    """The name of a line, where it stands."""

    y: float
    text: str
    kind: str


class Tick(Struct, frozen=True):
    """A month that is named below."""

    x: float
    month: str
    year: int


class Plot(Struct, frozen=True):
    """A chart as a picture. `cuts`: where new limits begin, in percent of the width."""

    title: str
    description: str
    strokes: tuple[Stroke, ...]
    marks: tuple[Mark, ...]
    labels: tuple[Label, ...]
    ticks: tuple[Tick, ...]
    cuts: tuple[float, ...]
    radius: float


def page(charts: Sequence[Chart]) -> str:
    """All charts as a page that carries its stylesheet inside: each with its sentences and its table."""
    drawn = [(chart, name(chart), plot(chart)) for chart in charts]
    return pages.get_template("measures.html.j2").render(
        charts=drawn,
        css=stylesheet(),
        about=about,
        findings=findings,
        numbers=numbers,
        shown=shown,
        briefly=lambda signals: "; ".join(map(_briefly, signals)),
    )


def svg(chart: Chart) -> str:
    """One chart as a picture of its own."""
    macro = pages.get_template("charts.svg.j2").module.xmr  # type: ignore[attr-defined]
    return str(macro("m1", plot(chart), alone=True)).strip() + "\n"


def inline(chart: Chart, id_: str) -> str:
    """One chart within a page, as wide as there is room; `id_` is its own there."""
    macro = pages.get_template("charts.svg.j2").module.xmr  # type: ignore[attr-defined]
    return str(macro(id_, plot(chart))).strip()


# In words


def name(chart: Chart) -> str:
    """What is followed."""
    return clipped(chart.measure.indicator) or "Measure"


def findings(chart: Chart) -> tuple[str, ...]:
    """What the chart shows, in sentences: new limits and signals first, then the target."""
    signs = tuple(map(said, chart.signals)) or (nothing(chart),)
    return (*filter(None, (rebased(chart),)), *signs, *_target(chart))


def numbers(chart: Chart) -> tuple[str, ...]:
    """The numbers behind, in sentences: means, limits, what was left out or is missing."""
    return tuple(sentence for span in chart.spans for sentence in _numbers(span))


def about(chart: Chart) -> str:
    """Unit, source and direction in one line."""
    measure = chart.measure
    parts = [clipped(measure.unit), f"from {clipped(measure.source)}" if measure.source else ""]
    return ". ".join(
        filter(None, (", ".join(filter(None, parts)), f"{measure.better.capitalize()} is better."))
    )


def said(signal: Signal) -> str:
    """A signal, and whether it is good."""
    return f"{'A sign of better' if signal.good else 'A sign of worse'}: {signal.sentence}"


def marked(chart: Chart, month: Month) -> str:
    """What a month is part of, '' for none: signals, and new limits with their reason."""
    begun = [each for each in chart.spans if each.reason and each.points[0].month == month]
    limits = [f"New limits: {clipped(each.reason).rstrip('.')}" for each in begun]
    return "; ".join((*limits, *map(_briefly, chart.marks(month))))


def lately(charted: Charted) -> str:
    """The last number with what its chart shows last, in a line; or why there is no chart."""
    if isinstance(charted, Refused):
        return charted.sentence
    point, signals = charted.points[-1], charted.spans[-1].signals
    sign = said(signals[-1]) if signals else nothing(charted)
    told = (f"{point.month.name}: {amount(charted, point)}.", rebased(charted), sign)
    return " ".join(filter(None, told))


def amount(chart: Chart, point: Point) -> str:
    """A number with its unit: `66 percent`."""
    return " ".join(filter(None, (shown(point.value or 0.0), clipped(chart.measure.unit))))


def rebased(chart: Chart) -> str:
    """Since when there are new limits, with the mean before and since; '' without new ones."""
    if len(chart.spans) == 1:
        return ""
    before, since = chart.spans[-2:]
    start = since.points[0].month.name
    if before.mean is None or since.mean is None:
        return f"New limits since {start}."
    return f"New limits since {start}: the mean was {shown(before.mean)} before, and is {shown(since.mean)} since."


def _briefly(signal: Signal) -> str:
    """What a month is part of, in a table."""
    up = signal.side is Side.UP
    words = {
        Rule.OUTSIDE: f"{'above the upper' if up else 'below the lower'} limit",
        Rule.SHIFT: f"in a run {'above' if up else 'below'} the mean",
        Rule.TREND: f"in a {'rise' if up else 'fall'}",
        Rule.NEAR: f"near the {'upper' if up else 'lower'} limit",
    }
    return f"{'Better' if signal.good else 'Worse'}: {words[signal.rule]}"


def nothing(chart: Chart) -> str:
    """That there is no sign since limits were last drawn, and whether there are enough numbers to say so."""
    span = chart.spans[-1]
    if span.limits is None:
        return "No limits yet: they need numbers of two months in a row."
    further, since = ("further ", " since then") if len(chart.spans) > 1 else ("", "")
    if span.trial:
        return (
            f"No {further}sign of change{since}, but {_count(len(span.known), 'number')} are too few to tell."
        )
    return f"No {further}sign of change{since}: these ups and downs are no more than chance."


_TARGETS = {
    Assurance.BEYOND: "out of reach as things are. Not even a good month will meet it, unless the work itself changes.",
    Assurance.SHORT: "met month after month, also in a bad month, as long as nothing changes.",
}


def _target(chart: Chart) -> Iterator[str]:
    if chart.measure.target is not None:
        most = "at most" if chart.measure.better is Better.LOWER else "at least"
        yield f"Target {most} {shown(chart.measure.target)}: {_met(chart)}"


def _met(chart: Chart) -> str:
    """Whether the target will be met; how often it was, where chance decides or numbers are too few to tell."""
    span = chart.spans[-1]
    if chart.assurance is None:
        return "nobody can tell yet whether it will be met."
    if chart.assurance is not Assurance.INSIDE and not span.trial:
        return _TARGETS[chart.assurance]
    met = sum(chart.measure.meets(point.value) for point in span.known if point.value is not None)
    since = "since the new limits" if len(chart.spans) > 1 else "so far"
    few = ", too few to tell" if span.trial else ""
    return f"may be met or missed by chance; {since} it was met in {met} of {_count(len(span.known), 'month')}{few}."


def _numbers(span: Span) -> Iterator[str]:
    if span.reason:
        reason = clipped(span.reason).rstrip(".")
        yield f"New limits from {span.points[0].month.name}. The reason: {reason}."
    if span.mean is not None:
        limits = f", limits {shown(span.limits.lower)} and {shown(span.limits.upper)}" if span.limits else ""
        trial = f". The limits are on trial until there are {ENOUGH}" if span.limits and span.trial else ""
        when = between([point.month for point in span.points])
        count = _count(len(span.known), "number")
        yield f"{when[:1].upper()}{when[1:]}: mean {shown(span.mean)}{limits}, from {count}{trial}."
    if span.limits and span.limits.screened:
        yield f"Left out of the limits: {_count(span.limits.screened, 'very large step')} between two months."
    missing = len(span.points) - len(span.known)
    if missing:
        yield f"Without a number: {_count(missing, 'month')}. Nothing is in a row across such a month."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


# As a picture


def plot(chart: Chart) -> Plot:
    """Where everything of a chart stands."""
    return _Drawing(chart, *_scale(chart)).plot()


def _scale(chart: Chart) -> tuple[float, float]:
    """The least and the greatest number on the picture."""
    ends = [end for span in chart.spans if span.limits for end in (span.limits.lower, span.limits.upper)]
    values = [point.value for point in chart.points if point.value is not None]
    target = [] if chart.measure.target is None else [chart.measure.target]
    low, high = min([*values, *ends, *target]), max([*values, *ends, *target])
    return (low, high) if low < high else (low - 1, high + 1)


class _Drawing(Struct, frozen=True):
    """One chart being drawn."""

    chart: Chart
    low: float
    high: float

    def plot(self) -> Plot:
        crowded = len(self.chart.points) > _CROWDED
        return Plot(
            name(self.chart),
            " ".join((*findings(self.chart), *numbers(self.chart))),
            (*self._lines(), *self._course()),
            tuple(self._marks()),
            tuple(self._labels()),
            tuple(self._ticks()),
            tuple(self._x(span.points[0].month) - self._step() / 2 for span in self.chart.spans[1:]),
            3.0 if crowded else 5.0,
        )

    def _step(self) -> float:
        return (_RIGHT - _LEFT) / len(self.chart.points)

    def _x(self, month: Month) -> float:
        return round(_LEFT + self._step() * (month.place - self.chart.points[0].month.place + 0.5), 2)

    def _y(self, value: float) -> float:
        return round(_BOTTOM - (value - self.low) / (self.high - self.low) * (_BOTTOM - _TOP), 1)

    def _lines(self) -> Iterator[Stroke]:
        for span in self.chart.spans:
            start = self._x(span.points[0].month) - self._step() / 2
            end = self._x(span.points[-1].month) + self._step() / 2
            yield from (Stroke(start, self._y(at), end, self._y(at), kind) for at, kind, _ in _levels(span))
        target = self.chart.measure.target
        if target is not None:
            yield Stroke(_LEFT, self._y(target), _RIGHT, self._y(target), "target")

    def _course(self) -> Iterator[Stroke]:
        """The line from month to month: broken where one is missing, and where new limits begin."""
        for span in self.chart.spans:
            for one, other in pairwise(span.points):
                if one.value is not None and other.value is not None:
                    yield Stroke(
                        self._x(one.month), self._y(one.value), self._x(other.month), self._y(other.value)
                    )

    def _marks(self) -> Iterator[Mark]:
        for point in self.chart.points:
            if point.value is not None:
                yield Mark(self._x(point.month), self._y(point.value), self._kind(point))

    def _kind(self, point: Point) -> str:
        """Where a month is in signals of both kinds, the worse one is drawn."""
        found = self.chart.marks(point.month)
        if not found:
            return "usual"
        return "better" if all(signal.good for signal in found) else "worse"

    def _labels(self) -> Iterator[Label]:
        levels = list(_levels(self.chart.spans[-1]))
        if self.chart.measure.target is not None:
            levels.append((self.chart.measure.target, "target", "target"))
        levels.sort(reverse=True)
        for y, (value, kind, word) in zip(_spread(self._y(each[0]) for each in levels), levels, strict=True):
            yield Label(y, f"{word} {shown(value)}", kind)

    def _ticks(self) -> Iterator[Tick]:
        months = [point.month for point in self.chart.points]
        for month in months[:: ceil(len(months) / _TICKS)]:
            yield Tick(self._x(month), month.word[:3], month.year)


def _levels(span: Span) -> Iterator[tuple[float, str, str]]:
    """The lines of a span: where, of which kind, and what each is called."""
    if span.mean is not None:
        yield span.mean, "mean", "mean"
    if span.limits is not None:
        yield span.limits.upper, "limit", "upper"
        yield span.limits.lower, "limit", "lower"


def _spread(ys: Iterable[float]) -> list[float]:
    """The same from top to bottom, moved down where one would cover the next, and up again from the bottom."""
    found: list[float] = []
    for y in ys:
        found.append(max(y, found[-1] + _APART) if found else y)
    over = max(0.0, found[-1] - _BOTTOM - _APART) if found else 0.0
    return [round(y - over, 1) for y in found]
