"""What is evidence in every audit, beside the interviews and records that its findings refer to one by one."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from reports import codebook
from reports.assembly import Report
from reports.audit.material import BASELINE, COVERAGE, FINDINGS, HANDED_IN, PLAN, Material, Measured
from reports.audit.model import Kind, Source
from reports.audit.picturing import coded, told
from reports.rendering import clipped
from reports.themes import ThemeResult, is_told

_ALWAYS = {
    FINDINGS: Source(Kind.FINDINGS, "The findings, as they were written and judged in this audit"),
    PLAN: Source(Kind.PLAN, "The plan, with what owners told and what others verified"),
    HANDED_IN: Source(Kind.RECORD, "The interviews, record checks and observations that were handed in"),
    COVERAGE: Source(Kind.FINDINGS, "Which part of the scope which kind of source was heard of"),
}


def known(material: Material) -> dict[str, Source]:
    """Everything that a claim of this audit may rest on, by its reference."""
    return _ALWAYS | dict(_standing(material)) | material.evidence


def _standing(material: Material) -> Iterator[tuple[str, Source]]:
    found = material.results.themes if material.results else ()
    for report in material.reports:
        yield from _answers(report, found)
    for each in found:
        if each.sources.spoke:
            what = f"What interviews, records and observations say of {_name(each.theme)}, as coded"
            yield coded(each.theme), Source(Kind.INTERVIEW, what)
    if material.before:
        name = clipped(material.before.name)
        yield (
            BASELINE,
            Source(
                Kind.FINDINGS, f"The findings and the plan of “{name}”, with what this audit shows of them"
            ),
        )
    for later in material.later:
        name = clipped(later.name)
        yield (
            f"reaudit.{later.id}",
            Source(Kind.FINDINGS, f"What “{name}” shows of this audit, and was settled to mean"),
        )
    for measured in material.measured:
        yield f"measure.{measured.id}", _numbers(measured)


def _answers(report: Report, found: Collection[ThemeResult]) -> Iterator[tuple[str, Source]]:
    """What was published of a form: as a whole, and on each theme of which anything is shown."""
    title = f"What people answered to “{clipped(report.title.to('en'))}” without a name"
    yield f"report.{report.form}", Source(Kind.ANSWERS, f"{title}, as published", "staff")
    shown = {each.theme.code for each in report.themes if each.figures}
    for theme in sorted(shown.union(each.theme for each in found if is_told(told(each, report)))):
        what = f"{title}, on {_name(theme)}, as published"
        yield f"theme.{report.form}.{theme}", Source(Kind.ANSWERS, what, "staff")


def _numbers(each: Measured) -> Source:
    about = each.chart.measure
    origin = f", from {clipped(about.source)}" if about.source else ""
    return Source(Kind.NUMBERS, f"{clipped(about.indicator)}, month by month{origin}", "outcomes")


def _name(theme: str) -> str:
    return codebook.theme(theme).name.to("en")
