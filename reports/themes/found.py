"""What an audit found about each theme, as values."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from reports import assembly, codebook
from reports.coding import Direction
from reports.disclosure import Band, Share
from reports.gaps import Gap
from reports.scoring import Interval
from reports.themes.priorities import Judged, Priority


class Prevalence(Struct, frozen=True):
    """Of `heard` sources, how many speak of a theme mostly as a weakness, mostly as a strength, or as both."""

    heard: int
    weakness: int = 0
    strength: int = 0
    mixed: int = 0

    @property
    def spoke(self) -> int:
        """The sources that speak of it at all."""
        return self.weakness + self.strength + self.mixed

    @property
    def weak_share(self) -> float:
        """The share of those heard who report a weakness; 0 where nobody was heard."""
        return self.weakness / self.heard if self.heard else 0.0


class Split(Struct, frozen=True):
    """The prevalence among the sources of one type, or the people of one role."""

    code: str
    prevalence: Prevalence


class Item(Struct, frozen=True):
    """A closed question in named interviews and records: `positive` of `n` ratings, with Wilson's 95 % interval."""

    item: str
    n: int
    positive: int
    interval: Interval


class Unnamed(Struct, frozen=True):
    """What anonymous people wrote to one form about a theme, as shares of the `band` of people who answered it.

    A share is of at least so many: nobody knows which answers are of one person, so it is the largest for any one
    question. None: fewer than five, or none. `figures` and `gap` (leaders, and everybody else) are of the closed
    questions.
    """

    form: str
    band: Band
    spoke: Share | None
    weakness: Share | None
    strength: Share | None
    figures: assembly.ThemeFigures | None
    gap: Gap


class Released(Struct, frozen=True):
    """All that is published of anonymous people on themes, once: by theme, for each form. No count is in it."""

    themes: dict[str, tuple[Unnamed, ...]] = {}
    format: int = 1


def encode(released: Released) -> bytes:
    """The release as it is stored: JSON, the same bytes for equal ones."""
    return msgspec.json.encode(released, order="deterministic")


_decoder = msgspec.json.Decoder(Released)


def decode(content: bytes) -> Released:
    """The release that was stored. Raises `msgspec.ValidationError` when the bytes are none."""
    return _decoder.decode(content)


class CodeResult(Struct, frozen=True):
    """A code below a theme: how many people, and how many sources, speak of it."""

    code: str
    people: Prevalence
    sources: Prevalence


class ThemeResult(Struct, frozen=True):
    """Everything about one theme.

    `people` and `sources` (people and records) are named ones. `majority`: what most sources that speak say, None
    where it is even; `negative`: those that say the opposite. `gap`: of named ratings; `voiced`: of those who speak of
    it in their own words, where positive means that they mostly report no weakness.
    """

    theme: str
    people: Prevalence
    sources: Prevalence
    types: tuple[Split, ...]
    roles: tuple[Split, ...]
    codes: tuple[CodeResult, ...]
    majority: Direction | None
    negative: tuple[bytes, ...]
    items: tuple[Item, ...]
    gap: Gap
    voiced: Gap
    unnamed: tuple[Unnamed, ...]
    judged: Judged

    @property
    def positive(self) -> float | None:
        """The mean share of the best answers over the items, each as heavy as the others; None without any.

        It has no interval: ratings of one person are no independent trials.
        """
        return sum(each.positive / each.n for each in self.items) / len(self.items) if self.items else None


class Results(Struct, frozen=True):
    """The results of an audit; themes in the codebook's order, also those that nobody speaks of."""

    people: int
    sources: int
    themes: tuple[ThemeResult, ...]


def strongest(found: Results) -> tuple[ThemeResult, ...]:
    """The themes, the most pressing first: by priority, by the share of people, by kinds of evidence."""
    return tuple(sorted(found.themes, key=_pressing))


_RANK = {priority: rank for rank, priority in enumerate(Priority)}


def _pressing(each: ThemeResult) -> tuple[int, float, int, float, tuple[int, str]]:
    evidence = each.judged.evidence
    anonymous = evidence.anonymous.percent / 100 if evidence.anonymous else 0.0
    share = max(evidence.share, anonymous)
    return (
        _RANK[each.judged.priority],
        -share,
        -len(evidence.types),
        -each.sources.weak_share,
        codebook.order(each.theme),
    )
