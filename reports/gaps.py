"""The gap between how leaders and frontline staff see the same thing, and whether it is more than chance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from math import erfc, sqrt

from msgspec import Struct
from msgspec.structs import replace

from dialogues.wordless import Wordless
from reports.scoring import Interval, wilson

SMALL, LARGE = 0.10, 0.20
FALSE_DISCOVERIES = 0.10  # of the gaps that are called notable, at most this share in the long run
_ROUNDING = 1e-12  # .8 - .6 is a little less than .2
FEWEST = 5  # people on each side; anonymous groups need K of them


class Verdict(StrEnum):
    """What may be said of a gap."""

    ALIGNED = "aligned"  # less than 10 points, and the interval covers 0
    NOTABLE = "notable"  # the interval excludes 0, also among all themes that were looked at
    INDICATIVE = "indicative"  # 20 points or more, but chance alone could make it
    UNCLEAR = "unclear"  # in between: cannot tell
    INSUFFICIENT = "insufficient"  # too few on one side


class Positive(Wordless, frozen=True):
    """`x` of `n` people are positive. `x` may be a mean over several questions, so no whole number. No repr: exact."""

    x: float
    n: int

    @property
    def p(self) -> float:
        """The positive share, n > 0."""
        return self.x / self.n


class Gap(Struct, frozen=True):
    """Leaders' positive share less frontline's (-1..1), with its 95 % interval; both None where too few were heard.

    Above 0 leaders see it more brightly. `chance` is the two-sided p-value of no difference.
    """

    theme: str
    verdict: Verdict
    difference: float | None = None
    interval: Interval | None = None
    chance: float | None = None


class Reference(Struct, frozen=True):
    """A published gap to read others by; shares are fractions of 1."""

    about: str
    leaders: float
    frontline: float
    source: str


REFERENCES: tuple[Reference, ...] = (
    Reference(
        "communication openness: managers, and nursing assistants",
        0.77,
        0.47,
        "AHRQ, Nursing Home Survey on Patient Safety Culture: 2011 user comparative database report",
    ),
)
USUAL = (0.10, 0.30)  # a gap of this size is seen in most services (the same source)


def newcombe(first: Positive, second: Positive) -> Interval:
    """The 95 % interval of p1 - p2, n > 0: hybrid score, method 10 of Newcombe 1998.

    low = d - √((p1-l1)² + (u2-p2)²), high = d + √((u1-p1)² + (p2-l2)²), l and u Wilson's ends.
    """
    one, two = _ends(first), _ends(second)
    d = first.p - second.p
    low = d - sqrt((first.p - one.low) ** 2 + (two.high - second.p) ** 2)
    high = d + sqrt((one.high - first.p) ** 2 + (second.p - two.low) ** 2)
    return Interval(max(-1.0, low), min(1.0, high))


def _ends(each: Positive) -> Interval:
    return wilson(each.x, each.n)


def chance(first: Positive, second: Positive) -> float:
    """The two-sided p-value of p1 = p2, by the pooled z-test of two shares; 1 where nothing varies."""
    pooled = (first.x + second.x) / (first.n + second.n)
    spread = pooled * (1 - pooled) * (1 / first.n + 1 / second.n)
    return erfc(abs(first.p - second.p) / sqrt(2 * spread)) if spread > 0 else 1.0


def discoveries(chances: Mapping[str, float], *, rate: float = FALSE_DISCOVERIES) -> frozenset[str]:
    """Those that stand out among all that were looked at: Benjamini and Hochberg 1995.

    The largest i with p(i) <= i/m·rate, and all with a smaller p.
    """
    ordered = sorted(chances.values())
    passed = [p for i, p in enumerate(ordered, start=1) if p <= i / len(ordered) * rate]
    return frozenset(name for name, p in chances.items() if passed and p <= passed[-1])


def gap(theme: str, leaders: Positive, frontline: Positive, *, fewest: int = FEWEST) -> Gap:
    """One gap on its own; `gaps` looks at all of them together."""
    if min(leaders.n, frontline.n) < fewest:
        return Gap(theme, Verdict.INSUFFICIENT)
    difference, interval = leaders.p - frontline.p, newcombe(leaders, frontline)
    found = _verdict(difference, stands=not interval.low <= 0 <= interval.high)
    return Gap(theme, found, difference, interval, chance(leaders, frontline))


def gaps(sides: Mapping[str, tuple[Positive, Positive]], *, fewest: int = FEWEST) -> dict[str, Gap]:
    """The gap of each theme, from its leaders and its frontline.

    One that stands on its own, but not among all of them (Benjamini-Hochberg at 10 %), is not called notable.
    """
    return sifted(gap(theme, *both, fewest=fewest) for theme, both in sides.items())


def sifted(found: Iterable[Gap]) -> dict[str, Gap]:
    """The gaps by theme, with those no longer notable that many looks alone would bring up."""
    each = {one.theme: one for one in found}
    kept = discoveries({theme: one.chance for theme, one in each.items() if one.chance is not None})
    return {theme: one if theme in kept else _doubted(one) for theme, one in each.items()}


def _doubted(one: Gap) -> Gap:
    if one.verdict is not Verdict.NOTABLE or one.difference is None:
        return one
    verdict = Verdict.INDICATIVE if _reaches(one.difference, LARGE) else Verdict.UNCLEAR
    return replace(one, verdict=verdict)


def _verdict(difference: float, *, stands: bool) -> Verdict:
    if stands:
        return Verdict.NOTABLE
    if _reaches(difference, LARGE):
        return Verdict.INDICATIVE
    return Verdict.UNCLEAR if _reaches(difference, SMALL) else Verdict.ALIGNED


def _reaches(difference: float, size: float) -> bool:
    return abs(difference) >= size - _ROUNDING
