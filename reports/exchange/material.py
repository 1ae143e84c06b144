"""What leaves in files: named interviews and coded records, the codebook, and counts that disclosure allows.

There is no place here for anonymous words: they cannot leave by mistake.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from msgspec import Struct, field

from dialogues.form import Choice, Form, Question, walk
from dialogues.wordless import Wordless
from reports import codebook
from reports.codebook import Codebook
from reports.coding import Decision, theme_of
from reports.themes import Results, plain

NOT_SAID = "not_said"  # how somebody may be quoted whom nobody asked: not

_INSTANCE = re.compile(r"\[(\d+)\]")


class Entry(Struct, frozen=True):
    """An entry of a codebook. `code` says where it belongs: `SUP.frequency` below `SUP`."""

    code: str
    name: str
    definition: str = ""


class Heard(Wordless, frozen=True):
    """A named interview, record check or observation that was handed in. No words in its repr.

    `id` is hexadecimal, `label` the participant's name or role, `role` and `source_type` codes, `by` the auditor as
    they want to be named (initials or a role), `quote_as` how the participant may be quoted (`reports.quotes.Wish`).
    `answers`: path (with instances of repeats) -> stored value, those that are relevant alone. `lists`: the choices
    that its form left to be given.
    """

    id: str
    label: str
    form: Form
    answers: dict[str, str]
    role: str = ""
    source_type: str = ""
    by: str = ""
    language: str = "en"
    lists: dict[str, tuple[Choice, ...]] = field(default_factory=dict)
    quote_as: str = NOT_SAID


class Excerpt(Wordless, frozen=True):
    """A piece of an answer, with what each coder (as they want to be named) decided. It has no repr.

    `source` is the id of what was heard, `question` a path without instances; `instance` is that of the repeat it
    stands in ('' outside), `place` counts the excerpts of one answer from 0. `id` is hexadecimal.
    """

    id: str
    source: str
    question: str
    text: str
    place: int = 0
    instance: str = ""
    decisions: tuple[tuple[str, Decision], ...] = ()


class Project(Wordless, frozen=True):
    """One audit, as it leaves. Excerpts of a source that is not among those heard stay behind. It has no repr."""

    name: str
    entries: tuple[Entry, ...]
    heard: tuple[Heard, ...] = ()
    excerpts: tuple[Excerpt, ...] = ()
    results: Results | None = None
    synthetic: bool = False


def entries_of(book: Codebook, language: str = "en") -> tuple[Entry, ...]:
    """The themes of a codebook, and the codes below them."""
    return tuple(
        Entry(each.code, each.name.to(language), each.definition.to(language)) for each in book.codes
    )


def complete(material: Project) -> tuple[Entry, ...]:
    """The entries in order, with those that excerpts use and the codebook no longer has, and every parent."""
    known = {each.code: each for each in material.entries}
    used = {coded.code for each in leaving(material) for _, made in each.decisions for coded in made.codes}
    wanted = {part for code in {*known, *used} for part in _line(code)}
    return tuple(known.get(code) or Entry(code, code) for code in sorted(wanted, key=_order))


def _line(code: str) -> Iterator[str]:
    parts = code.split(".")
    return (".".join(parts[:depth]) for depth in range(1, len(parts) + 1))


def _order(code: str) -> tuple[tuple[int, str], tuple[int, str]]:
    return codebook.order(theme_of(code)), codebook.order(code)


def leaving(material: Project) -> tuple[Excerpt, ...]:
    """The excerpts of named sources, in the order of sources, questions and places."""
    known = {each.id for each in material.heard}
    return tuple(
        sorted(
            (each for each in material.excerpts if each.source in known),
            key=lambda each: (each.source, each.question, each.instance, each.place, each.id),
        )
    )


def in_order(heard: Heard) -> Iterator[tuple[str, Question, str]]:
    """Path, question and value of every answer to a question that is asked, in the form's order; no files."""
    ranks = {node.path: rank for rank, node in enumerate(walk(heard.form.children))}
    for path in sorted(heard.answers, key=lambda each: _rank(each, ranks)):
        question, value = heard.form.questions.get(plain(path)), heard.answers[path]
        if question and value and question.kind.is_asked and not question.kind.is_file:
            yield path, question, value


def _rank(path: str, ranks: dict[str, int]) -> list[tuple[int, int]]:
    found, here = [], ""
    for part in path.split("/"):
        here = f"{here}/{part}" if here else part
        number = _INSTANCE.search(part)
        found.append((ranks.get(plain(here), len(ranks)), int(number[1]) if number else 0))
    return found


def instances(path: str) -> str:
    """The numbers of the instances of repeats that a path goes through: `visits[2]/length` -> `2`."""
    return ".".join(_INSTANCE.findall(path))


def in_words(heard: Heard, question: Question, value: str) -> str:
    """The value as people read it: the labels of what was chosen, or what was written."""
    if not question.kind.has_choices:
        return value
    names = value.split() if question.kind.is_many else [value]
    return "; ".join(label(heard, question, name) for name in names)


def label(heard: Heard, question: Question, name: str) -> str:
    """What a choice is called in the language of the interview."""
    given = heard.lists.get(question.choices, ())
    choice = heard.form.choice(question, name) or next((each for each in given if each.name == name), None)
    return (choice.label.to(heard.language) if choice else "") or name


def coders(excerpts: Collection[Excerpt]) -> tuple[str, ...]:
    """Everybody who decided something, in alphabetical order."""
    return tuple(sorted({coder for each in excerpts for coder, _ in each.decisions}))
