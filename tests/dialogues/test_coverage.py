"""Random walks: what is never reached, what can never be satisfied, how long interviews get."""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogues.coverage import Coverage, Unchosen, cover
from dialogues.form import Form
from dialogues.interview import static
from dialogues.library import shipped
from dialogues.samples import Samples, matching
from dialogues.script import script_of
from tests.dialogues.playing import NOW, YES_NO, form_of
from tests.javarosa.walks import Author, loaded


def walked(form: Form | str, runs: int = 60, seed: int = 1) -> Coverage:
    return cover(form_of(form) if isinstance(form, str) else form, runs=runs, seed=seed, now=NOW)


def test_every_part_of_the_staff_form_is_reached_and_every_walk_ends() -> None:
    found = walked(shipped("staff-culture"), runs=500)
    assert found.ended == 500
    assert (found.never_asked, found.never_said, found.never_chosen, found.refused) == ((), (), (), ())
    assert (found.never_shown, found.never_hidden) == ((), ())
    assert found.lengths is not None
    shortest, median, longest = found.lengths
    assert 30 < shortest <= median < 55  # with a tap after each text that was answered: may it be quoted?
    assert longest <= 75
    assert found.minutes is not None
    assert 15 < found.minutes < 20  # as people are told


@pytest.mark.parametrize("name", ["guided-interview", "record-review", "partner-agency"])
def test_every_part_of_an_auditors_form_is_reached_and_every_walk_ends(name: str) -> None:
    found = walked(shipped(name), runs=80, seed=2)
    assert found.ended == 80
    assert (found.never_asked, found.never_said, found.refused) == ((), (), ())


def test_the_same_seed_gives_the_same_walks_and_another_one_others() -> None:
    form = shipped("staff-culture")
    assert walked(form, 30, 5) == walked(form, 30, 5)
    assert walked(form, 30, 5) != walked(form, 30, 6)


def test_a_question_behind_a_condition_that_cannot_hold_is_named() -> None:
    found = walked("""
survey:
  - {type: integer, name: age, label: "Age?", constraint: ". >= 18"}
  - {type: note, name: young, label: "You are young.", relevant: "${age} < 18 and ${age} != ''"}
  - {type: begin group, name: youth, label: "Youth", relevant: "${age} < 10"}
  - {type: text, name: school, label: "Which school?"}
  - {type: end group}
  - {type: text, name: job, label: "Which job?", relevant: "${age} = '' or ${age} >= 18"}
""")
    assert found.never_asked == ("school",)
    assert found.never_said == ("young",)
    assert found.never_shown == ("young", "youth")
    assert found.never_hidden == ("job",)
    assert found.submitted == 60


def test_values_at_which_conditions_turn_are_mined_from_them_also_through_calculations() -> None:
    found = walked(
        """
survey:
  - {type: integer, name: age, label: "Age?"}
  - {type: calculate, name: months, calculation: "${age} * 12 - 7301"}
  - {type: text, name: exactly, label: "Exactly?", relevant: "${age} = 4711"}
  - {type: text, name: by_way, label: "By way of it?", relevant: "${months} > 80000"}
  - {type: text, name: word, label: "The word?"}
  - {type: note, name: right, label: "That is it.", relevant: "${word} = 'open sesame'"}
  - {type: date, name: day, label: "Which day?"}
  - {type: note, name: that_day, label: "That day.", relevant: "${day} = date('2019-02-28')"}
""",
        runs=400,
    )
    assert found.never_asked == ()
    assert found.never_said == ()


def test_a_required_question_that_nothing_satisfies_stops_the_walks() -> None:
    found = walked("""
survey:
  - {type: integer, name: n, label: "How many?", required: "yes", constraint: ". > 5 and . < 3"}
  - {type: text, name: after, label: "After?"}
""")
    assert found.stuck == {"n": 60}
    assert found.refused == ("n",)
    assert found.never_asked == ("after",)
    assert (found.ended, found.lengths, found.minutes) == (0, None, None)


def test_an_optional_question_that_nothing_satisfies_is_skipped_and_named() -> None:
    found = walked("survey: [{type: text, name: a, label: A, constraint: \"regex(., '[0-9]') and . = 'x'\"}]")
    assert found.refused == ("a",)
    assert found.ended == 60


def test_choices_that_are_never_offered_are_told_from_those_that_are_never_taken() -> None:
    found = walked("""
survey:
  - {type: select_one towns, name: town, label: "Which town?", choice_filter: "size = 'big'",
     constraint: ". != 'lyon'"}
choices:
  - {list_name: towns, name: rome, label: Rome, size: big}
  - {list_name: towns, name: lyon, label: Lyon, size: big}
  - {list_name: towns, name: bath, label: Bath, size: small}
""")
    assert found.never_chosen == (
        Unchosen("town", "lyon", offered=True),
        Unchosen("town", "bath", offered=False),
    )


def test_repeats_of_every_kind_come_to_an_end() -> None:
    found = walked(
        """
survey:
  - {type: integer, name: n, label: "How many?", constraint: ". < 5"}
  - {type: begin repeat, name: counted, label: "Counted", repeat_count: "${n}"}
  - {type: select_one yes_no, name: a, label: "A?"}
  - {type: begin repeat, name: open, label: "Open", relevant: "${a} = 'yes'"}
  - {type: text, name: b, label: "B?", relevant: "position(..) > 1"}
  - {type: text, name: c, label: "C?"}
  - {type: end repeat}
  - {type: end repeat}
"""
        + YES_NO
    )
    assert found.ended == 60
    assert found.never_asked == ()
    assert (found.never_shown, found.never_hidden) == ((), ())


def test_a_form_without_end_is_stopped() -> None:
    found = walked(
        """
survey:
  - {type: begin repeat, name: r, label: "R", repeat_count: "1000"}
  - {type: note, name: x, label: "X"}
  - {type: text, name: a, label: "A?"}
  - {type: text, name: b, label: "B?"}
  - {type: text, name: c, label: "C?"}
  - {type: text, name: d, label: "D?"}
  - {type: text, name: e, label: "E?"}
  - {type: text, name: f, label: "F?"}
  - {type: end repeat}
""",
        runs=1,
    )
    assert (found.ended, found.stuck) == (0, {})


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(random=st.randoms(use_true_random=False), size=st.integers(1, 20))
def test_random_forms_are_walked_without_an_accident(random: Random, size: int) -> None:
    form = loaded(Author(random).form(size))
    found = walked(form, runs=10)
    assert found.ended + sum(found.stuck.values()) <= 10
    known = set(form.questions)
    assert {*found.never_asked, *found.never_said, *found.refused, *found.stuck} <= known


def test_every_type_has_something_to_try() -> None:
    form = form_of(
        """
survey:
  - {type: text, name: t, label: T, constraint: "string-length(.) > 30"}
  - {type: decimal, name: d, label: D, constraint: ". > 2.5"}
  - {type: range, name: r, label: R, parameters: "start=0 end=1000 step=5", constraint: ". = 555"}
  - {type: date, name: day, label: D, constraint: ". <= today() - 400"}
  - {type: time, name: time, label: T}
  - {type: dateTime, name: when, label: W}
  - {type: acknowledge, name: a, label: A}
  - {type: image, name: i, label: I}
  - {type: audio, name: au, label: A}
  - {type: file, name: f, label: F}
  - {type: rank yes_no, name: rank, label: R}
  - {type: select_multiple yes_no, name: m, label: M}
"""
        + YES_NO
    )
    assert walked(form).refused == ()


@pytest.mark.parametrize(
    "pattern",
    [
        "[0-9]{5}",
        r"\d{2}-[A-Z]{3}",
        "(yes|no)",
        "^[a-z]+$",
        r"[^@\s]+@[^@\s]+\.[a-z]{2,}",
        "(?:ab)*c",
        r"07\d{9}",
        r"\w+( \w+)?",
        r"[\w.-]+",
        "a{2,3}?",
        ".{3}",
        "[]x]",
        r"\(\)",
        "x{0}y",
    ],
)
def test_texts_are_made_that_everyday_patterns_match(pattern: str) -> None:
    made = list(matching(pattern))
    assert made
    assert all(re.fullmatch(pattern, text) for text in made)


@pytest.mark.parametrize(
    "pattern", ["(?=x)y", "(", "[a", "a)", "(a{400}){400}", "(" * 3000 + ")" * 3000, "\\", ""]
)
def test_patterns_that_are_too_much_make_nothing_and_take_no_time(pattern: str) -> None:
    assert list(matching(pattern)) in ([], [""] * 6)


def test_the_samples_of_a_question_are_bounded() -> None:
    conditions = " or ".join(f"${{n}} = {number}" for number in range(150))
    form = form_of(f"""
survey:
  - {{type: integer, name: n, label: "N?"}}
  - {{type: text, name: t, label: "T?", relevant: "{conditions}"}}
""")
    script = script_of(form)
    assert len(Samples(script, NOW).of(script.outline.by_path["n"])) == 60


def test_a_path_is_the_same_in_every_instance() -> None:
    assert static("visits[2]/staff[13]/name") == "visits/staff/name"
