"""Conditions in words: the labels that people know instead of the names that authors write."""

from __future__ import annotations

import pytest

from dialogues.conditions import Conditions, normalized, shortened
from tests.dialogues.playing import form_of

FORM = form_of("""
survey:
  - {type: select_one yes_no, name: raised, "label::English (en)": "Have you raised a concern?",
     "label::Cymraeg (cy)": "Ydych chi wedi codi pryder?"}
  - {type: select_multiple reasons, name: why, "label::English (en)": "Why not?", "label::Cymraeg (cy)": "Pam lai?"}
  - {type: integer, name: months, "label::English (en)": "How many months?", "label::Cymraeg (cy)": "Sawl mis?"}
  - {type: date, name: day, "label::English (en)": "Which day?", "label::Cymraeg (cy)": "Pa ddiwrnod?"}
  - {type: text, name: story, "label::English (en)": "What happened?", "label::Cymraeg (cy)": "Beth ddigwyddodd?"}
  - {type: calculate, name: late, calculation: "${months} > 3"}
  - {type: begin repeat, name: visits, "label::English (en)": "Visits", "label::Cymraeg (cy)": "Ymweliadau"}
  - {type: begin group, name: visit}
  - {type: text, name: who, "label::English (en)": "Who came?", "label::Cymraeg (cy)": "Pwy ddaeth?"}
  - {type: end group}
  - {type: end repeat}
choices:
  - {list_name: yes_no, name: "yes", "label::English (en)": "Yes, I have", "label::Cymraeg (cy)": "Ydw"}
  - {list_name: yes_no, name: "no", "label::English (en)": "No", "label::Cymraeg (cy)": "Nac ydw"}
  - {list_name: reasons, name: fear, "label::English (en)": "Fear", "label::Cymraeg (cy)": "Ofn"}
  - {list_name: reasons, name: time, "label::English (en)": "No time", "label::Cymraeg (cy)": "Dim amser"}
""")


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("${raised} = 'yes'", "“Have you raised a concern?” is “Yes, I have”"),
        ("${raised} != 'yes'", "“Have you raised a concern?” is not “Yes, I have”"),
        ("'yes' = ${raised}", "“Have you raised a concern?” is “Yes, I have”"),
        ("not(${raised} != 'yes')", "“Have you raised a concern?” is “Yes, I have”"),
        ("${raised} = ''", "“Have you raised a concern?” was not answered"),
        ("${raised} != ''", "“Have you raised a concern?” was answered"),
        ("${raised}", "“Have you raised a concern?” was answered"),
        ("selected(${raised}, 'no')", "“Have you raised a concern?” is “No”"),
        ("selected(${why}, 'fear')", "“Why not?” includes “Fear”"),
        ("not(selected(${why}, 'fear'))", "“Why not?” does not include “Fear”"),
        ("count-selected(${why}) >= 2", "the number of choices in “Why not?” is at least 2"),
        ("${months} < 3", "“How many months?” is less than 3"),
        ("3 < ${months}", "“How many months?” is more than 3"),
        ("not(${months} <= 3)", "“How many months?” is not at most 3"),
        ("${months}", "“How many months?” is not 0"),
        ("(${months} + 1) * 2 > 3", "(“How many months?” plus 1) times 2 is more than 3"),
        ("${months} mod 2 = 0", "what is left of “How many months?” divided by 2 is 0"),
        ("-${months} = 2", "minus “How many months?” is 2"),
        ("${day} < today()", "“Which day?” is before today"),
        ("${day} >= '2026-05-04'", "“Which day?” is not before 4 May 2026"),
        ("${day} <= today() - 30", "“Which day?” is not after 30 days before today"),
        ("${late}", "`late` holds"),
        ("${late} = 'false'", "`late` does not hold"),
        ("${late} = true()", "`late` holds"),
        ("true()", "always"),
        ("not(true())", "never"),
        ("regex(${story}, '[a-z]+')", "“What happened?” matches `[a-z]+`"),
        ("contains(${story}, 'rota')", "“What happened?” contains “rota”"),
        ("not(starts-with(${story}, 'I'))", "“What happened?” does not begin with “I”"),
        ("string-length(${story}) > 5", "the length of “What happened?” is more than 5"),
        ("count(${visits}) = 0", "the number of “Visits” is 0"),
        ("if(${late}, 1, 2) = 2", "(1 if `late` holds, otherwise 2) is 2"),
        ("selected-at(${why}, 0) = 'fear'", "choice 1 of “Why not?” is “Fear”"),
    ],
)
def test_a_condition_is_said_in_plain_words(expression: str, words: str) -> None:
    assert Conditions(FORM).say(expression, "visits/who") == words


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("${raised} = 'yes' or ${raised} = 'no'", "“Have you raised a concern?” is “Yes, I have” or “No”"),
        (
            "${raised} != 'yes' and ${raised} != 'no'",
            "“Have you raised a concern?” is neither “Yes, I have” nor “No”",
        ),
        ("selected(${why}, 'fear') and selected(${why}, 'time')", "“Why not?” includes “Fear” and “No time”"),
        ("${months} >= 0 and ${months} <= 60", "“How many months?” is at least 0 and at most 60"),
        (
            "${late} and ${months} > 3 and ${day} < today()",
            "`late` holds, “How many months?” is more than 3 and “Which day?” is before today",
        ),
        (
            "(${raised} = 'yes' or ${late}) and ${months} > 3",
            "(“Have you raised a concern?” is “Yes, I have” or `late` holds), and “How many months?” is more than 3",
        ),
        (
            "not(${raised} = 'yes' and ${late})",
            "“Have you raised a concern?” is not “Yes, I have” or `late` does not hold",
        ),
    ],
)
def test_several_conditions_read_as_one_sentence(expression: str, words: str) -> None:
    assert Conditions(FORM).say(expression, "story") == words


def test_a_question_speaks_of_its_own_answer() -> None:
    assert Conditions(FORM).say(". > 0", "months") == "the answer is more than 0"


def test_a_path_through_groups_and_repeats_is_followed() -> None:
    assert Conditions(FORM).say("../who != ''", "visits/who") == "the answer was answered"
    assert Conditions(FORM).say("../../visit/who = 'me'", "months") == "`../../visit/who` is “me”"


def test_a_filter_speaks_of_the_choice() -> None:
    said = Conditions(FORM).say("colour = ${raised}", "why", of_choices=True)
    assert said == "the “colour” of the choice is “Have you raised a concern?”"


def test_labels_are_quoted_in_the_language_that_is_wished() -> None:
    assert (
        Conditions(FORM, "cy").say("${raised} = 'yes'", "story") == "“Ydych chi wedi codi pryder?” is “Ydw”"
    )


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("indexed-repeat(${who}, ${visits}, 1) = 'me'", "`indexed-repeat(${who}, ${visits}, 1)` is “me”"),
        ("${visits}[2]/visit/who = 'me'", "`${visits}[2]/visit/who` is “me”"),
        (
            "instance('yes_no')/root/item[name = 'yes']/label = ''",
            "`instance('yes_no')/root/item[name = 'yes']/label` is empty",
        ),
        ("${nobody} = 1", "`${nobody}` is 1"),
        ("random() < 0.5", "`random()` is less than 0.5"),
    ],
)
def test_what_has_no_plain_words_is_quoted_as_code(expression: str, words: str) -> None:
    assert Conditions(FORM).say(expression, "story") == words


def test_what_is_no_expression_is_quoted_as_it_stands() -> None:
    assert Conditions(FORM).say("${raised} == (", "story") == "`${raised} == (`"
    assert Conditions(FORM).value("1 +", "story") == "`1 +`"


def test_the_deepest_expression_that_is_allowed_is_still_said() -> None:
    deep = "not(" * 59 + "${late}" + ")" * 59
    assert Conditions(FORM).say(deep, "story") == "`late` does not hold"
    chain = " and ".join(f"${{months}} != {number}" for number in range(200))
    assert Conditions(FORM).say(chain, "story").startswith("“How many months?” is neither 0 nor 1 nor 2")


def test_expressions_that_differ_only_in_how_they_are_typed_are_written_alike() -> None:
    assert normalized("(${a}   = 'x')") == normalized('${a}="x"') == "${a} = 'x'"
    assert normalized("(1 + 2) * 3") == "(1 + 2) * 3"
    assert normalized("1 - (2 - 3)") == "1 - (2 - 3)"
    assert normalized("/data/x[position() = 1]") == "/data/x[position() = 1]"
    assert normalized("current()/../x") == "current()/../x"
    assert normalized("((") == "(("


def test_a_long_label_is_cut_between_words() -> None:
    assert shortened("one two three", 9) == "one two…"
    assert shortened("Hello ${name}, and\n\nwelcome", 40) == "Hello …, and welcome"
    assert shortened("x" * 50, 10) == "xxxxxxxxx…"
