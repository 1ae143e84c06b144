"""Which rule depends on which question, and in what order to work them out.

The graph is made once per form, over its nodes; instances of repeats are told apart by how many repeats
around a node are the same instance on both sides (`bound`). After a change only what hangs on it is
worked out again, each rule once, in an order in which everything it looks at comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from dialogues.expressions import Use
from dialogues.outline import Spot


@dataclass(frozen=True, slots=True)
class Dependent:
    """A node whose rules look at another; only instances that share `bound` repeats with it are touched.

    `calculates` says that its calculation is among these rules; `only_value` that none of them tells a
    hidden node from one without an answer.
    """

    spot: Spot
    bound: int
    calculates: bool = False
    only_value: bool = False


@dataclass(frozen=True, slots=True)
class Dependencies:
    """`order` lists the nodes so that each comes after what it looks at; `rank` is the place in it.

    `dependents[i]` are the nodes to work out again when node i changed. `cycle` names the nodes of the
    first circle, if there is one; then the rest is of no use.
    """

    order: tuple[Spot, ...]
    rank: tuple[int, ...]
    dependents: tuple[tuple[Dependent, ...], ...]
    cycle: tuple[Spot, ...] = ()


def find_dependencies(
    spots: Sequence[Spot], uses: Sequence[Iterable[Use]], calculations: Sequence[frozenset[Use]]
) -> Dependencies:
    """The graph of a form; ties keep document order.

    `uses[i]` is what the rules of `spots[i]` look at, `calculations[i]` what its calculation looks at.
    """
    dependents: list[dict[tuple[int, int], Dependent]] = [{} for _ in spots]
    needs: list[set[int]] = [set() for _ in spots]
    for spot in spots:
        for use in uses[spot.index]:
            _add(
                dependents[use.spot.index],
                Dependent(spot, use.bound, use in calculations[spot.index], use.only_value),
            )
            needs[spot.index].add(use.spot.index)
        if spot.parent is not None and spot.parent.index >= 0:
            parent = spot.parent
            _add(dependents[parent.index], Dependent(spot, parent.depth))
            needs[spot.index].add(parent.index)
    order = _sorted(spots, needs, dependents)
    cycle = () if len(order) == len(spots) else _circle(spots, needs, {spot.index for spot in order})
    rank = [0] * len(spots)
    for place, spot in enumerate(order):
        rank[spot.index] = place
    return Dependencies(tuple(order), tuple(rank), tuple(tuple(one.values()) for one in dependents), cycle)


def _add(dependents: dict[tuple[int, int], Dependent], one: Dependent) -> None:
    """Enter a dependent, together with what was entered of the same node before."""
    key = (one.spot.index, one.bound)
    before = dependents.get(key)
    if before is not None:
        one = Dependent(
            one.spot, one.bound, one.calculates or before.calculates, one.only_value and before.only_value
        )
    dependents[key] = one


def _sorted(
    spots: Sequence[Spot], needs: Sequence[set[int]], dependents: Sequence[dict[tuple[int, int], Dependent]]
) -> list[Spot]:
    waiting = [len(need) for need in needs]
    ready = [spot.index for spot in spots if not waiting[spot.index]]
    heapify(ready)
    order: list[Spot] = []
    while ready:
        index = heappop(ready)
        order.append(spots[index])
        for follower in {key[0] for key in dependents[index]}:
            waiting[follower] -= 1
            if not waiting[follower]:
                heappush(ready, follower)
    return order


def _circle(spots: Sequence[Spot], needs: Sequence[set[int]], sorted_out: set[int]) -> tuple[Spot, ...]:
    """One circle among the nodes that could not be sorted: each of them needs another of them."""
    index = next(spot.index for spot in spots if spot.index not in sorted_out)
    path: list[int] = []
    while index not in path:
        path.append(index)
        index = min(need for need in needs[index] if need not in sorted_out)
    return tuple(spots[one] for one in path[path.index(index) :])
