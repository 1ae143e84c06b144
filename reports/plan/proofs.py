"""What shows that a change lasts: a shift in the measure of an action."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from reports.measures import Chart, Month, Rule, Signal
from reports.plan.actions import Proof, Proven


def shift(measure: str, chart: Chart, since: date) -> Proof | None:
    """The proof that a measure, by its id, has shifted for the better, and stayed there; None without one."""
    found = shifted(chart, since)
    return None if found is None else Proof(Proven.SHIFT, measure, _end(found.months[-1]))


def shifted(chart: Chart, since: date, *, good: bool = True) -> Signal | None:
    """The lasting shift to the better side, or to the worse, since a day; None without one.

    All months of it come after that of `since`, the day on which an action was done, say; the last month of the chart
    is still part of it, and no trend back ends there. A rebase does not count as one: within its limits nothing has
    shifted.
    """
    done, last = Month(since.year, since.month), chart.points[-1].month
    ending = [each for each in chart.signals if each.months[-1] == last]
    if any(each.good is not good for each in ending):
        return None
    shifts = (each for each in ending if each.rule is Rule.SHIFT)
    return next((each for each in shifts if each.months[0] > done), None)


def _end(month: Month) -> date:
    return date(month.year, month.number, monthrange(month.year, month.number)[1])
