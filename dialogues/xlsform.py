"""XLSForm → Form, or every problem at once, each with its sheet, row, column and character.

Source: XLSForm.org reference table; our own columns are listed in docs/forms.md.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from sys import intern

from msgspec import Struct
from msgspec.structs import replace

from dialogues.form import (
    DEFAULT_LANGUAGE,
    Attribution,
    Choice,
    Form,
    Group,
    Kind,
    Language,
    Node,
    Question,
    Repeat,
    SourceType,
    Text,
)
from dialogues.problems import Place, Problem, Severity
from dialogues.rows import CHOICES, SETTINGS, SURVEY, Columns, RowType, read_type
from dialogues.sheets import Row, Sheet, read_sheets

THEMES = ("ESC", "SUP", "CUL", "LEAD", "MAW", "CAP", "COM", "CARE", "TRN", "LRN", "ASR")
_NAME = re.compile(r"[^\W\d][\w.\-]*")
_SHEETS = ("survey", "choices", "settings")
_TRUE = {"yes": "true()", "true": "true()", "true()": "true()", "1": "true()"}
_FALSE = frozenset({"", "no", "false", "false()", "0"})


class Reading(Struct, frozen=True):
    """A form as read, or None when it cannot be used; every problem; and where each node stands.

    `draft` is what there is of a form that cannot be used: only to look for more that is wrong.
    """

    form: Form | None
    problems: tuple[Problem, ...]
    places: dict[str, Place]
    choice_places: dict[tuple[str, str], Place]
    draft: Form | None = None


def load(path: Path) -> Reading:
    """Read a form from a file. Raises `OSError` when the file cannot be opened."""
    return read(path.read_bytes(), path.name)


def read(content: bytes, name: str) -> Reading:
    """Read a form from the bytes of an .xlsx or .yaml file of that name."""
    sheets = read_sheets(content, name)
    found = [entry for entry in sheets if isinstance(entry, Sheet)]
    problems = [entry for entry in sheets if isinstance(entry, Problem)]
    if problems:
        return Reading(None, tuple(problems), {}, {})
    return _Reader(found, Path(name).stem).read()


@dataclass
class _Open:
    """A group or repeat whose end was not reached yet."""

    row: Row
    type: RowType
    name: str
    children: list[Node] = field(default_factory=list)


@dataclass
class _Reader:
    """Reads the three sheets and collects what is wrong with them."""

    sheets: list[Sheet]
    stem: str
    problems: list[Problem] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    choice_places: dict[tuple[str, str], Place] = field(default_factory=dict)
    lists: dict[str, tuple[Choice, ...]] = field(default_factory=dict)
    external: dict[str, Place] = field(default_factory=dict)
    _rows: dict[tuple[str, ...], Place] = field(default_factory=dict)
    _languages: tuple[Language, ...] = ()

    def read(self) -> Reading:
        survey = self._sheet("survey")
        if survey is None or not survey.rows:
            self._say(
                "no_survey", "A form needs a sheet called “survey” with at least one row.", Place("survey")
            )
            return self._reading(None)
        self._check_sheet_names()
        settings = self._settings()
        columns = Columns(survey, SURVEY)
        choice_columns = Columns(self._sheet("choices") or Sheet("choices", (), ()), CHOICES)
        self._check_columns(columns, choice_columns)
        self._languages = _languages(settings, columns, choice_columns)
        self._read_choices(choice_columns)
        children = self._read_survey(columns)
        form = self._form(settings, children)
        return self._reading(form)

    def _reading(self, form: Form | None) -> Reading:
        usable = form is not None and not any(problem.is_error for problem in self.problems)
        return Reading(
            form if usable else None, tuple(self.problems), self.places, self.choice_places, draft=form
        )

    def _say(
        self,
        kind: str,
        message: str,
        place: Place,
        *,
        severity: Severity = Severity.ERROR,
        character: int | None = None,
    ) -> None:
        self.problems.append(Problem(kind, message, place, severity, character))

    # Sheets and columns

    def _sheet(self, name: str) -> Sheet | None:
        return next((sheet for sheet in self.sheets if sheet.name.strip().lower() == name), None)

    def _check_sheet_names(self) -> None:
        for sheet in self.sheets:
            name = sheet.name.strip().lower()
            near = difflib.get_close_matches(name, _SHEETS, 1, 0.7)
            if name not in _SHEETS and near and self._sheet(near[0]) is None:
                self._say(
                    "sheet_name",
                    f"No sheet is called “{sheet.name}”. Did you mean “{near[0]}”?",
                    Place(sheet.name),
                )

    def _check_columns(self, *all_columns: Columns) -> None:
        for columns in all_columns:
            sheet = columns.sheet.name
            for column, near in columns.misspelt():
                sure = sheet.strip().lower() == "survey"
                self._say(
                    "column_name",
                    f"No column is called “{column}”. Did you mean “{near}”?",
                    Place(sheet, 1, column),
                    severity=Severity.ERROR if sure else Severity.WARNING,
                )
            for column in dict.fromkeys(columns.twice):
                message = f"The column “{column}” stands here twice, perhaps under another name."
                self._say("column_twice", message, Place(sheet, 1, column))

    def _settings(self) -> Columns:
        sheet = self._sheet("settings") or Sheet("settings", (), ())
        columns = Columns(sheet, SETTINGS)
        for column, near in columns.misspelt():
            message = f"No setting is called “{column}”. Did you mean “{near}”?"
            self._say("setting_name", message, Place("settings", 1, column))
        return columns

    # Choices

    def _read_choices(self, columns: Columns) -> None:
        lists: dict[str, list[Choice]] = {}
        for row in columns.sheet.rows:
            list_name, name = columns.get(row, "list_name"), columns.get(row, "name")
            place = columns.place(row, "name")
            if not list_name:
                self._say("choice_no_list", "This choice says no list_name.", columns.place(row, "list_name"))
                continue
            if not name:
                self._say("choice_no_name", f"This choice of the list “{list_name}” has no name.", place)
                continue
            self._check_choice(list_name, name, lists.get(list_name, []), place)
            label = columns.text(row, "label", self._languages)
            if not label:
                self._say(
                    "choice_no_label",
                    f"The choice “{name}” has no label; people would read its name.",
                    columns.place(row, "label"),
                    severity=Severity.WARNING,
                )
            self._check_button(label, columns.place(row, "label"))
            score = self._score(columns, row)
            lists.setdefault(list_name, []).append(Choice(name, label, score, columns.others(row)))
            self.choice_places.setdefault((list_name, name), place)
        self.lists = {name: tuple(choices) for name, choices in lists.items()}

    def _check_choice(self, list_name: str, name: str, before: list[Choice], place: Place) -> None:
        if any(choice.name == name for choice in before):
            self._say("choice_twice", f"The list “{list_name}” has the choice “{name}” twice.", place)
        if len(name.split()) > 1:
            self._say(
                "choice_space", f"The name of a choice has no spaces: “{name}”. Use “_” instead.", place
            )

    def _check_button(self, label: Text, place: Place) -> None:
        for words in label.words.values():
            if len(words) > MAX_BUTTON:
                self._say(
                    "button_long",
                    f"This label has {len(words)} characters; a button has room for {MAX_BUTTON}.",
                    place,
                    severity=Severity.WARNING,
                    character=MAX_BUTTON + 1,
                )
                return

    def _score(self, columns: Columns, row: Row) -> float | None:
        written = columns.get(row, "score")
        if not written:
            return None
        if re.fullmatch(r"-?\d{1,9}(\.\d{1,9})?", written, re.ASCII):
            return float(written)
        self._say("score", f"A score is a number, not “{written}”.", columns.place(row, "score"))
        return None

    # Survey

    def _read_survey(self, columns: Columns) -> tuple[Node, ...]:
        top = _Open(Row(1, {}), RowType("form"), "")
        open_rows = [top]
        for row in columns.sheet.rows:
            written = columns.get(row, "type")
            if not written:
                if columns.has_content(row):
                    self._say(
                        "no_type",
                        "This row has no type, such as “text” or “note”.",
                        columns.place(row, "type"),
                    )
                continue
            row_type = read_type(written)
            if row_type.begins:
                open_rows.append(_Open(row, row_type, self._name(columns, row, open_rows[-1], row_type)))
            elif row_type.ends:
                self._close(columns, row, row_type, open_rows)
            else:
                self._add_question(columns, row, row_type, open_rows)
        for left in open_rows[1:]:
            place = columns.place(left.row, "type")
            self._say(
                "not_ended", f"The {left.type.what} “{left.name}” has no “end {left.type.what}”.", place
            )
        while len(open_rows) > 1:
            opened = open_rows.pop()
            open_rows[-1].children.append(self._container(columns, opened, open_rows))
        return tuple(top.children)

    def _close(self, columns: Columns, row: Row, row_type: RowType, open_rows: list[_Open]) -> None:
        place = columns.place(row, "type")
        if len(open_rows) == 1:
            self._say("not_begun", f"This “end {row_type.what}” ends nothing.", place)
            return
        opened = open_rows[-1]
        if opened.type.what != row_type.what:
            message = (
                f"This “end {row_type.what}” comes while the {opened.type.what} “{opened.name}” "
                f"(row {opened.row.number}) is still open."
            )
            self._say("wrong_end", message, place)
            return
        open_rows.pop()
        open_rows[-1].children.append(self._container(columns, opened, open_rows))

    def _container(self, columns: Columns, opened: _Open, around: list[_Open]) -> Node:
        row, path = opened.row, opened.name
        self._remember(opened.name, columns, row, around)
        label = columns.text(row, "label", self._languages)
        self._check_label(label, columns.place(row, "label"))
        relevant, appearance = columns.get(row, "relevant"), columns.get(row, "appearance")
        children = tuple(opened.children)
        if not children:
            self._say(
                "empty_group", f"The {opened.type.what} “{opened.name}” is empty.", columns.place(row, "type")
            )
        if opened.type.what == "repeat":
            count = columns.get(row, "repeat_count")
            return Repeat(opened.name, path, label, relevant, appearance, count, children)
        return Group(opened.name, path, label, relevant, appearance, children)

    def _remember(self, name: str, columns: Columns, row: Row, around: list[_Open]) -> None:
        """Where a node stands, by its name and those of the groups and repeats around it."""
        self._rows.setdefault((*(one.name for one in around[1:]), name), columns.place(row, ""))

    def _name(self, columns: Columns, row: Row, parent: _Open, row_type: RowType) -> str:
        name, place = columns.get(row, "name"), columns.place(row, "name")
        if not name:
            if row_type.kind is Kind.NOTE or row_type.begins:
                return f"{row_type.what or 'note'}_{row.number}"
            self._say("no_name", "This question has no name. A name is short, such as “last_visit”.", place)
            return f"row_{row.number}"
        if not _NAME.fullmatch(name):
            self._say(
                "bad_name",
                f"“{name}” cannot be a name: begin with a letter, then letters, digits, “_”, “-” and “.” only.",
                place,
            )
        if name in {child.name for child in parent.children}:
            self._say("name_twice", f"The name “{name}” is used twice here. Names must differ.", place)
        return name

    def _add_question(self, columns: Columns, row: Row, row_type: RowType, open_rows: list[_Open]) -> None:
        place = columns.place(row, "type")
        if row_type.problem:
            self._say("type", row_type.problem, place)
            self._stand_in(columns, row, open_rows)
            return
        if row_type.ignored:
            self._say("type_ignored", row_type.ignored, place, severity=Severity.WARNING)
            return
        parent = open_rows[-1]
        name = self._name(columns, row, parent, row_type)
        self._remember(name, columns, row, open_rows)
        question = self._question(columns, row, row_type, name)
        parent.children.append(question)
        if row_type.or_other:
            other = self._other(question)
            self._remember(other.name, columns, row, open_rows)
            parent.children.append(other)

    def _stand_in(self, columns: Columns, row: Row, open_rows: list[_Open]) -> None:
        """A question whose type is wrong is still there, so that nothing else is said to look at no question."""
        name = columns.get(row, "name")
        if name:
            self._remember(name, columns, row, open_rows)
            open_rows[-1].children.append(Question(name, name, Kind.TEXT))

    def _question(self, columns: Columns, row: Row, row_type: RowType, name: str) -> Question:
        assert row_type.kind is not None
        get = columns.get

        def text(column: str) -> Text:
            return columns.text(row, column, self._languages)

        question = Question(
            name=name,
            path=name,
            kind=row_type.kind,
            label=text("label"),
            hint=text("hint"),
            guidance=text("guidance_hint"),
            probe=text("probe"),
            choices=row_type.list_name,
            choice_filter=get(row, "choice_filter"),
            relevant=get(row, "relevant"),
            required=_as_rule(get(row, "required")),
            required_message=text("required_message"),
            constraint=get(row, "constraint"),
            constraint_message=text("constraint_message"),
            calculation=get(row, "calculation"),
            default=get(row, "default"),
            read_only=_as_rule(get(row, "read_only")),
            parameters=self._parameters(columns, row, row_type.kind),
            appearance=get(row, "appearance"),
            theme=get(row, "theme"),
            construct=get(row, "construct"),
            polarity=self._polarity(columns, row),
            equivalence=get(row, "equivalence"),
        )
        if row_type.is_external:
            self._check_external(columns.place(row, "type"), question)
        elif question.kind.has_choices:
            self._check_list(columns, row, question)
        self._check_question(columns, row, question)
        return question

    def _check_external(self, place: Place, question: Question) -> None:
        """A list from outside has a name, and no choices in the form."""
        name = question.choices
        if not name:
            self._say("no_list", "Name the list, such as “select_one_from_file actions.csv”.", place)
        elif name in self.lists:
            message = f"The list “{name}” has choices in this form, so it cannot come from outside too."
            self._say("list_twice", message, place)
        else:
            self.external[name] = place

    def _check_question(self, columns: Columns, row: Row, question: Question) -> None:
        if not question.label and not question.hint and _needs_label(question):
            message = f"The question “{question.name}” has no label: nobody would know what is asked."
            self._say("no_label", message, columns.place(row, "label"))
        if question.kind is Kind.CALCULATE and not question.calculation and not question.default:
            message = f"“{question.name}” is a calculate row without a calculation."
            self._say("no_calculation", message, columns.place(row, "calculation"))
        if question.theme and question.theme not in THEMES:
            near = difflib.get_close_matches(question.theme.upper(), THEMES, 1, 0.5)
            hint = f" Did you mean {near[0]}?" if near else f" The themes are {', '.join(THEMES)}."
            self._say("theme", f"“{question.theme}” is no theme.{hint}", columns.place(row, "theme"))
        self._check_label(question.label, columns.place(row, "label"))

    def _check_label(self, label: Text, place: Place) -> None:
        if any(len(words) > MAX_LABEL for words in label.words.values()):
            message = f"This label is longer than {MAX_LABEL:,} characters, more than one message can hold."
            self._say("label_long", message, place, character=MAX_LABEL + 1)

    def _check_list(self, columns: Columns, row: Row, question: Question) -> None:
        if question.choices in self.lists:
            return
        near = difflib.get_close_matches(question.choices, self.lists, 1)
        hint = f" Did you mean “{near[0]}”?" if near else " Add its choices to the sheet “choices”."
        place = columns.place(row, "type")
        if not question.choices:
            self._say("no_list", "A choice question names its list, such as “select_one yes_no”.", place)
        else:
            self._say("unknown_list", f"No choice list is called “{question.choices}”.{hint}", place)

    def _other(self, question: Question) -> Question:
        """What `or_other` stands for: a choice "other", and a text that asks which."""
        choices = self.lists.get(question.choices, ())
        if choices and not any(choice.name == "other" for choice in choices):
            label = Text(
                {language.code: _OTHER.get(language.code, _OTHER["en"]) for language in self._languages}
            )
            self.lists[question.choices] = (*choices, Choice("other", label))
        name = f"{question.name}_other"
        label = Text({language.code: _WHICH.get(language.code, _WHICH["en"]) for language in self._languages})
        return Question(name, name, Kind.TEXT, label, relevant=f"selected(${{{question.name}}}, 'other')")

    def _polarity(self, columns: Columns, row: Row) -> int:
        written = columns.get(row, "polarity").lstrip("+")
        if written not in ("", "1", "-1"):
            self._say("polarity", f"Polarity is 1 or -1, not “{written}”.", columns.place(row, "polarity"))
        return -1 if written == "-1" else 1

    def _parameters(self, columns: Columns, row: Row, kind: Kind) -> dict[str, str]:
        written = columns.get(row, "parameters")
        pairs = dict(re.findall(r"([\w\-]+)\s*=\s*([^\s,;]+)", written))
        place = columns.place(row, "parameters")
        if written and not pairs:
            self._say("parameters", "Parameters are written as “start=1 end=5”.", place)
        if kind is Kind.RANGE:
            for key in ("start", "end", "step"):
                if not re.fullmatch(r"-?\d{1,9}(\.\d{1,9})?", pairs.get(key, "1"), re.ASCII):
                    self._say("parameters", f"“{key}” is a number, not “{pairs[key]}”.", place)
                    del pairs[key]
            if (
                float(pairs.get("start", "0")) >= float(pairs.get("end", "10"))
                or float(pairs.get("step", "1")) <= 0
            ):
                self._say("range", "A range goes up: start is below end, and step above 0.", place)
        return pairs

    # The form

    def _form(self, settings: Columns, children: tuple[Node, ...]) -> Form:
        row = settings.sheet.rows[0] if settings.sheet.rows else Row(2, {})
        get = settings.get
        title = settings.text(row, "form_title", self._languages)
        form_id = get(row, "form_id") or self.stem
        nodes = _with_paths(children)
        self.places.update(_places(nodes, (), self._rows))
        return Form(
            id=form_id,
            title=title or Text({self._languages[0].code: form_id}),
            version=get(row, "version"),
            languages=self._languages,
            children=nodes,
            choices=self.lists,
            audience=get(row, "audience"),
            attribution=self._attribution(settings, row),
            breakdown=self._breakdown(settings, row, children),
            records=intern(get(row, "records") or "response"),  # msgspec tells a default by identity
            estimated_minutes=self._whole_number(settings, row, "estimated_minutes"),
            reading_age=self._whole_number(settings, row, "reading_age"),
            source_type=self._source_type(settings, row),
            unreviewed=self._unreviewed(settings, row),
            external=self._external(settings, row),
        )

    def _external(self, settings: Columns, row: Row) -> tuple[str, ...]:
        """The lists from outside: what is offered would lie beside the answers, so no anonymous form has any."""
        if self.external and self._attribution(settings, row) is Attribution.ANONYMOUS:
            message = "An anonymous form cannot have choices from outside: put them into the sheet “choices”."
            self._say("external_anonymous", message, next(iter(self.external.values())))
        return tuple(sorted(self.external))

    def _attribution(self, settings: Columns, row: Row) -> Attribution:
        written = settings.get(row, "attribution") or Attribution.NAMED
        if written not in set(Attribution):
            place = settings.place(row, "attribution")
            self._say("attribution", f"Attribution is “anonymous” or “named”, not “{written}”.", place)
            return Attribution.NAMED
        return Attribution(written)

    def _source_type(self, settings: Columns, row: Row) -> str:
        written = settings.get(row, "source_type")
        if written and written not in tuple(SourceType):
            place = settings.place(row, "source_type")
            kinds = ", ".join(SourceType)
            self._say("source_type", f"“{written}” is no kind of evidence. Use one of: {kinds}.", place)
            return ""
        return written

    def _unreviewed(self, settings: Columns, row: Row) -> tuple[str, ...]:
        written = settings.get(row, "unreviewed").split()
        spoken = [language.code for language in self._languages]
        for code in written:
            if code not in spoken:
                place = settings.place(row, "unreviewed")
                self._say("unreviewed", f"“{code}” is no language of this form: {', '.join(spoken)}.", place)
        return tuple(dict.fromkeys(code for code in written if code in spoken))

    def _breakdown(self, settings: Columns, row: Row, children: tuple[Node, ...]) -> str:
        name = settings.get(row, "breakdown")
        place = settings.place(row, "breakdown")
        if name:
            question = next((node for node in _questions(children) if node.name == name), None)
            if question is None:
                self._say("breakdown", f"The breakdown “{name}” is no question of this form.", place)
            elif question.kind is not Kind.SELECT_ONE:
                self._say("breakdown", f"The breakdown “{name}” must be a select_one question.", place)
        return name

    def _whole_number(self, settings: Columns, row: Row, column: str) -> int | None:
        written = settings.get(row, column)
        if written and not (written.isascii() and written.isdecimal() and len(written) < 5):
            place = settings.place(row, column)
            self._say("whole_number", f"{column} is a whole number, not “{written}”.", place)
            return None
        return int(written) if written else None


MAX_LABEL = 4_096  # characters of one Telegram message
MAX_BUTTON = 60  # characters that a phone shows of a button
_OTHER = {"en": "Other", "cy": "Arall", "pl": "Inne", "ro": "Altceva", "ml": "മറ്റുള്ളത്", "ur": "دیگر"}
_WHICH = {
    "en": "Which other?",
    "cy": "Pa un arall?",
    "pl": "Jakie inne?",
    "ro": "Ce altceva?",
    "ml": "മറ്റെന്താണ്?",
    "ur": "دیگر کیا؟",
}


def _needs_label(question: Question) -> bool:
    asked = question.kind.is_asked or question.kind is Kind.NOTE
    return asked and not question.calculation


def _as_rule(written: str) -> str:
    lowered = written.lower()
    return "" if lowered in _FALSE else _TRUE.get(lowered, written)


def _questions(nodes: Iterable[Node]) -> Iterator[Question]:
    for node in nodes:
        if isinstance(node, Question):
            yield node
        else:
            yield from _questions(node.children)


def _languages(settings: Columns, *columns: Columns) -> tuple[Language, ...]:
    """The languages of a form, its default one first; texts without a language count as the default."""
    written = [name for one in columns for name in one.languages()]
    default = settings.get(settings.sheet.rows[0], "default_language") if settings.sheet.rows else ""
    known = list(dict.fromkeys(written))
    if not known:
        return (_language(default) if default else Language(DEFAULT_LANGUAGE, "English"),)
    languages = [_language(name) for name in known]
    first = _language(default).code if default else DEFAULT_LANGUAGE
    return tuple(sorted(dict.fromkeys(languages), key=lambda language: language.code != first))


def _language(written: str) -> Language:
    """`Cymraeg (cy)` → code and name; without a code the name serves as one."""
    match = re.fullmatch(r"(.*?)\s*\(([\w-]+)\)", written)
    return Language(match[2], match[1] or match[2]) if match is not None else Language(written, written)


def _with_paths(children: tuple[Node, ...]) -> tuple[Node, ...]:
    """The nodes with paths that are unique: the name within its repeat, with its groups where names collide."""
    names = Counter(node.name for node in _scope(children))
    return tuple(_with_path(node, "", "", names) for node in children)


def _places(
    nodes: Iterable[Node], around: tuple[str, ...], rows: dict[tuple[str, ...], Place]
) -> Iterator[tuple[str, Place]]:
    """Where every node stands, by its path."""
    for node in nodes:
        names = (*around, node.name)
        yield node.path, rows.get(names, Place())
        if not isinstance(node, Question):
            yield from _places(node.children, names, rows)


def _scope(nodes: Iterable[Node]) -> Iterator[Node]:
    """The nodes that share one instance: everything but what is inside repeats."""
    for node in nodes:
        yield node
        if isinstance(node, Group):
            yield from _scope(node.children)


def _with_path(node: Node, repeat: str, group: str, names: Counter[str]) -> Node:
    leaf = node.name if names[node.name] == 1 else f"{group}{node.name}"
    path = f"{repeat}{leaf}"
    if isinstance(node, Question):
        return replace(node, path=path)
    if isinstance(node, Group):
        inner = tuple(_with_path(child, repeat, f"{group}{node.name}/", names) for child in node.children)
        return replace(node, path=path, children=inner)
    own = Counter(child.name for child in _scope(node.children))
    inner = tuple(_with_path(child, f"{path}/", "", own) for child in node.children)
    return replace(node, path=path, children=inner)
