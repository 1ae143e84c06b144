"""Findings by how great their impact is and how likely they are, both 1 to 5."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from msgspec import Struct

from reports.charts.drawing import (
    EDGE,
    INK,
    LEADING,
    PALE,
    SIZE,
    Block,
    Box,
    Figure,
    Shape,
    Word,
    figure,
    length,
    note,
)

_LEFT = 26  # units for the numbers of impact
_MOST = 4  # lines of labels in a cell
_LEAST = 30  # units: the height of a row


class Risk(Struct, frozen=True):
    """A finding by its label (F1); impact and likelihood 1 to 5."""

    label: str
    impact: int
    likelihood: int


def matrix(title: str, risks: Sequence[Risk]) -> Figure:
    """The matrix: likelihood to the right, impact upwards. Good practice and what is not rated has no place in it."""
    rated = [each for each in risks if 1 <= each.impact <= 5 and 1 <= each.likelihood <= 5]
    head = ("Finding", "Impact", "Likelihood")
    ordered = sorted(rated, key=lambda each: (-each.impact * each.likelihood, -each.impact))
    rows = [(each.label, f"{each.impact} of 5", f"{each.likelihood} of 5") for each in ordered]
    return figure(title, _sentences(ordered), head, rows, partial(_blocks, rated))


def _blocks(risks: Sequence[Risk], width: int) -> Iterable[Block]:
    wide = round((width - 2 * EDGE - _LEFT) / 5, 1)
    yield note("Impact, from 1 (least) at the foot to 5 (greatest) at the top", width)
    for impact in range(5, 0, -1):
        yield _row(impact, risks, wide)
    across = [Word(_LEFT + EDGE + wide * (i - 0.5), SIZE + 2, str(i), "middle") for i in range(1, 6)]
    yield Block(LEADING + 4, tuple(across))
    yield note("Likelihood, from 1 (least) on the left to 5 (greatest) on the right", width)


def _row(impact: int, risks: Sequence[Risk], wide: float) -> Block:
    cells = [
        _packed([each.label for each in risks if (each.impact, each.likelihood) == (impact, i)], wide - 8)
        for i in range(1, 6)
    ]
    high = max(_LEAST, *(LEADING * len(cell) + 10 for cell in cells))
    shapes: list[Shape] = [Word(EDGE + 8, high / 2 + 4, str(impact))]
    for i, cell in enumerate(cells, start=1):
        x = round(EDGE + _LEFT + wide * (i - 1), 1)
        shapes.append(Box(x, 0, wide, high, _tint(impact * i), PALE))
        shapes += [
            Word(x + 5, 5 + SIZE + LEADING * n, line, bold=True, fill=INK) for n, line in enumerate(cell)
        ]
    return Block(high, tuple(shapes))


def _packed(labels: list[str], room: float) -> list[str]:
    """Labels in lines; those beyond the fourth line are counted, and stand in the table."""
    found: list[str] = []
    for i, label in enumerate(labels):
        longer = f"{found[-1]} {label}" if found else label
        if found and length(longer, bold=True) <= room:
            found[-1] = longer
        elif len(found) == _MOST - 1 and len(labels) - i > 1:
            return [*found, f"+{len(labels) - i}"]
        else:
            found.append(label)
    return found


def _tint(product: int) -> str:
    """Darker with impact × likelihood; the place alone says the same."""
    return next(
        tint
        for below, tint in ((5, "#ffffff"), (10, "#faeee2"), (15, "#f3ddc4"), (26, "#eeb98a"))
        if product < below
    )


def _sentences(ordered: Sequence[Risk]) -> tuple[str, ...]:
    if not ordered:
        return ("No finding is rated yet.",)
    first = ordered[0]
    top = [each.label for each in ordered if each.impact * each.likelihood == first.impact * first.likelihood]
    return (
        "1 finding is rated." if len(ordered) == 1 else f"{len(ordered)} findings are rated.",
        f"Highest, by impact times likelihood: {', '.join(top)}.",
    )
