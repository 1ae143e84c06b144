"""What is asked: an immutable form, as read from an XLSForm.

Expressions are kept as their authors wrote them; `dialogues.script` compiles them once per form.
Two forms with the same content are equal and have the same digest, whichever file they came from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import TypeAlias

import msgspec
from msgspec import Struct

DEFAULT_LANGUAGE = "en"
PAST_LEAD = "past-lead"  # the appearance of the question whose “yes” keeps what is told from the lead
QUOTE_AS = (
    "quote-as"  # of the question that asks somebody by name how they may be quoted (`reports.quotes.Wish`)
)
ROLE = "role"  # of the question for their role, by which they may be quoted
QUOTABLE = "quotable"  # of the question whose “yes” lets the report use the answer before it, without a name
PARTNER = "partner"  # the audience of a form that partner agencies answer by themselves


class Kind(StrEnum):
    """The types of question, in XLSForm's words."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    RANGE = "range"
    DATE = "date"
    TIME = "time"
    DATETIME = "dateTime"
    SELECT_ONE = "select_one"
    SELECT_MULTIPLE = "select_multiple"
    RANK = "rank"
    NOTE = "note"
    ACKNOWLEDGE = "acknowledge"
    CALCULATE = "calculate"
    HIDDEN = "hidden"
    IMAGE = "image"
    AUDIO = "audio"
    FILE = "file"
    START = "start"
    END = "end"
    TODAY = "today"

    @property
    def is_asked(self) -> bool:
        """Whether a person answers it: notes are only said, and the rest is worked out."""
        return self not in _NOT_ASKED

    @property
    def has_choices(self) -> bool:
        """Whether it is answered by choosing from a list."""
        return self in {Kind.SELECT_ONE, Kind.SELECT_MULTIPLE, Kind.RANK}

    @property
    def is_many(self) -> bool:
        """Whether an answer may hold several choices, separated by spaces."""
        return self in {Kind.SELECT_MULTIPLE, Kind.RANK}

    @property
    def is_file(self) -> bool:
        """Whether it is answered by a photo, a recording or another file."""
        return self in {Kind.IMAGE, Kind.AUDIO, Kind.FILE}


_NOT_ASKED = frozenset({Kind.NOTE, Kind.CALCULATE, Kind.HIDDEN, Kind.START, Kind.END, Kind.TODAY})


class Attribution(StrEnum):
    """Whether answers are tied to a person. It cannot change once a slip was issued."""

    ANONYMOUS = "anonymous"
    NAMED = "named"


class SourceType(StrEnum):
    """The kinds of evidence, after the six evidence categories of the Care Quality Commission."""

    EXPERIENCE = "experience"  # of people who use the service, and of those close to them
    STAFF = "staff"  # and leaders
    PARTNERS = "partners"
    OBSERVATION = "observation"
    PROCESSES = "processes"  # what records and policies show
    OUTCOMES = "outcomes"


class Text(Struct, frozen=True):
    """Words in one or more languages, by language code; the form's default language comes first."""

    words: dict[str, str] = {}

    def __bool__(self) -> bool:
        return any(self.words.values())

    def to(self, language: str) -> str:
        """The words in `language`, else in the first language that has any."""
        return self.words.get(language) or next((words for words in self.words.values() if words), "")


NO_TEXT = Text()


class Language(Struct, frozen=True):
    """A language of a form: its code (`cy`) and its own name (`Cymraeg`)."""

    code: str
    name: str


class Choice(Struct, frozen=True, omit_defaults=True):
    """One choice of a list; `score` is None for choices apart from the scale, such as "I don't know"."""

    name: str
    label: Text = NO_TEXT
    score: float | None = None
    columns: dict[str, str] = {}


class Question(Struct, frozen=True, tag="question", omit_defaults=True):
    """One row that holds a value, or a note. `path` is unique in the form; empty expressions are absent."""

    name: str
    path: str
    kind: Kind
    label: Text = NO_TEXT
    hint: Text = NO_TEXT
    guidance: Text = NO_TEXT
    probe: Text = NO_TEXT
    choices: str = ""
    choice_filter: str = ""
    relevant: str = ""
    required: str = ""
    required_message: Text = NO_TEXT
    constraint: str = ""
    constraint_message: Text = NO_TEXT
    calculation: str = ""
    default: str = ""
    read_only: str = ""
    parameters: dict[str, str] = {}
    appearance: str = ""
    theme: str = ""
    construct: str = ""
    polarity: int = 1
    equivalence: str = ""

    def appears(self, how: str) -> bool:
        """Whether `how` (consent, signpost, contact, past-lead …) is among the words of its appearance."""
        return how in self.appearance.split()


class Group(Struct, frozen=True, tag="group", omit_defaults=True):
    """Rows that belong together: a section of the interview."""

    name: str
    path: str
    label: Text = NO_TEXT
    relevant: str = ""
    appearance: str = ""
    children: tuple[Node, ...] = ()


class Repeat(Struct, frozen=True, tag="repeat", omit_defaults=True):
    """Rows that are asked once for each of several things; `count` is an expression, or empty: ask."""

    name: str
    path: str
    label: Text = NO_TEXT
    relevant: str = ""
    appearance: str = ""
    count: str = ""
    children: tuple[Node, ...] = ()


Node: TypeAlias = Question | Group | Repeat


class Form(Struct, frozen=True, dict=True, omit_defaults=True):
    """The definition of an interview.

    `source_type`: what kind of evidence it brings, one of `SourceType`, or empty. `unreviewed`: the codes of the
    languages whose words no speaker has reviewed. `external`: the lists whose choices are not in the form: each
    interview is given them when it begins.
    """

    id: str
    title: Text
    version: str
    languages: tuple[Language, ...]
    children: tuple[Node, ...]
    choices: dict[str, tuple[Choice, ...]] = {}
    audience: str = ""
    attribution: Attribution = Attribution.NAMED
    breakdown: str = ""
    records: str = "response"
    estimated_minutes: int | None = None
    reading_age: int | None = None
    source_type: str = ""
    unreviewed: tuple[str, ...] = ()
    external: tuple[str, ...] = ()

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def default_language(self) -> str:
        """The code of the language in which the form is asked unless another is chosen."""
        return self.languages[0].code

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the whole content, in hexadecimal: what an interview is pinned to."""
        return hashlib.sha256(encode(self)).hexdigest()

    @cached_property
    def questions(self) -> dict[str, Question]:
        """Every question by its path, in document order."""
        return {node.path: node for node in walk(self.children) if isinstance(node, Question)}

    @cached_property
    def quotable(self) -> dict[str, str]:
        """By the path of a text, that of the question right after it whose “yes” lets the report use its words."""
        rows = [
            self.children,
            *(node.children for node in walk(self.children) if not isinstance(node, Question)),
        ]
        return {
            before.path: after.path
            for children in rows
            for before, after in pairwise(children)
            if isinstance(before, Question) and before.kind is Kind.TEXT
            if isinstance(after, Question) and after.appears(QUOTABLE)
        }

    @cached_property
    def takes_files(self) -> bool:
        """Whether any question asks for a file."""
        return any(question.kind.is_file for question in self.questions.values())

    @property
    def is_for_partners(self) -> bool:
        """Whether people of other agencies answer it by themselves, each with a slip, in their own name."""
        named = self.attribution is Attribution.NAMED and self.records == "evidence"
        return self.audience == PARTNER and named

    def goes_past_lead(self, answers: Mapping[str, str]) -> bool:
        """Whether these answers, by path, say that the worry is about the safeguarding lead."""
        asked = (question for question in self.questions.values() if question.appears(PAST_LEAD))
        return any(answers.get(question.path) == "yes" for question in asked)

    def choice(self, question: Question, name: str) -> Choice | None:
        """The choice of that name in the question's list, or None."""
        return next(
            (choice for choice in self.choices.get(question.choices, ()) if choice.name == name), None
        )


def walk(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """Every node below, parents before their children, in document order."""
    for node in nodes:
        yield node
        if not isinstance(node, Question):
            yield from walk(node.children)


_decoder = msgspec.json.Decoder(Form)


def encode(form: Form) -> bytes:
    """The form as JSON, the same bytes for equal forms."""
    return msgspec.json.encode(form, order="deterministic")


def decode(content: bytes) -> Form:
    """The form that was encoded. Raises `msgspec.ValidationError` when the bytes are no form."""
    return _decoder.decode(content)
