"""Everything that is wrong with a form is told at once: what, where, and what to do about it."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
import textstat
from openpyxl import Workbook

import dialogues
from dialogues import library
from dialogues.checker import check
from dialogues.form import Attribution, Group, Question
from dialogues.problems import Problem, Severity
from dialogues.style import OTHER_AGE, READING_AGE

CHOICES = """
choices:
  - {list_name: yes_no, name: "yes", label: "Yes"}
  - {list_name: yes_no, name: "no", label: "No"}
"""
SIGNPOST = "  - {type: note, name: danger, label: Ring 999., appearance: signpost}\n"
CONSENT = '  - {type: select_one yes_no, name: consent, label: Yes?, appearance: consent, required: "yes"}\n'
STORY = "  - {type: text, name: story, label: What happened?}\n"
MAY_QUOTE = "  - {type: select_one yes_no, name: may, label: May we quote it?, appearance: quotable}\n"
SPOKEN = 'survey:\n  - {{type: {}, name: a, "label::English (en)": A, "label::Cymraeg (cy)": A}}\n'
ANONYMOUS = "settings: [{attribution: anonymous}]\nsurvey:\n"

Told = tuple[str, str, int | None, str, int | None]


def told(content: str) -> list[Told]:
    """Kind, sheet, row, column and character of every problem."""
    return [
        (one.kind, one.place.sheet, one.place.row, one.place.column, one.character)
        for one in check(content.encode(), "form.yaml")
    ]


def survey(*rows: str) -> str:
    return "survey:\n" + "".join(f"  - {{{row}}}\n" for row in rows) + CHOICES


A = "type: text, name: a, label: A"
GROUP, END = "type: begin group, name: g, label: G", "type: end group"

SHEETS: dict[str, tuple[str, list[Told]]] = {
    "a misspelt sheet": (
        survey(A) + "setings: [{form_id: x}]\n",
        [("sheet_name", "setings", None, "", None)],
    ),
    "a misspelt column": (
        survey(f"{A}, relevnt: 1 = 1"),
        [("column_name", "survey", 1, "relevnt", None)],
    ),
    "a misspelt setting": (
        survey(A) + "settings: [{form_titel: x}]\n",
        [("setting_name", "settings", 1, "form_titel", None)],
    ),
    "a row without a type": (survey(A, "name: b, label: B"), [("no_type", "survey", 3, "type", None)]),
    "a choice without a list": (
        survey(A) + "  - {name: x, label: X}\n",
        [("choice_no_list", "choices", 4, "list_name", None)],
    ),
    "a choice without a name": (
        survey(A) + "  - {list_name: yes_no, label: X}\n",
        [("choice_no_name", "choices", 4, "name", None)],
    ),
    "a choice without a label": (
        survey(A) + "  - {list_name: yes_no, name: x}\n",
        [("choice_no_label", "choices", 4, "label", None)],
    ),
    "a choice that is there twice": (
        survey(A) + "  - {list_name: yes_no, name: 'no', label: X}\n",
        [("choice_twice", "choices", 4, "name", None)],
    ),
    "a choice with a space in its name": (
        survey(A) + "  - {list_name: yes_no, name: do not know, label: X}\n",
        [("choice_space", "choices", 4, "name", None)],
    ),
    "a choice too long for a button": (
        survey(A) + "  - {list_name: yes_no, name: x, label: " + "x" * 61 + "}\n",
        [("button_long", "choices", 4, "label", 61)],
    ),
    "a score that is no number": (
        survey(A) + "  - {list_name: yes_no, name: x, label: X, score: nan}\n",
        [("score", "choices", 4, "score", None)],
    ),
}

ROWS: dict[str, tuple[str, list[Told]]] = {
    "an unknown type": (survey("type: txt, name: a, label: A"), [("type", "survey", 2, "type", None)]),
    "a type that cannot be asked": (
        survey("type: geopoint, name: a, label: A"),
        [("type", "survey", 2, "type", None)],
    ),
    "a type that is left out": (
        survey(A, "type: deviceid, name: b"),
        [("type_ignored", "survey", 3, "type", None)],
    ),
    "a question without a name": (survey("type: text, label: A"), [("no_name", "survey", 2, "name", None)]),
    "a name that is none": (
        survey("type: text, name: my name, label: A"),
        [("bad_name", "survey", 2, "name", None)],
    ),
    "a name that is used twice": (survey(A, A), [("name_twice", "survey", 3, "name", None)]),
    "a question without a label": (
        survey("type: text, name: a"),
        [("no_label", "survey", 2, "label", None)],
    ),
    "a label that is too long": (
        survey(f"type: note, name: a, label: '{'x' * 4_097}'"),
        [("label_long", "survey", 2, "label", 4_097)],
    ),
    "a calculate row without a calculation": (
        survey("type: calculate, name: a"),
        [("no_calculation", "survey", 2, "calculation", None)],
    ),
    "a group that is never ended": (survey(GROUP, A), [("not_ended", "survey", 2, "type", None)]),
    "an end without a beginning": (survey(A, END), [("not_begun", "survey", 3, "type", None)]),
    "the wrong end": (
        survey("type: begin repeat, name: r, label: R", A, END, "type: end repeat"),
        [("wrong_end", "survey", 4, "type", None)],
    ),
    "an empty group": (survey(A, GROUP, END), [("empty_group", "survey", 3, "type", None)]),
    "a choice question without a list": (
        survey("type: select_one, name: a, label: A"),
        [("no_list", "survey", 2, "type", None)],
    ),
    "a list that does not exist": (
        survey("type: select_one yes_on, name: a, label: A"),
        [("unknown_list", "survey", 2, "type", None)],
    ),
    "a theme that does not exist": (survey(f"{A}, theme: ESK"), [("theme", "survey", 2, "theme", None)]),
    "a polarity that is none": (
        survey(f"{A}, polarity: '2'"),
        [("polarity", "survey", 2, "polarity", None)],
    ),
    "parameters that are none": (
        survey("type: range, name: a, label: A, parameters: 1 to 5"),
        [("parameters", "survey", 2, "parameters", None)],
    ),
    "a parameter that is no number": (
        survey("type: range, name: a, label: A, parameters: start=one end=5"),
        [("parameters", "survey", 2, "parameters", None)],
    ),
    "a range that goes down": (
        survey("type: range, name: a, label: A, parameters: start=5 end=1"),
        [("range", "survey", 2, "parameters", None)],
    ),
    "an attribution that is none": (
        survey(A) + "settings: [{attribution: secret}]\n",
        [("attribution", "settings", 2, "attribution", None)],
    ),
    "a breakdown that is no question": (
        survey(A) + "settings: [{breakdown: b}]\n",
        [("breakdown", "settings", 2, "breakdown", None)],
    ),
    "a breakdown that is no choice": (
        survey(A) + "settings: [{breakdown: a}]\n",
        [("breakdown", "settings", 2, "breakdown", None)],
    ),
    "minutes that are none": (
        survey(A) + "settings: [{estimated_minutes: a few}]\n",
        [("whole_number", "settings", 2, "estimated_minutes", None)],
    ),
    "a kind of evidence that is none": (
        survey(A) + "settings: [{source_type: gossip}]\n",
        [("source_type", "settings", 2, "source_type", None)],
    ),
    "a language without a review that is none of the form": (
        survey(A) + "settings: [{unreviewed: en cy}]\n",
        [("unreviewed", "settings", 2, "unreviewed", None)],
    ),
}

RULES: dict[str, tuple[str, list[Told]]] = {
    "an unknown question in relevant": (
        survey(f"{A}, relevant: '1 = 1 and ${{b}} = 1'"),
        [("expression", "survey", 2, "relevant", 11)],
    ),
    "two equals signs in a constraint": (
        survey(f"{A}, constraint: '. == 1'"),
        [("expression", "survey", 2, "constraint", 3)],
    ),
    "an open bracket in a calculation": (
        survey(A, "type: calculate, name: b, calculation: 'concat(${a}'"),
        [("expression", "survey", 3, "calculation", 7)],
    ),
    "AND in required": (
        survey(f"{A}, required: '1 = 1 AND 2 = 2'"),
        [("expression", "survey", 2, "required", 7)],
    ),
    "an unknown function in a default": (
        survey(f"{A}, default: 'todya()'"),
        [("expression", "survey", 2, "default", 1)],
    ),
    "an unknown question in repeat_count": (
        survey("type: begin repeat, name: r, label: R, repeat_count: '${n}'", A, "type: end repeat"),
        [("expression", "survey", 2, "repeat_count", 1)],
    ),
    "the wrong number of arguments in a choice filter": (
        survey("type: select_one yes_no, name: a, label: A, choice_filter: 'selected(name)'"),
        [("expression", "survey", 2, "choice_filter", 1)],
    ),
    "an unknown question in a label": (
        survey("type: text, name: a, label: 'Dear ${b}'"),
        [("expression", "survey", 2, "label", 6)],
    ),
    "an unknown question in a message": (
        survey(f"{A}, constraint: '. = 1', constraint_message: 'Not ${{b}}'"),
        [("expression", "survey", 2, "constraint_message", 5)],
    ),
    "an unknown question in the label of a choice": (
        survey(A, "type: select_one where, name: w, label: W")
        + "  - {list_name: where, name: x, label: 'On ${b}'}\n",
        [("expression", "choices", 4, "label", 4)],
    ),
    "an unknown question in the relevance of a group": (
        survey("type: begin group, name: g, label: G, relevant: '${b} = 1'", A, END),
        [("expression", "survey", 2, "relevant", 1)],
    ),
    "a circle": (
        survey("type: calculate, name: a, calculation: '${b}'", "type: calculate, name: b, calculation: '${a}'"),
        [("expression", "survey", 2, "calculation", 1)],
    ),
    "a choice that does not exist": (
        survey(
            "type: select_one yes_no, name: a, label: A", "type: text, name: b, label: B, relevant: \"${a} = 'yess'\""
        ),
        [("no_such_choice", "survey", 3, "relevant", 8)],
    ),
    "a choice that does not exist in selected()": (
        survey("type: select_multiple yes_no, name: a, label: A, constraint: \"not(selected(., 'unsure'))\""),
        [("no_such_choice", "survey", 2, "constraint", 17)],
    ),
}  # fmt: skip

PROMISES: dict[str, tuple[str, list[Told]]] = {
    "a missing translation": (
        SPOKEN.format("text") + '  - {type: text, name: b, "label::English (en)": B}\n',
        [("translation", "survey", 3, "label::Cymraeg (cy)", None)],
    ),
    "a missing translation of a choice": (
        SPOKEN.format("select_one l") + 'choices:\n  - {list_name: l, name: x, "label::Cymraeg (cy)": X}\n',
        [("translation", "choices", 2, "label::English (en)", None)],
    ),
    "an anonymous form without a signpost": (
        ANONYMOUS + CONSENT + CHOICES,
        [("no_signpost", "survey", None, "", None)],
    ),
    "an anonymous form without consent": (
        ANONYMOUS + SIGNPOST + f"  - {{{A}}}\n",
        [("no_consent", "survey", None, "", None)],
    ),
    "consent that comes late": (
        ANONYMOUS + SIGNPOST + f"  - {{{A}}}\n" + CONSENT + CHOICES,
        [("consent_late", "survey", 4, "appearance", None)],
    ),
    "consent without a yes": (
        ANONYMOUS + SIGNPOST + CONSENT + CHOICES.replace('name: "yes"', "name: aye"),
        [("consent_yes", "survey", 3, "type", None)],
    ),
    "consent that is a text": (
        ANONYMOUS + SIGNPOST + "  - {type: text, name: consent, label: Yes?, appearance: consent}\n",
        [("consent_yes", "survey", 3, "type", None)],
    ),
    "a way past the lead without a yes": (
        ANONYMOUS + SIGNPOST + CONSENT + "  - {type: text, name: lead, label: L, appearance: past-lead}\n" + CHOICES,
        [("past_lead_yes", "survey", 4, "type", None)],
    ),
    "words that may be quoted, asked of nothing that was written": (
        ANONYMOUS + SIGNPOST + CONSENT + MAY_QUOTE + CHOICES,
        [("quotable", "survey", 4, "appearance", None)],
    ),
    "words that may be quoted, asked though nothing was written": (
        ANONYMOUS + SIGNPOST + CONSENT + STORY + MAY_QUOTE + CHOICES,
        [("quotable", "survey", 5, "appearance", None)],
    ),
    "words that may be quoted, asked so that nobody can pass": (
        ANONYMOUS + SIGNPOST + CONSENT + STORY
        + MAY_QUOTE.replace("}", """, required: "yes", relevant: "${story} != ''"}""") + CHOICES,
        [("quotable", "survey", 5, "appearance", None)],
    ),
    "how somebody by name may be quoted, asked without a name": (
        ANONYMOUS + SIGNPOST + CONSENT + MAY_QUOTE.replace("quotable", "quote-as") + CHOICES,
        [("quote_as", "survey", 4, "appearance", None)],
    ),
    "metadata in an anonymous form": (
        ANONYMOUS + SIGNPOST + CONSENT + "  - {type: start, name: began}\n" + CHOICES,
        [("metadata", "survey", 4, "type", None)],
    ),
    "a precise date in an anonymous form": (
        ANONYMOUS + SIGNPOST + CONSENT + "  - {type: date, name: d, label: When?}\n" + CHOICES,
        [("identifying", "survey", 4, "type", None)],
    ),
    "a telephone number in an anonymous form": (
        ANONYMOUS + SIGNPOST + CONSENT + "  - {type: text, name: t, label: Your phone number?}\n" + CHOICES,
        [("identifying", "survey", 4, "label", None)],
    ),
    "what only other tools refuse": (
        survey("type: begin group, name: g, label: G", A, END, "type: begin group, name: h, label: H", A, END,
               "type: text, name: c, label: 'Dear ${a}'"),
        [("pyxform", "survey", 8, "", None)],
    ),
}  # fmt: skip

EVERYTHING = {**SHEETS, **ROWS, **RULES, **PROMISES}


@pytest.mark.parametrize("what", EVERYTHING)
def test_a_problem_is_told_with_its_place(what: str) -> None:
    content, expected = EVERYTHING[what]
    found = told(content)
    assert expected[0] in found
    errors = [problem for problem in check(content.encode(), "form.yaml") if problem.is_error]
    assert len(errors) <= 1, errors


@pytest.mark.parametrize("what", EVERYTHING)
def test_a_problem_is_a_sentence(what: str) -> None:
    for problem in check(EVERYTHING[what][0].encode(), "form.yaml"):
        assert re.match(r"[A-Z“]|[\w-]+\(\) |estimated_minutes", problem.message)
        assert problem.message.rstrip("”)")[-1] in ".:?" or problem.kind == "pyxform"
        assert "\n" not in problem.message


def test_a_column_that_is_there_twice_is_told() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "survey"
    for row in (("type", "name", "label", "label"), ("text", "a", "A", "B")):
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    [problem] = check(content.getvalue(), "form.xlsx")
    assert (problem.kind, problem.place.row, problem.place.column) == ("column_twice", 1, "label")


def test_two_names_for_one_column_are_told() -> None:
    assert told(survey(f"{A}, relevant: 1 = 1", "type: text, name: b, label: B, relevance: 1 = 1")) == [
        ("column_twice", "survey", 1, "relevance", None)
    ]


def test_every_kind_of_problem_is_tried() -> None:
    sources = Path(dialogues.__file__).parent
    kinds: set[str] = set()
    for name in ("xlsform.py", "checker.py", "sheets.py"):
        source = (sources / name).read_text("utf-8")
        kinds.update(re.findall(r'(?:_say|Problem|_warning)\(\s*"([a-z_]+)"', source))
        kinds.update(
            re.findall(r'_whole\((?:[^()]|\([^()]*\))*?"([a-z_]+)"(?:, Place\([^()]*\))?\s*\)', source)
        )
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert len(kinds) > 40
    assert [kind for kind in sorted(kinds) if f'"{kind}"' not in tests] == []


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (survey(f"{A}, relevnt: 1 = 1"), "Did you mean “relevant”?"),
        (survey("type: txt, name: a, label: A"), "Did you mean “text”?"),
        (survey("type: select_one yes_on, name: a, label: A"), "Did you mean “yes_no”?"),
        (survey("type: select_one nope, name: a, label: A"), "Add its choices to the sheet “choices”."),
        (survey(f"{A}, theme: ESK"), "Did you mean ESC?"),
        (
            survey("type: text, name: agee, label: A", f"{A}, relevant: '${{age}} = 1'"),
            "Did you mean “agee”?",
        ),
        (survey(A) + "setings: [{form_id: x}]\n", "Did you mean “settings”?"),
        (EVERYTHING["a choice that does not exist"][0], "Did you mean “yes”?"),
        (EVERYTHING["a choice that does not exist in selected()"][0], "Its choices are yes, no."),
        (EVERYTHING["the wrong end"][0], "the repeat “r” (row 2) is still open"),
        (EVERYTHING["a circle"][0], "“a” → “b” → “a”"),
    ],
)
def test_a_problem_says_what_to_do(content: str, hint: str) -> None:
    assert any(hint in problem.message for problem in check(content.encode(), "form.yaml"))


def test_every_problem_is_told_at_once_in_the_order_of_the_form() -> None:
    content = """
settings: [{attribution: anonymous, breakdown: nobody, form_titel: T}]
survey:
  - {type: txt, name: a, label: A}
  - {type: text, name: my name, label: B, relevant: "${x} = 1"}
  - {type: select_one nope, name: c, label: C, theme: XXX}
  - {type: date, name: d, label: D, constraint: ". == 1", relevnt: "1 = 1"}
  - {type: begin group, name: g, label: G}
  - {type: text, name: e, label: "Dear ${a}", default: "f("}
choices:
  - {list_name: l, name: a b, label: X}
  - {list_name: l, label: X}
"""
    kinds = [problem.kind for problem in check(content.encode(), "form.yaml")]
    assert kinds == [
        "setting_name", "breakdown", "no_signpost", "no_consent", "column_name", "type", "bad_name",
        "expression", "theme", "unknown_list", "expression", "identifying", "not_ended", "expression",
        "choice_space", "choice_no_name",
    ]  # fmt: skip


def test_a_broken_row_does_not_make_others_look_broken() -> None:
    content = survey(
        "type: txt, name: a, label: A", "type: text, name: b, label: B, relevant: \"${a} = 'x'\""
    )
    assert [problem.kind for problem in check(content.encode(), "form.yaml")] == ["type"]


def test_warnings_do_not_keep_a_form_from_being_used() -> None:
    warnings = {
        "a choice without a label",
        "a choice too long for a button",
        "a type that is left out",
        "a missing translation",
        "a missing translation of a choice",
        "an anonymous form without consent",
        "what only other tools refuse",
    }
    for what, (content, _) in EVERYTHING.items():
        severities = {problem.severity for problem in check(content.encode(), "form.yaml")}
        assert (severities == {Severity.WARNING}) == (what in warnings), what


def test_a_form_for_contact_details_may_ask_for_them() -> None:
    content = (
        ANONYMOUS
        + SIGNPOST
        + CONSENT
        + "  - {type: text, name: t, label: Your phone?, appearance: contact}\n"
    )
    assert told(content + CHOICES) == []


@pytest.mark.parametrize("name", library.names())
def test_a_shipped_form_has_no_problem_at_all(name: str) -> None:
    path = library.path_of(name)
    assert check(path.read_bytes(), path.name) == ()


# textstat counts syllables with a dictionary that it would download; these two count letters and work offline.


@pytest.mark.parametrize("name", library.names())
def test_a_shipped_form_can_be_read_at_the_age_of_twelve_and_an_auditors_at_sixteen(name: str) -> None:
    form = library.shipped(name)
    limit = READING_AGE.get(form.audience, OTHER_AGE)
    texts = [
        text.to("en").replace("•", "").strip()
        for question in form.questions.values()
        for text in (question.label, question.hint)
        if text
    ]
    whole = "\n".join(texts)
    assert textstat.automated_readability_index(whole) + 5 <= limit
    assert textstat.coleman_liau_index(whole) + 5 <= limit


@pytest.mark.parametrize("name", library.names())
def test_a_shipped_form_for_staff_speaks_english_and_welsh_and_one_for_auditors_english(name: str) -> None:
    form = library.shipped(name)
    spoken = {language.code for language in form.languages}
    assert spoken >= ({"en", "cy"} if form.attribution is Attribution.ANONYMOUS else {"en"})


THEMES = {"ESC", "SUP", "CUL", "LEAD", "MAW", "CAP", "COM", "CARE", "TRN", "LRN", "ASR"}


def test_each_theme_has_statements_for_and_against_it_that_need_no_kind_of_harm() -> None:
    form = library.shipped("staff-culture")
    by_harm = {"restraint", "neglect", "agencies", "money", "daily_life", "harm"}
    found = {
        (question.theme, question.polarity)
        for node in form.children
        if isinstance(node, Group) and node.name not in by_harm
        for question in node.children
        if isinstance(question, Question) and question.choices in {"agree5", "often5"}
    }
    assert found >= {(theme, polarity) for theme in THEMES for polarity in (1, -1)}


def test_problems_have_values_that_other_programs_read() -> None:
    [problem] = check(survey("type: txt, name: a, label: A").encode(), "form.yaml")
    assert problem == Problem("type", problem.message, problem.place, Severity.ERROR, None)
    assert (problem.place.line, str(problem.severity)) == (2, "error")
