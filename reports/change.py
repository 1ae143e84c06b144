"""What changed between an audit and its re-audit, with how sure one can be; "cannot tell" is a result.

Two ways lead to the same verdicts. Interviews by name and records are counted exactly (`difference`). Of anonymous
answers only what was published of both audits is looked at (`compare`): R9, a difference of exact numbers would be
finer than both of its sides. A published figure stands for several counts, so its change has the widest interval that
any of them gives, in whole points rounded outwards: it says less than the counts could, and never more.

A verdict, the first that holds:

1. *cannot tell*: fewer than 10 people on a side, or nobody knows whether there were 10.
2. *improved*, *deteriorated*: the interval excludes 0.
3. *cannot tell*: the interval is wider than 40 points.
4. *no clear change*.

That 2 comes before 3 follows from the check values of the design: from 40 to 70 % cannot be told at 20 people each (-1
to 54 points), and can at 30 (5 to 50 points), which is also wider than 40.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from math import ceil, floor, hypot

from msgspec import Struct

from dialogues.form import Text
from reports import disclosure, waves
from reports.assembly import Figures, ItemResult, Report
from reports.disclosure import Band, Share
from reports.gaps import Positive, newcombe
from reports.scoring import Interval, wilson
from reports.waves import Withheld

FEWEST = 10  # people on each side
WIDEST = 40  # points, beyond which an interval around 0 says nothing
MOVED = 10  # points by which a group's share of those heard must have moved, to say that the mix changed
_ROUNDING = 1e-9


class Verdict(StrEnum):
    """What may be said of a change."""

    IMPROVED = "improved"
    NO_CLEAR_CHANGE = "no_clear_change"
    DETERIORATED = "deteriorated"
    CANNOT_TELL = "cannot_tell"


class Points(Struct, frozen=True):
    """The ends of a 95 % interval of a change, in percent points, -100..100."""

    low: int
    high: int

    @property
    def width(self) -> int:
        """How far they are apart."""
        return self.high - self.low


class Difference(Struct, frozen=True):
    """The later positive share less the earlier, as fractions of 1, with its 95 % interval. No repr: exact."""

    verdict: Verdict
    difference: float
    interval: Interval

    def __repr__(self) -> str:
        return f"Difference({self.verdict})"


class Moved(Struct, frozen=True):
    """A published share then and now, of how many people, and what may be said of the change."""

    before: Share
    after: Share
    people_before: Band
    people_after: Band
    interval: Points
    verdict: Verdict


class ItemChange(Struct, frozen=True):
    """A question that both audits asked, in the words of the later one. Withheld: R9, which of them shows nothing."""

    equivalence: str
    label: Text
    change: Moved | Withheld


class Mix(StrEnum):
    """Whether the same groups were heard in the same proportion, as far as what is published tells."""

    CHANGED = "changed"
    ALIKE = (
        "alike"  # nothing published shows a change; a small one, or one among hidden groups, stays possible
    )
    UNKNOWN = "unknown"  # no group is shown on both sides, or one on one side alone


class Heard(Struct, frozen=True):
    """The groups heard then and now, and which groups' share of all certainly moved by 10 points or more."""

    mix: Mix
    moved: tuple[Text, ...] = ()


class Compared(Struct, frozen=True):
    """The change between two audits. `only_before`, `only_after`: questions without an equivalent in the other."""

    items: tuple[ItemChange, ...]
    heard: Heard
    only_before: tuple[Text, ...] = ()
    only_after: tuple[Text, ...] = ()

    def by(self, verdict: Verdict) -> tuple[ItemChange, ...]:
        """The questions with that verdict."""
        return tuple(
            each for each in self.items if isinstance(each.change, Moved) and each.change.verdict is verdict
        )

    @property
    def withheld(self) -> tuple[ItemChange, ...]:
        """The questions of which one audit shows nothing."""
        return tuple(each for each in self.items if isinstance(each.change, Withheld))


def difference(before: Positive, after: Positive) -> Difference:
    """The change of a share that is counted exactly, n > 0 on both sides."""
    interval = newcombe(after, before)
    fewest = min(before.n, after.n)
    return Difference(_verdict(interval.low * 100, interval.high * 100, fewest), after.p - before.p, interval)


def moved(before: Figures, after: Figures) -> Moved:
    """The change between two published figures of one question, polarity already taken into account."""
    interval = _widest(before, after)
    fewest = min(before.band.low, after.band.low)
    verdict = _verdict(interval.low, interval.high, fewest)
    return Moved(before.positive, after.positive, before.band, after.band, interval, verdict)


def _verdict(low: float, high: float, fewest: int) -> Verdict:
    if fewest < FEWEST:
        return Verdict.CANNOT_TELL
    if low > 0:
        return Verdict.IMPROVED
    if high < 0:
        return Verdict.DETERIORATED
    return Verdict.CANNOT_TELL if high - low > WIDEST + _ROUNDING else Verdict.NO_CLEAR_CHANGE


class _Ends(Struct, frozen=True):
    """How far the positive share and the ends of its interval may lie, of all counts that are published alike."""

    least: float
    greatest: float
    low: float
    high: float


@lru_cache(maxsize=4096)
def _ends(share: Share, people: Band) -> _Ends | None:
    """All staff are taken for a sample of those who could work here: no finite-population correction."""
    counts = disclosure.behind(share, people)
    shares, intervals = [x / n for x, n in counts], [wilson(x, n) for x, n in counts]
    if not counts:  # no count at all is published like this
        return None
    return _Ends(
        min(shares), max(shares), min(each.low for each in intervals), max(each.high for each in intervals)
    )


def _widest(before: Figures, after: Figures) -> Points:
    then, now = _ends(before.positive, before.band), _ends(after.positive, after.band)
    if then is None or now is None:
        return Points(-100, 100)
    low, high = _least(now, then), -_least(then, now)
    return Points(max(-100, floor(100 * low + _ROUNDING)), min(100, ceil(100 * high - _ROUNDING)))


def _least(one: _Ends, other: _Ends) -> float:
    """Newcombe's lower end of one share less the other, at its least.

    (p1 - p2) - √((p1-l1)² + (u2-p2)²) rises with p1 and l1 and falls with p2 and u2, so that each may be taken alone.
    """
    return one.least - other.greatest - hypot(one.least - one.low, other.high - other.greatest)


def compare(baseline: Report, follow_up: Report) -> Compared:
    """What changed, question by question in the order of the later report; from published values alone."""
    then, now = _items(baseline, follow_up), _items(follow_up, baseline)
    return Compared(
        tuple(_change(key, then[key], now[key]) for key in now if key in then),
        _heard(baseline, follow_up),
        tuple(item.label for key, item in then.items() if key not in now),
        tuple(item.label for key, item in now.items() if key not in then),
    )


def _items(report: Report, other: Report) -> dict[str, ItemResult]:
    """The questions by what makes them comparable: their equivalence; in the very same form also their place."""
    same = report.digest == other.digest
    return {
        (f"/{item.path}" if same else item.equivalence or f"/{report.digest}/{item.path}"): item
        for theme in report.themes
        for item in theme.items
    }


def _change(key: str, before: ItemResult, after: ItemResult) -> ItemChange:
    sides = waves.compared(before.figures, after.figures)
    change = sides if isinstance(sides, Withheld) else moved(sides.before, sides.after)
    return ItemChange(after.equivalence or key, after.label, change)


# Who was heard


def _heard(baseline: Report, follow_up: Report) -> Heard:
    then, now = dict(_shares(baseline)), dict(_shares(follow_up))
    known = [code for code in now if code in then and now[code] and then[code]]
    names = {group.code: group.label for group in follow_up.heard.groups}
    found = tuple(names[code] for code in known if _apart(then[code], now[code]))
    if found:
        return Heard(Mix.CHANGED, found)
    alike = known and all((code in known) for each in (then, now) for code, share in each.items() if share)
    return Heard(Mix.ALIKE if alike else Mix.UNKNOWN)


def _shares(report: Report) -> Iterator[tuple[str, tuple[float, float] | None]]:
    """Of each group the least and the greatest share of those heard that its band allows, in percent."""
    everyone = report.heard.band
    for group in report.heard.groups:
        yield group.code, None if group.band is None else _share(group.band, everyone)


def _share(group: Band, everyone: Band) -> tuple[float, float]:
    most = min(group.high or everyone.low, everyone.low)
    return 100 * group.low / everyone.high if everyone.high else 0.0, 100 * most / everyone.low


def _apart(before: tuple[float, float] | None, after: tuple[float, float] | None) -> bool:
    if before is None or after is None:
        return False
    return max(after[0] - before[1], before[0] - after[1]) >= MOVED
