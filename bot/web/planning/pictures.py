"""Figures of the plan as a page shows them."""

from __future__ import annotations

from bot.web.planning.room import Shown
from reports.charts.drawing import Figure, svg


class Picture(Shown, frozen=True):
    """A figure as a page shows it: a drawing for wide and one for narrow screens, in words, and as a table."""

    wide: str
    narrow: str
    title: str
    description: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def drawn(each: Figure, name: str = "p") -> Picture:
    """A figure drawn for a page; `name` tells it from others on the page."""
    return Picture(
        svg(each, id=f"{name}w"),
        svg(each, id=f"{name}n", narrow=True),
        each.title,
        each.description,
        each.head,
        each.rows,
    )
