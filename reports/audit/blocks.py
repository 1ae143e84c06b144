"""A document that people read, as a value: sections of a few kinds of blocks. HTML, PDF and Word render the same one.

Document  ── facts, sections
Section   ── a heading, blocks, sections below
Block     ── Paragraph | Listing | Facts | Table | Figure | Card
Line      ── words with the labels of their evidence: the only text in a block
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import TypeAlias, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from reports.audit.model import Claim, Source
from reports.charts.drawing import Figure as Picture
from reports.measures import Chart

_Value = TypeVar("_Value")


class Line(Struct, frozen=True):
    """Words, and the labels of the evidence that they rest on: none for what claims nothing. No words in its repr."""

    text: str
    evidence: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Line({', '.join(self.evidence)})"


class Tone(StrEnum):
    """How a paragraph is set."""

    PLAIN = "plain"
    LEAD = "lead"  # the one sentence to remember
    NOTE = "note"  # how to read what stands beside it


class Paragraph(Struct, frozen=True, tag=True):
    """A paragraph."""

    line: Line
    tone: Tone = Tone.PLAIN


class Listing(Struct, frozen=True, tag=True):
    """A list, numbered or not."""

    lines: tuple[Line, ...]
    numbered: bool = False


class Facts(Struct, frozen=True, tag=True):
    """Terms with what is said of each."""

    pairs: tuple[tuple[str, Line], ...]


class Table(Struct, frozen=True, tag=True):
    """A table. The first cell of a row is its heading; every row has a cell for each column."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]


class Figure(Struct, frozen=True, tag=True):
    """A picture with its title, what it shows in words (its alt text), and its data as a table.

    `picture` is drawn by `reports.charts.drawing.svg`, `course` (a number month by month) by `reports.plotting.svg`;
    without either the table alone is shown.
    """

    id: str
    title: str
    description: str
    table: Table
    picture: Picture | None = None
    course: Chart | None = None


class Card(Struct, frozen=True, tag=True):
    """A finding: what it is called, marks such as its risk, and its parts by name."""

    id: str
    title: Line
    marks: tuple[str, ...]
    parts: tuple[tuple[str, tuple[Line, ...]], ...]


Block: TypeAlias = Paragraph | Listing | Facts | Table | Figure | Card


class Section(Struct, frozen=True):
    """A heading with what stands below it. `id` is unique in the document."""

    id: str
    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()


class Document(Struct, frozen=True, kw_only=True):
    """A view of a report. `notice` stands on every page; `index` has the evidence that its lines name, and no more."""

    view: str
    title: str
    subtitle: str
    facts: Facts
    sections: tuple[Section, ...]
    index: tuple[Source, ...] = ()
    notice: str = ""
    language: str = "en"


def said(claim: Claim) -> Line:
    """A claim as a line, with its evidence."""
    return Line(claim.text, claim.evidence)


def in_words(value: _Value) -> _Value:
    """The same document without its pictures: all that they show stands in their words and tables."""
    found: object = value
    match value:
        case Figure():
            found = replace(value, picture=None, course=None)
        case Document() | Section():
            fields = {name: in_words(getattr(value, name)) for name in value.__struct_fields__}
            found = replace(value, **fields)
        case tuple():
            found = tuple(map(in_words, value))
    return found  # type: ignore[return-value]


def lines(value: object) -> Iterator[Line]:
    """Every line that stands anywhere in a document or a part of it, in order."""
    match value:
        case Line():
            yield value
        case Struct():
            for name in value.__struct_fields__:
                yield from lines(getattr(value, name))
        case tuple():
            for each in value:
                yield from lines(each)


def outline(sections: Iterable[Section], depth: int = 1) -> Iterator[tuple[int, str]]:
    """The headings, each with its depth from 1."""
    for section in sections:
        yield depth, section.title
        yield from outline(section.sections, depth + 1)
