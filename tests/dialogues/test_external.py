"""Lists of choices from outside: an interview is given them when it begins, and keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from dialogues import engine, interview, writing
from dialogues.checker import check
from dialogues.comparison import compare
from dialogues.form import Choice, Text
from dialogues.moves import Leaf, Mark, Skip, Submit, Withdraw
from dialogues.prompts import Ask, AskAgain, Stale
from dialogues.samples import examples
from dialogues.xlsform import read
from tests.dialogues.playing import NOW, Conversation, form_of

SAVED = Path(__file__).with_name("saved")
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


def test_a_form_with_lists_from_outside_has_no_problem_even_for_other_tools() -> None:
    assert check(SOURCE.encode(), "pick.yaml") == ()


@pytest.mark.parametrize(
    "named", ["", " actions", " actions.xml", " our actions.csv", " actions.csv or_other"]
)
def test_a_list_from_outside_is_named_like_one_file(named: str) -> None:
    (problem,) = (
        each for each in check(SOURCE.replace(" actions.csv", named).encode(), "pick.yaml") if each.is_error
    )
    place = problem.place
    assert (problem.kind, place.sheet, place.row, place.column) == ("no_list", "survey", 4, "type")


def test_a_lookup_sees_a_list_from_outside_and_says_when_there_is_none() -> None:
    look = SOURCE.replace(
        "jr:choice-name(${action}, '${action}')", "instance('actions')/root/item[name = ${action}]/due"
    )
    lists = LISTS | {"actions": (Choice("a7", columns={"due": "May"}),)}
    talk = Conversation(form_of(look), lists=lists).begin()
    talk.say("SUP", "1", "a7")
    assert talk.response["chosen"] == "May"
    (problem,) = check(look.replace("instance('actions')", "instance('action')").encode(), "pick.yaml")
    assert (problem.kind, problem.place.column) == ("expression", "calculation")


def test_what_is_in_no_list_counts_for_nothing_and_is_asked_again_at_the_end() -> None:
    talk = begun()
    talk.say("SUP", "1", "1")
    answers = talk.interview.answers | {"evidence": "case.9", "action": "a9"}
    strange = replace(talk.interview, answers=answers)
    asked = engine.advance(talk.form, strange, Submit(), now=NOW).prompts[-1]
    assert isinstance(asked, Ask)
    assert asked.question == "evidence"
    assert engine.response(talk.form, strange) == {"theme": "SUP"}


def test_the_lists_go_with_the_answers_when_somebody_stops() -> None:
    talk = begun()
    talk.do(Withdraw(sure=True))
    assert talk.interview.lists == {}


@pytest.mark.parametrize("names", [("a b",), ("",)])
def test_names_that_an_answer_could_not_tell_apart_are_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="“actions”"):
        engine.invite(form_of(SOURCE), lists={"actions": [Choice(name) for name in names]})


def test_what_stands_in_a_list_twice_is_offered_once() -> None:
    talk = begun({"actions": [Choice("a7"), Choice("a8"), Choice("a7")]})
    talk.do(Skip())
    talk.do(Skip())
    assert talk.options == ["a7", "a8"]


def test_looking_through_the_choices_changes_nothing() -> None:
    talk = begun()
    talk.say("SUP")
    talk.do(Mark("case.2"))
    before = talk.interview
    assert talk.do(Leaf(1)).interview is before
    assert talk.ask.current == "case.2"
    assert isinstance(talk.do(Leaf(1, turn=before.turn - 1)).prompts[0], Stale)


def test_a_list_that_moves_out_of_the_form_is_a_change() -> None:
    before = SOURCE.replace("select_one_from_file actions.csv", "select_one actions")
    before += "  - {list_name: actions, name: a7, label: A7}\n"
    (item,) = compare(form_of(before), form_of(SOURCE)).changed
    assert "the list from outside is new: “actions”" in [change.sentence for change in item.changes]


def test_an_interview_that_was_saved_still_has_its_lists() -> None:
    saved = interview.decode((SAVED / "lists.interview").read_bytes())
    form = form_of(SOURCE)
    assert saved.form == form.digest
    assert saved.lists == LISTS
    assert [(item.question, item.answer) for item in engine.history(form, saved)] == [
        ("theme", "Supervision"),
        ("evidence", "Record ${x}"),
    ]


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
