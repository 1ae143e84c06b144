"""A report holds published values only, and everything needed to show them."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogues.form import Form, Text
from reports import assembly, codebook, disclosure
from reports.assembly import (
    AuditFacts,
    Doubt,
    Groups,
    NotYet,
    Refused,
    Report,
    ThemeResult,
    Tone,
    Verdict,
    assemble,
)
from reports.disclosure import FEW, Band, Range, Share, Size
from reports.ledger import Subset, admitted
from reports.scoring import Tally
from tests.reports.material import LEVELS, counted, facts, form, item, spread, typical

EXAMPLE = Path(__file__).with_name("example_report.json")


def report(
    tally: Tally | None = None, definition: Form | None = None, audit: AuditFacts | None = None
) -> Report:
    made = assemble(audit or facts(), definition or form(), tally or typical())
    assert isinstance(made, Report)
    return made


def theme(made: Report, code: str) -> ThemeResult:
    return next(each for each in made.themes if each.theme.code == code)


def test_an_open_audit_has_no_report_only_a_banded_count() -> None:
    assert assemble(facts(closed=False), form(), typical()) == NotYet(Band(8, None))
    assert assemble(facts(closed=False), form(), Tally(7)) == NotYet(Band(0, 7))


@pytest.mark.parametrize("k", [0, 4, 21])
def test_a_threshold_that_does_not_protect_is_refused(k: int) -> None:
    assert assemble(facts(k=k), form(), typical()) == Refused(k)


@pytest.mark.parametrize("n", [0, 1, 7])
def test_fewer_than_k_responses_say_nothing_else(n: int) -> None:
    answers = [("care", {"staff": "always", "talk": "never", "barriers": "blame"})] * n
    made = report(counted(answers))
    assert made == report(Tally(0))
    assert (made.heard.enough, made.heard.band, made.themes, made.choices) == (False, Band(0, 7), (), ())


def test_themes_come_weakest_first() -> None:
    assert [each.theme.code for each in report().themes] == ["CAP", "SUP"]


def test_a_weak_theme_is_told_from_a_strong_one() -> None:
    verdicts = [each.figures.verdict for each in report().themes if each.figures]
    assert verdicts == [Verdict.WEAK, Verdict.STRONG]


def test_at_half_of_the_staff_the_correction_is_made_and_said() -> None:
    heard = [report(audit=facts(staff_count=count)).heard for count in (0, 60, 80, 81, 300)]
    assert [each.corrected for each in heard] == [False, True, True, False, False]
    assert [each.share for each in heard] == [
        None,
        Range(65, 85),
        Range(50, 65),
        Range(45, 65),
        Range(10, 20),
    ]


def test_the_share_of_staff_follows_from_the_band_not_from_the_count() -> None:
    few, many = (report(counted([("care", {})] * n)).heard for n in (40, 49))
    assert few == many


def test_a_question_that_too_few_answered_has_no_figures() -> None:
    answers = [
        ("care", {"staff": "often", "talk": "often"} if n < 7 else {"talk": "often"}) for n in range(30)
    ]
    made = report(counted(answers))
    hidden = theme(made, "CAP")
    assert hidden.figures is None
    assert hidden.items[0].figures is None
    assert made.themes[-1] == hidden
    assert Doubt.ITEMS_HIDDEN in {limit.doubt for limit in made.limits}


def test_rare_options_are_shown_together_with_their_neighbours() -> None:
    made = report(counted([("care", {"staff": value}) for value in spread((1, 12, 14, 2, 11))]))
    figures = theme(made, "CAP").items[0].figures
    assert figures is not None
    assert [(segment.tone, segment.share.percent) for segment in figures.segments] == [
        (Tone.FAVOURABLE, 30),
        (Tone.MIDDLE, 35),
        (Tone.UNFAVOURABLE, 30),
    ]
    assert [choice.to("en") for choice in figures.segments[0].choices] == ["Always", "Often"]


def test_nobody_and_one_person_make_the_same_report() -> None:
    """ "Few" may not be undone by intervals, bars, theme scores, order or groups."""
    nobody, someone = (
        report(counted([("care", {"staff": value}) for value in spread((30, 6 - positive, 0, 0, positive))]))
        for positive in (0, 1)
    )
    figures = theme(nobody, "CAP").figures
    assert figures is not None
    assert figures.positive == FEW
    assert nobody == someone


def test_do_not_know_is_a_result_of_its_own() -> None:
    values = [*spread((4, 4, 4, 4, 4)), *["dont_know"] * 10]
    made = report(counted([("care", {"staff": value}) for value in values]))
    figures = theme(made, "CAP").items[0].figures
    assert figures is not None
    assert (figures.dont_know, figures.band) == (Share(Size.PERCENT, 35), Band(20, 29))
    assert Doubt.DONT_KNOW in {limit.doubt for limit in made.limits}


def test_reversed_questions_count_the_other_end_as_positive() -> None:
    answers = [("care", {"q": value}) for value in spread((10, 10, 5, 3, 2))]
    made = report(counted(answers), form(item("q", "CUL", polarity=-1)))
    figures = theme(made, "CUL").items[0].figures
    assert figures is not None
    assert figures.positive == Share(Size.PERCENT, 65)
    assert [choice.to("en") for choice in figures.good] == ["Never", "Rarely"]


def test_groups_are_shown_in_quarters_and_small_ones_hidden_with_another() -> None:
    made = report()
    found = {group.code: group.quarter for group in theme(made, "SUP").groups}
    assert theme(made, "SUP").breakdown is Groups.SHOWN
    assert found["care"] is not None
    assert found["manager"] is None
    assert found["senior"] is None


def test_a_group_that_is_hidden_on_one_question_is_hidden_on_the_theme() -> None:
    chance = random.Random(2)
    groups = ["care"] * 20 + ["senior"] * 20 + ["manager"] * 20
    answers = [(group, {name: chance.choice(LEVELS) for name in ("a", "b")}) for group in groups]
    for _, values in answers[45:60]:
        del values["b"]
    made = report(counted(answers), form(item("a", "CAP"), item("b", "CAP")), facts(staff_count=100))
    found = {group.code: group.quarter is not None for group in theme(made, "CAP").groups}
    assert found == {"care": False, "senior": True, "manager": False, "": False}


def test_groups_are_not_told_apart_where_one_of_them_is_nearly_of_one_mind() -> None:
    answers = [("care", {"staff": "never"})] * 12 + [("senior", {"staff": "always"})] * 12
    answers += [("manager", {"staff": "often"})] * 12
    assert theme(report(counted(answers)), "CAP").breakdown is Groups.ALIKE


def test_without_a_declared_breakdown_there_are_no_groups() -> None:
    made = report(definition=form(breakdown=""))
    assert made.heard.groups == ()
    assert {each.breakdown for each in made.themes} == {Groups.NONE_DECLARED}


def test_what_got_in_the_way_is_shown_most_frequent_first() -> None:
    found = report().choices[0]
    assert found.band == Band(15, 19)
    assert [(bar.label.to("en"), bar.share.percent) for bar in found.bars] == [
        ("Blame", 95),
        ("No time", 65),
        ("No change", 35),
    ]


def test_too_few_answers_to_a_question_with_several_choices_show_nothing() -> None:
    answers = [("care", {"staff": "often"})] * 20 + [("care", {"barriers": "blame"})] * 7
    found = report(counted(answers)).choices[0]
    assert (found.band, found.bars) == (None, ())


def test_open_questions_are_listed_and_no_answer_is_quoted() -> None:
    answers = [("care", {"staff": "often", "words": "canary-in-the-text"})] * 12
    made = report(counted(answers))
    assert [each.to("en") for each in made.open_questions] == ["What would make people safer?"]
    assert b"canary" not in assembly.encode(made)


def test_themes_that_the_form_did_not_ask_about_are_named() -> None:
    found = {limit.doubt: limit.about for limit in report().limits}
    names = {each.to("en") for each in found[Doubt.NOT_ASKED]}
    assert names == {each.name.to("en") for each in codebook.THEMES if each.code not in {"CAP", "SUP"}}


def test_a_theme_outside_the_codebook_names_itself() -> None:
    answers = [("care", {"q": value}) for value in spread((5, 5, 5, 5, 5))]
    made = report(counted(answers), form(item("q", "XYZ")))
    assert [each.theme.name.to("cy") for each in made.themes] == ["XYZ"]


def test_the_stored_report_is_read_back_equal_and_written_the_same() -> None:
    made = report()
    stored = assembly.encode(made)
    assert assembly.decode(stored) == made
    assert assembly.encode(assembly.decode(stored)) == stored


def test_a_report_stored_by_the_first_version_can_still_be_read() -> None:
    assert assembly.decode(EXAMPLE.read_bytes()).facts.name == "Oak House"


def test_what_is_no_report_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        assembly.decode(b'{"facts": 1}')


def test_every_theme_has_a_name_and_a_definition_in_both_languages() -> None:
    assert [each.code for each in codebook.THEMES] == [
        "ESC",
        "SUP",
        "CUL",
        "LEAD",
        "MAW",
        "CAP",
        "COM",
        "CARE",
        "TRN",
        "LRN",
        "ASR",
    ]
    for each in codebook.THEMES:
        assert set(each.name.words) == set(each.definition.words) == {"en", "cy"}


people = st.lists(
    st.tuples(
        st.sampled_from(["care", "senior", "manager", ""]),
        st.fixed_dictionaries(
            {},
            optional={
                "staff": st.sampled_from([*LEVELS, "dont_know", "not_applicable"]),
                "talk": st.sampled_from([*LEVELS, "dont_know"]),
                "barriers": st.sampled_from(["no_time", "blame no_time", "no_change"]),
            },
        ),
    ),
    max_size=60,
)


@given(people, st.integers(5, 20))
def test_for_all_answers_what_is_shown_is_coarse_and_large_enough(
    answers: list[tuple[str, dict[str, str]]], k: int
) -> None:
    made = report(counted(answers), audit=facts(k=k))
    assert made.heard.enough == (len(answers) >= k)
    for found in (each.figures for result in made.themes for each in result.items if each.figures):
        assert found.band.low >= k
        shares = [found.positive, found.dont_know, *(segment.share for segment in found.segments)]
        assert all(each.percent % disclosure.STEP == 0 for each in shares)
        assert found.interval.low % 5 == found.interval.high % 5 == 0
    assert assembly.decode(assembly.encode(made)) == made


@given(people, st.integers(5, 20), st.randoms())
def test_which_groups_are_hidden_depends_on_sizes_only(
    answers: list[tuple[str, dict[str, str]]], k: int, chance: random.Random
) -> None:
    """Other answers on the scale by the same people hide the same groups, or do not tell groups apart."""
    others = [
        (group, {path: chance.choice(LEVELS) if value in LEVELS else value for path, value in values.items()})
        for group, values in answers
    ]
    one, other = (report(counted(each), audit=facts(k=k)) for each in (answers, others))
    assert one.heard == other.heard
    for code in ("CAP", "SUP") if one.heard.enough else ():
        first, second = theme(one, code), theme(other, code)
        if first.breakdown is second.breakdown is Groups.SHOWN:
            assert [g.quarter is None for g in first.groups] == [g.quarter is None for g in second.groups]
        assert (first.breakdown is Groups.TOO_SMALL) == (second.breakdown is Groups.TOO_SMALL)


def test_words_of_the_form_are_kept_in_all_its_languages() -> None:
    label = theme(report(), "CAP").items[0].label
    assert label == Text({"en": "How often staff?", "cy": "How often staff? (cy)"})


@given(people, st.integers(5, 20), st.randoms())
def test_whatever_a_report_publishes_passes_the_rank_audit_in_any_order(
    answers: list[tuple[str, dict[str, str]]], k: int, chance: random.Random
) -> None:
    tally = counted(answers)
    sets = list(assembly.subsets(report(tally, audit=facts(k=k))))
    chance.shuffle(sets)
    assert admitted(sets, [], _weights(tally), k=k) == set(sets)


@given(people, st.integers(5, 20), st.integers(5, 20))
def test_raising_k_publishes_figures_of_no_more_sets_of_people(
    answers: list[tuple[str, dict[str, str]]], one: int, other: int
) -> None:
    low, high = (report(counted(answers), audit=facts(k=k)) for k in sorted((one, other)))
    alike = {item.path for each in low.themes if each.breakdown is Groups.ALIKE for item in each.items}
    more = set(assembly.subsets(high)) - set(assembly.subsets(low))
    assert {each.question for each in more if each.groups} <= alike
    assert not [each for each in more if each.groups is None]


def test_what_was_published_before_hides_what_would_give_away_the_difference() -> None:
    """Care and senior staff together were published before: a figure of everyone would tell of seven managers."""
    answers = [("care", value) for value in spread((5, 5, 6, 7, 7))]
    answers += [("senior", value) for value in spread((1, 1, 1, 2, 2))]
    answers += [("manager", value) for value in spread((1, 1, 1, 2, 2))]
    tally, definition = counted([(group, {"q": value}) for group, value in answers]), form(item("q", "CAP"))
    assert theme(report(tally, definition), "CAP").breakdown is Groups.SHOWN
    made = assemble(facts(), definition, tally, [Subset("q", ("care", "senior"))])
    assert isinstance(made, Report)
    assert not [each for each in assembly.subsets(made) if each.question == "q"]
    hidden = assemble(facts(), definition, tally, [Subset("q"), Subset("q", ("manager", "senior"))])
    assert isinstance(hidden, Report)
    assert Subset("q", ("care",)) in assembly.subsets(hidden)


def test_once_the_answers_were_destroyed_nothing_is_published_beside_what_was() -> None:
    made = assemble(facts(), form(), Tally(0), [Subset("staff"), Subset("")])
    assert isinstance(made, Report)
    assert assembly.subsets(made) == ()


def _weights(tally: Tally) -> dict[str, dict[str, int]]:
    """People who answered each question so that it counts, by group, written apart from the report."""
    weights = {"": tally.groups}
    for path, groups in tally.counts.items():
        weights[path] = {
            code: sum(n for value, n in counts.items() if value in LEVELS or path == "barriers")
            for code, counts in groups.items()
        }
    return weights
