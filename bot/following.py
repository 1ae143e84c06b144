"""Numbers that an audit follows month by month, within one transaction: begun, added to, changed with a reason.

What a number was before it was changed is kept with the reason, as an entry of its series; the journal says that it
was changed. Turns, pages and the command line use the same functions: what cannot be so is a NotOpenedError with the
question that it is about.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from bot.errors import NotOpenedError
from bot.wording import mark
from dialogues.problems import Place, Problem
from dialogues.responses import Response
from reports import measures, monthly
from reports.measures import Better, Measure, Month, Point, Rebase, Refused, shown
from reports.monthly import LONGEST, Series
from storage.casework import MEASURE
from storage.journal import NumberKept, NumbersImported
from storage.plan import Entry, Followed
from storage.tables import ID_BYTES
from storage.unit_of_work import UnitOfWork

ADDED, CHANGED, RENEWED = "added", "changed", "new limits"  # what the journal calls it
_TO_COME = mark("{month} is still to come. Please name a month that has begun.")
_FAR = mark("{month} is more than {years} years from the other numbers. Is the year right?")
_UNREADABLE = mark("I need a month like May 2026 or 2026-05.")
_NO_NUMBER = mark("I need a number like 12 or 3.5.")
_NO_REASON = mark("Please say why in a few words, so that people can follow it later.")
_THERE = mark("{month} has {value} already. To put another number there, say why in a few words.")
_CHANGE = mark("{month} has {value} already. To put another number there, choose “Change a number” here.")
_NOT_THERE = mark("{month} has no number yet. Please add it as a new number.")
_NO_NAME = mark("Please say what is counted, such as “restraints a month”.")
_TAKEN = mark("“{indicator}” is followed already. Please choose it from the list.")
_UNKNOWN = mark("That number is not followed any more. Please choose one from the list.")
_NO_WAY = mark("Please say which way is better: higher or lower.")
_NEW_LIMITS = mark(
    "New limits need a number before {month} and one from then on. There can be only one reason for them."
)


class Voiced(Protocol):
    """Says a message in somebody's language."""

    def __call__(self, message: str, /, **values: object) -> str:
        """The message, with `{name}` filled in."""


class Hand(Struct, frozen=True):
    """Who keeps a number: the account, the role for the journal, the day; `say` words what cannot be so. No repr."""

    account: bytes
    actor: str
    today: date
    say: Voiced

    def __repr__(self) -> str:
        return f"Hand({self.actor!r})"


# One series


def begin(work: UnitOfWork, audit: str, measure: Measure, hand: Hand) -> Followed:
    """Follow something new, without a number yet. Raises NotOpenedError."""
    if not measure.indicator.strip():
        raise NotOpenedError(hand.say(_NO_NAME), "indicator")
    work.casework.hold_row(audit)
    if _named(work.measures.of(audit), measure.indicator):
        raise NotOpenedError(hand.say(_TAKEN, indicator=measure.indicator), "indicator")
    return work.measures.keep(Followed(id="", audit=audit, measure=measure))


def find(work: UnitOfWork, audit: str, series: str, hand: Hand) -> Followed:
    """The series of this id in this audit. Raises NotOpenedError."""
    found = work.measures.get(series)
    if found is None or found.audit != audit:
        raise NotOpenedError(hand.say(_UNKNOWN), "series")
    return found


def put(
    work: UnitOfWork, series: Followed, month: Month, value: float, hand: Hand, *, reason: str = ""
) -> Followed:
    """Keep the number of a month; another one than is there needs a reason. Raises NotOpenedError."""
    _see_that_month_fits(series, month, hand)
    before = value_of(series, month)
    if before == value:
        return series
    if before is not None and not reason.strip():
        raise NotOpenedError(hand.say(_THERE, month=month.name, value=shown(before)), "reason")
    changed = work.measures.keep(replace(series, points=_with(series.points, Point(month, value))))
    if before is not None:
        said: Response = {"month": _short(month), "before": before, "after": value, "reason": reason.strip()}
        _note(work, series, said, hand)
    _tell(work, series, month, CHANGED if before is not None else ADDED, hand)
    return changed


def correct(
    work: UnitOfWork, series: Followed, month: Month, value: float, reason: str, hand: Hand
) -> Followed:
    """Put another number in the place of one that is there. Raises NotOpenedError."""
    if value_of(series, month) is None:
        raise NotOpenedError(hand.say(_NOT_THERE, month=month.name), "month")
    if not reason.strip():
        raise NotOpenedError(hand.say(_NO_REASON), "reason")
    return put(work, series, month, value, hand, reason=reason)


def rebase(work: UnitOfWork, series: Followed, month: Month, reason: str, hand: Hand) -> Followed:
    """Begin new limits from this month on, because something was changed on purpose. Raises NotOpenedError."""
    if not reason.strip():
        raise NotOpenedError(hand.say(_NO_REASON), "reason")
    changed = replace(series, rebases=(*series.rebases, Rebase(month, reason.strip())))
    if isinstance(charted(changed), Refused):
        raise NotOpenedError(hand.say(_NEW_LIMITS, month=month.name), "month")
    kept = work.measures.keep(changed)
    _tell(work, series, month, RENEWED, hand)
    return kept


def value_of(series: Followed, month: Month) -> float | None:
    """The number of a month, or None where it is not known."""
    return next((point.value for point in series.points if point.month == month), None)


def charted(series: Followed) -> measures.Charted:
    """The chart of a series, or why there is none."""
    return measures.chart(series.measure, series.points, series.rebases)


def corrections(work: UnitOfWork, series: Followed) -> tuple[Entry, ...]:
    """What was changed in it later: `month`, `before`, `after`, `reason`; the oldest first."""
    return work.entries.of(series.audit, (MEASURE,), series.id)


def _see_that_month_fits(series: Followed, month: Month, hand: Hand) -> None:
    if month > Month(hand.today.year, hand.today.month):
        raise NotOpenedError(hand.say(_TO_COME, month=month.name), "month")
    if any(abs(point.month.place - month.place) > LONGEST for point in series.points):
        raise NotOpenedError(hand.say(_FAR, month=month.name, years=LONGEST // 12), "month")


def _with(points: Iterable[Point], new: Point) -> tuple[Point, ...]:
    known = {point.month: point for point in points} | {new.month: new}
    return tuple(known[month] for month in sorted(known))


def _named(known: Iterable[Followed], indicator: str) -> Followed | None:
    name = indicator.strip().casefold()
    return next((each for each in known if each.measure.indicator.strip().casefold() == name), None)


def _note(work: UnitOfWork, series: Followed, said: Response, hand: Hand) -> None:
    entry = Entry(
        id=secrets.token_bytes(ID_BYTES),
        audit=series.audit,
        kind=MEASURE,
        subject=series.id,
        account=hand.account,
        day=hand.today,
        said=said,
    )
    work.entries.add(entry)


def _tell(work: UnitOfWork, series: Followed, month: Month, change: str, hand: Hand) -> None:
    kept = NumberKept(series.id[:8], _short(month), change)
    work.journal.append(kept, day=hand.today, actor=hand.actor, audit=series.audit)


def _short(month: Month) -> str:
    return f"{month.year}-{month.number:02}"


# By the form `monthly-number`


def record(work: UnitOfWork, audit: str, response: Response, begun_on: date, hand: Hand) -> Followed:
    """Do what the answers to `monthly-number` say, begun on that day. Raises NotOpenedError."""
    what, value = _text(response, "what"), _number(response, "value")
    if what == "new":
        series = begin(work, audit, _measure(response, hand), hand)
    else:
        series = find(work, audit, _text(response, "series"), hand)
    month = _month(what, response, begun_on, hand)
    if what == "limits":
        return rebase(work, series, month, _text(response, "reason"), hand)
    if value is None:
        raise NotOpenedError(hand.say(_NO_NUMBER), "value")
    if what == "change":
        return correct(work, series, month, value, _text(response, "reason"), hand)
    before = value_of(series, month)
    if before is not None and before != value:
        raise NotOpenedError(hand.say(_CHANGE, month=month.name, value=shown(before)), "what")
    return put(work, series, month, value, hand)


def measure(
    indicator: str, better: str, *, unit: str = "", target: float | None = None, source: str = "", hand: Hand
) -> Measure:
    """What is followed, in the words of whoever begins it. Raises NotOpenedError."""
    if better not in tuple(Better):
        raise NotOpenedError(hand.say(_NO_WAY), "better")
    return Measure(indicator.strip(), Better(better), unit.strip(), target, source.strip())


def month_of(text: str, hand: Hand) -> Month:
    """The month that is meant. Raises NotOpenedError."""
    found = monthly.month(text)
    if found is None:
        raise NotOpenedError(hand.say(_UNREADABLE), "month")
    return found


def _measure(response: Response, hand: Hand) -> Measure:
    texts = {name: _text(response, name) for name in ("unit", "source")}
    target = _number(response, "target")
    return measure(_text(response, "indicator"), _text(response, "better"), target=target, hand=hand, **texts)


def _month(what: str, response: Response, begun_on: date, hand: Hand) -> Month:
    now = Month(begun_on.year, begun_on.month)
    match what:
        case "last":
            return now.after(-1)
        case "this":
            return now
        case _:
            return month_of(_text(response, "month"), hand)


def _text(response: Response, name: str) -> str:
    return str(response.get(name, "")).strip()


def _number(response: Response, name: str) -> float | None:
    return monthly.number(_text(response, name))


# From a table


def bring(
    work: UnitOfWork, audit: str, found: Sequence[Series], hand: Hand
) -> tuple[Followed, ...] | list[Problem]:
    """Keep the numbers of a table: all of them, or none and everything that speaks against it."""
    work.casework.hold_row(audit)
    known = work.measures.of(audit)
    merged = [(each, _merged(audit, _named(known, each.measure.indicator), each)) for each in found]
    problems = [
        problem
        for given, series in merged
        for problem in _problems(given, series, _named(known, given.measure.indicator), hand.today)
    ]
    if problems:
        return problems
    kept = tuple(work.measures.keep(series) for _, series in merged)
    months = sum(len(each.points) for each in found)
    brought = NumbersImported(len(kept), months)
    work.journal.append(brought, day=hand.today, actor=hand.actor, audit=audit)
    return kept


def _merged(audit: str, known: Followed | None, given: Series) -> Followed:
    if known is None:
        points = tuple(point for point in given.points if point.value is not None)
        return Followed(id="", audit=audit, measure=given.measure, points=points, rebases=given.rebases)
    points = known.points
    for point in given.points:
        if point.value is not None:
            points = _with(points, point)
    more = tuple(each for each in given.rebases if each not in known.rebases)
    return replace(known, points=points, rebases=known.rebases + more)


def _problems(given: Series, merged: Followed, known: Followed | None, today: date) -> Iterator[Problem]:
    """Why a series cannot be kept as the table has it."""
    indicator = given.measure.indicator
    if not indicator:
        yield _problem("indicator", "Say in a column “indicator” what these numbers are of.")
    about = f"“{indicator}”: " if indicator else ""
    now = Month(today.year, today.month)
    for point in given.points:
        before = value_of(known, point.month) if known else None
        if point.month > now:
            yield _problem("month", f"{about}{point.month.name} is still to come.")
        if before is not None and point.value is not None and before != point.value:
            yield _problem("value", f"{about}{_differs(point, before)}")
    if known is not None:
        yield from (_problem(column, f"{about}{words}") for column, words in _others(known, given))
    made = charted(merged)
    if isinstance(made, Refused):
        yield Problem("series", f"{about}{made.sentence}")


def _problem(column: str, message: str) -> Problem:
    return Problem(column, message, Place(column=column))


def _differs(point: Point, before: float) -> str:
    return (
        f"{point.month.name} is {shown(before)} here and {shown(point.value or 0)} in the file. "
        "To change it, say why on the page of the numbers or in the chat."
    )


def _others(known: Followed, given: Series) -> Iterator[tuple[str, str]]:
    """What the table says of the measure that is not so here; what it leaves out is no difference."""
    for column in ("better", "unit", "target", "source"):
        here, there = getattr(known.measure, column), getattr(given.measure, column)
        if there not in ("", None) and here != there:
            yield column, f"“{column}” is “{_plain(here)}” here and “{_plain(there)}” in the file."


def _plain(value: object) -> str:
    return shown(value) if isinstance(value, float) else str(value or "")
