"""What blind guessing gets right, so that it is seen when somebody does better."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from msgspec import Struct


class Score(Struct, frozen=True):
    """How one attack went, over all runs.

    `right` links of `guesses`, each of which blind chance gets right with the probability `blind` on average;
    `order` is how much the guessed order is like the true one, in standard deviations.
    """

    right: int = 0
    guesses: int = 0
    expected: float = 0.0
    order: float = 0.0
    orders: int = 0

    def and_then(self, more: Score) -> Score:
        """Both together."""
        return Score(
            self.right + more.right,
            self.guesses + more.guesses,
            self.expected + more.expected,
            self.order + more.order,
            self.orders + more.orders,
        )

    @property
    def by_links(self) -> float:
        """How probable so many right links are by chance alone: the tail of the binomial distribution."""
        return (
            1.0 if not self.guesses else binomial_tail(self.right, self.guesses, self.expected / self.guesses)
        )

    @property
    def by_order(self) -> float:
        """How probable such an order is by chance alone, either way round."""
        return math.erfc(abs(self.order) / math.sqrt(2 * self.orders)) if self.orders else 1.0


def score(guessed: Sequence[bytes | None], true: Sequence[bytes]) -> Score:
    """How well `guessed` fits `true`, both a row for each person, in the order of the people; None: no guess."""
    right = sum(one == other for one, other in zip(guessed, true, strict=True))
    guesses = sum(each is not None for each in guessed)
    whole = guesses == len(true) > 2
    order = correlation(guessed, true) * math.sqrt(len(true) - 1) if whole else 0.0
    return Score(right, guesses, guesses / max(len(true), 1), order, int(whole))


def correlation(guessed: Sequence[bytes | None], true: Sequence[bytes]) -> float:
    """Spearman's rank correlation: 1 for the same order, -1 for the reverse.

    Over all orders its mean is 0 and its variance 1 / (n - 1): this is the permutation test without the permutations.
    """
    n, places = len(true), {row: place for place, row in enumerate(true)}
    apart = sum((place - places.get(row or b"", place)) ** 2 for place, row in enumerate(guessed))
    return 1 - 6 * apart / (n * (n**2 - 1))


def binomial_tail(right: int, guesses: int, blind: float) -> float:
    """How probable `right` or more of `guesses` are."""
    if blind >= 1:
        return 1.0
    return min(1.0, math.fsum(_probable(number, guesses, blind) for number in range(right, guesses + 1)))


def _probable(right: int, guesses: int, blind: float) -> float:
    ways = math.lgamma(guesses + 1) - math.lgamma(right + 1) - math.lgamma(guesses - right + 1)
    return math.exp(ways + right * math.log(blind) + (guesses - right) * math.log1p(-blind))


def together(scores: Iterable[Score]) -> Score:
    """All runs as one."""
    total = Score()
    for each in scores:
        total = total.and_then(each)
    return total
