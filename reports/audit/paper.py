"""What paper needs that a page on a screen does not: the index and the numbers behind pictures as sections at the end,
widths of columns, and what stands at the foot of every page.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from reports import plotting, typesetting
from reports.audit.blocks import Document, Figure, Line, Paragraph, Section, Table, Tone
from reports.audit.model import AuditReport, encode
from reports.audit.views.naming import KINDS, source
from reports.charts import drawing
from reports.plan import dated

EVIDENCE = "evidence"  # the section of the index
_TALLEST = 1.25  # height of a picture by the width of its column
_LINE = 96  # letters side by side in a table on A4
_LINES = 30  # of a cell that stay on one page, with room to spare
_UNBROKEN = 20  # letters of a word that is kept whole
_PIECE = (
    10  # letters of such a longer word that stay together: as many of the widest fit in the narrowest column
)
_ENDLESS = re.compile(rf"(?:[^\s/-]|[/-](?=\d)){{{_UNBROKEN + 1},}}")  # a line ends after - and / by itself
MAY_BREAK = "\u200b"


class Imprint(Struct, frozen=True):
    """What says which report a paper is: the day in words, and the SHA-256 of the report that was frozen."""

    day: str
    digest: str


def imprint(report: AuditReport) -> Imprint:
    """The imprint of a report; its digest is that of its publication."""
    return Imprint(dated(report.about.as_of), hashlib.sha256(encode(report)).hexdigest())


def paper(document: Document) -> Document:
    """The same with what a page shows on demand as sections at the end: the index, and pictures as tables."""
    return replace(document, sections=(*document.sections, *_behind(document)), index=())


def _behind(document: Document) -> Iterator[Section]:
    if document.index:
        note = "Each sentence above names its evidence by these labels. Nobody is named here."
        yield Section(EVIDENCE, "What this rests on", (Paragraph(Line(note), Tone.NOTE), evidence(document)))
    tables = {each.id: each.table for each in figures(document) if is_drawn(each)}
    if tables:
        note = "These are the numbers that the pictures show."
        intro = Paragraph(Line(note), Tone.NOTE)
        yield Section("numbers", "The pictures as tables", (intro, *tables.values()))


def evidence(document: Document) -> Table:
    """The index as a table: label, what it is, kind of source."""
    rows = [
        (Line(each.label), Line(f"{KINDS[each.kind]}: {each.what}"), Line(source(each.source_type)))
        for each in document.index
    ]
    return Table("Evidence", ("Label", "What it is", "Kind of source"), tuple(rows))


def figures(value: object) -> Iterator[Figure]:
    """Every figure of a document or a part of it, in order."""
    match value:
        case Figure():
            yield value
        case Document() | Section():
            yield from figures((*getattr(value, "blocks", ()), *value.sections))
        case tuple():
            for each in value:
                yield from figures(each)


def is_drawn(figure: Figure) -> bool:
    """Whether a figure has a picture; without one its table is shown in its place."""
    return figure.picture is not None or figure.course is not None


def svg(figure: Figure) -> str:
    """The picture of a figure for paper; '' where it has none."""
    if figure.course is not None:
        return plotting.svg(figure.course)
    return drawing.svg(figure.picture) if figure.picture is not None else ""


def room(svg: str) -> float:
    """How wide a picture stands in its column, 0 to 1: the whole of it, unless it would not fit on a page then."""
    wide, high = typesetting.size(svg)
    return min(1.0, _TALLEST * wide / high)


def spoken(figure: Figure) -> str:
    """What is read out instead of a picture."""
    return f"{figure.title}. {figure.description}"


def labels(line: Line) -> str:
    """The evidence of a line in brackets; '' where it has none."""
    return f"({', '.join(line.evidence)})" if line.evidence else ""


def plain(line: Line) -> str:
    """A line with the labels of its evidence, as text."""
    return " ".join(filter(None, (line.text, labels(line))))


class Shape(Struct, frozen=True):
    """How a table stands on a page: `widths` of its columns in percent; `tight` where words must be broken for them to
    stand side by side; `tall` where a row could be higher than a page.
    """

    widths: tuple[float, ...]
    tight: bool
    tall: bool


def shape(table: Table) -> Shape:
    """Each column has what its longest word needs, and of the rest as much as its cells say."""
    columns = list(zip(table.columns, *([plain(cell) for cell in row] for row in table.rows), strict=True))
    least, wanted = list(map(_least, columns)), list(map(_wanted, columns))
    spare = max(0, _LINE - sum(least)) / sum(wanted)
    letters = [low + spare * more for low, more in zip(least, wanted, strict=True)]
    scale = 100 / sum(letters)
    tall = any(max(map(len, cells)) > _LINES * width for cells, width in zip(columns, letters, strict=True))
    return Shape(tuple(round(each * scale, 2) for each in letters), tight=sum(least) > _LINE, tall=tall)


def _least(cells: tuple[str, ...]) -> int:
    """The letters that a column needs for its longest word, and for what is white beside it."""
    return 2 + min(_UNBROKEN, max((len(word) for cell in cells for word in cell.split()), default=1))


def _wanted(cells: tuple[str, ...]) -> float:
    """How much a column says: long cells grow down rather than wide."""
    return float((1 + sum(map(len, cells)) / len(cells)) ** 0.85)


def softened(text: str) -> str:
    """The text with places in its very long words where a line may end: few, since none can search across one."""
    return text if len(text) <= _UNBROKEN else _ENDLESS.sub(_pieces, text)


def _pieces(word: re.Match[str]) -> str:
    letters = word.group()
    return MAY_BREAK.join(letters[at : at + _PIECE] for at in range(0, len(letters), _PIECE))
