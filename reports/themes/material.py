"""What theme results are made of: sources, what was said and rated, and anonymous answers in a pool for each form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from dialogues.form import Form, Kind, SourceType
from dialogues.wordless import Wordless
from reports import disclosure, scope, scoring
from reports.assembly import Report
from reports.coding import Coded
from reports.scoring import Scale, Tally

PEOPLE = frozenset({SourceType.EXPERIENCE, SourceType.STAFF, SourceType.PARTNERS})  # the rest are records


AREAS: dict[str, tuple[str, ...]] = {area.code: area.themes for area in scope.AREAS}
"""The areas of scope, with the themes that answer for them."""


class Sides(Struct, frozen=True):
    """Whose views are held against each other: the codes of roles and groups of either side.

    Among anonymous people leaders are held against everybody else.
    """

    leaders: frozenset[str]
    frontline: frozenset[str]


SIDES = Sides(
    frozenset({"manager", "senior_manager", "leader", "director", "board", "board_member"}),
    frozenset({"care", "frontline", "nursing", "support", "senior"}),
)


_INSTANCE = re.compile(r"\[\d+\]")


class Source(Struct, frozen=True):
    """Who or what was heard: one interview, record or observation; or, not `named`, one answer to one `question`.

    `form` is a digest, `type` one of `SourceType`, `role` the code of the role of whoever was heard, if any.
    """

    id: bytes
    form: str
    type: str
    role: str = ""
    named: bool = True
    question: str = ""


class Passage(Struct, frozen=True):
    """An excerpt with the codes that a person tied to it; once, whoever else coded it blind."""

    id: bytes
    source: bytes
    codes: tuple[Coded, ...]


class Rating(Struct, frozen=True):
    """A named source's answer to a closed question, whether it is one of the best; it stands on a scale."""

    source: bytes
    theme: str
    item: str
    positive: bool


class Pool(Struct, frozen=True):
    """The anonymous answers to one form: what was published of them, and the counts (never shown as they are)."""

    form: Form
    tally: Tally
    report: Report


class Material(Wordless, frozen=True):
    """All that the results of an audit are made of. It has no repr.

    Pools, `k`, and sources that are not named are for `release` alone.
    """

    sources: tuple[Source, ...] = ()
    passages: tuple[Passage, ...] = ()
    ratings: tuple[Rating, ...] = ()
    pools: tuple[Pool, ...] = ()
    k: int = disclosure.DEFAULT_K


def ratings(source: bytes, form: Form, answers: Mapping[str, str]) -> tuple[Rating, ...]:
    """The closed answers of a named interview or record: path (with instances) -> stored value.

    Those off the scale ("does not apply", "I don't know") are left out, as are questions without a theme.
    """
    known = {path: found for path, found in scales(form) if found}
    found = []
    for path, value in answers.items():
        question = plain(path)
        scale = known.get(question)
        if scale and any(value in level for level in scale.levels):
            good = any(value in level for level in scale.levels[: scale.best])
            found.append(Rating(source, form.questions[question].theme, question, good))
    return tuple(found)


def scales(form: Form) -> Iterator[tuple[str, Scale | None]]:
    """The questions with a theme that have one answer, by path, and how each is scored if it is."""
    for path, question in form.questions.items():
        if question.theme and question.kind is Kind.SELECT_ONE:
            yield path, scoring.scale(form, question)


def plain(path: str) -> str:
    """The path of the question, without the instances of repeats."""
    return _INSTANCE.sub("", path)
