"""How pressing a theme is: a rule that is data, and the evidence that it was decided from."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from reports import assembly
from reports.disclosure import Share


class Priority(StrEnum):
    """How pressing a theme is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NONE = "none"


class Rule(Struct, frozen=True):
    """The least evidence for a priority; all of it must be there.

    `share` of the people heard who report a weakness, `people` who do, of `heard` at least; `types` of sources that
    show one. Below `against` of the sources that speak may call it a strength; `undisputed`: of anonymous people too,
    and closed answers are not strong. `answers`: closed answers are weak.
    """

    priority: Priority
    share: float = 0.0
    people: int = 0
    heard: int = 0
    types: int = 0
    against: float = 1.0
    undisputed: bool = False
    answers: bool = False


RULES: tuple[Rule, ...] = (
    Rule(Priority.HIGH, share=0.4, people=3, heard=5, types=2, against=0.3, undisputed=True),
    Rule(Priority.MEDIUM, share=0.4, people=3, against=0.5),
    Rule(Priority.MEDIUM, share=0.2, people=2, types=2, against=0.5),
    Rule(Priority.MEDIUM, answers=True),
    Rule(Priority.LOW, types=1),
)
"""The first whose evidence is there holds; without any, none."""


class Evidence(Struct, frozen=True):
    """What a priority was decided from.

    `share`, `people`, `heard`: of named people. `anonymous`: the largest published share that reports a weakness.
    `types`: of sources that show one. `against` (0..1): of the named sources that speak, those that call it a
    strength; `disputed`: the same of what is published of anonymous people. `answers`: what closed answers say.
    """

    share: float
    people: int
    heard: int
    anonymous: Share | None
    types: tuple[str, ...]
    against: float
    disputed: float
    answers: assembly.Verdict | None


class Judged(Struct, frozen=True):
    """A priority with its reason: the rule that it meets (None: no rule), and the evidence."""

    priority: Priority
    rule: Rule | None
    evidence: Evidence


def judged(evidence: Evidence, rules: Iterable[Rule]) -> Judged:
    """The first rule whose evidence is there, or none."""
    met = next((rule for rule in rules if _meets(evidence, rule)), None)
    return Judged(met.priority if met else Priority.NONE, met, evidence)


def _meets(evidence: Evidence, rule: Rule) -> bool:
    return (
        (_by_named(evidence, rule) or _by_unnamed(evidence, rule))
        and len(evidence.types) >= rule.types
        and (evidence.against < rule.against or rule.against == 1)
        and (_is_undisputed(evidence, rule) or not rule.undisputed)
        and (evidence.answers is assembly.Verdict.WEAK or not rule.answers)
    )


def _is_undisputed(evidence: Evidence, rule: Rule) -> bool:
    return evidence.disputed < rule.against and evidence.answers is not assembly.Verdict.STRONG


def _by_named(evidence: Evidence, rule: Rule) -> bool:
    return evidence.share >= rule.share and evidence.people >= rule.people and evidence.heard >= rule.heard


def _by_unnamed(evidence: Evidence, rule: Rule) -> bool:
    """A published share stands for five people or more: enough for every rule."""
    return evidence.anonymous is not None and evidence.anonymous.percent >= rule.share * 100
