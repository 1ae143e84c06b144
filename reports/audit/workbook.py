"""Document -> a workbook with every table, a sheet each, for whoever counts on. The same, the same bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from reports.audit.blocks import Card, Document, Facts, Figure, Line, Section, Table
from reports.audit.paper import Imprint, evidence
from reports.packing import NOWHEN, clean, steady
from reports.tables import defused

_NUMBER = re.compile(r"[+−-]?(?:0|[1-9]\d*)(?:\.\d*[1-9])?")
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME = 31  # of a sheet
_NARROWEST, _WIDEST = 10, 60  # letters across
_ROOT = "Contents"
_SHOWN = Alignment(vertical="top", wrap_text=True)
_BOLD = Font(bold=True)


class _Sheet(Struct, frozen=True):
    """A table, and the section that it stands in."""

    name: str
    section: str
    table: Table


def xlsx(document: Document, imprint: Imprint) -> bytes:
    """Every table, the numbers behind every picture, the findings and the evidence; a first sheet says what is where.

    What can be read as a number is one. A cell that a spreadsheet could run begins with an apostrophe.
    """
    book = Workbook(write_only=True)
    about = book.properties
    about.creator, about.title, about.created = "Candour", document.title, NOWHEN
    about.subject, about.language = document.subtitle, document.language
    sheets = tuple(_named(_sheets(document)))
    _fill(book, _ROOT, _contents(document, imprint, sheets))
    for each in sheets:
        _fill(book, each.name, _with_evidence(each.table))
    file = io.BytesIO()
    book.save(file)
    return steady(file)


def _sheets(document: Document) -> Iterator[tuple[str, Table]]:
    """Every table with the section that it stands in."""
    for section in document.sections:
        yield from _of(section)
    if document.index:
        yield "What this rests on", evidence(document)


def _of(section: Section) -> Iterator[tuple[str, Table]]:
    cards = [each for each in section.blocks if isinstance(each, Card)]
    if cards:
        yield section.title, _cards(section.title, cards)
    for each in section.blocks:
        match each:
            case Table():
                yield section.title, each
            case Figure():
                yield section.title, replace(each.table, caption=each.title)
            case Facts():
                yield (
                    section.title,
                    Table(section.title, ("What", "Words"), tuple((Line(k), v) for k, v in each.pairs)),
                )
    for below in section.sections:
        yield from _of(below)


def _cards(title: str, cards: list[Card]) -> Table:
    """Findings as a table: a row each, a column for each of their parts."""
    parts = list(dict.fromkeys(term for each in cards for term, _ in each.parts))
    rows = tuple(
        (
            each.title,
            Line("; ".join(each.marks)),
            *(_joined(dict(each.parts).get(term, ())) for term in parts),
        )
        for each in cards
    )
    return Table(title, ("Finding", "Marks", *parts), rows)


def _joined(lines: tuple[Line, ...]) -> Line:
    labels = dict.fromkeys(label for line in lines for label in line.evidence)
    return Line("\n".join(line.text for line in lines), tuple(labels))


def _named(sheets: Iterator[tuple[str, Table]]) -> Iterator[_Sheet]:
    """Each with a name that a spreadsheet takes, and that no other has."""
    taken = {_ROOT.casefold()}
    for section, table in sheets:
        base, number = _FORBIDDEN.sub(" ", clean(table.caption)).strip() or "Table", 1
        name = base[:_LONGEST_NAME].strip()
        while name.casefold() in taken:
            number += 1
            name = f"{base[: _LONGEST_NAME - 4].strip()} {number}"
        taken.add(name.casefold())
        yield _Sheet(name, section, table)


def _contents(document: Document, imprint: Imprint, sheets: tuple[_Sheet, ...]) -> Table:
    said = [(document.title, document.subtitle), *((term, line.text) for term, line in document.facts.pairs)]
    said += [("Note", document.notice)] if document.notice else []
    said += [("SHA-256", imprint.digest), ("", "")]
    rows = [*said, *((each.name, f"{each.section}: {each.table.caption}") for each in sheets)]
    return Table(_ROOT, ("Sheet", "What it holds"), tuple((Line(one), Line(other)) for one, other in rows))


def _with_evidence(table: Table) -> Table:
    """The same with the labels of its evidence in a column of their own."""
    found = [tuple(dict.fromkeys(label for cell in row for label in cell.evidence)) for row in table.rows]
    if not any(found):
        return table
    rows = tuple((*row, Line(" ".join(each))) for row, each in zip(table.rows, found, strict=True))
    return replace(table, columns=(*table.columns, "Evidence"), rows=rows)


def _fill(book: Workbook, name: str, table: Table) -> None:
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "B2"
    rows = [tuple(cell.text for cell in row) for row in table.rows]
    for place, cells in enumerate(zip(table.columns, *rows, strict=True), 1):
        sheet.column_dimensions[get_column_letter(place)].width = _width(cells)
    sheet.append([_cell(sheet, column, font=_BOLD) for column in table.columns])
    for row in rows:
        sheet.append([_cell(sheet, text) for text in row])


def _width(cells: tuple[str, ...]) -> int:
    longest = max(len(line) for cell in cells for line in cell.split("\n"))
    return min(_WIDEST, max(_NARROWEST, longest + 2))


def _cell(sheet: WriteOnlyWorksheet, text: str, font: Font | None = None) -> Cell:
    made = WriteOnlyCell(sheet, _value(text))
    made.alignment = _SHOWN
    if font:
        made.font = font
    return made


def _value(text: str) -> str | int | float:
    if _NUMBER.fullmatch(text):
        number = text.replace("−", "-")
        return float(number) if "." in number else int(number)
    return defused(clean(text))
