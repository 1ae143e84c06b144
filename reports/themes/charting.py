"""The framework matrix: case by theme, as in framework analysis (Ritchie and Spencer 1994)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeAlias

from msgspec import Struct

from reports import codebook
from reports.coding import Coded, Direction, theme_of
from reports.themes.material import Material, Source

_Said: TypeAlias = tuple[bytes, tuple[Direction, ...]]


class Cell(Struct, frozen=True):
    """What one source says of one theme: its excerpts (ids), each with its directions."""

    excerpts: tuple[_Said, ...]


class Row(Struct, frozen=True):
    """A source with its cells, in the order of the matrix's themes."""

    source: Source
    cells: tuple[Cell, ...]


class Matrix(Struct, frozen=True):
    """Case by theme, as in framework analysis (Ritchie and Spencer 1994). Anonymous answers are no cases."""

    themes: tuple[str, ...]
    rows: tuple[Row, ...]


def matrix(material: Material) -> Matrix:
    """The chart of named sources, by type, role and id, and the themes that any of them speaks of."""
    charted: dict[bytes, dict[str, list[_Said]]] = {
        each.id: defaultdict(list) for each in material.sources if each.named
    }
    for passage in material.passages:
        row = charted.get(passage.source)
        if row is not None:
            for theme, directions in _directions(passage.codes):
                row[theme].append((passage.id, directions))
    themes = tuple(sorted({theme for row in charted.values() for theme in row}, key=codebook.order))
    named = sorted((each for each in material.sources if each.named), key=_place)
    return Matrix(
        themes,
        tuple(Row(each, tuple(_cell(charted[each.id].get(theme, ())) for theme in themes)) for each in named),
    )


def _directions(codes: tuple[Coded, ...]) -> Iterable[tuple[str, tuple[Direction, ...]]]:
    if len(codes) == 1:
        return ((theme_of(codes[0].code), (codes[0].direction,)),)
    found: dict[str, set[Direction]] = {}
    for coded in codes:
        found.setdefault(theme_of(coded.code), set()).add(coded.direction)
    return [(theme, tuple(sorted(directions))) for theme, directions in found.items()]


def _cell(excerpts: Iterable[_Said]) -> Cell:
    return Cell(tuple(sorted(excerpts)))


def _place(source: Source) -> tuple[str, str, bytes]:
    return source.type, source.role, source.id
