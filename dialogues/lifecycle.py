"""The state machine of an interview: its states, the moves between them, and the conditions.

TABLE is the documentation: the diagram in `docs/lifecycle.md` is drawn from it, and a test keeps them equal.
Where a row has several targets, the first whose condition holds is taken. One machine serves all
interviews; it is lent a light object with the state, once for each constellation of state and facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, TypeAlias

from transitions import Machine

from dialogues.interview import State

LIVE = (State.CONSENTING, State.ASKING, State.CONFIRMING, State.REVIEWING, State.PAUSED)
UNFINISHED = (State.INVITED, *LIVE)

# trigger, from, to, condition (a field of Facts), what it means in words
Row: TypeAlias = tuple[str, tuple[StrEnum, ...], StrEnum, str, str]

TABLE: tuple[tuple[str, tuple[State, ...], State, str, str], ...] = (
    ("begin", (State.INVITED,), State.CONSENTING, "needs_consent", "the form asks for consent"),
    ("begin", (State.INVITED,), State.REVIEWING, "is_complete", "nothing is left to ask"),
    ("begin", (State.INVITED,), State.ASKING, "", ""),
    ("answer", (State.CONSENTING,), State.DECLINED, "is_refused", "consent is refused"),
    ("answer", (State.CONSENTING,), State.REVIEWING, "is_complete", "nothing is left to ask"),
    ("answer", (State.CONSENTING,), State.ASKING, "", "consent is given"),
    ("answer", (State.ASKING,), State.CONFIRMING, "may_identify", "the text may identify its writer"),
    ("answer", (State.ASKING,), State.REVIEWING, "is_complete", "nothing is left to ask"),
    ("answer", (State.ASKING,), State.ASKING, "", ""),
    ("answer", (State.CONFIRMING,), State.CONFIRMING, "may_identify", "the new text may identify its writer"),
    ("answer", (State.CONFIRMING,), State.REVIEWING, "is_complete", "nothing is left to ask"),
    ("answer", (State.CONFIRMING,), State.ASKING, "", "another text"),
    ("confirm", (State.CONFIRMING,), State.REVIEWING, "is_complete", "nothing is left to ask"),
    ("confirm", (State.CONFIRMING,), State.ASKING, "", ""),
    ("skip", (State.ASKING,), State.REVIEWING, "is_complete", "nothing is left to ask"),
    ("skip", (State.ASKING,), State.ASKING, "", ""),
    ("keep", (State.ASKING,), State.REVIEWING, "is_complete", "nothing is left to ask"),
    ("keep", (State.ASKING,), State.ASKING, "", ""),
    ("another", (State.ASKING,), State.REVIEWING, "is_complete", "nothing is left to ask"),
    ("another", (State.ASKING,), State.ASKING, "", ""),
    ("remove", (State.ASKING, State.REVIEWING), State.REVIEWING, "is_complete", "nothing is left to ask"),
    ("remove", (State.ASKING, State.REVIEWING), State.ASKING, "", ""),
    ("back", (State.ASKING, State.REVIEWING), State.ASKING, "", ""),
    ("edit", (State.ASKING, State.REVIEWING), State.ASKING, "", ""),
    ("jump", (State.ASKING, State.REVIEWING), State.ASKING, "", ""),
    (
        "finish",
        (State.ASKING, State.REVIEWING, State.PAUSED),
        State.REVIEWING,
        "is_complete",
        "nothing is left that must be answered",
    ),
    ("finish", (State.ASKING, State.REVIEWING, State.PAUSED), State.ASKING, "", ""),
    ("pause", (State.CONSENTING, State.ASKING, State.CONFIRMING, State.REVIEWING), State.PAUSED, "", ""),
    ("resume", (State.PAUSED,), State.CONSENTING, "needs_consent", "consent is still missing"),
    ("resume", (State.PAUSED,), State.CONFIRMING, "may_identify", "a text waits to be confirmed"),
    ("resume", (State.PAUSED,), State.REVIEWING, "is_complete", "nothing is left to ask"),
    ("resume", (State.PAUSED,), State.ASKING, "", ""),
    ("submit", (State.REVIEWING,), State.SUBMITTED, "is_valid", "every answer still holds"),
    ("submit", (State.REVIEWING,), State.ASKING, "", "an answer no longer holds"),
    ("withdraw", UNFINISHED, State.WITHDRAWN, "", ""),
    ("expire", UNFINISHED, State.EXPIRED, "", ""),
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the conditions look at, as it will be when the move is made."""

    needs_consent: bool = False
    is_refused: bool = False
    may_identify: bool = False
    is_complete: bool = False
    is_valid: bool = False


@dataclass(slots=True)
class _Standing:
    """The light object that the machine moves."""

    state: str  # the value of a State: transitions would take a member by its name
    facts: Facts


def _holds(condition: str) -> Callable[[Facts], bool]:
    """A condition of the table, as the machine asks for it."""
    return lambda facts: bool(getattr(facts, condition))


def _machine() -> Machine:
    machine = Machine(
        model=None,
        states=[state.value for state in State],
        initial=State.INVITED.value,
        auto_transitions=False,
        send_event=False,
    )
    for trigger, sources, target, condition, _ in TABLE:
        conditions = _holds(condition) if condition else None
        machine.add_transition(trigger, [s.value for s in sources], target.value, conditions=conditions)
    return machine


_MACHINE: Any = _machine()
_POSSIBLE = {
    state: tuple(dict.fromkeys(trigger for trigger, sources, *_ in TABLE if state in sources))
    for state in State
}


def possible(state: State) -> tuple[str, ...]:
    """The moves that lead on from a state, in the order of the table."""
    return _POSSIBLE[state]


@cache
def follow(trigger: str, state: State, facts: Facts) -> State:
    """The state that a move leads to. The move must be `possible` in `state`.

    The machine is asked once for each constellation; the table has no other memory.
    """
    standing = _Standing(state.value, facts)
    _MACHINE.events[trigger].trigger(standing, facts)
    return State(standing.state)


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    return drawn(TABLE, State.INVITED, (state for state in State if not possible(state)))


def drawn(table: Iterable[Row], first: StrEnum, last: Iterable[StrEnum]) -> str:
    """A table of moves as a Mermaid state diagram, from the first state to those that nothing leads on from."""
    lines = ["stateDiagram-v2", f"    [*] --> {first}"]
    for trigger, sources, target, _, meaning in table:
        label = f"{trigger}: {meaning}" if meaning else trigger
        lines.extend(f"    {source} --> {target}: {label}" for source in sources)
    lines.extend(f"    {state} --> [*]" for state in last)
    return "\n".join(lines) + "\n"
