"""Closed answers of named people and records, and the gaps between named leaders and frontline staff."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from reports import gaps, scoring
from reports.gaps import Gap, Positive
from reports.themes.found import Item
from reports.themes.material import Rating, Sides
from reports.themes.saying import Balances, People


def items(rated: Iterable[Rating]) -> dict[str, tuple[Item, ...]]:
    """The rated items of each theme, by name."""
    counts = Counter((each.theme, each.item, each.positive) for each in rated)
    found: dict[str, list[Item]] = {}
    for theme, item in sorted({(theme, item) for theme, item, _ in counts}):
        x, rest = counts[theme, item, True], counts[theme, item, False]
        found.setdefault(theme, []).append(Item(item, x + rest, x, scoring.wilson(x, x + rest)))
    return {theme: tuple(items) for theme, items in found.items()}


def named_gaps(order: list[str], rated: Iterable[Rating], people: People, sides: Sides) -> dict[str, Gap]:
    """The gap of each theme over the items that at least five of either side rated."""
    leaders, frontline = people.side(sides.leaders), people.side(sides.frontline)
    counts = {True: Counter[tuple[str, str, bool]](), False: Counter[tuple[str, str, bool]]()}
    for each in rated:
        if each.source in leaders or each.source in frontline:
            counts[each.source in leaders][each.theme, each.item, each.positive] += 1
    rows: dict[str, list[tuple[Positive, Positive]]] = {theme: [] for theme in order}
    for theme, item in sorted({key[:2] for each in counts.values() for key in each}):
        both = tuple(_positive(counts[side], theme, item) for side in (True, False))
        if min(each.n for each in both) >= gaps.FEWEST:
            rows[theme].append((both[0], both[1]))
    return gaps.gaps({theme: composite(each) for theme, each in rows.items()})


def _positive(counts: Mapping[tuple[str, str, bool], int], theme: str, item: str) -> Positive:
    x = counts.get((theme, item, True), 0)
    return Positive(x, x + counts.get((theme, item, False), 0))


def composite(items: list[tuple[Positive, Positive]]) -> tuple[Positive, Positive]:
    """The mean share of the items on either side, of as many people as the item with the fewest."""
    if not items:
        return Positive(0, 0), Positive(0, 0)
    return _mean([one for one, _ in items]), _mean([other for _, other in items])


def _mean(items: list[Positive]) -> Positive:
    n = min(each.n for each in items)
    return Positive(sum(each.p for each in items) / len(items) * n, n)


def voiced_gaps(order: list[str], themes: Balances, people: People, sides: Sides) -> dict[str, Gap]:
    """The gap of each theme among those who speak of it: who mostly reports no weakness is positive."""
    leaders, frontline = people.side(sides.leaders), people.side(sides.frontline)
    said: dict[str, Mapping[bytes, int]] = {theme: themes.get(theme, {}) for theme in order}
    return gaps.gaps(
        {theme: (_not_weak(leaders, each), _not_weak(frontline, each)) for theme, each in said.items()}
    )


def _not_weak(side: frozenset[bytes], balance: Mapping[bytes, int]) -> Positive:
    spoke = [balance[each] for each in side if each in balance]
    return Positive(sum(each >= 0 for each in spoke), len(spoke))
