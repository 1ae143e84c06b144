"""What expressions mean: as in XPath 1.0 and the ODK functions, as JavaRosa plays them."""

from __future__ import annotations

import math
from typing import Any

import pytest
import yaml

from dialogues.engine import invite
from dialogues.form import Form
from dialogues.moves import Skip
from dialogues.scene import Scene
from dialogues.script import Script, script_of
from dialogues.values import to_text
from dialogues.xlsform import read
from tests.dialogues.playing import NOW, Conversation, form_of

Rows = list[dict[str, str]]

GIVEN: Rows = [
    {"type": "integer", "name": "none", "label": "none"},
    {"type": "text", "name": "blank", "label": "blank"},
    {"type": "integer", "name": "five", "label": "five", "default": "5"},
    {"type": "decimal", "name": "half", "label": "half", "default": "2.50"},
    {"type": "text", "name": "hello", "label": "hello", "default": "hello"},
    {"type": "text", "name": "gone", "label": "gone", "default": "gone", "relevant": "false()"},
    {"type": "date", "name": "day", "label": "day", "default": "2026-05-04"},
    {"type": "select_one abc", "name": "one", "label": "one", "default": "b"},
    {"type": "select_multiple abc", "name": "many", "label": "many", "default": "a c"},
    {"type": "calculate", "name": "yes", "calculation": "1 = 1"},
    {"type": "calculate", "name": "no", "calculation": "1 = 2"},
    {"type": "calculate", "name": "also_no", "calculation": "${no}"},
    {"type": "begin repeat", "name": "visits", "label": "visits", "repeat_count": "3"},
    {"type": "integer", "name": "length", "label": "length", "default": "position(..) * 10"},
    {"type": "text", "name": "who", "label": "who", "default": "if(position(..) = 2, '', 'x')"},
    {"type": "calculate", "name": "double", "calculation": "${length} * 2"},
    {"type": "end repeat"},
]
CHOICES: Rows = [
    {"list_name": "abc", "name": name, "label": name.upper(), "size": size}
    for name, size in (("a", "1"), ("b", "2"), ("c", "3"))
]


def form_with(*rows: dict[str, str]) -> Form:
    sheets = {"survey": [*GIVEN, *rows], "choices": CHOICES}
    reading = read(yaml.safe_dump(sheets).encode(), "test.yaml")
    assert reading.form is not None, reading.problems
    return reading.form


def worth(expression: str) -> str:
    """What a calculation comes out as."""
    form = form_with({"type": "calculate", "name": "result", "calculation": expression})
    script = Script(form)
    assert not script.faults, script.faults
    scene = Scene(script, invite(form, seed="seed"), NOW)
    scene.set_defaults()
    return scene.values.get("result", "")


def mistake(expression: str, column: str = "calculation") -> tuple[int, str]:
    """The character and sentence of the one mistake in an expression."""
    row = {"type": "text", "name": "result", "label": "result", column: expression}
    faults = Script(form_with(row)).faults
    assert [fault.column for fault in faults] == [column]
    assert faults[0].path == "result"
    return faults[0].character, faults[0].message


OPERATORS = {
    "1 + 2": "3",
    "5 - 7": "-2",
    "2 * 2.5": "5",
    "5 div 2": "2.5",
    "7 mod -3": "1",
    "-7 mod 3": "-1",
    "1 div 0": "Infinity",
    "-1 div 0": "-Infinity",
    "0 div 0": "",
    "2 + 3 * 4 - 1": "13",
    "-${five}": "-5",
    "true() + 1": "2",
    "1 = 1": "true",
    "1 != 1": "false",
    "1 = '1'": "true",
    "'1' = '1.0'": "false",
    "${five} = '5.0'": "true",
    "${half} = 2.5": "true",
    "2 < 10": "true",
    "'10' > '9'": "true",
    "'a' < 'b'": "false",
    "2 <= 2 and 2 >= 2": "true",
    "1 = 1 or 1 = 2": "true",
    "0 or 1 and 0": "false",
    "true() = 'x'": "true",
    "0.1 + 0.2": "0.30000000000000004",
    "1 div 3 * 0.0001": "0.000033333333333333335",
    "1000000 * 1000000": "1000000000000",
}

NOTHING = {
    "'' + 1": "",
    "${none} + 1": "",
    "string(${none} + 1)": "NaN",
    "${none} = ''": "true",
    "${none} = 0": "false",
    "${none} != 0": "true",
    "${none} < 1": "false",
    "not(${none} > 3)": "true",
    "${gone} = ''": "true",
    "concat('[', ${gone}, ']')": "[]",
    "boolean('false')": "true",
    "boolean('')": "false",
    "boolean(' ')": "true",
    "boolean(${blank})": "false",
    "boolean(0)": "false",
    "if('false', 1, 2)": "1",
    "if('', 1, 2)": "2",
    "not('false')": "false",
    "not('')": "true",
    "coalesce(${none} + 1, 'x')": "x",
}

TRUTHS_THAT_WERE_CALCULATED = {
    "if(${no}, 'y', 'n')": "n",
    "if(${yes}, 'y', 'n')": "y",
    "if(${also_no}, 'y', 'n')": "n",
    "${no} = false()": "true",
    "${yes} = 1": "true",
    "${yes} + 1": "2",
    "concat(${no}, ${yes})": "falsetrue",
    "checklist(-1, 0, ${no}, ${also_no})": "true",
}

CHOOSING = {
    "selected(${many}, 'a')": "true",
    "selected(${many}, 'b')": "false",
    "selected(${many}, ' c ')": "true",
    "selected('a b', 'ab')": "false",
    "selected-at(${many}, 0)": "a",
    "selected-at(${many}, 1)": "c",
    "selected-at(${many}, 5)": "",
    "selected-at(${many}, -1)": "",
    "count-selected(${many})": "2",
    "count-selected('')": "0",
    "jr:choice-name(${one}, '${one}')": "B",
    "jr:choice-name('zz', '${one}')": "",
    "instance('abc')/root/item[name = ${one}]/size": "2",
    "instance('abc')/root/item[size = 3]/label": "C",
    "instance('abc')/root/item[2]/name": "b",
    "instance('abc')/root/item[name = 'q']/label": "",
    "count(instance('abc')/root/item)": "3",
    "count(instance('abc')/root/item[size > 1])": "2",
    "join(',', instance('abc')/root/item/label)": "A,B,C",
    "sum(instance('abc')/root/item/size)": "6",
}

LOGIC = {
    "if(${five} > 3, 'big', 'small')": "big",
    "if(true(), 1, 'x')": "1",
    "coalesce('', 'x')": "x",
    "coalesce(${blank}, ${hello})": "hello",
    "coalesce(${hello}, 'x')": "hello",
    "once('x')": "x",
    "not(1 = 1)": "false",
    "true()": "true",
    "false()": "false",
    "boolean-from-string('TRUE')": "true",
    "boolean-from-string('1')": "true",
    "boolean-from-string('yes')": "false",
    "checklist(1, 2, true(), false(), true())": "true",
    "checklist(-1, 1, true(), true())": "false",
    "checklist(2, -1, true(), true())": "true",
    "weighted-checklist(2, 5, true(), 2, false(), 9)": "true",
    "weighted-checklist(3, 5, true(), 2, false(), 9)": "false",
}

TEXTS = {
    "string(1.0)": "1",
    "string(true())": "true",
    "concat('a', 1, true())": "a1true",
    "concat(${half}, '')": "2.5",
    "join('-', 'a', '', 'b')": "a--b",
    "substr('hello', 1)": "ello",
    "substr('hello', 1, 3)": "el",
    "substr('hello', -3, -1)": "ll",
    "substr('hello', 9)": "",
    "substr('hello', 3, 1)": "",
    "string-length('héé')": "3",
    "string-length(${blank})": "0",
    "contains('abc', 'b')": "true",
    "contains('abc', '')": "true",
    "starts-with('abc', 'ab')": "true",
    "ends-with('abc', 'bc')": "true",
    "substring-before('a-b-c', '-')": "a",
    "substring-before('abc', 'x')": "",
    "substring-before('abc', '')": "",
    "substring-after('a-b-c', '-')": "b-c",
    "substring-after('abc', 'x')": "",
    "substring-after('abc', '')": "abc",
    "translate('abc', 'abc', 'x')": "x",
    "translate('aab', 'aa', 'xy')": "xxb",
    "normalize-space('  a   b ')": "a b",
    "regex('abc', '[a-z]+')": "true",
    "regex('abc', '[a-z]')": "false",
    "regex('', '.*')": "true",
    "regex('abc', ${hello})": "false",
    "regex('abc', concat('(', ''))": "false",
}

NUMBERS = {
    "number(' 12 ')": "12",
    "number('.5')": "0.5",
    "number('1e3')": "",
    "number('x')": "",
    "number(true())": "1",
    "int(2.9)": "2",
    "int(-2.9)": "-2",
    "int('x')": "",
    "int(1 div 0)": "Infinity",
    "round(2.5)": "3",
    "round(-2.5)": "-2",
    "round(1.005, 2)": "1.01",
    "round(-1.005, 2)": "-1",
    "round(1234.5, -2)": "1200",
    "round('x')": "",
    "round(pow(10, 30), 2)": "1000000000000000019884624838656",
    "abs(-3)": "3",
    "pow(2, 10)": "1024",
    "pow(0, -1)": "Infinity",
    "pow(10, 400)": "Infinity",
    "pow(-8, 0.5)": "",
    "min(3, 1, 2)": "1",
    "max(1, '', 3)": "3",
    "min('x', 1)": "1",
    "min('')": "",
    "sum(${none})": "0",
    "sum(${hello})": "0",
    "sum(1 div 0, -1 div 0)": "",
    "count(${none})": "1",
    "count-non-empty(${none})": "0",
    "count-non-empty(${five})": "1",
}

DATES = {
    "today()": "2026-05-04",
    "now()": "2026-05-04T12:00:00.000+00:00",
    "${day} + 1": "20578",
    "date(${day} + 1)": "2026-05-05",
    "${day} = today()": "true",
    "${day} > date('2026-05-03')": "true",
    "${day} >= date('2026-05-04')": "true",
    "${day} = '2026-05-04'": "true",
    "number(${day})": "20577",
    "today() - ${day}": "0",
    "date('x')": "",
    "date(0)": "1970-01-01",
    "date(1.7)": "1970-01-02",
    "date('2026-02-30')": "",
    "date-time('2026-05-04T10:20:30.000')": "2026-05-04T10:20:30.000",
    "date-time(20577.25)": "2026-05-04T06:00:00.000",
    "date(99999999999)": "",
    "format-date(${day}, '%d/%m/%Y %n %e %b %a %y %%')": "04/05/2026 5 4 May Mon 26 %",
    "format-date('', '%Y')": "",
    "format-date(${day} + 1, '%Y-%m-%d')": "2026-05-05",
    "format-date-time('2026-05-04T14:30:05.123', '%H:%M:%S %3 %h')": "14:30:05 123 14",
    "decimal-date-time('2026-05-04T12:00:00.000')": "20577.5",
    "decimal-time('12:00:00.000')": "0.5",
}

REPEATED = {
    "sum(${length})": "60",
    "sum(${double})": "120",
    "max(${length})": "30",
    "min(${length})": "10",
    "count(${visits})": "3",
    "count(${length})": "3",
    "count-non-empty(${who})": "2",
    "join('-', ${length})": "10-20-30",
    "concat(${who})": "xx",
    "indexed-repeat(${length}, ${visits}, 2)": "20",
    "indexed-repeat(${length}, ${visits}, 9)": "",
    "indexed-repeat(${length}, ${visits}, 0)": "",
    "${visits}[position() = 2]/length": "20",
    "${visits}[2]/length": "20",
    "sum(${visits}[length > 15]/length)": "50",
    "count(${visits}[who = 'x'])": "2",
    "sum(/data/visits/length)": "60",
    "${length}": "10",
}

ALL = [
    *OPERATORS.items(),
    *NOTHING.items(),
    *TRUTHS_THAT_WERE_CALCULATED.items(),
    *CHOOSING.items(),
    *LOGIC.items(),
    *TEXTS.items(),
    *NUMBERS.items(),
    *DATES.items(),
    *REPEATED.items(),
]


@pytest.mark.parametrize(("expression", "value"), ALL)
def test_an_expression_comes_out_as_in_javarosa(expression: str, value: str) -> None:
    assert worth(expression) == value


def test_every_function_of_the_specification_is_known() -> None:
    tried = " ".join(expression for expression, _ in ALL)
    wanted = (
        "selected selected-at count-selected jr:choice-name if coalesce once regex string number int concat join "
        "substr string-length contains starts-with ends-with substring-before substring-after translate "
        "normalize-space not true false boolean boolean-from-string min max sum count count-non-empty round abs "
        "pow position indexed-repeat instance today now date date-time format-date decimal-date-time checklist "
        "weighted-checklist"
    )
    missing = [name for name in wanted.split() if f"{name}(" not in tried]
    assert missing == []


def test_position_and_index_count_the_instances_of_a_repeat() -> None:
    form = form_of("""
survey:
  - {type: begin repeat, name: rooms, label: Room, repeat_count: "2"}
  - {type: begin repeat, name: beds, label: Bed, repeat_count: "2"}
  - {type: note, name: which, label: "Room ${room}, bed ${bed}, ${index}"}
  - {type: calculate, name: bed, calculation: "position(..)"}
  - {type: calculate, name: room, calculation: "position(../..)"}
  - {type: calculate, name: index, calculation: "index()"}
  - {type: text, name: q, label: Q}
  - {type: end repeat}
  - {type: end repeat}
""")
    talk, said = Conversation(form).begin(), []
    while talk.question:
        said += talk.notes
        talk.say("x")
    assert said == ["Room 1, bed 1, 1", "Room 1, bed 2, 2", "Room 2, bed 1, 1", "Room 2, bed 2, 2"]


def test_paths_lead_to_neighbours_parents_and_the_question_itself() -> None:
    form = form_of("""
survey:
  - {type: begin group, name: g, label: G}
  - {type: integer, name: a, label: A, constraint: ". < 10 and ./. < 10"}
  - {type: integer, name: b, label: B, constraint: ". > ../a and . > current()/../a and . > /data/g/a"}
  - {type: end group}
""")
    talk = Conversation(form).begin()
    assert talk.say("12").interview.answers == {}
    assert talk.say("5", "4").interview.answers == {"a": "5"}
    assert talk.say("6").interview.answers == {"a": "5", "b": "6"}


def test_an_empty_answer_satisfies_any_constraint() -> None:
    form = form_of("survey: [{type: integer, name: a, label: A, constraint: '. > 5'}]")
    talk = Conversation(form).begin()
    assert talk.say("4").interview.done == frozenset()
    assert talk.do(Skip()).interview.done == {"a"}


def test_chance_is_repeatable_and_differs_between_nodes_and_interviews() -> None:
    form = form_of("""
survey:
  - {type: calculate, name: a, calculation: "once(uuid())"}
  - {type: calculate, name: b, calculation: "uuid()"}
  - {type: calculate, name: c, calculation: "random()"}
""")
    one, same, other = (Conversation(form, seed=seed).begin().response for seed in ("1", "1", "2"))
    assert one == same
    assert len({*map(str, one.values()), *map(str, other.values())}) == 6
    assert all(len(str(one[name])) == 36 for name in ("a", "b"))
    first, second = str(one["a"]).replace("-", "")[:16], str(one["a"]).replace("-", "")[16:]
    assert first != second


@pytest.mark.parametrize(
    ("expression", "character", "words"),
    [
        ("${agee} > 1", 1, "No question is called “agee”."),
        ("1 + ${fife}", 5, "Did you mean “five”?"),
        ("lenght > 1", 1, "Did you mean “length”?"),
        ("selectd(${many}, 'a')", 1, "Did you mean selected()?"),
        ("1 + pulldata('x')", 5, "no function called pulldata()"),
        ("selected(${many})", 1, "takes 2 arguments, but here it has 1"),
        ("not()", 1, "takes 1 argument, but here it has 0"),
        ("today(1)", 1, "takes no argument, but here it has 1"),
        ("substr('a')", 1, "takes 2 to 3 arguments"),
        ("coalesce()", 1, "takes at least 1 argument"),
        ("position(..)", 1, "only known inside a repeat"),
        ("position(1)", 1, "wants a group or repeat"),
        ("indexed-repeat(${five}, ${visits}, 1)", 25, "is not inside the repeat"),
        ("indexed-repeat(${length}, ${visits})", 1, "takes 3 to 9 arguments"),
        ("jr:choice-name('a', '${hello}')", 21, "has no choices"),
        ("instance('nope')/root/item/label", 1, "No choice list is called “nope”"),
        ("../../five", 4, "leads out of the form"),
        ("${visits}/*", 11, "Name the question instead"),
        ("regex(${hello}, '[')", 17, "no regular expression"),
        ("${five} == 5", 9, "one equals sign"),
    ],
)
def test_a_mistake_in_an_expression_names_its_character(expression: str, character: int, words: str) -> None:
    found, message = mistake(expression)
    assert words in message
    assert found == character


def test_relevance_cannot_look_at_the_answer_it_decides_about() -> None:
    character, message = mistake("1 = 1 and . = 'x'", "relevant")
    assert "cannot depend on its own answer" in message
    assert character == 11


def test_a_label_with_an_open_reference_is_a_mistake() -> None:
    assert mistake("Dear ${hello}, ${five", "label") == (16, "This “${” is not closed with “}” after a name.")
    assert mistake("Dear ${ nobody }", "label")[0] == 6


def test_a_reference_in_the_label_of_a_choice_is_filled_in_and_checked() -> None:
    survey = """
survey:
  - {type: text, name: ward, label: Which ward?}
  - {type: select_one where, name: where, label: Where?}
choices:
  - {list_name: where, name: here, label: "On ${ward}"}
"""
    talk = Conversation(form_of(survey)).begin()
    talk.say("Ash")
    assert [option.label for option in talk.ask.options] == ["On Ash"]
    talk.say("on ash")
    assert talk.history == [("ward", "Ash"), ("where", "On Ash")]
    broken = form_of(survey.replace("${ward}", "${wart}"))
    assert [fault.message for fault in Script(broken).faults] == [
        "No question is called “wart”. Did you mean “ward”?"
    ]


def test_circles_are_refused() -> None:
    form = form_of("""
survey:
  - {type: calculate, name: a, calculation: "${b} + 1"}
  - {type: calculate, name: b, calculation: "${c} + 1"}
  - {type: calculate, name: c, calculation: "${a} + 1"}
""")
    [fault] = Script(form).faults
    assert fault.message == "These depend on each other in a circle: “a” → “b” → “c” → “a”."


def test_the_deepest_expressions_that_are_taken_can_be_played() -> None:
    nested = "if(1 = 1, " * 55 + "'deep'" + ", '')" * 55
    assert worth(nested) == "deep"
    assert worth("+".join(["1"] * 200)) == "200"
    assert worth(" or ".join(["1 = 2"] * 200)) == "false"
    assert worth("(" * 55 + "+".join(["1"] * 150) + ")" * 55) == "150"


def test_numbers_are_written_without_exponents() -> None:
    assert to_text(1e-7) == "0.0000001"
    assert to_text(1e22) == "10000000000000000000000"
    assert to_text(math.nan) == "NaN"


def values_of(form: Form, **answers: Any) -> dict[str, str]:
    interview = invite(form)
    interview = type(interview)(interview.form, interview.language, answers=answers)
    return Scene(script_of(form), interview, NOW).values


def test_a_name_means_the_nearest_question_of_that_name() -> None:
    form = form_of("""
survey:
  - {type: begin group, name: one, label: One}
  - {type: text, name: who, label: Who?}
  - {type: calculate, name: said, calculation: "concat('one ', ${who})"}
  - {type: end group}
  - {type: begin group, name: two, label: Two}
  - {type: text, name: who, label: Who?}
  - {type: calculate, name: heard, calculation: "concat('two ', ${who})"}
  - {type: end group}
""")
    values = values_of(form, **{"one/who": "Ann", "two/who": "Bob"})
    assert (values["said"], values["heard"]) == ("one Ann", "two Bob")
