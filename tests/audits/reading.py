"""Made-up audits whose texts a person has coded: the measure of whatever suggests themes.

They were written before any suggester was tried on them, without sight of a lexicon. Do not fit them to one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import msgspec
import yaml
from msgspec import Struct

from dialogues import library
from dialogues.form import Kind, SourceType
from reports.coding import Coded, Direction, Segment, segments
from reports.scoring import composite, scale, score

HERE = Path(__file__).parent
NAMES = tuple(sorted(path.stem for path in HERE.glob("*.yaml")))

THEMES = frozenset(("ESC", "SUP", "CUL", "LEAD", "MAW", "CAP", "COM", "CARE", "TRN", "LRN", "ASR"))
HARM = frozenset(
    (
        *("physical", "domestic", "sexual", "psychological", "financial", "modern_slavery", "discriminatory"),
        *("organisational", "neglect", "self_neglect", "restrictive_practice", "several_agencies"),
    )
)
SCOPE = frozenset(
    ("warning_signs", "response", "multi_agency", "staff_skills", "leadership", "care_planning")
)
FORMS = frozenset(("guided-interview", "record-review", "partner-agency", "board-questions", "observation"))
FRONTLINE = frozenset(("care", "nursing", "support"))
LEADERS = frozenset(("manager",))


class Role(StrEnum):
    """Who speaks in a source; nobody does in a record or an observation."""

    FRONTLINE = "frontline"
    SENIOR = "senior"
    MANAGER = "manager"
    BOARD = "board"
    PARTNER = "partner"
    RECORD = "record"


class Gold(Struct, frozen=True, forbid_unknown_fields=True):
    """Whole sentences of an answer, and what a person says that they are about."""

    quote: str
    codes: tuple[str, ...]
    direction: Direction


class Answer(Struct, frozen=True, forbid_unknown_fields=True):
    """What was said, or noted, to one question. `theme`: of the question asked, which need not be what was answered."""

    question: str
    theme: str
    text: str
    gold: tuple[Gold, ...]


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """One interview, record check or observation. `ratings`: theme -> 1 (poor) to 5 (good), by the auditor."""

    id: str
    form: str
    source_type: SourceType
    role: Role
    participant: str
    answers: tuple[Answer, ...]
    ratings: dict[str, int] = {}


class About(Struct, frozen=True, forbid_unknown_fields=True):
    """The audit as it was opened."""

    name: str
    title: str
    service: str
    incident: str
    harm_types: tuple[str, ...]
    scope: tuple[str, ...]
    synthetic: str
    note: str


class Expected(Struct, frozen=True, forbid_unknown_fields=True):
    """What the analysis has to show: only what an audit states is expected of it."""

    strongest: tuple[str, ...] = ()
    gap: tuple[str, ...] = ()
    high_priority: tuple[str, ...] | None = None


class Audit(Struct, frozen=True, forbid_unknown_fields=True):
    """An audit with its sources, and the closed answers of anonymous staff: question -> stored value."""

    audit: About
    expected: Expected
    sources: tuple[Source, ...]
    responses: tuple[dict[str, str], ...] = ()


@lru_cache
def load(name: str) -> Audit:
    """One of `NAMES`. Raises `msgspec.ValidationError` where the file has another shape."""
    root = yaml.load((HERE / f"{name}.yaml").read_bytes(), Loader=yaml.CBaseLoader)  # noqa: S506  # strings only
    return msgspec.convert(root, Audit, strict=False)


def problems(audit: Audit) -> tuple[str, ...]:
    """What is wrong with the data, a sentence each."""
    return tuple(
        found for part in (_of_audit, _of_sources, _of_quotes, _of_responses) for found in part(audit)
    )


def labelled(answer: Answer) -> tuple[tuple[Segment, tuple[Coded, ...]], ...]:
    """The answer's segments in order, each with its codes; without any where nothing fits."""
    return tuple((segment, _codes(answer, segment)) for segment in segments(answer.text))


def said(source: Source) -> frozenset[Coded]:
    """Everything that a source says about the themes, each once."""
    return frozenset(
        Coded(code, gold.direction)
        for answer in source.answers
        for gold in answer.gold
        for code in gold.codes
    )


def saying(audit: Audit, code: str, direction: Direction) -> tuple[Source, ...]:
    """The sources that say this about a theme: people and records, each once however often they say it."""
    return tuple(source for source in audit.sources if Coded(code, direction) in said(source))


def weaknesses(audit: Audit, *, records: bool = True) -> Counter[str]:
    """How many sources name a weakness of each theme; only people where `records` is false."""
    heard = [source for source in audit.sources if records or source.role is not Role.RECORD]
    return Counter(
        coded.code for source in heard for coded in said(source) if coded.direction is Direction.WEAKNESS
    )


def positive(audit: Audit, theme: str, groups: frozenset[str]) -> float | None:
    """The share of positive closed answers of these groups of staff, 0..1: the mean of the theme's items."""
    form = library.shipped("staff-culture")
    heard = [response for response in audit.responses if response.get("role_group") in groups]
    shares = []
    for path, question in form.questions.items():
        scored = scale(form, question) if question.theme == theme else None
        if scored is not None:
            shares.append(score(scored, Counter(row[path] for row in heard if path in row)).p)
    return composite(shares)


def _codes(answer: Answer, segment: Segment) -> tuple[Coded, ...]:
    return tuple(
        Coded(code, gold.direction)
        for gold in answer.gold
        if (start := answer.text.find(gold.quote)) < segment.end and segment.start < start + len(gold.quote)
        for code in gold.codes
    )


def _of_audit(audit: Audit) -> Iterator[str]:
    if len(audit.sources) < 12:
        yield f"{len(audit.sources)} sources are too few: 12 at least."
    if len({source.id for source in audit.sources}) < len(audit.sources):
        yield "Two sources have the same id."
    if unknown := {*audit.audit.harm_types} - HARM | {*audit.audit.scope} - SCOPE:
        yield f"Unknown harm or scope: {sorted(unknown)}."
    if audit.audit.synthetic != "yes" or "Synthetic" not in audit.audit.note:
        yield "It does not say that it is synthetic."
    if unknown := {*audit.expected.strongest, *audit.expected.gap} - THEMES:
        yield f"Unknown themes are expected: {sorted(unknown)}."


def _of_sources(audit: Audit) -> Iterator[str]:
    for source in audit.sources:
        if source.form not in FORMS:
            yield f"{source.id}: unknown form {source.form}."
        if unknown := {*source.ratings, *(a.theme for a in source.answers if a.theme)} - THEMES:
            yield f"{source.id}: unknown themes {sorted(unknown)}."
        if any(not 1 <= rating <= 5 for rating in source.ratings.values()):
            yield f"{source.id}: a rating is not one of 1 to 5."
        if len({answer.question for answer in source.answers}) < len(source.answers):
            yield f"{source.id}: a question was asked twice."


def _of_quotes(audit: Audit) -> Iterator[str]:
    for source in audit.sources:
        for answer in source.answers:
            at = f"{source.id}, {answer.question}"
            ends = {end for segment in segments(answer.text) for end in (segment.start, segment.end)}
            for gold in answer.gold:
                start = answer.text.find(gold.quote)
                if answer.text.count(gold.quote) != 1:
                    yield f"{at}: a quote is not found exactly once."
                elif not {start, start + len(gold.quote)} <= ends:
                    yield f"{at}: a quote is not of whole sentences."
                if not gold.codes or len({*gold.codes}) < len(gold.codes) or {*gold.codes} - THEMES:
                    yield f"{at}: a quote has no codes, a code twice, or an unknown one."


def _of_responses(audit: Audit) -> Iterator[str]:
    form = library.shipped("staff-culture")
    for response in audit.responses:
        for name, value in response.items():
            question = form.questions.get(name)
            if question is None:
                yield f"The form does not ask {name}."
            elif question.kind is Kind.INTEGER:
                if not value.isdecimal():
                    yield f"{name}: a number is expected."
            elif not all(form.choice(question, choice) for choice in value.split()):
                yield f"{name}: no such choice as {value}."
