"""No way through the plan leads around its conditions, and no refusal loses anything."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from reports.findings import Priority, priority
from reports.plan import (
    KINDS,
    Action,
    Agree,
    Amend,
    Ask,
    Close,
    Context,
    Embed,
    Event,
    Exempt,
    Finish,
    Keep,
    Later,
    Proof,
    Proven,
    Refusal,
    Reject,
    Reopen,
    State,
    Strength,
    Tell,
    Verify,
    flaw,
    gaps,
    lack,
    moved,
    plan_lines,
)
from tests.reports.planned import AUDIT, DAY, F1, F2, LEAD, OTHER, OWNER, PEOPLE, written

FINDINGS = (F1, F2)
DAYS = st.integers(-20, 400).map(lambda days: DAY + timedelta(days=days))
REASONS = st.sampled_from(("", "Because."))


@st.composite
def actions(draw: st.DrawFn, number: int | None = None) -> Action:
    """An action as anybody might write it: often whole, often not."""
    changes: dict[str, Any] = {"kind": draw(st.sampled_from(("training", *KINDS)))}
    changes["findings"] = draw(st.sampled_from((["f1"], ["f1", "f2"], ["f2"], ["f2"], ["f9"])))
    changes["owner"] = draw(st.sampled_from((OWNER, OTHER)))
    for name in draw(
        st.lists(st.sampled_from(("owner", "due", "indicator", "review", "measure")), max_size=1)
    ):
        changes[name] = None
    if draw(st.integers(0, 4)) == 0:
        changes["due"] = draw(DAYS).isoformat()
    return written(draw(st.integers(1, 3)) if number is None else number, **changes)


PROOFS = st.builds(
    Proof,
    st.sampled_from(Proven),
    st.sampled_from((AUDIT, "m1", "oak")),
    DAYS,
    st.sampled_from((True, True, False)),
)
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(Agree, st.sampled_from((True, True, False)), st.sampled_from((True, True, False))),
    st.builds(Tell, st.integers(0, 101), st.none() | st.integers(0, 2)),
    st.just(Ask()),
    st.builds(Later, DAYS),
    st.just(Finish()),
    st.builds(Verify, st.booleans(), st.sampled_from(("", "records")), st.sampled_from(("", "nights"))),
    st.builds(Exempt, REASONS, DAYS),
    st.builds(Keep, DAYS),
    st.builds(Embed, st.none() | PROOFS),
    st.just(Close()),
    st.builds(Reopen, REASONS),
    st.builds(Reject, REASONS),
    st.builds(Amend, actions()),
)
WHO = st.sampled_from(("owner", "owner", OWNER, OTHER, LEAD, ""))
ONWARD: dict[State, Event] = {
    State.PROPOSED: Agree(has_time=True, has_authority=True),
    State.AGREED: Finish(),
    State.IN_PROGRESS: Finish(),
    State.IMPLEMENTED: Verify(met=True, looked_at="records"),
    State.VERIFIED: Embed(Proof(Proven.REAUDIT, AUDIT, date(2028, 1, 1))),
    State.EMBEDDED: Close(),
}
# The place of an action, who does something, days since the last move, and what; None: what leads on from its state.
Move: TypeAlias = tuple[int, str, int, Event | None]
MOVES = st.lists(
    st.tuples(st.integers(0, 2), WHO, st.integers(0, 3), st.none() | EVENTS), min_size=10, max_size=40
)
VERIFIED = (State.VERIFIED, State.EMBEDDED, State.CLOSED)


@settings(max_examples=150)
@given(st.tuples(actions(1), actions(2), actions(3)), MOVES)
def test_no_moves_lead_to_a_state_without_what_it_needs(start: tuple[Action, ...], moves: list[Move]) -> None:
    plan, today = list(start), DAY
    for place, who, days, told in moves:
        today += timedelta(days=days)
        event = told or ONWARD.get(plan[place].state, Ask())
        by = plan[place].owner if who == "owner" else who
        before = tuple(plan)
        found = moved(
            plan[place], event, Context(audit=AUDIT, today=today, by=by, findings=FINDINGS, actions=before)
        )
        if isinstance(found, Refusal):
            assert found.message.endswith(".")
            assert tuple(plan) == before
        else:
            assert_nothing_lost(plan[place], found, event)
            plan[place] = found
        holds(plan)
    gaps(FINDINGS, plan, today)
    plan_lines(plan, today, PEOPLE)


def assert_nothing_lost(before: Action, after: Action, event: Event) -> None:
    """What was written stays unless it is written anew, and what shows that it was done always does."""
    assert (after.id, after.number) == (before.id, before.number)
    assert set(after.evidence) >= set(before.evidence)
    assert {step.what for step in before.milestones if step.done} <= {
        step.what for step in after.milestones if step.done or isinstance(event, Amend)
    }
    if not isinstance(event, Amend):
        assert (after.title, after.findings, after.owner, after.due, after.measure) == (
            before.title,
            before.findings,
            before.owner,
            before.due,
            before.measure,
        )


def holds(plan: list[Action]) -> None:
    """What must be so after every move."""
    for action in plan:
        if action.is_committed:
            assert (lack(action), flaw(action)) == (None, None)
            assert action.confirmed
        if action.state in VERIFIED:
            assert action.verified_by
            assert action.verified_by not in (action.owner, action.reported_by)
        if action.state in (State.EMBEDDED, State.CLOSED):
            assert is_proven(action)
    for finding in FINDINGS:
        if priority(finding) is Priority.HIGH:
            assert_is_strong([action for action in plan if finding.id in action.findings])


def is_proven(action: Action) -> bool:
    proof = action.proof
    if proof is None or action.implemented_on is None or not proof.held or proof.day <= action.implemented_on:
        return False
    own = action.measure.measure if action.measure else ""
    return proof.of == (AUDIT if proof.kind is Proven.REAUDIT else own) != ""


def assert_is_strong(answering: list[Action]) -> None:
    """Where any action is agreed there is more than weaker ones, or an exception was recorded."""
    live = [action for action in answering if action.is_live]
    if any(action.is_committed for action in live):
        assert any(action.strength is not Strength.WEAKER or action.exception for action in live)
