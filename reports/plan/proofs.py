"""What shows that a change lasts: a shift in the measure of an action."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from reports.measures import Chart, Month, Rule
from reports.plan.actions import Proof, Proven


def shift(measure: str, chart: Chart, since: date) -> Proof | None:
    """The proof that a measure, by its id, has shifted for the better, and stayed there; None without one.

    All months of the shift come after that of `since`, the day on which the action was done, and the last month of
    the chart is still part of it. A rebase does not count as one: within its limits nothing has shifted.
    """
    done = Month(since.year, since.month)
    last = chart.points[-1].month
    lasting = (
        each
        for each in chart.signals
        if each.rule is Rule.SHIFT and each.good and each.months[0] > done and each.months[-1] == last
    )
    return next((Proof(Proven.SHIFT, measure, _end(each.months[-1])) for each in lasting), None)


def _end(month: Month) -> date:
    return date(month.year, month.number, monthrange(month.year, month.number)[1])
