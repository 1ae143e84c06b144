"""Who says what: for each code, the balance of every source that speaks of it (+1 a strength, -1 a weakness)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TypeAlias

from msgspec import Struct

from reports.coding import Direction, theme_of
from reports.themes.found import CodeResult, Prevalence, Split
from reports.themes.material import PEOPLE, Passage, Source

Balances: TypeAlias = dict[str, dict[bytes, int]]


def balances(passages: Iterable[Passage]) -> tuple[Balances, Balances]:
    """By theme, and by code. An excerpt counts once for each theme and direction, however many codes say so."""
    codes, several = _of_one_code(passages)
    themes = _empty()
    for code, row in codes.items():
        _add(themes[theme_of(code)], row)
    for passage in several:
        said = {(each.code, _sign(each.direction)) for each in passage.codes}
        _weigh(codes, passage.source, said)
        _weigh(themes, passage.source, {(theme_of(code), sign) for code, sign in said})
    return themes, codes


def _of_one_code(passages: Iterable[Passage]) -> tuple[Balances, list[Passage]]:
    """The balances of passages with one code, which are most, and the others. This loop runs a million times."""
    strength, weakness = Direction.STRENGTH, Direction.WEAKNESS
    codes, several = _empty(), []
    for passage in passages:
        coded = passage.codes
        if len(coded) != 1:
            several.append(passage)
            continue
        direction = coded[0].direction
        codes[coded[0].code][passage.source] += (
            1 if direction is strength else -1 if direction is weakness else 0
        )
    return codes, several


def _empty() -> Balances:
    return defaultdict(lambda: defaultdict(int))


def _sign(direction: Direction) -> int:
    if direction is Direction.MIXED:
        return 0
    return 1 if direction is Direction.STRENGTH else -1


def _add(row: dict[bytes, int], more: Mapping[bytes, int]) -> None:
    for source, balance in more.items():
        row[source] += balance


def _weigh(balances: Balances, source: bytes, said: Iterable[tuple[str, int]]) -> None:
    for code, sign in said:
        balances[code][source] += sign


def stance(balance: int) -> Direction:
    """What a source with this balance says."""
    if balance:
        return Direction.STRENGTH if balance > 0 else Direction.WEAKNESS
    return Direction.MIXED


class Stances(Struct, frozen=True):
    """The named sources that speak of something, by what they say."""

    weakness: frozenset[bytes]
    strength: frozenset[bytes]
    mixed: frozenset[bytes]

    def __bool__(self) -> bool:
        return bool(self.weakness or self.strength or self.mixed)

    def among(self, ids: frozenset[bytes]) -> Prevalence:
        """The prevalence among these sources."""
        return Prevalence(len(ids), len(ids & self.weakness), len(ids & self.strength), len(ids & self.mixed))


class People(Struct, frozen=True):
    """The sources, by what they are; sets of ids. Types and roles are in alphabetical order."""

    named: frozenset[bytes]
    people: frozenset[bytes]
    types: dict[str, frozenset[bytes]]
    roles: dict[str, frozenset[bytes]]
    unnamed: dict[bytes, tuple[str, str]]  # -> form, question

    @classmethod
    def of(cls, sources: tuple[Source, ...]) -> People:
        """The sources, sorted into what they are."""
        named = [each for each in sources if each.named]
        people = [each for each in named if each.type in PEOPLE]
        return cls(
            frozenset(each.id for each in named),
            frozenset(each.id for each in people),
            _by(named, lambda each: each.type),
            _by([each for each in people if each.role], lambda each: each.role),
            {each.id: (each.form, each.question) for each in sources if not each.named},
        )

    def stances(self, balance: Mapping[bytes, int]) -> Stances:
        """What the named sources say."""
        weak = self.named.intersection([source for source, each in balance.items() if each < 0])
        strong = self.named.intersection([source for source, each in balance.items() if each > 0])
        return Stances(weak, strong, self.named.intersection(balance) - weak - strong)

    def splits(self, groups: Mapping[str, frozenset[bytes]], stances: Stances) -> tuple[Split, ...]:
        """The prevalence in each of these groups."""
        return tuple(Split(code, stances.among(ids)) for code, ids in groups.items())

    def codes(self, balances: Mapping[str, Mapping[bytes, int]]) -> tuple[CodeResult, ...]:
        """What named people, and all named sources, say of each code of which any speaks."""
        said = {code: self.stances(balance) for code, balance in balances.items()}
        return tuple(
            CodeResult(code, each.among(self.people), each.among(self.named))
            for code, each in said.items()
            if each
        )

    def side(self, roles: Collection[str]) -> frozenset[bytes]:
        """The people with one of these roles."""
        return frozenset[bytes]().union(*(ids for role, ids in self.roles.items() if role in roles))


def _by(sources: Iterable[Source], what: Callable[[Source], str]) -> dict[str, frozenset[bytes]]:
    found: dict[str, set[bytes]] = {}
    for each in sources:
        found.setdefault(what(each), set()).add(each.id)
    return {code: frozenset(found[code]) for code in sorted(found)}
