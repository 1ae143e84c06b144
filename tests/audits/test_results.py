"""What the made-up audits are about is what their results show, from the codes that a person gave."""

from __future__ import annotations

import pytest

from dialogues import library
from reports import gaps
from reports.assembly import AuditFacts, Report, assemble
from reports.themes import Material, Passage, Pool, Priority, Source, release, results, strongest
from tests.audits.reading import Audit, labelled, load
from tests.reports.material import counted


def material(audit: Audit) -> Material:
    sources = tuple(
        Source(each.id.encode(), each.form, each.source_type.value, each.role.value) for each in audit.sources
    )
    passages = tuple(
        Passage(f"{source.id}/{answer.question}/{segment.start}".encode(), source.id.encode(), codes)
        for source in audit.sources
        for answer in source.answers
        for segment, codes in labelled(answer)
    )
    return Material(sources, passages, pools=pools(audit))


def pools(audit: Audit) -> tuple[Pool, ...]:
    if not audit.responses:
        return ()
    form = library.shipped("staff-culture")
    group = form.breakdown
    paths = {question.name: path for path, question in form.questions.items()}
    tally = counted(
        [
            (each.get(group, ""), {paths[name]: value for name, value in each.items() if name != group})
            for each in audit.responses
        ]
    )
    report = assemble(AuditFacts(audit.audit.name, staff_count=60, closed=True), form, tally)
    assert isinstance(report, Report)
    return (Pool(form, tally, report),)


@pytest.mark.parametrize("name", ["neglect", "restrictive", "agencies"])
def test_the_causes_are_among_the_strongest_themes(name: str) -> None:
    audit = load(name)
    found = strongest(results(material(audit)))
    assert {*audit.expected.strongest} <= {each.theme for each in found[:4]}
    assert all(
        each.judged.priority in {Priority.HIGH, Priority.MEDIUM}
        for each in found
        if each.theme in audit.expected.strongest
    )


def test_where_all_is_well_no_theme_is_of_high_priority() -> None:
    found = results(material(load("well")))
    assert {each.judged.priority for each in found.themes} <= {Priority.LOW, Priority.NONE}


def test_the_rosy_view_of_leaders_shows_as_a_gap_in_what_people_say() -> None:
    audit = load("rosy")
    voiced = {each.theme: each.voiced for each in results(material(audit)).themes}
    assert {theme for theme, gap in voiced.items() if gap.verdict is gaps.Verdict.NOTABLE} == {
        *audit.expected.gap
    }


def test_eight_anonymous_managers_who_nearly_all_say_the_same_are_not_told_apart() -> None:
    released, _ = release(material(load("rosy")))
    opened = {theme: unnamed[0].gap for theme, unnamed in released.themes.items()}
    assert all(opened[theme].verdict is gaps.Verdict.INSUFFICIENT for theme in ("CUL", "LEAD"))
