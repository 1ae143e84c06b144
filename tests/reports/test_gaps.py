"""A gap has the check values of the design, and is called notable only where it stands among all of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.gaps import REFERENCES, Positive, Verdict, chance, discoveries, gap, gaps, newcombe


@pytest.mark.parametrize(
    ("leaders", "frontline", "low", "high"),
    [((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090)],
)
def test_newcombe_has_the_check_values(
    leaders: tuple[int, int], frontline: tuple[int, int], low: float, high: float
) -> None:
    """Newcombe 1998, table II, method 10: examples (a) and (b)."""
    found = newcombe(Positive(*leaders), Positive(*frontline))
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 60), st.integers(1, 60), st.data())
def test_newcombe_holds_its_difference_and_mirrors(n: int, m: int, data: st.DataObject) -> None:
    one, other = Positive(data.draw(st.integers(0, n)), n), Positive(data.draw(st.integers(0, m)), m)
    found, mirrored = newcombe(one, other), newcombe(other, one)
    assert found.low - 1e-12 <= one.p - other.p <= found.high + 1e-12
    assert -1 <= found.low <= found.high <= 1
    assert (found.low, found.high) == pytest.approx((-mirrored.high, -mirrored.low))


@pytest.mark.parametrize(
    ("leaders", "frontline", "verdict"),
    [
        ((16, 20), (30, 40), Verdict.ALIGNED),
        ((56, 70), (48, 80), Verdict.NOTABLE),
        ((3, 10), (9, 10), Verdict.NOTABLE),
        ((6, 8), (20, 40), Verdict.INDICATIVE),
        ((8, 10), (6, 10), Verdict.INDICATIVE),
        ((13, 20), (20, 40), Verdict.UNCLEAR),
        ((4, 4), (0, 40), Verdict.INSUFFICIENT),
    ],
)
def test_a_gap_has_a_verdict(leaders: tuple[int, int], frontline: tuple[int, int], verdict: Verdict) -> None:
    assert gap("CUL", Positive(*leaders), Positive(*frontline)).verdict is verdict


def test_too_few_on_one_side_say_nothing_at_all() -> None:
    found = gap("CUL", Positive(5, 7), Positive(5, 9), fewest=8)
    assert (found.difference, found.interval, found.chance) == (None, None, None)


def test_discoveries_are_those_of_benjamini_and_hochberg() -> None:
    """Benjamini and Hochberg 1995, section 3.3: 15 hypotheses, at 5 % the four smallest stand."""
    p = (
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
        0.6528, 0.7590, 1.0,
    )  # fmt: skip
    found = discoveries({str(i): each for i, each in enumerate(p)}, rate=0.05)
    assert found == {"0", "1", "2", "3"}


def test_a_gap_that_many_looks_alone_would_bring_up_is_not_notable() -> None:
    lone, alike = (Positive(15, 20), Positive(22, 50)), (Positive(10, 20), Positive(25, 50))
    assert gaps({"CUL": lone})["CUL"].verdict is Verdict.NOTABLE
    among = gaps({"CUL": lone} | {f"T{i}": alike for i in range(10)})
    assert among["CUL"].verdict is Verdict.INDICATIVE
    assert {among[f"T{i}"].verdict for i in range(10)} == {Verdict.ALIGNED}


def test_chance_is_that_of_the_pooled_test() -> None:
    """z = .2/√(.693·.307·(1/70+1/80)) = 2.65."""
    assert chance(Positive(56, 70), Positive(48, 80)) == pytest.approx(0.0080, abs=5e-5)
    assert chance(Positive(5, 5), Positive(9, 9)) == 1


def test_a_reference_names_its_source() -> None:
    assert [(each.leaders, each.frontline) for each in REFERENCES] == [(0.77, 0.47)]
    assert all("AHRQ" in each.source for each in REFERENCES)
