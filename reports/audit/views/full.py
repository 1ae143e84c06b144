"""Everything, for those who made the audit and those who check it."""

from __future__ import annotations

from collections.abc import Iterator

from reports.audit.blocks import Block, Line, Listing, Paragraph, Section, said
from reports.audit.model import AuditReport
from reports.audit.views import figures
from reports.audit.views.naming import source
from reports.audit.views.sections import (
    actions_again,
    challenges,
    compared,
    findings_again,
    full,
    gaps,
    learning,
    listed,
    live,
    looked_again,
    named,
    note,
    notifications,
    opinion,
    plain,
    plan_details,
    plan_summary,
    plan_table,
    section,
    states,
    summary,
    table,
)

TITLE = "Audit report"


def sections(report: AuditReport) -> tuple[Section, ...]:
    """In the order of an audit: why, how, what, and what of it."""
    return (
        section("purpose", "Purpose and status", *_purpose(report)),
        section("method", "How it was done, and who was heard", *_method(report)),
        section("opinion", "Opinion and summary", *_opinion(report)),
        section("findings", "Findings", *_findings(report)),
        section("picture", "The system as a whole", *_picture(report)),
        section("good", "Good practice", *_good(report)),
        section("plan", "The plan", *_plan(report)),
        section("change", "Change", *_change(report)),
        section("learning", "Learning that was shared", learning(report)),
        section("notified", "Who was told, and when", notifications(report)),
        section("challenge", "Challenge", challenges(report)),
        section("appendices", "Appendices", below=_appendices(report)),
    )


def _purpose(report: AuditReport) -> Iterator[Block]:
    yield plain(
        "An investigation says what happened and who answers for it. This audit asks another question: did the system "
        "work as it was meant to, and what must change so that it is less likely to happen again?"
    )
    if report.opinion.purpose:
        yield Paragraph(Line(f"What it was to find out: {report.opinion.purpose}"))
    if report.about.scope:
        yield Listing(tuple(map(Line, report.about.scope)))
        yield note("These parts were looked at.")


def _method(report: AuditReport) -> Iterator[Block]:
    yield listed(report.method.ways, "No evidence was handed in yet.")
    if report.method.heard:
        heard = [(f"– {each.who}" if each.part else each.who, each.how_many) for each in report.method.heard]
        yield table("Who was heard", ("Who", "How many"), heard)
    if report.method.coverage:
        rows = [
            (
                each.area,
                ", ".join(map(source, each.kinds)) or "nobody yet",
                "too little" if each.thin else "enough",
            )
            for each in report.method.coverage
        ]
        yield table(
            "What was looked at, and who spoke of it", ("Part of the scope", "Heard of it", "Evidence"), rows
        )
    yield Paragraph(Line("What this cannot tell:"))
    yield Listing(tuple(map(Line, filter(None, (report.opinion.limits, *report.method.limits)))))


def _opinion(report: AuditReport) -> Iterator[Block]:
    yield from opinion(report.opinion)
    yield summary(report)


def _findings(report: AuditReport) -> Iterator[Block]:
    before = report.change.baseline
    if not report.concerns:
        yield plain(
            f"This audit has no concern of its own. It looks again at “{before.other}”."
            if before
            else "There is no concern."
        )
    yield from map(full, report.concerns)
    yield from findings_again(report)


def _picture(report: AuditReport) -> Iterator[Block]:
    shown = [
        *figures.heats(report),
        *figures.spoken(report),
        *figures.distances(report),
        *figures.coverage(report),
        *figures.risk_matrix(report),
    ]
    yield from shown
    if report.picture.themes:
        yield Listing(tuple(said(each.claim) for each in report.picture.themes))
    if not shown:
        yield plain("There is too little yet to draw a picture of the whole.")


def _good(report: AuditReport) -> Iterator[Block]:
    if not report.good_practice:
        yield plain("No good practice was written down yet.")
    yield from map(full, report.good_practice)


def _plan(report: AuditReport) -> Iterator[Block]:
    yield from plan_summary(report)
    if live(report):
        yield from figures.plan_over_time(report)
        yield plan_table(live(report), named, "The plan")
        yield plan_details(report, named)
        yield note(f"Actions pass these states: {states()}.")
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
        yield plain("No number is followed yet, and there was no second audit.")


def _answers(report: AuditReport) -> Iterator[Block]:
    yield note(
        "Only what was published, to the nearest 5 %. Where few people gave an answer, it is shown together with its "
        "neighbours, so that nobody can be found. “Does not apply” is in no number."
    )
    for each in report.picture.answers:
        if each.hidden:
            asked = each.hidden + len(each.items)
            yield plain(
                f"{each.hidden} of {asked} questions of “{each.of}” are not shown: it could point to a person."
            )
    yield from figures.answers(report)


def _appendices(report: AuditReport) -> Iterator[Section]:
    appendix = report.appendix
    rows = [(each.title, each.version, source(each.kind), each.used) for each in appendix.instruments]
    yield section(
        "instruments",
        "What was asked",
        table("Forms", ("Form", "Version", "Kind of source", "Used"), rows)
        if rows
        else plain("No form was used yet."),
    )
    if report.picture.answers:
        yield section("answers", "What was answered, question by question", *_answers(report))
    yield section(
        "codebook", "Codebook and agreement", *map(plain, (*appendix.codebook, *appendix.agreement))
    )
    if appendix.crosswalk:
        walked = [
            (theme, "; ".join(f"{each.of}: {each.name}" for each in items))
            for theme, items in appendix.crosswalk
        ]
        yield section(
            "crosswalk",
            "Themes and frameworks",
            table("What each theme bears on", ("Theme", "Items"), walked),
        )
    yield section("frameworks", "Frameworks", *map(plain, appendix.frameworks))
