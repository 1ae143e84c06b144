"""Leaders and frontline as two marks on one line from 0 to 100 %, theme by theme, with what may be said of the gap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from msgspec import Struct

from reports.charts.drawing import (
    EDGE,
    INK,
    LEADING,
    NARROW,
    PALE,
    QUIET,
    SIZE,
    Block,
    Figure,
    Line,
    Mark,
    Shape,
    Word,
    figure,
    note,
    words,
)
from reports.gaps import Gap, Verdict

_SAID = {
    Verdict.ALIGNED: "aligned",
    Verdict.NOTABLE: "notable",
    Verdict.INDICATIVE: "indicative",
    Verdict.UNCLEAR: "unclear",
    Verdict.INSUFFICIENT: "too few people to compare",
}
_MEANS = {
    Verdict.ALIGNED: "aligned: less than 10 points apart, no more than chance",
    Verdict.NOTABLE: "notable: more than chance",
    Verdict.INDICATIVE: "indicative: 20 points or more, but chance alone could make it",
    Verdict.UNCLEAR: "unclear: cannot tell",
}
_NAME, _TOLD = 200, 180  # units for names, and for what is said
_HIGH = 40  # units of a row


class Pair(Struct, frozen=True):
    """A theme's gap and where both sides stand, in percent; None where that may not be shown."""

    name: str
    gap: Gap
    leaders: int | None = None
    frontline: int | None = None


def sides(title: str, pairs: Sequence[Pair]) -> Figure:
    """The gaps as a picture. All numbers must be such as may be published."""
    head = ("Theme", "Leaders", "Frontline", "Difference", "What it tells")
    rows = [
        (
            each.name,
            _percent(each.leaders),
            _percent(each.frontline),
            difference(each.gap),
            _SAID[each.gap.verdict],
        )
        for each in pairs
    ]
    return figure(title, _sentences(pairs), head, rows, partial(_blocks, pairs))


def difference(gap: Gap) -> str:
    """`+20 points (5 to 35)`: leaders less frontline; `not known` where too few were heard."""
    if gap.difference is None or gap.interval is None:
        return "not known"
    low, high = _points(gap.interval.low), _points(gap.interval.high)
    return f"{_points(gap.difference)} points ({low} to {high})"


def _points(share: float) -> str:
    whole = round(share * 100)
    return f"{whole:+d}".replace("-", "−") if whole else "0"


def _percent(percent: int | None) -> str:
    return "not shown" if percent is None else f"{percent} %"


def _blocks(pairs: Sequence[Pair], width: int) -> Iterable[Block]:
    left, right = (EDGE + 8, width - EDGE - 8) if width == NARROW else (EDGE + _NAME, width - EDGE - _TOLD)
    yield note("leaders", width, mark="square")
    yield note("frontline staff", width, mark="circle")
    for pair in pairs:
        yield (_under if width == NARROW else _beside)(pair, left, right, width)
    yield _axis(left, right)
    yield note("Difference: leaders less frontline, in points, with its 95 % interval in brackets.", width)
    found = {pair.gap.verdict for pair in pairs}
    yield from (note(means, width) for verdict, means in _MEANS.items() if verdict in found)


def _under(pair: Pair, left: float, right: float, width: int) -> Block:
    room = width - 2 * EDGE
    name = words(pair.name, EDGE, 4, room, bold=True)
    y = 4 + LEADING * len(name) + 12
    told = words(_told(pair.gap), EDGE, y + 12, room)
    return Block(y + 18 + LEADING * len(told), (*name, *_line(pair, left, right, y), *told))


def _beside(pair: Pair, left: float, right: float, width: int) -> Block:
    name = words(pair.name, EDGE, 4, _NAME - 20)
    told = words(_told(pair.gap), right + 16, 4, _TOLD - 16)
    rule = Line(EDGE, _HIGH, width - EDGE, _HIGH, PALE)
    return Block(_HIGH, (*name, *_line(pair, left, right, 20), *told, rule))


def _told(gap: Gap) -> str:
    word = _SAID[gap.verdict]
    return word if gap.difference is None else f"{difference(gap)} {word}"


def _line(pair: Pair, left: float, right: float, y: float) -> list[Shape]:
    def at(percent: int) -> float:
        return round(left + (right - left) * percent / 100, 1)

    shapes: list[Shape] = [Line(left, y, right, y, PALE), Line(at(50), y - 9, at(50), y + 9, QUIET, 1, "3 3")]
    if pair.leaders is not None and pair.frontline is not None:
        shapes.append(Line(at(pair.frontline), y, at(pair.leaders), y, INK, 3))
    if pair.leaders is not None:
        shapes.append(Mark(at(pair.leaders), y, "square"))
    if pair.frontline is not None:
        shapes.append(Mark(at(pair.frontline), y, "circle"))
    return shapes


def _axis(left: float, right: float) -> Block:
    middle = (left + right) / 2
    return Block(
        SIZE + 8,
        (
            Word(left - 8, SIZE + 3, "0 %"),
            Word(middle, SIZE + 3, "50 %", "middle"),
            Word(right + 8, SIZE + 3, "100 %", "end"),
        ),
    )


def _sentences(pairs: Sequence[Pair]) -> tuple[str, ...]:
    notable = [pair for pair in pairs if pair.gap.verdict is Verdict.NOTABLE]
    few = sum(pair.gap.verdict is Verdict.INSUFFICIENT for pair in pairs)
    named = "; ".join(f"{pair.name} {difference(pair.gap)}" for pair in notable)
    first = f"Leaders and frontline differ by more than chance on: {named}." if notable else ""
    return (
        first or "On no theme do leaders and frontline differ by more than chance.",
        *([f"Too few people to compare on {few} of {len(pairs)} themes."] if few else []),
    )
