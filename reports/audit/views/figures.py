"""The figures of a report: each with its title, what it shows in words, and its data as a table."""

from __future__ import annotations

from collections.abc import Iterator

from reports.audit.blocks import Course, Figure, Line, Table, said
from reports.audit.comparing import signed
from reports.audit.model import AuditReport, Heat, Trend
from reports.audit.views.naming import DIRECTION, QUARTER, source
from reports.audit.views.sections import day, live, table
from reports.measures import shown
from reports.themes import Priority

HIDDEN = "hidden"


def heats(report: AuditReport) -> Iterator[Figure]:
    """Theme by role, a figure for each form that people answered without a name."""
    for number, each in enumerate(report.picture.heats, 1):
        yield Figure(
            f"heat-{number}",
            f"Themes by role: {each.of}",
            "Each field says in which quarter the share of positive answers lies. Small groups are hidden.",
            _heat(each),
        )


def _heat(heat: Heat) -> Table:
    rows: list[tuple[Line | str, ...]] = [
        (row.theme, said(row.everyone), *(HIDDEN if each is None else QUARTER[each] for each in row.groups))
        for row in heat.rows
    ]
    return table(f"Positive answers by theme and role: {heat.of}", ("Theme", "Everyone", *heat.groups), rows)


def spoken(report: AuditReport) -> Figure | None:
    """Theme by kind of source, as in framework analysis: what each kind reports."""
    themes = report.picture.themes
    if not themes:
        return None
    kinds = list(dict.fromkeys(kind for each in themes for kind in each.kinds))
    rows: list[tuple[Line | str, ...]] = [
        (
            Line(each.theme, each.claim.evidence),
            "–" if each.priority is Priority.NONE else each.priority.value,
            *(", ".join(DIRECTION[one] for one in each.kinds.get(kind, ())) or "–" for kind in kinds),
        )
        for each in themes
    ]
    columns = ("Theme", "Priority", *map(source, kinds))
    return Figure(
        "themes-by-source",
        "Themes by kind of source",
        "What each kind of source reports of each theme: a weakness, a strength, or both; a dash where it is silent.",
        table("What each kind of source reports", columns, rows),
    )


def distances(report: AuditReport) -> Figure | None:
    """How far leaders and frontline staff are apart."""
    rows = [
        (
            Line(each.theme, each.claim.evidence),
            each.of,
            signed(each.points),
            f"{signed(each.low)} to {signed(each.high)}",
        )
        for each in report.picture.distances
    ]
    if not rows:
        return None
    columns = ("Theme", "By", "Leaders less others, in points", "95 % range")
    return Figure(
        "gaps",
        "Where leaders and others see it differently",
        "Above 0, leaders are more positive. A gap of 10 to 30 points is seen in most services.",
        table("Leaders and others", columns, rows),
    )


def risks(report: AuditReport) -> Figure | None:
    """The concerns by impact and likelihood."""
    rows = [
        (
            Line(f"{each.name} {each.title.text}", each.title.evidence),
            str(each.impact),
            str(each.likelihood),
            str(each.risk),
        )
        for each in report.concerns
        if each.risk
    ]
    if not rows:
        return None
    return Figure(
        "risks",
        "Concerns by risk",
        "Risk is impact times likelihood, 1 to 25.",
        table("Risk of each concern", ("Concern", "Impact", "Likelihood", "Risk"), rows),
    )


def timeline(report: AuditReport) -> Figure | None:
    """The plan over time."""
    actions = sorted(
        (each for each in live(report) if each.due), key=lambda each: (each.due or each.start, each.name)
    )
    if not actions:
        return None
    rows = [
        (f"{each.name} {each.title}", day(each.start), day(each.due), said(each.standing)) for each in actions
    ]
    return Figure(
        "timeline",
        "The plan over time",
        f"From {day(min(each.start or each.due for each in actions if each.due))} to {day(actions[-1].due)}.",
        table("Actions by the day they are due", ("Action", "From", "By", "How far"), rows),
    )


def trends(report: AuditReport) -> Iterator[tuple[Trend, Figure]]:
    """Numbers month by month, each with what its chart shows."""
    for number, each in enumerate(report.change.trends, 1):
        rows = [
            (point.month.name, "not known" if point.value is None else shown(point.value))
            for point in each.chart.points
        ]
        unit = f" ({each.chart.measure.unit})" if each.chart.measure.unit else ""
        figure = Figure(
            f"trend-{number}",
            each.name,
            " ".join((*(claim.text for claim in each.shows), *each.numbers)),
            table(f"{each.name}{unit}, month by month", ("Month", "Number"), rows),
            Course(each.chart),
        )
        yield each, figure
