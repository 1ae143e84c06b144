"""Lists of choices from outside: an interview is given them when it begins, and keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dialogues import engine, interview, writing
from dialogues.form import Choice, Text
from dialogues.moves import Skip, Submit
from dialogues.prompts import AskAgain
from dialogues.samples import examples
from dialogues.xlsform import read
from tests.dialogues.playing import Conversation, form_of

SOURCE = """
settings:
  - {form_id: pick, attribution: named}
survey:
  - {type: select_one themes, name: theme, label: "Which theme?"}
  - type: select_multiple_from_file evidence.csv
    name: evidence
    label: "What shows it?"
    required: "yes"
    choice_filter: "selected(themes, ${theme})"
  - {type: select_one_from_file actions.csv, name: action, label: "Which action?"}
  - {type: note, name: said, label: "You chose ${chosen}."}
  - {type: calculate, name: chosen, calculation: "jr:choice-name(${action}, '${action}')"}
choices:
  - {list_name: themes, name: SUP, label: Supervision}
  - {list_name: themes, name: ESC, label: Escalation}
"""
LISTS = {
    "evidence": (
        Choice(
            "case.1", Text({"en": "Interview · nurse"}), None, {"themes": "SUP ESC", "group": "Interviews"}
        ),
        Choice("case.2", Text({"en": "Record ${x}"}), None, {"themes": "SUP", "group": "Records"}),
    ),
    "actions": (Choice("a7", Text({"en": "A7 Weekly supervision"})),),
}


def begun(lists: Mapping[str, Sequence[Choice]] = LISTS) -> Conversation:
    return Conversation(form_of(SOURCE), lists=lists).begin()


def test_an_interview_offers_what_it_was_given_and_keeps_it_when_it_is_stored() -> None:
    talk = begun()
    talk.say("SUP")
    talk.interview = interview.decode(interview.encode(talk.interview))
    assert [(each.value, each.label, each.group) for each in talk.ask.options] == [
        ("case.1", "Interview · nurse", "Interviews"),
        ("case.2", "Record ${x}", "Records"),
    ]
    talk.say(("case.2",), "a7 weekly supervision")
    talk.do(Submit())
    assert engine.response(talk.form, talk.interview) == {
        "theme": "SUP",
        "evidence": ["case.2"],
        "action": "a7",
        "chosen": "A7 Weekly supervision",
    }


def test_a_filter_sees_the_columns_of_a_list_from_outside() -> None:
    talk = begun()
    talk.say("ESC")
    assert talk.options == ["case.1"]


def test_what_was_not_offered_is_no_answer() -> None:
    talk = begun()
    talk.say("ESC", ("case.2",))
    assert isinstance(talk.prompts[0], AskAgain)
    assert talk.question == "evidence"


def test_a_question_with_nothing_to_choose_can_be_skipped_even_when_it_is_required() -> None:
    talk = begun({})
    talk.say("SUP")
    assert not talk.ask.required
    talk.do(Skip())
    assert talk.question == "action"


def test_what_is_known_of_a_list_from_outside_is_taken_when_it_is_offered() -> None:
    form = form_of(SOURCE.replace("name: action,", "name: action, appearance: action,"))
    invited = engine.invite(form, lists=LISTS, known={"action": "a7"})
    assert invited.known == {"action": "a7"}
    assert engine.invite(form, lists=LISTS, known={"action": "a8"}).known == {}


def test_a_form_with_lists_from_outside_is_written_as_it_was_read() -> None:
    form = form_of(SOURCE)
    assert form.external == ("actions", "evidence")
    assert form_of(writing.as_yaml(form).decode()) == form


def test_whoever_tries_a_form_gets_made_up_choices_that_its_filters_let_through() -> None:
    talk = begun(examples(form_of(SOURCE)))
    talk.say("ESC")
    assert len(talk.options) == 3


def test_an_anonymous_form_has_no_choices_from_outside() -> None:
    reading = read(SOURCE.replace("named", "anonymous").encode(), "pick.yaml")
    assert "external_anonymous" in {problem.kind for problem in reading.problems}


def test_a_list_is_in_the_form_or_comes_from_outside() -> None:
    reading = read(SOURCE.replace("actions.csv", "themes.csv").encode(), "pick.yaml")
    assert "list_twice" in {problem.kind for problem in reading.problems}
