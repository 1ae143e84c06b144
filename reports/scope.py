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
    """One source has said something about themes. `alike`: of sources with the same word here nobody knows which
    are of one person; between such words they may be of the same people, so that only the most for one word count.
    """

    source: bytes
    kind: SourceType
    themes: frozenset[Code]
    alike: str = ""


class Covered(Struct, frozen=True):
    """How much was heard of an area: by kind of source how many have said something to one of its themes."""

    area: Area
    sources: dict[SourceType, int]

    @property
    def is_bare(self) -> bool:
        """Whether no source has said anything."""
        return not self.sources

    @property
    def is_thin(self) -> bool:
        """Whether evidence is still lacking: no source, or only one kind of it."""
        return len(self.sources) < ENOUGH_TYPES


def areas(scope: str) -> tuple[Area, ...]:
    """The areas that were chosen (codes separated by spaces); all when none was."""
    chosen = scope.split()
    found = tuple(area for area in AREAS if area.code in chosen)
    return found or AREAS


def theme(code: Code) -> Code:
    """The theme of a code: `SUP` for `SUP.frequency`."""
    return code.partition(".")[0]


def coverage(scope: str, heard: Iterable[Heard]) -> tuple[Covered, ...]:
    """How much was heard of each area of the scope."""
    everything = tuple(heard)
    return tuple(Covered(area, _counted(area, everything)) for area in areas(scope))


def _counted(area: Area, heard: Collection[Heard]) -> dict[SourceType, int]:
    said = [each for each in heard if each.themes.intersection(area.themes)]
    counts = {kind: _people([each for each in said if each.kind is kind]) for kind in SourceType}
    return {kind: count for kind, count in counts.items() if count}


def _people(said: Collection[Heard]) -> int:
    """At least so many sources: those that are told apart, and the most of those that are not."""
    by_word: dict[str, set[bytes]] = {}
    for each in said:
        by_word.setdefault(each.alike, set()).add(each.source)
    apart = len(by_word.pop("", ()))
    return apart + max(map(len, by_word.values()), default=0)
