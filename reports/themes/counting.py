"""From material to results: the only place where named people and records meet what was published of others."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from dialogues.form import SourceType
from reports import assembly, codebook
from reports.coding import Direction, theme_of
from reports.gaps import Gap
from reports.themes.anonymous import is_told
from reports.themes.found import Item, Prevalence, Released, Results, ThemeResult, Unnamed
from reports.themes.material import AREAS, SIDES, Material, Sides
from reports.themes.priorities import RULES, Evidence, Rule, judged
from reports.themes.rated import items, named_gaps, voiced_gaps
from reports.themes.saying import Balances, People, Stances, balances

NOTHING = Released()


def results(
    material: Material,
    released: Released = NOTHING,
    *,
    sides: Sides = SIDES,
    rules: tuple[Rule, ...] = RULES,
) -> Results:
    """The results of the named part of this material, with what was published of anonymous people.

    The order of the material changes nothing.
    """
    return _Results(material, released, sides, rules).made()


class _Results(Struct, frozen=True):
    material: Material
    released: Released
    sides: Sides
    rules: tuple[Rule, ...]

    def made(self) -> Results:
        themes, codes = balances(self.material.passages)
        known = {theme for area in AREAS.values() for theme in area}
        rated = {each.theme for each in self.material.ratings}
        order = sorted(known | rated | set(themes) | set(self.released.themes), key=codebook.order)
        people = People.of(self.material.sources)
        everything = self._themes(order, people, themes, codes)
        # a theme of which anonymous people alone speak must not show that by being there
        found = {theme: each for theme, each in everything.items() if theme in known or _heard_of(each)}
        return Results(len(people.people), len(people.named), tuple(found.values()))

    def _themes(
        self, order: list[str], people: People, themes: Balances, codes: Balances
    ) -> dict[str, ThemeResult]:
        rated = named_gaps(order, self.material.ratings, people, self.sides)
        voiced = voiced_gaps(order, themes, people, self.sides)
        below: dict[str, list[str]] = {}
        for code in sorted(codes):
            below.setdefault(theme_of(code), []).append(code)
        rated_items = items(self.material.ratings)
        return {
            theme: self._theme(
                theme,
                people,
                themes.get(theme, {}),
                {code: codes[code] for code in below.get(theme, ())},
                rated_items.get(theme, ()),
                (rated[theme], voiced[theme]),
                self.released.themes.get(theme, ()),
            )
            for theme in order
        }

    def _theme(
        self,
        theme: str,
        people: People,
        balance: Mapping[bytes, int],
        codes: Mapping[str, Mapping[bytes, int]],
        items: tuple[Item, ...],
        both: tuple[Gap, Gap],
        unnamed: tuple[Unnamed, ...],
    ) -> ThemeResult:
        stances = people.stances(balance)
        sources = stances.among(people.named)
        majority = _majority(sources)
        return ThemeResult(
            theme,
            stances.among(people.people),
            sources,
            people.splits(people.types, stances),
            people.splits(people.roles, stances),
            people.codes(codes),
            majority,
            _negative(majority, stances),
            items,
            *both,
            unnamed,
            judged(_evidence(people, stances, unnamed), self.rules),
        )


def _majority(sources: Prevalence) -> Direction | None:
    if sources.weakness == sources.strength:
        return None
    return Direction.WEAKNESS if sources.weakness > sources.strength else Direction.STRENGTH


def _negative(majority: Direction | None, stances: Stances) -> tuple[bytes, ...]:
    match majority:
        case Direction.WEAKNESS:
            return tuple(sorted(stances.strength))
        case Direction.STRENGTH:
            return tuple(sorted(stances.weakness))
        case _:
            return ()


def _evidence(people: People, stances: Stances, unnamed: tuple[Unnamed, ...]) -> Evidence:
    among, sources = stances.among(people.people), stances.among(people.named)
    weak = [each.weakness for each in unnamed if each.weakness]
    types = {code for code, ids in people.types.items() if ids & stances.weakness}
    return Evidence(
        among.weak_share,
        among.weakness,
        among.heard,
        max(weak, key=lambda each: each.percent, default=None),
        tuple(sorted(types | ({SourceType.STAFF.value} if weak else set()))),
        sources.strength / sources.spoke if sources.spoke else 0.0,
        max((_disputed(each) for each in unnamed), default=0.0),
        _answers(unnamed),
    )


def _disputed(each: Unnamed) -> float:
    strong, weak = (share.percent if share else 0 for share in (each.strength, each.weakness))
    return strong / (strong + weak) if strong else 0.0


def _answers(unnamed: tuple[Unnamed, ...]) -> assembly.Verdict | None:
    """What closed answers say; forms that say different things say nothing clear."""
    found = {each.figures.verdict for each in unnamed if each.figures}
    if not found:
        return None
    return found.pop() if len(found) == 1 else assembly.Verdict.UNCLEAR


def _heard_of(each: ThemeResult) -> bool:
    return bool(each.sources.spoke or each.items or is_told(each.unnamed))
