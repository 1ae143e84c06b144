"""For commissioners: what was learned, who answers for what, whether change lasts, and who was told when."""

from __future__ import annotations

from collections.abc import Iterator

from reports.audit.blocks import Block, Paragraph, Section, said
from reports.audit.model import AuditReport
from reports.audit.views import figures
from reports.audit.views.board import FOREMOST, foremost
from reports.audit.views.sections import (
    actions_again,
    brief,
    by_role,
    compared,
    findings_again,
    gaps,
    learning,
    looked_again,
    notifications,
    opinion,
    plain,
    plan_summary,
    plan_table,
    section,
    summary,
)

TITLE = "Report to commissioners"


def sections(report: AuditReport) -> tuple[Section, ...]:
    """Openness first, then learning, accountability and change."""
    return (
        section(
            "summary",
            "In short",
            *opinion(report.opinion),
            summary(report),
        ),
        section("told", "Who was told, and when", notifications(report)),
        section("learning", "What was learned", *_learned(report)),
        section("accountability", "Who answers for what", *_accountability(report)),
        section("change", "Whether change lasts", *_change(report)),
    )


def _learned(report: AuditReport) -> Iterator[Block]:
    yield from map(brief, report.findings)
    yield from findings_again(report)
    yield learning(report)


def _accountability(report: AuditReport) -> Iterator[Block]:
    yield from plan_summary(report)
    shown = foremost(report)
    if shown:
        yield plan_table(shown, by_role, FOREMOST)
    yield from actions_again(report)
    yield from gaps(report)


def _change(report: AuditReport) -> Iterator[Block]:
    for trend, figure in figures.trends(report):
        yield Paragraph(said(trend.brief))
        yield figure
    for comparison in report.change.comparisons:
        yield from compared(comparison)
    yield from looked_again(report)
    if not report.change.is_known:
        yield plain(
            "No number is followed yet, and there was no second audit. So nobody can say yet whether change lasts."
        )
