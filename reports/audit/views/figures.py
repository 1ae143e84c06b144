"""The figures of a report: each with its title, what it shows in words, and its data as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dialogues.form import SourceType
from reports import frameworks
from reports.audit.blocks import Figure, Line, Table, said
from reports.audit.comparing import signed
from reports.audit.model import Answered, AuditReport, Distance, Found, Heat, Item, Trend
from reports.audit.views.naming import DIRECTION, QUARTER, source
from reports.audit.views.sections import called, day, live, table
from reports.charts import framework as framing
from reports.charts import heat, likert, risks, sides, timeline
from reports.charts.drawing import Figure as Picture
from reports.disclosure import Quarter, Share
from reports.findings import Says
from reports.gaps import Gap
from reports.measures import shown
from reports.scoring import Interval
from reports.themes import Priority

CQC = "cqc"
HIDDEN = "hidden"
_ENDS = 2  # questions with the fewest good answers, and with the most, for staff
_SPEAKS_FOR = frozenset({Says.SUPPORTS, Says.BOTH})


def heats(report: AuditReport) -> Iterator[Figure]:
    """Theme by role, a figure for each form that people answered without a name."""
    for number, each in enumerate(report.picture.heats, 1):
        title = f"Positive answers by theme and role: {each.of}"
        rows = tuple(heat.Theme(row.theme, tuple(map(_told, (row.share, *row.groups)))) for row in each.rows)
        drawn = heat.heat(heat.Heat(title, ("Everyone", *each.groups), rows))
        yield _drawn(f"heat-{number}", drawn, _heat(each, title))


def _told(value: Share | Quarter | None) -> heat.Told:
    return heat.Hidden("it could point to a person") if value is None else value


def _drawn(id_: str, picture: Picture, data: Table) -> Figure:
    return Figure(id_, picture.title, picture.description, data, picture)


def _heat(found: Heat, title: str) -> Table:
    rows: list[tuple[Line | str, ...]] = [
        (row.theme, said(row.everyone), *(HIDDEN if each is None else QUARTER[each] for each in row.groups))
        for row in found.rows
    ]
    return table(title, ("Theme", "Everyone", *found.groups), rows)


def answers(report: AuditReport) -> Iterator[Figure]:
    """Question by question, as bars from a line in the middle: for each form as many pictures as it takes."""
    for number, each in enumerate(report.picture.answers, 1):
        yield from _bars(f"answers-{number}", f"Answers question by question: {each.of}", each.items)


def telling(report: AuditReport) -> Iterator[Figure]:
    """The questions of each form with the fewest good answers and with the most."""
    for number, each in enumerate(report.picture.answers, 1):
        known = sorted(each.items, key=lambda item: item.good.percent)
        ends = known if len(known) <= 2 * _ENDS else [*known[:_ENDS], *known[-_ENDS:]]
        yield from _bars(f"answers-{number}", f"Fewest and most good answers: {each.of}", ends)


def _bars(id_: str, title: str, items: Sequence[Answered]) -> Iterator[Figure]:
    asked = [
        likert.Question(
            item.question,
            item.people,
            item.good,
            tuple(likert.Piece(piece.words, piece.tone, piece.share) for piece in item.pieces),
            item.unknown,
        )
        for item in items
    ]
    for page, drawn in enumerate(likert.bars(title, asked)):
        first = page * likert.PAGE
        rows = [
            (Line(each.name, item.claim.evidence), *likert.row(each)[1:])
            for each, item in zip(asked[first:], items[first : first + likert.PAGE], strict=False)
        ]
        yield _drawn(f"{id_}-{page + 1}", drawn, table(drawn.title, likert.HEAD, rows))


def spoken(report: AuditReport) -> Iterator[Figure]:
    """Theme by kind of source, as in framework analysis: what each kind reports."""
    themes = report.picture.themes
    if not themes:
        return
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
    yield Figure(
        "themes-by-source",
        "Themes by kind of source",
        "What each kind of source reports of each theme: a weakness, a strength, or both; a dash where it is silent.",
        table("What each kind of source reports", columns, rows),
    )


def distances(report: AuditReport) -> Iterator[Figure]:
    """How far leaders and others are apart, a figure for each way in which they were asked."""
    for number, of in enumerate(dict.fromkeys(each.of for each in report.picture.distances), 1):
        found = [each for each in report.picture.distances if each.of == of]
        title = f"Where leaders and others see it differently, by {of}"
        pairs = [sides.Pair(each.theme, _gap(each)) for each in found]
        rows = [
            (
                Line(each.theme, each.claim.evidence),
                signed(each.points),
                f"{signed(each.low)} to {signed(each.high)}",
            )
            for each in found
        ]
        columns = ("Theme", "Leaders less others, in points", "95 % range")
        yield _drawn(f"gaps-{number}", sides.sides(title, pairs), table(title, columns, rows))


def _gap(each: Distance) -> Gap:
    return Gap(each.theme, each.verdict, each.points / 100, Interval(each.low / 100, each.high / 100))


def risk_matrix(report: AuditReport) -> Iterator[Figure]:
    """The concerns by impact and likelihood."""
    found = [each for each in report.concerns if each.risk]
    if found:
        title = "Concerns by impact and likelihood"
        drawn = risks.matrix(title, [risks.Risk(each.name, each.impact, each.likelihood) for each in found])
        rows = [(called(each), str(each.impact), str(each.likelihood), str(each.risk)) for each in found]
        yield _drawn("risks", drawn, table(title, ("Concern", "Impact", "Likelihood", "Risk"), rows))


def plan_over_time(report: AuditReport) -> Iterator[Figure]:
    """The plan over time: as many pictures as it takes."""
    actions = sorted(
        (each for each in live(report) if each.due), key=lambda each: (str(each.due), int(each.name[1:]))
    )
    tasks = [
        timeline.Task(
            f"{each.name} {each.title}",
            each.state.words,
            each.start,
            each.due,
            each.late,
            tuple(timeline.Step(step.due, step.done) for step in each.steps),
        )
        for each in actions
    ]
    drawn = timeline.timeline("The plan over time", tasks, as_of=report.about.as_of)
    for number, picture in enumerate(drawn):
        shown = actions[number * timeline.PAGE : (number + 1) * timeline.PAGE]
        rows = [
            (f"{each.name} {each.title}", day(each.start), day(each.due), said(each.standing))
            for each in shown
        ]
        columns = ("Action", "From", "By", "How far")
        yield _drawn(f"timeline-{number + 1}", picture, table(picture.title, columns, rows))


def coverage(report: AuditReport) -> Iterator[Figure]:
    """The regulator's framework, all of it, by kind of evidence: how many findings each kind supports."""
    framework = frameworks.all_of_them()[CQC]
    bearing = {
        item.code: [found for found in report.findings if any(_is(each, item.code) for each in found.items)]
        for item in framework.items
    }
    found = {each.name for several in bearing.values() for each in several}
    if found:
        kinds = list(SourceType)
        counts = {
            code: tuple(_supported(several, kind) for kind in kinds) for code, several in bearing.items()
        }
        names = tuple(source(kind.value) for kind in kinds)
        questions = {each.code: each.name for each in framework.items if not each.above}
        items = tuple(
            framing.Item(
                each.name,
                counts[each.code] if each.above or bearing[each.code] else (),
                questions.get(each.above, ""),
            )
            for each in framework.items
        )
        title = f"Findings by item and kind of evidence: {framework.name}"
        drawn = framing.coverage(framing.Coverage(title, names, items, "findings", len(found)))
        rows: list[tuple[Line | str, ...]] = [
            (
                Line(
                    each.name,
                    tuple(dict.fromkeys(e for found in bearing[each.code] for e in found.title.evidence)),
                ),
                *(map(str, counts[each.code]) if bearing[each.code] else ["–"] * len(kinds)),
            )
            for each in framework.items
        ]
        yield _drawn("framework", drawn, table(title, ("Item", *names), rows))


def _is(item: Item, code: str) -> bool:
    return (item.framework, item.code) == (CQC, code)


def _supported(found: list[Found], kind: SourceType) -> int:
    return sum(
        any(side.source_type == kind and side.says in _SPEAKS_FOR for side in each.sides) for each in found
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
            course=each.chart,
        )
        yield each, figure
