"""The items of a framework by the six kinds of evidence: how many pieces of evidence, or findings, bear on each."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from msgspec import Struct

from reports.charts.drawing import INK, PAPER, QUIET, Block, Box, Figure, Shape, figure, note
from reports.charts.grid import Row, grid, inked

_NAMED = 6  # items without anything that a sentence names


class Item(Struct, frozen=True):
    """An item and how many there are in each column; one without counts is a heading (a key question).

    `above`: what it lies under, so that a key question can be named of which nothing is known at all.
    """

    name: str
    counts: tuple[int, ...] = ()
    above: str = ""


class Coverage(Struct, frozen=True):
    """A framework's items by kinds of evidence; `of` says what is counted: “findings”.

    `total`: how many there are in all, where one may stand in several cells.
    """

    title: str
    kinds: tuple[str, ...]
    items: tuple[Item, ...]
    of: str = "pieces of evidence"
    total: int | None = None


def coverage(table: Coverage) -> Figure:
    """The matrix as a picture: numbers, darker where there are more; – where there is nothing."""
    head = ("Item", *table.kinds)
    rows = [
        (each.name, *(map(str, each.counts) if each.counts else [""] * len(table.kinds)))
        for each in table.items
    ]
    return figure(table.title, _sentences(table), head, rows, partial(_blocks, table))


def _blocks(table: Coverage, width: int) -> Iterable[Block]:
    rows = [Row(each.name, tuple(partial(_cell, count) for count in each.counts)) for each in table.items]
    yield from grid(width, table.kinds, rows, low=True)
    yield note(f"The number of {table.of}. – : none, which is no good sign or bad one.", width)
    if table.total is not None:
        yield note(
            "One that bears on several items, or has several kinds of evidence, stands in several cells.",
            width,
        )


def _cell(count: int, box: Box) -> list[Shape]:
    if not count:
        return inked(box, "–", fill=PAPER, ink=QUIET)
    tint = "#dce9f1" if count < 3 else "#b4d0e2" if count < 6 else "#6fa6c8"
    return inked(box, str(count), fill=tint, ink=INK)


def _sentences(table: Coverage) -> tuple[str, ...]:
    counted = [each for each in table.items if each.counts]
    bare = [each.name for each in counted if not any(each.counts)]
    total = sum(sum(each.counts) for each in counted) if table.total is None else table.total
    first = f"{len(counted) - len(bare)} of {len(counted)} items have {table.of}; {total} in all."
    quiet = [*_quiet(table), *(bare if len(bare) <= _NAMED else ())]
    return (first, *([f"Nothing yet on: {', '.join(quiet)}."] if quiet else []))


def _quiet(table: Coverage) -> list[str]:
    """What several items lie under, none of which has anything."""
    known = {name for each in table.items if any(each.counts) for name in (each.name, each.above)}
    return [
        above for above in dict.fromkeys(each.above for each in table.items) if above and above not in known
    ]
