"""A form written down again: as the sheets of an XLSForm, as YAML text, or as the bytes of a workbook.

What is read back is an equal form, with the same digest. `or_other` is written as what it stands for: a choice
“other” and a question that asks which. Comments, blank columns and the order of columns are not part of a form.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import IllegalCharacterError
from openpyxl.worksheet.worksheet import Worksheet

from dialogues.form import Choice, Form, Language, Node, Question, Repeat, Text
from dialogues.rows import TEXTS
from dialogues.sheets import Row, Sheet
from dialogues.values import to_text

Cells = dict[str, str]

_BEFORE = ("type", "name")
_RULES = (
    "required",
    "relevant",
    "constraint",
    "calculation",
    "default",
    "read_only",
    "parameters",
    "repeat_count",
    "appearance",
    "choice_filter",
)
_OURS = ("theme", "construct", "polarity", "equivalence")
SURVEY = (*_BEFORE, *TEXTS, *_RULES, *_OURS)  # the order of columns in a workbook
_IN_YAML = (*_BEFORE, "appearance", *_RULES, *TEXTS, *_OURS)  # the order in a row of YAML: rules first
CHOICES = ("list_name", "name", "label", "score")


class UnwritableError(Exception):
    """A form holds a character that the format cannot."""


def as_sheets(form: Form) -> list[Sheet]:
    """The three sheets of a form; columns in the order of a workbook, of which only those are there that are used."""
    survey = list(_survey_rows(form.children, form))
    choices = [_choice_row(name, choice, form) for name, list_ in form.choices.items() for choice in list_]
    sheets = [_sheet("survey", survey, SURVEY, form)]
    if choices:
        sheets.append(_sheet("choices", choices, CHOICES, form))
    return [*sheets, _sheet("settings", [_settings(form)], (), form)]


def _sheet(name: str, rows: list[Cells], order: tuple[str, ...], form: Form) -> Sheet:
    used = dict.fromkeys(column for cells in rows for column in cells)
    if name == "survey":  # all languages in their order, also one that has no words
        used = dict.fromkeys(_spoken("label", form.languages)) | used
    ranks = {column: rank for rank, column in enumerate(order)}
    codes = {spelt(language): rank for rank, language in enumerate(form.languages)}

    def place(column: str) -> tuple[int, int]:
        name, _, language = column.partition("::")
        return ranks.get(name, len(ranks)), codes.get(language, 0)

    columns = tuple(sorted(used, key=place))
    return Sheet(name, columns, tuple(Row(number, cells) for number, cells in enumerate(rows, 2)))


def _survey_rows(nodes: Iterable[Node], form: Form) -> Iterator[Cells]:
    for node in nodes:
        if isinstance(node, Question):
            yield _question_row(node, form)
            continue
        what = "repeat" if isinstance(node, Repeat) else "group"
        yield _filled(
            {"type": f"begin {what}", "name": node.name}
            | _words("label", node.label, form)
            | {
                "relevant": node.relevant,
                "repeat_count": node.count if isinstance(node, Repeat) else "",
                "appearance": node.appearance,
            }
        )
        yield from _survey_rows(node.children, form)
        yield {"type": f"end {what}"}


def _kind(question: Question, form: Form) -> str:
    """The type of a question, with its list."""
    if question.choices in form.external:
        return f"{question.kind}_from_file {question.choices}.csv"
    return f"{question.kind} {question.choices}" if question.choices else str(question.kind)


def _question_row(question: Question, form: Form) -> Cells:
    kind = _kind(question, form)
    texts = {
        "label": question.label,
        "hint": question.hint,
        "guidance_hint": question.guidance,
        "probe": question.probe,
        "constraint_message": question.constraint_message,
        "required_message": question.required_message,
    }
    cells = {"type": kind, "name": question.name}
    for column, text in texts.items():
        cells |= _words(column, text, form)
    return _filled(
        cells
        | {
            "required": _rule(question.required),
            "relevant": question.relevant,
            "constraint": question.constraint,
            "calculation": question.calculation,
            "default": question.default,
            "read_only": _rule(question.read_only),
            "parameters": " ".join(f"{key}={value}" for key, value in question.parameters.items()),
            "appearance": question.appearance,
            "choice_filter": question.choice_filter,
            "theme": question.theme,
            "construct": question.construct,
            "polarity": "-1" if question.polarity == -1 else "",
            "equivalence": question.equivalence,
        }
    )


def _rule(written: str) -> str:
    return "yes" if written == "true()" else written


def _choice_row(list_name: str, choice: Choice, form: Form) -> Cells:
    score = to_text(choice.score) if choice.score is not None else ""
    cells = {"list_name": list_name, "name": choice.name} | _words("label", choice.label, form)
    return _filled(cells | {"score": score} | choice.columns)


def _settings(form: Form) -> Cells:
    return _filled(
        _words("form_title", form.title, form)
        | {
            "form_id": form.id,
            "version": form.version,
            "default_language": spelt(form.languages[0]),
            "audience": form.audience,
            "attribution": str(form.attribution),
            "breakdown": form.breakdown,
            "records": form.records,
            "source_type": form.source_type,
            "unreviewed": " ".join(form.unreviewed),
            "estimated_minutes": _number(form.estimated_minutes),
            "reading_age": _number(form.reading_age),
        }
    )


def _number(number: int | None) -> str:
    return "" if number is None else str(number)


def _words(column: str, text: Text, form: Form) -> Cells:
    headers = zip(_spoken(column, form.languages), form.languages, strict=True)
    return {header: text.words.get(language.code, "") for header, language in headers}


def _spoken(column: str, languages: Iterable[Language]) -> list[str]:
    return [f"{column}::{spelt(language)}" for language in languages]


def spelt(language: Language) -> str:
    """`Cymraeg (cy)`; a language whose name serves as its code is written once."""
    return language.code if language.name == language.code else f"{language.name} ({language.code})"


def _filled(cells: Cells) -> Cells:
    return {column: text for column, text in cells.items() if text}


# YAML


def as_yaml(form: Form) -> bytes:
    """The form as YAML, in the way the shipped forms are written; every value is text."""
    sheets = {sheet.name: sheet for sheet in as_sheets(form)}
    settings, survey = sheets["settings"], sheets["survey"]
    lines = ["settings:", *_block_row(settings.rows[0].cells), "", "survey:"]
    lines.extend(_survey_lines(survey, form))
    if "choices" in sheets:
        lines.append("choices:")
        lines.extend(_choice_lines(sheets["choices"]))
    return "\n".join([*lines, ""]).encode()


def _survey_lines(survey: Sheet, form: Form) -> Iterator[str]:
    ranks = {column: rank for rank, column in enumerate(dict.fromkeys(_IN_YAML))}
    for place, row in enumerate(survey.rows):
        cells = row.cells
        if place == 0 and len(form.languages) > 1:  # names every language, so that their order is kept
            cells = cells | {header: cells.get(header, "") for header in _spoken("label", form.languages)}
        ordered = sorted(
            cells, key=lambda column: (ranks[column.partition("::")[0]], survey.columns.index(column))
        )
        yield from _block_row({column: cells[column] for column in ordered})
        yield ""


def _choice_lines(choices: Sheet) -> Iterator[str]:
    before = ""
    for row in choices.rows:
        list_name = row.cells["list_name"]
        if before and list_name != before:
            yield ""
        before = list_name
        cells = [flow_cell(column, row.cells[column]) for column in choices.columns if column in row.cells]
        yield f"  - {{{', '.join(cells)}}}"


def _block_row(cells: Cells) -> Iterator[str]:
    dash = "  - "
    for column, text in cells.items():
        first, *more = block_cell(column, text)
        yield dash + first
        yield from (f"    {line}" if line else "" for line in more)
        dash = "    "


def block_cell(column: str, text: str) -> Iterator[str]:
    """The lines of one cell of a row in block style, the first at its margin; several lines of text as a block."""
    key = column if _PLAIN_KEY.fullmatch(column) and ": " not in column else _quoted(column)
    if _fits_block(text):
        yield f"{key}: |-"
        yield from (f"  {line}" if line else "" for line in text.split("\n"))
    else:
        yield f"{key}: {_scalar(column, text)}"


def flow_cell(column: str, text: str) -> str:
    """One cell of a row in flow style, between braces."""
    return f"{_flow_key(column)}: {_scalar(column, text)}"


_PLAIN_KEY = re.compile(r"[^\W\d][\w:. ()\-]*[\w)]")
_PLAIN = re.compile(r"[A-Za-z_][\w.\-]*(?: [A-Za-z_][\w.\-]*)?", re.ASCII)
_NOT_TEXT = frozenset({"y", "n", "yes", "no", "true", "false", "on", "off", "null", "none"})


def _flow_key(column: str) -> str:
    return column if _PLAIN.fullmatch(column) and column.lower() not in _NOT_TEXT else _quoted(column)


def _scalar(column: str, text: str) -> str:
    """One value: in double quotes what people read, and what some reader of YAML would not take for text."""
    is_name = "::" not in column and _PLAIN.fullmatch(text) is not None and text.lower() not in _NOT_TEXT
    return text if is_name else _quoted(text)


def _fits_block(text: str) -> bool:
    """Whether a text can stand as a block: several lines, none of which hides anything."""
    lines = text.split("\n")
    return (
        len(lines) > 1
        and all(line == line.rstrip() and line.isprintable() for line in lines)
        and lines[-1] != ""
    )


def _quoted(text: str) -> str:
    return "".join(
        sign if sign.isprintable() or sign == " " else _escaped(sign)
        for sign in json.dumps(text, ensure_ascii=False)
    )


def _escaped(sign: str) -> str:
    return f"\\U{ord(sign):08x}"


# Workbooks


def as_workbook(form: Form) -> bytes:
    """The form as an .xlsx workbook, every cell of it text. Raises `UnwritableError`."""
    book = Workbook()
    book.properties.creator = "Candour"
    for sheet in as_sheets(form):
        page = book.create_sheet(sheet.name)
        try:
            _fill(page, sheet)
        except IllegalCharacterError as error:
            raise UnwritableError("A workbook cannot hold the control characters in this form.") from error
    book.remove(book.worksheets[0])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


_NO_CHARACTERS = re.compile("[\ud800-\udfff\ufffe\uffff]")


def _fill(page: Worksheet, sheet: Sheet) -> None:
    for place, column in enumerate(sheet.columns, 1):
        put(page, 1, place, column).font = Font(bold=True)
        longest = max((len(row.cells.get(column, "")) for row in sheet.rows), default=0)
        page.column_dimensions[get_column_letter(place)].width = max(
            10, min(60, max(longest, len(column)) + 2)
        )
    for row in sheet.rows:
        for place, column in enumerate(sheet.columns, 1):
            if column in row.cells:
                cell = put(page, row.number, place, row.cells[column])
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    page.freeze_panes = "C2" if sheet.name == "survey" else "A2"


def put(page: Worksheet, row: int, place: int, text: str) -> Cell:
    """A cell that stays text, also when it begins with “=” or looks like a number. Raises IllegalCharacterError."""
    if _NO_CHARACTERS.search(text):  # openpyxl lets them pass, and XML refuses them
        raise IllegalCharacterError
    cell = page.cell(row, place, text)
    assert isinstance(cell, Cell)
    cell.data_type = "s"
    cell.number_format = "@"
    return cell
