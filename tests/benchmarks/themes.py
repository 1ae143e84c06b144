"""How long the theme results of a very large audit take: a million coded excerpts, and closed answers beside them."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator

from reports.coding import Coded, Direction
from reports.themes import AREAS, Material, Passage, Rating, Source, results
from tests.benchmarks.results import OURS, Result, median, single

CODINGS = 1_000_000
_SOURCES = 4_000
_ROUNDS = 5
_AIM = 2.0  # seconds, for the theme results of a million answers


def counting() -> Iterator[Result]:
    """A million codings of 4,000 sources; half a million with closed ratings."""
    coded, mixed = material(CODINGS, 0), material(CODINGS // 2, CODINGS // 2)
    aim = (single("aim", _AIM),)
    for name, run in (
        ("themes.results, 1,000,000 codings", lambda: results(coded)),
        ("themes.results, 500,000 codings and 500,000 ratings", lambda: results(mixed)),
    ):
        yield Result(name, "s", median(OURS, [_timed(run) for _ in range(_ROUNDS)]), aim, less_is_better=True)


def _timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def material(codings: int, rated: int) -> Material:
    """The same for the same sizes: one excerpt in eight has two codes; one source in four is anonymous or a record."""
    chance = random.Random(6)
    themes = sorted({theme for area in AREAS.values() for theme in area})
    codes = [f"{theme}.{part}" for theme in themes for part in "abcd"] + themes
    entries = [Coded(code, direction) for code in codes for direction in Direction]
    ids = [b"%016d" % i for i in range(_SOURCES)]
    kinds = ("staff", "staff", "partners", "processes")
    sources = tuple(
        Source(each, "guided", kinds[i % 4], "manager" if i % 5 == 0 else "care")
        for i, each in enumerate(ids)
    )
    passages, made = [], 0
    while made < codings:
        several = tuple(chance.sample(entries, 2)) if chance.random() < 1 / 8 else (chance.choice(entries),)
        passages.append(Passage(b"%016d" % made, chance.choice(ids), several))
        made += len(several)
    ratings = tuple(
        Rating(chance.choice(ids), chance.choice(themes), f"q{chance.randrange(40)}", chance.random() < 0.5)
        for _ in range(rated)
    )
    return Material(sources, tuple(passages), ratings)
