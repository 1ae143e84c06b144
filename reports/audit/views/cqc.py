"""For the regulator in England: findings by key question, by item of its framework, and by kind of evidence."""

from __future__ import annotations

from collections.abc import Iterator

from reports import frameworks
from reports.audit.blocks import Block, Line, Paragraph, Section, said
from reports.audit.model import AuditReport, Found, Item
from reports.audit.views import figures
from reports.audit.views.figures import CQC
from reports.audit.views.naming import source
from reports.audit.views.sections import (
    actions_again,
    by_role,
    called,
    day,
    findings_again,
    in_their_words,
    learning,
    listed,
    live,
    looked_again,
    marks,
    note,
    opinion,
    plain,
    plan_summary,
    section,
    summary,
    table,
)
from reports.findings import Says

TITLE = "Report for the Care Quality Commission"
_COLUMNS = ("Item of the framework", "Finding", "Evidence that supports it", "How sure, how grave")
_ELSEWHERE = "What should be is here a rule of the service’s own, or an item of another framework."
_NOTHING = (
    "No finding bears on this question. That is no good sign or bad one: it may not have been looked at."
)


def sections(report: AuditReport) -> tuple[Section, ...]:
    """The five key questions, also where no finding bears on one, then learning elsewhere and governance."""
    return (
        section(
            "summary",
            "In short",
            *opinion(report.opinion),
            summary(report),
            *findings_again(report),
        ),
        section(
            "questions",
            "What was found, by key question",
            *_about(report),
            *in_their_words(report.findings),
            below=_questions(report),
        ),
        section("elsewhere", "Where else this could be so", *_elsewhere(report)),
        section("learning", "How lessons were embedded", learning(report)),
        section("governance", "What will change", *_governance(report)),
    )


def _about(report: AuditReport) -> Iterator[Block]:
    framework = frameworks.all_of_them()[CQC]
    yield note(f"{framework.name}, as of {day(framework.as_of)}. {framework.note}")
    yield from figures.coverage(report)


def _questions(report: AuditReport) -> Iterator[Section]:
    framework = frameworks.all_of_them()[CQC]
    for question in (each for each in framework.items if not each.above):
        rows = list(_rows(report, question.code))
        shown = table(f"{question.name}: findings", _COLUMNS, rows) if rows else plain(_NOTHING)
        yield section(f"key-{question.code}", question.name, shown)
    other = [each for each in report.findings if not any(map(_is_cqc, each.items))]
    if other:
        rows = [("–", called(each), _kinds(each), "; ".join(marks(each))) for each in other]
        title = "Tied to no key question"
        yield section("key-none", title, table(f"{title}: findings", _COLUMNS, rows), note(_ELSEWHERE))


def _is_cqc(item: Item) -> bool:
    return item.framework == CQC


def _rows(report: AuditReport, question: str) -> Iterator[tuple[Line | str, ...]]:
    for found in report.findings:
        for item in filter(_is_cqc, found.items):
            if item.code == question or item.code.startswith(f"{question}."):
                yield item.name, called(found), _kinds(found), "; ".join(marks(found))


def _kinds(found: Found) -> str:
    """The evidence categories that support a finding."""
    kinds = [source(each.source_type) for each in found.sides if each.says in {Says.SUPPORTS, Says.BOTH}]
    return ", ".join(kinds) or "–"


def _elsewhere(report: AuditReport) -> Iterator[Block]:
    found = [each for each in report.findings if each.elsewhere]
    if report.opinion.elsewhere:
        yield Paragraph(said(report.opinion.elsewhere))
    for each in found:
        if each.elsewhere:
            yield Paragraph(Line(f"{each.name}: {each.elsewhere.text}", each.elsewhere.evidence))
    checked = [each for each in report.shared if each.services_checked]
    for share in checked:
        text = f"Checked: {share.services_checked}. {share.found_there}".strip()
        yield Paragraph(Line(text, share.claim.evidence))
    if not (found or checked or report.opinion.elsewhere):
        yield plain("Nothing was written down yet on similar risks in other services.")


def _governance(report: AuditReport) -> Iterator[Block]:
    yield from plan_summary(report)
    rows = [
        (
            f"{each.name} {each.title}",
            ", ".join(each.findings),
            by_role(each.owner),
            day(each.due),
            said(each.standing),
        )
        for each in live(report)
    ]
    if rows:
        yield table("The plan", ("Action", "For", "Who", "By", "How far"), rows)
    yield from actions_again(report)
    for trend in report.change.trends:
        yield Paragraph(said(trend.brief))
    for comparison in report.change.comparisons:
        yield listed(comparison.summary, "")
    yield from looked_again(report)
