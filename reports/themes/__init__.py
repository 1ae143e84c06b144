"""What an audit found about each theme: how many people say so, of which kind, who says the opposite, how pressing.

Named interviews and records are counted exactly, and by people, never by excerpts. Of anonymous material only
what `reports.disclosure` lets out is looked at, also by the rule for priorities.
"""

from __future__ import annotations

from reports.themes.anonymous import is_told, release
from reports.themes.charting import Cell, Matrix, Row, matrix
from reports.themes.counting import results
from reports.themes.found import (
    CodeResult,
    Item,
    Prevalence,
    Released,
    Results,
    Split,
    ThemeResult,
    Unnamed,
    decode,
    encode,
    strongest,
)
from reports.themes.material import (
    AREAS,
    PEOPLE,
    SIDES,
    Material,
    Passage,
    Pool,
    Rating,
    Sides,
    Source,
    plain,
    ratings,
)
from reports.themes.priorities import RULES, Evidence, Judged, Priority, Rule

__all__ = [
    "AREAS",
    "PEOPLE",
    "RULES",
    "SIDES",
    "Cell",
    "CodeResult",
    "Evidence",
    "Item",
    "Judged",
    "Material",
    "Matrix",
    "Passage",
    "Pool",
    "Prevalence",
    "Priority",
    "Rating",
    "Released",
    "Results",
    "Row",
    "Rule",
    "Sides",
    "Source",
    "Split",
    "ThemeResult",
    "Unnamed",
    "decode",
    "encode",
    "is_told",
    "matrix",
    "plain",
    "ratings",
    "release",
    "results",
    "strongest",
]
