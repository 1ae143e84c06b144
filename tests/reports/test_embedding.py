"""What a re-audit lets be closed, reopened or called embedded, and never before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogues.form import Text
from reports import embedding
from reports.change import Compared, Heard, Mix, Verdict
from reports.embedding import Because, Followed, Lasting, Outcome, Question, Rated, Way, together
from reports.findings import Finding, Nature, Standing
from reports.gaps import Positive
from reports.measures import Better, Chart, Measure, Month, Point, chart
from reports.plan import Action, Proof, Proven, State, SuccessMeasure
from reports.waves import Side, Withheld
from tests.reports.test_change import HIGH, LOW, MIDDLE, report

CLOSED_ON = date(2026, 1, 20)
FIRST = Month(2025, 7)
WORSE_THEN_BETTER = (
    14,
    12,
    14,
    12,
    14,
    12,
    14,
    8,
    10,
    8,
    10,
    8,
    10,
    8,
)  # all of the second half below the mean
REAUDIT = Proof(Proven.REAUDIT, "rowan-house", date(2026, 8, 20))
LABEL = Text({"en": "Was it met?"})


def charted(values: Iterable[float], first: Month = FIRST) -> Chart:
    made = chart(
        Measure("Restraints", Better.LOWER),
        [Point(first.after(place), value) for place, value in enumerate(values)],
    )
    assert isinstance(made, Chart)
    return made


def finding(*themes: str, standing: Standing = Standing.OPEN, nature: Nature = Nature.CONCERN) -> Finding:
    return Finding(id="f1", number=1, title="Rounds", themes=themes, standing=standing, nature=nature)


def action(state: State = State.VERIFIED, done: date | None = date(2026, 1, 10), number: str = "") -> Action:
    measure = SuccessMeasure(indicator="Restraints", measure=number) if number else None
    return Action(
        id="a1", number=1, title="Rounds", findings=("f1",), state=state, implemented_on=done, measure=measure
    )


def shown(
    ways: dict[str, Verdict],
    findings: Iterable[Finding] = (),
    actions: Iterable[Action] = (),
    followed: Iterable[Followed] = (),
    mix: Mix = Mix.ALIKE,
) -> Outcome:
    """An outcome in which each theme has one question with this verdict."""
    shares = {
        Verdict.IMPROVED: ((4, 40), (30, 40)),
        Verdict.DETERIORATED: ((30, 40), (4, 40)),
        Verdict.NO_CLEAR_CHANGE: ((300, 500), (300, 500)),
        Verdict.CANNOT_TELL: ((2, 5), (4, 5)),
    }
    before = {theme: Rated(theme, LABEL, Positive(*shares[way][0])) for theme, way in ways.items()}
    after = {theme: Rated(theme, LABEL, Positive(*shares[way][1])) for theme, way in ways.items()}
    changes = embedding.themes(embedding.named(before, after))
    assert {each.theme: each.way.value for each in changes} == {k: v.value for k, v in ways.items()}
    compared = Compared((), Heard(mix))
    return embedding.outcome(
        [compared], changes, followed, findings, actions, since=CLOSED_ON, reaudit=REAUDIT
    )


@pytest.mark.parametrize(
    ("ways", "whole"),
    [
        ("improved no_clear_change cannot_tell", Way.IMPROVED),
        ("deteriorated no_clear_change cannot_tell", Way.DETERIORATED),
        ("improved deteriorated", Way.MIXED),
        ("improved mixed", Way.MIXED),
        ("no_clear_change no_clear_change", Way.NO_CLEAR_CHANGE),
        ("no_clear_change cannot_tell", Way.CANNOT_TELL),
        ("", Way.CANNOT_TELL),
    ],
)
def test_several_changes_make_one_verdict(ways: str, whole: Way) -> None:
    assert together(map(Way, ways.split())) is whole


@pytest.mark.parametrize(
    ("improved", "others", "way"),
    [
        (1, 0, Way.IMPROVED),
        (1, 2, Way.IMPROVED),
        (1, 3, Way.CANNOT_TELL),
        (2, 6, Way.IMPROVED),
        (2, 7, Way.CANNOT_TELL),
    ],
)
def test_one_question_among_many_says_nothing_of_a_theme(improved: int, others: int, way: Way) -> None:
    better, alike = (Positive(2, 40), Positive(38, 40)), (Positive(20, 40), Positive(20, 40))
    said = [better] * improved + [alike] * others
    before = {str(place): Rated("CAP", LABEL, then) for place, (then, _) in enumerate(said)}
    after = {str(place): Rated("CAP", LABEL, now) for place, (_, now) in enumerate(said)}
    (theme,) = embedding.themes(embedding.named(before, after))
    assert theme.way is way


def test_published_reports_are_compared_theme_by_theme_and_what_one_hides_cannot_be_told() -> None:
    found, questions = embedding.unnamed(report(LOW, MIDDLE), report(HIGH, MIDDLE))
    assert found.heard.mix is not Mix.CHANGED
    assert {(each.label.to("en"), each.theme, each.way) for each in questions} == {
        ("How often staff?", "CAP", Way.IMPROVED),
        ("How often talk?", "CAP", Way.CANNOT_TELL),
    }
    (theme,) = embedding.themes(questions)
    assert (theme.way, theme.count(Way.CANNOT_TELL)) == (Way.IMPROVED, 1)
    assert Question("CAP", LABEL, Withheld(Side.BEFORE)).way is Way.CANNOT_TELL


def test_records_and_named_people_are_counted_exactly_and_what_only_one_asked_is_left_out() -> None:
    before = {"rr.1": Rated("SUP LEAD", LABEL, Positive(12, 30)), "rr.2": Rated("SUP", LABEL, Positive(1, 2))}
    found = embedding.named(before, {"rr.1": Rated("SUP LEAD", LABEL, Positive(21, 30))})
    assert [(each.theme, each.way) for each in found] == [("SUP", Way.IMPROVED), ("LEAD", Way.IMPROVED)]
    assert isinstance(found[0].change, embedding.Counted)
    assert (found[0].change.interval.low, found[0].change.interval.high) == (
        4,
        51,
    )  # .0486 to .5038, outwards


@pytest.mark.parametrize(
    ("themes", "standing", "now", "because"),
    [
        ("SUP", Standing.OPEN, Standing.CLOSED, Because.THEMES_IMPROVED),
        ("SUP", Standing.REOPENED, Standing.CLOSED, Because.THEMES_IMPROVED),
        ("SUP CUL", Standing.OPEN, Standing.OPEN, Because.IN_PART),
        ("SUP ESC", Standing.OPEN, Standing.OPEN, Because.GOT_WORSE),
        ("ESC", Standing.CLOSED, Standing.REOPENED, Because.GOT_WORSE),
        ("CUL", Standing.CLOSED, Standing.CLOSED, Because.CANNOT_TELL),
        ("CAP", Standing.OPEN, Standing.OPEN, Because.NO_CLEAR_CHANGE),
        ("TRN", Standing.OPEN, Standing.OPEN, Because.CANNOT_TELL),
        ("SUP TRN", Standing.OPEN, Standing.OPEN, Because.IN_PART),
        ("", Standing.OPEN, Standing.OPEN, Because.CANNOT_TELL),
    ],
)
def test_a_finding_is_proposed_to_stand_as_its_themes_went(
    themes: str, standing: Standing, now: Standing, because: Because
) -> None:
    ways = {
        "SUP": Verdict.IMPROVED,
        "ESC": Verdict.DETERIORATED,
        "CUL": Verdict.CANNOT_TELL,
        "CAP": Verdict.NO_CLEAR_CHANGE,
    }
    (proposed,) = shown(ways, [finding(*themes.split(), standing=standing)]).findings
    assert (proposed.standing, proposed.because) == (now, because)
    assert proposed.is_new is (now is not standing)


def test_good_practice_is_never_closed() -> None:
    (proposed,) = shown({"SUP": Verdict.IMPROVED}, [finding("SUP", nature=Nature.GOOD_PRACTICE)]).findings
    assert (proposed.is_new, proposed.because) == (False, Because.GOOD_PRACTICE)


def test_a_number_that_shifted_after_the_audit_and_stayed_there_closes_a_finding() -> None:
    followed = Followed("m1", "Restraints", charted(WORSE_THEN_BETTER))  # from February 2026 below the mean
    found = shown({}, [finding("SUP")], [action(number="m1")], [followed])
    assert (found.way, found.measures[0].way) == (Way.IMPROVED, Way.IMPROVED)
    assert found.findings[0].because is Because.NUMBER_SHIFTED
    worse = shown({"SUP": Verdict.DETERIORATED}, [finding("SUP")], [action(number="m1")], [followed])
    assert (worse.way, worse.findings[0].because) == (Way.MIXED, Because.GOT_WORSE)


@pytest.mark.parametrize(
    ("values", "first", "way"),
    [
        pytest.param(WORSE_THEN_BETTER, FIRST, Way.IMPROVED, id="seven months, all after"),
        pytest.param(WORSE_THEN_BETTER, Month(2025, 6), Way.NO_CLEAR_CHANGE, id="the first is not after it"),
        pytest.param(WORSE_THEN_BETTER[::-1], FIRST, Way.DETERIORATED, id="to the worse side"),
        pytest.param((*WORSE_THEN_BETTER, 24), FIRST, Way.NO_CLEAR_CHANGE, id="a sign of worse later"),
        pytest.param(
            (20, 21, 20, 21, 20, 21, 20, 1, 2, 3, 4, 5, 6, 7),
            Month(2025, 7),
            Way.NO_CLEAR_CHANGE,
            id="a trend back",
        ),
        pytest.param((*WORSE_THEN_BETTER, 11), FIRST, Way.NO_CLEAR_CHANGE, id="it did not stay there"),
        pytest.param(WORSE_THEN_BETTER[:-1], FIRST, Way.NO_CLEAR_CHANGE, id="six are not seven"),
        pytest.param((5, 6, 5, 6, 5, 6, 5, 6), FIRST, Way.CANNOT_TELL, id="too few to say so"),
    ],
)
def test_a_number_improved_by_seven_months_on_the_better_side_and_no_later_sign_of_worse(
    values: tuple[float, ...], first: Month, way: Way
) -> None:
    assert embedding.measured(Followed("m1", "Restraints", charted(values, first)), CLOSED_ON).way is way
    assert embedding.measured(Followed("m1", "Restraints", None), CLOSED_ON).way is Way.CANNOT_TELL


def lasts(**changes: object) -> Lasting:
    mix = changes.pop("mix", Mix.ALIKE)
    ways = changes.pop("ways", {"SUP": Verdict.IMPROVED})
    followed = [Followed("m1", "Restraints", charted(WORSE_THEN_BETTER))] if "number" in changes else []
    found = shown(ways, [finding("SUP")], [action(**changes)], followed, mix)  # type: ignore[arg-type]
    return found.actions[0]


def test_an_action_is_embedded_by_a_re_audit_or_a_shift_since_it_was_done_and_not_before_it_is_verified() -> (
    None
):
    assert lasts().proof == REAUDIT
    assert lasts(ways={"SUP": Verdict.CANNOT_TELL}).because is Because.CANNOT_TELL
    number = lasts(ways={"SUP": Verdict.CANNOT_TELL}, number="m1")
    assert number.proof == Proof(Proven.SHIFT, "m1", date(2026, 8, 31))
    early = lasts(ways={"SUP": Verdict.CANNOT_TELL}, number="m1", done=date(2026, 2, 1))
    assert (early.proof, early.lapsed) == (None, False), "the shift began before it was done"
    for state in set(State) - {State.VERIFIED, State.EMBEDDED, State.CLOSED, State.REJECTED}:
        assert (lasts(state=state).proof, lasts(state=state).because) == (None, Because.NOT_DONE)


def test_an_action_is_not_embedded_by_a_re_audit_that_heard_other_groups() -> None:
    assert (lasts(mix=Mix.CHANGED).proof, lasts(mix=Mix.CHANGED).because) == (None, Because.OTHERS_HEARD)
    assert lasts(mix=Mix.CHANGED, number="m1").proof, "a number does not depend on who was heard"


def test_what_got_worse_does_not_hold() -> None:
    assert lasts(ways={"SUP": Verdict.DETERIORATED}, state=State.EMBEDDED).lapsed


@settings(max_examples=150)
@given(st.lists(st.integers(0, 20), min_size=2, max_size=40), st.integers(0, 40), st.sampled_from(State))
def test_nothing_is_embedded_before_a_shift_of_seven_months_that_began_after_it_was_done(
    values: list[int], months: int, state: State
) -> None:
    made = charted(values, Month(2025, 1))
    day = Month(2025, 1).after(months)
    found = embedding.lasting(
        action(state, date(day.year, day.number, 5), "m1"), [Because.CANNOT_TELL], {"m1": made}
    )
    after = [each for each in made.points if each.month > day]
    if found.proof is not None:
        assert len(after) >= 7
        assert not any(each.months[-1] == made.points[-1].month for each in made.signals if not each.good)
