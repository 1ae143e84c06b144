"""What every picture is made of: boxes, lines, marks and words at places in units; and how it is written as SVG.

One way serves a page, a PNG and a PDF: absolute units and a viewBox. Words would shrink with the picture on a
phone, so each figure is drawn twice: `wide` for paper and large screens, `narrow` for phones and chat.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from reports.rendering import clipped, pages

WIDE, NARROW = 720, 328  # units: a column of A4 or a screen; a phone of 360 less its margins
SIZE = 13  # of words, in units
LEADING = 16  # units from line to line
EDGE = 4  # units that stay free around
INK, QUIET, PALE, PAPER = "#1d2528", "#4a565b", "#c9d0d2", "#ffffff"
BLUE, ORANGE = "#0b4a6f", "#9c3f05"
HATCH = "hatch"  # instead of a colour: stripes

Anchor: TypeAlias = Literal["start", "middle", "end"]
MarkKind: TypeAlias = Literal["square", "circle", "diamond", "open diamond", "flag"]

_NARROW_LETTERS, _WIDE_LETTERS = frozenset("iljtfrI.,:;'|!()[] "), frozenset("mwMW@%")


class Box(Struct, frozen=True):
    """A rectangle; `fill` is a colour or HATCH."""

    x: float
    y: float
    width: float
    height: float
    fill: str = PAPER
    stroke: str = ""


class Line(Struct, frozen=True):
    """A straight line, perhaps dashed."""

    x1: float
    y1: float
    x2: float
    y2: float
    stroke: str = QUIET
    thick: float = 1
    dashes: str = ""


class Mark(Struct, frozen=True):
    """A place that is marked; its shape tells what it is."""

    x: float
    y: float
    kind: MarkKind


class Word(Struct, frozen=True):
    """One line of words; y is the line they stand on."""

    x: float
    y: float
    text: str
    anchor: Anchor = "start"
    bold: bool = False
    fill: str = INK


Shape: TypeAlias = Box | Line | Mark | Word


class Drawing(Struct, frozen=True):
    """A figure at one width, in units."""

    width: int
    height: int
    shapes: tuple[Shape, ...]


class Figure(Struct, frozen=True):
    """A picture with what it says: `sentences` for chat and screen readers, `rows` under `head` for a table."""

    title: str
    sentences: tuple[str, ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    wide: Drawing
    narrow: Drawing

    @property
    def description(self) -> str:
        """The sentences as one text."""
        return " ".join(self.sentences)


class Block(Struct, frozen=True):
    """Shapes that stand together, from y = 0, and how high they are."""

    height: float
    shapes: tuple[Shape, ...]


def svg(figure: Figure, *, id: str = "c", narrow: bool = False) -> str:  # noqa: A002 - as SVG calls it
    """One drawing of a figure as a file of its own, which also fits into a page; `id` begins the names in it."""
    macro = pages.get_template("charts.svg.j2").module.drawn  # type: ignore[attr-defined]
    return str(macro(id, figure, figure.narrow if narrow else figure.wide)).strip() + "\n"


def figure(
    title: str,
    sentences: Iterable[str],
    head: Iterable[str],
    rows: Iterable[Iterable[str]],
    draw: Callable[[int], Iterable[Block]],
) -> Figure:
    """A figure whose blocks stand one below the other; words from outside are clipped."""
    wide, narrow = (_stacked(width, draw(width)) for width in (WIDE, NARROW))
    table = tuple(tuple(map(clipped, row)) for row in rows)
    return Figure(
        clipped(title), tuple(map(clipped, sentences)), tuple(map(clipped, head)), table, wide, narrow
    )


def _stacked(width: int, blocks: Iterable[Block]) -> Drawing:
    y, shapes = float(EDGE), list[Shape]()
    for block in blocks:
        shapes += [moved(shape, y) for shape in block.shapes]
        y += block.height
    return Drawing(width, round(y + EDGE), tuple(shapes))


def moved(shape: Shape, down: float) -> Shape:
    """The same further down."""
    if isinstance(shape, Line):
        return replace(shape, y1=round(shape.y1 + down, 1), y2=round(shape.y2 + down, 1))
    return replace(shape, y=round(shape.y + down, 1))


# Words


def length(text: str, *, bold: bool = False) -> float:
    """About how many units a line is long: of a wide font, so that it also fits in others."""
    return SIZE * (1.1 if bold else 1.0) * sum(map(_letter, text))


def _letter(letter: str) -> float:
    if letter in _NARROW_LETTERS:
        return 0.4
    if letter in _WIDE_LETTERS:
        return 0.98
    if letter > "\u2e80":  # scripts of full width
        return 1.05
    return 0.74 if letter.isupper() else 0.63


def fits(text: str, width: float, *, most: int = 1) -> bool:
    """Whether the words stand in that many lines without being cut."""
    return not any(line.endswith("…") for line in lines(text, width, most=most))


def lines(text: str, width: float, *, most: int = 2, bold: bool = False) -> list[str]:
    """The words in at most that many lines; what does not fit ends in …, and is whole in the table."""
    found = [""]
    for word in clipped(text).split():
        longer = f"{found[-1]} {word}".lstrip()
        if found[-1] and length(longer, bold=bold) > width:
            found.append(word)
        else:
            found[-1] = longer
    kept = found[:most]
    if len(found) > most:
        kept[-1] += " …"
    return [_cut(line, width, bold=bold) for line in kept]


def _cut(line: str, width: float, *, bold: bool) -> str:
    """A line that is too long ends in …"""
    if length(line, bold=bold) <= width:
        return line
    line = line.removesuffix(" …")
    while line and length(line + "…", bold=bold) > width:
        line = line[:-1]
    return line.rstrip() + "…"


def words(
    text: str,
    x: float,
    y: float,
    width: float,
    *,
    most: int = 2,
    anchor: Anchor = "start",
    bold: bool = False,
    fill: str = INK,
) -> list[Word]:
    """Words in lines from `y`, the top of the first."""
    return [
        Word(x, y + LEADING * i + SIZE - 1, line, anchor, bold, fill)
        for i, line in enumerate(lines(text, width, most=most, bold=bold))
    ]


def note(text: str, width: int, *, mark: MarkKind | Literal["hatch", ""] = "") -> Block:
    """A line of the legend, whole: with the mark that it explains."""
    indent = 22 if mark else 0
    said = words(text, EDGE + indent, 3, width - 2 * EDGE - indent, most=40, fill=INK)
    shown: list[Shape] = []
    if mark == "hatch":
        shown.append(Box(EDGE, 3, 15, 14, HATCH, INK))
    elif mark:
        shown.append(Mark(EDGE + 8, 10, mark))
    return Block(6 + LEADING * len(said), (*shown, *said))


def gap(height: float) -> Block:
    """White between two blocks."""
    return Block(height, ())


def keys(labels: Iterable[str]) -> Iterator[str]:
    """`1 Nurses`, `2 Carers`: what columns are called whose names do not fit."""
    return (f"{i} {label}" for i, label in enumerate(labels, start=1))
