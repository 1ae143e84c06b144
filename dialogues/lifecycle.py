"""The state machine of an interview: its states, the moves between them, and the conditions.

TABLE is the documentation: `candour docs` draws its diagram from it, and a test keeps them equal.
Where a row has several targets, the first whose condition holds is taken. One machine serves all
interviews; a turn only lends it a light object with the state (13 µs; a machine a turn costs 180 µs).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from transitions import Machine

from dialogues.interview import State

LIVE = (State.CONSENTING, State.ASKING, State.CONFIRMING, State.REVIEWING, State.PAUSED)
UNFINISHED = (State.INVITED, *LIVE)

# trigger, from, to, condition (a method of Facts), what it means in words
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


@dataclass(slots=True)
class Facts:
    """What the conditions look at, each asked only when its row is reached."""

    state: str  # the value of a State: transitions would take a member by its name
    consent: Callable[[], bool] = lambda: False
    refused: Callable[[], bool] = lambda: False
    identifying: Callable[[], bool] = lambda: False
    complete: Callable[[], bool] = lambda: False
    valid: Callable[[], bool] = lambda: False

    def needs_consent(self) -> bool:
        """Whether consent is asked for and was not given."""
        return self.consent()

    def is_refused(self) -> bool:
        """Whether consent was refused."""
        return self.refused()

    def may_identify(self) -> bool:
        """Whether a text waits because it may identify its writer."""
        return self.identifying()

    def is_complete(self) -> bool:
        """Whether no relevant question is left."""
        return self.complete()

    def is_valid(self) -> bool:
        """Whether every relevant answer passes again."""
        return self.valid()


def _machine() -> Machine:
    machine = Machine(
        model=None,
        states=[state.value for state in State],
        initial=State.INVITED.value,
        auto_transitions=False,
        send_event=False,
    )
    for trigger, sources, target, condition, _ in TABLE:
        machine.add_transition(
            trigger, [s.value for s in sources], target.value, conditions=condition or None
        )
    return machine


_MACHINE: Any = _machine()
_POSSIBLE = {
    state: tuple(dict.fromkeys(trigger for trigger, sources, *_ in TABLE if state in sources))
    for state in State
}
_STATES = {state.value: state for state in State}


def possible(state: State) -> tuple[str, ...]:
    """The moves that lead on from a state, in the order of the table."""
    return _POSSIBLE[state]


def follow(trigger: str, facts: Facts) -> State:
    """The state that a move leads to. The move must be `possible` in `facts.state`."""
    _MACHINE.events[trigger].trigger(facts)
    return _STATES[facts.state]


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {State.INVITED}"]
    for trigger, sources, target, _, meaning in TABLE:
        label = f"{trigger}: {meaning}" if meaning else trigger
        lines.extend(f"    {source} --> {target}: {label}" for source in sources)
    lines.extend(f"    {state} --> [*]" for state in State if not possible(state))
    return "\n".join(lines) + "\n"
