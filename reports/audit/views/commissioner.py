"""For commissioners: what was learned, who answers for what, whether change lasts, and who was told when."""

from __future__ import annotations

from collections.abc import Iterator

from reports.audit.blocks import Block, Paragraph, Section, said
from reports.audit.model import AuditReport
from reports.audit.views import figures
from reports.audit.views.board import FOREMOST, foremost
from reports.audit.views.sections import (
    brief,
    by_role,
    compared,
    learning,
    listed,
    notifications,
    opinion,
    plain,
    plan_table,
    section,
)

TITLE = "Report to commissioners"


def sections(report: AuditReport) -> tuple[Section, ...]:
    """Openness first, then learning, accountability and change."""
    return (
        section(
            "summary",
            "In short",
            *opinion(report.opinion),
            listed(report.summary, "There is no finding yet."),
        ),
        section("told", "Who was told, and when", notifications(report)),
        section("learning", "What was learned", *map(brief, report.findings), learning(report)),
        section("accountability", "Who answers for what", *_accountability(report)),
        section("change", "Whether change lasts", *_change(report)),
    )


def _accountability(report: AuditReport) -> Iterator[Block]:
    yield listed(report.plan.summary, "There is no action yet.")
    shown = foremost(report)
    if shown:
        yield plan_table(shown, by_role, FOREMOST)
    yield listed(report.plan.gaps, "The plan answers every open concern, and nothing is late.")


def _change(report: AuditReport) -> Iterator[Block]:
    for trend, figure in figures.trends(report):
        yield Paragraph(said(trend.brief))
        yield figure
    for comparison in report.change.comparisons:
        yield from compared(comparison)
    if not report.change.trends and not report.change.comparisons:
        yield plain(
            "No number is followed yet, and there was no second audit. So nobody can say yet whether change lasts."
        )
