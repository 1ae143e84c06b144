"""Whatever the mission asks for, some question of some form asks somebody, and the docs say which."""

from __future__ import annotations

from pathlib import Path

from dialogues import library
from dialogues.form import Form
from dialogues.mission import MISSION, RATING, Who, asked, asking, besides, table

DOCS = Path(__file__).parents[2] / "docs" / "instruments.md"
THEMES = {"ESC", "SUP", "CUL", "LEAD", "MAW", "CAP", "COM", "CARE", "TRN", "LRN", "ASR"}
POINTS = [point for points in MISSION.values() for point in points]
AUDITORS = [library.shipped(name) for name in library.names() if library.shipped(name).records == "evidence"]
HARMS = [choice.name for choice in library.shipped("new-audit").choices["harm_types"]]


def reached(form: Form) -> set[str]:
    return {one.path for one in asked() if one.form == form.id}


def test_every_point_is_asked_about_or_says_which_part_answers_it() -> None:
    assert [point.asks for point in POINTS if not asking(point) and not point.part] == []


def test_every_construct_of_a_point_is_asked_about() -> None:
    there = {one.question.construct for one in asked()}
    assert [name for point in POINTS for name in point.constructs if name not in there] == []


def test_every_theme_of_a_point_has_a_question() -> None:
    missing = {
        point.asks: set(point.themes) - {one.question.theme for one in asking(point)}
        for point in POINTS
        if point.constructs
    }
    assert {asks: themes for asks, themes in missing.items() if themes} == {}


def test_the_points_are_those_of_the_mission() -> None:
    assert [len(points) for points in MISSION.values()] == [5, 5, 6, 6, 6, 5, 5, 5, 4, 12, 2, 3]
    assert {theme for point in POINTS for theme in point.themes} == THEMES


def test_every_theme_is_asked_of_staff_managers_boards_and_records() -> None:
    themes = {who: {one.question.theme for one in asked() if one.who is who} - {""} for who in Who}
    assert themes[Who.STAFF] | {"ASR"} == THEMES
    assert themes[Who.MANAGER] == themes[Who.AUDITOR] == THEMES
    assert themes[Who.BOARD] >= THEMES - {"COM"}
    assert themes[Who.PARTNER] >= {"MAW", "COM", "ESC", "CARE", "LEAD", "LRN"}


def test_every_question_of_an_auditors_form_is_asked_of_somebody_and_knows_its_themes() -> None:
    for form in AUDITORS:
        assert {question.path for question in form.questions.values() if question.kind.is_asked} == reached(
            form
        )
        assert {question.theme for question in form.questions.values() if question.theme} <= THEMES
        assert [
            q.path for q in form.questions.values() if q.theme and not (q.construct and q.equivalence)
        ] == []


def test_every_kind_of_harm_has_questions_of_its_own_and_the_same_names_everywhere() -> None:
    form = library.shipped("guided-interview")
    conditions = " ".join(node.relevant for node in form.children)
    assert len(HARMS) == 12
    assert [harm for harm in HARMS if f"selected(${{harm_types}}, '{harm}')" not in conditions] == []
    lists = [form.choices["harm_types"] for form in AUDITORS if "harm_types" in form.choices]
    assert all([choice.name for choice in choices] == HARMS for choices in lists)


def test_an_auditors_own_view_is_a_scale_with_not_covered_apart_and_is_not_what_others_are_asked() -> None:
    ratings = [one for one in asked() if one.question.appears(RATING)]
    assert len(ratings) > 30
    assert {one.who for one in ratings} == {Who.AUDITOR}
    for one in ratings:
        choices = library.shipped(one.form).choices[one.question.choices]
        assert [choice.score for choice in choices] == [5, 4, 3, 2, 1, None]


def test_open_questions_of_an_interview_have_a_hint_and_prompts_for_the_auditor() -> None:
    for form in (each for each in AUDITORS if not each.is_for_partners):
        spoken = [one.question for one in asked() if one.form == form.id and one.who is not Who.AUDITOR]
        open_ones = [q for q in spoken if q.theme and q.kind == "text" and q.name != "not_asked"]
        assert [q.path for q in open_ones if not (q.hint and q.probe)] == []


def test_the_docs_are_what_the_forms_say() -> None:
    """When a shipped form changes: `candour forms table` prints the second half of docs/instruments.md."""
    intro, _, printed = DOCS.read_text("utf-8").partition("`candour forms table` prints it. -->\n\n")
    assert printed == table()
    assert [
        name
        for name in library.names()
        if library.shipped(name).records in ("evidence", "audit") and f"`{name}`" not in intro
    ] == []
    assert all(one.question.label.to("en") in printed for one in besides())
