"""Two versions of a form: what stays comparable, what changed and how, what is new or gone."""

from __future__ import annotations

import pytest

from dialogues.comparison import Comparison, compare
from dialogues.library import shipped
from tests.dialogues.playing import form_of

OLD = """
settings: {form_id: staff, version: "1"}
survey:
  - {type: select_one yes_no, name: had, "label::English (en)": "Any supervision?", equivalence: s.had}
  - {type: begin group, name: more, relevant: "${had} = 'yes'"}
  - {type: select_one agree, name: helps, "label::English (en)": "It helps me.",
     "hint::English (en)": "Say how far.", theme: SUP, construct: useful, polarity: "1", equivalence: s.helps}
  - {type: range, name: months, "label::English (en)": "How many months?", parameters: "start=0 end=12",
     constraint: ". > 0", equivalence: s.months}
  - {type: end group}
  - {type: text, name: why, "label::English (en)": "What happened?"}
choices:
  - {list_name: yes_no, name: "yes", "label::English (en)": "Yes"}
  - {list_name: yes_no, name: "no", "label::English (en)": "No"}
  - {list_name: agree, name: low, "label::English (en)": "Disagree", score: "1"}
  - {list_name: agree, name: high, "label::English (en)": "Agree", score: "2"}
"""


def compared(*edits: tuple[str, str]) -> Comparison:
    """The old form against itself with some of its text replaced."""
    text = OLD.replace('version: "1"', 'version: "2"')
    for before, after in edits:
        assert before in text
        text = text.replace(before, after)
    return compare(form_of(OLD), form_of(text))


def names(found: Comparison) -> dict[str, list[str]]:
    lists = {"comparable": found.comparable, "changed": found.changed, "unmarked": found.unmarked}
    lists |= {"added": found.added, "gone": found.gone}
    return {what: [item.new or item.old for item in items] for what, items in lists.items() if items}


def test_a_form_is_comparable_with_itself_but_for_what_nobody_marked() -> None:
    found = compare(form_of(OLD), form_of(OLD))
    assert names(found) == {"comparable": ["had", "helps", "months"], "unmarked": ["why"]}
    assert found.remarks == ("The two forms are the same.",)


@pytest.mark.parametrize(
    ("before", "after", "item", "what", "sentence"),
    [
        (
            "It helps me.",
            "It helps us.",
            "helps",
            "label",
            "the label in English was “It helps me.”; now “It helps us.”",
        ),
        ("Say how far.", "", "helps", "hint", "the hint in English is gone; it was “Say how far.”"),
        ('polarity: "1"', 'polarity: "-1"', "helps", "polarity", "the polarity was “+1”; now “-1”"),
        ("theme: SUP", "theme: CUL", "helps", "theme", "the theme was “SUP”; now “CUL”"),
        (
            "construct: useful",
            "construct: used",
            "helps",
            "construct",
            "the construct was “useful”; now “used”",
        ),
        (
            "equivalence: s.helps",
            "equivalence: s.helps2",
            "helps",
            "equivalence",
            "the equivalence was “s.helps”; now “s.helps2”",
        ),
        ('score: "2"', 'score: "3"', "helps", "scale", "the score of “Agree” was “2”; now “3”"),
        ('"Disagree"', '"No"', "helps", "options", "the option “low” in English was “Disagree”; now “No”"),
        (
            "start=0 end=12",
            "start=0 end=24",
            "months",
            "scale",
            "its range was “end=12 start=0”; now “end=24 start=0”",
        ),
        (". > 0", ". > 1", "months", "constraint", "what it accepts was “. > 0”; now “. > 1”"),
        ("type: text", "type: integer", "why", "type", "the type was “text”; now “integer”"),
        (
            "name: why,",
            'name: why, required: "yes",',
            "why",
            "required",
            "it was not required; now it is required",
        ),
        ("name: why,", "name: why, default: x,", "why", "default", "its suggested answer is new: “x”"),
        (
            "name: why,",
            "name: why, relevant: \"${had} = 'yes'\",",
            "why",
            "relevance",
            "it was asked always; now if “Any supervision?” is “Yes”",
        ),
    ],
)
def test_a_change_is_named_and_ends_comparability(
    before: str, after: str, item: str, what: str, sentence: str
) -> None:
    found = compared((before, after))
    [changed] = found.changed
    assert changed.new == item
    assert [(change.what, change.sentence) for change in changed.changes] == [(what, sentence)]
    assert item not in names(found).get("comparable", [])


def test_a_condition_of_the_group_around_counts_as_well() -> None:
    found = compared(("relevant: \"${had} = 'yes'\"", "relevant: \"${had} = 'no'\""))
    assert names(found) == {"comparable": ["had"], "changed": ["helps", "months"], "unmarked": ["why"]}
    assert found.changed[0].changes[0].after == "if “Any supervision?” is “No”"


def test_a_condition_that_is_only_typed_differently_is_the_same() -> None:
    found = compared(("relevant: \"${had} = 'yes'\"", "relevant: '( ${had}=\"yes\" )'"))
    assert names(found)["comparable"] == ["had", "helps", "months"]


def test_an_option_that_is_new_gone_or_moved_ends_comparability() -> None:
    added = compared(
        (
            'score: "2"}',
            'score: "2"}\n  - {list_name: agree, name: dont_know, "label::English (en)": "I don\'t know"}',
        )
    )
    assert [change.sentence for change in added.changed[0].changes] == ["the option “I don't know” is new"]
    line = '  - {list_name: agree, name: low, "label::English (en)": "Disagree", score: "1"}\n'
    gone = compared((line, ""))
    assert [change.sentence for change in gone.changed[0].changes] == ["the option “Disagree” is gone"]
    moved = compared((line, ""), ('score: "2"}\n', f'score: "2"}}\n{line}'))
    assert [change.sentence for change in moved.changed[0].changes] == ["the options stand in another order"]


def test_a_translation_that_is_added_keeps_comparability_and_is_said() -> None:
    found = compared(
        (
            '"label::English (en)": "It helps me."',
            '"label::English (en)": "It helps me.", "label::Cymraeg (cy)": "Mae\'n helpu."',
        ),
        ('"Agree"', '"Agree", "label::Cymraeg (cy)": "Cytuno"'),
    )
    assert found.remarks == ("New language: Cymraeg.",)
    helps = next(item for item in found.comparable if item.new == "helps")
    assert helps.remarks == ("translated into Cymraeg",)


def test_a_translation_that_is_taken_away_ends_comparability() -> None:
    translated = form_of(
        OLD.replace('"It helps me."', '"It helps me.", "label::Cymraeg (cy)": "Mae\'n helpu."')
    )
    found = compare(translated, form_of(OLD))
    assert [change.sentence for change in found.changed[0].changes] == [
        "the label in Cymraeg is gone; it was “Mae'n helpu.”"
    ]
    assert "No longer there: Cymraeg." in found.remarks


def test_an_item_is_known_by_its_equivalence_also_under_another_name() -> None:
    found = compared(("name: helps", "name: supervision_helps"))
    helps = next(item for item in found.comparable if item.equivalence == "s.helps")
    assert (helps.old, helps.new, helps.remarks) == (
        "helps",
        "supervision_helps",
        ("it was called “helps” before",),
    )


def test_items_are_new_or_gone() -> None:
    found = compared(
        (
            '  - {type: text, name: why, "label::English (en)": "What happened?"}\n',
            '  - {type: text, name: hope, "label::English (en)": "What next?"}\n',
        )
    )
    assert names(found)["added"] == ["hope"]
    assert names(found)["gone"] == ["why"]


def test_a_name_that_now_means_something_else_is_no_partner() -> None:
    """The name `had` went to another item, and the old item got another name."""
    found = compared(
        ("name: had, ", "name: had_any, "),
        ("${had}", "${had_any}"),
        (
            '  - {type: text, name: why, "label::English (en)": "What happened?"}',
            '  - {type: text, name: had, "label::English (en)": "What had you?", equivalence: s.other}',
        ),
    )
    assert names(found)["added"] == ["had"]
    assert next(item for item in found.comparable if item.equivalence == "s.had").new == "had_any"


def test_a_changed_form_of_the_same_version_and_other_turns_are_remarked() -> None:
    other = OLD.replace("What happened?", "What came of it?")
    assert compare(form_of(OLD), form_of(other)).remarks == (
        "Both say that they are version “1”: a changed form needs a new version.",
    )
    found = compare(shipped("staff-culture"), shipped("concern"))
    assert found.remarks[0] == "These are two forms: “staff-culture” and “concern”."
    assert not found.comparable
    anonymous = form_of(OLD.replace('version: "1"', 'version: "1", attribution: anonymous, breakdown: had'))
    assert "The old form is named, the new one anonymous." in compare(form_of(OLD), anonymous).remarks


def test_every_item_is_in_exactly_one_list() -> None:
    form = shipped("staff-culture")
    found = compare(form, form)
    asked = [question for question in form.questions.values() if question.kind.is_asked]
    assert len(found.comparable) + len(found.unmarked) == len(asked)
