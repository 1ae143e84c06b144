"""The rows of a form as its author wrote them: from an .xlsx workbook or from YAML with the same words.

Both give the same sheets. `read_table` reads a plain table, from .xlsx or .csv, in the same way. Files are not trusted:
their size is bounded before they are read.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import yaml
from msgspec import Struct

from dialogues.problems import Place, Problem

MAX_BYTES = 20_000_000  # of a file
MAX_UNPACKED = 150_000_000  # bytes of a workbook once unzipped
MAX_ROWS = 20_000  # of a sheet
MAX_COLUMNS = 500
MAX_CELL = 32_767  # characters, as in Excel
MAX_DEPTH = 20  # of YAML
_NAMES = ("survey", "choices", "settings")
_ROW = re.compile(rb"<((?:\w+:)?)row[\s/>]")  # of a sheet in a workbook
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"  # .xls, and also what a password turns an .xlsx into


class Row(Struct, frozen=True):
    """One row: its number (the header is 1), its line in a YAML file, its cells by column name."""

    number: int
    cells: dict[str, str]
    line: int | None = None


class Sheet(Struct, frozen=True):
    """A sheet: its name, its columns in order, and its rows that are not empty."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_sheets(content: bytes, name: str) -> list[Sheet] | list[Problem]:
    """The sheets of a file, by the ending of its name; or why they cannot be read."""
    if len(content) > MAX_BYTES:
        return [
            _whole(
                f"This file is larger than {MAX_BYTES // 1_000_000} MB, too large for a form.", "file_size"
            )
        ]
    if name.lower().endswith((".yaml", ".yml")):
        return _read_yaml(content)
    if name.lower().endswith((".xlsx", ".xlsm")):
        return _read_workbook(content)
    return [_whole("A form is an .xlsx workbook or a .yaml file; this is neither.", "file_type")]


def _is_ours(name: str) -> bool:
    """Whether a sheet is part of the form; others may hold anything, and only their names matter."""
    return name.strip().lower() in _NAMES


def _whole(message: str, kind: str, place: Place = Place()) -> Problem:  # noqa: B008 - frozen
    return Problem(kind, message, place)


# Tables


def read_table(content: bytes, name: str) -> Sheet | list[Problem]:
    """A table with one line of names above: the first sheet of a workbook, or a .csv file; or why it cannot be read."""
    if len(content) > MAX_BYTES:
        return [_whole(f"This file is larger than {MAX_BYTES // 1_000_000} MB.", "file_size")]
    if name.lower().endswith(".csv"):
        return _read_csv(content)
    if name.lower().endswith((".xlsx", ".xlsm")):
        found = _read_workbook(content, first=True)
        return found[0] if isinstance(found[0], Sheet) else [*found]
    return [_whole("A table is an .xlsx workbook or a .csv file; this is neither.", "file_type")]


def _read_csv(content: bytes) -> Sheet | list[Problem]:
    """Commas, semicolons or tabs between the cells: whichever is most in the first line."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [_whole("This file is not UTF-8 text. Save it as “CSV UTF-8”.", "encoding")]
    between = max(",;\t", key=text.partition("\n")[0].count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=between, strict=True))
    except csv.Error:
        return [_whole("This is not a table: quotation marks open somewhere and do not close.", "damaged")]
    if len(lines) > MAX_ROWS + 1:
        return [_whole(f"This table has more than {MAX_ROWS:,} rows.", "sheet_size")]
    header = [tidy(cell) for cell in lines[0]] if lines else []
    rows = (
        Row(
            number,
            {column: tidy(cell) for column, cell in zip(header, line, strict=False) if column and tidy(cell)},
        )
        for number, line in enumerate(lines[1:], 2)
    )
    return Sheet("", tuple(filter(None, header)), tuple(row for row in rows if row.cells))


# YAML


def _read_yaml(content: bytes) -> list[Sheet] | list[Problem]:
    try:
        text = content.decode("utf-8-sig")
        refused = _refuse_yaml(text)
        if refused is not None:
            return [refused]
        root = yaml.compose(text, Loader=yaml.CBaseLoader)
    except UnicodeDecodeError:
        return [_whole("This file is not UTF-8 text. Save it as UTF-8.", "encoding")]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else None
        return [_whole(f"This is not YAML: {error.problem or error.context}.", "yaml", Place(line=line))]
    except yaml.YAMLError as error:
        return [_whole(f"This is not YAML: {str(error).splitlines()[0]}.", "yaml")]
    if not isinstance(root, yaml.MappingNode):
        return [_whole("A form in YAML has the keys survey, choices and settings at its top.", "yaml")]
    reader = _YamlReader()
    sheets = reader.sheets(root)
    return reader.problems or sheets


def _refuse_yaml(text: str) -> Problem | None:
    """What no form has, found before it costs anything: libyaml would crash on a deep nest of lists."""
    depth = collections = 0
    for event in yaml.parse(text, Loader=yaml.CBaseLoader):
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.CollectionStartEvent):
            depth, collections = depth + 1, collections + 1
            if depth > MAX_DEPTH:
                return _whole("This YAML is nested too deep to be a form.", "yaml")
            if collections > len(_NAMES) * (MAX_ROWS + 1) + 1:
                return _whole(f"This form has more than {MAX_ROWS:,} rows in a sheet.", "sheet_size")
    return None


class _YamlReader:
    """Reads the nodes of a YAML file as sheets, and collects what is none."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._seen: set[int] = set()  # rows by identity: an alias would bring one back
        self._columns: dict[str, None] = {}  # of the sheet that is read, also those with empty cells

    def _say(self, kind: str, message: str, place: Place) -> None:
        self.problems.append(Problem(kind, message, place))

    def sheets(self, root: Any) -> list[Sheet]:
        found: dict[str, Sheet] = {}
        for key, node in root.value:
            place = Place(line=key.start_mark.line + 1)
            name = self._name(key, place)
            if name in found:
                self._say("yaml_twice", f"“{name}” stands twice in this file. Put its rows together.", place)
            elif name is not None:
                found[name] = self._sheet(name, node) if _is_ours(name) else Sheet(name, (), ())
        return list(found.values())

    def _name(self, key: Any, place: Place) -> str | None:
        """What stands before a colon; it is text, never a list or a mapping."""
        if isinstance(key, yaml.ScalarNode):
            return str(key.value).strip()
        self._say("yaml_key", "Before the colon stands one name, not a list or a mapping.", place)
        return None

    def _sheet(self, name: str, node: Any) -> Sheet:
        rows: list[Row] = []
        self._columns = {}
        for number, row in enumerate(self._rows(name, node), 2):
            place = Place(name, number, "", row.start_mark.line + 1)
            if number > MAX_ROWS + 1:
                self._say("sheet_size", f"This sheet has more than {MAX_ROWS:,} rows.", Place(name))
                break
            if id(row) in self._seen or not isinstance(row, yaml.MappingNode):
                message = "Each entry of the list is one row of its own, written as “column: value”."
                self._say("yaml_row", message, place)
                continue
            self._seen.add(id(row))
            rows.append(Row(number, self._cells(row, place), place.line))
        return Sheet(name, tuple(self._columns), tuple(row for row in rows if row.cells))

    def _rows(self, name: str, node: Any) -> Sequence[Any]:
        if isinstance(node, yaml.MappingNode):
            return [node]
        if isinstance(node, yaml.SequenceNode):
            return list(node.value)
        if node.value:
            place = Place(name, line=node.start_mark.line + 1)
            self._say("yaml_sheet", f"“{name}” is a list of rows, each beginning with “-”.", place)
        return []

    def _cells(self, row: Any, place: Place) -> dict[str, str]:
        cells: dict[str, str] = {}
        said: set[str] = set()
        for key, value in row.value:
            line = key.start_mark.line + 1
            column = self._name(key, Place(place.sheet, place.row, "", line))
            if column is None:
                continue
            here = Place(place.sheet, place.row, column, line)
            self._columns.setdefault(column)
            if column in said:
                self._say("yaml_twice", f"The column “{column}” stands twice in this row.", here)
            elif not isinstance(value, yaml.ScalarNode):
                self._say("yaml_cell", "A cell holds one value, not a list or a mapping.", here)
            elif text := tidy(str(value.value)):
                self.problems.extend(_too_long(text, here))
                cells[column] = text
            said.add(column)
        return cells


def _too_long(text: str, place: Place) -> Iterator[Problem]:
    if len(text) > MAX_CELL:
        yield Problem("cell_size", f"This cell has more than {MAX_CELL:,} characters.", place)


def tidy(text: str) -> str:
    """A cell as it is kept: plain spaces, plain line ends, nothing around it."""
    return text.replace("\u00a0", " ").replace("\r\n", "\n").strip()


# Workbooks


def _read_workbook(content: bytes, *, first: bool = False) -> list[Sheet] | list[Problem]:
    """Its sheets that belong to a form; or, whatever its name, the first one alone."""
    if content.startswith(_OLD_EXCEL):
        sentence = (
            "This workbook has a password, or is in the old .xls format. Save it as .xlsx without a password."
        )
        return [_whole(sentence, "password")]
    from openpyxl import load_workbook  # noqa: PLC0415 - takes half a second, and YAML needs none of it
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    refused = _refuse_archive(content)
    if refused is not None:
        return [refused]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions that do not concern us
            short = _shortened(content)
            book = load_workbook(io.BytesIO(short), read_only=True, data_only=False)
            return _workbook_sheets(book, short, first=first)
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        TypeError,
        OSError,
        EOFError,
        SyntaxError,
    ) as error:
        del error  # its words are about the inside of the file, not for authors
        return [
            _whole("This workbook is damaged. Open it in Excel or LibreOffice and save it again.", "damaged")
        ]


def _refuse_archive(content: bytes) -> Problem | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile:
        return _whole(
            "This is not an Excel workbook. Open it in Excel or LibreOffice and save it as .xlsx.", "damaged"
        )
    if unpacked > MAX_UNPACKED:
        return _whole("This workbook unpacks to far more than its size says; it was not opened.", "file_size")
    return None


def _shortened(content: bytes) -> bytes:
    """The workbook with one row more than a sheet may have at most: openpyxl would look at each row of each sheet."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    short = {name: _cut(part) for name, part in parts.items()}
    if short == parts:
        return content
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, part in short.items():
            archive.writestr(name, part)
    return made.getvalue()


def _cut(part: bytes) -> bytes:
    beyond = next(islice(_ROW.finditer(part), MAX_ROWS + 2, None), None)  # the first is the header
    if beyond is None:
        return part
    space = beyond.group(1)
    return part[: beyond.start()] + b"</%ssheetData></%sworksheet>" % (space, space)


def _workbook_sheets(book: Any, content: bytes, *, first: bool) -> list[Sheet] | list[Problem]:
    sheets: list[Sheet] = []
    problems: list[Problem] = []
    for worksheet in book.worksheets[:1] if first else book.worksheets:
        worksheet.reset_dimensions()  # what the file says of its size may be wrong
        name = str(worksheet.title)
        wanted = first or _is_ours(name)
        problems.extend(_merged(content, worksheet._worksheet_path, name) if wanted else ())
        header = _header(worksheet) if wanted else []
        rows = worksheet.iter_rows(min_row=2, max_col=len(header)) if header else ()
        sheets.append(_workbook_sheet(name, header, rows, problems))
    return problems or sheets


def _merged(content: bytes, path: str, name: str) -> Iterator[Problem]:
    """Merged cells: only the first of them has the value, which the others seem to have."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found = re.search(rb'<mergeCell ref="([A-Z]+)(\d+):([A-Z]+\d+)"', archive.read(path))
    if found is not None:
        first, row, last = (part.decode() for part in found.groups())
        message = f"The cells {first}{row}:{last} are merged. Unmerge them, so that each has its own value."
        yield Problem("merged", message, Place(name, int(row)))


def _header(worksheet: Any) -> list[str]:
    """The first row, as far as there are names in it: what stands beyond the last belongs to no column."""
    first = next(worksheet.iter_rows(max_row=1, max_col=MAX_COLUMNS), ())
    names = [_cell(one.value) for one in first]
    return names[: max((place for place, name in enumerate(names, 1) if name), default=0)]


def _workbook_sheet(
    name: str, header: Sequence[str], rows: Iterable[Sequence[Any]], problems: list[Problem]
) -> Sheet:
    found: list[Row] = []
    for number, row in enumerate(rows, 2):
        if number > MAX_ROWS + 1:
            problems.append(
                Problem("sheet_size", f"This sheet has more than {MAX_ROWS:,} rows.", Place(name))
            )
            break
        cells = {
            column: text
            for column, one in zip(header, row, strict=False)
            if column and (text := _cell(one.value))
        }
        formulas = {column for column, one in zip(header, row, strict=False) if one.data_type == "f"}
        problems.extend(_bad_cells(name, number, cells, formulas))
        if cells:
            found.append(Row(number, cells))
    return Sheet(name, tuple(column for column in header if column), tuple(found))


def _bad_cells(name: str, number: int, cells: dict[str, str], formulas: set[str]) -> Iterator[Problem]:
    for column, text in cells.items():
        place = Place(name, number, column)
        yield from _too_long(text, place)
        if column in formulas:  # text may begin with “=” too
            message = "This cell holds a formula of Excel. Copy it and paste it as a value."
            yield Problem("formula", message, place)


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer():
            return str(int(value))
        case dt.datetime() if value.time() == dt.time():
            return value.date().isoformat()
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat()
        case _:
            return tidy(str(value))


def as_plain(sheets: Iterable[Sheet]) -> Mapping[str, list[dict[str, str]]]:
    """The sheets as lists of plain rows, as pyxform takes them."""
    return {sheet.name: [dict(row.cells) for row in sheet.rows] for sheet in sheets}
