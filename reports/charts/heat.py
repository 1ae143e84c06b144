"""Themes by roles: the published share of each group on each theme, or why there is none."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TypeAlias

from msgspec import Struct

from reports.charts.drawing import HATCH, INK, PAPER, QUIET, Block, Box, Figure, Shape, Word, figure, note
from reports.charts.grid import Row, grid, inked, share_line
from reports.disclosure import Quarter, Share, Size

_TINTS = ((20, "#ffffff"), (40, "#dce9f1"), (60, "#b4d0e2"), (80, "#6fa6c8"), (101, "#0b4a6f"))
_DARK = 80  # percent, from which words are white
_WORDS = {Size.FEW: "few or none", Size.NEARLY_ALL: "nearly all or all"}
_BRIEF = {Size.FEW: "few", Size.NEARLY_ALL: "nearly\nall"}


class Hidden(Struct, frozen=True):
    """A share that may not be shown, and why."""

    reason: str


Told: TypeAlias = Share | Quarter | Hidden | None  # None: nothing was asked


class Theme(Struct, frozen=True):
    """A row: what each group said of a theme, in the order of the columns."""

    name: str
    told: tuple[Told, ...]


class Heat(Struct, frozen=True):
    """Published shares only; `of` says what is shared: “positive answers”."""

    title: str
    groups: tuple[str, ...]
    themes: tuple[Theme, ...]
    of: str = "positive answers"


def heat(table: Heat) -> Figure:
    """The table as a picture: each cell has its number, and a line as long as its share."""
    rows = [(theme.name, *map(_said, theme.told)) for theme in table.themes]
    return figure(table.title, _sentences(table), ("Theme", *table.groups), rows, partial(_blocks, table))


def _blocks(table: Heat, width: int) -> Iterable[Block]:
    letters = _letters(table)
    rows = [
        Row(theme.name, tuple(partial(_cell, told, letters) for told in theme.told)) for theme in table.themes
    ]
    yield from grid(width, table.groups, rows)
    yield note(f"Percent of {table.of}; the line below a number is as long as the share.", width)
    for reason, letter in letters.items():
        yield note(f"{letter}: not shown: {reason}", width, mark="hatch")
    if any(told is None for theme in table.themes for told in theme.told):
        yield note("– : not asked", width)


def _letters(table: Heat) -> dict[str, str]:
    """A letter for each reason, in the order in which they come."""
    told = [each for theme in table.themes for each in theme.told]
    reasons = dict.fromkeys(each.reason for each in told if isinstance(each, Hidden))
    return {reason: chr(ord("a") + i) for i, reason in enumerate(reasons)}


def _cell(told: Told, letters: dict[str, str], box: Box) -> list[Shape]:
    match told:
        case None:
            return inked(box, "–", fill=PAPER, ink=QUIET)
        case Hidden(reason=reason):
            return _hatched(box, letters[reason])
    percent = _percent(told)
    ink = PAPER if percent >= _DARK else INK
    tint = next(tint for below, tint in _TINTS if percent < below)
    text = (
        f"{25 * told}–{25 * told + 25}" if isinstance(told, Quarter) else _BRIEF.get(told.size, str(percent))
    )
    exact = isinstance(told, Share) and "\n" not in text
    line = [share_line(box, percent, ink)] if exact else []
    return [*inked(box, text, fill=tint, ink=ink, room=6 if line else 0), *line]


def _hatched(box: Box, letter: str) -> list[Shape]:
    plain, word = inked(box, letter, fill=HATCH, ink=INK)
    assert isinstance(word, Word)
    return [plain, Box(word.x - 8, box.y + 8, 16, 18), word]


def _said(told: Told) -> str:
    match told:
        case None:
            return "not asked"
        case Hidden(reason=reason):
            return f"not shown: {reason}"
        case Quarter():
            return f"{25 * told} to {25 * told + 25} %"
    return _WORDS.get(told.size, f"{told.percent} %")


def _percent(told: Share | Quarter) -> int:
    """How dark it is drawn; of a quarter, its middle."""
    return 25 * told + 12 if isinstance(told, Quarter) else told.percent


def _sentences(table: Heat) -> tuple[str, ...]:
    known = [
        (_percent(told), theme.name, group, told)
        for theme in table.themes
        for group, told in zip(table.groups, theme.told, strict=True)
        if isinstance(told, Share | Quarter)
    ]
    if not known:
        return ("No share may be shown here.",)
    low, high = (pick(known, key=lambda each: each[0]) for pick in (min, max))
    hidden = sum(isinstance(told, Hidden) for theme in table.themes for told in theme.told)
    return (
        (
            f"Share of {table.of}: lowest {_said(low[3])} ({low[1]}, {low[2]}), "
            f"highest {_said(high[3])} ({high[1]}, {high[2]})."
        ),
        *([f"Not shown: {hidden} of {hidden + len(known)} shares."] if hidden else []),
    )
