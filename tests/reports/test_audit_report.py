"""The report of an audit: each claim has its evidence, each reader what is made for them, nobody what is hidden."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser

import pytest
import textstat
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from reports import disclosure
from reports.audit import (
    AuditReport,
    Before,
    Lack,
    Later,
    Material,
    Measured,
    Proposal,
    Settled,
    Unsupported,
    assemble,
    claims,
    decode,
    encode,
)
from reports.audit.blocks import Card, Document, Section, Table, lines, outline
from reports.audit.model import About, Given, Person
from reports.audit.paper import figures
from reports.audit.rendering import html
from reports.audit.views import DRAFT, SYNTHETIC, View, document
from reports.audit.views.sections import compared
from reports.findings import RULE, Assurance, Finding, Standing, suggested
from reports.measures import Better, Chart, Measure, Month, Point, chart
from reports.rendering import clipped
from tests.reports import audited
from tests.reports.audited import NAMES, OWNER, TODAY, material

_OLDEST = {View.STAFF: 12}  # years of reading age; of the others 16


def report(**changes: object) -> AuditReport:
    made = assemble(material(**changes))  # type: ignore[arg-type]
    assert isinstance(made, AuditReport), made
    return made


OUTLINES = {
    View.FULL: [
        "Purpose and status",
        "How it was done, and who was heard",
        "Opinion and summary",
        "Findings",
        "The system as a whole",
        "Good practice",
        "The plan",
        "Change",
        "Learning that was shared",
        "Who was told, and when",
        "Challenge",
        "Appendices",
        "· What was asked",
        "· What was answered, question by question",
        "· Codebook and agreement",
        "· Themes and frameworks",
        "· Frameworks",
    ],
    View.BOARD: [
        "You are asked to decide",
        "Conclusions from the evidence",
        "Root causes beyond individual error",
        "Challenge and scrutiny",
        "Improvement plan with outcomes that can be measured",
        "How the plan and its effect are followed",
    ],
    View.COMMISSIONER: [
        "In short",
        "Who was told, and when",
        "What was learned",
        "Who answers for what",
        "Whether change lasts",
    ],
    View.CQC: [
        "In short",
        "What was found, by key question",
        "· Safe",
        "· Effective",
        "· Caring",
        "· Responsive",
        "· Well-led",
        "· Tied to no key question",
        "Where else this could be so",
        "How lessons were embedded",
        "What will change",
    ],
    View.STAFF: [
        "What you told us",
        "What we found",
        "What will change, and by when",
        "How we will know that it works",
        "How to tell us more",
    ],
}


@pytest.mark.parametrize("view", View)
def test_each_reader_has_an_order_and_headings_of_their_own(view: View) -> None:
    made = document(report(), view)
    assert [f"{'· ' * (depth - 1)}{title}" for depth, title in outline(made.sections)] == OUTLINES[view]


def _sound(made: Document, whole: AuditReport) -> None:
    """Every line has evidence that stands in the index; no claim of the report has lost its own on the way."""
    index = {each.label for each in made.index}
    cells = {"not shown"}  # what many cells say that hide something
    said = {claim.text for claim in claims(whole) if " " in claim.text and len(claim.text) > 8} - cells
    for line in lines(made.sections):
        assert index.issuperset(line.evidence), line.text
        if line.text in said:
            assert line.evidence, line.text
    assert index == {label for line in lines(made.sections) for label in line.evidence}


@settings(max_examples=8, deadline=None)
@given(
    findings=st.integers(0, 7),
    actions=st.integers(0, 9),
    silent=st.sets(st.integers(1, 7)),
    gone=st.sets(st.integers(1, 7), max_size=2),
    bare=st.booleans(),
)
def test_every_claim_in_every_view_has_evidence_that_stands_or_there_is_no_report(
    findings: int, actions: int, silent: set[int], gone: set[int], *, bare: bool
) -> None:
    whole = material(findings, actions)
    supported = {
        each.number: ()
        if each.number in silent
        else (*each.supporting, *(["case.ff"] if each.number in gone else []))
        for each in whole.findings
    }
    changed = tuple(replace(each, supporting=supported[each.number]) for each in whole.findings)
    if bare:
        whole = Material(
            about=whole.about, findings=whole.findings, evidence=whole.evidence, reports=whole.reports
        )
    made = assemble(replace(whole, findings=changed))
    lacking = {each.name for each in changed if not each.supporting or "case.ff" in each.supporting}
    if isinstance(made, Unsupported):
        assert lacking == {each.where for each in made.lacks if each.where.startswith("F")}
        return
    assert not lacking
    labels = {each.label for each in made.index}
    assert all(claim.evidence and labels.issuperset(claim.evidence) for claim in claims(made))
    for view in View:
        _sound(document(made, view), made)


def test_a_claim_without_evidence_is_named_and_there_is_no_report() -> None:
    bare = Finding(id="aa", number=3, title="Nobody looks", condition="Nobody looks at night.")
    made = assemble(Material(about=About(name="Oak", as_of=TODAY), findings=(bare,)))
    assert isinstance(made, Unsupported)
    assert Lack("F3", "Nobody looks at night.") in made.lacks
    assert "F3: nothing supports “Nobody looks at night.”." in {each.sentence for each in made.lacks}
    gone = assemble(
        Material(about=About(name="Oak", as_of=TODAY), findings=(replace(bare, supporting=("case.ff",)),))
    )
    assert isinstance(gone, Unsupported)
    assert "F3: its evidence is not there any more: case.ff." in {each.sentence for each in gone.lacks}


def test_equal_material_gives_the_same_bytes_whatever_its_order_and_they_are_read_back() -> None:
    whole = material()
    turned = replace(whole, findings=whole.findings[::-1], actions=whole.actions[::-1])
    first, second = assemble(whole), assemble(turned)
    assert isinstance(first, AuditReport)
    assert isinstance(second, AuditReport)
    assert encode(first) == encode(second)
    assert decode(encode(first)) == first
    for view in View:
        assert html(document(first, view)) == html(document(decode(encode(first)), view))


# What nobody may see


def test_names_stand_where_who_answers_for_it_is_asked_and_nowhere_else() -> None:
    made = report()
    for view in View:
        page = html(document(made, view))
        assert (NAMES[0] in page) is (view in {View.FULL, View.BOARD}), view
        assert (NAMES[1] in page) is (view is View.FULL), view
        assert "ction owner" in page or view in {View.CQC, View.FULL, View.BOARD}


def test_nothing_is_counted_of_fewer_than_five_named_people_and_nothing_hidden_is_shown() -> None:
    made = report()
    hidden = [each for each in audited.answers().heard.groups if each.band is None]
    for view in View:
        page = re.sub(r"<[^>]+>", " ", html(document(made, view)))
        assert "1 handed in" not in page
        for group in hidden:
            label = group.label.to("en")
            if label and view is not View.STAFF:
                assert not re.search(rf"{re.escape(label)}\s+\d", page), (view, label)
    assert "fewer than 5 handed in" in html(document(made, View.FULL))
    small = replace(audited.answers(), themes=(), choices=())
    quiet = assemble(
        replace(material(findings=0), reports=(small,), results=None, reaudited=(), opinion=None)
    )
    assert isinstance(quiet, AuditReport)
    assert not quiet.picture.heats
    assert not quiet.picture.answers


def test_each_question_is_shown_as_it_was_published_and_no_finer() -> None:
    made, published = report(), audited.answers()
    [form] = made.picture.answers
    items = [item for theme in published.themes for item in theme.items]
    known = [(clipped(item.label.to("en")), item.figures) for item in items if item.figures]
    assert form.hidden == len(items) - len(known)
    for each, (label, figures_) in zip(form.items, known, strict=True):
        assert (each.question, each.good, each.unknown) == (label, figures_.positive, figures_.dont_know)
        assert [(one.tone, one.share) for one in each.pieces] == [
            (one.tone, one.share) for one in figures_.segments
        ]
    shown = {
        view: [each.id for each in figures(document(made, view)) if "answers" in each.id] for view in View
    }
    assert {view for view, ids in shown.items() if ids} == {View.FULL, View.STAFF}
    assert len(shown[View.FULL]) == -(-len(known) // 10)
    assert shown[View.STAFF] == ["answers-1-1"]


def test_what_could_not_be_published_of_anonymous_people_has_no_place_in_the_picture() -> None:
    for heat in report().picture.heats:
        for row in heat.rows:
            assert all(cell is None or isinstance(cell, disclosure.Quarter) for cell in row.groups)


def test_a_made_up_audit_and_a_draft_say_so_on_every_page() -> None:
    made = report()
    for view in View:
        assert SYNTHETIC in html(document(made, view))
        assert DRAFT in html(document(made, view, draft=True))
    real = replace(made, about=replace(made.about, synthetic=False))
    assert SYNTHETIC not in html(document(real, View.BOARD))
    assert DRAFT not in html(document(real, View.BOARD))


# What each reader can rely on


def test_the_board_is_asked_to_decide_on_every_gap_that_fits_and_told_how_many_do_not() -> None:
    made = report(findings=9, actions=2)
    first = document(made, View.BOARD).sections[0]
    asked = [line for line in lines(first) if line.text.startswith("What to do: ")]
    assert len(asked) == 5
    left = len(made.plan.gaps) - 5
    assert f"What to do about the gaps that the full report names beside these: {left}." in {
        line.text for line in lines(first)
    }


def test_the_board_report_stays_short_however_long_the_plan_is() -> None:
    page = html(document(report(findings=30, actions=120), View.BOARD))
    words = re.sub(
        r"<(style|svg|details|section aria-labelledby=\"s-evidence\").*?</\1>|<[^>]+>",
        " ",
        page,
        flags=re.DOTALL,
    )
    assert len(words.split()) < 1900


def _of(made: Document, id_: str) -> Section:
    return next(each for each in made.sections if each.id == id_)


def test_the_full_report_has_a_card_for_each_finding_with_all_that_was_judged() -> None:
    found = [each for each in _of(document(report(), View.FULL), "findings").blocks if isinstance(each, Card)]
    assert [each.id for each in found] == ["f1", "f2", "f3", "f4"], "the greatest risk first"
    terms = [term for term, _ in found[0].parts]
    assert terms[:4] == ["What should be", "What is", "Causes", "What added to it"]
    assert "Fewer than 40 % of staff answered." in {line.text for line in lines(found[0])}
    assert found[0].marks[0] == "Risk 16 of 25"


def test_the_rule_suggests_and_the_auditor_decides() -> None:
    made = report()
    assert (made.opinion.suggested, made.opinion.given) == (suggested(material().findings), Assurance.LIMITED)
    page = html(document(made, View.BOARD))
    assert "Limited assurance." in page
    assert RULE in page
    told = "This opinion was given on 1 June 2026."
    kept, stale = Given(date(2026, 6, 1)), Given(date(2026, 6, 1), ("findings", "plan"), date(2026, 11, 20))
    warning = "Since then the findings and the plan have changed, last on 20 November 2026."
    for view in set(View) - {View.STAFF}:
        pages = [html(document(report(given=each), view)) for each in (kept, stale)]
        assert all(told in each for each in pages), view
        assert [warning in each for each in pages] == [False, True]
    unsaid = report(opinion=None)
    assert "The auditor has not given an opinion yet." in html(document(unsaid, View.BOARD))
    assert unsaid.opinion.suggested is made.opinion.suggested


def test_an_opinion_rests_on_the_findings_that_it_names_and_on_none_there_is_no_report() -> None:
    told = material().opinion
    assert told
    made = report()
    assert made.opinion.because
    assert set(made.opinion.because.evidence) == set(made.findings[0].condition.evidence)
    lost = assemble(material(opinion=replace(told, sources=())))
    assert isinstance(lost, Unsupported)
    assert {each.where for each in lost.lacks} == {"opinion"}


def test_a_closed_concern_asks_for_no_action() -> None:
    whole = material(2, 0)
    made = assemble(replace(whole, findings=(replace(whole.findings[0], standing=Standing.CLOSED),)))
    assert isinstance(made, AuditReport)
    assert made.plan.gaps == ()


def test_what_is_late_is_said_on_the_day_and_not_before() -> None:
    whole = material(2, 1)
    due = whole.actions[0].due
    assert due
    for day, late in ((due, False), (date(2027, 1, 1), True)):
        made = assemble(replace(whole, about=replace(whole.about, as_of=day)))
        assert isinstance(made, AuditReport)
        assert made.plan.actions[0].late is late


def test_a_board_sees_the_numbers_that_weigh_most_how_many_are_left_and_which_reviews_have_come() -> None:
    def number(name: str, *values: int) -> Measured:
        points = [Point(Month(2025, 11).after(place), value) for place, value in enumerate(values)]
        made = chart(Measure(name, Better.LOWER, "a month", 4), points)
        assert isinstance(made, Chart)
        return Measured(name, made)

    numbers = (number("Ahead", 2, 3, 2), number("Beside", 8, 9, 8), Measured("m1", audited.restraints()))
    whole = material(measured=numbers, actions=6)
    late, later, *rest = whole.actions
    reviews = (replace(late, review=date(2026, 11, 5)), replace(later, review=date(2026, 11, 1)), *rest)
    made = assemble(replace(whole, actions=reviews))
    assert isinstance(made, AuditReport)
    told = [line.text for line in lines(_of(document(made, View.BOARD), "monitoring"))]
    assert [each.partition(":")[0] for each in told if " a month in " in each] == [
        "Missed supervisions",
        "Beside",
    ]
    assert "The full report has 1 more number." in told
    at = told.index("The day of these reviews has come:")
    assert told[at + 1 :] == [
        "A2: 1 November 2026",
        "A1: 5 November 2026",
        "The next review is on 15 January 2027.",
    ]


def test_questions_that_may_not_be_compared_are_told_in_one_sentence() -> None:
    made = report()
    [comparison] = made.change.comparisons
    hidden = replace(
        comparison, items=tuple(replace(each, verdict="hidden") for each in comparison.items[1:])
    )
    shown = next(each for each in comparison.items if each.verdict != "hidden")
    mixed = replace(hidden, items=(shown, *hidden.items))
    for each, rows in ((hidden, 0), (mixed, 1)):
        blocks = list(compared(each))
        assert sum(len(block.rows) for block in blocks if isinstance(block, Table)) == rows
        assert sum(f"{len(hidden.items)} more questions" in line.text for line in lines(tuple(blocks))) == 1


def test_a_re_audit_shows_the_findings_and_the_plan_that_it_looks_at_and_its_baseline_what_came_of_it() -> (
    None
):
    whole = material()
    first, second = whole.findings[0], whole.findings[1]
    settled = Settled(second.id, "closed", "every theme of it improved", date(2026, 11, 20))
    before = Before(
        "The first audit",
        (first, replace(second, standing=Standing.CLOSED)),
        whole.actions,
        "As a whole it improved.",
        {first.name: Proposal("stays open, because there is no clear change")},
        (settled,),
    )
    made = report(findings=0, actions=0, opinion=None, before=before)
    pages = {view: document(made, view) for view in View}
    for view, page in pages.items():
        _sound(page, made)
        told = " ".join(line.text for line in lines(page.sections))
        for wrong in (
            "There is no concern.",
            "no finding yet",
            "plan is being made",
            "nothing is late",
            "no action yet",
        ):
            assert wrong not in told, view
        assert "Supervision lapses on night shifts" in told
        assert "Weekly supervision on nights" in told
        if view is not View.STAFF:
            assert "Of the 2 concerns of “The first audit”, 1 is still open. Of its 8 actions, " in told
            assert "Closed on 20 November 2026, because every theme of it improved." in told
            assert "Stays open, because there is no clear change." in told
    [table, *_] = [each for each in _of(pages[View.BOARD], "conclusions").blocks if isinstance(each, Table)]
    assert [row[0].text[:2] for row in table.rows] == ["F2", "F1"], (
        "what is new comes first where there is little room"
    )
    later = report(later=(Later("again", "The re-audit", "As a whole it improved.", (settled,)),))
    for view in View:
        page = document(later, view)
        _sound(page, later)
        told = " ".join(line.text for line in lines(page.sections))
        assert (
            "“The re-audit” looked at this audit again. Because of it, 1 finding stands in another way"
            in told
        )
        assert ("Closed on 20 November 2026, because every theme" in told) is (view is not View.STAFF)


# As a page


class _Headings(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.levels: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - as it is called
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))


@pytest.mark.parametrize("view", View)
def test_the_page_is_complete_in_itself_and_ordered_by_its_headings(view: View) -> None:
    page = html(document(report(), view))
    found = _Headings()
    found.feed(page)
    assert found.levels[0] == 1
    assert found.levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(found.levels, found.levels[1:], strict=False))
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert page.count("<caption>") == page.count("<table")
    assert not re.search(r"<script|<link|<img|https?://(?!www\.w3\.org)|style=", page)
    for label in re.findall(r'href="#(e\d+)"', page):
        assert f'<tr id="{label}">' in page


def test_words_from_outside_stay_words() -> None:
    hostile = "<script>alert(1)</script>\u202eevil"
    whole = material()
    finding = replace(whole.findings[0], title=hostile, condition=hostile)
    people = {OWNER: Person(hostile, hostile)}
    page_of = assemble(replace(whole, findings=(finding,), actions=(), people=people))
    assert isinstance(page_of, AuditReport)
    for view in View:
        page = html(document(page_of, view))
        assert "<script" not in page
        assert "\u202e" not in page


@pytest.mark.parametrize("view", View)
def test_readers_understand_the_words_that_are_ours(view: View) -> None:
    made = document(report(), view)
    said = {claim.text for claim in claims(report())}
    ours = [line.text for line in lines(made.sections) if line.text not in said and line.text.endswith(".")]
    assert ours
    age = textstat.automated_readability_index(" ".join(ours)) + 5
    assert age <= _OLDEST.get(view, 16), (age, ours)
