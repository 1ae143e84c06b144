"""How sure we can be of a finding: GRADE-CERQual, with thresholds of our own.

It starts at high. Four things can take from it: limitations of how people were heard and records checked, coherence
(negative cases that nobody explained), adequacy (few people, or few roles), relevance (another time or service). Each
is no concern, moderate or serious: a serious one takes one step, two moderate ones take one. Source: Lewin et al.,
Implementation Science 13 (Suppl 1), 2018. The result is a proposal: the auditor judges.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum, StrEnum

from msgspec import Struct

from reports.findings.parts import Finding, Strength

FEW_ROLES_HEARD = 0.6  # of the roles there are: below, moderate
FEW_RESPONSES = 0.4  # of the staff: below, moderate
LOW_ALPHA = 0.667  # Krippendorff's α of the coding: below, moderate
MANY_UNEXPLAINED = 0.3  # negative cases that nobody explained, of all that speak of it: from here, serious
SOME_UNEXPLAINED = 0.1  # from here, moderate
FEW_PEOPLE = 5  # below, serious; when records carry it as well, moderate; nobody at all is serious
FEW_ROLES = 2  # below, moderate

_PARTS = ("a small part says", "a quarter or more says", "half or more say", "three quarters or more say")
_SCALE = (Strength.HIGH, Strength.MODERATE, Strength.LOW, Strength.VERY_LOW)


class Component(StrEnum):
    """What can take from the strength of evidence."""

    LIMITATIONS = "limitations"
    COHERENCE = "coherence"
    ADEQUACY = "adequacy"
    RELEVANCE = "relevance"


class Concern(IntEnum):
    """How much."""

    NONE = 0
    MODERATE = 1
    SERIOUS = 2


class Grounds(Struct, frozen=True, kw_only=True):
    """What is known of the evidence behind a finding. Shares are 0 to 1, None where nobody knows.

    `roles_heard`: of the roles there are, those that were heard; `response`: of the staff, those who answered;
    `alpha`: of the coding; `records`: whether records were checked; `people` and `roles`: those who speak of it;
    `unexplained`: negative cases without an explanation, of all that speak of it; `fits_period`, `fits_service`:
    whether the evidence is of the time and the service that the audit looks at.
    """

    people: int
    roles: int
    records: bool
    roles_heard: float | None = None
    response: float | None = None
    alpha: float | None = None
    unexplained: float = 0.0
    fits_period: bool = True
    fits_service: bool = True


class Reason(Struct, frozen=True):
    """Why a component is a concern, in a sentence that may be published: it counts no named people below five."""

    component: Component
    concern: Concern
    told: str


class Assessed(Struct, frozen=True):
    """The computed strength and all that took from it; no reasons: nothing did."""

    strength: Strength
    reasons: tuple[Reason, ...]


def assessed(finding: Finding, grounds: Grounds) -> Assessed:
    """The strength of the evidence behind a finding, computed. Shapes and thresholds: see the module."""
    reasons = (
        *_limitations(grounds),
        *_coherence(finding, grounds),
        *_adequacy(grounds),
        *_relevance(grounds),
    )
    return Assessed(_SCALE[min(steps(reasons), len(_SCALE) - 1)], reasons)


def steps(reasons: tuple[Reason, ...]) -> int:
    """How many steps down: each component counts once, by its gravest reason."""
    gravest = {
        part: max((each.concern for each in reasons if each.component is part), default=0)
        for part in Component
    }
    moderate = sum(concern == Concern.MODERATE for concern in gravest.values())
    return sum(concern == Concern.SERIOUS for concern in gravest.values()) + moderate // 2


def _limitations(grounds: Grounds) -> Iterator[Reason]:
    """One weakness in how it was found out is moderate, two or more are serious."""
    weak = tuple(_weaknesses(grounds))
    concern = Concern.SERIOUS if len(weak) > 1 else Concern.MODERATE
    return (Reason(Component.LIMITATIONS, concern, told) for told in weak)


def _weaknesses(grounds: Grounds) -> Iterator[str]:
    if grounds.roles_heard is not None and grounds.roles_heard < FEW_ROLES_HEARD:
        yield f"Only {grounds.roles_heard:.0%} of the roles were heard; {FEW_ROLES_HEARD:.0%} would be enough."
    if grounds.response is not None and grounds.response < FEW_RESPONSES:
        yield f"Fewer than {FEW_RESPONSES:.0%} of staff answered."
    if grounds.alpha is not None and grounds.alpha < LOW_ALPHA:
        yield f"Two people who coded the same texts agreed too little (α {grounds.alpha:.2f}, not {LOW_ALPHA})."
    if not grounds.records:
        yield "It rests on no record that was checked."


def _coherence(finding: Finding, grounds: Grounds) -> Iterator[Reason]:
    explained = bool(finding.contradiction)
    if not explained and grounds.unexplained >= MANY_UNEXPLAINED:
        yield _unexplained(Concern.SERIOUS, grounds)
    elif not explained and grounds.unexplained >= SOME_UNEXPLAINED:
        yield _unexplained(Concern.MODERATE, grounds)


def _unexplained(concern: Concern, grounds: Grounds) -> Reason:
    part = _PARTS[min(int(grounds.unexplained * len(_PARTS)), len(_PARTS) - 1)]
    told = f"Of all who speak of its themes, {part} the opposite, and the finding does not say why."
    return Reason(Component.COHERENCE, concern, told)


def _adequacy(grounds: Grounds) -> Iterator[Reason]:
    if grounds.people < FEW_PEOPLE:
        concern = Concern.MODERATE if grounds.records and grounds.people else Concern.SERIOUS
        told = f"Fewer than {FEW_PEOPLE} people speak of it." if grounds.people else "Nobody speaks of it."
        yield Reason(Component.ADEQUACY, concern, told)
    if grounds.people and grounds.roles < FEW_ROLES:
        yield Reason(Component.ADEQUACY, Concern.MODERATE, "It is not seen from more than one role.")


def _relevance(grounds: Grounds) -> Iterator[Reason]:
    if not grounds.fits_period:
        yield Reason(Component.RELEVANCE, Concern.MODERATE, "Some of the evidence is of another time.")
    if not grounds.fits_service:
        yield Reason(Component.RELEVANCE, Concern.SERIOUS, "Some of the evidence is of another service.")
