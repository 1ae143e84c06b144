"""What an audit looks at: its areas, and how much each has been heard of, and by what kind of source."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TypeAlias

from msgspec import Struct

from dialogues.form import SourceType, Text

ENOUGH_TYPES = 2  # kinds of source that must agree before an area counts as seen from more than one side

Code: TypeAlias = str


class Area(Struct, frozen=True):
    """An area that an audit may look at, and the themes that belong to it."""

    code: str
    name: Text
    themes: tuple[Code, ...]


def _area(code: str, en: str, cy: str, *themes: Code) -> Area:
    return Area(code, Text({"en": en, "cy": cy}), themes)


AREAS: tuple[Area, ...] = (
    _area("warning_signs", "Early warning signs", "Arwyddion rhybudd cynnar", "ESC", "CUL"),
    _area("response", "How fast and how well people responded", "Ymateb mewn pryd", "ESC", "LEAD"),
    _area("multi_agency", "Working with other agencies", "Gweithio gydag asiantaethau eraill", "MAW", "COM"),
    _area(
        "staff_skills", "Skills and training of staff", "Sgiliau a hyfforddiant staff", "TRN", "SUP", "CAP"
    ),
    _area("leadership", "Leadership and oversight", "Arweinyddiaeth a throsolwg", "LEAD", "ASR"),
    _area(
        "care_planning", "Care planning, risk and review", "Cynllunio gofal, risg ac adolygu", "CARE", "LRN"
    ),
)


class Heard(Struct, frozen=True):
    """A named source has said something about themes."""

    source: bytes
    kind: SourceType
    themes: frozenset[Code]


class Covered(Struct, frozen=True):
    """How much was heard of an area: by kind of source how many named ones have said something to one of its themes.

    `unnamed`: whether anonymous people have, as far as that is published; how many is never said. `silent`: the
    themes that nobody has said anything to.
    """

    area: Area
    sources: dict[SourceType, int]
    unnamed: bool = False
    silent: tuple[Code, ...] = ()

    @property
    def is_bare(self) -> bool:
        """Whether nobody has said anything."""
        return not self.sources and not self.unnamed

    @property
    def is_thin(self) -> bool:
        """Whether evidence is still lacking: none, or only one kind of it. Anonymous people are staff."""
        kinds = {*self.sources, *([SourceType.STAFF] if self.unnamed else [])}
        return len(kinds) < ENOUGH_TYPES


def areas(scope: str) -> tuple[Area, ...]:
    """The areas that were chosen (codes separated by spaces); all when none was."""
    chosen = scope.split()
    found = tuple(area for area in AREAS if area.code in chosen)
    return found or AREAS


def theme(code: Code) -> Code:
    """The theme of a code: `SUP` for `SUP.frequency`."""
    return code.partition(".")[0]


def coverage(scope: str, heard: Iterable[Heard], published: Collection[Code] = ()) -> tuple[Covered, ...]:
    """How much was heard of each area of the scope. `published`: the themes that anonymous people speak of."""
    everything = tuple(heard)
    return tuple(_covered(area, everything, frozenset(published)) for area in areas(scope))


def _covered(area: Area, heard: Collection[Heard], published: frozenset[Code]) -> Covered:
    said = [each for each in heard if each.themes.intersection(area.themes)]
    counts = {kind: len({each.source for each in said if each.kind is kind}) for kind in SourceType}
    spoken = published.union(*(each.themes for each in heard))
    return Covered(
        area,
        {kind: count for kind, count in counts.items() if count},
        not published.isdisjoint(area.themes),
        tuple(theme for theme in area.themes if theme not in spoken),
    )
