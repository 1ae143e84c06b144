"""What may be published beside what was ever published of the same responses: rules R6 and R7.

Each figure is about a set of people. Sets that were published at different times, or side by side, can be
subtracted from each other, so every set is looked at beside all others. The people who are in exactly
the same sets are an atom: the smallest thing that anybody can work out.

1. **R6**: two sets that differ, differ by D people or more. Else the change between two figures is
   what those few people said (14 people, then 15).
2. **R7**: no sum or difference of sets, with whatever factors, is a group of fewer than K people (nurses + night
   staff - both together = those who are both). A rank audit in exact numbers: Chin and Ozsoyoglu 1982.

Neither follows from the other. Both look at sizes alone, never at what anybody answered. Sets are compared within
one question: figures of two questions tell different things, and after the flush nobody knows which answers
belong together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import StrEnum
from fractions import Fraction
from math import lcm
from typing import TypeAlias

from msgspec import Struct

People: TypeAlias = AbstractSet[str]  # a set of people, by the names of the atoms that it is made of
_Rows: TypeAlias = list[list[int]]


class Subset(Struct, frozen=True, order=True):
    """Who a published figure is about: everyone who answered a question, or those in some groups.

    `groups` is None for everyone, else codes in alphabetical order. An empty `question` stands for having been heard.
    """

    question: str
    groups: tuple[str, ...] | None = None


class Objection(StrEnum):
    """Why a set may not be published."""

    NEAR = "near"  # R6: it differs from another by fewer than D people
    DERIVABLE = "derivable"  # R7: together with the others it gives away fewer than K people
    GONE = "gone"  # what was published has lost its people: nothing can be checked against it any more


def objection(
    wanted: People, published: Collection[People], weights: Mapping[str, int], *, k: int, d: int | None = None
) -> Objection | None:
    """Why this set may not be published beside those that were, or None.

    `weights`: the people in each atom, now. People who joined or left between two releases are atoms
    like others: 14 people of whom one has left are {stayed 13, left 1}, then {stayed 13}. D is K if not given.
    """
    if any(weigh(each, weights) < k for each in published):
        return Objection.GONE
    if any(0 < weigh(wanted ^ each, weights) < (d or k) for each in published):
        return Objection.NEAR
    if derivable([*published, wanted], weights, k=k) is not None:
        return Objection.DERIVABLE
    return None


def admitted(
    wanted: Iterable[Subset],
    published: Iterable[Subset],
    weights: Mapping[str, Mapping[str, int]],
    *,
    k: int,
) -> frozenset[Subset]:
    """Those of the wanted sets that may be published: each beside what was, and beside those before it.

    `weights`: question -> group -> people, counted now. So the order decides, not the answers: ask
    for everyone first.
    """
    known: dict[str, list[People]] = {}
    for each in published:
        known.setdefault(each.question, []).append(_people(each, weights))
    taken = []
    for each in wanted:
        people, others = _people(each, weights), known.setdefault(each.question, [])
        if objection(people, others, weights.get(each.question, {}), k=k) is None:
            others.append(people)
            taken.append(each)
    return frozenset(taken)


def weigh(people: People, weights: Mapping[str, int]) -> int:
    """How many people that is."""
    return sum(weights.get(atom, 0) for atom in people)


def _people(subset: Subset, weights: Mapping[str, Mapping[str, int]]) -> People:
    return frozenset(weights.get(subset.question, {}) if subset.groups is None else subset.groups)


def derivable(published: Collection[People], weights: Mapping[str, int], *, k: int) -> frozenset[str] | None:
    """R7: fewer than K people, and at least one, who can be had by adding and subtracting these sets; or None.

    They are told by the names of their atoms. A sum of sets that is 0 or 1 on each atom is known by its values at the
    pivots of the reduced matrix. So only choices of pivots are tried that weigh less than K themselves.
    """
    atoms = _atoms(published, weights)
    sizes = [weigh(atom, weights) for atom in atoms]
    rows = _reduced([[int(atom <= people) for atom in atoms] for people in published])
    for chosen in _light(rows, sizes, k):
        return frozenset().union(*(atoms[place] for place in chosen))
    return None


def _atoms(published: Collection[People], weights: Mapping[str, int]) -> list[frozenset[str]]:
    """The atoms in which there is anybody, the largest first: they become the pivots, and few choices are light.

    What is in exactly the same sets is one atom. What is in none cannot be told apart by any.
    """
    alike: dict[tuple[bool, ...], set[str]] = {}
    for name, size in weights.items():
        if size > 0:
            alike.setdefault(tuple(name in people for people in published), set()).add(name)
    found = [frozenset(names) for places, names in alike.items() if any(places)]
    return sorted(found, key=lambda atom: -weigh(atom, weights))


def _reduced(matrix: Sequence[Sequence[int]]) -> _Rows:
    """The reduced row echelon form without its empty rows, times one number that makes it whole."""
    rows = [[Fraction(entry) for entry in row] for row in matrix]
    done: list[list[Fraction]] = []
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((row for row in rows if row[column]), None)
        if pivot is not None:
            rows.remove(pivot)
            pivot = [entry / pivot[column] for entry in pivot]
            rows, done = _cleared(rows, pivot, column), [*_cleared(done, pivot, column), pivot]
    whole = lcm(*(entry.denominator for row in done for entry in row))
    return [[int(entry * whole) for entry in row] for row in done]


def _cleared(rows: list[list[Fraction]], pivot: list[Fraction], column: int) -> list[list[Fraction]]:
    return [
        [entry - row[column] * other for entry, other in zip(row, pivot, strict=True)] if row[column] else row
        for row in rows
    ]


def _light(rows: _Rows, sizes: list[int], k: int) -> Iterator[tuple[int, ...]]:
    """The sums of rows that are 0 or 1 everywhere, and weigh 1 to K-1: the columns in which they are 1.

    Row by row each is taken or not; a column is judged when the last row that has something in it was.
    """
    whole = next(filter(None, rows[0])) if rows else 1
    last = [max((i for i, row in enumerate(rows) if row[j]), default=-1) for j in range(len(sizes))]
    ready = [[j for j, at in enumerate(last) if at == i] for i in range(len(rows))]

    def decide(i: int, total: list[int], weight: int) -> Iterator[tuple[int, ...]]:
        if i == len(rows):
            if weight:
                yield tuple(j for j, entry in enumerate(total) if entry)
            return
        for taken in (total, [a + b for a, b in zip(total, rows[i], strict=True)]):
            if all(taken[j] in {0, whole} for j in ready[i]):
                heavier = weight + sum(sizes[j] for j in ready[i] if taken[j])
                if heavier < k:
                    yield from decide(i + 1, taken, heavier)

    yield from decide(0, [0] * len(sizes), 0)
