"""What may be published beside what was: the vectors of ANONYMITY.md for R6 and R7, and that both are exact."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.disclosure import breakdown
from reports.ledger import Objection, People, Subset, admitted, derivable, objection, weigh

ATOMS = "abcdefg"
sets = st.frozensets(st.sampled_from(ATOMS), min_size=1)
people = st.fixed_dictionaries({atom: st.integers(0, 25) for atom in ATOMS})
thresholds = st.integers(2, 20)


@pytest.mark.parametrize(
    ("joined", "why"), [(1, Objection.NEAR), (10, Objection.NEAR), (11, None), (12, None)]
)
def test_a_release_at_14_people_is_followed_by_one_at_25_and_not_by_one_at_15_or_24(
    joined: int, why: Objection | None
) -> None:
    """With K = 11: the change between the two figures is what those who joined said."""
    weights = {"there before": 14, "joined": joined}
    assert objection({"there before", "joined"}, [{"there before"}], weights, k=11) == why


def test_a_release_at_14_people_is_not_followed_by_one_at_13_after_one_withdrew() -> None:
    weights = {"stayed": 13, "withdrew": 1}
    assert objection({"stayed"}, [{"stayed", "withdrew"}], weights, k=8) == Objection.NEAR


NURSES = {"nurse": 12, "night": 13, "night nurse": 3, "neither": 14}
TOTAL, NURSE, NIGHT, EITHER = (
    frozenset(NURSES),
    frozenset({"nurse", "night nurse"}),
    frozenset({"night", "night nurse"}),
    frozenset({"nurse", "night", "night nurse"}),
)


def test_nurses_or_night_staff_is_refused_because_nurses_at_night_could_be_worked_out() -> None:
    """Total 42, nurses 15, night 16, either 28, both 3: all pairs differ by 12 people and more."""
    published = [TOTAL, NURSE, NIGHT]
    assert [weigh(each, NURSES) for each in (*published, EITHER)] == [42, 15, 16, 28]
    assert min(weigh(one ^ other, NURSES) for one, other in combinations([*published, EITHER], 2)) == 12
    for place, each in enumerate(published):
        assert objection(each, published[:place], NURSES, k=8) is None
    assert objection(EITHER, published, NURSES, k=8) == Objection.DERIVABLE
    assert derivable([*published, EITHER], NURSES, k=8) == frozenset({"night nurse"})


def test_twenty_and_twenty_with_one_swapped_is_refused_by_r6_alone() -> None:
    weights = {"both": 19, "first": 1, "second": 1}
    first, second = {"both", "first"}, {"both", "second"}
    assert objection(second, [first], weights, k=8) == Objection.NEAR
    assert derivable([first, second], weights, k=8) is None


def test_r7_alone_refuses_what_no_pair_gives_away() -> None:
    """So neither rule is without use."""
    assert derivable([TOTAL, NURSE, NIGHT, EITHER], NURSES, k=8) is not None


def test_d_may_be_larger_than_k() -> None:
    weights = {"there before": 14, "joined": 10}
    assert objection({"there before", "joined"}, [{"there before"}], weights, k=8) is None
    assert objection({"there before", "joined"}, [{"there before"}], weights, k=8, d=11) == Objection.NEAR


def test_the_same_set_may_be_published_again() -> None:
    assert objection({"a", "b"}, [{"a", "b"}], {"a": 9, "b": 2}, k=8) is None


def test_a_set_of_fewer_than_k_people_is_not_published_even_first() -> None:
    assert objection({"a"}, [], {"a": 7}, k=8) == Objection.DERIVABLE
    assert objection({"a"}, [], {"a": 8}, k=8) is None


def test_nothing_is_published_once_the_answers_were_destroyed() -> None:
    before = [Subset("staff")]
    assert admitted([Subset("staff", ("care",))], before, {}, k=8) == frozenset()
    assert admitted([Subset("staff")], before, {"staff": {"care": 7}}, k=8) == frozenset()
    assert objection({"a"}, [{"b"}], {"a": 40}, k=8) == Objection.GONE


def test_what_is_in_no_set_gives_nothing_away() -> None:
    assert derivable([], {"a": 3}, k=8) is None
    assert derivable([{"a"}], {"a": 9, "b": 1}, k=8) is None


def test_questions_are_looked_at_one_by_one_and_in_the_order_asked() -> None:
    weights = {"staff": {"care": 20, "nurse": 5}, "talk": {"care": 20, "nurse": 9}}
    wanted = [Subset("staff"), Subset("staff", ("care",)), Subset("talk"), Subset("talk", ("care",))]
    assert admitted(wanted, [], weights, k=8) == {wanted[0], wanted[2], wanted[3]}
    assert admitted(wanted[::-1], [], weights, k=8) == {wanted[1], wanted[2], wanted[3]}


def test_many_groups_are_judged_at_once() -> None:
    """40 groups, each published and every two neighbours together: 2^40 unions, and few of them are light."""
    names = [f"group {number:02}" for number in range(40)]
    weights = {name: 8 + place % 5 for place, name in enumerate(names)}
    published: list[People] = [frozenset(names), *(frozenset({name}) for name in names)]
    published += [frozenset(pair) for pair in pairwise(names)]
    assert derivable(published, weights, k=8) is None
    assert derivable(published, {**weights, names[7]: 7}, k=8) == frozenset({names[7]})


@given(st.lists(sets, min_size=1, max_size=6), people, thresholds)
def test_the_rank_audit_finds_exactly_what_all_unions_of_atoms_tell(
    published: list[People], weights: dict[str, int], k: int
) -> None:
    found, all_found = derivable(published, weights, k=k), set(_derivable(published, weights, k))
    assert (found is not None) == bool(all_found)
    assert found is None or _filled(found, weights) in all_found


@given(st.lists(sets, min_size=1, max_size=6), people, thresholds, thresholds)
def test_what_is_refused_at_one_k_is_refused_at_every_larger_one(
    published: list[People], weights: dict[str, int], one: int, other: int
) -> None:
    wanted, *before = published
    low, high = sorted((one, other))
    assert objection(wanted, before, weights, k=low) is None or objection(wanted, before, weights, k=high)


@given(st.lists(sets, max_size=8), people, thresholds)
def test_whatever_is_asked_in_whatever_order_nobody_is_given_away(
    wanted: list[People], weights: dict[str, int], k: int
) -> None:
    """Release after release, each sees the ledger of those before: none of them, nor all together, tells of few."""
    ledger: list[People] = []
    for each in wanted:
        if objection(each, ledger, weights, k=k) is None:
            ledger.append(each)
    assert not set(_derivable(ledger, weights, k))
    differences = [weigh(one ^ other, weights) for one, other in combinations(ledger, 2)]
    assert not [few for few in differences if 0 < few < k]


@given(st.dictionaries(st.sampled_from(ATOMS), st.integers(0, 30), min_size=1), thresholds, st.randoms())
def test_after_r2_and_r3_the_audit_finds_nothing_in_whatever_order_groups_are_shown(
    sizes: dict[str, int], k: int, chance: st.DataObject
) -> None:
    wanted = [Subset("q", (code,)) for code in breakdown(sizes, k=k).visible]
    if sum(sizes.values()) >= k:
        wanted.append(Subset("q"))
    chance.shuffle(wanted)  # type: ignore[attr-defined]
    assert admitted(wanted, [], {"q": sizes}, k=k) == set(wanted)


def _derivable(published: Collection[People], weights: Mapping[str, int], k: int) -> Iterator[frozenset[str]]:
    """By trying all unions of atoms that hold anybody: those of 1 to K-1 people in the row space."""
    names = [name for name in ATOMS if weights[name]]
    rows = [[Fraction(name in each) for name in names] for each in published]
    rank = _rank(rows)
    for size in range(1, len(names) + 1):
        for union in combinations(names, size):
            if 0 < weigh(set(union), weights) < k:
                vector = [Fraction(name in union) for name in names]
                if _rank([*rows, vector]) == rank:
                    yield frozenset(union)


def _filled(found: People, weights: Mapping[str, int]) -> frozenset[str]:
    return frozenset(name for name in found if weights[name])


def _rank(matrix: Sequence[Sequence[Fraction]]) -> int:
    """Gaussian elimination as in any textbook, written apart from ours."""
    rows, rank = [list(row) for row in matrix], 0
    for column in range(len(rows[0]) if rows else 0):
        at = next((i for i in range(rank, len(rows)) if rows[i][column]), None)
        if at is None:
            continue
        rows[rank], rows[at] = rows[at], rows[rank]
        for i in range(rank + 1, len(rows)):
            factor = rows[i][column] / rows[rank][column]
            rows[i] = [a - factor * b for a, b in zip(rows[i], rows[rank], strict=True)]
        rank += 1
    return rank
