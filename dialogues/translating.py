"""A form's texts out to a translator's catalogue, and their translation back into the form's own file.

Each text stands in the catalogue under its place (`survey/story/label`, `choices/often5/always/label`,
`settings/form_title`), because the same words may need others elsewhere. What comes back is written into the file
as it is: its comments, its order and its layout stay, and only cells of that one language change.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import yaml
from babel.messages.catalog import Catalog, Message
from msgspec import Struct

from dialogues import catalogues
from dialogues.catalogues import REVIEWED, CatalogueError
from dialogues.form import Form, Kind, Language, Question, walk
from dialogues.rows import CHOICES, SETTINGS, SURVEY, TEXTS, Columns, code_of, split
from dialogues.sheets import Row, Sheet, read_sheets, tidy
from dialogues.writing import block_cell, flow_cell, put, spelt
from dialogues.xlsform import MAX_BUTTON, read

FORM = "X-Candour-Form"  # the header that names the form
_LONGEST_NOTE = 100  # characters of a question that a note quotes
_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")
_NO_LANGUAGE = (
    "The texts of this form do not say their language. Name it in the columns, such as “label::English (en)”, "
    "and in the setting default_language."
)


class Piece(Struct, frozen=True):
    """One text of a form: where it stands, its words in the form's own language, and in the other, if there are any."""

    context: str
    sheet: str
    row: int
    column: str
    source: str
    translation: str = ""
    notes: tuple[str, ...] = ()


class Translated(Struct, frozen=True):
    """A form's file with what was taken: how many texts changed, how many have no translation, what was left out."""

    content: bytes
    changed: int
    missing: int
    remarks: tuple[str, ...]


def export(content: bytes, name: str, language: str) -> bytes:
    """The texts of a form that can be used, as PO in one language. Raises `CatalogueError`."""
    texts = _Texts(content, name)
    code = _other(language, texts.form)
    catalogue = Catalog(locale=code.replace("-", "_"))
    for piece in texts.pieces(code):
        notes = [*piece.notes, f"sheet {piece.sheet}, row {piece.row}"]
        catalogue.add(piece.source, piece.translation, auto_comments=notes, context=piece.context)
    form = texts.form
    is_reviewed = code in texts.codes and code not in form.unreviewed
    headers = {
        "Project-Id-Version": f"{form.id} {form.version or '1'}",
        FORM: form.id,
        REVIEWED: "yes" if is_reviewed else "no",
    }
    return catalogues.write(catalogue, headers)


def take(content: bytes, name: str, po: bytes) -> Translated:
    """The form's file with the translations of a catalogue; the form can be used. Raises `CatalogueError`."""
    catalogue, texts = catalogues.read(po), _Texts(content, name)
    code = _other(str(catalogue.locale_identifier).replace("_", "-"), texts.form)
    if texts.says_no_language:
        raise CatalogueError(_NO_LANGUAGE)
    pieces = {piece.context: piece for piece in texts.pieces(code)}
    remarks: list[str] = []
    edits = list(_edits(pieces, catalogue, remarks))
    changed = len(edits)
    if edits or code in texts.codes:
        edits.extend(_marking(texts, code, is_reviewed=catalogues.is_reviewed(po)))
    language = texts.language(code)
    written = _write(content, name, [edit.into(language) for edit in edits]) if edits else content
    _see_that_all_else_is_the_same(texts.form, written, name, edits, code)
    wanted = {edit.context for edit in edits}
    missing = sum(not piece.translation and piece.context not in wanted for piece in pieces.values())
    return Translated(written, changed, missing, tuple(remarks))


def _other(language: str, form: Form) -> str:
    """The language to translate into: one that is known, and not the form's own."""
    if catalogues.own_name(language) == language:
        raise CatalogueError(f"“{language}” is no code of a language. It is short, such as pl for Polish.")
    if language == form.default_language:
        raise CatalogueError(f"“{language}” is the form's own language. Choose the one to translate into.")
    return language


# What there is to translate


class _Texts:
    """The texts of a form as its file has them."""

    def __init__(self, content: bytes, name: str) -> None:
        reading = read(content, name)
        if reading.form is None:
            raise CatalogueError("This form has errors. “candour forms check” names them all.")
        self.form = reading.form
        self.codes = [language.code for language in self.form.languages]
        sheets = {
            sheet.name.strip().lower(): sheet
            for sheet in read_sheets(content, name)
            if isinstance(sheet, Sheet)
        }
        empty = Sheet("", (), ())
        self._settings = Columns(sheets.get("settings", empty), SETTINGS)
        self._survey = Columns(sheets["survey"], SURVEY)
        self._choices = Columns(sheets.get("choices", empty), CHOICES)
        self._paths: dict[int, str] = {}
        for path, place in reading.places.items():
            self._paths.setdefault(place.row or 0, path)
        self._nodes = {node.path: node for node in walk(self.form.children)}

    @property
    def says_no_language(self) -> bool:
        """Whether any text stands in a column without a language."""
        return any(
            columns.get(row, column)
            for columns in (self._settings, self._survey, self._choices)
            for row in columns.sheet.rows
            for column in ("form_title", *TEXTS)
        )

    @property
    def settings_row(self) -> Row | None:
        """The row of settings."""
        return next(iter(self._settings.sheet.rows), None)

    def language(self, code: str) -> Language:
        """A language as this form spells it, else by its own name."""
        found = (language for language in self.form.languages if language.code == code)
        return next(found, Language(code, catalogues.own_name(code)))

    def pieces(self, code: str) -> Iterator[Piece]:
        """Every text: the title, then the rows in their order."""
        row = self.settings_row
        if row is not None:
            yield from self._row(self._settings, row, "settings", code)
        for row in self._survey.sheet.rows:
            if path := self._paths.get(row.number):
                yield from self._row(self._survey, row, f"survey/{path}", code)
        for row in self._choices.sheet.rows:
            context = f"choices/{self._choices.get(row, 'list_name')}/{self._choices.get(row, 'name')}"
            yield from self._row(self._choices, row, context, code)

    def _row(self, columns: Columns, row: Row, context: str, code: str) -> Iterator[Piece]:
        for column in ("form_title", *TEXTS):
            words = columns.text(row, column, (*self.form.languages, Language(code, code))).words
            source = words.get(self.form.default_language, "")
            if source:
                yield Piece(
                    f"{context}/{column}",
                    columns.sheet.name,
                    row.number,
                    column,
                    source,
                    words.get(code, ""),
                    self._notes(columns, row, column),
                )

    def _notes(self, columns: Columns, row: Row, column: str) -> tuple[str, ...]:
        """What a translator needs to know of a text."""
        if columns is self._settings:
            return ("The title of the form: a few words.",)
        if columns is self._choices:
            return tuple(self._choice_notes(columns.get(row, "list_name")))
        node = self._nodes[self._paths[row.number]]
        if column != "label":
            return (f"{_COLUMNS[column]} “{_shortened(node.label.to(self.form.default_language))}”",)
        if isinstance(node, Question):
            return ("Said, not asked." if node.kind is Kind.NOTE else f"A question ({node.kind}).",)
        return ("A heading, in a few words.",)

    def _choice_notes(self, list_name: str) -> Iterator[str]:
        yield f"A button: one to four words, at most {MAX_BUTTON} characters."
        asked = [each for each in self.form.questions.values() if each.choices == list_name]
        if asked:
            more = f" and {len(asked) - 1} more" if len(asked) > 1 else ""
            yield f"Answers “{_shortened(asked[0].label.to(self.form.default_language))}”{more}"


_COLUMNS = {
    "hint": "The hint below the question",
    "guidance_hint": "For the auditor only, beside the question",
    "probe": "A prompt for the auditor only, at the question",
    "constraint_message": "Said when an answer does not fit the question",
    "required_message": "Said when there is no answer to the question",
}


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_NOTE else f"{line[: _LONGEST_NOTE - 1]}…"


# What is taken


class _Edit(Struct, frozen=True):
    """One cell to write. `header` is empty for the column of the language."""

    context: str
    sheet: str
    row: int
    column: str
    text: str
    header: str = ""

    def into(self, language: Language) -> _Edit:
        """The same edit, with the header of its column when it is not there yet."""
        return msgspec.structs.replace(self, header=self.header or f"{self.column}::{spelt(language)}")


def _edits(pieces: dict[str, Piece], catalogue: Catalog, remarks: list[str]) -> Iterator[_Edit]:
    for message in catalogue:
        if not message.id:
            continue
        piece = pieces.get(str(message.context))
        if piece is None:
            remarks.append(f"“{message.context}” is no text of this form, so it was left out.")
        elif why := _refused(piece, message):
            remarks.append(f"“{piece.context}” {why}")
        elif (text := tidy(str(message.string))) and text != piece.translation:
            yield _Edit(piece.context, piece.sheet, piece.row, piece.column, text)


def _refused(piece: Piece, message: Message) -> str:
    """Why a translation is not taken, or nothing."""
    if isinstance(message.id, (list, tuple)):
        return "has a plural, which no text of a form has, so it was left out."
    if message.id != piece.source:
        return "has other words in the form by now, so it was left out. Export the form again."
    if message.fuzzy:
        return "is marked as fuzzy, so it was left out."
    before, after = set(_PLACEHOLDER.findall(piece.source)), set(_PLACEHOLDER.findall(str(message.string)))
    if str(message.string).strip() and before != after:
        told = ", ".join(f"“{name}”" for name in sorted(before ^ after))
        return f"does not have the same names in braces as the form ({told}), so it was left out."
    return ""


def _marking(texts: _Texts, code: str, *, is_reviewed: bool) -> Iterator[_Edit]:
    """The setting that says which languages no speaker has reviewed, if it changes."""
    before = texts.form.unreviewed
    after = (
        tuple(one for one in before if one != code) if is_reviewed else tuple(dict.fromkeys((*before, code)))
    )
    if after == before:
        return
    row = texts.settings_row
    if row is None:
        raise CatalogueError("This form has no settings. Add them, with its form_id and default_language.")
    yield _Edit("", "settings", row.number, "unreviewed", " ".join(after), "unreviewed")


def _see_that_all_else_is_the_same(
    form: Form, written: bytes, name: str, edits: Iterable[_Edit], code: str
) -> None:
    """Read the file again: only the one language may have changed, and that as wanted. Raises `CatalogueError`."""
    back = read(written, name).form
    if back is not None and _without(back, code) == _without(form, code):
        found = {piece.context: piece.translation for piece in _Texts(written, name).pieces(code)}
        if all(found[edit.context] == edit.text for edit in edits if edit.context):
            return
    raise CatalogueError(
        "The translations cannot be written into this file without changing something else, so nothing was written. "
        "If it uses anchors of YAML (& and *), write those texts out."
    )


def _without(form: Form, code: str) -> Any:
    """A form as plain data, without one language."""
    plain = msgspec.to_builtins(form)
    plain["languages"] = [one for one in plain["languages"] if one["code"] != code]
    plain.pop("unreviewed", None)
    return _stripped(plain, code)


def _stripped(plain: Any, code: str) -> Any:
    match plain:
        case {"words": dict(words)}:
            return {"words": {one: text for one, text in words.items() if one != code}}
        case dict():
            return {key: _stripped(value, code) for key, value in plain.items()}
        case list() | tuple():
            return [_stripped(value, code) for value in plain]
        case _:
            return plain


def _is_cell(header: str, edit: _Edit) -> bool:
    """Whether a header is that of the cell to write, whatever its spelling."""
    column, language = split(header)
    wanted, spoken = split(edit.header)
    same = (code_of(language) if language else language) == (code_of(spoken) if spoken else spoken)
    return column == wanted and same


def _write(content: bytes, name: str, edits: list[_Edit]) -> bytes:
    if name.lower().endswith((".yaml", ".yml")):
        return _into_yaml(content, edits)
    return _into_workbook(content, edits, has_macros=name.lower().endswith(".xlsm"))


# YAML


def _into_yaml(content: bytes, edits: list[_Edit]) -> bytes:
    """The text with each cell written where it stands, or behind the other languages of its column."""
    text = content.decode("utf-8-sig")
    root: Any = yaml.compose(text, Loader=yaml.CBaseLoader)
    rows = {
        (str(key.value).strip().lower(), number): row
        for key, node in root.value
        for number, row in enumerate(node.value if isinstance(node, yaml.SequenceNode) else [node], 2)
    }
    changes = [_change(text, rows[edit.sheet.strip().lower(), edit.row], edit) for edit in edits]
    for start, end, new in sorted(changes, key=lambda change: change[0], reverse=True):
        text = text[:start] + new + text[end:]
    return (b"\xef\xbb\xbf" if content.startswith(b"\xef\xbb\xbf") else b"") + text.encode()


def _change(text: str, row: Any, edit: _Edit) -> tuple[int, int, str]:
    """What to put in the place of which characters."""
    newline = "\r\n" if "\r\n" in text else "\n"
    cells = [(key, _end(text, value)) for key, value in row.value]
    margin = " " * row.value[0][0].start_mark.column
    lines = (
        [flow_cell(edit.header, edit.text)] if row.flow_style else list(block_cell(edit.header, edit.text))
    )
    for key, end in cells:
        if _is_cell(str(key.value), edit):
            header = str(key.value).strip()
            lines = [flow_cell(header, edit.text)] if row.flow_style else list(block_cell(header, edit.text))
            return key.start_mark.index, end, _joined(lines, newline, margin)
    same = [end for key, end in cells if split(str(key.value))[0] == edit.column]
    behind = same[-1] if same else cells[-1][1]
    if row.flow_style:
        return behind, behind, f", {lines[0]}"
    at = text.find(newline, behind)
    at = at if at >= 0 else len(text)
    return at, at, newline + margin + _joined(lines, newline, margin)


def _end(text: str, value: Any) -> int:
    """Where the characters of a value end; a block of several lines seems to go on to the next token."""
    return len(text[: value.end_mark.index].rstrip())


def _joined(lines: list[str], newline: str, margin: str) -> str:
    first, *more = lines
    return newline.join((first, *(margin + line if line else "" for line in more)))


# Workbooks


def _into_workbook(content: bytes, edits: list[_Edit], *, has_macros: bool) -> bytes:
    """The workbook with each cell written; a new column comes behind all others."""
    from openpyxl import load_workbook  # noqa: PLC0415 - takes half a second, and YAML needs none of it
    from openpyxl.utils.exceptions import IllegalCharacterError  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions that do not concern us
        book = load_workbook(io.BytesIO(content), keep_vba=has_macros)
    pages = {str(page.title).strip().lower(): page for page in book.worksheets}
    try:
        for edit in edits:
            page = pages[edit.sheet.strip().lower()]
            put(page, edit.row, _column(page, edit), edit.text)
    except IllegalCharacterError as error:
        raise CatalogueError("A workbook cannot hold the control characters in this translation.") from error
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _column(page: Any, edit: _Edit) -> int:
    for cell in page[1]:
        if cell.value is not None and _is_cell(str(cell.value).strip(), edit):
            return int(cell.column)
    last = max((int(cell.column) for cell in page[1] if cell.value is not None), default=0)
    put(page, 1, last + 1, edit.header)
    return last + 1
