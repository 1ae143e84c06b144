"""From counted answers to scores: exact numbers, never to be shown as they are.

What may be shown of them is decided by `reports.disclosure`. Shares and interval ends are fractions of 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from math import sqrt

from msgspec import Struct, field

from dialogues.form import Form, Question
from dialogues.wordless import Wordless

DONT_KNOW = "dont_know"  # the choice, without a score, whose share is a result of its own
Z95 = 1.959963984540054  # the standard normal quantile of 97.5 %


class Tally(Wordless, frozen=True):
    """All that is counted of the answers to one form.

    `responses` people answered, `groups` of them in each declared group ('' where it was not said).
    `counts`: question path -> group -> stored value -> number of people. A stored value of a
    select_multiple is its choices, separated by spaces. It has no repr: exact counts leave on purpose only.
    """

    responses: int
    groups: dict[str, int] = field(default_factory=dict)
    counts: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)


class Interval(Struct, frozen=True):
    """The ends of a 95 % interval of a share, each 0..1."""

    low: float
    high: float


class Scale(Struct, frozen=True):
    """How a question is scored: its choices level by level from best to worst, by polarity.

    The first `best` levels are positive; `worst` as many levels at the other end are their mirror.
    """

    levels: tuple[tuple[str, ...], ...]
    best: int

    @property
    def worst(self) -> int:
        """How many levels at the end are the opposite of positive; they never overlap the best."""
        return min(self.best, len(self.levels) - self.best)


class Score(Struct, frozen=True):
    """People on each level of a scale, best first, and those who said that they do not know."""

    levels: tuple[int, ...]
    best: int
    dont_know: int

    @property
    def n(self) -> int:
        """People who answered on the scale: "don't know" and "does not apply" are no part of it."""
        return sum(self.levels)

    @property
    def positive(self) -> int:
        """People who chose one of the best levels."""
        return sum(self.levels[: self.best])

    @property
    def p(self) -> float | None:
        """The positive share, or None where nobody answered on the scale."""
        return self.positive / self.n if self.n else None

    @property
    def dont_know_share(self) -> float | None:
        """Don't know, of those who answered on the scale or said so; None where there is nobody."""
        asked = self.n + self.dont_know
        return self.dont_know / asked if asked else None


def scale(form: Form, question: Question) -> Scale | None:
    """How the question is scored, or None when its list holds no scale (fewer than two scores).

    Two of the levels are positive; only one where there are two or three of them,
    since two of three would call "sometimes" good.
    """
    scored = [choice for choice in form.choices.get(question.choices, ()) if choice.score is not None]
    scores = sorted({choice.score or 0.0 for choice in scored}, reverse=question.polarity >= 0)
    if len(scores) < 2:
        return None
    levels = tuple(tuple(choice.name for choice in scored if choice.score == each) for each in scores)
    return Scale(levels, best=2 if len(scores) > 3 else 1)


def score(scale: Scale, counts: Mapping[str, int]) -> Score:
    """People per level from people per stored value."""
    levels = tuple(sum(counts.get(name, 0) for name in level) for level in scale.levels)
    return Score(levels, scale.best, counts.get(DONT_KNOW, 0))


def everyone(tally: Tally, path: str) -> dict[str, int]:
    """People per stored value of a question, whatever their group."""
    total: Counter[str] = Counter()
    for counts in tally.counts.get(path, {}).values():
        total.update(counts)
    return dict(total)


def chosen(counts: Mapping[str, int]) -> dict[str, int]:
    """People per choice of a select_multiple; one person counts once for each choice they made."""
    total: Counter[str] = Counter()
    for value, people in counts.items():
        for choice in set(value.split()):
            total[choice] += people
    return dict(total)


def wilson(x: float, n: int, *, population: int | None = None) -> Interval:
    """Wilson's 95 % score interval of x of n people, n > 0, its ends exact at 0 and 1.

    Centre (p + z²/2n)/(1 + z²/n), half-width z/(1 + z²/n)·√(p(1-p)/n + z²/4n²): Wilson 1927.
    With `population`, n stands for n·(N-1)/(N-n) people (finite-population correction, Cochran 1977);
    a population smaller than n contradicts itself, and corrects nothing.
    """
    p = x / n
    if population == n:
        return Interval(p, p)
    size = n * (population - 1) / (population - n) if population and population > n else float(n)
    spread = 1 + Z95**2 / size
    centre = (p + Z95**2 / (2 * size)) / spread
    half = Z95 / spread * sqrt(p * (1 - p) / size + Z95**2 / (4 * size**2))
    return Interval(0.0 if x == 0 else max(0.0, centre - half), 1.0 if x == n else min(1.0, centre + half))


def composite(shares: Iterable[float | None]) -> float | None:
    """The score of a theme: the mean of its items' shares, those without a share left out (AHRQ SOPS)."""
    known = [share for share in shares if share is not None]
    return sum(known) / len(known) if known else None
