"""The rows of a form as its author wrote them: from an .xlsx workbook or from YAML with the same words.

Both give the same sheets. Files are not trusted: their size is bounded before they are read.
"""

from __future__ import annotations

import datetime as dt
import io
import warnings
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml
from msgspec import Struct
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from dialogues.problems import Place, Problem

MAX_BYTES = 20_000_000  # of a file
MAX_UNPACKED = 150_000_000  # bytes of a workbook once unzipped
MAX_ROWS = 20_000  # of a sheet
MAX_COLUMNS = 500
MAX_CELL = 32_767  # characters, as in Excel
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


def _whole(message: str, kind: str, place: Place = Place()) -> Problem:  # noqa: B008 - frozen
    return Problem(kind, message, place)


# YAML


class _Unsafe(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self.problem = problem


def _read_yaml(content: bytes) -> list[Sheet] | list[Problem]:
    try:
        root = yaml.compose(content.decode("utf-8-sig"), Loader=yaml.CBaseLoader)  # type: ignore[no-untyped-call]
        return _yaml_sheets(root)
    except UnicodeDecodeError:
        return [_whole("This file is not UTF-8 text. Save it as UTF-8.", "encoding")]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else None
        return [_whole(f"This is not YAML: {error.problem or error.context}.", "yaml", Place(line=line))]
    except yaml.YAMLError as error:
        return [_whole(f"This is not YAML: {str(error).splitlines()[0]}.", "yaml")]
    except RecursionError:
        return [_whole("This YAML is nested too deep to be a form.", "yaml")]
    except _Unsafe as unsafe:
        return [unsafe.problem]


def _yaml_sheets(root: Any) -> list[Sheet] | list[Problem]:
    if not isinstance(root, yaml.MappingNode):
        return [_whole("A form in YAML has the keys survey, choices and settings at its top.", "yaml")]
    return [_yaml_sheet(str(key.value), node) for key, node in root.value]


def _yaml_sheet(name: str, node: Any) -> Sheet:
    nodes = (
        node.value
        if isinstance(node, yaml.SequenceNode)
        else [node]
        if isinstance(node, yaml.MappingNode)
        else []
    )
    rows, seen = [], set()
    for number, row in enumerate(nodes, 2):
        place = Place(name, number, "", row.start_mark.line + 1)
        if id(row) in seen or not isinstance(row, yaml.MappingNode):
            raise _Unsafe(
                _whole("Each entry of the list is one row, written as “column: value”.", "yaml_row", place)
            )
        seen.add(id(row))
        rows.append(Row(number, _yaml_cells(row, place), place.line))
    if len(rows) > MAX_ROWS:
        raise _Unsafe(_whole(f"This sheet has more than {MAX_ROWS:,} rows.", "sheet_size", Place(name)))
    columns = dict.fromkeys(column for row in rows for column in row.cells)
    return Sheet(name, tuple(columns), tuple(row for row in rows if row.cells))


def _yaml_cells(row: Any, place: Place) -> dict[str, str]:
    cells: dict[str, str] = {}
    for key, value in row.value:
        here = Place(place.sheet, place.row, str(key.value), value.start_mark.line + 1)
        if not isinstance(value, yaml.ScalarNode):
            raise _Unsafe(_whole("A cell holds one value, not a list or a mapping.", "yaml_cell", here))
        column = str(key.value).strip()
        if column in cells:
            raise _Unsafe(_whole(f"The column “{column}” stands twice in this row.", "yaml_twice", here))
        text = _tidy(str(value.value))
        if len(text) > MAX_CELL:
            raise _Unsafe(_whole(f"This cell has more than {MAX_CELL:,} characters.", "cell_size", here))
        if text:
            cells[column] = text
    return cells


def _tidy(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\r\n", "\n").strip()


# Workbooks


def _read_workbook(content: bytes) -> list[Sheet] | list[Problem]:
    if content.startswith(_OLD_EXCEL):
        sentence = (
            "This workbook has a password, or is in the old .xls format. Save it as .xlsx without a password."
        )
        return [_whole(sentence, "password")]
    refused = _refuse_archive(content)
    if refused is not None:
        return [refused]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions that do not concern us
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=False)
            return _workbook_sheets(book)
    except _Unsafe as unsafe:
        return [unsafe.problem]
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
        return _whole("This workbook unpacks to far more than a form needs; it was not opened.", "file_size")
    return None


def _workbook_sheets(book: Any) -> list[Sheet]:
    sheets = []
    for worksheet in book.worksheets:
        worksheet.reset_dimensions()  # what the file says of its size may be wrong
        rows = worksheet.iter_rows(max_col=MAX_COLUMNS, values_only=True)
        sheets.append(_workbook_sheet(str(worksheet.title), rows))
    return sheets


def _workbook_sheet(name: str, rows: Iterable[Sequence[object]]) -> Sheet:
    iterator = iter(rows)
    header = [_cell(value) for value in next(iterator, ())]
    found: list[Row] = []
    for number, values in enumerate(iterator, 2):
        if number > MAX_ROWS + 1:
            raise _Unsafe(_whole(f"This sheet has more than {MAX_ROWS:,} rows.", "sheet_size", Place(name)))
        cells = {
            column: text
            for column, value in zip(header, values, strict=False)
            if column and (text := _cell(value))
        }
        if cells:
            found.append(Row(number, cells))
    return Sheet(name, tuple(column for column in header if column), tuple(found))


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
            return _tidy(str(value))


def as_plain(sheets: Iterable[Sheet]) -> Mapping[str, list[dict[str, str]]]:
    """The sheets as lists of plain rows, as pyxform takes them."""
    return {sheet.name: [dict(row.cells) for row in sheet.rows] for sheet in sheets}
