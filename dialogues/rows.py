"""How a row of an XLSForm is read: the names of columns and types with their aliases, texts by language."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from dialogues.form import NO_TEXT, Kind, Language, Text
from dialogues.problems import Place
from dialogues.sheets import Row, Sheet

TEXTS = ("label", "hint", "guidance_hint", "probe", "constraint_message", "required_message")
SURVEY = (
    "type",
    "name",
    *TEXTS,
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
    "theme",
    "construct",
    "polarity",
    "equivalence",
)
CHOICES = ("list_name", "name", "label", "score")
SETTINGS = (
    "form_title",
    "form_id",
    "version",
    "default_language",
    "audience",
    "attribution",
    "breakdown",
    "records",
    "source_type",
    "unreviewed",
    "estimated_minutes",
    "reading_age",
)
_ALIASES = {
    "relevance": "relevant",
    "calculate": "calculation",
    "readonly": "read_only",
    "read only": "read_only",
    "constraint message": "constraint_message",
    "constraining message": "constraint_message",
    "required message": "required_message",
    "guidance hint": "guidance_hint",
    "choice filter": "choice_filter",
    "repeat count": "repeat_count",
    "list name": "list_name",
    "value": "name",
    "caption": "label",
    "form title": "form_title",
    "title": "form_title",
    "form id": "form_id",
    "id_string": "form_id",
    "default language": "default_language",
}
# What other tools use and Candour passes over, so that nobody is told it is misspelt.
_ELSEWHERE = frozenset(
    {
        "image",
        "audio",
        "video",
        "big-image",
        "media",
        "bind",
        "body",
        "instance",
        "trigger",
        "note",
        "notes",
        "comment",
    }
    | {"disabled", "style", "public_key", "submission_url", "instance_name", "auto_send", "auto_delete"}
    | {
        "sms_keyword",
        "namespaces",
        "allow_choice_duplicates",
        "autoname",
        "intent",
        "save_to",
        "rows",
        "query",
        "order",
    }
)


class Columns:
    """The columns of a sheet under their proper names, whatever alias or language the header uses."""

    def __init__(self, sheet: Sheet, known: tuple[str, ...]) -> None:
        self.sheet = sheet
        self._known = known
        self._plain: dict[str, str] = {}
        self._spoken: dict[str, dict[str, str]] = {}
        self.twice: list[str] = []  # headers that mean the same as one before
        for header in sheet.columns:
            name, language = split(header)
            headers, key = (
                (self._plain, name) if language is None else (self._spoken.setdefault(name, {}), language)
            )
            if key in headers:
                self.twice.append(header)
            else:
                headers[key] = header

    def get(self, row: Row, column: str) -> str:
        """A cell, empty when there is none."""
        header = self._plain.get(column)
        return row.cells.get(header, "") if header is not None else ""

    def text(self, row: Row, column: str, languages: tuple[Language, ...]) -> Text:
        """A translated cell; what has no language counts as the default one."""
        words: dict[str, str] = {}
        plain = self.get(row, column)
        if plain:
            words[languages[0].code] = plain
        for written, header in self._spoken.get(column, {}).items():
            if header in row.cells:
                words[code_of(written)] = row.cells[header]
        if not words:
            return NO_TEXT
        return Text({language.code: words[language.code] for language in languages if language.code in words})

    def languages(self) -> Iterator[str]:
        """The languages of all headers, as written."""
        for name, headers in self._spoken.items():
            if name in self._known:
                yield from headers

    def others(self, row: Row) -> dict[str, str]:
        """The cells of columns that are not Candour's own: what choice filters look at."""
        return {
            name: row.cells[header]
            for name, header in self._plain.items()
            if name not in self._known and header in row.cells
        }

    def has_content(self, row: Row) -> bool:
        """Whether a row says anything in a known column."""
        return any(split(header)[0] in self._known for header in row.cells)

    def place(self, row: Row, column: str) -> Place:
        """Where a cell stands, under the name in the header."""
        header = self._plain.get(column) or next(iter(self._spoken.get(column, {}).values()), column)
        return Place(self.sheet.name, row.number, header, row.line)

    def misspelt(self) -> Iterator[tuple[str, str]]:
        """Headers that look like a known column but are none, with the column they look like."""
        for name in (*self._plain, *self._spoken):
            if name in self._known or name in _ELSEWHERE:
                continue
            near = difflib.get_close_matches(name, self._known, 1, 0.75)
            if near:
                yield name, near[0]


def split(header: str) -> tuple[str, str | None]:
    """`label::Cymraeg (cy)` → `label` and `Cymraeg (cy)`."""
    name, separator, language = header.partition("::")
    if not separator:
        name, separator, language = header.partition(":")
    name = name.strip().lower()
    if name == "media" and language:
        return "media", None
    return _ALIASES.get(name, name), language.strip() if separator else None


def code_of(language: str) -> str:
    """The code in `Cymraeg (cy)`, else the name itself."""
    match = re.search(r"\(([\w-]+)\)\s*$", language)
    return match[1] if match is not None else language


@dataclass(frozen=True, slots=True)
class RowType:
    """What the cell `type` means. `what` is group or repeat for rows that begin or end one."""

    written: str
    kind: Kind | None = None
    list_name: str = ""
    or_other: bool = False
    what: str = ""
    begins: bool = False
    ends: bool = False
    problem: str = ""
    ignored: str = ""
    is_external: bool = False


_KINDS = {kind.value.lower(): kind for kind in Kind} | {
    "string": Kind.TEXT,
    "int": Kind.INTEGER,
    "datetime": Kind.DATETIME,
    "photo": Kind.IMAGE,
    "trigger": Kind.ACKNOWLEDGE,
    "calculation": Kind.CALCULATE,
}
_SELECTS = (
    (re.compile(r"select[_ ](?:one|1)(?: from)?|select1", re.IGNORECASE), Kind.SELECT_ONE),
    (re.compile(r"select[_ ](?:multiple|all that apply)(?: from)?", re.IGNORECASE), Kind.SELECT_MULTIPLE),
    (re.compile(r"rank", re.IGNORECASE), Kind.RANK),
)
_FROM_FILE = re.compile(r"select_(one|multiple)_from_file(?:\s+(.+))?", re.IGNORECASE)
_FILE = re.compile(r"([^\W\d][\w\-]*)\.csv", re.IGNORECASE)
_CANNOT = {
    "geopoint": "a position on the map",
    "geotrace": "a line on the map",
    "geoshape": "an area on the map",
    "barcode": "a barcode",
    "video": "a video",
    "xml-external": "data from another file",
    "csv-external": "data from another file",
    "osm": "a map",
}
_DEVICE = frozenset(
    {"deviceid", "phonenumber", "simserial", "subscriberid", "username", "email", "audit", "start-geopoint"}
    | {"background-audio", "imei", "caseid"}
)


def read_type(written: str) -> RowType:
    """What a type means, or why Candour cannot ask it."""
    words = " ".join(written.split())
    lowered = words.lower()
    match = re.fullmatch(r"(begin|end)[_ ]?(group|repeat|loop)", lowered)
    if match is not None:
        what = "repeat" if match[2] == "loop" else match[2]
        return RowType(words, what=what, begins=match[1] == "begin", ends=match[1] == "end")
    if lowered in _KINDS and not _KINDS[lowered].has_choices:
        return RowType(words, _KINDS[lowered])
    first = lowered.split()[0]
    if first in _CANNOT:
        return RowType(words, problem=f"Candour cannot ask for {_CANNOT[first]} (“{first}”).")
    if first in _DEVICE:
        return RowType(
            words, ignored=f"Candour collects nothing about devices or people: “{first}” is left out."
        )
    return _select_from_file(words) or _select(words) or _unknown(words, lowered)


def _select_from_file(words: str) -> RowType | None:
    """A question whose choices are given to the interview when it begins: `select_one_from_file actions.csv`."""
    match = _FROM_FILE.fullmatch(words)
    if match is None:
        return None
    kind = Kind.SELECT_ONE if match[1].lower() == "one" else Kind.SELECT_MULTIPLE
    named = _FILE.fullmatch(match[2] or "")  # only the name counts, there is no file
    return RowType(words, kind, named[1] if named is not None else "", is_external=True)


def _select(words: str) -> RowType | None:
    for pattern, kind in _SELECTS:
        match = pattern.match(words)
        if match is None or (match.end() < len(words) and words[match.end()] != " "):
            continue
        names = words[match.end() :].split()
        or_other = bool(names) and (
            names[-1] in ("or_other", "or_specify_other") or names[-2:] == ["or", "other"]
        )
        return RowType(words, kind, names[0] if names else "", or_other)
    return None


def _unknown(words: str, lowered: str) -> RowType:
    near = difflib.get_close_matches(
        lowered.split(maxsplit=1)[0], (*_KINDS, "begin_group", "begin_repeat"), 1
    )
    hint = f" Did you mean “{near[0]}”?" if near else " Types are text, integer, select_one, note and so on."
    return RowType(words, problem=f"There is no type “{words}”.{hint}")
