"""Findings: what should be, what is, why the system let it be so, and how sure we are.

Criteria → condition → causes by system lens → consequence → recommendation, with what speaks for and against it. Good
practice is a finding too. Sources of the terms: criteria, condition, cause and consequence are those of government
auditing (GAO, Yellow Book); the lenses follow SEIPS; the four steps from a risk to an act are Candour's own.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Nature(StrEnum):
    """What a finding is of."""

    CONCERN = "concern"
    GOOD_PRACTICE = "good_practice"


class Lens(StrEnum):
    """Where in the system a cause lies. None of them is an individual."""

    PEOPLE = "people"  # numbers, skills, how a team works together
    TASKS = "tasks"
    TOOLS = "tools"  # equipment, records, software
    ORGANISATION = "organisation"
    INTERNAL = "internal"  # the building, noise, layout
    EXTERNAL = "external"  # commissioning, regulation, other agencies


class Visibility(StrEnum):
    """How far a risk came before the harm."""

    NOT_VISIBLE = "not_visible"
    NOT_RECOGNISED = "not_recognised"  # visible, and not recognised
    NOT_ESCALATED = "not_escalated"  # recognised, and not escalated
    NOT_ACTED_ON = "not_acted_on"  # escalated, and not acted on


class Standing(StrEnum):
    """What became of a finding: a re-audit closes or reopens it."""

    OPEN = "open"
    CLOSED = "closed"
    REOPENED = "reopened"


class Strength(StrEnum):
    """How sure we can be of a finding, after CERQual."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"
    VERY_LOW = "very_low"


class Priority(StrEnum):
    """How pressing a finding is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Cause(Struct, frozen=True, omit_defaults=True):
    """Why the condition is as it is, seen through one lens. `because`: what in the system made that likely.

    A cause may come without a lens while it is being written; it is refused before it is kept. It has no repr.
    """

    lens: Lens | None
    text: str
    because: str = ""

    def __repr__(self) -> str:
        return f"Cause({self.lens})"


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A finding. No words in its repr.

    `id` is that of the case in which it was first written (hexadecimal), `number` what people call it (F3).
    `framework`: items that the criteria come from, as `cqc:safe.staffing`; `criteria`: what should be, in own words.
    `factors`: parts of the work system that played a part, codes of SEIPS. `supporting` and `contradicting` are
    references to evidence (`case.…`, `excerpt.…`, `theme.FORM.CODE`, `item.FORM.PATH`, `measure.…`); `searched`: it
    was looked for what speaks against it, and there is none. `impact` and `likelihood` are 1 to 5, 0 for good
    practice. `judged` is the strength that the auditor sees instead of the computed one, with `judged_because`.
    """

    id: str
    number: int
    title: str
    nature: Nature = Nature.CONCERN
    themes: tuple[str, ...] = ()
    framework: tuple[str, ...] = ()
    criteria: str = ""
    condition: str = ""
    causes: tuple[Cause, ...] = ()
    factors: tuple[str, ...] = ()
    consequence: str = ""
    recommendation: str = ""
    supporting: tuple[str, ...] = ()
    contradicting: tuple[str, ...] = ()
    contradiction: str = ""  # how what speaks against it is explained
    searched: bool = False
    visibility: Visibility | None = None
    impact: int = 0
    likelihood: int = 0
    judged: Strength | None = None
    judged_because: str = ""
    elsewhere: str = ""  # where else in the organisation this could be so
    standing: Standing = Standing.OPEN

    def __repr__(self) -> str:
        return f"Finding({self.name!r})"

    @property
    def name(self) -> str:
        """What people call it."""
        return f"F{self.number}"
