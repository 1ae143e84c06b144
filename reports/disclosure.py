"""What may be published of counted answers: rules R0 to R5 of the anonymity design.

Three ideas carry the file:

1. **Hiding looks at sizes, never at answers** (R1-R4). Otherwise the gap itself would tell.
2. **Coarse shares are the only thing that leaves** (R5). Intervals, theme scores, their order and verdicts
   are computed from published shares and bands, never from the counts: they cannot undo the coarsening.
3. **What adds up is not published part by part.** The options of a scale sum to 100 %, so a small option
   could be had by subtraction, however each is rounded. It is shown only together with its
   neighbour: `parts`. Nobody can tell whether nobody chose it, or somebody.

Not resisted, and known: R5 publishes 2 of 12 as 15 %, from which two people can be inferred; and a reader
who knows all answers but one. What is published beside something else is judged in `reports.ledger` (R6, R7),
`reports.quotes` (R8) and `reports.waves` (R9).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum, StrEnum
from functools import lru_cache
from math import ceil, floor

from msgspec import Struct

from reports.scoring import wilson

DEFAULT_K = 8  # NHS hospital statistics suppress 1-7
SMALLEST_K, LARGEST_K = 5, 20
STEP = 5  # percent
_EDGES = (10, 15, 20, 30, 40, 50, 75, 100, 150, 200, 300, 500, 1000)
_NARROWEST = 5  # different sizes that a band holds at least: the exact size stays open
_SMALLEST_PART = 3  # of two people, each would know the other's answer


class Size(StrEnum):
    """How a share is said: by a word at both ends, in percent between."""

    FEW = "few"
    PERCENT = "percent"
    NEARLY_ALL = "nearly_all"


class Share(Struct, frozen=True):
    """A coarsened share. `percent` is a multiple of 5; for the words it only says where to draw them."""

    size: Size
    percent: int


FEW = Share(Size.FEW, STEP)
NEARLY_ALL = Share(Size.NEARLY_ALL, 100 - STEP)


class Band(Struct, frozen=True):
    """A number of people from `low` to `high`; `high` is None where it is open."""

    low: int
    high: int | None


class Range(Struct, frozen=True):
    """An interval of shares, both ends multiples of 5 percent, rounded outwards."""

    low: int
    high: int


class Part(Struct, frozen=True):
    """Neighbouring levels `start`..`stop` (excluded) of a scale, and the share of people on them together."""

    start: int
    stop: int
    share: Share


class Quarter(IntEnum):
    """A share of a group, said no finer than in quarters."""

    FIRST = 0
    SECOND = 1
    THIRD = 2
    FOURTH = 3


class Breakdown(Struct, frozen=True):
    """Which groups may be shown, and which may not; both by code."""

    visible: tuple[str, ...]
    hidden: tuple[str, ...]


def is_threshold(k: int) -> bool:
    """Whether K may be used: small enough to publish anything, large enough to protect."""
    return SMALLEST_K <= k <= LARGEST_K


def counted(n: int, *, k: int) -> Band:
    """R0 and the counts of an open audit: "fewer than K" or "K or more", nothing finer."""
    return Band(0, k - 1) if n < k else Band(k, None)


def enough(n: int, *, k: int) -> bool:
    """R1: whether anything may be said about n people. None at all is as little as one."""
    return n >= k


def band(n: int, *, k: int) -> Band:
    """R5: the band of n >= K people. The first begins at K and, as all others, holds at least five sizes."""
    if not enough(n, k=k):
        return counted(n, k=k)
    low = k
    for edge in _EDGES:
        if edge < low + _NARROWEST:
            continue
        if n < edge:
            return Band(low, edge - 1)
        low = edge
    return Band(low, None)


def breakdown(sizes: Mapping[str, int], *, k: int) -> Breakdown:
    """R2 and R3: which groups may be shown, from the number of people in each.

    Hides each group below K; then the smallest visible ones (ties by code), until those hidden are none,
    or at least two with K people together: else total minus visible groups would give a small group away.
    """
    visible = sorted((code for code, n in sizes.items() if n >= k), key=lambda code: (sizes[code], code))
    hidden = [code for code in sizes if code not in visible]
    while visible and hidden and not _covers(hidden, sizes, k):
        hidden.append(visible.pop(0))
    return Breakdown(tuple(sorted(visible)), tuple(sorted(hidden)))


def _covers(hidden: list[str], sizes: Mapping[str, int], k: int) -> bool:
    return len(hidden) >= 2 and sum(sizes[code] for code in hidden) >= k


def common(breakdowns: list[Breakdown]) -> Breakdown:
    """The groups that may be shown on every question of a theme: hidden on one is hidden on all.

    R3 still holds on each question, since the hidden groups of a question are among those of the theme.
    """
    codes = {code for each in breakdowns for code in (*each.visible, *each.hidden)}
    hidden = {code for each in breakdowns for code in each.hidden}
    return Breakdown(tuple(sorted(codes - hidden)), tuple(sorted(hidden)))


def margin(n: int) -> int:
    """R5: the number of people that is said by a word at both ends."""
    return max(1, n // 10)


def share(x: int, n: int) -> Share:
    """R5: x of n people, n > 0, as "few", "nearly all" or the nearest 5 %.

    Halves go to the even step, so that a share and its complement still sum to 100.
    """
    if x <= margin(n):
        return FEW
    if x >= n - margin(n):
        return NEARLY_ALL
    return Share(Size.PERCENT, _nearest(x, n) * STEP)


def _nearest(x: int, n: int) -> int:
    steps, rest = divmod(x * (100 // STEP), n)
    return steps + (2 * rest > n or (2 * rest == n and steps % 2 == 1))


def parts(levels: tuple[int, ...], *, best: int, worst: int) -> tuple[Part, ...]:
    """R5 for what adds up: the levels of a scale, best first, as parts that give no small level away.

    First positive against the rest, as `share` says it; where that is "few" or "nearly all", no more. Then
    each side is cut on (positive; middle | negative; negative) only when both pieces hold more than
    `margin` and at least three people. Moving people inside an uncut part, as long as one piece stays
    small, changes nothing that is published: any small number from none to the limit is as possible
    as the true one, and which piece is small is not said.
    """
    n, count = sum(levels), len(levels)
    positive, rest = share(sum(levels[:best]), n), share(sum(levels[best:]), n)
    if positive.size is not Size.PERCENT:
        return Part(0, best, positive), Part(best, count, rest)
    upper = _cut(levels, 0, best, best - 1)
    lower = _cut(levels, best, count, count - worst)
    if len(lower) == 2 and worst > 1:
        lower = [lower[0], *_cut(levels, *lower[1], count - 1)]
    return tuple(Part(start, stop, share(sum(levels[start:stop]), n)) for start, stop in (*upper, *lower))


def _cut(levels: tuple[int, ...], start: int, stop: int, at: int) -> list[tuple[int, int]]:
    least = max(_SMALLEST_PART, margin(sum(levels)) + 1)
    if start < at < stop and min(sum(levels[start:at]), sum(levels[at:stop])) >= least:
        return [(start, at), (at, stop)]
    return [(start, stop)]


def apart(blocks: Iterable[tuple[int, int]]) -> bool:
    """Whether groups may be told apart on one question.

    `blocks`: (x, n) of every visible group, and of all hidden ones together. They add up to the published
    total, so this is `parts` again: the total is cut into groups only when, in each block, neither the
    positive answers nor the others are few. Else a low total beside one high group would prove that nobody
    in the other agreed (measured without this: 68 of 701 ways to publish two groups of 8 to 19 did so).
    """
    return all(margin(n) < x < n - margin(n) for x, n in blocks)


def choices(counts: Mapping[str, int], *, answered: int) -> dict[str, Share] | None:
    """R5 where several choices may be made: the share of each, of the people who answered; or None.

    Everyone who answered chose something, so the counts sum to `answered` at least. Where the large
    choices alone do not reach that, the small ones could be had by subtraction, and nothing is shown.
    """
    large = sum(x for x in counts.values() if x > margin(answered))
    if large < answered:
        return None
    return {name: share(x, answered) for name, x in counts.items()}


def quarter(p: float) -> Quarter:
    """The quarter in which a group's score lies.

    Groups are said this coarsely because of 8 to 14 people nobody can tell more (60 % of 8 is 31 to 86 %).
    """
    return Quarter(min(3, int(p * 4)))


@lru_cache(maxsize=4096)
def interval(value: Share, people: Band, *, population: int | None = None) -> Range:
    """The published interval: of every (x, n) that would be published as this share and band, the widest.

    It is computed from what is published alone. The interval of the true counts would undo "few": 0 of 12
    ends at 24 %, 1 of 12 at 35 %. In an open band the smallest size has the widest interval.
    """
    ends = [wilson(x, n, population=population) for x, n in behind(value, people, population=population)]
    if not ends:  # no count at all is published like this: the caller mixed two questions
        return Range(0, 100)
    return outwards(min(end.low for end in ends), max(end.high for end in ends))


def behind(value: Share, people: Band, *, population: int | None = None) -> tuple[tuple[int, int], ...]:
    """For each size of a band the least and the greatest (x, n) that are published as this share."""
    return tuple((x, n) for n in _sizes(people, population) for x in _published_as(value, n))


def _sizes(people: Band, population: int | None) -> range:
    """The sizes of a band; more people than there are staff only where the whole band says so."""
    top = people.high or people.low
    return range(people.low, max(people.low, min(top, population or top)) + 1)


def _published_as(value: Share, n: int) -> tuple[int, ...]:
    """The least and the greatest x of n that are published as this share: Wilson's ends rise with x."""
    if value.size is Size.FEW:
        return 0, margin(n)
    if value.size is Size.NEARLY_ALL:
        return n - margin(n), n
    near = range(floor(n * (value.percent - 3) / 100), ceil(n * (value.percent + 3) / 100) + 1)
    alike = [x for x in near if 0 <= x <= n and share(x, n) == value]
    return (alike[0], alike[-1]) if alike else ()


def outwards(low: float, high: float) -> Range:
    """Fractions of 1 rounded away from each other to the steps of 5 percent, within 0..100."""
    steps = 100 // STEP
    return Range(
        max(0, floor(low * steps + 1e-9) * STEP),
        min(100, ceil(high * steps - 1e-9) * STEP),
    )
