"""Agreement has the values of published examples, counts all text, and asks for what can be asked blind."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from reports.agreement import (
    Patterns,
    Span,
    Undefined,
    Verdict,
    agreement,
    alpha,
    characters,
    compared,
    double_coded,
    kappa,
    patterns,
)
from reports.coding import Coded, Decision, Direction


def test_kappa_of_cohens_own_table() -> None:
    """Cohen 1968, "Weighted kappa", table 1: two judges, three diagnoses, N = 200. Po .70, Pe .41, κ = .492."""
    table: Patterns = {
        ("a", "a"): 88, ("a", "b"): 14, ("a", "c"): 18,
        ("b", "a"): 10, ("b", "b"): 40, ("b", "c"): 10,
        ("c", "a"): 2, ("c", "b"): 6, ("c", "c"): 12,
    }  # fmt: skip
    assert (agreement(table), kappa(table)) == pytest.approx((0.70, 0.492), abs=5e-4)


def test_kappa_of_fifty_proposals_read_by_two() -> None:
    """The worked example of Wikipedia's “Cohen's kappa”: 20 both yes, 15 both no, 5 and 10 apart: κ = .40."""
    table: Patterns = {(True, True): 20, (True, False): 5, (False, True): 10, (False, False): 15}
    assert (agreement(table), kappa(table)) == pytest.approx((0.7, 0.4))


KRIPPENDORFF = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)


def test_alpha_of_krippendorffs_four_observers_and_twelve_units() -> None:
    """Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", part C: nominal α = .743."""
    assert alpha(patterns(*KRIPPENDORFF)) == pytest.approx(0.743, abs=5e-4)


def test_alpha_of_krippendorffs_two_observers() -> None:
    """The same, part A (binary, 10 units): α = .095; part B (nominal, 12 units): α = .692."""
    binary = patterns((0, 1, 0, 0, 0, 0, 0, 0, 1, 0), (1, 1, 1, 0, 0, 1, 0, 0, 0, 0))
    nominal = patterns(tuple("aabbdcccedda"), tuple("babbbccceddd"))
    assert alpha(binary) == pytest.approx(0.095, abs=5e-4)
    assert alpha(nominal) == pytest.approx(0.692, abs=5e-4)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=40))
def test_kappa_is_that_of_scikit_learn_and_forgets_the_order(pairs: list[tuple[int, int]]) -> None:
    found = kappa(patterns(*zip(*pairs, strict=True)))
    mixed = random.Random(1).sample(pairs, len(pairs))
    assert kappa(patterns(*zip(*mixed, strict=True))) == found
    if isinstance(found, Undefined):
        assert len({value for pair in pairs for value in pair}) == 1
    else:
        assert found == pytest.approx(cohen_kappa_score(*zip(*pairs, strict=True)))


def test_uncoded_text_counts_too() -> None:
    """1,000 characters, A codes 0-500, B 250-750: half agrees, as chance would. A known tool prints .30."""
    found = characters(1000, [Span(0, 500)], [Span(250, 750)])
    assert found == {(True, False): 250, (True, True): 250, (False, True): 250, (False, False): 250}
    assert kappa(found) == 0


@given(
    st.lists(st.tuples(st.integers(-2, 30), st.integers(-2, 30)), max_size=6),
    st.lists(st.tuples(st.integers(-2, 30), st.integers(-2, 30)), max_size=6),
)
def test_marked_characters_are_counted_one_by_one(a: list[tuple[int, int]], b: list[tuple[int, int]]) -> None:
    one_by_one = patterns(*([any(x <= i < y for x, y in spans) for i in range(25)] for spans in (a, b)))
    assert characters(25, (Span(*each) for each in a), (Span(*each) for each in b)) == one_by_one


def test_where_nothing_varies_there_is_no_coefficient() -> None:
    same: Patterns = {(False, False): 12}
    assert (agreement(same), kappa(same), alpha(same)) == (1, Undefined.ONE_VALUE, Undefined.ONE_VALUE)


def test_one_coder_alone_agrees_with_nobody() -> None:
    alone = patterns((1, 2, 3))
    assert (agreement(alone), alpha(alone)) == (None, Undefined.NO_PAIRS)
    assert kappa({(1, None): 3}) == Undefined.NO_PAIRS


# A second auditor

ANN, BOB = b"ann", b"bob"


def seen(*codes: str, blind: bool = False, direction: Direction = Direction.WEAKNESS) -> Decision:
    return Decision(tuple(Coded(code, direction) for code in codes), blind=blind)


def by_ann(n: int) -> dict[bytes, dict[bytes, Decision]]:
    return {b"%04d" % i: {ANN: seen("SUP")} for i in range(n)}


@pytest.mark.parametrize(
    ("coded", "sample"), [(12, 12), (30, 30), (100, 30), (150, 30), (500, 100), (501, 101)]
)
def test_a_fifth_is_coded_twice_thirty_at_least_and_all_where_there_are_fewer(
    coded: int, sample: int
) -> None:
    assert len(double_coded(by_ann(coded), BOB)) == sample


def test_the_sample_depends_on_ids_alone() -> None:
    forwards = by_ann(200)
    assert double_coded(dict(reversed(forwards.items())), BOB) == double_coded(forwards, BOB)


def test_nobody_codes_blind_what_they_coded_themselves() -> None:
    assert double_coded(by_ann(50), ANN) == ()
    decided = by_ann(40)
    decided[b"0001"][BOB] = seen("SUP")
    assert b"0001" not in double_coded(decided, BOB)


def test_what_was_coded_blind_stays_in_the_sample_however_much_is_coded_later() -> None:
    decided = by_ann(40)
    done = double_coded(decided, BOB)[:10]
    for excerpt in done:
        decided[excerpt][BOB] = seen(blind=True)
    assert set(done) <= set(double_coded(by_ann(400) | decided, BOB))


def test_a_theme_on_which_two_differ_is_to_be_revised_and_shown_side_by_side() -> None:
    decided: dict[bytes, dict[bytes, Decision]] = {}
    for i in range(20):
        alike = seen("SUP.frequency" if i % 2 else "CUL")
        other = seen("SUP.quality" if i % 2 else "CUL", *(["CAP"] if i < 5 else []), blind=True)
        decided[b"%02d" % i] = {ANN: alike, BOB: other}
    decided[b"xx"] = {ANN: seen("SUP"), BOB: seen("SUP", blind=True, direction=Direction.STRENGTH)}
    found = compared(decided)
    assert [(each.theme, each.n, each.used, each.verdict) for each in found.themes] == [
        ("SUP", 21, 11, Verdict.HOLDS), ("CUL", 21, 10, Verdict.HOLDS), ("CAP", 21, 5, Verdict.REVISE),
    ]  # fmt: skip
    assert [each.themes for each in found.disagreements] == [("CAP",)] * 5 + [()]
    last = found.disagreements[-1]
    assert (last.excerpt, last.directions) == (b"xx", ("SUP",))
    assert [side.coder for side in last.sides] == [ANN, BOB]
    assert compared(dict(reversed(decided.items()))) == found


def test_long_excerpts_weigh_more_in_characters() -> None:
    decided = {
        b"%d" % i: {ANN: seen(*ann), BOB: seen(*bob, blind=True)}
        for i, (ann, bob) in enumerate([(["SUP"], []), (["SUP"], ["SUP"]), ([], ["SUP"]), ([], [])])
    }
    (alike,) = compared(decided, dict.fromkeys(decided, 250)).themes
    assert (alike.kappa, alike.characters) == (0, 0)
    (longer,) = compared(decided, {b"0": 10, b"1": 600, b"2": 10, b"3": 900}).themes
    assert isinstance(longer.characters, float)
    assert longer.characters > 0.9


def test_who_saw_what_the_other_decided_does_not_count_as_agreeing() -> None:
    assert compared({b"1": {ANN: seen("SUP"), BOB: seen("SUP")}, b"2": {ANN: seen("SUP")}}).n == 0


def test_a_theme_that_everybody_saw_everywhere_tells_nothing() -> None:
    (only,) = compared({b"1": {ANN: seen("SUP"), BOB: seen("SUP", blind=True)}}).themes
    assert (only.share, only.kappa, only.alpha) == (1, Undefined.ONE_VALUE, Undefined.ONE_VALUE)
    assert only.verdict is Verdict.CANNOT_TELL
