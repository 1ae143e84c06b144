"""Rows by columns. On a phone the name of a row stands above its cells; columns may be numbers, explained above."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from msgspec import Struct

from reports.charts.drawing import (
    EDGE,
    LEADING,
    NARROW,
    PALE,
    SIZE,
    Block,
    Box,
    Line,
    Shape,
    Word,
    fits,
    keys,
    lines,
    note,
    words,
)

HIGH, LOW = 34, 24  # units: a cell of two lines, and of one
_NAME, _LONG_NAME = 230, 330  # units for names of rows, where there is room
_HEAD = 3  # lines of the name of a column

Cell: TypeAlias = Callable[[Box], list[Shape]]


class Row(Struct, frozen=True):
    """A row: its name, and what is drawn in each cell; one without cells is a heading."""

    name: str
    cells: tuple[Cell, ...]


def grid(width: int, columns: Sequence[str], rows: Sequence[Row], *, low: bool = False) -> Iterator[Block]:
    """The grid under its head, and above it the names of columns that are numbers there.

    `low`: cells of one line beside longer names, so that forty rows fill a page of A4.
    """
    left = EDGE if width == NARROW else EDGE + (_LONG_NAME if low else _NAME)
    wide = (width - EDGE - left) / max(1, len(columns))
    numbered = not all(fits(column, wide - 6, most=_HEAD) for column in columns)
    if numbered:
        yield note("Columns: " + "; ".join(keys(columns)) + ".", width)
    yield _head([str(i) for i in range(1, len(columns) + 1)] if numbered else columns, left, wide)
    for row in rows:
        yield _row(row, left, wide, width, LOW if low else HIGH)


def _head(columns: Sequence[str], left: float, wide: float) -> Block:
    tall = max((len(lines(column, wide - 6, most=_HEAD)) for column in columns), default=1)
    shapes: list[Shape] = []
    for i, column in enumerate(columns):
        start = LEADING * (tall - len(lines(column, wide - 6, most=_HEAD)))
        shapes += words(
            column, _at(left, wide, i + 0.5), start, wide - 6, most=_HEAD, anchor="middle", bold=False
        )
    return Block(LEADING * tall + 6, tuple(shapes))


def _row(row: Row, left: float, wide: float, width: int, least: int) -> Block:
    above = left == EDGE
    room = width - 2 * EDGE if above or not row.cells else left - EDGE - 10
    name = words(row.name, EDGE, 0, room, bold=not row.cells)
    high = LEADING * len(name)
    if not row.cells:
        return Block(high + 10, tuple(_lowered(name, 6)))
    top = high + 2 if above else 0
    tall = least if above else max(least, high)
    beside = [] if above else _lowered(name, (tall - high) / 2)
    cells = [
        shape
        for i, cell in enumerate(row.cells)
        for shape in cell(Box(_at(left, wide, i), top, round(wide, 1), tall))
    ]
    return Block(top + tall + (6 if above else 0), (*(name if above else beside), *cells))


def _at(left: float, wide: float, place: float) -> float:
    return round(left + place * wide, 1)


def _lowered(name: list[Word], by: float) -> list[Word]:
    return [Word(each.x, each.y + by, each.text, each.anchor, each.bold) for each in name]


def inked(box: Box, text: str, *, fill: str, ink: str, room: float = 0) -> list[Shape]:
    """A cell with words in its middle, `room` units free below."""
    middle = round(box.x + box.width / 2, 1)
    said = text.split("\n")
    first = box.y + (box.height - room) / 2 - (len(said) - 1) * (SIZE + 1) / 2 + SIZE / 2 - 2
    return [
        Box(box.x, box.y, box.width, box.height, fill, PALE),
        *(
            Word(middle, round(first + i * (SIZE + 1), 1), line, "middle", fill=ink)
            for i, line in enumerate(said)
        ),
    ]


def share_line(box: Box, percent: int, ink: str) -> Line:
    """How long a share is, at the foot of its cell."""
    y = box.y + box.height - 4
    return Line(box.x + 3, y, round(box.x + 3 + (box.width - 6) * percent / 100, 1), y, ink, 3)
