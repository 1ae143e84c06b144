"""The opinion that a rule suggests. It is shown with its reason, and decides nothing: the auditor does."""

from __future__ import annotations

from collections.abc import Callable, Collection

from msgspec import Struct

from reports.audit.model import Assurance, Covered, Found
from reports.plan import State

PRESSING = 12  # impact × likelihood: 3 × 4 or more
SERIOUS = 6
_COMMITTED = (
    State.AGREED,
    State.IN_PROGRESS,
    State.IMPLEMENTED,
    State.VERIFIED,
    State.EMBEDDED,
    State.CLOSED,
)


class Basis(Struct, frozen=True):
    """What an opinion is suggested from: open concerns, the names of those that an agreed action answers, the scope."""

    concerns: tuple[Found, ...]
    answered: frozenset[str]
    coverage: tuple[Covered, ...]

    @property
    def pressing(self) -> list[Found]:
        """The concerns of the greatest risk."""
        return [each for each in self.concerns if each.risk >= PRESSING]


class Rule(Struct, frozen=True):
    """An opinion, why, and when."""

    opinion: Assurance
    why: str
    holds: Callable[[Basis], bool]


RULES: tuple[Rule, ...] = (
    Rule(
        Assurance.NONE,
        "half of the scope or more was heard of by no more than one kind of source",
        lambda basis: 2 * sum(each.thin for each in basis.coverage) >= max(1, len(basis.coverage)),
    ),
    Rule(
        Assurance.NONE,
        f"a concern with a risk of {PRESSING} or more has no agreed action",
        lambda basis: any(each.name not in basis.answered for each in basis.pressing),
    ),
    Rule(
        Assurance.LIMITED,
        f"a concern with a risk of {PRESSING} or more is open, and has an agreed action",
        lambda basis: bool(basis.pressing),
    ),
    Rule(
        Assurance.MODERATE,
        f"a concern with a risk of {SERIOUS} or more is open, or part of the scope has one kind of source alone",
        lambda basis: (
            any(each.risk >= SERIOUS for each in basis.concerns) or any(each.thin for each in basis.coverage)
        ),
    ),
    Rule(
        Assurance.SUBSTANTIAL,
        f"no concern with a risk of {SERIOUS} or more is open, and each part of the scope was seen from two sides",
        lambda _: True,
    ),
)
"""The first that holds is suggested. Risk is impact × likelihood, 1 to 25."""


def suggested(concerns: Collection[Found], answered: Collection[str], coverage: tuple[Covered, ...]) -> Rule:
    """The rule that holds for these open concerns."""
    basis = Basis(tuple(concerns), frozenset(answered), coverage)
    return next(rule for rule in RULES if rule.holds(basis))


def committed(state: State) -> bool:
    """Whether somebody has agreed to an action in this state."""
    return state in _COMMITTED
