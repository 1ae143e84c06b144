"""For a board: two to four pages under five headings, and what the board is asked to decide."""

from __future__ import annotations

from collections.abc import Iterator

from reports.audit.blocks import Block, Line, Listing, Paragraph, Section, said
from reports.audit.model import AuditReport, Planned, Trend
from reports.audit.views import figures
from reports.audit.views.naming import LENS
from reports.audit.views.sections import (
    actions_again,
    called,
    challenges,
    day,
    findings_again,
    in_their_words,
    listed,
    live,
    looked_again,
    marks,
    named,
    note,
    opinion,
    plain,
    plan_summary,
    plan_table,
    section,
    table,
)
from reports.findings import Lens
from reports.plan import State

TITLE = "Report to the board"
FOREMOST = "The actions that matter most now"
FEW, MANY, TRENDS = 5, 10, 2  # findings, actions and charts that fit on two to four pages


def sections(report: AuditReport) -> tuple[Section, ...]:
    """The five headings, in their order, between the decision and what it rests on."""
    return (
        section("decide", "You are asked to decide", *_decisions(report)),
        section("conclusions", "Conclusions from the evidence", *_conclusions(report)),
        section("causes", "Root causes beyond individual error", *_causes(report)),
        section("challenge", "Challenge and scrutiny", challenges(report)),
        section("plan", "Improvement plan with outcomes that can be measured", *_plan(report)),
        section("monitoring", "How the plan and its effect are followed", *_monitoring(report)),
    )


def _decisions(report: AuditReport) -> Iterator[Block]:
    lines = [Line(each) for each in report.opinion.decide]
    lines.append(Line("Whether you accept the opinion and the findings below."))
    if live(report):
        lines.append(
            Line("Whether the plan is enough, and whether its owners have the time and the power to do it.")
        )
    before = report.change.baseline
    if before:
        lines.append(Line(f"What becomes of the findings and the plan of “{before.other}”."))
    weak = (*report.plan.gaps, *(before.gaps if before else ()))
    lines += [Line(f"What to do: {each.text}", each.evidence) for each in weak[:FEW]]
    left = len(weak) - FEW
    if left > 0:
        lines.append(Line(f"What to do about the gaps that the full report names beside these: {left}."))
    lines.append(Line("When you want to hear of this again."))
    yield Listing(tuple(lines), numbered=True)


def _conclusions(report: AuditReport) -> Iterator[Block]:
    yield from opinion(report.opinion)
    before = report.change.baseline
    yield listed(report.summary[:1] or (before.summary if before else ()), "There is no finding yet.")
    if report.concerns:
        rows = [
            (called(each), said(each.condition), "; ".join(marks(each))) for each in report.concerns[:FEW]
        ]
        yield table("The concerns that weigh most", ("Concern", "What we found", "How sure, how grave"), rows)
        yield from _rest(len(report.concerns) - FEW, "concerns")
        yield from in_their_words(report.concerns[:FEW])
    yield from findings_again(report, FEW)
    if report.good_practice:
        yield Listing(
            tuple(
                Line(f"Works well: {each.title.text}", each.title.evidence)
                for each in report.good_practice[:3]
            )
        )
    heard = ", ".join(f"{each.who}: {each.how_many}" for each in report.method.heard if not each.part)
    if heard:
        yield note(f"Heard: {heard}.")


def _rest(count: int, things: str) -> Iterator[Block]:
    if count > 0:
        yield note(f"The full report has {count} more {things.removesuffix('s') if count == 1 else things}.")


def _causes(report: AuditReport) -> Iterator[Block]:
    concerns = report.concerns[:FEW]
    rows = [
        (LENS[lens], Line(f"{found.name}: {cause.claim.text}", cause.claim.evidence))
        for lens in Lens
        for found in concerns
        for cause in found.causes
        if cause.lens is lens
    ]
    if not rows:
        before = report.change.baseline
        yield plain(
            f"This audit has no causes of its own. Those of “{before.other}” stand in its report."
            if before
            else "No cause was written down yet."
        )
        return
    yield table("Where in the system the causes lie", ("Part of the system", "Cause"), rows)
    yield note("A cause that names a person, or what one person failed to do, is not accepted in this audit.")


def _plan(report: AuditReport) -> Iterator[Block]:
    yield from plan_summary(report)
    shown = foremost(report)
    if shown:
        yield plan_table(shown, named, FOREMOST)
        yield from _rest(len(live(report)) - len(shown), "actions")
    yield from actions_again(report, MANY)


def foremost(report: AuditReport) -> list[Planned]:
    """The actions that are late, then those for the gravest concerns, then those due first; closed ones last."""
    risk = {each.name: each.risk for each in report.findings}

    def order(each: Planned) -> tuple[bool, bool, int, str, int]:
        gravest = max((risk.get(name, 0) for name in each.findings), default=0)
        return each.state is State.CLOSED, not each.late, -gravest, str(each.due or "9"), int(each.name[1:])

    return sorted(live(report), key=order)[:MANY]


def _monitoring(report: AuditReport) -> Iterator[Block]:
    trends = sorted(figures.trends(report), key=lambda each: _weight(each[0]))
    for trend, figure in trends[:TRENDS]:
        yield Paragraph(said(trend.brief))
        yield figure
    yield from _rest(len(trends) - TRENDS, "numbers")
    for comparison in report.change.comparisons:
        yield Listing(tuple(map(said, comparison.summary)))
    yield from looked_again(report)
    if not report.change.is_known:
        yield plain("No number is followed yet, and there was no second audit.")
    yield from _reviews(report)


def _weight(trend: Trend) -> tuple[bool, bool, str]:
    """Numbers with a sign of change come first, then those that miss their target."""
    span = trend.chart.spans[-1]
    changes = bool(span.signals) or len(trend.chart.spans) > 1
    meets = all(trend.chart.measure.meets(each.value or 0.0) for each in span.known[-1:])
    return not changes, meets, trend.name


def _reviews(report: AuditReport) -> Iterator[Block]:
    """The reviews whose day has come, the oldest first, then the next one."""
    held = [each for each in live(report) if each.review and each.state is not State.CLOSED]
    due = sorted(
        (each for each in held if each.review_due), key=lambda each: (str(each.review), int(each.name[1:]))
    )
    if due:
        yield plain("The day of these reviews has come:")
        yield Listing(
            tuple(Line(f"{each.name}: {day(each.review)}", each.standing.evidence) for each in due[:MANY])
        )
        yield from _rest(len(due) - MANY, "such reviews")
    coming = sorted(each.review for each in held if each.review and each.review > report.about.as_of)
    if coming:
        yield plain(f"The next review is on {day(coming[0])}.")
