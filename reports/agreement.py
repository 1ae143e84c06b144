"""How far people who code the same text agree, and where they do not.

All coefficients are made from `Patterns`: how many units (excerpts, or characters) were valued in which way by
the coders, in one order of coders. Numbers are exact fractions until the end, so that order changes nothing.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from fractions import Fraction
from math import ceil
from typing import TypeAlias

from msgspec import Struct

from reports import codebook
from reports.coding import Coded, Decision, theme_of

Value: TypeAlias = str | int | bool | None  # None: this coder did not value this unit
Patterns: TypeAlias = Mapping[tuple[Value, ...], int]

RELIABLE = 0.667  # Krippendorff 2004: the least α from which even tentative conclusions may be drawn
SAMPLE = Fraction(1, 5)
SMALLEST_SAMPLE = 30


class Undefined(StrEnum):
    """Why a coefficient has no value."""

    NO_PAIRS = "no_pairs"  # no unit was valued by two
    ONE_VALUE = "one_value"  # everybody gave every unit the same value: nothing varies, so nothing can agree


Coefficient: TypeAlias = float | Undefined


class Span(Struct, frozen=True):
    """Characters from `start` up to before `end`."""

    start: int
    end: int


def patterns(*coders: Sequence[Value]) -> Counter[tuple[Value, ...]]:
    """The values of coders side by side; each gives one for every unit, in one order of units."""
    return Counter(zip(*coders, strict=True))


def characters(length: int, first: Iterable[Span], second: Iterable[Span]) -> Counter[tuple[Value, ...]]:
    """What two coders marked of a text of `length` characters, coded and uncoded ones alike.

    A tool that looks only at what somebody coded leaves out what both left out, and cannot know
    what chance alone would give.
    """
    changes: Counter[tuple[int, int]] = Counter()
    for coder, spans in enumerate((_joined(first, length), _joined(second, length))):
        for span in spans:
            changes[span.start, coder] += 1
            changes[span.end, coder] -= 1
    return _swept(length, changes)


def _joined(spans: Iterable[Span], length: int) -> Iterator[Span]:
    """The spans within the text, those that overlap or touch as one."""
    last: Span | None = None
    for span in sorted(spans, key=lambda each: (each.start, each.end)):
        start, end = max(0, span.start), min(length, span.end)
        if start >= end:
            continue
        if last and start <= last.end:
            last = Span(last.start, max(last.end, end))
            continue
        if last:
            yield last
        last = Span(start, end)
    if last:
        yield last


def _swept(length: int, changes: Mapping[tuple[int, int], int]) -> Counter[tuple[Value, ...]]:
    found: Counter[tuple[Value, ...]] = Counter()
    marked, here = [0, 0], 0
    for (place, coder), change in sorted(changes.items()):
        found[marked[0] > 0, marked[1] > 0] += place - here
        marked[coder] += change
        here = place
    found[False, False] += length - here
    return +found


def agreement(units: Patterns) -> float | None:
    """The share of pairs of values, within units, that are equal (0..1); None where there is no pair."""
    same = pairs = 0
    for values, times in _paired(units):
        size = len(values)
        same += times * sum(n * (n - 1) for n in Counter(values).values())
        pairs += times * size * (size - 1)
    return same / pairs if pairs else None


def kappa(units: Patterns) -> Coefficient:
    """Cohen's κ of two coders: (Po - Pe)/(1 - Pe), Pe from each coder's own use of values (Cohen 1960).

    Units that one of them did not value are left out.
    """
    both = {values: n for values, n in units.items() if None not in values and n}
    total = sum(both.values())
    if not total:
        return Undefined.NO_PAIRS
    first, second = _margin(both, 0), _margin(both, 1)
    observed = Fraction(sum(n for (one, other), n in both.items() if one == other), total)
    expected = Fraction(sum(n * second[value] for value, n in first.items()), total**2)
    return Undefined.ONE_VALUE if expected == 1 else float((observed - expected) / (1 - expected))


def _margin(units: Patterns, coder: int) -> Counter[Value]:
    found: Counter[Value] = Counter()
    for values, n in units.items():
        found[values[coder]] += n
    return found


def alpha(units: Patterns) -> Coefficient:
    """Krippendorff's α for nominal values, any number of coders, some of them missing on some units.

    1 - Do/De by coincidences: each unit of m >= 2 values gives its unequal ordered pairs, over m - 1
    (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability"). Units with fewer values say nothing.
    """
    totals: Counter[Value] = Counter()
    unequal = Fraction(0)
    for values, times in _paired(units):
        counts, size = Counter(values), len(values)
        unequal += times * Fraction(size**2 - sum(n**2 for n in counts.values()), size - 1)
        for value, n in counts.items():
            totals[value] += n * times
    size = totals.total()
    expected = size**2 - sum(n**2 for n in totals.values())
    if not size:
        return Undefined.NO_PAIRS
    return float(1 - (size - 1) * unequal / expected) if expected else Undefined.ONE_VALUE


def _paired(units: Patterns) -> Iterator[tuple[tuple[Value, ...], int]]:
    for values, times in units.items():
        given = tuple(value for value in values if value is not None)
        if len(given) >= 2 and times:
            yield given, times


# A second auditor codes blind

Decisions: TypeAlias = Mapping[bytes, Mapping[bytes, Decision]]
"""Excerpt -> coder (an account) -> their decision."""


def double_coded(decided: Decisions, coder: bytes) -> tuple[bytes, ...]:
    """The excerpts that this coder values without seeing suggestions, or what others decided.

    Of what others coded and this coder did not: a fifth, at least 30, all where there are fewer. Which ones
    follows from their ids alone; one that was coded blind already stays in the sample. In the order of coding.
    """
    open_to_them = [excerpt for excerpt, by in decided.items() if _first(by, coder) and not _knows(by, coder)]
    size = max(SMALLEST_SAMPLE, ceil(len(open_to_them) * SAMPLE))
    return tuple(sorted(open_to_them, key=lambda each: (coder not in decided[each], _lot(each)))[:size])


def _first(by: Mapping[bytes, Decision], coder: bytes) -> bool:
    return any(not decision.blind for other, decision in by.items() if other != coder)


def _knows(by: Mapping[bytes, Decision], coder: bytes) -> bool:
    return coder in by and not by[coder].blind


def _lot(excerpt: bytes) -> bytes:
    return hashlib.sha256(excerpt).digest()


class Verdict(StrEnum):
    """What agreement says about a theme of the codebook."""

    HOLDS = "holds"
    REVISE = "revise"  # α < .667: its definition is read in two ways
    CANNOT_TELL = "cannot_tell"


class Compared(Struct, frozen=True):
    """Agreement on whether a theme is there, over `n` double-coded excerpts; `share` (0..1) of pairs agree.

    `used`: the excerpts to which anybody tied the theme. `characters` is κ over all characters of these excerpts.
    """

    theme: str
    n: int
    used: int
    share: float | None
    kappa: Coefficient
    alpha: Coefficient
    verdict: Verdict
    characters: Coefficient = Undefined.NO_PAIRS


class Side(Struct, frozen=True):
    """What one coder (an account) decided."""

    coder: bytes
    codes: tuple[Coded, ...]
    blind: bool


class Disagreement(Struct, frozen=True):
    """An excerpt that was not coded alike: themes that not all saw in it, and those seen in different directions."""

    excerpt: bytes
    themes: tuple[str, ...]
    directions: tuple[str, ...]
    sides: tuple[Side, ...]


class Comparison(Struct, frozen=True):
    """All that double coding shows. `n` excerpts were coded by two or more, one of them blind."""

    n: int
    themes: tuple[Compared, ...]
    disagreements: tuple[Disagreement, ...]


def compared(decided: Decisions, lengths: Mapping[bytes, int] | None = None) -> Comparison:
    """Agreement per theme, in the codebook's order, and each disagreement side by side, by excerpt.

    `lengths`: the characters of each excerpt, for κ over characters; those to which nobody tied the theme count too.

    Only what was coded by two, and blind by all but one of them, is looked at: who saw what another decided does not
    agree, but follow. κ compares the first coder with each blind one; α takes all of them together.
    """
    units = {excerpt: by for excerpt, by in decided.items() if _is_blind(by)}
    themes = {theme_of(coded.code) for by in units.values() for each in by.values() for coded in each.codes}
    return Comparison(
        len(units),
        tuple(_compared(theme, units, lengths or {}) for theme in sorted(themes, key=codebook.order)),
        tuple(each for excerpt in sorted(units) if (each := disagreement(excerpt, units[excerpt]))),
    )


def _is_blind(by: Mapping[bytes, Decision]) -> bool:
    return len(by) >= 2 and sum(not decision.blind for decision in by.values()) <= 1


def _compared(theme: str, units: Decisions, lengths: Mapping[bytes, int]) -> Compared:
    together: Counter[tuple[Value, ...]] = Counter()
    pairs: Counter[tuple[Value, ...]] = Counter()
    letters: Counter[tuple[Value, ...]] = Counter()
    for excerpt, by in units.items():
        first, *others = (_sees(each, theme) for _, each in _ordered(by))
        together[first, *others] += 1
        for other in others:
            pairs[first, other] += 1
            letters[first, other] += lengths.get(excerpt, 0)
    found = alpha(together)
    used = sum(n for values, n in together.items() if any(values))
    share, verdict = agreement(together), _verdict(found)
    return Compared(theme, len(units), used, share, kappa(pairs), found, verdict, kappa(letters))


def _ordered(by: Mapping[bytes, Decision]) -> list[tuple[bytes, Decision]]:
    """The one who was not blind first, the others by account."""
    return sorted(by.items(), key=lambda item: (item[1].blind, item[0]))


def _sees(decision: Decision, theme: str) -> bool:
    return any(theme_of(coded.code) == theme for coded in decision.codes)


def _verdict(found: Coefficient) -> Verdict:
    if isinstance(found, Undefined):
        return Verdict.CANNOT_TELL
    return Verdict.HOLDS if found >= RELIABLE else Verdict.REVISE


def disagreement(excerpt: bytes, by: Mapping[bytes, Decision]) -> Disagreement | None:
    """Where these coders do not agree about an excerpt; None where they do."""
    seen = [_directions(decision) for decision in by.values()]
    everything = sorted({theme for each in seen for theme in each}, key=codebook.order)
    themes = tuple(theme for theme in everything if not all(theme in each for each in seen))
    directions = tuple(
        theme for theme in everything if theme not in themes and len({each[theme] for each in seen}) > 1
    )
    if not themes and not directions:
        return None
    sides = tuple(Side(coder, each.codes, each.blind) for coder, each in _ordered(by))
    return Disagreement(excerpt, themes, directions, sides)


def _directions(decision: Decision) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for coded in decision.codes:
        theme = theme_of(coded.code)
        found[theme] = found.get(theme, frozenset()) | {coded.direction.value}
    return found
