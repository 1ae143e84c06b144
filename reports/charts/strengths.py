"""Themes and how strongly each is reported, for a picture in chat."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from msgspec import Struct

from reports.charts.drawing import (
    BLUE,
    EDGE,
    LEADING,
    NARROW,
    PAPER,
    QUIET,
    Block,
    Box,
    Figure,
    Shape,
    figure,
    note,
    words,
)
from reports.disclosure import Share, Size

_NAME, _TOLD = 240, 190  # units for names, and for what is said
_THICK = 14
_WORDS = {Size.FEW: "few or none", Size.NEARLY_ALL: "nearly all or all"}


class Strength(Struct, frozen=True):
    """A theme: how strongly it is reported, in a word, and the published share; None where it may not be shown."""

    name: str
    word: str
    share: Share | None


def bars(title: str, themes: Sequence[Strength], *, of: str = "positive answers") -> Figure:
    """The themes in the order given, a bar each."""
    rows = [(each.name, each.word, _share(each.share)) for each in themes]
    return figure(
        title,
        _sentences(themes, of),
        ("Theme", "How strongly", f"Share of {of}"),
        rows,
        partial(_blocks, themes, of),
    )


def _blocks(themes: Sequence[Strength], of: str, width: int) -> Iterable[Block]:
    for each in themes:
        yield _under(each, width) if width == NARROW else _beside(each, width)
    yield note(f"Bars: share of {of}, from 0 to 100 %.", width)


def _under(each: Strength, width: int) -> Block:
    room = width - 2 * EDGE
    name = words(each.name, EDGE, 2, room, bold=True)
    told = words(_told(each), EDGE, 2 + LEADING * len(name), room)
    y = 6 + LEADING * (len(name) + len(told))
    return Block(y + _THICK + 10, (*name, *told, *_bar(each, EDGE, y, room)))


def _beside(each: Strength, width: int) -> Block:
    left, room = EDGE + _NAME, width - 2 * EDGE - _NAME - _TOLD
    name = words(each.name, EDGE, 2, _NAME - 12)
    told = words(_told(each), left + room + 12, 2, _TOLD - 12)
    lines = max(len(name), len(told))
    return Block(10 + LEADING * lines, (*name, *_bar(each, left, 3, room), *told))


def _bar(each: Strength, x: float, y: float, room: float) -> list[Shape]:
    if each.share is None:
        return [Box(x, y, room, _THICK, "hatch", QUIET)]
    filled = Box(x, y, round(room * each.share.percent / 100, 1), _THICK, BLUE)
    return [Box(x, y, room, _THICK, PAPER, QUIET), filled]


def _told(each: Strength) -> str:
    return ": ".join(filter(None, (each.word, _share(each.share))))


def _share(share: Share | None) -> str:
    return "not shown" if share is None else _WORDS.get(share.size, f"{share.percent} %")


def _sentences(themes: Sequence[Strength], of: str) -> tuple[str, ...]:
    known = [each for each in themes if each.share is not None]
    said = "; ".join(f"{each.name} {_share(each.share)}" for each in known[:3])
    hidden = len(themes) - len(known)
    return (
        f"Share of {of}: {said}." if known else "No share may be shown here.",
        *([f"Not shown: {hidden} of {len(themes)} themes."] if hidden else []),
    )
